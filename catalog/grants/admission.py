"""What must hold before access is granted, and before a grant is ended."""

from __future__ import annotations

from catalog.access.queries import principals
from catalog.errors import AskerError, SenderError
from catalog.grants.queries import grants_of
from catalog.grants.records import EndGrant, GrantAccess
from catalog.grants.rules import DAY, LONGEST
from catalog.record import DECLARE_FIRST, Admission, Admitted
from graph_schema.times import parse_zoned


def admit(record: GrantAccess, admission: Admission) -> Admitted:
    """Hold the grant to be somebody else's, to have an end, and to be of what is known."""
    if record.principal == admission.actor:
        raise AskerError("Nobody grants access to themselves; ask somebody else to.", status=403)
    found = principals(admission.view, [record.node.id]).get(record.node.id)
    if found is None or not found.active:
        raise SenderError("This names no principal that may act: define it first.", pointer="/principal", status=422)
    if (node := record.target.node) is not None and node.label != "Column":
        admission.require([(node, "/target", DECLARE_FIRST)])
    since = admission.now if record.since is None else parse_zoned(record.since)
    until = parse_zoned(record.until)
    if until <= since:
        raise SenderError("A grant ends after it starts: until is not later than since.", pointer="/until", status=422)
    if until <= admission.now:
        raise SenderError("This grant would be over already: until has passed.", pointer="/until", status=422)
    if until - since > LONGEST:
        raise SenderError(f"Access is granted for {LONGEST // DAY} days at most.", pointer="/until", status=422)
    return Admitted()


def admit_end(record: EndGrant, admission: Admission) -> Admitted:
    """Hold the grant to be one of the principal's that was not ended yet."""
    held = {one.entry: one for one in grants_of(admission.view, [record.node.id]).get(record.node.id, ())}
    if record.grant not in held:
        raise SenderError(
            "This entry grants nothing to the principal: name the entry of the grant.", pointer="/grant", status=422
        )
    if held[record.grant].ended_by is not None:
        raise SenderError("This grant was ended already.", pointer="/grant", status=422)
    return Admitted()
