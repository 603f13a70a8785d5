"""What may have put a dataset or model version into its state: the index proposes, `fold_run` disposes.

A candidate is a pair of an output of a run and a time at which the run's outputs may have taken effect. Those of runs
that surely read what they write stand apart, so that a reader who passes them over finds the next one at once. Of a run
that has so many outputs and times that the pairs would outgrow them, both are kept apart and joined when read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from catalog.store.indexes.hubs import MANY_ENDS, outgrows
from catalog.store.indexes.index import Index
from catalog.store.indexes.run_states import (
    ACCESS,
    COMPLETED,
    FLOWING,
    RUN_STATE,
    Moment,
    Replaces,
    Runs,
    RunState,
    moments_of,
    naming,
    replaces,
    state_of,
)
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import Contribution, earliest
from graph_schema.facts import NOW, Edge, Facts, Statement

CONTRIBUTION: Final = Table(
    "contribution",
    (
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("in_place", Kind.INTEGER),
        ("at", Kind.INTEGER),
        ("run", Kind.ID),
        ("tie", Kind.TEXT),
        ("how", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("replaces", Kind.INTEGER),
    ),
    key=7,
    prefix=7,
    merge=(Merge.LEAST, Merge.MOST),
    known="entry",
)
"""`in_place` where the run was known to have read the target by then. What may be apart, since the run had several
attempts or windows or ended the target, stands at 0 too."""

REPLACEMENT: Final = Table(
    "replacement",
    (
        ("target", Kind.ID),
        ("at", Kind.INTEGER),
        ("run", Kind.ID),
        ("tie", Kind.TEXT),
        ("job", Kind.ID),
        ("how", Kind.TEXT),
        ("entry", Kind.INTEGER),
    ),
    key=6,
    prefix=6,
    merge=(Merge.LEAST,),
    known="entry",
)
"""Those of the candidates that may replace the whole, whichever job's."""

PRODUCER: Final = Table(
    "producer", (("target", Kind.ID), ("job", Kind.ID), ("in_place", Kind.INTEGER)), key=3, prefix=3
)
JOINED: Final = Table("joined", (("run", Kind.ID),), key=1, prefix=1)
"""The runs whose outputs and times are kept apart."""

OUTPUT: Final = Table(
    "output",
    (
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("run", Kind.ID),
        ("entry", Kind.INTEGER),
        ("replaces", Kind.INTEGER),
    ),
    key=3,
    prefix=3,
    merge=(Merge.LEAST, Merge.MOST),
    known="entry",
)
EFFECT: Final = Table(
    "effect",
    (("run", Kind.ID), ("at", Kind.INTEGER), ("entry", Kind.INTEGER)),
    key=2,
    prefix=2,
    merge=(Merge.LEAST,),
    known="entry",
)


_ALL: Final = 2**31 - 1
Points = Sequence[tuple[int, int]]
"""(valid_from, entry), of which none precedes another in both."""


class Output(NamedTuple):
    """That a run ever wrote `target` by `job`; the entry is the first that says so."""

    run: str
    target: str
    job: str | None
    entry: int
    replaces: Replaces
    read: Points = ()
    """When the run read it."""
    intricate: bool = False
    """Whether the run had several attempts or windows: it may not have read it in the attempt that wrote it."""

    def at(self, moment: int, entry: int) -> Contribution:
        """Return the candidate that it is at a time at which the run's outputs may have taken effect."""
        known = max(self.entry, entry)
        read = min((by for at, by in self.read if at <= moment), default=None)
        return Contribution(
            self.target,
            self.job,
            moment,
            self.run,
            "ran",
            "",
            known,
            replaces=self.replaces > Replaces.NOTHING,
            in_place=read is not None,
            apart=read is None or read > known or self.intricate or self.replaces is Replaces.ALL,
        )


def sides_of(one: Contribution) -> Iterator[int]:
    """Yield the values of the column `in_place` at which it stands: where unsure, at both."""
    if one.in_place:
        yield 1
    if one.apart:
        yield 0


