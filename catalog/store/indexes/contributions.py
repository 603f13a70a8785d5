"""What may have put a dataset or model version into its state: the index proposes, `fold_run` disposes.

A candidate is a pair of an output of a run and a time at which the run's outputs may have taken effect. Of a run that
has so many of both that the pairs would outgrow them, outputs and times are kept apart and joined when read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from catalog.store.indexes.hubs import MANY_ENDS, outgrows
from catalog.store.indexes.index import Index
from catalog.store.indexes.run_states import Moment, Runs, moments_of
from catalog.store.indexes.table import Changes, IndexReader, Kind, Merge, Row, Table
from catalog.store.indexes.work import Work
from graph_schema.bitemporal import REPLACING, STREAMING, Contribution, event_of
from graph_schema.facts import NOW, Edge, Facts, Statement

CONTRIBUTION: Final = Table(
    "contribution",
    (
        ("target", Kind.ID),
        ("job", Kind.ID),
        ("at", Kind.INTEGER),
        ("run", Kind.ID),
        ("tie", Kind.TEXT),
        ("how", Kind.TEXT),
        ("entry", Kind.INTEGER),
        ("replaces", Kind.INTEGER),
    ),
    key=6,
    prefix=6,
    merge=(Merge.LEAST, Merge.MOST),
    known="entry",
)
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

PRODUCER: Final = Table("producer", (("target", Kind.ID), ("job", Kind.ID)), key=2, prefix=2)
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


class Output(NamedTuple):
    """That a run ever wrote `target` by `job`; the entry is the first that says so."""

    run: str
    target: str
    job: str | None
    entry: int
    replaces: bool

    def at(self, moment: int, entry: int) -> Contribution:
        """Return the candidate that it is at a time at which the run's outputs may have taken effect."""
        return Contribution(
            self.target, self.job, moment, self.run, "ran", "", max(self.entry, entry), replaces=self.replaces
        )


def outputs_of(run: str, writes: Iterable[Edge]) -> list[Output]:
    """Return each output of the run once."""
    found: dict[tuple[str, str | None], Output] = {}
    for edge in writes:
        replaces = edge.value != "{}" and edge.data.get("mode") in REPLACING
        before = found.get((edge.target, edge.job), Output(run, edge.target, edge.job, edge.entry, replaces=False))
        found[edge.target, edge.job] = before._replace(
            entry=min(edge.entry, before.entry), replaces=before.replaces or replaces
        )
    return list(found.values())


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


def newest_first(found: Iterable[Contribution]) -> list[Contribution]:
    """Return contributions by (at, run, tie) descending; job and how only make it total."""
    return sorted(found, key=lambda one: (*one.order, one.job or "", one.how), reverse=True)


def by_target_and_job(found: Iterable[Contribution]) -> list[Contribution]:
    """Return contributions as `contributions` answers them: (target, job, at desc, run desc, tie desc)."""
    return sorted(newest_first(found), key=lambda one: (one.target, one.job or ""))


def newest_of(
    asks: Iterable[tuple[str, int]], found: Iterable[Contribution], newest: int, *, by_job: bool
) -> list[Contribution]:
    """Return what `contributions` answers, out of candidates among which are all of those."""
    best: dict[Contribution, Contribution] = {}
    for one in found:
        key = one._replace(entry=-1, replaces=False)
        held = best.get(key, one)
        best[key] = one._replace(entry=min(one.entry, held.entry), replaces=one.replaces or held.replaces)
    to: dict[str, list[Contribution]] = {}
    for one in newest_first(best.values()):
        to.setdefault(one.target, []).append(one)
    chosen: dict[Contribution, None] = {}
    for target, at in dict.fromkeys(asks):
        seen = [one for one in to.get(target, ()) if one.at <= at]
        groups: dict[str | None, list[Contribution]] = {}
        for one in seen:
            groups.setdefault(one.job if by_job else None, []).append(one)
        replacing = [one for one in seen if one.replaces] if by_job else []
        for group in (*groups.values(), replacing):
            chosen.update(dict.fromkeys(group[:newest]))
    return by_target_and_job(chosen)


def _derive(work: Work) -> Changes:
    changes, runs = Changes(), work.runs
    wrote = {run: [edge for edge in edges if edge.kind == "WROTE"] for run, edges in runs.fresh.items()}
    wrote = {run: edges for run, edges in wrote.items() if edges}
    touched = {run for run in runs.events if runs.new_moments(run) or runs.began_streaming(run)} | wrote.keys()
    joined = {run for (run,), rows in work.past.under(JOINED, [(run,) for run in touched]).items() if rows}
    accesses = {run: [*old, *runs.fresh.get(run, ())] for run, old in runs.old_accesses(touched - joined).items()}
    outputs = {run: outputs_of(run, _writes(edges)) for run, edges in accesses.items()}
    joining = {run for run, some in outputs.items() if _outgrows(runs, run, len(some), len(accesses[run]))}
    streaming = {run for run in touched if runs.began_streaming(run)}
    old = runs.old_moments({run for run in wrote if run in runs.before and run not in joined} | joining | streaming)
    for run in joined | joining:
        some = outputs[run] if run in joining else outputs_of(run, wrote.get(run, ()))
        moments = _earliest_entries([*old.get(run, ()), *runs.new_moments(run)])
        _join(changes, run, some, moments)
    for run in outputs.keys() - joining:
        recent = _earliest_entries(runs.new_moments(run))
        every = _earliest_entries([*old.get(run, ()), *runs.new_moments(run)])
        fresh = {(edge.target, edge.job) for edge in wrote.get(run, ())}
        for output in outputs[run]:
            is_fresh = run in streaming or (output.target, output.job) in fresh
            _propose(changes, (output.at(at, entry) for at, entry in (every if is_fresh else recent).items()))
    _propose(changes, contributions_of_records(work.new.statements))
    return changes


