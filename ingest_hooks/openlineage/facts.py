"""From one event to its facts: a pure function of that event alone, without any configuration.

Any order and any repetition of events gives the same facts; what follows from several of them is derived when read
(`graph_schema.folding`). OpenLineage 2-0-2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph_schema import edges, nodes
from graph_schema.facts import Facts, Role, Telling
from graph_schema.folding import RANK, RECORD_RANK
from ingest_hooks.openlineage.event import Dataset, DatasetEvent, Event, Instant, JobEvent, RunEvent, read_event
from ingest_hooks.openlineage.facets import (
    DATASET_ASPECTS,
    JOB_ASPECTS,
    RUN_ASPECTS,
    Scope,
    is_window,
    named_sources,
    named_targets,
    processing_type,
    renamed_from,
    state_facets,
    state_model,
    version_of,
    write_value,
)
from ingest_hooks.openlineage.wire import JSON, Flag
from ingest_hooks.redaction.redactor import Redaction


def project_event(
    event: JSON | Event,
    *,
    tie: str,
    recorded_at: int,
    entry: int,
    flags: Sequence[Flag] = (),
    redactions: Sequence[Redaction] = (),
) -> Facts:
    """The facts that one event states; raises `Unreadable` 422 for what `read_event` cannot take.

    `event` is the redacted JSON as the ledger holds it (or already read), `tie` its canonical digest, which orders
    events of the same time and type; `recorded_at` in UTC microseconds, also the valid time of an event that names none
    or one that lies in the future. `flags` and `redactions` are what reading and redacting noted before it was stored.
    """
    read = event if isinstance(event, RunEvent | JobEvent | DatasetEvent) else read_event(event)
    noted = (*flags, *read.flags)
    if read.at is not None and read.at.micros > recorded_at:
        noted += (Flag("event-from-the-future", "/eventTime"),)
    valid_from = recorded_at if read.at is None else min(read.at.micros, recorded_at)
    telling = Telling(entry=entry, valid_from=valid_from, tie=tie, rank=RECORD_RANK)
    subject: nodes.Node
    if isinstance(read, RunEvent):
        subject = _tell_run(telling, read)
    elif isinstance(read, JobEvent):
        subject = _tell_job(telling, read)
    else:
        subject = _state_dataset(Scope(telling), read.dataset)
    if noted:
        telling.say(subject, "flags", {"flags": [{"code": flag.code, "pointer": flag.pointer} for flag in noted]})
    if redactions:
        told: list[JSON] = [{"pointer": one.pointer, "rule": one.rule} for one in redactions]
        telling.say(subject, "redactions", {"redactions": told})
    return telling.facts()


def _tell_run(telling: Telling, event: RunEvent) -> nodes.Run:
    run, job = nodes.Run(event.run_id), nodes.Job(event.job.namespace, event.job.name)
    telling.rank, telling.run, telling.job = RANK[event.type], run.id, job.id
    telling.edge(edges.Executed(run, job))
    telling.say(run, "event", _event_value(event.type, event.at, event.job.facets))
    state_facets(Scope(telling, run=run), run, event.run_facets, RUN_ASPECTS)
    state_facets(Scope(telling, run=run), job, event.job.facets, JOB_ASPECTS)
    inputs, outputs = event.inputs or (), event.outputs or ()
    for said in _each(telling, inputs):
        dataset = _state_dataset(Scope(telling, Role.IN, run), said)
        version = version_of(said.facets)
        telling.edge(edges.Read(run, dataset), {"version": version} if version else {})
    for said in _each(telling, outputs):
        dataset = _state_dataset(Scope(telling, Role.OUT, run), said)
        telling.edge(edges.Wrote(run, dataset), write_value(said.facets))
        if before := renamed_from(said.facets):
            telling.edge(edges.Wrote(run, before), {"mode": "DROP"})
    named = {(said.namespace, said.name) for said in inputs}
    for source in _sources(event.job.facets, outputs):
        if (source.namespace, source.name) not in named:
            telling.edge(edges.Read(run, source), {"stated_by": "lineage"})
    named = {(said.namespace, said.name) for said in outputs}
    for target in dict.fromkeys(named_targets(event.job.facets)):
        if (target.namespace, target.name) not in named:
            telling.edge(edges.Wrote(run, target), {"stated_by": "lineage"})
    return run


def _tell_job(telling: Telling, event: JobEvent) -> nodes.Job:
    job = nodes.Job(event.job.namespace, event.job.name)
    telling.job = job.id
    telling.node(job)
    state_facets(Scope(telling), job, event.job.facets, JOB_ASPECTS)
    consumed = [_state_dataset(Scope(telling, Role.IN), said) for said in _each(telling, event.inputs or ())]
    produced = [_state_dataset(Scope(telling), said) for said in _each(telling, event.outputs or ())]
    consumed = list(dict.fromkeys((*consumed, *_sources(event.job.facets, event.outputs or ()))))
    produced = list(dict.fromkeys((*produced, *named_targets(event.job.facets))))
    declared: dict[str, JSON] = {}
    if event.inputs is not None or consumed:
        declared["inputs"] = [dataset.id for dataset in consumed]
    if event.outputs is not None or produced:
        declared["outputs"] = [dataset.id for dataset in produced]
    if declared:
        telling.say(job, "io", declared)
    for dataset in consumed:
        telling.edge(edges.Consumes(job, dataset))
    for dataset in produced:
        telling.edge(edges.Produces(job, dataset))
    return job


def _each(telling: Telling, datasets: Iterable[Dataset]) -> Iterator[Dataset]:
    """Each dataset; what is said of one a second time in the same event comes after the first, by its tie."""
    tie = telling.tie
    seen: Counter[tuple[str, str]] = Counter()
    for dataset in datasets:
        times = seen[dataset.namespace, dataset.name]
        seen[dataset.namespace, dataset.name] += 1
        telling.tie = f"{tie}.{times:06}" if times else tie
        yield dataset
    telling.tie = tie


def _state_dataset(scope: Scope, said: Dataset) -> nodes.Dataset:
    dataset = nodes.Dataset(said.namespace, said.name)
    scope.telling.node(dataset)
    inner = Scope(scope.telling, scope.role, scope.run, dataset)
    state_facets(inner, dataset, said.facets, DATASET_ASPECTS)
    state_facets(inner, dataset, _apart(said.io_facets, said.facets, scope.role), DATASET_ASPECTS)
    state_model(inner, said.facets)
    return dataset


def _apart(io_facets: Mapping[str, JSON], facets: Mapping[str, JSON], role: Role) -> Mapping[str, JSON]:
    """Facets of one use, under a name of their own where the dataset itself has one of that name."""
    return {f"{role}.{name}" if name in facets else name: facet for name, facet in io_facets.items()}


def _sources(job_facets: Mapping[str, JSON], outputs: Iterable[Dataset]) -> Iterator[nodes.Dataset]:
    """What the lineage facets name as read; a flow stated there is a flow, whether or not it is among the inputs."""
    said = (
        *named_sources({"lineage": job_facets.get("lineage")}),
        *(s for o in outputs for s in named_sources(o.facets)),
    )
    yield from dict.fromkeys(said)


def _event_value(kind: str, at: Instant | None, job_facets: Mapping[str, JSON]) -> dict[str, JSON]:
    value: dict[str, JSON] = {"type": kind}
    if at is not None:
        value["time"] = at.original
    if is_window(job_facets):
        value["window"] = True
    if processing := processing_type(job_facets):
        value["processing"] = processing
    return value
