"""From one event to its facts: a pure function of that event alone, without any configuration.

Any order and any repetition of events gives the same facts; what follows from several of them is derived when read
(`graph_schema.bitemporal`). OpenLineage 2-0-2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import orjson

from graph_schema import edges, nodes
from graph_schema.aspects import events as aspects
from graph_schema.bitemporal import RANK, RECORD_RANK
from graph_schema.builder import FactBuilder
from graph_schema.facts import Facts, Role
from ingest_hooks.openlineage.event import Dataset, DatasetEvent, Event, JobEvent, RunEvent, read_event
from ingest_hooks.openlineage.facets import (
    Scope,
    add_facets,
    add_model,
    is_window,
    named_inputs,
    named_targets,
    processing_type,
    renamed_from,
    version_of,
    write_value,
)
from ingest_hooks.openlineage.part_memo import PartMemo, Sources
from ingest_hooks.openlineage.wire import JSON, Flag

_VERSIONS: Final = frozenset({"version", "lineward_snapshot"})


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
        subject, _ = _add_dataset(Scope(builder, memo=memo), read.dataset)
    if noted:
        flagged = tuple(aspects.Flag(flag.code, flag.pointer) for flag in noted)
        builder.add_statement(subject, "flags", aspects.Flags(flagged))
    if redactions:
        replaced = tuple(aspects.Redaction(pointer, rule) for pointer, rule in redactions)
        builder.add_statement(subject, "redactions", aspects.Redactions(replaced))
    return builder.build()


def flags_of(event: Event, recorded_at: int, before: Sequence[Flag] = ()) -> tuple[Flag, ...]:
    """Return everything that is odd about an event recorded at this time: what was noted before, and what it shows."""
    late = event.at is not None and event.at.micros > recorded_at
    return (*before, *event.flags, *([Flag("event-from-the-future", "/eventTime")] if late else []))


def _add_run(builder: FactBuilder, event: RunEvent, memo: PartMemo | None) -> nodes.Run:
    run, job = nodes.Run(event.run_id), nodes.Job(event.job.namespace, event.job.name)
    builder.rank, builder.run, builder.job = RANK[event.type], run.id, job.id
    builder.add_edge(edges.Executed(run, job))
    builder.add_statement(run, "event", _event(event))
    add_facets(Scope(builder, run=run), run, event.run_facets)
    inputs, outputs = event.inputs or (), event.outputs or ()
    if memo is None or not (_is_restated(inputs) and _is_restated(outputs)):
        _add_ends(Scope(builder, run=run, memo=memo), event)
    else:
        parts = [
            [(each.namespace, each.name, each.facets) for each in some] for some in ((event.job,), inputs, outputs)
        ]
        memo.add(builder, (orjson.dumps(parts),), lambda alone: _add_ends(Scope(alone, run=run, memo=memo), event))
    for role, datasets in ((Role.IN, inputs), (Role.OUT, outputs)):
        if any(each.io_facets for each in datasets):
            for each in _each(builder, datasets):
                _add_use(Scope(builder, role, run, memo=memo), each)
    return run


def _is_restated(datasets: Sequence[Dataset]) -> bool:
    """Whether another run may say the same of them: none is there twice, which the tie tells apart, or in a version."""
    names = {(each.namespace, each.name) for each in datasets}
    return len(names) == len(datasets) and all(_VERSIONS.isdisjoint(each.facets) for each in datasets)


def _add_ends(scope: Scope, event: RunEvent) -> Sources:
    """Add what a run's event says of its job and of what that reads and writes: most runs of a job say the same."""
    builder, run, memo = scope.builder, scope.run, scope.memo
    assert run is not None  # noqa: S101  # it is a run's event
    add_facets(scope, nodes.Job(event.job.namespace, event.job.name), event.job.facets)
    inputs, outputs = event.inputs or (), event.outputs or ()
    for each in _each(builder, inputs):
        dataset, _ = _add_description(Scope(builder, Role.IN, run, memo=memo), each)
        version = version_of(each.facets)
        builder.add_edge(edges.Read(run, dataset), {"version": version} if version else {})
    sources = list(named_inputs("lineage", event.job.facets.get("lineage")))
    for each in _each(builder, outputs):
        dataset, named = _add_description(Scope(builder, Role.OUT, run, memo=memo), each)
        sources += named
        builder.add_edge(edges.Wrote(run, dataset), write_value(each.facets))
        if before := renamed_from(each.facets):
            builder.add_edge(edges.Wrote(run, before), {"mode": "DROP"})
    listed = {(each.namespace, each.name) for each in inputs}
    for source in dict.fromkeys(sources):
        if (source.namespace, source.name) not in listed:
            builder.add_edge(edges.Read(run, source), {"stated_by": "lineage"})
    listed = {(each.namespace, each.name) for each in outputs}
    for target in dict.fromkeys(named_targets(event.job.facets)):
        if (target.namespace, target.name) not in listed:
            builder.add_edge(edges.Wrote(run, target), {"stated_by": "lineage"})
    return ()


def _add_job(builder: FactBuilder, event: JobEvent, memo: PartMemo | None) -> nodes.Job:
    job = nodes.Job(event.job.namespace, event.job.name)
    builder.job = job.id
    builder.add_node(job)
    of_job = Scope(builder, memo=memo)
    add_facets(of_job, job, event.job.facets)
    inputs = [_add_dataset(Scope(builder, Role.IN, memo=memo), each) for each in _each(builder, event.inputs or ())]
    outputs = [_add_dataset(of_job, each) for each in _each(builder, event.outputs or ())]
    # A flow that a lineage facet states is a flow, whether or not it is among the inputs.
    sources = *named_inputs("lineage", event.job.facets.get("lineage")), *(one for _, named in outputs for one in named)
    consumed = list(dict.fromkeys((*(dataset for dataset, _ in inputs), *sources)))
    produced = list(dict.fromkeys((*(dataset for dataset, _ in outputs), *named_targets(event.job.facets))))
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


def _add_dataset(scope: Scope, described: Dataset) -> tuple[nodes.Dataset, Sources]:
    """Add a dataset with all its facets; return as `_add_description`."""
    found = _add_description(scope, described)
    _add_use(scope, described)
    return found


def _add_description(scope: Scope, described: Dataset) -> tuple[nodes.Dataset, Sources]:
    """Add a dataset with the facets of itself; return it, and the datasets that these name as inputs."""
    dataset = nodes.Dataset(described.namespace, described.name)
    scope.builder.add_node(dataset)
    inner = Scope(scope.builder, scope.role, scope.run, dataset, scope.memo)
    sources = add_facets(inner, dataset, described.facets)
    add_model(inner, described.facets)
    return dataset, sources


def _add_use(scope: Scope, described: Dataset) -> None:
    """Add the facets of one use of a dataset, under names of their own where it has one of that name itself."""
    if not described.io_facets:
        return
    dataset = nodes.Dataset(described.namespace, described.name)
    facets = {
        f"{scope.role}.{name}" if name in described.facets else name: facet
        for name, facet in described.io_facets.items()
    }
    add_facets(Scope(scope.builder, scope.role, scope.run, dataset, scope.memo), dataset, facets)


def _event(event: RunEvent) -> aspects.Event:
    return aspects.Event(
        type=event.type,
        time=None if event.at is None else event.at.original,
        window=is_window(event.job.facets),
        processing=processing_type(event.job.facets),
    )
