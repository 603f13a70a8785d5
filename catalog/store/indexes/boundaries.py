"""At which times anything that a record says begins or ends by itself: once all was recorded, nothing that follows from
it changes between two of these, unless by a span of time.

From when a fact holds is no such time, since that is never after it was recorded. Decisions on access are left out:
there are many, and nothing rests on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.facts import NOW, Facts, Statement
from graph_schema.times import parse_zoned

BOUNDARY: Final = Table("boundary", (("queue", Kind.TEXT), ("at", Kind.INTEGER)), key=2, prefix=2)

_LEFT_OUT: Final = "access_decision"
_TIME: Final = re.compile(r'"(\d{4}-\d\d-\d\dT[^"\\]{5,40})"|(?<![\w.+-])(\d{15,17})(?![\w.])')
"""A time within a value, as a text of RFC 3339 or in microseconds UTC; what only looks like one does no harm."""


def last_boundary(reader: IndexReader, until: int) -> int | None:
    """Return the last time, until one in microseconds UTC, at which anything begins or ends by itself; None where there
    is none. What follows from a time and a span, such as months after a grant, is none of these.
    """
    rows = reader.newest(BOUNDARY, [(("",), until)], 1)
    return rows[0][1] if rows else None


def _within(statement: Statement) -> Iterator[int]:
    """Yield the times in what a record says; what events say holds until something else is said."""
    for text, micros in _TIME.findall(statement.value or "") if statement.run is None else ():
        if micros:
            yield int(micros)
            continue
        try:
            yield parse_zoned(text)
        except ValueError:
            continue


def _changes(facts: Facts) -> Changes:
    found = {at for one in facts.statements if one.aspect != _LEFT_OUT for at in _within(one)}
    changes = Changes()
    changes.add(BOUNDARY, [("", at) for at in sorted(found)])
    return changes


def _derive(work: Work) -> Changes:
    return _changes(work.new)


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:  # noqa: ARG001  they are of all nodes
    until: int | None = NOW
    while until is not None:
        until = last_boundary(reader, until)
        if until is not None:
            yield (until,)
            until -= 1


BOUNDARIES: Final = Index("boundaries", 1, (BOUNDARY,), _derive, _changes, _answers)
