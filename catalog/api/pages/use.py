"""May I use this: the decision, and by whose word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several, slug
from catalog.api.pages.questions import command, literal, query
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
_ANSWER: Final = """{
    ... on MayUse { decision entries recipientStates { regime state reasons { text entries } } }
  }"""
_PARAMETERS: Final = ("purpose", "place", "recipient", "on", *_MORE)


@dataclass(frozen=True, slots=True)
class StateOf:
    """How far identifiers are gone by one law, with what decides that as far as the page goes."""

    found: EffectiveState
    because: Several


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
    states: Sequence[StateOf]
    """How far identifiers are gone for the recipient, by each law."""
    names: Mapping[str, Link]
    """Of what the statements are about."""
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
    recipient = asked.who.get("recipient")
    states = () if recipient is None else _states(asking, identifier, recipient)
    if asked.purpose:
        answer = may_use(view, identifier, asked.question(view.moment), ethics=ethics_approvals)
    about = () if answer is None else (one.subject for one in answer.permitted.applied)
    purpose = asked.purpose or "HRESCH"
    return UsePage(
        title=f"Use of {of.name}",
        graphql=query("node", {"id": identifier}, _of_states(recipient), view.as_of)
        if answer is None and states and recipient is not None
        else query("mayUse", {"input": asked.for_graphql(identifier, purpose)}, _ANSWER, view.as_of),
        command=command("labels", identifier, "--recipient", recipient, as_of=view.as_of)
        if answer is None and states
        else command("use", "may", identifier, purpose, *asked.for_command(), as_of=view.as_of),
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


def _states(asking: Asking, identifier: str, recipient: str) -> tuple[StateOf, ...]:
    found = effective_states(asking.view, [Asked(identifier, law, recipient) for law in Regime])
    return tuple(
        StateOf(one, Several.by_digest(asking, f"states-{slug(law.value)}", one.because, lambda each: each.text, _MOST))
        for law in Regime
        if (one := found.get(Asked(identifier, law, recipient))) is not None
    )


def _of_states(recipient: str) -> str:
    """Return what GraphQL selects of a dataset for what the page shows of a recipient."""
    asked = (
        f"{law.value.lower()}: effectiveState(regime: {law.name}, recipient: {literal(recipient)}) "
        "{ state reasons { text entries } }"
        for law in Regime
    )
    return "{ ... on Dataset {\n    " + "\n    ".join(asked) + "\n  } }"


def _worst_first(verdict: Verdict) -> list[Judgement]:
    return sorted(verdict.judgements, key=lambda one: one.decision, reverse=True)


def _of_judgement(one: Judgement) -> str:
    return " ".join((one.decision.name, *(reason.text for reason in one.reasons[:1])))


def _of_applied(one: Applied) -> str:
    return f"{one.subject} {one.on} {one.statement.entry}"


PAGE = Page("use", "Use", UsePage, read, ("id", *_PARAMETERS, "behind"))
