"""What each write said of its columns, beside all that its run read: so what column lineage leaves out.

It is judged for each event of a run and for each declaration, and never taken back by a later one: of all that said
the same of the same target by the same job with the same input one row stands with its earliest points in time. What
one run read and wrote so widely that the pairs would outgrow it is kept as a hub, and joined when read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, TypeVar

from catalog.store.indexes.column_flows import COLUMN_STATEMENT, VALUE, lineage_of, stated_values
from catalog.store.indexes.hubs import hubs_of_records, outgrows
from catalog.store.indexes.index import Index
from catalog.store.indexes.run_states import first_accesses
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Past, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import earliest
from graph_schema.column_lineage import (
    COLUMN_LINEAGE,
    LINEAGE,
    Mentioned,
    mentioned_by_column_lineage,
    mentioned_by_entry,
)
from graph_schema.facts import NOW, Edge, Facts, Role, Statement

Key = TypeVar("Key")

COVERAGE: Final = Table(
    "column_coverage",
    (
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("stated", Kind.TEXT),
        ("source", Kind.ID),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=5,
    prefix=4,
    merge=(Merge.LEAST,),
    valid="valid_from",
    known="entry",
)
COVERAGE_WRITE: Final = Table(
    "column_coverage_write",
    (
        ("run", Kind.ID),
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("stated", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=5,
    prefix=1,
    merge=(Merge.LEAST,),
)
"""What a run said of its targets that no other index tells: an input that it names later is held against all it said.

`runs` tell when it first wrote a target, `column_flows` what it said of columns; that a later event said nothing of
them, or named them in an explicit lineage facet alone, neither tells.
"""
COVERAGE_OUTLET: Final = Table(
    "column_coverage_outlet",
    (
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("stated", Kind.TEXT),
        ("hub", Kind.ID),
        ("entry", Kind.INTEGER),
        ("valid_from", Kind.INTEGER),
    ),
    key=5,
    prefix=4,
    merge=(Merge.LEAST,),
    valid="valid_from",
    known="entry",
)
COVERAGE_INLET: Final = Table(
    "column_coverage_inlet",
    (("hub", Kind.ID), ("source", Kind.ID), ("entry", Kind.INTEGER), ("valid_from", Kind.INTEGER)),
    key=3,
    prefix=2,
    merge=(Merge.LEAST,),
    valid="valid_from",
    known="entry",
)


class Covered(NamedTuple):
    """A job wrote a target in a run that read the source, and said so much of the target's columns."""

    target: str
    job: str | None
    stated: str
    """Which values say it, as `mentioned` tells; empty where nothing was said."""
    source: str
    valid_from: int
    entry: int


def column_coverage(reader: IndexReader, ids: Sequence[str], valid_at: int = NOW, known_at: int = NOW) -> list[Covered]:
    """Return what writes into the datasets said of their columns beside all that they read, valid and known by then:
    one for each (target, job, stated, source) with its earliest (valid_from, entry), in that order.
    """
    here = [(one,) for one in dict.fromkeys(ids)]
    found = [
        Covered._make((*row[:4], row[5], row[4]))
        for row in reader.rows(COVERAGE, here, valid_at=valid_at, known_at=known_at)
    ]
    outlets = reader.rows(COVERAGE_OUTLET, here, valid_at=valid_at, known_at=known_at)
    if outlets:
        inlets: dict[str, list[Row]] = defaultdict(list)
        hubs = [*{(row[3],) for row in outlets}]
        for row in reader.rows(COVERAGE_INLET, hubs, valid_at=valid_at, known_at=known_at):
            inlets[row[0]].append(row)
        joined = (
            Covered._make((*out[:3], inlet[1], max(out[5], inlet[3]), max(out[4], inlet[2])))
            for out in outlets
            for inlet in inlets[out[3]]
        )
        found += reader.while_awaited(joined)
    first: dict[Row, Covered] = {}
    for one in sorted(found, key=lambda each: (each.target, each.job or "", *each[2:])):
        first.setdefault(one[:4], one)
    return list(first.values())


def mentioned(reader: IndexReader, stated: Collection[str]) -> dict[str, Mentioned]:
    """Return what the `stated` of such rows mention; what is empty is absent."""
    parts = {one: [part.partition(":") for part in one.split()] for one in stated if one}
    digests = sorted({digest for some in parts.values() for _, _, digest in some})
    texts: dict[str, str] = dict(reader.rows(VALUE, [(digest,) for digest in digests])) if digests else {}
    found = {}
    for one, some in parts.items():
        whole = Mentioned()
        for facet, _, digest in some:
            whole = whole.joined(_mentioned(facet, texts[digest]))
        found[one] = whole
    return found


