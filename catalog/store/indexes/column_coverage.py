"""What each write said of its columns, beside all that its run read: so what column lineage leaves out.

It is judged for each event of a run and for each declaration, and never taken back by a later one: of all that said
the same of the same target by the same job with the same input one row stands with its earliest points in time. What
one run read and wrote so widely that the pairs would outgrow it is kept as a hub, and joined when read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from catalog.store.indexes.column_flows import VALUE, lineage_of, stated_values
from catalog.store.indexes.hubs import hubs_of_records, outgrows
from catalog.store.indexes.index import Index
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import earliest
from graph_schema.column_lineage import ColumnLineage
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
"""What each run said of its targets: an input that it names later is held against all of it."""
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
    """Which values say it, as `lineages` tells; empty where nothing was said."""
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


def lineages(reader: IndexReader, stated: Collection[str]) -> dict[str, ColumnLineage]:
    """Return what the `stated` of such rows stand for; what is empty is absent."""
    parts = {one: [part.partition(":") for part in one.split()] for one in stated if one}
    digests = sorted({digest for some in parts.values() for _, _, digest in some})
    texts: dict[str, str] = dict(reader.rows(VALUE, [(digest,) for digest in digests])) if digests else {}
    found = {}
    for one, some in parts.items():
        whole = ColumnLineage()
        for facet, _, digest in some:
            whole = whole.joined(lineage_of(facet, texts[digest]) or ColumnLineage())
        found[one] = whole
    return found


class _Point(NamedTuple):
    valid_from: int
    entry: int


_Writes = dict[tuple[str, str | None, str], list[_Point]]
"""(target, job, stated) to when and by which entry that was said."""
_Reads = dict[str, list[_Point]]


class _Accesses(NamedTuple):
    """What one run or declaration wrote, with what it said of it, and what it read."""

    writes: _Writes
    reads: _Reads

    @property
    def is_wide(self) -> bool:
        return outgrows(len(self.writes), len(self.reads))

    def rows(self) -> Iterator[tuple[Row, _Point]]:
        """Yield (target, job, stated, source) of each pair and a point at which it holds."""
        for place, writes in self.writes.items():
            for source, reads in self.reads.items():
                points = [_Point(max(w[0], r[0]), max(w[1], r[1])) for w in writes for r in reads]
                for point in points if len(points) == 1 else earliest(points):
                    yield (*place, source), _Point(*point)


def _words(statements: Iterable[Statement]) -> dict[tuple[str, int], str]:
    """Return what each entry says of the columns of each target."""
    found: dict[tuple[str, int], set[str]] = {}
    for one in stated_values(statements, {}):
        if one.statement.role != Role.IN and not one.ends and lineage_of(one.facet, one.text) is not None:
            found.setdefault((one.dataset, one.statement.entry), set()).add(f"{one.facet}:{one.digest}")
    return {place: " ".join(sorted(some)) for place, some in found.items()}


def _accesses(facts: Facts) -> tuple[dict[str, _Accesses], dict[str, _Accesses]]:
    """Return what events of runs, and what declarations say, by run and by what names the declaration."""
    words = _words(facts.statements)
    runs: dict[str, _Accesses] = {}
    for edge in facts.edges:
        if edge.kind == "WROTE":
            place = edge.target, edge.job, words.get((edge.target, edge.entry), "")
            writes = runs.setdefault(edge.source, _Accesses({}, {})).writes
            writes.setdefault(place, []).append(_Point(edge.valid_from, edge.entry))
        elif edge.kind == "READ":
            _read(runs.setdefault(edge.source, _Accesses({}, {})), edge)
    declared = {}
    for hub in hubs_of_records(facts.statements):
        one = declared[hub.key] = _Accesses({}, {})
        for outlet in hub.outlets:
            place = outlet.target, outlet.job, words.get((outlet.target, outlet.entry), "")
            one.writes.setdefault(place, []).append(_Point(outlet.valid_from, outlet.entry))
        for inlet in hub.inlets:
            one.reads.setdefault(inlet.source, []).append(_Point(inlet.valid_from, inlet.entry))
    return runs, declared


def _read(stated: _Accesses, edge: Edge) -> None:
    stated.reads.setdefault(edge.target, []).append(_Point(edge.valid_from, edge.entry))


def _later(points: Iterable[_Point], known: Collection[_Point]) -> list[_Point]:
    """Return those of newer points that say more than what is known: earlier in valid time."""
    least = min((one.valid_from for one in known), default=None)
    return [one for one in map(_Point._make, earliest(points)) if least is None or one.valid_from < least]


def _derive(work: Work) -> Changes:
    changes = Changes()
    given, declared = _accesses(work.new)
    rows: dict[Row, list[_Point]] = defaultdict(list)
    if given:
        past = work.past.under(COVERAGE_WRITE, [(run,) for run in given])
        old = {run: _Accesses({}, {}) for run in given}
        for (run,), some in past.items():
            for _, target, job, stated, entry, at in some:
                old[run].writes.setdefault((target, job, stated), []).append(_Point(at, entry))
        for run, edges in work.runs.old_accesses(given).items():
            for edge in edges:
                if edge.kind == "READ":
                    _read(old[run], edge)
        for run, one in given.items():
            _derive_run(run, old[run], one, changes, rows)
    for key, one in declared.items():
        _put(key, one, one, changes, rows)
    known = work.past.under(COVERAGE, rows) if rows else {}
    for place, points in rows.items():
        more = _later(points, [_Point(row[5], row[4]) for row in known[place]])
        changes.add(COVERAGE, [(*place, entry, at) for at, entry in more])
    return changes


def _derive_run(run: str, old: _Accesses, new: _Accesses, changes: Changes, rows: dict[Row, list[_Point]]) -> None:
    fresh = _Accesses(
        {place: more for place, some in new.writes.items() if (more := _later(some, old.writes.get(place, ())))},
        {source: more for source, some in new.reads.items() if (more := _later(some, old.reads.get(source, ())))},
    )
    if not fresh.writes and not fresh.reads:
        return
    changes.add(
        COVERAGE_WRITE, [(run, *place, entry, at) for place, some in fresh.writes.items() for at, entry in some]
    )
    every = _Accesses(_joined(old.writes, fresh.writes), _joined(old.reads, fresh.reads))
    _put(run, every, fresh if old.is_wide else every, changes, rows, fresh=fresh)


def _put(
    key: str,
    every: _Accesses,
    hub: _Accesses,
    changes: Changes,
    rows: dict[Row, list[_Point]],
    fresh: _Accesses | None = None,
) -> None:
    """Write what is new: as a hub where all of it is wide, else pair by pair."""
    if every.is_wide:
        changes.add(
            COVERAGE_OUTLET, [(*place, key, entry, at) for place, some in hub.writes.items() for at, entry in some]
        )
        changes.add(
            COVERAGE_INLET, [(key, source, entry, at) for source, some in hub.reads.items() for at, entry in some]
        )
        return
    parts = [every] if fresh is None else [_Accesses(fresh.writes, every.reads), _Accesses(every.writes, fresh.reads)]
    for part in parts:
        for place, point in part.rows():
            rows[place].append(point)


def _joined(old: Mapping[Key, list[_Point]], new: Mapping[Key, list[_Point]]) -> dict[Key, list[_Point]]:
    return {key: [*old.get(key, ()), *new.get(key, ())] for key in {**old, **new}}


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    runs, declared = _accesses(facts)
    rows: dict[Row, list[_Point]] = defaultdict(list)
    for run, one in runs.items():
        points = ((place, _Point._make(each)) for place, some in one.writes.items() for each in earliest(some))
        changes.add(COVERAGE_WRITE, [(run, *place, point.entry, point.valid_from) for place, point in points])
    for key, one in (*runs.items(), *declared.items()):
        _put(key, one, one, changes, rows)
    changes.add(COVERAGE, [(*key, entry, at) for key, points in rows.items() for at, entry in earliest(points)])
    return changes


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    found = column_coverage(reader, ids)
    yield from found


COLUMN_COVERAGE: Final = Index(
    "column_coverage",
    1,
    (COVERAGE, COVERAGE_WRITE, COVERAGE_OUTLET, COVERAGE_INLET),
    _derive,
    _specification,
    _answers,
    uses=("runs", "column_flows"),
)
