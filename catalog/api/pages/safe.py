"""Which datasets are safe for development, evaluation or sharing, each by all that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.graphql.cursors import Cursor
from catalog.api.pages.asking import Asking
from catalog.api.pages.kinds import Link
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import Word, command, query
from catalog.reading import AsOf
from catalog.safe_use.model import SafePage as Found
from catalog.safe_use.queries import safe_for
from catalog.search.model import Search
from graph_schema.vocabulary.words import SafeQuestion

_FIRST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SafePage(Context):
    """What the page of a ready question shows."""

    question: SafeQuestion
    found_safe: Found
    finds: tuple[Link, ...]
    after: str | None
    questions: tuple[SafeQuestion, ...] = tuple(SafeQuestion)


def read(asking: Asking) -> SafePage:
    """Judge the datasets that may be safe; raises SenderError 422 for another question."""
    question = asking.member("question", SafeQuestion, SafeQuestion.DEVELOPMENT)
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


PAGE = Page("safe", "Safe for", SafePage, read, ("question", "after"))