@lru_cache(maxsize=1_024)
def _mentioned(facet: str, text: str) -> Mentioned:
    """Return what a value mentions; one question after the other is about the same ones."""
    value = json.loads(text)
    return mentioned_by_column_lineage(value) if facet == COLUMN_LINEAGE else mentioned_by_entry(value)


class _Point(NamedTuple):
    valid_from: int
    entry: int


_Place = tuple[str, str | None, str]
"""(target, job, stated)."""
_Writes = dict[_Place, list[_Point]]
"""When and by which entry each was said."""
_Reads = dict[str, list[_Point]]


class _Accesses(NamedTuple):
    """What one run or declaration wrote, with what it said of it, and what it read."""

    writes: _Writes
    reads: _Reads

    @property
    def is_wide(self) -> bool:
        return _is_wide((target for target, _, _ in self.writes), self.reads)

    def rows(self) -> Iterator[tuple[Row, _Point]]:
        """Yield (target, job, stated, source) of each pair and a point at which it holds."""
        for place, writes in self.writes.items():
            for source, reads in self.reads.items():
                points = [_Point(max(w[0], r[0]), max(w[1], r[1])) for w in writes for r in reads]
                for point in points if len(points) == 1 else earliest(points):
                    yield (*place, source), _Point(*point)


def _is_wide(targets: Iterable[str], sources: Iterable[str]) -> bool:
    return outgrows(len(set(targets)), len(set(sources)))


class _NamedColumns(NamedTuple):
    """One value that an entry says of the columns of a target."""

    target: str
    run: str | None
    job: str | None
    point: _Point
    facet: str
    digest: str


def _named_columns(statements: Iterable[Statement]) -> list[_NamedColumns]:
    return [
        _NamedColumns(one.dataset, named.run, named.job, _Point(named.valid_from, named.entry), one.facet, one.digest)
        for one in stated_values(statements, {})
        if (named := one.statement).role != Role.IN and not one.ends and _names_columns(one.facet, one.text)
    ]


def _named_before(past: Past, pairs: Collection[tuple[str, str]]) -> dict[str, list[_NamedColumns]]:
    """Return what runs said of targets, by run; the pairs are (target, run)."""
    found = past.under(COLUMN_STATEMENT, pairs) if pairs else {}
    rows = [row for some in found.values() for row in some if row[6]]
    explicit = {(row[6],) for row in rows if row[5] == LINEAGE}
    texts = {digest: some[0][1] for (digest,), some in past.under(VALUE, explicit).items()} if explicit else {}
    named: dict[str, list[_NamedColumns]] = defaultdict(list)
    for target, run, at, _, _, facet, digest, entry, job in rows:
        if facet != LINEAGE or _names_columns(facet, texts[digest]):
            named[run].append(_NamedColumns(target, run, job, _Point(at, entry), facet, digest))
    return named


@lru_cache(maxsize=1_024)
def _names_columns(facet: str, text: str) -> bool:
    """Tell whether a value says anything of columns: an explicit lineage facet may name datasets alone."""
    return facet == COLUMN_LINEAGE or lineage_of(facet, text) is not None


def _words(named: Iterable[_NamedColumns]) -> dict[tuple[str, int], str]:
    """Return what each entry says of the columns of each target."""
    found: dict[tuple[str, int], set[str]] = {}
    for one in named:
        found.setdefault((one.target, one.point.entry), set()).add(f"{one.facet}:{one.digest}")
    return {place: " ".join(sorted(some)) for place, some in found.items()}


def _writes(edges: Iterable[Edge], named: Collection[_NamedColumns]) -> _Writes:
    """Return what a run said of its targets: of each that it wrote, and of each that its columnLineage is about.

    The edges may be those alone by which an entry first says so: another that says something of columns is known by
    that.
    """
    words = _words(named)
    places: dict[tuple[str, int], tuple[str | None, _Point]] = {
        (one.target, one.point.entry): (one.job, one.point) for one in named if one.facet == COLUMN_LINEAGE
    }
    places.update(((edge.target, edge.entry), (edge.job, _Point(edge.valid_from, edge.entry))) for edge in edges)
    found: _Writes = {}
    for place, (job, point) in places.items():
        found.setdefault((place[0], job, words.get(place, "")), []).append(point)
    return found


