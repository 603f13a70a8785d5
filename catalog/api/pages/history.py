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
from catalog.assets.history import Stated, histories
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
    """What the page of a history shows; without an aspect, which ones there are."""

    of: Link
    aspects: tuple[str, ...]
    aspect: str
    rows: tuple[Row, ...]
    """The newest first."""
    total: int
    after: int | None
    """The entry of the last row, behind which the next page goes on, None on the last."""


def read(asking: Asking) -> HistoryPage:
    """Read the history; raises AskerError 404 where the dataset is not there."""
    view, identifier = asking.view, asking.identifier({"Dataset"})
    record = datasets(view, [identifier]).get(identifier)
    if record is None:
        raise AskerError(NOT_THERE)
    aspect = asking.text("aspect")
    stated = histories(view, [(record.id, aspect)]).get((record.id, aspect), ())[::-1] if aspect else ()
    rest = _behind(asking, stated)
    links = links_to(view, {one.job for one in rest[:_MOST] if one.job} | {record.id})
    asked = aspect or "owner"
    return HistoryPage(
        title=f"History of {record.name}",
        graphql=query(
            "node",
            {"id": record.id},
            "{\n    ... on Dataset { history(aspect: "
            + literal(asked)
            + ") { nodes { value validFrom entry } } }\n  }",
            view.as_of,
        ),
        command=command("history", record.id, asked, as_of=view.as_of),
        subjects=(record.id,),
        of=links[record.id],
        aspects=tuple(sorted(record.aspects)),
        aspect=aspect,
        rows=tuple(
            Row(one, "" if one.value is None else _text(one.value), links.get(one.job or "")) for one in rest[:_MOST]
        ),
        total=len(stated),
        after=rest[_MOST - 1].entry if len(rest) > _MOST else None,
    )


def _behind(asking: Asking, stated: Sequence[Stated]) -> Sequence[Stated]:
    """Return those behind the last one shown before, which the address names by its entry; all where none was."""
    after = asking.number("after", LARGEST, 0, LARGEST)
    place = max((place for place, one in enumerate(stated, 1) if one.entry == after), default=0)
    return stated[place:]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


PAGE = Page("history", "History", HistoryPage, read, ("id", "aspect", "after"))
