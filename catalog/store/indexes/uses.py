"""Which job reads and writes which dataset, at whatever outcome: what connects jobs, and where an estate has borders.

A job stands beside a dataset once for each way of using it, with its earliest points in time, however often it ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from catalog.store.indexes.index import Index
from catalog.store.indexes.run_states import FLOWING
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import earliest
from graph_schema.facts import NOW, Edge, Facts
from graph_schema.identity import label_of

USE: Final = Table(
    "job_use",
    (
        ("job", Kind.ID),
        ("dataset", Kind.ID),
        ("how", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=4,
    prefix=3,
    merge=(Merge.LEAST,),
    orders=(("dataset", "job"), ("how", "dataset")),
    valid="valid_from",
    known="entry",
)

READS: Final = ("READ", "CONSUMES", "TRAINED_ON", "EVALUATED_ON")
"""The ways in which something takes data in."""
WRITES: Final = ("WROTE", "PRODUCES", "PRODUCED")
"""The ways in which something puts data out."""

_BY_DESIGN: Final = frozenset({"CONSUMES", "PRODUCES"})
_BY_A_RECORD: Final = frozenset({"TRAINED_ON", "EVALUATED_ON"})


class Use(NamedTuple):
    """That a job uses a dataset or model version, or, where no job is named, that a model version does."""

    job: str | None
    dataset: str
    how: str
    """The type of the edge that says so: one of `READS` and `WRITES`."""
    valid_from: int
    entry: int


def uses(reader: IndexReader, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Use]:
    """Return what the jobs among the ids use, and by which jobs the datasets and model versions among them are used,
    each (job, dataset, how) with its earliest (valid_from, entry), in that order.
    """
    every = dict.fromkeys(ids)
    jobs = [(one,) for one in every if label_of(one) == "Job"]
    others = [(one,) for one in every if label_of(one) != "Job"]
    asked = [(USE, some, order) for order, some in enumerate((jobs, others)) if some]
    found = [row for rows in reader.several(asked, valid_at=valid_at, known_at=known_at) for row in rows]
    first: dict[Row, Use] = {}
    for use in sorted((Use._make((*row[:3], row[4], row[3])) for row in found), key=_order):
        first.setdefault(use[:3], use)
    return list(first.values())


def used(reader: IndexReader, hows: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> frozenset[str]:
    """Return every dataset and model version that anything uses in one of these ways."""
    return frozenset(
        reader.ends(USE, [(how,) for how in dict.fromkeys(hows)], "dataset", 2, valid_at=valid_at, known_at=known_at)
    )


def _order(use: Use) -> tuple[str | int, ...]:
    return use.job or "", *use[1:]


def _place(edge: Edge) -> Row | None:
    """Return the row's key that an edge is of, None for one that says nothing of a use."""
    if edge.kind in FLOWING:
        return edge.job, edge.target, edge.kind
    if edge.kind in _BY_DESIGN:
        return edge.source, edge.target, edge.kind
    if edge.kind in _BY_A_RECORD:
        return edge.job, edge.data["dataset"], edge.kind
    return None


def _points(edges: Iterable[Edge]) -> dict[Row, list[tuple[int, int]]]:
    found: dict[Row, list[tuple[int, int]]] = {}
    for edge in edges:
        if (place := _place(edge)) is not None:
            found.setdefault(place, []).append((edge.valid_from, edge.entry))
    return found


def _derive(work: Work) -> Changes:
    changes = Changes()
    ran = (edge for edges in work.runs.fresh.values() for edge in edges)
    others = (edge for edge in work.new.edges if edge.kind not in FLOWING)
    points = _points((*ran, *others))
    known = work.past.under(USE, points) if points else {}
    for key, some in points.items():
        new = [(at, entry) for at, entry in earliest(some) if all(at < row[4] for row in known[key])]
        changes.add(USE, [(*key, entry, at) for at, entry in new])
    return changes


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    for key, some in _points(facts.edges).items():
        changes.add(USE, [(*key, entry, at) for at, entry in earliest(some)])
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from uses(reader, ids)


USES: Final = Index("uses", 1, (USE,), _derive, _specification, _answers, uses=("runs",))
