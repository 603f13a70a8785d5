"""From one event to its facts: a pure function of that event alone, without any configuration.

Any order and any repetition of events gives the same facts; what follows from several of them is derived when read
(`graph_schema.bitemporal`). OpenLineage 2-0-2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import orjson

from graph_schema import edges, nodes
from graph_schema.aspects import events as aspects
from graph_schema.bitemporal import RANK, RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.facet_reading import is_deleted
from graph_schema.facts import Facts, Role
from graph_schema.stated_lineage import (
    Entry,
    Sources,
    StatedBy,
    column_lineage_sources,
    dataset_entries,
    job_entries,
    narrowed,
    sources_of,
)
from ingest_hooks.openlineage.contradictions import contradictions
from ingest_hooks.openlineage.event import Dataset, DatasetEvent, Event, JobEvent, RunEvent, read_event
from ingest_hooks.openlineage.facets import (
    Scope,
    add_facets,
    add_model,
    claim_tags,
    is_window,
    model_version_of,
    processing_type,
    renamed_from,
    version_of,
    write_value,
)
from ingest_hooks.openlineage.part_memo import PartMemo
from ingest_hooks.openlineage.wire import JSON, Flag

_LONGEST_PRODUCER: Final = 500
_VERSIONS: Final = frozenset({"version", "lineward_snapshot", "lineward_modelVersion"})


def project_event(
    event: JSON | Event,
    *,
    tie: str,
    recorded_at: int,
    entry: int,
    by: str = "",
    authenticated: bool = False,
    flags: Sequence[Flag] = (),
    redactions: Sequence[tuple[str, str]] = (),
    memo: PartMemo | None = None,
) -> Facts:
    """The facts of one event; raises `Unreadable` 422 for what `read_event` cannot take.

    `event` is the redacted JSON as the ledger holds it (or already read), `tie` its canonical digest, which orders
    events of the same time and type; `recorded_at` in UTC microseconds, also the valid time of an event that names none
    or one that lies in the future; `by` sent it, and a key proved that where `authenticated`.
    `flags` and `redactions` (pointer, rule) are what was noted before it was stored. A memo changes nothing but the
    time that it takes.
    """
    read = event if isinstance(event, RunEvent | JobEvent | DatasetEvent) else read_event(event)
    noted = flags_of(read, recorded_at, flags)
    valid_from = recorded_at if read.at is None else min(read.at.micros, recorded_at)
    builder = FactBuilder(
        entry=entry, valid_from=valid_from, tie=tie, rank=RECORD_RANK, by=by, authenticated=authenticated
    )
    subject: nodes.Node
    if isinstance(read, RunEvent):
        subject = _add_run(builder, read, memo)
    elif isinstance(read, JobEvent):
        subject = _add_job(builder, read, memo)
    else:
        subject = _add_dataset(Scope(builder, memo=memo), read.dataset)
        builder.add_statement(subject, "producer", _producer(read))
        _add_declared_sources(builder, subject, read.dataset)
    if noted:
        flagged = tuple(aspects.Flag(flag.code, flag.pointer, flag.size) for flag in noted)
        builder.add_statement(subject, "flags", aspects.Flags(flagged))
    if redactions:
        replaced = tuple(aspects.Redaction(pointer, rule) for pointer, rule in redactions)
        builder.add_statement(subject, "redactions", aspects.Redactions(replaced))
    return builder.build()


def flags_of(event: Event, recorded_at: int, before: Sequence[Flag] = ()) -> tuple[Flag, ...]:
    """Return everything that is odd about an event recorded at this time: what was noted before, and what it shows."""
    late = event.at is not None and event.at.micros > recorded_at
    future = [Flag("event-from-the-future", "/eventTime")] if late else []
    return (*before, *event.flags, *contradictions(event), *future)


def _add_run(builder: FactBuilder, event: RunEvent, memo: PartMemo | None) -> nodes.Run:
    job = nodes.Job(event.job.namespace, event.job.name)
    run = nodes.Run.of(job, event.run_id)
    builder.rank, builder.run, builder.job = RANK[event.type], run.id, job.id
    builder.add_edge(edges.Executed(run, job))
    builder.add_statement(run, "event", _event(event))
    add_facets(Scope(builder, run=run), run, event.run_facets)
    inputs, outputs = event.inputs or (), event.outputs or ()
    scope = Scope(builder, run=run, memo=memo, job=job)
    if memo is None or not (_is_restated(inputs) and _is_restated(outputs)):
        _add_ends(scope, event)
    else:
        parts = [
            [(each.namespace, each.name, each.facets) for each in some] for some in ((event.job,), inputs, outputs)
        ]
        stated = orjson.dumps([event.producer, parts])
        memo.add(builder, (stated,), lambda alone: _add_ends(replace(scope, builder=alone), event))
    for role, datasets in ((Role.IN, inputs), (Role.OUT, outputs)):
        if any(each.io_facets for each in datasets):
            for each in _each(builder, datasets):
                _add_use(replace(scope, role=role), each)
    claim_tags(builder, event.run_facets, [nodes.Dataset(each.namespace, each.name) for each in outputs])
    return run


def _is_restated(datasets: Sequence[Dataset]) -> bool:
    """Whether another run may say the same of them: none is there twice, which the tie tells apart, or in a version."""
    names = {(each.namespace, each.name) for each in datasets}
    return len(names) == len(datasets) and all(_VERSIONS.isdisjoint(each.facets) for each in datasets)


def _add_ends(scope: Scope, event: RunEvent) -> None:
    """Add what a run's event says of its job and of what that reads and writes: most runs of a job say the same."""
    builder, run = scope.builder, scope.run
    assert run is not None  # noqa: S101  # it is a run's event
    job = nodes.Job(event.job.namespace, event.job.name)
    builder.add_statement(job, "producer", _producer(event))
    add_facets(scope, job, event.job.facets)
    inputs, outputs = event.inputs or (), event.outputs or ()
    for each in _each(builder, inputs):
        dataset = _add_description(replace(scope, role=Role.IN), each)
        version = version_of(each.facets)
        builder.add_edge(edges.Read(run, dataset), {"version": version} if version else {})
        if model := model_version_of(dataset, each.facets):
            builder.add_edge(edges.Read(run, model), {"dataset": dataset.id})
    entries = tuple(job_entries(event.job.facets.get("lineage"), job))
    named = [source for entry in entries if entry.target == job for source in entry.datasets]
    for each in _each(builder, outputs):
        dataset = _add_description(replace(scope, role=Role.OUT), each)
        sources = sources_of(dataset, each.facets, entries, job)
        written = write_value(each.facets)
        value = written | (sources.value if sources else {})
        builder.add_edge(edges.Wrote(run, dataset), value)
        if written.get("mode") == "DROP":
            builder.add_statement(dataset, "was_dropped", True, Role.OUT)
        if model := model_version_of(dataset, each.facets):
            named_by = {key: part for key, part in value.items() if key not in {"version", "renamed_from"}}
            builder.add_edge(edges.Wrote(run, model), {**named_by, "dataset": dataset.id})
        named += [*(sources.datasets if sources else ()), *column_lineage_sources(each.facets.get("columnLineage"))]
        if before := renamed_from(each.facets):
            builder.add_edge(edges.Wrote(run, before), {"mode": "DROP"})
            builder.add_edge(edges.WasRenamedTo(before, dataset))
    claim_tags(builder, event.job.facets, [nodes.Dataset(each.namespace, each.name) for each in outputs])
    for target, sources in _only_named(entries, outputs, job):
        builder.add_edge(edges.Wrote(run, target), {"stated_by": StatedBy.LINEAGE.value, **sources.value})
        named += sources.datasets
    listed = {(each.namespace, each.name) for each in inputs}
    for source in dict.fromkeys(named):
        if (source.namespace, source.name) not in listed:
            builder.add_edge(edges.Read(run, source), {"stated_by": StatedBy.LINEAGE.value})
    _add_other_jobs(builder, job, entries)