def _accesses(facts: Facts, named: Collection[_NamedColumns]) -> tuple[dict[str, _Accesses], dict[str, _Accesses]]:
    """Return what events of runs, and what declarations say, by run and by what names the declaration."""
    runs = defaultdict[str, _Accesses](lambda: _Accesses({}, {}))
    for run, (edges, some) in _by_run(facts.edges, named).items():
        runs[run].writes.update(_writes(edges, some))
    for edge in facts.edges:
        if edge.kind == "READ":
            runs[edge.source].reads.setdefault(edge.target, []).append(_Point(edge.valid_from, edge.entry))
    words, declared = _words(named), {}
    for hub in hubs_of_records(facts.statements):
        one = declared[hub.key] = _Accesses({}, {})
        for outlet in hub.outlets:
            place = outlet.target, outlet.job, words.get((outlet.target, outlet.entry), "")
            one.writes.setdefault(place, []).append(_Point(outlet.valid_from, outlet.entry))
        for inlet in hub.inlets:
            one.reads.setdefault(inlet.source, []).append(_Point(inlet.valid_from, inlet.entry))
    return dict(runs), declared


def _by_run(edges: Iterable[Edge], named: Iterable[_NamedColumns]) -> dict[str, tuple[list[Edge], list[_NamedColumns]]]:
    """Return by which edges each run wrote, and what it said of columns."""
    found: dict[str, tuple[list[Edge], list[_NamedColumns]]] = defaultdict(lambda: ([], []))
    for edge in edges:
        if edge.kind == "WROTE":
            found[edge.source][0].append(edge)
    for one in named:
        if one.run is not None:
            found[one.run][1].append(one)
    return found


def _reads(edges: Iterable[Edge]) -> _Reads:
    found: _Reads = {}
    for edge in edges:
        if edge.kind == "READ":
            found.setdefault(edge.target, []).append(_Point(edge.valid_from, edge.entry))
    return found


def _later(points: Iterable[_Point], known: Collection[_Point]) -> list[_Point]:
    """Return those of newer points that say more than what is known: earlier in valid time."""
    least = min((one.valid_from for one in known), default=None)
    return [one for one in map(_Point._make, earliest(points)) if least is None or one.valid_from < least]


def _fresh(new: Mapping[Key, list[_Point]], known: Mapping[Key, list[_Point]]) -> dict[Key, list[_Point]]:
    """Return of newer points those that say more than what is known, at each place where there are any."""
    return {place: more for place, some in new.items() if (more := _later(some, known.get(place, ())))}


@dataclass
class _Run:
    """What new facts say of one run, beside what was said of it before."""

    run: str
    new: _Accesses
    written: list[Edge]
    """By which edges it was first said before that it wrote each target."""
    before: _Accesses
    """What it read before, and, once that is loaded, what it wrote."""
    reads: _Reads
    """What it newly reads."""
    unimplied: _Writes
    """What it newly wrote that no row of another index tells of."""

    @cached_property
    def was_wide(self) -> bool:
        """Tell whether it was a hub before."""
        return _is_wide((edge.target for edge in self.written), self.before.reads)

    @cached_property
    def is_wide(self) -> bool:
        """Tell whether it is a hub now."""
        targets = [edge.target for edge in self.written] + [target for target, _, _ in self.new.writes]
        return _is_wide(targets, {**self.before.reads, **self.reads})

    @property
    def asks(self) -> bool:
        """Tell whether what it wrote before has to be known."""
        return bool(self.written) and not self.was_wide and bool(self.reads or self.unimplied or self.is_wide)

    def load(self, named: Collection[_NamedColumns], kept: Iterable[Row]) -> None:
        """Note what it wrote before, as other indexes tell and as is kept here."""
        self.before.writes.update(_writes(self.written, named))
        for _, target, job, stated, entry, at in kept:
            self.before.writes.setdefault((target, job, stated), []).append(_Point(at, entry))
        self.unimplied = _fresh(self.unimplied, self.before.writes)


