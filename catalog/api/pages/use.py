"""May I use this: the decision, and by whose word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking, time_of
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import command, query
from catalog.approvals.ethics import ethics_approvals
from catalog.errors import AskerError
from catalog.use import asking as questions
from catalog.use.answers import MayUse
from catalog.use.queries import ASKED_OF, may_use
from graph_schema.times import format_time

_MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePage(Context):
    """What the page of a question of use shows; without a purpose, the question alone."""

    of: Link
    purpose: str
    place: str
    on: str
    answer: MayUse | None
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
    date = time_of("on", on) if on else None
    answer = None
    if purpose:
        question = questions.question(
            purpose,
            view.moment if date is None else date,
            place=asking.services.redactor.field("places", place) if place else None,
        )
        answer = may_use(view, identifier, question, ancestors=asking.services.ancestors, ethics=ethics_approvals)
    about = () if answer is None else (one.subject for one in answer.permitted.applied)
    at = None if date is None else format_time(date)
    return UsePage(
        title=f"Use of {of.name}",
        graphql=query(
            "mayUse",
            {"input": {"of": identifier, "purpose": purpose or "HRESCH", "place": place or None, "date": at}},
            "{\n    ... on MayUse { decision entries }\n  }",
            view.as_of,
        ),
        command=command(
            "use",
            "may",
            identifier,
            purpose or "HRESCH",
            *(["--place", place] if place else []),
            *(["--date", at] if at else []),
            as_of=view.as_of,
        ),
        found=None if answer is None else answer.permitted.completeness,
        subjects=(identifier,),
        of=of,
        purpose=purpose,
        place=place,
        on=on,
        answer=answer,
        names=links_to(view, about),
    )


PAGE = Page("use", "Use", UsePage, read, ("id", "purpose", "place", "on"))
