"""Which datasets and jobs ever had a facet, and of which jobs the runs did, by the facet's key.

A facet of a run counts for its job: a row for each run would outgrow what is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.aspects import BY_NAME, KEPT_FACET, Facet
from graph_schema.facts import NOW, Facts, Statement
from graph_schema.identity import label_of

LABELS: Final = ("Dataset", "Job", "Run")

FACET_KEY: Final = Table(
    "facet_key",
    (("label", Kind.TEXT), ("facet", Kind.TEXT), ("node", Kind.ID), ("entry", Kind.INTEGER)),
    key=3,
    prefix=3,
    merge=(Merge.LEAST,),
    known="entry",
)


def carrying(reader: IndexReader, label: str, facets: Sequence[str], known_at: int = NOW) -> list[str]:
    """Return the ids of those that had one of the facets by then, ascending; of the label Run, of their jobs."""
    asked = [(label, facet) for facet in dict.fromkeys(facets)]
    return sorted({row[2] for row in reader.rows(FACET_KEY, asked, known_at=known_at)})


@cache
def facet_of(aspect: str) -> str | None:
    """Return the key of the facet that is stated under an aspect, None for an aspect that is no facet."""
    if aspect.startswith(KEPT_FACET):
        return aspect.removeprefix(KEPT_FACET)
    known = BY_NAME.get(aspect)
    return known.shape.name if known is not None and isinstance(known.shape, Facet) else None


def _rows(statements: Iterable[Statement]) -> Iterator[Row]:
    for one in statements:
        facet, label = facet_of(one.aspect), label_of(one.subject)
        if facet is not None and label in LABELS:
            node = one.job if label == "Run" else one.subject
            if node is not None:
                yield label, facet, node, one.entry


def _derive(work: Work) -> Changes:
    changes = Changes()
    changes.add(FACET_KEY, _first(_rows(work.new.statements)))
    return changes


def _first(rows: Iterable[Row]) -> list[Row]:
    """Return of each key its first entry: a run restates what its job said before."""
    first: dict[Row, int] = {}
    for row in rows:
        key, entry = row[:3], row[3]
        before = first.get(key)
        if before is None or entry < before:
            first[key] = entry
    return [(*key, entry) for key, entry in first.items()]


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    changes.add(FACET_KEY, _first(_rows(facts.statements)))
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    asked = frozenset(ids)
    for label in LABELS:
        yield from sorted(row for row in reader.rows(FACET_KEY, [(label,)]) if row[2] in asked)


FACET_KEYS: Final = Index("facet_keys", 1, (FACET_KEY,), _derive, _specification, _answers)