def _runs(work: Work, given: Mapping[str, _Accesses], named: Iterable[_NamedColumns]) -> list[_Run]:
    """Return the runs that new facts say something of, with as much of their past as is needed."""
    implied_by = _by_run((edge for run in given for edge in work.runs.fresh.get(run, ())), named)
    old = work.runs.old_accesses(given)
    found = []
    for run, new in given.items():
        written, read = [edge for edge in old[run] if edge.kind == "WROTE"], _reads(old[run])
        unimplied = _fresh(new.writes, _writes(*implied_by[run])) if new.writes else {}
        found.append(_Run(run, new, written, _Accesses({}, read), _fresh(new.reads, read), unimplied))
    asking = [one for one in found if one.asks]
    if asking:
        before = _named_before(work.past, {(edge.target, one.run) for one in asking for edge in one.written})
        kept = work.past.under(COVERAGE_WRITE, [(one.run,) for one in asking])
        for one in asking:
            one.load(before.get(one.run, ()), kept[one.run,])
    return found


@dataclass(slots=True)
class _Rows:
    """Rows of what writes said beside what was read, by all of their key but the entry."""

    pairs: dict[Row, list[_Point]] = field(default_factory=lambda: defaultdict(list))
    outlets: dict[Row, list[_Point]] = field(default_factory=lambda: defaultdict(list))
    inlets: dict[Row, list[_Point]] = field(default_factory=lambda: defaultdict(list))

    def add(self, key: str, stated: _Accesses, *, is_wide: bool) -> None:
        """Add what one run or declaration states: pair by pair, or as a hub."""
        if not is_wide:
            for place, point in stated.rows():
                self.pairs[place].append(point)
            return
        for write, points in stated.writes.items():
            self.outlets[*write, key] += points
        for source, points in stated.reads.items():
            self.inlets[key, source] += points

    def put(self, changes: Changes, past: Past | None = None) -> None:
        """Write those that say more than what is there."""
        for table, rows in ((COVERAGE, self.pairs), (COVERAGE_OUTLET, self.outlets), (COVERAGE_INLET, self.inlets)):
            known = past.under(table, rows) if past is not None and rows else {}
            for place, points in rows.items():
                more = _later(points, [_Point(row[-1], row[-2]) for row in known.get(place, ())])
                changes.add(table, [(*place, entry, at) for at, entry in more])


def _derive(work: Work) -> Changes:
    changes, rows, named = Changes(), _Rows(), _named_columns(work.new.statements)
    given, declared = _accesses(work.new, named)
    for one in _runs(work, given, named):
        every = _joined(one.before.reads, one.reads)
        if one.is_wide:
            whole = _Accesses(_joined(one.before.writes, one.new.writes), one.reads if one.was_wide else every)
            rows.add(one.run, whole, is_wide=True)
            continue
        changes.add(COVERAGE_WRITE, _kept(one.run, one.unimplied))
        rows.add(one.run, _Accesses(one.new.writes, every), is_wide=False)
        rows.add(one.run, _Accesses(one.before.writes, one.reads), is_wide=False)
    for key, stated in declared.items():
        rows.add(key, stated, is_wide=stated.is_wide)
    rows.put(changes, work.past)
    return changes


def _kept(run: str, unimplied: _Writes) -> list[Row]:
    return [(run, *place, entry, at) for place, points in unimplied.items() for at, entry in points]


def _joined(old: Mapping[Key, list[_Point]], new: Mapping[Key, list[_Point]]) -> dict[Key, list[_Point]]:
    return {key: [*old.get(key, ()), *new.get(key, ())] for key in {**old, **new}}


def _specification(facts: Facts) -> Changes:
    changes, rows, named = Changes(), _Rows(), _named_columns(facts.statements)
    runs, declared = _accesses(facts, named)
    implied_by = _by_run(first_accesses(facts.edges), named)
    for run, one in runs.items():
        if not one.is_wide:
            implied = _writes(*implied_by[run])
            points = {place: earliest([*some, *implied.get(place, ())]) for place, some in one.writes.items()}
            unimplied = {
                place: [_Point(*point) for point in some if point not in implied.get(place, ())]
                for place, some in points.items()
            }
            changes.add(COVERAGE_WRITE, _kept(run, unimplied))
    for key, one in (*runs.items(), *declared.items()):
        rows.add(key, one, is_wide=one.is_wide)
    rows.put(changes)
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    found = column_coverage(reader, ids)
    yield from found


COLUMN_COVERAGE: Final = Index(
    "column_coverage",
    2,
    (COVERAGE, COVERAGE_WRITE, COVERAGE_OUTLET, COVERAGE_INLET),
    _derive,
    _specification,
    _answers,
    uses=("runs", "column_flows"),
)