def outputs_of(run: str, accesses: Iterable[Edge], *, intricate: bool) -> list[Output]:
    """Return each output of the run once."""
    read: dict[str, list[tuple[int, int]]] = {}
    found: dict[tuple[str, str | None], Output] = {}
    for edge in accesses:
        if edge.kind == "READ":
            read.setdefault(edge.target, []).append((edge.valid_from, edge.entry))
        elif edge.kind == "WROTE":
            level = replaces(edge)
            before = found.get((edge.target, edge.job), Output(run, edge.target, edge.job, edge.entry, level))
            found[edge.target, edge.job] = before._replace(
                entry=min(edge.entry, before.entry), replaces=max(before.replaces, level)
            )
    return [one._replace(read=earliest(read.get(one.target, ())), intricate=intricate) for one in found.values()]


def contributions_of_records(statements: Iterable[Statement]) -> Iterator[Contribution]:
    """Yield a registration for each `registration` statement: it stands by itself, whatever becomes of the run."""
    for statement in statements:
        if statement.aspect == "registration":
            yield Contribution(
                statement.subject,
                statement.job,
                statement.valid_from,
                statement.run,
                "registered",
                statement.tie,
                statement.entry,
            )


def _newness(one: Contribution) -> tuple[int, str, str, str, str]:
    """Return what contributions are sorted by: (at, run, tie); job and how only make it total."""
    return *one.order, one.job or "", one.how


def newest_first(found: Iterable[Contribution]) -> list[Contribution]:
    """Return contributions by (at, run, tie) descending."""
    return sorted(found, key=_newness, reverse=True)


def by_target_and_job(found: Iterable[Contribution]) -> list[Contribution]:
    """Return contributions as `contributions` answers them: (target, job, at desc, run desc, tie desc)."""
    return sorted(newest_first(found), key=lambda one: (one.target, one.job or ""))


def newest_of(
    asks: Iterable[tuple[str, int]], found: Iterable[Contribution], newest: int, *, by_job: bool
) -> list[Contribution]:
    """Return what `contributions` answers, out of candidates among which are all of those."""
    best: dict[_Key, Contribution] = {}
    for one in found:
        _keep(best, one)
    to: dict[str, list[Contribution]] = {}
    for one in newest_first(best.values()):
        to.setdefault(one.target, []).append(one)
    chosen: dict[Contribution, None] = {}
    for target, at in dict.fromkeys(asks):
        seen = [one for one in to.get(target, ()) if one.at <= at]
        groups: dict[tuple[str | None, int], list[Contribution]] = {}
        for one in seen:
            for side in sides_of(one) if by_job else (0,):
                groups.setdefault((one.job if by_job else None, side), []).append(one)
        replacing = [one for one in seen if one.replaces and one.apart] if by_job else []
        for group in (*groups.values(), replacing):
            chosen.update(dict.fromkeys(group[:newest]))
    return by_target_and_job(chosen)


def _keep(best: dict[_Key, Contribution], one: Contribution) -> None:
    """Keep of rows about one contribution what they say together."""
    key = one[:6]
    held = best.get(key)
    best[key] = (
        one
        if held is None
        else Contribution(
            *key,
            min(one.entry, held.entry),
            one.replaces or held.replaces,
            one.in_place or held.in_place,
            one.apart or held.apart,
        )
    )


_Key = tuple[str, str | None, int, str | None, str, str]
"""Which contribution it is."""


def _derive(work: Work) -> Changes:
    changes, runs = Changes(), work.runs
    changing = {run for run, edges in runs.fresh.items() if any(edge.kind != "PRODUCED" for edge in edges)}
    anew = {run for run in runs.events if runs.began_streaming(run) or runs.became_intricate(run)}
    touched = {run for run in runs.events if runs.new_moments(run)} | anew | changing
    joined = {run for (run,), rows in work.past.under(JOINED, [(run,) for run in touched]).items() if rows}
    accesses = {run: [*old, *runs.fresh.get(run, ())] for run, old in runs.old_accesses(touched - joined).items()}
    outputs = {run: _outputs(runs, run, edges) for run, edges in accesses.items()}
    joining = {run for run, some in outputs.items() if _outgrows(runs, run, len(some), len(accesses[run]))}
    old = runs.old_moments({run for run in changing if run in runs.before and run not in joined} | joining | anew)
    for run in joined | joining:
        some = outputs[run] if run in joining else _outputs(runs, run, runs.fresh.get(run, ()))
        _join(changes, run, some, _earliest_entries([*old.get(run, ()), *runs.new_moments(run)]))
    for run in outputs.keys() - joining:
        recent = _earliest_entries(runs.new_moments(run))
        every = _earliest_entries([*old.get(run, ()), *runs.new_moments(run)])
        fresh = {edge.target for edge in runs.fresh.get(run, ())}
        for output in outputs[run]:
            is_fresh = run in anew or output.target in fresh
            _propose(changes, (output.at(at, entry) for at, entry in (every if is_fresh else recent).items()))
    _propose(changes, contributions_of_records(work.new.statements))
    return changes


