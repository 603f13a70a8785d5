"""What must hold before a signing key is registered or ended."""

from __future__ import annotations

from catalog.errors import SenderError
from catalog.record import Admission, Admitted
from catalog.signatures.queries import signing_keys
from catalog.signatures.records import EndSigningKey, RegisterSigningKey
from graph_schema.times import parse_zoned


def admit_key(record: RegisterSigningKey, admission: Admission) -> Admitted:
    """Hold the key to end after it begins."""
    begins = admission.now if record.holds_from is None else record.holds_from
    if record.until is not None and parse_zoned(record.until) <= begins:
        raise SenderError("until is after the key begins to hold: give a later one.", pointer="/until", status=422)
    registered = {one.id: one for one in signing_keys(admission.view.unredacted)}.get(record.node.id)
    if registered is not None and registered.end_entry is not None:
        raise SenderError(
            "This key was ended, for ever: make another pair, and register that.", pointer="/public_key", status=422
        )
    return Admitted()


def admit_end(record: EndSigningKey, admission: Admission) -> Admitted:
    """Hold the key to be registered."""
    admission.require([(record.node, "/fingerprint", "`lineward model keys` lists those that are registered")])
    return Admitted()
