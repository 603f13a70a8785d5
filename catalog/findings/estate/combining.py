"""From a View to what is read together: coded data with what it was made of, several sets without identifiers."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from catalog.assets.folds import aspects_in_force
from catalog.assets.naming import names_of
from catalog.findings.estate.attested import attested_by, powers_of
from catalog.findings.estate.datasets import datasets_among, under_every_name
from catalog.findings.estate.model import Combination, CombinationCase, LinkCase, Start, Together
from catalog.graph_memo import remembered
from catalog.labels import queries as labels
from catalog.labels.code_keys import CodeKey, code_keys
from catalog.lineage.model import Direction
from catalog.use.closure import closure
from catalog.use.model import UseStatement
from catalog.use.queries import UseJudge
from catalog.view import View
from graph_schema.facts import NOW, Edge
from graph_schema.identity import label_of
from graph_schema.vocabulary.words import DeidentificationState

_STATE: Final = "deidentification_state"
_NORELINK: Final = "NORELINK"
_READS: Final = frozenset({"READ", "CONSUMES"})
_WRITES: Final = frozenset({"WROTE", "PRODUCES"})
_CODED: Final = frozenset({DeidentificationState.DE_IDENTIFIED, DeidentificationState.PSEUDONYMIZED})
_WITHOUT: Final = _CODED | {DeidentificationState.AGGREGATED}


@dataclass(frozen=True, slots=True)
class _Jobs:
    """What jobs read and write, by job."""

    reads: Mapping[str, set[str]]
    writes: Mapping[str, set[str]]


def _jobs_reading(view: View, datasets: Collection[str]) -> _Jobs:
    """Return all that those jobs read and write that read any of the datasets."""
    uses = view.uses(sorted(datasets)) if datasets else ()
    return _jobs(view, {use.job for use in uses if use.how in _READS and use.job is not None})


def _jobs(view: View, jobs: Collection[str]) -> _Jobs:
    reads: dict[str, set[str]] = defaultdict(set)
    writes: dict[str, set[str]] = defaultdict(set)
    for use in view.uses(sorted(jobs)) if jobs else ():
        if use.job is not None and use.job in jobs and label_of(use.dataset) == "Dataset":
            (reads if use.how in _READS else writes)[use.job].add(use.dataset)
    return _Jobs(reads, {job: writes[job] for job in jobs})


def _states(view: View, ids: Collection[str]) -> dict[str, str]:
    """Return how far identifiers are gone from each of the datasets, as it is declared."""
    held = aspects_in_force(view, sorted(ids), aspects=(_STATE,)) if ids else {}
    return {id_: str(of[_STATE].value) for id_, of in held.items() if _STATE in of}


def _read_by_run(view: View, datasets: Collection[str]) -> dict[str, dict[str, list[Edge]]]:
    """Return by run which of the datasets it reads; a job that only declares to read them stands for its run."""
    found: dict[str, dict[str, list[Edge]]] = defaultdict(lambda: defaultdict(list))
    for edge in view.edges(sorted(datasets), ("READ", "CONSUMES"), "in") if datasets else ():
        found[edge.source][edge.target].append(edge)
    return found


def _start_of(some: Iterable[Edge], others: Iterable[Edge]) -> Start:
    """Return since when, and by which entry, one reads both."""
    return max(min(Start(each.valid_from, each.entry) for each in edges) for edges in (some, others))


def _job_of(edge: Edge) -> str:
    return edge.source if edge.kind == "CONSUMES" else edge.job or ""


_Pairs = Mapping[str, Sequence[tuple[str, str]]]


def _linked(view: View, ids: Sequence[str]) -> tuple[dict[tuple[str, str], CodeKey], _Pairs]:
    """Return the keys, and of each job what it reads of coded data with what that was made of, or with its key."""
    every = under_every_name(view, ids)
    states = _states(view, every)
    keys = _keys(view)
    coded = {id_ for id_, state in states.items() if state in _CODED} | {one for one, _ in keys if one in every}
    jobs = _jobs_reading(view, coded)
    others = {one for reads in jobs.reads.values() for one in reads} - coded
    states |= _states(view, others)
    pairs = {
        job: [
            (one, other)
            for one in sorted((coded & reads) - jobs.writes[job])
            for other in sorted(reads - coded)
            if states.get(other) not in _WITHOUT
        ]
        for job, reads in jobs.reads.items()
    }
    is_made_of = _origins(view, sorted({one for some in pairs.values() for one, _ in some}))
    linked = {job: [pair for pair in some if pair not in keys and is_made_of(*pair)] for job, some in pairs.items()}
    for job, reads in jobs.reads.items():
        read = coded & reads - jobs.writes[job]
        linked[job] += [(one, key) for one, key in sorted(keys) if one in read and key in reads]
    return keys, {job: some for job, some in linked.items() if some}


def link_cases(view: View, ids: Sequence[str]) -> dict[str, LinkCase]:
    """Return the jobs that read coded data together with what it was made of, or with the key of its codes; the job
    that makes it is none.
    """
    # Which runs did is read of what they say; what jobs ever read is remembered while none says anything new.
    keys, linked = remembered(_linked, view, lambda beside: _linked(beside, ids), tuple(ids))
    by_run = _read_by_run(view, {one for some in linked.values() for pair in some for one in pair})
    names = names_of(view, {*linked, *(one for some in linked.values() for pair in some for one in pair)})
    found = {
        job: {pair: _as_key(each, keys.get(pair)) for pair in some if (each := _together(by_run, job, pair, names))}
        for job, some in linked.items()
    }
    unlinkable = _unlinkable(view, {one for some in found.values() for one, _ in some})
    return {
        job: LinkCase(
            names.get(job, job),
            list(some.values()),
            list(dict.fromkeys(each for one, _ in some for each in unlinkable[one])),
        )
        for job, some in found.items()
        if some
    }


def _unlinkable(view: View, datasets: Collection[str]) -> dict[str, list[UseStatement]]:
    """Return of each dataset the statements that reach it, whenever they hold, which forbid to link it again."""
    judge = UseJudge(view.at(NOW), sorted(datasets))
    return {
        one: [
            each.statement
            for each in judge.reaching(one).applied
            if _NORELINK in each.statement.refrains and not each.replaced_by
        ]
        for one in datasets
    }


def _keys(view: View) -> dict[tuple[str, str], CodeKey]:
    """Return each coded dataset with each key of its codes, under every name that they ever had."""
    found = {}
    for key in code_keys(view).values():
        of, by = under_every_name(view, key.of), under_every_name(view, [key.dataset])
        found.update({(one, each): key for one in of for each in by})
    return found


def _as_key(one: Together, key: CodeKey | None) -> Together:
    """Return that a key is read with what it is of: by the record that declares it as well."""
    if key is None:
        return one
    start = max(one.start, Start(key.since, key.entry))
    return one._replace(start=start, entries=tuple(sorted({*one.entries, key.entry})), is_key=True)


def _origins(view: View, datasets: Sequence[str]) -> Callable[[str, str], bool]:
    """Return what tells whether one of these datasets was made of another, by every flow ever stated.

    All are walked from at once; where that meets more than a walk may, from each by itself.
    """
    met = closure(view, datasets, Direction.UPSTREAM)
    if met.truncated is not None:
        behind = {one: frozenset(closure(view, [one], Direction.UPSTREAM).nodes) for one in datasets}
        return lambda one, other: other in behind[one]
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in met.edges:
        sources[edge.target].append(edge.source)
    bit = {one: 1 << place for place, one in enumerate(datasets)}
    reached: dict[str, int] = defaultdict(int, bit)
    front = deque(datasets)
    while front:
        one = front.popleft()
        for source in sources.get(one, ()):
            if reached[one] & ~reached[source]:
                reached[source] |= reached[one]
                front.append(source)
    return lambda one, other: bool(reached[other] & bit[one])


def _together(
    by_run: Mapping[str, Mapping[str, list[Edge]]], job: str, pair: tuple[str, str], names: Mapping[str, str]
) -> Together | None:
    """Return that some run of the job reads both, None where none does."""
    one, other = pair
    first: Together | None = None
    for reads in by_run.values():
        if one in reads and other in reads and _job_of(reads[one][0]) == job:
            edges = [*reads[one], *reads[other]]
            start = _start_of(reads[one], reads[other])
            if first is None or start < first.start:
                entries = tuple(sorted({min(each.entry for each in edges if each.target == end) for end in pair}))
                first = Together(names.get(one, one), names.get(other, other), start, entries)
    return first


class _Combined(NamedTuple):
    """The datasets without identifiers that each job reads, where it reads several, all that these jobs write, and how
    far identifiers are declared gone from that.
    """

    several: Mapping[str, Sequence[str]]
    writes: Mapping[str, Collection[str]]
    states: Mapping[str, str]


def _combined(view: View, ids: Sequence[str]) -> _Combined:
    states = _states(view, under_every_name(view, ids))
    free = {id_ for id_, state in states.items() if state == DeidentificationState.DE_IDENTIFIED}
    jobs = _jobs_reading(view, free)
    several = {job: sorted(free & reads) for job, reads in jobs.reads.items() if len(free & reads) > 1}
    outputs = {one for job in several for one in jobs.writes[job]}
    states_of_outputs = _states(view, outputs)
    several = {
        job: some for job, some in several.items() if any(_claims(states_of_outputs, one) for one in jobs.writes[job])
    }
    return _Combined(several, {job: jobs.writes[job] for job in several}, states_of_outputs)


def combination_cases(view: View, ids: Sequence[str]) -> dict[str, CombinationCase]:
    """Return what jobs make of several datasets without identifiers that one of their runs reads together."""
    # As in `link_cases`.
    several, writes, states_of_outputs = remembered(_combined, view, lambda beside: _combined(beside, ids), tuple(ids))
    by_run = _read_by_run(view, {one for some in several.values() for one in some})
    read: dict[str, tuple[Start, list[str], tuple[int, ...]]] = {}
    for reads in by_run.values():
        job = _job_of(next(iter(reads.values()))[0])
        if len(reads) > 1 and job in several:
            firsts = sorted(min(Start(each.valid_from, each.entry) for each in edges) for edges in reads.values())
            found = firsts[1], sorted(reads), tuple(sorted({each.entry for each in firsts}))
            read[job] = min(found, read.get(job, found))
    attested = labels.attestations_of(view, sorted(read)) if read else {}
    powers = powers_of(view, attested_by(attested))
    names = names_of(view, {*read, *(one for _, some, _ in read.values() for one in some)})
    cases: dict[str, list[Combination]] = defaultdict(list)
    for job, (start, some, entries) in sorted(read.items()):
        inputs = [names.get(each, each) for each in some]
        for one in writes[job]:
            if _claims(states_of_outputs, one):
                cases[one].append(Combination(names.get(job, job), inputs, start, entries, attested.get(job, ())))
    return {one: CombinationCase(found, powers) for one, found in cases.items()}


def _claims(states_of_outputs: Mapping[str, str], dataset: str) -> bool:
    """Tell whether what is made may be taken for free of identifiers: what is declared raw is not."""
    return states_of_outputs.get(dataset) != DeidentificationState.RAW


def read_by(view: View, ids: Sequence[str]) -> list[str]:
    """Return what the jobs among the ids read."""
    jobs = {id_ for id_ in ids if label_of(id_) == "Job"}
    return under_every_name(view, {one for reads in _jobs(view, jobs).reads.values() for one in reads})


def read_for(view: View, ids: Sequence[str]) -> list[str]:
    """Return what the jobs read that write the datasets among the ids."""
    datasets = datasets_among(ids)
    uses = view.uses(datasets) if datasets else ()
    jobs = {use.job for use in uses if use.how in _WRITES and use.job is not None}
    return under_every_name(view, {one for reads in _jobs(view, jobs).reads.values() for one in reads})
