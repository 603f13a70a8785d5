"""Which column derives from which: every flow between columns that was ever stated, and what each write said.

The value that says so is the fact, however many pairs it names; one that a job stated of a dataset before costs one
look-up. `column_lineage` gives the values, `column_flows` the pairs, earliest points first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Protocol

from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, Direction, Either, IndexReader, Key, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import earliest
from graph_schema.canonical import canonical_text
from graph_schema.column_lineage import (
    COLUMN_LINEAGE,
    LINEAGE,
    ColumnLineage,
    Origin,
    Transformation,
    dataset_of,
    pairs,
    read_column_lineage,
    read_entries,
    read_entry,
)
from graph_schema.facts import NOW, Edge, Facts, Role, Statement
from graph_schema.nodes import Dataset, Node

COLUMN_FLOW: Final = Table(
    "column_flow",
    (
        ("target", Kind.ID),
        ("source", Kind.ID),
        ("job", Kind.ID),
        ("how", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
        ("target_dataset", Kind.ID),
        ("source_dataset", Kind.ID),
        ("type", Kind.TEXT),
        ("masking", Kind.TEXT),
    ),
    key=5,
    prefix=4,
    merge=(Merge.LEAST,) * 5,
    orders=(("source", "target"),),
    valid="valid_from",
    known="entry",
)
"""Datasets, type and masking follow from the key: for whoever walks, and for whoever looks at the graph."""

COLUMN_HOW: Final = Table("column_how", (("digest", Kind.TEXT), ("text", Kind.VALUE)), 1, 1, (Merge.LEAST,))
"""How one column derives from another, once for all pairs that do so alike."""

STATED: Final = Table(
    "column_lineage_stated",
    (
        ("dataset", Kind.ID),
        ("job", Kind.ID),
        ("digest", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=4,
    prefix=3,
    merge=(Merge.LEAST,),
    valid="valid_from",
    known="entry",
)
"""From when on each value stands in the index."""

COLUMN_STATEMENT: Final = Table(
    "column_lineage_statement",
    (
        ("dataset", Kind.ID),
        ("by", Kind.ID),
        ("valid_from", Kind.INTEGER),
        ("rank", Kind.INTEGER),
        ("tie", Kind.TEXT),
        ("facet", Kind.TEXT),
        ("digest", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("job", Kind.ID),
    ),
    key=7,
    prefix=7,
    merge=(Merge.LEAST, Merge.LEAST),
    valid="valid_from",
    known="entry",
)
"""What each run, declaring job or event of the dataset itself said: the digest of a value, empty where it ended."""

VALUE: Final = Table("column_lineage_value", (("digest", Kind.TEXT), ("text", Kind.VALUE)), 1, 1, (Merge.LEAST,))

_FACETS: Final = {"column_lineage": COLUMN_LINEAGE, "lineage": LINEAGE}
"""The aspects that say which column derives from which, and the facets that they are."""


class ColumnFlow(NamedTuple):
    """A column, or a dataset as a whole, derives from a column or a whole dataset by a job, as some statement says."""

    target: str
    source: str
    job: str | None
    how: str
    """What `transformations` tells more of."""
    valid_from: int
    entry: int
    target_dataset: str
    source_dataset: str


class ColumnReach(NamedTuple):
    """Columns and wholes that lie within some flows, and all flows out of these, or into them."""

    ids: frozenset[str]
    flows: list[ColumnFlow]


class How(NamedTuple):
    """By which facet and transformations one column derives from another.

    Of a fan-out that stands for one of the whole dataset, the fields that it is said of.
    """

    facet: str
    indirect: bool
    transformations: tuple[Transformation, ...]
    fields: tuple[str, ...] = ()


class ColumnStatement(NamedTuple):
    """What was said of a dataset's columns, by a run, by a job that declares (`by`), or by the dataset's own event."""

    dataset: str
    by: str | None
    valid_from: int
    rank: int
    tie: str
    facet: str
    """columnLineage, or lineage: the facet of the dataset or the entry of the job's."""
    entry: int
    job: str | None
    value: str | None
    """The facet or entry as JSON; None ends what was said before."""

    @property
    def order(self) -> tuple[int, int, str]:
        """Return what is compared where several of one facet are said: the newest is in force."""
        return self.valid_from, self.rank, self.tie

    @property
    def parsed(self) -> Any:  # noqa: ANN401  a facet is any JSON
        """Return the value parsed."""
        return None if self.value is None else json.loads(self.value)


