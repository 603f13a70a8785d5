"""Which column derives from which: an index over the columnLineage that is stated, earliest points first.

The statement's value is the fact, however many pairs it names; a value that a job stated of a dataset before costs one
look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, Direction, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import earliest
from graph_schema.column_lineage import pairs, read_column_lineage
from graph_schema.facts import NOW, Facts, Statement
from graph_schema.nodes import Dataset, Node

COLUMN_FLOW: Final = Table(
    "column_flow",
    (
        ("target", Kind.ID),
        ("source", Kind.ID),
        ("job", Kind.ID),
        ("type", Kind.TEXT),
        ("masking", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=6,
    prefix=5,
    merge=(Merge.LEAST,),
    orders=(("source", "target"),),
    valid="valid_from",
    known="entry",
)
STATED: Final = Table(
    "column_lineage_stated",
    (("dataset", Kind.ID), ("job", Kind.ID), ("digest", Kind.TEXT), ("valid_from", Kind.INTEGER)),
    key=3,
    prefix=3,
    merge=(Merge.LEAST,),
)
"""From when on each value stands in the index."""

_ASPECT: Final = "column_lineage"
_MASKING: Final[Mapping[bool | None, str]] = {None: "", True: "masked", False: "unmasked"}


class ColumnFlow(NamedTuple):
    """A column, or a dataset as a whole, derives from a column by a job, as some statement says."""

    target: str
    source: str
    job: str | None
    type: str
    """DIRECT or INDIRECT, empty where that is not said."""
    masking: str
    """masked or unmasked, empty where that is not said."""
    valid_from: int
    entry: int


def column_flows(
    reader: IndexReader, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
) -> list[ColumnFlow]:
    """Return what derives from the columns ("out"), or what the columns and datasets derive from ("in"), each once with
    its earliest (valid_from, entry), in order.
    """
    way = 1 if direction == "out" else 0
    found = reader.rows(COLUMN_FLOW, [(one,) for one in dict.fromkeys(ids)], way, valid_at=valid_at, known_at=known_at)
    first: dict[Row, ColumnFlow] = {}
    for flow in sorted((ColumnFlow._make((*row[:5], row[6], row[5])) for row in found), key=_order):
        first.setdefault(flow[:5], flow)
    return list(first.values())


def _order(flow: ColumnFlow) -> tuple[str | int, ...]:
    return flow.target, flow.source, flow.job or "", *flow[3:]


def _derive(work: Work) -> Changes:
    changes = Changes()
    fresh: dict[Row, list[Statement]] = {}
    for statement in work.new.statements:
        if statement.aspect == _ASPECT and statement.value is not None:
            fresh.setdefault(_place(statement), []).append(statement)
    known = work.past.under(STATED, fresh) if fresh else {}
    new = {
        place: first
        for place, some in fresh.items()
        for first in (min(some, key=lambda statement: (statement.valid_from, statement.entry)),)
        if all(first.valid_from < row[3] for row in known[place])
    }
    if not new:
        return changes
    changes.add(STATED, [(*place, statement.valid_from) for place, statement in new.items()])
    nodes = {node.id: node for node, _ in work.new.nodes}
    nodes.update(work.past.nodes({statement.subject for statement in new.values()} - nodes.keys()))
    stated = [statement for place in new for statement in fresh[place]]
    points = _points(stated, nodes)
    before = work.past.under(COLUMN_FLOW, points)
    for key, some in points.items():
        new_points = ((at, entry) for at, entry in earliest(some) if all(at < row[6] for row in before[key]))
        changes.add(COLUMN_FLOW, [(*key, entry, at) for at, entry in new_points])
    return changes


def _place(statement: Statement) -> Row:
    return statement.subject, statement.job, blake2b((statement.value or "").encode(), digest_size=16).hexdigest()


def _points(stated: Iterable[Statement], nodes: Mapping[str, Node]) -> dict[Row, list[tuple[int, int]]]:
    """Return when and by which entry each pair was stated."""
    found: dict[Row, list[tuple[int, int]]] = {}
    for statement in stated:
        dataset = nodes.get(statement.subject)
        if isinstance(dataset, Dataset):
            for target, origin in pairs(dataset, read_column_lineage(statement.data)):
                key = target.id, origin.column.id, statement.job, origin.type or "", _MASKING[origin.masking]
                found.setdefault(key, []).append((statement.valid_from, statement.entry))
    return found


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    stated = [
        statement for statement in facts.statements if statement.aspect == _ASPECT and statement.value is not None
    ]
    for key, some in _points(stated, {node.id: node for node, _ in facts.nodes}).items():
        changes.add(COLUMN_FLOW, [(*key, entry, at) for at, entry in earliest(some)])
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from column_flows(reader, ids, "in")


COLUMN_FLOWS: Final = Index("column_flows", 1, (COLUMN_FLOW, STATED), _derive, _specification, _answers)
