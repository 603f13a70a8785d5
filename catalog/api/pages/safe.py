"""Which datasets are safe for development, evaluation or sharing, or whether one is: each by all that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import Word, command, query
from catalog.errors import AskerError
from catalog.reading import AsOf
from catalog.safe_use.model import SafePage as Found
from catalog.safe_use.model import Safety
from catalog.safe_use.queries import safe_for, safety
from catalog.search.model import Search
from graph_schema.vocabulary.words import SafeQuestion

_FIRST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SafePage(Context):
    """What the page of a ready question shows: the safe ones of all datasets, or what it comes to for one."""

    question: SafeQuestion
    found_safe: Found | None
    """None where it is asked of one dataset."""
    finds: tuple[Link, ...]
    after: str | None
    of: Link | None = None
    safety: Safety | None = None
    """What each condition comes to for the dataset that is asked about."""
    questions: tuple[SafeQuestion, ...] = tuple(SafeQuestion)


def read(asking: Asking) -> SafePage:
    """Judge the datasets that may be safe, or the one that the address names.

    Raises SenderError 422 for another question, AskerError 404 where that dataset is not there.
    """
    question = asking.member("question", SafeQuestion, SafeQuestion.DEVELOPMENT)
    if asking.text("id"):
        return _of_one(asking, question)
    cursor = Cursor.of("safe", question.value)
    place = cursor.read(asking.text("after") or None, (int, str, str))
    after = None if place is None else (place[0], place[1], place[2])
    found = safe_for(asking.view, question, Search(labels=("Dataset",), first=_FIRST, after=after))
    return SafePage(
        title=f"Safe for {question.value.lower()}",
        graphql=query(
            "safeFor",
            {"question": Word(question.value), "first": _FIRST},
            "{ examined edges { node { id } reasons { condition text } } }",
        ),
        command=command("search", "--safe-for", question.value.lower()),
        subjects=tuple(hit.id for hit in found.hits),
        current=asking.view.as_of != AsOf(),
        question=question,
        found_safe=found,
        finds=tuple(Link.to(hit.id, hit.node.title) for hit in found.hits),
        after=cursor.write(found.after) if found.more and found.after is not None else None,
    )


def _of_one(asking: Asking, question: SafeQuestion) -> SafePage:
    """Judge one dataset, as of the time that the address names."""
    view, identifier = asking.view, asking.identifier(("Dataset",))
    of = links_to(view, [identifier]).get(identifier)
    found = None if of is None else safety(view, [identifier], question).get(identifier)
    if of is None or found is None:
        raise AskerError(NOT_THERE)
    return SafePage(
        title=f"Safe for {question.value.lower()}: {of.name}",
        graphql=query(
            "whyNotSafe",
            {"asset": identifier, "question": Word(question.value)},
            "{ outcome reasons { condition outcome text entries } }",
            view.as_of,
        ),
        command=command("why-not-safe", identifier, question.value.lower(), as_of=view.as_of),
        subjects=(identifier,),
        question=question,
        found_safe=None,
        finds=(),
        after=None,
        of=of,
        safety=found,
    )


PAGE = Page("safe", "Safe for", SafePage, read, ("id", "question", "after"))
