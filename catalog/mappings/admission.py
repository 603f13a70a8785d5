"""What must hold before a mapping of tags is taken, and before one is withdrawn."""

from __future__ import annotations

from catalog.errors import SenderError
from catalog.mappings.queries import mappings
from catalog.mappings.records import MapTag, WithdrawMapping
from catalog.mappings.rules import overlap
from catalog.record import Admission, Admitted
from graph_schema.aspects.mappings import TagMapping


def admit_tag(record: MapTag, admission: Admission) -> Admitted:
    """Hold no other mapping to claim another kind of the same tag: a tag says one thing."""
    stated = TagMapping.from_json(record.fields())
    for rule in mappings(admission.view):
        held = rule.content
        if (
            rule.name != record.mapping
            and isinstance(held, TagMapping)
            and held.phi_kind != stated.phi_kind
            and overlap(stated, held)
        ):
            raise SenderError(
                f"The mapping {rule.name} takes such a tag for {held.phi_kind} already, and a tag is mapped to one "
                "kind: withdraw it, say the same kind, or name other values.",
                pointer="/phi_kind",
                status=422,
            )
    return Admitted()


def admit_withdrawal(record: WithdrawMapping, admission: Admission) -> Admitted:
    """Hold the mapping to be known."""
    admission.require([(record.node, "/mapping", "`lineward mappings` lists those that there are")])
    return Admitted()
