"""What the release gate says and said of a model version, as a report shows it."""

from __future__ import annotations

from typing import Final

from catalog.access.queries import definitions
from catalog.gate.model import Checked, GateQuestion
from catalog.gate.model import Gate as GateRecord
from catalog.gate.model import GateEvaluation as EvaluationRecord
from catalog.gate.model import GateOverride as OverrideRecord
from catalog.gate.queries import asked_again, gate, gate_evaluations, overrides_of
from catalog.reporting.citations import Citations
from catalog.use.model import Requester
from catalog.view import View
from graph_schema.nodes import Principal
from graph_schema.times import format_time
from reports.parts.gate import (
    EvaluatedCheck,
    GateAnswer,
    GateCheck,
    GateEvaluation,
    GateOverride,
    GatePolicies,
    GateReason,
    GateRequester,
)
from reports.parts.gate import GateQuestion as Question

_MOST: Final = 3
"""Questions that are asked anew: each reads all that the version was made of."""

Gated = tuple[tuple[GateAnswer, ...], tuple[GateEvaluation, ...], tuple[GateOverride, ...], int]


def gated(citations: Citations, view: View, version: str) -> Gated:
    """Return what the gate says for each question that was recorded, what was asked last first; what it said; who let
    it pass; and how many questions are left out.
    """
    recorded = gate_evaluations(view, [version]).get(version, ())
    if not recorded:
        return (), (), (), 0
    overrides = overrides_of(view, version)
    citations.introduce({one.by for one in recorded} | {one.by for one in overrides})
    questions = list(dict.fromkeys(asked_again(one) for one in reversed(recorded)))
    answers = []
    for question in questions[:_MOST]:
        found = gate(view, question)
        if found is not None:
            answers.append(_answer(citations, question, found))
    _cite_signers(citations, overrides)
    return (
        tuple(answers),
        tuple(_evaluation(citations, one) for one in recorded),
        tuple(_override(citations, one) for one in overrides),
        max(len(questions) - _MOST, 0),
    )


def _cite_signers(citations: Citations, overrides: tuple[OverrideRecord, ...]) -> None:
    """Cite what defined whoever let it pass: as a person or not."""
    by_id = {Principal(one.by).id: one.by for one in overrides}
    defined = definitions(citations.view, sorted(by_id)) if by_id else {}
    for one in overrides:
        before = [each.entry for each in defined.get(Principal(one.by).id, ()) if each.entry < one.entry]
        citations.view.cite(*before[-1:])


def _question(one: GateQuestion) -> Question:
    return Question(
        purpose=one.purpose,
        place=one.place,
        environment=one.environment,
        requester=_requester(one.requester),
        diseases=tuple(sorted(one.diseases)),
    )


def _requester(one: Requester) -> GateRequester:
    return GateRequester(
        user=one.user,
        organization=None if one.organization is None else one.organization.value,
        commercial=one.commercial,
        institute=one.institute,
        project=one.project,
        recipient=one.recipient,
    )


def _answer(citations: Citations, question: GateQuestion, found: GateRecord) -> GateAnswer:
    return GateAnswer(
        question=_question(question),
        verdict=found.verdict.value,
        checks=tuple(_check(citations, one) for one in found.checks),
        artifact_digest=found.artifact_digest,
        policies=GatePolicies(
            digest=found.policies.digest,
            entry=None if found.policies.entry is None else citations.cite(found.policies.entry),
        ),
        obligations=found.obligations,
        refrains=found.refrains,
        exception=found.exception,
        entries=citations.view.cite(*found.entries),
    )


def _check(citations: Citations, one: Checked) -> GateCheck:
    return GateCheck(
        check=one.check.value,
        required=one.required,
        outcome=one.outcome.value,
        reasons=tuple(
            GateReason(
                outcome=each.outcome.value,
                text=each.text,
                entries=citations.view.cite(*each.entries),
            )
            for each in one.reasons
        ),
    )


def _evaluation(citations: Citations, one: EvaluationRecord) -> GateEvaluation:
    return GateEvaluation(
        question=_question(asked_again(one)),
        verdict=one.verdict.value,
        checks=tuple(EvaluatedCheck(check=name.value, outcome=came_to.value) for name, came_to in one.checks.items()),
        artifact_digest=one.artifact_digest,
        policies_digest=one.policies,
        by=citations.by(one.by),
        at=format_time(one.at),
        holds_until=format_time(one.holds_until),
        entry=citations.cite(one.entry),
    )


def _override(citations: Citations, one: OverrideRecord) -> GateOverride:
    return GateOverride(
        evaluation=one.evaluation,
        reason=one.reason,
        by=citations.by(one.by),
        at=format_time(one.at),
        until=format_time(one.until),
        entry=citations.cite(one.entry),
    )
