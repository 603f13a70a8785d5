"""May I use this: the decision, and by whose word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.api.pages.use_question import Answer, asked_of
from catalog.approvals.ethics import ethics_approvals
from catalog.errors import AskerError
from catalog.labels.states.model import EffectiveState, Regime
from catalog.labels.states.queries import Asked, effective_states
from catalog.use.answers import Applied, MayUse
from catalog.use.model import Judgement, OrganizationKind, SensitiveTopic, Verdict
from catalog.use.queries import ASKED_OF, may_use

T = TypeVar("T")
_MOST: Final = 50
_MORE: Final = (
    *("user", "organization", "commercial", "institute", "project"),
    *("disease", "investigation", "genetic", "topic", "sensitive", "limited"),
)
"""What an address may say beside purpose, place, recipient and date."""
_PARAMETERS: Final = ("purpose", "place", "recipient", "on", *_MORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePage(Context):
    """What the page of a question of use shows; without a purpose, the question alone."""

    of: Link
    purpose: str
    given: Mapping[str, str]
    """All that was typed of the question, by what the address calls it."""
    sensitive: tuple[SensitiveTopic, ...]
    """What of the research a person has to look at."""
    answer: MayUse | None
    reasons: Several | None
    """What each statement comes to, the worst first, None where nothing was asked, as of the two that follow."""
    contradictions: Several | None
    applied: Several | None
    states: Sequence[EffectiveState]
    """How far identifiers are gone for the recipient, by each law."""
    names: Mapping[str, Link]
    """Of what the statements are about."""
    most: int = _MOST
    is_more_given: bool
    """Whether anything is given of who asks and what is studied."""
    organizations: tuple[OrganizationKind, ...] = tuple(OrganizationKind)
    answers: tuple[Answer, ...] = tuple(Answer)
    topics: tuple[SensitiveTopic, ...] = tuple(SensitiveTopic)


def read(asking: Asking) -> UsePage:
    """Ask; raises AskerError 404 where there is nothing of this id, SenderError 422 for an unknown purpose."""
    view, identifier = asking.view, asking.identifier(ASKED_OF)
    of = links_to(view, [identifier]).get(identifier)
    if of is None:
        raise AskerError(NOT_THERE)
    asked = asked_of(asking)
    answer = None
    states: Sequence[EffectiveState] = ()
    if asked.purpose:
        answer = may_use(view, identifier, asked.question(view.moment), ethics=ethics_approvals)
        who = asked.who.get("recipient")
        if who is not None:
            states = tuple(effective_states(view, [Asked(identifier, law, who) for law in Regime]).values())
    about = () if answer is None else (one.subject for one in answer.permitted.applied)
    purpose = asked.purpose or "HRESCH"
    return UsePage(
        title=f"Use of {of.name}",
        graphql=query(
            "mayUse",
            {"input": asked.for_graphql(identifier, purpose)},
            "{\n    ... on MayUse { decision entries }\n  }",
            view.as_of,
        ),
        command=command("use", "may", identifier, purpose, *asked.for_command(), as_of=view.as_of),
        found=None if answer is None else answer.permitted.completeness,
        subjects=(identifier,),
        of=of,
        purpose=asked.purpose,
        given={name: asking.text(name) for name in _PARAMETERS},
        sensitive=asked.sensitive,
        is_more_given=any(asking.text(name) for name in _MORE),
        answer=answer,
        reasons=None
        if answer is None
        else Several.by_digest(asking, "reasons", _worst_first(answer.verdict), _of_judgement, _MOST),
        contradictions=None
        if answer is None
        else Several.by_digest(asking, "contradictions", answer.permitted.contradictions, lambda one: one.text, _MOST),
        applied=None
        if answer is None
        else Several.by_digest(asking, "statements", answer.permitted.applied, _of_applied, _MOST),
        states=states,
        names=links_to(view, about),
    )


def _worst_first(verdict: Verdict) -> list[Judgement]:
    return sorted(verdict.judgements, key=lambda one: one.decision, reverse=True)


def _of_judgement(one: Judgement) -> str:
    return " ".join((one.decision.name, *(reason.text for reason in one.reasons[:1])))


def _of_applied(one: Applied) -> str:
    return f"{one.subject} {one.on} {one.statement.entry}"


PAGE = Page("use", "Use", UsePage, read, ("id", *_PARAMETERS, "behind"))
