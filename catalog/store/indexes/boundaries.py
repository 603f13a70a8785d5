"""At which times anything that is said begins or ends: between two of them time alone changes nothing that follows
from what is said, unless by a span of time.

Decisions on access are left out: there are many, and nothing rests on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.facts import ALWAYS, NOW, Facts, Statement
from graph_schema.times import parse_zoned

BOUNDARY: Final = Table("boundary", (("queue", Kind.TEXT), ("at", Kind.INTEGER)), key=2, prefix=2)

_LEFT_OUT: Final = "access_decision"
_TIME: Final = re.compile(r'"(\d{4}-\d\d-\d\dT[^"\\]{5,40})"|(?<![\w.+-])(\d{15,17})(?![\w.])')
"""A time within a value, as a text of RFC 3339 or in microseconds UTC; what only looks like one does no harm."""


def last_boundary(reader: IndexReader, until: int) -> int | None:
    """Return the last time, until one in microseconds UTC, at which anything begins or ends; None where there is none.

    What follows from a time and a span only, such as months after a grant, is none of these.
    """
    rows = reader.newest(BOUNDARY, [(("",), until)], 1)
    return rows[0][1] if rows else None


def _within(statement: Statement) -> Iterator[int]:
    """Yield the times in what a record says: from when, and until when."""
    # What events say holds from their time until something else is said.
    for text, micros in _TIME.findall(statement.value or "") if statement.run is None else ():
        if micros:
            yield int(micros)
            continue
        try:
            yield parse_zoned(text)
        except ValueError:
            continue


def _changes(facts: Facts) -> Changes:
    found = {edge.valid_from for edge in facts.edges}
    for one in facts.statements:
        if one.aspect != _LEFT_OUT:
            found.add(one.valid_from)
            found.update(_within(one))
    changes = Changes()
    changes.add(BOUNDARY, [("", at) for at in sorted(found) if ALWAYS < at < NOW])
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