def column_flows(
    reader: IndexReader, ids: Sequence[str], direction: Direction, valid_at: int = NOW, known_at: int = NOW
) -> list[ColumnFlow]:
    """Return what derives from the columns and datasets ("out"), or what they derive from ("in"), each once with its
    earliest (valid_from, entry), in order.
    """
    prefixes = [(one,) for one in dict.fromkeys(ids)]
    return _flows(reader.rows(COLUMN_FLOW, prefixes, _WAYS[direction], valid_at=valid_at, known_at=known_at))


def _flows(rows: Iterable[Row]) -> list[ColumnFlow]:
    first: dict[Row, ColumnFlow] = {}
    for flow in sorted((ColumnFlow._make((*row[:4], row[5], row[4], *row[6:8])) for row in rows), key=_order):
        first.setdefault(flow[:4], flow)
    return list(first.values())


class WalkReader(Protocol):
    """What a walk between columns reads: rows, and which columns datasets have."""

    def rows(
        self, table: Table, prefixes: Sequence[Key], order: int = 0, *, valid_at: int = NOW, known_at: int = NOW
    ) -> list[Row]:
        """See `IndexReader.rows`."""

    def edges(
        self,
        ids: Sequence[str],
        kinds: Sequence[str],
        direction: Direction | Either,
        valid_at: int = NOW,
        known_at: int = NOW,
    ) -> list[Edge]:
        """See `StoreReader.edges`."""


def column_reach(  # both times and how far
    reader: WalkReader,
    ids: Sequence[str],
    direction: Direction,
    depth: int,
    limit: int,
    valid_at: int = NOW,
    known_at: int = NOW,
) -> ColumnReach | None:
    """Return the columns and wholes less than `depth` flows at any time from these, themselves included, and their
    flows as `column_flows` does; None where that would be more than `limit` of them.

    With what is met its dataset is; "out" of them, with a whole its columns are.
    """
    end, dataset = (_SOURCE, _SOURCE_DATASET) if direction == "in" else (_TARGET, _TARGET_DATASET)
    reached, level, rows = set[str](), set(ids), list[Row]()
    for _ in range(depth):
        if len(reached | level) > limit:
            return None
        reached |= level
        found = reader.rows(COLUMN_FLOW, [(one,) for one in sorted(level)], _WAYS[direction])
        rows += found
        met = {row[place] for row in found for place in (end, dataset)}
        if direction == "out":
            wholes = {row[one] for row in found for one, of in _ENDS if row[one] == row[of]}
            met |= {edge.target for edge in reader.edges(sorted(wholes), ("HAS_COLUMN",), "out")} if wholes else set()
        level = met - reached
        if not level:
            break
    held = (row for row in rows if row[_VALID] <= valid_at and row[_KNOWN] <= known_at)
    return ColumnReach(frozenset(reached), _flows(held))


_WAYS: Final[Mapping[Direction, int]] = {"in": 0, "out": 1}
"""By which order of a flow's columns its ends are found."""
_TARGET, _SOURCE, _TARGET_DATASET, _SOURCE_DATASET, _VALID, _KNOWN = map(
    COLUMN_FLOW.place, ("target", "source", "target_dataset", "source_dataset", "valid_from", "entry")
)
_ENDS: Final = ((_TARGET, _TARGET_DATASET), (_SOURCE, _SOURCE_DATASET))


def transformations(reader: IndexReader, hows: Collection[str]) -> dict[str, How]:
    """Return what the `how` of flows stand for."""
    found = reader.rows(COLUMN_HOW, [(one,) for one in sorted(hows)]) if hows else []
    return {digest: _how(text) for digest, text in found}


