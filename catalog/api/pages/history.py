"""What was ever said of one aspect of a dataset, in both times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import command, literal, query
from catalog.assets.history import Stated, histories, whole_histories
from catalog.assets.queries import datasets
from catalog.errors import AskerError

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A statement, its value as text, and whose it was."""

    stated: Stated
    value: str
    job: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage(Context):
    """What the page of a history shows: of one aspect, by the time that it is said for, or of all, by entry."""

    of: Link
    aspects: tuple[str, ...]
    aspect: str
    rows: tuple[Row, ...]
    """The newest first."""
    total: int
    after: int | None
    """The entry of the last rows, behind which the next page goes on, None on the last."""


def read(asking: Asking) -> HistoryPage:
    """Read the history; raises AskerError 404 where the dataset is not there."""
    view, identifier = asking.view, asking.identifier({"Dataset"})
    record = datasets(view, [identifier]).get(identifier)
    if record is None:
        raise AskerError(NOT_THERE)
    aspect = asking.text("aspect")
    every = (
        histories(view, [(record.id, aspect)]).get((record.id, aspect), ())
        if aspect
        else whole_histories(view, [record.id]).get(record.id, ())
    )
    stated = every[::-1]
    rest = _behind(asking, stated)
    # What one entry says is on one page.
    shown = [one for place, one in enumerate(rest) if place < _MOST or one.entry == rest[_MOST - 1].entry]
    links = links_to(view, {one.job for one in shown if one.job} | {record.id})
    return HistoryPage(
        title=f"History of {record.name}",
        graphql=query(
            "node",
            {"id": record.id},
            "{\n    ... on Dataset { history"
            + (f"(aspect: {literal(aspect)})" if aspect else "")
            + " { nodes { aspect value validFrom entry } } }\n  }",
            view.as_of,
        ),
        command=command("history", record.id, *([aspect] if aspect else []), as_of=view.as_of),
        subjects=(record.id,),
        of=links[record.id],
        aspects=tuple(sorted({*record.aspects, *(one.aspect for one in every)})),
        aspect=aspect,
        rows=tuple(Row(one, "" if one.value is None else _text(one.value), links.get(one.job or "")) for one in shown),
        total=len(stated),
        after=shown[-1].entry if len(rest) > len(shown) else None,
    )


def _behind(asking: Asking, stated: Sequence[Stated]) -> Sequence[Stated]:
    """Return those behind the last one shown before, which the address names by its entry; all where none was."""
    after = asking.number("after", LARGEST, 0, LARGEST)
    place = max((place for place, one in enumerate(stated, 1) if one.entry == after), default=0)
    return stated[place:]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


PAGE = Page("history", "History", HistoryPage, read, ("id", "aspect", "after"))
