"""Which name points to which dataset, as jobs say, and which names each dataset's symlinks list.

Emitters restate both in every event. A pointer and a list stand here once for each job with their earliest points in
time, however often they are restated: a name that always pointed to one dataset is told by that alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import earliest
from graph_schema.facts import NOW, Edge, Facts, Order, Statement
from graph_schema.identity import node_id

POINTER: Final = Table(
    "pointer",
    (
        ("source", Kind.ID),
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("ended", Kind.INTEGER),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
        ("rank", Kind.INTEGER),
        ("tie", Kind.TEXT),
    ),
    key=5,
    prefix=4,
    merge=(Merge.NEWEST,) * 3,
    orders=(("target", "source"),),
    valid="valid_from",
    known="entry",
)
"""Only what comes before all that was known of it takes a further row: so a restatement takes none."""

LISTING: Final = Table(
    "pointer_listing",
    (
        ("carrier", Kind.ID),
        ("job", Kind.ID),
        ("digest", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
        ("names", Kind.VALUE),
    ),
    key=4,
    prefix=3,
    merge=(Merge.LEAST, Merge.NEWEST),
    valid="valid_from",
    known="entry",
)
"""The digest is empty where the facet was deleted; the names are sorted ids."""


class Pointer(NamedTuple):
    """That a job says of a name that it points to a dataset, or that it no longer does: what comes first of it."""

    source: str
    target: str
    job: str | None
    ended: bool
    valid_from: int
    rank: int
    tie: str
    entry: int

    @property
    def order(self) -> Order:
        """Return what it is compared by."""
        return self.valid_from, self.rank, self.tie


class Listing(NamedTuple):
    """The ids of the names that a job once listed for a dataset, None where it deleted the list."""

    carrier: str
    job: str | None
    names: frozenset[str] | None


def pointers(reader: IndexReader, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Pointer]:
    """Return the pointers from and to these names valid and known by then, one for each (source, target, job, ended)
    with the first that was said of it, in that order.
    """
    asked = [(one,) for one in dict.fromkeys(ids)]
    from_and_to = reader.several([(POINTER, asked, 0), (POINTER, asked, 1)], valid_at=valid_at, known_at=known_at)
    found = [row for rows in from_and_to for row in rows]
    first: dict[Row, Pointer] = {}
    for source, target, job, ended, entry, valid_from, rank, tie in found:
        pointer = Pointer(source, target, job, bool(ended), valid_from, rank, tie, entry)
        before = first.get(pointer[:4])
        if before is None or pointer.order < before.order:
            first[pointer[:4]] = pointer
    return sorted(first.values(), key=lambda one: (one.source, one.target, one.job or "", one.ended))


def listings(reader: IndexReader, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Listing]:
    """Return every list of other names of these datasets valid and known by then, each of a job once, in the order of
    (carrier, job, names).
    """
    found = reader.rows(LISTING, [(one,) for one in dict.fromkeys(ids)], valid_at=valid_at, known_at=known_at)
    each = {(carrier, job, names) for carrier, job, _, _, _, names in found}
    return [
        Listing(carrier, job, None if names is None else frozenset(json.loads(names)))
        for carrier, job, names in sorted(each, key=lambda one: (one[0], one[1] or "", one[2] or ""))
    ]


@lru_cache(maxsize=4_096)
def listed(facet: str) -> frozenset[str]:
    """Return the ids of the datasets that a symlinks facet lists (SymlinksDatasetFacet 1-0-1)."""
    value = json.loads(facet)
    identifiers = value.get("identifiers") if isinstance(value, dict) else None
    pairs = [
        (one.get("namespace"), one.get("name"))
        for one in (identifiers if isinstance(identifiers, list) else ())
        if isinstance(one, dict)
    ]
    return frozenset(
        node_id("Dataset", (space, name)) for space, name in pairs if isinstance(space, str) and isinstance(name, str)
    )


def _pointing(edges: Iterable[Edge]) -> dict[Row, list[tuple[Order, int]]]:
    found: dict[Row, list[tuple[Order, int]]] = {}
    for edge in edges:
        if edge.kind == "IS_ALIAS_OF":
            place = edge.source, edge.target, edge.job, int(bool(edge.data.get("ended")))
            found.setdefault(place, []).append((edge.order, edge.entry))
    return found


def _listing(statements: Iterable[Statement]) -> tuple[dict[Row, list[tuple[int, int]]], dict[str, str | None]]:
    """Return the points of each (carrier, job, digest), and what the digests stand for."""
    found: dict[Row, list[tuple[int, int]]] = {}
    texts: dict[str, str | None] = {}
    for one in statements:
        if one.aspect == "symlinks":
            text = None if one.value is None else json.dumps(sorted(listed(one.value)))
            digest = "" if text is None else blake2b(text.encode(), digest_size=12).hexdigest()
            texts[digest] = text
            found.setdefault((one.subject, one.job, digest), []).append((one.valid_from, one.entry))
    return found, texts


def _derive(work: Work) -> Changes:
    changes = Changes()
    pointing = _pointing(work.new.edges)
    known = work.past.under(POINTER, pointing) if pointing else {}
    for key, orders in pointing.items():
        first = [(order, entry) for order, entry in earliest(orders) if all(order < row[5:] for row in known[key])]
        changes.add(POINTER, [(*key, entry, *order) for order, entry in first])
    listing, texts = _listing(work.new.statements)
    known = work.past.under(LISTING, listing) if listing else {}
    for key, times in listing.items():
        new = [(at, entry) for at, entry in earliest(times) if all(at < row[4] for row in known[key])]
        changes.add(LISTING, [(*key, entry, at, texts[key[2]]) for at, entry in new])
    return changes


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    for key, orders in _pointing(facts.edges).items():
        changes.add(POINTER, [(*key, entry, *order) for order, entry in earliest(orders)])
    listing, texts = _listing(facts.statements)
    for key, times in listing.items():
        changes.add(LISTING, [(*key, entry, at, texts[key[2]]) for at, entry in earliest(times)])
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from pointers(reader, ids)
    yield from ((one.carrier, one.job, one.names) for one in listings(reader, ids))
    for table in (POINTER, LISTING):
        yield from sorted(reader.rows(table, [(one,) for one in dict.fromkeys(ids)]), key=repr)


POINTERS: Final = Index("pointers", 1, (POINTER, LISTING), _derive, _specification, _answers)
