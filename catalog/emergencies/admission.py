"""What must hold before somebody breaks the glass, and before that is reviewed."""

from __future__ import annotations

from catalog.access.persons import require_another
from catalog.emergencies.queries import emergencies_of
from catalog.emergencies.records import BreakGlass, ReviewEmergency
from catalog.emergencies.rules import LONGEST
from catalog.errors import AskerError, SenderError
from catalog.record import DECLARE_FIRST, Admission, Admitted
from graph_schema.times import parse_zoned


def admit(record: BreakGlass, admission: Admission) -> Admitted:
    """Hold whoever breaks it to do so for themselves, proved by a key, for an hour at most, of what is known."""
    if record.principal != admission.actor or not admission.authenticated:
        raise AskerError("Whoever has to read in an emergency breaks the glass themselves, with their key.", status=403)
    if (node := record.target.node) is not None and node.label != "Column":
        admission.require([(node, "/target", DECLARE_FIRST)])
    until = parse_zoned(record.until)
    if until <= admission.now:
        raise SenderError("This would be over already: until has passed.", pointer="/until", status=422)
    if until - admission.now > LONGEST:
        raise SenderError("The glass is broken for an hour at most.", pointer="/until", status=422)
    return Admitted(warnings=("Somebody else reviews this: until then it is an open finding.",))


def admit_review(record: ReviewEmergency, admission: Admission) -> Admitted:
    """Hold the reviewer to be another person, and the emergency to be one that nobody reviewed yet."""
    require_another(admission, record.principal, "Nobody reviews their own emergency")
    held = {one.entry: one for one in emergencies_of(admission.view, [record.node.id]).get(record.node.id, ())}
    if record.emergency not in held:
        raise SenderError("By this entry the principal broke no glass.", pointer="/emergency", status=422)
    if held[record.emergency].review is not None:
        raise SenderError("This emergency was reviewed already.", pointer="/emergency", status=422)
    return Admitted()
