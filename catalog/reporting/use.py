"""What a model version or dataset may be used for, as a report shows it: what reaches it, and what that comes to."""

from __future__ import annotations

from typing import Final

from catalog.lineage.model import LineageEdge
from catalog.reporting.citations import Citations, time_of
from catalog.use.answers import Applied, MayUse, PermittedUse
from catalog.use.model import Term, UseQuestion
from catalog.use.queries import UseJudge
from catalog.view import View
from graph_schema.times import format_time
from reports.parts.model_use import AppliedStatement, UseAnswer, UseReason, UseStep, UseTerm

ASKED: Final = ("TREAT", "HOPERAT", "HRESCH", "MLTRAINING")
"""The purposes that are asked for in any case: care, operations, research, and training another model."""
_MOST: Final = 12


def use_of(
    citations: Citations, view: View, identifier: str, permitted: PermittedUse
) -> tuple[tuple[AppliedStatement, ...], tuple[str, ...], tuple[UseAnswer, ...]]:
    """Return the statements that reach a version or dataset, the sources without any, and the answer by purpose."""
    named = sorted({one for each in permitted.applied for one in each.statement.purposes or ()} - set(ASKED))
    answers = []
    judge = UseJudge(view, [identifier])
    for purpose in (*ASKED, *named)[:_MOST]:
        question = UseQuestion(purpose=purpose, date=view.moment)
        answers.append(_answer(citations, purpose, judge.may(identifier, question)))
    statements = sorted(
        (_statement(citations, each) for each in permitted.applied),
        key=lambda one: (one.subject, one.statement, one.entries),
    )
    return tuple(statements), tuple(citations.title(one) for one in permitted.unstated), tuple(answers)


def _statement(citations: Citations, one: Applied) -> AppliedStatement:
    statement = one.statement
    return AppliedStatement(
        statement=statement.id,
        authority=statement.authority,
        subject=citations.title(one.subject),
        way=tuple(_step(citations, edge) for edge in one.path),
        terms=tuple(sorted(map(_term, statement.terms), key=lambda each: (each.code, each.values))),
        purposes=None if statement.purposes is None else tuple(sorted(statement.purposes)),
        obligations=tuple(sorted(statement.obligations)),
        refrains=tuple(sorted(statement.refrains)),
        places=None if statement.places is None else tuple(sorted(statement.places)),
        basis=statement.basis,
        agreement=None if statement.agreement is None else statement.agreement.name,
        agreement_until=None if statement.agreement is None else time_of(statement.agreement.until),
        consent=None if statement.consent is None else statement.consent.state.value,
        consent_until=None if statement.consent is None else time_of(statement.consent.until),
        withdrawn_since=None if statement.withdrawal is None else format_time(statement.withdrawal.since),
        since=format_time(statement.since),
        until=time_of(statement.until),
        unknown=tuple(sorted(statement.unknown)),
        words=statement.words,
        replaced_by=one.replaced_by,
        entries=citations.view.cite(*statement.cites),
    )


def _term(one: Term) -> UseTerm:
    return UseTerm(code=one.code, values=tuple(sorted(one.values)), date=time_of(one.date), months=one.months)


def _step(citations: Citations, edge: LineageEdge) -> UseStep:
    return UseStep(
        source=citations.title(edge.source),
        target=citations.title(edge.target),
        job=None if edge.job is None else citations.title(edge.job),
        entry=citations.cite(edge.known_from),
    )


def _answer(citations: Citations, purpose: str, found: MayUse) -> UseAnswer:
    return UseAnswer(
        purpose=purpose,
        decision=found.verdict.decision.name,  # type: ignore[arg-type]  # a closed list
        reasons=tuple(
            UseReason(
                statement=None if each.statement is None else each.statement.id,
                text=reason.text,
                awaits=None if reason.awaits is None else reason.awaits.value,
            )
            for each in found.verdict.deciding
            for reason in each.reasons
        ),
        obligations=tuple(sorted(found.verdict.obligations)),
        refrains=tuple(sorted(found.verdict.refrains)),
        entries=citations.view.cite(
            *(one for each in found.verdict.deciding if each.statement is not None for one in each.statement.cites),
            *(one for each in found.verdict.deciding for reason in each.reasons for one in reason.entries),
        ),
    )