def column_lineage(
    reader: IndexReader, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
) -> list[ColumnStatement]:
    """Return all that was said of the columns of datasets by runs and declaring jobs; for None, by their own events."""
    found = reader.rows(COLUMN_STATEMENT, list(dict.fromkeys(asks)), valid_at=valid_at, known_at=known_at)
    digests = sorted({row[6] for row in found if row[6]})
    texts: dict[str, str] = dict(reader.rows(VALUE, [(digest,) for digest in digests]))
    stated_row = (ColumnStatement._make((*row[:6], *row[7:], texts.get(row[6]))) for row in found)
    return sorted(stated_row, key=lambda one: (one.dataset, one.by or "", *one.order, one.facet, one.value or ""))


def stated_by(
    reader: IndexReader, asks: Sequence[tuple[str, str | None]], valid_at: int = NOW, known_at: int = NOW
) -> set[tuple[str, str | None]]:
    """Return those of the (dataset, job) of which anything of columns was ever stated."""
    found = reader.rows(STATED, list(dict.fromkeys(asks)), valid_at=valid_at, known_at=known_at)
    return {row[:2] for row in found}


def _order(flow: ColumnFlow) -> tuple[str | int, ...]:
    return flow.target, flow.source, flow.job or "", *flow[3:6]


class StatedValue(NamedTuple):
    """One value that one statement says of one dataset: parsed only where it stands in the index for the first time."""

    statement: Statement
    dataset: str
    facet: str
    text: str
    """The value as JSON, empty where it ends."""

    @property
    def ends(self) -> bool:
        return not self.text

    @property
    def place(self) -> Row:
        return self.dataset, self.statement.job, self.digest

    @property
    def digest(self) -> str:
        return _digest(self.facet, self.text) if self.text else ""

    @property
    def stated_row(self) -> Row:
        one = self.statement
        by = one.run or one.job
        return self.dataset, by, one.valid_from, one.rank, one.tie, self.facet, self.digest, one.entry, one.job


@lru_cache(maxsize=4_096)
def _digest(facet: str, text: str) -> str:
    """Return what stands for a value; runs state the same ones again and again."""
    return blake2b(f"{facet}:{text}".encode(), digest_size=12).hexdigest()


def stated_values(statements: Iterable[Statement], targets: dict[str, Dataset]) -> Iterator[StatedValue]:
    """Yield what each of the statements says of columns, and note the datasets that a job's facet names."""
    for one in statements:
        facet = _FACETS.get(one.aspect)
        if facet is None:
            continue
        if one.subject.startswith("Dataset:"):
            yield StatedValue(one, one.subject, facet, one.value or "")
        elif one.value is not None:
            for dataset, entry in _entries(one.value):
                targets[dataset.id] = dataset
                yield StatedValue(one, dataset.id, facet, entry)


@lru_cache(maxsize=1_024)
def _entries(value: str) -> tuple[tuple[Dataset, str], ...]:
    """Return the targets of a job's explicit lineage facet, each with its entry as JSON."""
    return tuple((dataset, canonical_text(entry)) for dataset, entry in read_entries(json.loads(value)))


def _derive(work: Work) -> Changes:
    changes = Changes()
    targets: dict[str, Dataset] = {}
    found = list(stated_values(work.new.statements, targets))
    if not found:
        return changes
    changes.add(COLUMN_STATEMENT, [one.stated_row for one in found if one.statement.role != Role.IN])
    fresh: dict[Row, list[StatedValue]] = {}
    for one in found:
        if not one.ends:
            fresh.setdefault(one.place, []).append(one)
    known = work.past.under(STATED, fresh) if fresh else {}
    new: dict[Row, list[tuple[int, int]]] = {}
    for place, values in fresh.items():
        points = earliest((one.statement.valid_from, one.statement.entry) for one in values)
        new[place] = [point for point in points if all(point[0] < row[4] for row in known[place])]
    new = {place: points for place, points in new.items() if points}
    if not new:
        return changes
    changes.add(STATED, [(*place, entry, at) for place, points in new.items() for at, entry in points])
    changes.add(VALUE, [(place[2], fresh[place][0].text) for place in new if not known[place]])
    nodes: dict[str, Node] = {node.id: node for node, _ in work.new.nodes} | dict(targets)
    nodes.update(work.past.nodes({place[0] for place in new} - nodes.keys()))
    points_of, hows = _points((one for place in new for one in fresh[place]), nodes)
    before = work.past.under(COLUMN_FLOW, points_of)
    for key, (datasets, some) in points_of.items():
        added = [(at, entry) for at, entry in earliest(some) if all(at < row[5] for row in before[key])]
        changes.add(COLUMN_FLOW, [(*key, entry, at, *datasets) for at, entry in added])
    changes.add(COLUMN_HOW, list(hows.items()))
    return changes


