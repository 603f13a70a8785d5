"""The lineage behind a version: its nodes and edges, the runs, and the steps that removed identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from catalog.assets.model import RunRecord
from catalog.assets.naming import full_name
from catalog.findings.model import Coverage, Deidentification
from catalog.labels.model import Uncovered
from catalog.lineage.model import LineageEdge as Edge
from catalog.reporting.citations import Citations, time_of
from catalog.reporting.dossier_data import DossierData
from graph_schema.identity import label_of
from graph_schema.times import format_time
from reports.context import Code
from reports.parts.deidentification import DeidentificationStep
from reports.parts.lineage import LineageEdge, LineageNode
from reports.parts.runs import Run


def nodes(citations: Citations, data: DossierData, judged: Deidentification) -> Iterator[LineageNode]:
    """Yield the nodes from the version on, by their distance from it."""
    feeds = data.raw_feeds
    for node in sorted(data.graph.nodes, key=lambda each: (each.depth, data.title(each.id), each.id)):
        yield _node(citations, data, node.id, judged, raw_feed=node.id in feeds)


def _node(
    citations: Citations, data: DossierData, identifier: str, judged: Deidentification, *, raw_feed: bool
) -> LineageNode:
    version = data.version
    if identifier == version.id:
        return LineageNode(
            id=identifier,
            name=f"{version.model} {version.version}",
            kind="ModelVersion",
            root=True,
            entries=citations.view.cite(version.first_entry),
        )
    record = data.datasets.get(data.dataset_of(identifier) or "")
    if record is None:
        return LineageNode(id=identifier, name=identifier, kind=label_of(identifier))
    then, state, now = data.registered.get(record.id), data.declared_state(identifier), record.deidentification_state
    zone = None if then is None else then.zone
    snapshot = data.snapshots.get(identifier)
    made_by = () if snapshot is None else (seal.entry for seal in snapshot.seals if seal.run is not None)
    return LineageNode(
        id=identifier,
        name=full_name(record),
        kind=label_of(identifier),
        zone=None if zone is None else zone.value,
        deid_state=None if state is None else state.value,
        attested=identifier in judged.attested if data.is_declared_cleared(identifier) else None,
        from_attested=identifier in judged.derived,
        deid_state_since=None if now is None or (state and now.value == state.value) else now.value,
        labels=tuple(sorted({one.kind for one in data.registered_labels.get(record.id, ()) if one.present})),
        raw_feed=raw_feed,
        # That a run made a state may be said by a seal alone.
        entries=citations.view.cite(*sorted({record.first_entry, *made_by})),
    )


def edges(citations: Citations, data: DossierData, judged: Deidentification) -> Iterator[LineageEdge]:
    """Yield the edges from the raw feeds on; the walk's own order decides what is otherwise alike."""
    away = {node.id: node.depth for node in data.graph.nodes}
    named = {node.id: data.title(node.id) for node in data.graph.nodes}

    def from_the_feeds(edge: Edge) -> tuple[int, str, str, str]:
        ends = (named.get(edge.source, edge.source), named.get(edge.target, edge.target))
        return -away.get(edge.source, 0), *ends, edge.run or ""

    for edge in sorted(data.graph.edges, key=from_the_feeds):
        run = data.attempts.runs.get(edge.run or "")
        yield LineageEdge(
            source=edge.source,
            target=edge.target,
            kind=edge.how.upper(),
            job=None if edge.job is None else data.job_name(edge.job),
            run=None if run is None else run.run_id,
            run_state=None if run is None else run.state,
            attempt=edge.attempt,
            confidence=edge.confidence.value,
            deidentifies=any(
                (step.job, step.run) == (edge.job, edge.run) and step in judged.covered
                for step in data.steps.get(edge.target, ())
            ),
            entries=citations.view.cite(edge.known_from),
        )


def runs(citations: Citations, data: DossierData) -> Iterator[Run]:
    """Yield the runs by when they started."""
    for run in by_start(data.attempts.runs.values()):
        yield run_shown(
            citations,
            run,
            data.job_name(run.job),
            attempt=run.id in data.attempts.failed,
            retried_by=data.run_id(data.attempts.retries.get(run.id)),
        )


def by_start(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """Return runs by when they started."""
    return sorted(runs, key=lambda one: (one.started_at or 0, one.run_id))


def run_shown(
    citations: Citations, run: RunRecord, job: str, *, attempt: bool = False, retried_by: str | None = None
) -> Run:
    """Return a run as a report shows it, resting on all of its events."""
    return Run(
        job=job,
        run=run.run_id,
        state=run.state or "UNKNOWN",
        started_at=time_of(run.started_at),
        ended_at=time_of(run.ended_at),
        attempt=attempt,
        retried_by=retried_by,
        error=None if run.error is None else _message(run.error.value),
        entries=citations.view.cite(*(run.entries or [run.first_entry])),
    )


def _message(value: Any) -> str | None:  # noqa: ANN401  a facet is any JSON
    found = value.get("message") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def deidentification(
    citations: Citations, data: DossierData, judged: Deidentification
) -> Iterator[DeidentificationStep]:
    """Yield what was attested, in order, then the steps that remove identifiers and that nobody attested."""
    for one in judged.coverage:
        yield _attested(citations, data, one)
    for each in judged.removals:
        yield DeidentificationStep(
            job=data.job_name(each.step.job),
            run=data.run_id(each.step.run),
            known_by=each.known_by.value,
            entries=citations.view.cite(*each.entries),
        )


def _attested(citations: Citations, data: DossierData, judged: Coverage) -> DeidentificationStep:
    one, step = judged.attestation, judged.step
    return DeidentificationStep(
        job=data.job_name(one.job),
        run=data.run_id(one.run),
        method=one.method,
        clears=tuple(Code(system=code.system, code=code.code) for code in one.named_codes),
        alterations=one.alterations,
        expert=one.expert,
        schema_version=one.schema_version,
        scope=one.scope,
        result=one.result,
        attested_by=citations.actor(one.attested_by, authenticated=one.authenticated),
        attested_at=format_time(citations.ledger.entry(one.entry).entry.recorded_at),
        later=one.entry > data.registration.entry,
        valid_from=format_time(one.valid_from),
        until=time_of(one.until),
        in_force=one.in_force,
        covers=judged.reason is None,
        reason=None if judged.reason is None else judged.reason.value,
        not_covered=None if judged.reason is None else data.run_id(step.run),
        written_versions=tuple(sorted(step.versions - {""})) if judged.reason is Uncovered.OTHER_VERSION else (),
        entries=citations.view.cite(*judged.entries),
    )