def _outputs(runs: Runs, run: str, accesses: Iterable[Edge]) -> list[Output]:
    state = runs.after(run)
    return outputs_of(run, accesses, intricate=state is not None and state.intricate)


def _outgrows(runs: Runs, run: str, outputs: int, ends: int) -> bool:
    """Tell whether it has so many outputs and times, or did so much, that they are to be joined from now on."""
    state = runs.after(run)
    return state is not None and (outgrows(outputs, state.events) or ends > MANY_ENDS)


def _earliest_entries(moments: Iterable[Moment]) -> dict[int, int]:
    found: dict[int, int] = {}
    for moment in moments:
        found[moment.at] = min(moment.entry, found.get(moment.at, moment.entry))
    return found


def _join(changes: Changes, run: str, outputs: Iterable[Output], moments: Mapping[int, int]) -> None:
    changes.add(JOINED, [(run,)])
    changes.add(OUTPUT, [(one.target, one.job, one.run, one.entry, int(one.replaces)) for one in outputs])
    changes.add(EFFECT, [(run, at, entry) for at, entry in moments.items()])


def _propose(changes: Changes, candidates: Iterable[Contribution]) -> None:
    for one in candidates:
        for side in sides_of(one):
            changes.add(PRODUCER, [(one.target, one.job, side)])
            changes.add(
                CONTRIBUTION,
                [(one.target, one.job, side, one.at, one.run, one.tie, one.how, one.entry, int(one.replaces))],
            )
        if one.replaces and one.apart:
            changes.add(REPLACEMENT, [(one.target, one.at, one.run, one.tie, one.job, one.how, one.entry)])


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    events: dict[str, list[Statement]] = {}
    accesses: dict[str, list[Edge]] = {}
    for statement in facts.statements:
        if statement.aspect == "event":
            events.setdefault(statement.subject, []).append(statement)
    for edge in facts.edges:
        if edge.kind in FLOWING:
            accesses.setdefault(edge.source, []).append(edge)
    named = naming(facts.edges)
    for run, edges in accesses.items():
        state = state_of(events[run]) if run in events else None
        some = outputs_of(run, edges, intricate=state is not None and state.intricate)
        streams = state is not None and state.streams
        moments = _earliest_entries(
            one for one in moments_of(events.get(run, ()), named) if streams or one.type == COMPLETED
        )
        if outgrows(len(some), len(moments)):
            _join(changes, run, some, moments)
        else:
            for output in some:
                _propose(changes, (output.at(at, entry) for at, entry in moments.items()))
    _propose(changes, contributions_of_records(facts.statements))
    return changes


def contributions(
    reader: IndexReader, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
) -> list[Contribution]:
    """Return for each (target, at) the `newest` candidates at or before `at`: of each job those that surely read the
    target, and those that may not have, and beside them of those that may replace the whole; or (`by_job=False`) of all
    jobs together. Duplicates once, in the order of (target, job, at desc, run desc, tie desc). A row that says
    `replaces` wins over the same row that does not.
    """
    known = _Known.of(reader)
    times: dict[str, list[int]] = {}
    for target, at in dict.fromkeys(asks):
        times.setdefault(target, []).append(at)
    producers = known.rows(reader, PRODUCER, times)
    of_jobs = [(producer, at) for producer in producers for at in times[producer[0]]]
    found: dict[_Key, Contribution] = {}
    for row in reader.newest(CONTRIBUTION, of_jobs, newest, known_at=known_at):
        _keep(found, _contribution(row))
    if by_job:
        for target, at, run, tie, job, how, entry in known.replacements(reader, times, newest, known_at):
            _keep(found, Contribution(target, job, at, run, how, tie, entry, replaces=True))
    joined = _joined(reader, known, times, known_at, newest)
    if by_job and not joined:
        return by_target_and_job(found.values())
    return newest_of(asks, (*found.values(), *joined), newest, by_job=by_job)


