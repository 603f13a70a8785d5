"""May I use this: the decision, and by whose word."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from catalog.api.pages.asking import NOT_THERE, Asking, time_of
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.approvals.ethics import ethics_approvals
from catalog.errors import AskerError
from catalog.labels.states.model import EffectiveState, Regime
from catalog.labels.states.queries import Asked, effective_states
from catalog.use import asking as questions
from catalog.use.answers import Applied, MayUse
from catalog.use.model import Judgement, Requester, Verdict
from catalog.use.queries import ASKED_OF, may_use
from graph_schema.times import format_time

T = TypeVar("T")
_MOST: Final = 50
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePage(Context):
    """What the page of a question of use shows; without a purpose, the question alone."""

    of: Link
    purpose: str
    place: str
    recipient: str
    on: str
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


def read(asking: Asking) -> UsePage:
    """Ask; raises AskerError 404 where there is nothing of this id, SenderError 422 for an unknown purpose."""
    view, identifier = asking.view, asking.identifier(ASKED_OF)
    of = links_to(view, [identifier]).get(identifier)
    if of is None:
        raise AskerError(NOT_THERE)
    purpose, place, on = asking.text("purpose"), asking.text("place"), asking.text("on")
    recipient = asking.text("recipient")
    held = asking.services.redactor.field
    who = held("recipients", recipient) if recipient else None
    date = time_of("on", on) if on else None
    answer = None
    states: Sequence[EffectiveState] = ()
    if purpose:
        question = questions.question(
            purpose,
            view.moment if date is None else date,
            place=held("places", place) if place else None,
            requester=Requester(recipient=who),
        )
        answer = may_use(view, identifier, question, ethics=ethics_approvals)
        if who is not None:
            states = tuple(effective_states(view, [Asked(identifier, law, who) for law in Regime]).values())
    about = () if answer is None else (one.subject for one in answer.permitted.applied)
    at = None if date is None else format_time(date)
    return UsePage(
        title=f"Use of {of.name}",
        graphql=query(
            "mayUse",
            {
                "input": {
                    "of": identifier,
                    "purpose": purpose or "HRESCH",
                    "place": place or None,
                    "date": at,
                    **({"requester": {"recipient": recipient}} if recipient else {}),
                }
            },
            "{\n    ... on MayUse { decision entries }\n  }",
            view.as_of,
        ),
        command=command(
            "use",
            "may",
            identifier,
            purpose or "HRESCH",
            *(["--place", place] if place else []),
            *(["--recipient", recipient] if recipient else []),
            *(["--date", at] if at else []),
            as_of=view.as_of,
        ),
        found=None if answer is None else answer.permitted.completeness,
        subjects=(identifier,),
        of=of,
        purpose=purpose,
        place=place,
        recipient=recipient,
        on=on,
        answer=answer,
        reasons=None if answer is None else _several(asking, "reasons", _worst_first(answer.verdict), _of_judgement),
        contradictions=None
        if answer is None
        else _several(asking, "contradictions", answer.permitted.contradictions, lambda one: one.text),
        applied=None if answer is None else _several(asking, "statements", answer.permitted.applied, _of_applied),
        states=states,
        names=links_to(view, about),
    )


def _worst_first(verdict: Verdict) -> list[Judgement]:
    return sorted(verdict.judgements, key=lambda one: one.decision, reverse=True)


def _of_judgement(one: Judgement) -> str:
    return " ".join((one.decision.name, *(reason.text for reason in one.reasons[:1])))


def _of_applied(one: Applied) -> str:
    return f"{one.subject} {one.on} {one.statement.entry}"


def _several(asking: Asking, name: str, every: Sequence[T], key: Callable[[T], str]) -> Several:
    """Return some of a list in which two may be called alike: of these the first is number 1."""
    met: Counter[str] = Counter()
    keys = []
    for one in every:
        digest = hashlib.sha256(key(one).encode()).hexdigest()[:_DIGITS]
        met[digest] += 1
        keys.append(f"{digest}.{met[digest]}")
    found = Several.of(asking, name, tuple(zip(keys, every, strict=True)), lambda pair: pair[0], _MOST)
    return replace(found, shown=tuple(one for _, one in found.shown))


PAGE = Page("use", "Use", UsePage, read, ("id", "purpose", "place", "recipient", "on", "behind"))