def _only_named(
    entries: Sequence[Entry], outputs: Sequence[Dataset], job: nodes.Job
) -> Iterator[tuple[nodes.Dataset, Sources]]:
    """Yield the datasets that entries of an explicit lineage facet name beside the outputs, with what feeds them."""
    listed = {(each.namespace, each.name) for each in outputs}
    for target in dict.fromkeys(entry.target for entry in entries):
        if isinstance(target, nodes.Dataset) and (target.namespace, target.name) not in listed:
            sources = sources_of(target, {}, entries, job)
            if sources is not None:
                yield target, sources


def _add_other_jobs(builder: FactBuilder, own: nodes.Job, entries: Iterable[Entry]) -> None:
    """Add what entries say of jobs: which other ones read and write datasets by design, and which job feeds which."""
    for entry in entries:
        if isinstance(entry.target, nodes.Dataset):
            for job in entry.jobs:
                if job != own:
                    builder.add_edge(edges.Produces(job, entry.target))
            continue
        for job in entry.jobs:
            if job != entry.target:
                builder.add_edge(edges.Feeds(job, entry.target))
        if entry.target != own:
            for source in entry.datasets:
                builder.add_edge(edges.Consumes(entry.target, source))


def _add_job(builder: FactBuilder, event: JobEvent, memo: PartMemo | None) -> nodes.Job:
    job = nodes.Job(event.job.namespace, event.job.name)
    builder.job = job.id
    builder.add_statement(job, "producer", _producer(event))
    of_job = Scope(builder, memo=memo, job=job)
    add_facets(of_job, job, event.job.facets)
    entries = tuple(job_entries(event.job.facets.get("lineage"), job))
    inputs = [
        _add_dataset(Scope(builder, Role.IN, memo=memo, job=job), each) for each in _each(builder, event.inputs or ())
    ]
    inputs += [source for entry in entries if entry.target == job for source in entry.datasets]
    outputs: list[nodes.Dataset] = []
    named: list[nodes.Dataset] = []
    fed: dict[nodes.Dataset, Sources] = {}
    for each in _each(builder, event.outputs or ()):
        outputs.append(_add_dataset(of_job, each))
        named += column_lineage_sources(each.facets.get("columnLineage"))
        if sources := sources_of(outputs[-1], each.facets, entries, job):
            fed[outputs[-1]] = sources
    fed |= dict(_only_named(entries, event.outputs or (), job))
    outputs += [target for target in fed if target not in outputs]
    named += [source for sources in fed.values() for source in sources.datasets]
    declared = _declared(event, inputs, outputs, fed, named)
    if declared != aspects.Io():
        builder.add_statement(job, "io", declared)
    for dataset in dict.fromkeys((*inputs, *named)):
        builder.add_edge(edges.Consumes(job, dataset))
    for dataset in dict.fromkeys(outputs):
        builder.add_edge(edges.Produces(job, dataset))
    claim_tags(builder, event.job.facets, outputs)
    _add_other_jobs(builder, job, entries)
    return job


