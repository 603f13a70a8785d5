"""The context of the dossier of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from catalog.assets.model import AspectInForce
from catalog.assets.naming import names_of
from catalog.assets.queries import datasets, existing
from catalog.encryption.model import KeyRecord
from catalog.findings.approvals import NOUNS
from catalog.findings.judgement import absent_of, approval_findings
from catalog.findings.rules import Rule
from catalog.labels.model import Attestation as AttestationRecord
from catalog.ledger.protocol import Ledger
from catalog.lineage.model import LineageEdge as Edge
from catalog.reading import Truncated
from catalog.reporting import access, lineage
from catalog.reporting.approvals import approvals, delegations, estate_findings, findings, gaps, powers_of, quarantined
from catalog.reporting.citations import Citations, time_of
from catalog.reporting.dataset_data import BUDGET, DatasetData
from catalog.reporting.datasets import DECLARED, in_words, names, producer_shown, snapshot_shown, stated, worded
from catalog.reporting.dossier_data import deciders
from catalog.reporting.drift import drifts_shown
from catalog.reporting.effective_labels import cleared_labels, labels_shown
from catalog.reporting.people import people
from catalog.reporting.read_point import Point, settled
from catalog.reporting.use import use_of
from catalog.view import View
from graph_schema.identity import label_of
from graph_schema.times import format_time
from reports.context import Answer, ByEntry, Code
from reports.kinds import DatasetDossier
from reports.parts.access import DAYS
from reports.parts.attestations import Attestation
from reports.parts.columns import SchemaColumn
from reports.parts.dataset import DatasetSubject, StatedField
from reports.parts.gaps import Gap
from reports.parts.keys import DeclaredKey, KeyOfDataset
from reports.parts.lineage import LineageEdge, LineageNode
from reports.parts.models_made import ModelMade, RunsAt
from reports.parts.runs import Run
from reports.parts.snapshots import Snapshot
from reports.parts.stated import StatedOnce

_LABELLED = 200
"""Columns whose labels are shown."""


def dataset_dossier(
    view: View, ledger: Ledger, identifier: str, organisation: str | None = None, access_days: int = DAYS
) -> DatasetDossier | None:
    """Return the dossier's context for a dataset, None where nothing was known of it by then.

    Decisions on access are counted of so many days before the view's moment.

    The entries that it cites are in its evidence without their proofs, as `model_dossier` says. Raises EvidenceError
    where the ledger is not whole.
    """
    point = settled(view.remembering, ledger)
    if point is None:
        return None
    uncited = point.view.uncited
    record = datasets(uncited, [identifier]).get(identifier)
    if record is None or not existing(uncited, [identifier]).get(identifier):
        return None
    data = DatasetData.read(uncited, record)
    citations = Citations.of(point.view, ledger, deciders(data.approvals))
    citations.introduce(one.decided.by for one in data.estate if one.decided is not None)
    powers = powers_of(citations)
    others = names_of(citations.view, {one.subject for one in data.approvals} - {record.id})
    found = approval_findings(record.id, NOUNS["Dataset"], data.approvals, powers, names=others)
    # Nobody has to approve a dataset by itself.
    found = tuple(one for one in found if one.rule is not Rule.APPROVAL_REQUESTED)
    statements, unstated, answers = use_of(citations, data.view, record.id, data.permitted)
    since, decided, decisions_left_out = access.decisions(citations, data.view, record, access_days)
    columns = record.columns[:_LABELLED]
    context = DatasetDossier(
        organisation=organisation,
        read_point=point.read_point(_answer(point, data)),
        subject=DatasetSubject(
            kind="dataset",
            namespace=record.namespace,
            name=record.name,
            entries=citations.view.cite(*data.declaration_entries),
        ),
        stated=tuple(_stated(citations, data)),
        keys=tuple(_keys(citations, data)),
        names=tuple(names(citations, {record.id: record}, {record.id: data.names}, data.named_by)),
        columns=tuple(SchemaColumn(name=one.name, type=one.type) for one in record.columns),
        schema_stated=_schema_stated(citations, data),
        effective=labels_shown(
            citations, data.view, [record.id], [(record.id, one.name) for one in columns], data.run_id
        ),
        cleared=cleared_labels(citations, data.view, [record.id]),
        columns_left_out=len(record.columns) - len(columns),
        attestations=tuple(_attestation(citations, data, one) for one in data.attestations),
        statements=statements,
        unstated=unstated,
        answers=answers,
        nodes=tuple(_nodes(citations, data)),
        edges=tuple(_edges(citations, data)),
        models=tuple(_models(citations, data)),
        runs=tuple(_runs(citations, data)),
        snapshots=tuple(_snapshots(citations, data)),
        snapshots_left_out=data.snapshots_left_out,
        approvals=tuple(approvals(citations, data.approvals, powers)),
        delegations=tuple(delegations(citations, data.view, data.approvals)),
        access_requests=tuple(access.requests(citations, data.view, record)),
        access_grants=tuple(access.granted(citations, data.view, record)),
        access_emergencies=tuple(access.taken(citations, data.view, record)),
        access_days=access_days,
        access_since=since,
        access_decisions=decided,
        access_left_out=decisions_left_out,
        findings=tuple(findings(citations, found)),
        estate=tuple(estate_findings(citations, data.estate, found)),
        gaps=tuple(Gap(subject=data.title, field=one.field, note=one.note) for one in record.gaps),
        history=tuple(_history(citations, data)),
        quarantined=tuple(quarantined(citations, data.quarantined)),
    )
    # Last: by now every entry that the rest cites is noted.
    context = replace(context, drifts=drifts_shown(citations, data.view, data.snapshots))
    acted = people(citations)
    proven = {one.actor.id: citations.principals.get(one.actor.id) for one in acted if one.actor.authenticated}
    context = replace(context, people=acted, gaps=(*context.gaps, *gaps(absent_of(proven))))
    return replace(context, entry_subjects=citations.entry_subjects(), evidence=point.evidence())


def _answer(point: Point, data: DatasetData) -> Answer:
    walks = (data.upstream, data.downstream)
    nodes = {node.id for walk in walks for node in walk.nodes}
    counts = (("nodes", len(nodes)), ("edges", len(_every_edge(data))))
    is_cut = any(isinstance(walk.completeness, Truncated) for walk in walks)
    return point.answer(len(data.quarantined), counts, f"A walk ended at {BUDGET} nodes." if is_cut else None)


def _recorded_at(citations: Citations, entry: int) -> str:
    return format_time(citations.header(entry).recorded_at)


def _stated(citations: Citations, data: DatasetData) -> Iterator[StatedField]:
    for name in DECLARED:
        one: AspectInForce[object] | None = stated(data.record, name)
        if one is not None:
            yield StatedField(
                field=name,
                value=worded(one),
                by=citations.writer(one.entry),
                since=format_time(one.since),
                recorded_at=_recorded_at(citations, one.entry),
                entry=citations.cite(one.entry),
            )


def _keys(citations: Citations, data: DatasetData) -> Iterator[KeyOfDataset]:
    for one in data.keys:
        state = data.key_states.get(one.key)
        ended = None if state is None else state.ended_by
        yield KeyOfDataset(
            key=one.key,
            environment=one.environment,
            declared=None if state is None or state.declared is None else _declared_key(citations, state.declared),
            ended=None if ended is None else ByEntry(entry=citations.cite(ended)),
        )


def _declared_key(citations: Citations, one: KeyRecord) -> DeclaredKey:
    return DeclaredKey(
        environment=one.scope.environment,
        workload=one.scope.workload,
        tier=one.scope.tier,
        created_by=one.scope.created_by,
        rotated_by=one.scope.rotated_by,
        used_by=one.scope.used_by,
        until=time_of(one.scope.until),
        by=citations.writer(one.entry),
        since=format_time(one.since),
        recorded_at=_recorded_at(citations, one.entry),
        entry=citations.cite(one.entry),
    )


def _schema_stated(citations: Citations, data: DatasetData) -> ByEntry | None:
    schema = data.record.aspects.get("schema")
    return None if schema is None or not data.record.columns else ByEntry(entry=citations.cite(schema.entry))


def _attestation(citations: Citations, data: DatasetData, one: AttestationRecord) -> Attestation:
    return Attestation(
        job=data.job_name(one.job),
        run=data.run_id(one.run),
        method=one.method,
        clears=tuple(Code(system=code.system, code=code.code) for code in one.named_codes),
        alterations=one.alterations,
        expert=one.expert,
        schema_version=one.schema_version,
        scope=one.scope,
        result=one.result,
        by=citations.writer(one.entry),
        recorded_at=_recorded_at(citations, one.entry),
        valid_from=format_time(one.valid_from),
        until=time_of(one.until),
        in_force=one.in_force,
        ended=None if one.end is None else ByEntry(entry=citations.cite(one.end.entry)),
        entry=citations.cite(one.entry),
    )


def _nodes(citations: Citations, data: DatasetData) -> Iterator[LineageNode]:
    """Yield the dataset, then what it was made of, then what was made of it, each by distance."""
    shown: set[str] = set()
    feeds = data.upstream.sources - {edge.target for edge in _every_edge(data)}
    for walk in (data.upstream, data.downstream):
        for node in sorted(walk.nodes, key=lambda one: (one.depth, citations.title(one.id), one.id)):
            if node.id not in shown:
                shown.add(node.id)
                yield _node(citations, data, node.id, raw_feed=node.id in feeds)


def _node(citations: Citations, data: DatasetData, identifier: str, *, raw_feed: bool) -> LineageNode:
    record, version = data.datasets.get(identifier), data.models.get(identifier)
    first = record or version
    zone = None if record is None else record.zone
    state = None if record is None else record.deidentification_state
    by = (one.entry for one in (zone, state) if one is not None)
    return LineageNode(
        id=identifier,
        name=citations.title(identifier),
        kind=label_of(identifier),
        zone=None if zone is None else zone.value,
        deid_state=None if state is None else state.value,
        root=identifier == data.record.id,
        raw_feed=raw_feed,
        entries=() if first is None else citations.view.cite(*sorted({first.first_entry, *by})),
    )


def _every_edge(data: DatasetData) -> tuple[Edge, ...]:
    return tuple(dict.fromkeys((*data.upstream.edges, *data.downstream.edges)))


def _edges(citations: Citations, data: DatasetData) -> Iterator[LineageEdge]:
    """Yield the edges from the raw feeds on, then those to what was made of the dataset."""
    away = {node.id: -node.depth for node in data.upstream.nodes}
    away |= {node.id: node.depth for node in data.downstream.nodes if node.depth}

    def in_order(edge: Edge) -> tuple[int, str, str, str]:
        return away.get(edge.source, 0), citations.title(edge.source), citations.title(edge.target), edge.run or ""

    for edge in sorted(_every_edge(data), key=in_order):
        run = data.runs.get(edge.run or "")
        yield LineageEdge(
            source=edge.source,
            target=edge.target,
            kind=edge.how.upper(),
            job=None if edge.job is None else data.job_name(edge.job),
            run=None if run is None else run.run_id,
            run_state=None if run is None else run.state,
            attempt=edge.attempt,
            confidence=edge.confidence.value,
            entries=citations.view.cite(edge.known_from),
        )


def _runs(citations: Citations, data: DatasetData) -> Iterator[Run]:
    for run in lineage.by_start(data.runs.values()):
        yield lineage.run_shown(citations, run, data.job_name(run.job))


def _models(citations: Citations, data: DatasetData) -> Iterator[ModelMade]:
    for id_, one in sorted(data.models.items(), key=lambda each: (each[1].namespace, each[1].model, each[1].version)):
        retired = data.retired.get(id_)
        yield ModelMade(
            namespace=one.namespace,
            name=one.model,
            version=one.version,
            deployments=tuple(
                RunsAt(
                    place=each.place,
                    environment=each.environment,
                    since=format_time(each.deployed_at),
                    until=time_of(each.until),
                    live=each.is_live,
                    ended=None if each.end_entry is None else ByEntry(entry=citations.cite(each.end_entry)),
                    by=citations.writer(each.entry),
                    entry=citations.cite(each.entry),
                )
                for each in data.deployments.get(id_, ())
            ),
            retired_since=None if retired is None else format_time(retired.since),
            retired=None if retired is None else ByEntry(entry=citations.cite(retired.entry)),
            entries=citations.view.cite(*(each.entry for each in one.registrations)),
        )


def _snapshots(citations: Citations, data: DatasetData) -> Iterator[Snapshot]:
    for one in data.snapshots:
        run = data.producer(one)
        made = None if run is None else producer_shown(citations, run, data.job_name(run.job), data.written)
        role = "OTHER" if one.seal is None else one.seal.role
        if one.verification is not None:
            citations.introduce([one.verification.verified_by])
        if one.seal is not None:
            citations.introduce([one.seal.sealed_by])
        yield snapshot_shown(citations, one, role, data.title, made)  # type: ignore[arg-type]  # a closed list


def _history(citations: Citations, data: DatasetData) -> Iterator[StatedOnce]:
    for one in data.history:
        yield StatedOnce(
            field=one.aspect,
            value="ended" if one.value is None else in_words(one.value),
            since=format_time(one.valid_from),
            recorded_at=_recorded_at(citations, one.entry),
            by=citations.writer(one.entry),
            entry=citations.cite(one.entry),
        )