def _contribution(row: Row) -> Contribution:
    target, job, side, at, run, tie, how, entry, replacing = row
    return Contribution(target, job, at, run, how, tie, entry, bool(replacing), bool(side), not side)


@dataclass(slots=True)
class _Known:
    """What was read of targets that is the same at whatever time they are asked for: a walk asks at many."""

    held: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    """The rows of a target in a table."""
    bare: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Up to which (time, entry) nothing replaced the whole of a target."""

    @classmethod
    def of(cls, reader: IndexReader) -> _Known:
        """Return what a reader of one state knows; one that may see another knows nothing."""
        found: _Known = cls() if reader.memo is None else reader.memo.setdefault(CONTRIBUTIONS.name, cls())
        return found

    def rows(self, reader: IndexReader, table: Table, targets: Iterable[str]) -> list[Row]:
        """Return the rows of the targets, known by whatever entry."""
        missing = [one for one in targets if (table.name, one) not in self.held]
        if missing:
            found: dict[tuple[str, str], list[Row]] = {(table.name, one): [] for one in missing}
            for row in reader.rows(table, [(one,) for one in missing]):
                found[table.name, row[0]].append(row)
            self.held |= found
        return [row for one in targets for row in self.held[table.name, one]]

    def replacements(
        self, reader: IndexReader, times: Mapping[str, list[int]], newest: int, known_at: int
    ) -> list[Row]:
        """Return the newest of what may have replaced the whole of each target by each of its times."""
        asked = {
            target: some
            for target, some in times.items()
            if (held := self.bare.get(target)) is None or max(some) > held[0] or known_at > held[1]
        }
        asks = [((target,), at) for target, some in asked.items() for at in some]
        rows = reader.newest(REPLACEMENT, asks, newest, known_at=known_at)
        for target in asked.keys() - {row[0] for row in rows}:
            self.bare[target] = max(asked[target]), known_at
        return rows


def _joined(
    reader: IndexReader, known: _Known, times: Mapping[str, list[int]], known_at: int, newest: int
) -> list[Contribution]:
    """Return the newest candidates of each run whose outputs and times are kept apart."""
    rows = [row for row in known.rows(reader, OUTPUT, times) if row[_OUTPUT_ENTRY] <= known_at]
    if not rows:
        return []
    runs = list(dict.fromkeys((row[2],) for row in rows))
    intricate = {row[0] for row in reader.rows(RUN_STATE, runs) if RunState.of(row).intricate}
    read: dict[tuple[str, str], list[tuple[int, int]]] = {}
    wanted = dict.fromkeys((row[2], "READ", row[0]) for row in rows)
    for run, _, target, _, _, entry, valid_from in reader.rows(ACCESS, list(wanted)):
        read.setdefault((run, target), []).append((valid_from, entry))
    outputs = [
        Output(run, target, job, entry, Replaces(replacing), earliest(read.get((run, target), ())), run in intricate)
        for target, job, run, entry, replacing in rows
    ]
    # Of what a run read and wrote, its newest time may be in place and an older one not: each list has its own newest.
    apart = {run for run, _ in read}
    effects: dict[str, list[tuple[int, int]]] = {}
    for count, some in ((newest, set(runs) - {(run,) for run in apart}), (_ALL, {(run,) for run in apart})):
        asked = {((output.run,), at) for output in outputs if (output.run,) in some for at in times[output.target]}
        for run, at, entry in reader.newest(EFFECT, list(asked), count, known_at=known_at) if asked else ():
            effects.setdefault(run, []).append((at, entry))
    return [output.at(at, entry) for output in outputs for at, entry in effects.get(output.run, ())]


_OUTPUT_ENTRY: Final = OUTPUT.place("entry")


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    # By which of the lists it was found is no answer: of a run whose outputs are kept apart it is by all.
    for one in contributions(reader, [(identifier, NOW) for identifier in ids]):
        yield one._replace(in_place=False, apart=True)


CONTRIBUTIONS: Final = Index(
    "contributions",
    2,
    (CONTRIBUTION, REPLACEMENT, PRODUCER, JOINED, OUTPUT, EFFECT),
    _derive,
    _specification,
    _answers,
    uses=("runs",),
)