def _declared(
    event: JobEvent,
    inputs: Iterable[nodes.Dataset],
    outputs: Iterable[nodes.Dataset],
    fed: Mapping[nodes.Dataset, Sources],
    named: Iterable[nodes.Dataset],
) -> aspects.Io:
    read = tuple(dict.fromkeys(dataset.id for dataset in inputs))
    wrote = tuple(dict.fromkeys(dataset.id for dataset in outputs))
    return aspects.Io(
        read if event.inputs is not None or read else None,
        wrote if event.outputs is not None or wrote else None,
        tuple(
            aspects.Fed(target.id, narrowed(read, sources.value["sources"], sources.by), sources.by.value)
            for target, sources in fed.items()
        ),
        tuple(dict.fromkeys(dataset.id for dataset in named if dataset.id not in read)),
    )


def _add_declared_sources(builder: FactBuilder, dataset: nodes.Dataset, described: Dataset) -> None:
    """Add what an event about the dataset itself says feeds it, for each facet that can say so."""
    explicit, columns = described.facets.get("lineage"), described.facets.get("columnLineage")
    stated = next(dataset_entries(explicit, dataset), None)
    for facet, aspect, sources in (
        (explicit, "lineage_sources", None if stated is None else stated.datasets),
        (columns, "column_lineage_sources", column_lineage_sources(columns) or None),
    ):
        if sources is not None:
            builder.add_statement(dataset, aspect, sorted(one.id for one in sources))
            for source in sources:
                builder.add_edge(edges.Feeds(source, dataset))
        elif facet is not None and is_deleted(facet):
            builder.add_statement(dataset, aspect, None)
    if stated is not None:
        for job in stated.jobs:
            builder.add_edge(edges.Produces(job, dataset))


def _each(builder: FactBuilder, datasets: Iterable[Dataset]) -> Iterator[Dataset]:
    """Each dataset; what comes of one a second time in the same event comes after the first, by its tie."""
    tie = builder.tie
    seen: Counter[tuple[str, str]] = Counter()
    for dataset in datasets:
        times = seen[dataset.namespace, dataset.name]
        seen[dataset.namespace, dataset.name] += 1
        builder.tie = f"{tie}.{times:06}" if times else tie
        yield dataset
    builder.tie = tie


def _add_dataset(scope: Scope, described: Dataset) -> nodes.Dataset:
    """Add a dataset with all its facets."""
    found = _add_description(scope, described)
    _add_use(scope, described)
    return found


def _add_description(scope: Scope, described: Dataset) -> nodes.Dataset:
    """Add a dataset with the facets of itself."""
    dataset = nodes.Dataset(described.namespace, described.name)
    scope.builder.add_node(dataset)
    inner = replace(scope, dataset=dataset)
    add_facets(inner, dataset, described.facets)
    add_model(inner, described.facets)
    return dataset


def _add_use(scope: Scope, described: Dataset) -> None:
    """Add the facets of one use of a dataset, under names of their own where it has one of that name itself."""
    if not described.io_facets:
        return
    dataset = nodes.Dataset(described.namespace, described.name)
    facets = {
        f"{scope.role}.{name}" if name in described.facets else name: facet
        for name, facet in described.io_facets.items()
    }
    add_facets(replace(scope, dataset=dataset), dataset, facets)


def _producer(event: Event) -> aspects.Producer:
    return aspects.Producer(event.producer[:_LONGEST_PRODUCER] if event.producer else None)


def _event(event: RunEvent) -> aspects.Event:
    return aspects.Event(
        type=event.type,
        time=None if event.at is None else event.at.original,
        window=is_window(event.job.facets),
        processing=processing_type(event.job.facets),
    )
