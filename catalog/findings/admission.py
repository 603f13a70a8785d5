"""What must hold before a decision on a finding is taken."""

from __future__ import annotations

from catalog.errors import SenderError
from catalog.findings.queries import decisions, findings_on
from catalog.findings.records import AcceptFinding, AcknowledgeFinding, ReopenFinding
from catalog.record import Admission, Admitted, UnknownSubjectError
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import FindingStance


def admit_acknowledgement(record: AcknowledgeFinding, admission: Admission) -> Admitted:
    """Hold the rule to find something on the subject."""
    _require_found(record, admission)
    return Admitted()


def admit_acceptance(record: AcceptFinding, admission: Admission) -> Admitted:
    """Hold the rule to find something on the subject, and the acceptance not to be over before it begins."""
    if parse_zoned(record.until) <= (record.holds_from or admission.now):
        raise SenderError("`until` lies ahead; this one has passed.", pointer="/until", status=422)
    _require_found(record, admission)
    return Admitted()


def admit_reopening(record: ReopenFinding, admission: Admission) -> Admitted:
    """Hold somebody to have acknowledged or accepted the finding."""
    held = decisions(admission.view, [record.node.id]).get(record.node.id)
    if held is None or held.stance == FindingStance.REOPENED:
        raise UnknownSubjectError("Nobody acknowledged or accepted this finding: it is open as it is.", "/subject")
    return Admitted()


def _require_found(record: AcknowledgeFinding | AcceptFinding, admission: Admission) -> None:
    found = findings_on(admission.view, [record.subject]).get(record.subject, ())
    if all(one.rule.name != record.rule for one in found):
        raise UnknownSubjectError(
            "The rule finds nothing there: `lineward findings` shows what it finds, and on what.", "/subject"
        )
