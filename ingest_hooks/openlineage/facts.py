"""From one event to its facts: a pure function of that event alone, without any configuration.

Any order and any repetition of events gives the same facts; what follows from several of them is derived when read
(`graph_schema.folding`). OpenLineage 2-0-2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph_schema import edges, nodes
from graph_schema.aspects import events as aspects
from graph_schema.builder import FactBuilder
from graph_schema.facts import Facts, Role
from graph_schema.folding import RANK, RECORD_RANK
from ingest_hooks.openlineage.event import Dataset, DatasetEvent, Event, JobEvent, RunEvent, read_event
from ingest_hooks.openlineage.facets import (
    Scope,
    add_facets,
    add_model,
    is_window,
    named_sources,
    named_targets,
    processing_type,
    renamed_from,
    version_of,
    write_value,
)
from ingest_hooks.openlineage.wire import JSON, Flag


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
) -> Facts:
    """The facts of one event; raises `Unreadable` 422 for what `read_event` cannot take.

    `event` is the redacted JSON as the ledger holds it (or already read), `tie` its canonical digest, which orders
    events of the same time and type; `recorded_at` in UTC microseconds, also the valid time of an event that names none
    or one that lies in the future; `by` sent it, and a key proved that where `authenticated`.
    `flags` and `redactions` (pointer, rule) are what was noted before it was stored.
    """
    read = event if isinstance(event, RunEvent | JobEvent | DatasetEvent) else read_event(event)
    noted = (*flags, *read.flags)
    if read.at is not None and read.at.micros > recorded_at:
        noted += (Flag("event-from-the-future", "/eventTime"),)
    valid_from = recorded_at if read.at is None else min(read.at.micros, recorded_at)
    builder = FactBuilder(
        entry=entry, valid_from=valid_from, tie=tie, rank=RECORD_RANK, by=by, authenticated=authenticated
    )
    subject: nodes.Node
    if isinstance(read, RunEvent):
        subject = _add_run(builder, read)
    elif isinstance(read, JobEvent):
        subject = _add_job(builder, read)
    else:
        subject = _add_dataset(Scope(builder), read.dataset)
    if noted:
        flagged = tuple(aspects.Flag(flag.code, flag.pointer) for flag in noted)
        builder.add_statement(subject, "flags", aspects.Flags(flagged))
    if redactions:
        replaced = tuple(aspects.Redaction(pointer, rule) for pointer, rule in redactions)
        builder.add_statement(subject, "redactions", aspects.Redactions(replaced))
    return builder.build()


def _add_run(builder: FactBuilder, event: RunEvent) -> nodes.Run:
    run, job = nodes.Run(event.run_id), nodes.Job(event.job.namespace, event.job.name)
    builder.rank, builder.run, builder.job = RANK[event.type], run.id, job.id
    builder.add_edge(edges.Executed(run, job))
    builder.add_statement(run, "event", _event(event))
    add_facets(Scope(builder, run=run), run, event.run_facets)
    add_facets(Scope(builder, run=run), job, event.job.facets)
    inputs, outputs = event.inputs or (), event.outputs or ()
    for each in _each(builder, inputs):
        dataset = _add_dataset(Scope(builder, Role.IN, run), each)
        version = version_of(each.facets)
        builder.add_edge(edges.Read(run, dataset), {"version": version} if version else {})
    for each in _each(builder, outputs):
        dataset = _add_dataset(Scope(builder, Role.OUT, run), each)
        builder.add_edge(edges.Wrote(run, dataset), write_value(each.facets))
        if before := renamed_from(each.facets):
            builder.add_edge(edges.Wrote(run, before), {"mode": "DROP"})
    named = {(each.namespace, each.name) for each in inputs}
    for source in _sources(event.job.facets, outputs):
        if (source.namespace, source.name) not in named:
            builder.add_edge(edges.Read(run, source), {"stated_by": "lineage"})
    named = {(each.namespace, each.name) for each in outputs}
    for target in dict.fromkeys(named_targets(event.job.facets)):
        if (target.namespace, target.name) not in named:
            builder.add_edge(edges.Wrote(run, target), {"stated_by": "lineage"})
    return run


def _add_job(builder: FactBuilder, event: JobEvent) -> nodes.Job:
    job = nodes.Job(event.job.namespace, event.job.name)
    builder.job = job.id
    builder.add_node(job)
    add_facets(Scope(builder), job, event.job.facets)
    consumed = [_add_dataset(Scope(builder, Role.IN), each) for each in _each(builder, event.inputs or ())]
    produced = [_add_dataset(Scope(builder), each) for each in _each(builder, event.outputs or ())]
    consumed = list(dict.fromkeys((*consumed, *_sources(event.job.facets, event.outputs or ()))))
    produced = list(dict.fromkeys((*produced, *named_targets(event.job.facets))))
    declared = aspects.Io(
        tuple(dataset.id for dataset in consumed) if event.inputs is not None or consumed else None,
        tuple(dataset.id for dataset in produced) if event.outputs is not None or produced else None,
    )
    if declared != aspects.Io():
        builder.add_statement(job, "io", declared)
    for dataset in consumed:
        builder.add_edge(edges.Consumes(job, dataset))
    for dataset in produced:
        builder.add_edge(edges.Produces(job, dataset))
    return job


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
    dataset = nodes.Dataset(described.namespace, described.name)
    scope.builder.add_node(dataset)
    inner = Scope(scope.builder, scope.role, scope.run, dataset)
    add_facets(inner, dataset, described.facets)
    add_facets(inner, dataset, _apart(described.io_facets, described.facets, scope.role))
    add_model(inner, described.facets)
    return dataset


def _apart(io_facets: Mapping[str, JSON], facets: Mapping[str, JSON], role: Role) -> Mapping[str, JSON]:
    """Facets of one use, under a name of their own where the dataset itself has one of that name."""
    return {f"{role}.{name}" if name in facets else name: facet for name, facet in io_facets.items()}


def _sources(job_facets: Mapping[str, JSON], outputs: Iterable[Dataset]) -> Iterator[nodes.Dataset]:
    """What the lineage facets name as read; a flow stated there is a flow, whether or not it is among the inputs."""
    sources = (
        *named_sources({"lineage": job_facets.get("lineage")}),
        *(s for o in outputs for s in named_sources(o.facets)),
    )
    yield from dict.fromkeys(sources)


def _event(event: RunEvent) -> aspects.Event:
    return aspects.Event(
        type=event.type,
        time=None if event.at is None else event.at.original,
        window=is_window(event.job.facets),
        processing=processing_type(event.job.facets),
    )
