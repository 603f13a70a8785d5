"""Which datasets are named in facets of other datasets that have no meaning of their own: a site's mappings may read
them as what feeds these, and until then nothing else tells of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.aspects import KEPT_FACET
from graph_schema.facet_reading import dataset, every_object
from graph_schema.facts import NOW, Facts, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset

NAMED_IN_FACET: Final = Table(
    "named_in_facet",
    (
        ("dataset", Kind.ID),
        ("carrier", Kind.ID),
        ("namespace", Kind.TEXT),
        ("name", Kind.TEXT),
        ("entry", Kind.INTEGER),
    ),
    key=4,
    prefix=4,
    merge=(Merge.LEAST,),
    known="entry",
)


class NamedInFacet(NamedTuple):
    """That a facet of a dataset, the carrier by id, named another: its id, namespace and name, and the first entry."""

    dataset: str
    carrier: str
    namespace: str
    name: str
    entry: int


def named_in_facets(reader: IndexReader, ids: Sequence[str], known_at: int = NOW) -> list[NamedInFacet]:
    """Return where the datasets are named, by id and carrier."""
    asked = [(one,) for one in dict.fromkeys(ids)]
    return sorted(map(NamedInFacet._make, reader.rows(NAMED_IN_FACET, asked, known_at=known_at))) if asked else []


def _rows(statements: Iterable[Statement]) -> Iterator[Row]:
    seen: dict[tuple[str, str | None], tuple[Dataset, ...]] = {}
    for one in statements:
        if not one.aspect.startswith(KEPT_FACET) or label_of(one.subject) != "Dataset" or one.value is None:
            continue
        # Of most facets it is plain, before they are parsed, that they name nothing.
        if '"namespace"' not in one.value:
            continue
        key = one.subject, one.value
        named = seen.get(key)
        if named is None:
            named = seen[key] = tuple(dict.fromkeys(filter(None, map(dataset, every_object(json.loads(one.value))))))
        for each in named:
            yield each.id, one.subject, each.namespace, each.name, one.entry


def _changes(statements: Iterable[Statement]) -> Changes:
    first: dict[Row, int] = {}
    for *key, entry in _rows(statements):
        first[tuple(key)] = min(entry, first.get(tuple(key), entry))
    changes = Changes()
    changes.add(NAMED_IN_FACET, [(*key, entry) for key, entry in first.items()])
    return changes


def _derive(work: Work) -> Changes:
    return _changes(work.new.statements)


def _specification(facts: Facts) -> Changes:
    return _changes(facts.statements)


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from named_in_facets(reader, ids)


NAMED_IN_FACETS: Final = Index("named_in_facets", 1, (NAMED_IN_FACET,), _derive, _specification, _answers)
