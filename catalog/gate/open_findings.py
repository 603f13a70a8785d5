"""In which check an open finding stands: that which asks the same, so that one cause fails one check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from catalog.findings.rules import Rule, Severity
from catalog.gate.model import Case, OpenFinding, Reason, Requirements
from catalog.gate.reasons import FAIL
from graph_schema.vocabulary.words import GateCheckName
from reports.naming import gathered

_DECIDED_BY: Final[Mapping[str, GateCheckName]] = {
    Rule.EVALUATION_APART.name: GateCheckName.EVALUATION_APART,
    Rule.LOCK_KEPT.name: GateCheckName.EVALUATION_LOCKED,
    Rule.PLACE_ALLOWED.name: GateCheckName.RESIDENCY,
    Rule.CONSENT_HOLDS.name: GateCheckName.USE_DEPLOYMENT,
    Rule.APPROVAL_LASTS.name: GateCheckName.APPROVALS,
}
"""The rules whose findings stand in the check that asks the same; those of all others stand in FINDINGS."""


def found_in(case: Case, asked: Requirements, check: GateCheckName) -> Iterator[Reason]:
    """Yield the severe findings that stand in a check, those of one rule and text once."""
    severe = at_least(asked.finding_severity)
    together: dict[tuple[str, str], list[OpenFinding]] = defaultdict(list)
    for one in case.findings:
        if one.severity in severe and _DECIDED_BY.get(one.rule, GateCheckName.FINDINGS) is check:
            together[one.label, one.text].append(one)
    for (label, text), some in together.items():
        names = gathered(sorted({one.name for one in some}))
        entries = tuple(sorted({entry for one in some for entry in one.entries}))
        yield Reason(FAIL, f"{label}, on {names}: {text}", entries)


def at_least(severity: Severity) -> tuple[Severity, ...]:
    """Return this severity and those above it, the most severe first."""
    every = list(Severity)
    return tuple(every[: every.index(severity) + 1])