def _points(
    stated: Iterable[StatedValue], nodes: Mapping[str, Node]
) -> tuple[dict[Row, tuple[Row, list[tuple[int, int]]]], dict[str, str]]:
    """Return what follows from the key of each pair and when and by which entry it was stated, and how they are."""
    found: dict[Row, tuple[Row, list[tuple[int, int]]]] = {}
    hows: dict[str, str] = {}
    for one in stated:
        dataset = nodes.get(one.dataset)
        if not isinstance(dataset, Dataset) or one.ends:
            continue
        for target, origin, fields in pairs(dataset, _read(one.facet, one.text)):
            text = _text(How(one.facet, origin.indirect, origin.transformations, fields))
            digest = blake2b(text.encode(), digest_size=12).hexdigest()
            hows[digest] = text
            key = target.id, origin.source.id, one.statement.job, digest
            if key not in found:
                found[key] = (dataset.id, dataset_of(origin.source).id, *_shown(origin)), []
            found[key][1].append((one.statement.valid_from, one.statement.entry))
    return found, hows


@lru_cache(maxsize=64)
def _read(facet: str, text: str) -> ColumnLineage:
    """Return what a value says; START and COMPLETE of a run, which say the same, come soon after each other."""
    return lineage_of(facet, text) or ColumnLineage()


def lineage_of(facet: str, text: str) -> ColumnLineage | None:
    """Return what a value says of columns, None where an explicit lineage facet names datasets alone."""
    value = json.loads(text)
    return read_column_lineage(value) if facet == COLUMN_LINEAGE else read_entry(value).columns


def _shown(origin: Origin) -> tuple[str, str]:
    """Return type and masking in words: DIRECT or INDIRECT, masked or unmasked, empty where that is not said."""
    types = sorted({one.type for one in origin.transformations if one.type})
    masked = {one.masking for one in origin.transformations} - {None}
    masking = sorted("masked" if one else "unmasked" for one in masked)
    return ", ".join(types), ", ".join(masking)


def _text(how: How) -> str:
    return canonical_text([how.facet, how.indirect, list(map(list, how.transformations)), list(how.fields)])


def _how(text: str) -> How:
    facet, indirect, some, fields = json.loads(text)
    return How(facet, indirect, tuple(Transformation(*one) for one in some), tuple(fields))


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    targets: dict[str, Dataset] = {}
    found = list(stated_values(facts.statements, targets))
    changes.add(COLUMN_STATEMENT, [one.stated_row for one in found if one.statement.role != Role.IN])
    stated = [one for one in found if not one.ends]
    at: dict[Row, list[tuple[int, int]]] = {}
    for one in stated:
        at.setdefault(one.place, []).append((one.statement.valid_from, one.statement.entry))
    changes.add(STATED, [(*place, entry, when) for place, some in at.items() for when, entry in earliest(some)])
    changes.add(VALUE, [(one.digest, one.text) for one in stated])
    points, hows = _points(stated, {node.id: node for node, _ in facts.nodes} | targets)
    for key, (datasets, some) in points.items():
        changes.add(COLUMN_FLOW, [(*key, entry, when, *datasets) for when, entry in earliest(some)])
    changes.add(COLUMN_HOW, list(hows.items()))
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    found = column_flows(reader, ids, "in")
    yield from found
    yield from sorted(transformations(reader, {flow.how for flow in found}).items())
    by = [None, *(one for one in ids if one.startswith(("Run:", "Job:")))]
    asks = [(one, other) for one in ids if one.startswith("Dataset:") for other in by]
    yield from column_lineage(reader, asks)
    yield from sorted(stated_by(reader, asks), key=repr)


COLUMN_FLOWS: Final = Index(
    "column_flows", 3, (COLUMN_FLOW, COLUMN_HOW, STATED, COLUMN_STATEMENT, VALUE), _derive, _specification, _answers
)
