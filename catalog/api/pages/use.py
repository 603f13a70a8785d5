"""May I use this: the decision, and by whose word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking, time_of
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import command, query
from catalog.approvals.ethics import ethics_approvals
from catalog.errors import AskerError
from catalog.labels.states.model import EffectiveState, Regime
from catalog.labels.states.queries import Asked, effective_states
from catalog.use import asking as questions
from catalog.use.answers import MayUse
from catalog.use.model import Requester
from catalog.use.queries import ASKED_OF, may_use
from graph_schema.times import format_time

_MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePage(Context):
    """What the page of a question of use shows; without a purpose, the question alone."""

    of: Link
    purpose: str
    place: str
    recipient: str
    on: str
    answer: MayUse | None
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
        states=states,
        names=links_to(view, about),
    )


PAGE = Page("use", "Use", UsePage, read, ("id", "purpose", "place", "recipient", "on"))