def _writes(edges: Iterable[Edge]) -> Iterator[Edge]:
    return (edge for edge in edges if edge.kind == "WROTE")


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
        changes.add(PRODUCER, [(one.target, one.job)])
        changes.add(
            CONTRIBUTION,
            [(one.target, one.job, one.at, one.run, one.tie, one.how, one.entry, int(one.replaces))],
        )
        if one.replaces:
            changes.add(REPLACEMENT, [(one.target, one.at, one.run, one.tie, one.job, one.how, one.entry)])


def _specification(facts: Facts) -> Changes:
    changes = Changes()
    events: dict[str, list[Statement]] = {}
    wrote: dict[str, list[Edge]] = {}
    for statement in facts.statements:
        if statement.aspect == "event":
            events.setdefault(statement.subject, []).append(statement)
    for edge in _writes(facts.edges):
        wrote.setdefault(edge.source, []).append(edge)
    for run, edges in wrote.items():
        some, moments = outputs_of(run, edges), _moments(events.get(run, ()))
        if outgrows(len(some), len(moments)):
            _join(changes, run, some, moments)
        else:
            for output in some:
                _propose(changes, (output.at(at, entry) for at, entry in moments.items()))
    _propose(changes, contributions_of_records(facts.statements))
    return changes


def _moments(events: Sequence[Statement]) -> dict[int, int]:
    """Return when the run's outputs may have taken effect, and the first entry that says so."""
    streams = any(event_of(event.value or "{}").processing in STREAMING for event in events)
    return _earliest_entries(moment for moment in moments_of(events) if streams or moment.type == "COMPLETE")


def contributions(
    reader: IndexReader, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
) -> list[Contribution]:
    """Return for each (target, at) the `newest` candidates at or before `at`: of each job, and beside them of those
    that may replace the whole; or (`by_job=False`) of all jobs together. Duplicates once, in the order of
    (target, job, at desc, run desc, tie desc). A row that says `replaces` wins over the same row that does not.
    """
    times: dict[str, list[int]] = {}
    for target, at in dict.fromkeys(asks):
        times.setdefault(target, []).append(at)
    targets = [(target,) for target in times]
    of_jobs = [((target, job), at) for target, job in reader.rows(PRODUCER, targets) for at in times[target]]
    found = {_contribution(row): None for row in reader.newest(CONTRIBUTION, of_jobs, newest, known_at=known_at)}
    if by_job:
        of_all = [((target,), at) for target, some in times.items() for at in some]
        for target, at, run, tie, job, how, entry in reader.newest(REPLACEMENT, of_all, newest, known_at=known_at):
            found[Contribution(target, job, at, run, how, tie, entry, replaces=True)] = None
    joined = _joined(reader, times, known_at, newest)
    if by_job and not joined:
        return by_target_and_job(found)
    return newest_of(asks, (*found, *joined), newest, by_job=by_job)


def _contribution(row: Row) -> Contribution:
    target, job, at, run, tie, how, entry, replacing = row
    return Contribution(target, job, at, run, how, tie, entry, bool(replacing))


def _joined(reader: IndexReader, times: Mapping[str, list[int]], known_at: int, newest: int) -> list[Contribution]:
    """Return the newest candidates of each run whose outputs and times are kept apart."""
    outputs = [
        Output(run, target, job, entry, bool(replacing))
        for target, job, run, entry, replacing in reader.rows(
            OUTPUT, [(target,) for target in times], known_at=known_at
        )
    ]
    if not outputs:
        return []
    asked = {((output.run,), at) for output in outputs for at in times[output.target]}
    effects: dict[str, list[tuple[int, int]]] = {}
    for run, at, entry in reader.newest(EFFECT, list(asked), newest, known_at=known_at):
        effects.setdefault(run, []).append((at, entry))
    return [output.at(at, entry) for output in outputs for at, entry in effects.get(output.run, ())]


def _answers(reader: IndexReader, ids: Sequence[str]) -> Iterator[Row]:
    yield from contributions(reader, [(identifier, NOW) for identifier in ids])


CONTRIBUTIONS: Final = Index(
    "contributions",
    1,
    (CONTRIBUTION, REPLACEMENT, PRODUCER, JOINED, OUTPUT, EFFECT),
    _derive,
    _specification,
    _answers,
    uses=("runs",),
)
