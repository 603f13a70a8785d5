"""The context of the model provenance dossier: everything it shows, read at one point, with the entries behind it.

The same read point gives the same context: times come from the ledger, never from a clock, and the checkpoint is the
oldest one that covers the read point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.access import queries as access
from catalog.access.model import LOCAL, LOCAL_DISPLAY_NAME
from catalog.approvals.model import Approval, ApprovalState
from catalog.approvals.queries import approvals_of
from catalog.assets import queries as assets
from catalog.assets.folds import run_folds
from catalog.assets.model import DatasetRecord, JobRecord, RunRecord, Said
from catalog.evidence.findings import bound_now, findings
from catalog.evidence.model import EntryEvidence
from catalog.evidence.queries import entries
from catalog.evidence.retries import retried
from catalog.evidence.schemas import schema_steps
from catalog.labels import queries as labels
from catalog.labels.model import Attestation, Label
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import format_time
from catalog.ledger.note import Note
from catalog.ledger.protocol import Ledger
from catalog.lineage import queries as lineage
from catalog.lineage.model import Direction, Grain, LineageEdge, LineageGraph, Walk
from catalog.reading import AsOf, Truncated
from catalog.record import canonical_bytes
from catalog.releases import queries as releases
from catalog.releases.model import ModelVersionRecord, Registration, SnapshotUse
from catalog.snapshots import queries as snapshots
from catalog.snapshots.model import SnapshotRecord
from catalog.store.protocol import Quarantined, Snapshotted
from graph_schema.facts import NOW, Role, Statement
from graph_schema.identity import label_of, node_id, split_state_id
from reports import contexts

DEPTH, BUDGET = 100, 5000
CLAIM = "facet:lineward_deidentification"
"""The aspect by which a run says that it removed identifiers."""

DISCLOSED = 64 * 1024
"""Bytes up to which a cited entry's redacted body stands in the evidence."""

_FAILED = frozenset({"FAIL", "ABORT"})
_STATUS: dict[ApprovalState, contexts.ApprovalStatus] = {
    ApprovalState.REQUESTED: "PENDING",
    ApprovalState.APPROVED: "APPROVED",
    ApprovalState.DENIED: "DENIED",
    ApprovalState.ABSTAINED: "ABSTAINED",
    ApprovalState.EXPIRED: "EXPIRED",
}


def model_dossier(
    reader: Snapshotted,
    ledger: Ledger,
    identifier: str,
    projection: str,
    as_of: AsOf = AsOf(),  # noqa: B008  frozen
    organisation: str | None = None,
) -> contexts.ModelDossier | None:
    """Return the dossier's context for a model version, None where nobody registered it by then.

    `projection` is the version of the projection that made the graph. Signs a checkpoint where none covers the read
    point. Raises EvidenceError where the ledger does not verify.
    """
    size = min(reader.checkpoint(), as_of.known_at) + 1
    if size < 1:
        return None
    known_at = ledger.entry(size - 1).entry.recorded_at
    at = AsOf(known_at if as_of.valid_at == NOW else as_of.valid_at, size - 1)
    version = releases.model_versions(reader, [identifier], at).get(identifier)
    if version is None or version.registration is None:
        return None
    scene = _Scene.read(reader, version, version.registration, at)
    checkpoint = _covering(ledger, size)
    told = _Told(scene, ledger)
    body = told.dossier(version, version.registration)
    answer = _answer(scene, max(as_of.known_at if as_of.known_at != NOW else ledger.size() - 1, size - 1) - size + 1)
    return contexts.ModelDossier(
        organisation=organisation,
        read_point=contexts.ReadPoint(
            valid_at=format_time(at.valid_at),
            known_at=format_time(known_at),
            ledger_index=size - 1,
            ledger_size=size,
            root=f"sha256:{ledger.root(size).hex()}",
            projection_version=projection,
            completeness=answer,
        ),
        evidence=_evidence(ledger, checkpoint, size, told.cited),
        **body,
    )


@dataclass(slots=True)
class _Scene:
    """Everything that was read: a handful of store calls for the whole dossier."""

    at: AsOf
    graph: LineageGraph
    datasets: Mapping[str, DatasetRecord]
    jobs: Mapping[str, JobRecord]
    runs: Mapping[str, RunRecord]
    snapshots: Mapping[str, SnapshotRecord]
    labels: Mapping[str, tuple[Label, ...]]
    attestations: Mapping[str, tuple[Attestation, ...]]
    schemas: Mapping[str, list[Statement]]
    quarantined: list[Quarantined]
    reader: Snapshotted
    attempts: frozenset[str]
    """The runs that failed or were aborted on the way or since, and so contributed nothing."""
    retries: Mapping[str, str]
    """An attempt to the run of the same job that completed afterwards and is on the way."""
    approvals: Sequence[Approval]
    """Of the version and of every snapshot and dataset that it rests on."""
    people: Mapping[str, str]
    """Principal to display name."""

    @classmethod
    def read(cls, reader: Snapshotted, version: ModelVersionRecord, registration: Registration, at: AsOf) -> _Scene:
        walk = Walk((version.id,), Direction.UPSTREAM, Grain.SNAPSHOT, DEPTH, at, include_attempts=True, budget=BUDGET)
        graph = lineage.lineage(reader, walk)
        wide = lineage.lineage(reader, replace(walk, grain=Grain.DATASET))
        used = [use.snapshot for use in (*registration.trained_on, *registration.evaluated_on)]
        snapshot_ids = sorted({*used, *(node.id for node in graph.nodes if label_of(node.id) == "Snapshot")})
        held = snapshots.snapshots(reader, snapshot_ids, at)
        run_ids = {edge.run for edge in graph.edges if edge.run} | {
            run for one in held.values() for run in one.produced_by
        }
        if registration.run:
            run_ids.add(registration.run)
        runs = assets.runs(reader, sorted(run_ids), at)
        completed = {id_: run.job for id_, run in runs.items() if run.state == "COMPLETE" and run.job}
        retries = {failed: by for failed, by in retried(reader, completed, at).items() if failed not in run_ids}
        since = {edge.run for edge in wide.edges if edge.attempt and edge.run} - run_ids
        tried = {
            id_: run
            for id_, run in assets.runs(reader, sorted(since | retries.keys()), at).items()
            # What was tried after the version was registered has no part in it.
            if run.state in _FAILED and (run.started_at or 0) <= registration.registered_at
        }
        runs = {**runs, **tried}
        run_ids |= tried.keys()
        job_ids = {edge.job for edge in graph.edges if edge.job} | {run.job for run in runs.values() if run.job}
        dataset_ids = sorted(
            {one for node in graph.nodes if (one := _dataset_of(node.id, held))}
            | {use.dataset for use in (*registration.trained_on, *registration.evaluated_on)}
        )
        attested = labels.attestations(reader, sorted(job_ids | run_ids), at)
        asked = approvals_of(reader, [version.id, *held, *dataset_ids], at)
        approvals = sorted((one for each in asked.values() for one in each), key=lambda one: one.request)
        whole = {version.id, *held, *run_ids, *job_ids, *dataset_ids}
        return cls(
            at,
            graph,
            assets.datasets(reader, dataset_ids, at),
            assets.jobs(reader, sorted(job_ids), at),
            runs,
            held,
            labels.labels(reader, dataset_ids, at),
            attested,
            _by_subject(reader.statements(dataset_ids, ("schema",), at.known_at), at.valid_at),
            [
                one
                for one in reader.quarantined()
                if one.entry <= at.known_at and (not one.subjects or whole.intersection(one.subjects))
            ],
            reader,
            frozenset(tried),
            {failed: by for failed, by in retries.items() if failed in tried},
            approvals,
            _people(reader, at, _names(registration, held, approvals, attested)),
        )

    def actor(self, principal: str, *, authenticated: bool = True) -> contexts.Actor:
        """Return who acted, with the name that the ledger gives them."""
        return contexts.Actor(id=principal, name=self.people.get(principal), authenticated=authenticated)

    def dataset_of(self, identifier: str) -> str | None:
        """Return the dataset that a node of the lineage is a state of."""
        return _dataset_of(identifier, self.snapshots)


@dataclass(slots=True)
class _Told:
    """Puts what was read into the report's words, and notes every entry that it rests on."""

    scene: _Scene
    ledger: Ledger
    cited: set[int] = field(default_factory=set)

    def dossier(self, version: ModelVersionRecord, registration: Registration) -> dict[str, Any]:
        """Return the dossier's parts."""
        scene = self.scene
        feeds = self._raw_feeds()
        return {
            "model": self._model(version, registration),
            "snapshots": (
                *(self._snapshot("TRAINING", use) for use in sorted(registration.trained_on)),
                *(self._snapshot("EVALUATION", use) for use in sorted(registration.evaluated_on)),
            ),
            "nodes": tuple(
                self._node(node.id, version, feeds)
                for node in sorted(scene.graph.nodes, key=lambda each: (each.depth, self._title(each.id), each.id))
            ),
            "edges": tuple(self._edges()),
            "sources": tuple(self._source(record, feeds) for record in self._sorted_datasets()),
            "runs": tuple(self._runs()),
            "deidentification": tuple(self._steps()),
            "labels": tuple(self._labels()),
            "use": tuple(self._use()),
            "approvals": tuple(self._approval(one, version, registration) for one in scene.approvals),
            "findings": tuple(self._findings(version, registration)),
            "schema_changes": tuple(self._schema_changes(registration.registered_at)),
            "gaps": tuple(self._gaps(version, registration)),
            "quarantined": tuple(
                contexts.Quarantined(entry=self._cite(one.entry), kind=one.kind, reason=one.reason)
                for one in scene.quarantined
            ),
        }

    def _cite(self, entry: int) -> int:
        self.cited.add(entry)
        return entry

    def _cites(self, found: Iterable[int]) -> tuple[int, ...]:
        return tuple(self._cite(entry) for entry in sorted(set(found)))

    def _model(self, version: ModelVersionRecord, registration: Registration) -> contexts.ModelVersion:
        code, environment = registration.code, registration.environment
        return contexts.ModelVersion(
            namespace=version.namespace,
            name=version.model,
            version=version.version,
            registered_at=format_time(registration.registered_at),
            registered_by=self.scene.actor(registration.registered_by, authenticated=registration.authenticated),
            intended_use=registration.intended_use,
            artifact_digest=registration.artifact_digest,
            signature=registration.signature,
            code=None
            if code is None
            else contexts.CodeRevision(repository=code.repository, revision=code.revision, clean=code.clean),
            environment=None
            if environment is None
            else contexts.Environment(digest=environment.digest, description=environment.description),
            metrics=tuple(
                contexts.Metric(name=one.name, value=one.value, split=one.split) for one in registration.metrics
            ),
            entries=self._cites(one.entry for one in version.registrations),
        )

    def _snapshot(self, role: contexts.SnapshotRole, use: SnapshotUse) -> contexts.Snapshot:
        found = self.scene.snapshots.get(use.snapshot)
        record = self.scene.datasets.get(use.dataset)
        name = _name(record) if record else use.dataset
        if found is None:
            return contexts.Snapshot(role=role, dataset=name, digest=use.digest)
        seal, verification = found.seal, found.verification
        return contexts.Snapshot(
            role=role,
            dataset=name,
            digest=found.digest,
            foreign=()
            if seal is None
            else tuple(contexts.ForeignReference(system=one.system, id=one.id) for one in seal.foreign),
            state=found.state.value,
            files=None if seal is None else seal.files,
            size_bytes=None if seal is None else seal.size_bytes,
            sealed_at=None if seal is None else format_time(seal.sealed_at),
            sealed_by=None if seal is None else self.scene.actor(seal.sealed_by, authenticated=seal.authenticated),
            locked=None if seal is None else seal.locked,
            produced_by=self._producer(found),
            verification=None
            if verification is None
            else contexts.Verification(
                at=format_time(verification.verified_at),
                by=self.scene.actor(verification.verified_by, authenticated=verification.authenticated),
                result=verification.result,  # type: ignore[arg-type]  # the record's own closed list
                method=verification.method,
                differing=verification.differing,
                entries=(self._cite(verification.entry),),
            ),
            entries=self._cites([found.first_entry, *(one.entry for one in found.seals)]),
        )

    def _producer(self, found: SnapshotRecord) -> contexts.Producer | None:
        for run_id in found.produced_by:
            run = self.scene.runs.get(run_id)
            if run is not None:
                return contexts.Producer(job=self._job_name(run.job), run=run.run_id, state=run.state)
        return None

    def _node(self, identifier: str, version: ModelVersionRecord, feeds: set[str]) -> contexts.LineageNode:
        if identifier == version.id:
            return contexts.LineageNode(
                id=identifier,
                name=f"{version.model} {version.version}",
                kind="ModelVersion",
                root=True,
                entries=self._cites([version.first_entry]),
            )
        dataset = self.scene.dataset_of(identifier)
        record = self.scene.datasets.get(dataset or "")
        if record is None:
            return contexts.LineageNode(id=identifier, name=identifier, kind=label_of(identifier))
        held = self.scene.labels.get(record.id, ())
        return contexts.LineageNode(
            id=identifier,
            name=_name(record),
            kind=label_of(identifier),
            zone=_value(record.zone),
            deid_state=_value(record.deidentification_state),
            labels=tuple(sorted({one.kind for one in held if one.present})),
            raw_feed=identifier in feeds,
            entries=self._cites([record.first_entry]),
        )

    def _title(self, identifier: str) -> str:
        record = self.scene.datasets.get(self.scene.dataset_of(identifier) or "")
        return identifier if record is None else _name(record)

    def _raw_feeds(self) -> set[str]:
        """Return the nodes that nothing flows into: where the recorded history begins."""
        targets = {edge.target for edge in self.scene.graph.edges if not edge.attempt}
        return {
            node.id
            for node in self.scene.graph.nodes
            if node.id not in targets and not node.more and label_of(node.id) != "ModelVersion"
        }

    def _edges(self) -> Iterable[contexts.LineageEdge]:
        away = {node.id: node.depth for node in self.scene.graph.nodes}
        named = {node.id: self._title(node.id) for node in self.scene.graph.nodes}

        def from_the_feeds(edge: LineageEdge) -> tuple[int, str, str, str]:
            ends = (named.get(edge.source, edge.source), named.get(edge.target, edge.target))
            return -away.get(edge.source, 0), *ends, edge.run or ""

        # The walk's own order decides what is otherwise alike.
        for edge in sorted(self.scene.graph.edges, key=from_the_feeds):
            run = self.scene.runs.get(edge.run or "")
            yield contexts.LineageEdge(
                source=edge.source,
                target=edge.target,
                kind=edge.how.upper(),
                job=None if edge.job is None else self._job_name(edge.job),
                run=None if run is None else run.run_id,
                run_state=None if run is None else run.state,
                confidence=edge.confidence.value,
                deidentifies=any(
                    one.in_force
                    for step in (edge.job, edge.run)
                    if step
                    for one in self.scene.attestations.get(step, ())
                ),
                entries=self._cites([edge.known_from]),
            )

    def _sorted_datasets(self) -> list[DatasetRecord]:
        return sorted(self.scene.datasets.values(), key=lambda one: (one.namespace, one.name))

    def _source(self, record: DatasetRecord, feeds: set[str]) -> contexts.Source:
        feed = any(self.scene.dataset_of(node) == record.id for node in feeds)
        spoken = [
            ("owner", record.owner),
            ("source_system", record.source_system),
            ("schema_version", record.schema_version),
            ("clinical_purpose", record.clinical_purpose),
            ("phi_category", record.phi_category),
            ("deidentification_state", record.deidentification_state),
            ("retention", record.retention),
            ("zone", record.zone),
            ("site", record.site),
            ("region", record.region),
        ]
        held: list[tuple[str, Said[Any]]] = [(name, said) for name, said in spoken if said is not None]
        system = record.source_system
        return contexts.Source(
            dataset=_name(record),
            system=None if system is None else system.value.name,
            system_kind=None if system is None else system.value.kind,
            raw_feed=feed,
            declared=tuple(contexts.Declared(field=name, value=_words(said.value)) for name, said in held),
            missing=tuple(gap.field for gap in record.gaps),
            entries=self._cites([record.first_entry, *(said.entry for _, said in held)]),
        )

    def _runs(self) -> Iterable[contexts.Run]:
        for run in sorted(self.scene.runs.values(), key=lambda one: (one.started_at or 0, one.run_id)):
            yield contexts.Run(
                job=self._job_name(run.job),
                run=run.run_id,
                state=run.state or "UNKNOWN",
                started_at=_time(run.started_at),
                ended_at=_time(run.ended_at),
                attempt=run.id in self.scene.attempts,
                retried_by=self._run_id(self.scene.retries.get(run.id)),
                error=None if run.error is None else _error(run.error.value),
                entries=self._cites(run.entries or [run.first_entry]),
            )

    def _steps(self) -> Iterable[contexts.DeidentificationStep]:
        found = {one.id: one for each in self.scene.attestations.values() for one in each}
        for one in sorted(found.values(), key=lambda each: each.entry):
            run = self.scene.runs.get(one.run or "")
            yield contexts.DeidentificationStep(
                job=self._job_name(one.job),
                run=None if run is None else run.run_id,
                method=one.method,
                clears=tuple(contexts.Code(system=code.system, code=code.code) for code in one.clears),
                alterations=one.alterations,
                expert=one.expert,
                scope=one.scope,
                result=one.result,
                attested_by=self.scene.actor(one.attested_by, authenticated=one.authenticated),
                attested_at=format_time(self.ledger.entry(one.entry).entry.recorded_at),
                valid_from=format_time(one.valid_from),
                until=_time(one.until),
                in_force=one.in_force,
                entries=(self._cite(one.entry),),
            )

        covered = {one.run or one.job for one in found.values()}
        for run_id, run in sorted(self.scene.runs.items(), key=lambda each: (each[1].started_at or 0, each[1].run_id)):
            claim = run.aspects.get(CLAIM)
            if claim is not None and not covered & {run_id, run.job}:
                # What the run says it removed is a claim; without an attestation it clears nothing.
                yield contexts.DeidentificationStep(
                    job=self._job_name(run.job), run=run.run_id, entries=(self._cite(claim.entry),)
                )

    def _labels(self) -> Iterable[contexts.Label]:
        for record in self._sorted_datasets():
            for one in self.scene.labels.get(record.id, ()):
                if one.present:
                    yield contexts.Label(
                        dataset=_name(record),
                        column=one.column,
                        kind=one.kind,
                        codes=tuple(contexts.Code(system=code.system, code=code.code) for code in one.codes),
                        confidentiality=one.confidentiality,
                        origin=one.origin,
                        because=one.tag.reason,
                        entries=self._cites(tag.entry for tag in one.history),
                    )

    def _use(self) -> Iterable[contexts.UseStatement]:
        for record in self._sorted_datasets():
            if record.permitted_use is not None:
                use = record.permitted_use.value
                yield contexts.UseStatement(
                    dataset=_name(record),
                    purposes=use.purposes,
                    duo=use.duo,
                    refrains=use.refrains,
                    obligations=use.obligations,
                    statement=use.statement,
                    region=_value(record.region),
                    entries=(self._cite(record.permitted_use.entry),),
                )

    def _approval(self, found: Approval, version: ModelVersionRecord, registration: Registration) -> contexts.Approval:
        status, because = _STATUS[found.state], None
        if found.because is not None and found.because not in {one.entry for one in found.decisions}:
            because = f"decided in entry {found.because}"
        if found.subject == version.id and frozenset(found.digests) != bound_now(registration):
            status, because = "INVALIDATED", "the version was registered anew, with other digests"
        return contexts.Approval(
            subject=self._subject(found.subject),
            kind=found.approval_kind,
            use_case=found.use_case,
            reason=found.reason,
            requested_by=self.scene.actor(found.requested_by, authenticated=found.authenticated),
            requested_at=format_time(found.requested_at),
            expires_at=_time(found.expires_at),
            status=status,
            because=because,
            digests=tuple(f"{one.of}: {one.digest}" for one in found.digests),
            decisions=tuple(
                contexts.Decision(
                    decision=one.decision,  # type: ignore[arg-type]  # the record's own closed list
                    decided_by=self.scene.actor(one.decided_by, authenticated=one.authenticated),
                    decided_at=format_time(one.decided_at),
                    reason=one.reason,
                    meaning=one.meaning,
                    printed_name=one.printed_name,
                    time_zone=one.time_zone,
                    local_at=contexts.local_time(format_time(one.decided_at), one.time_zone),
                    expires_at=_time(one.expires_at),
                    conditions=one.conditions,
                    entry=self._cite(one.entry),
                    leaf=self.ledger.entry(one.entry).leaf.hex(),
                )
                for one in found.decisions
            ),
            entry=self._cite(found.request),
            leaf=self.ledger.entry(found.request).leaf.hex(),
        )

    def _subject(self, identifier: str) -> str:
        known = self.scene.reader.nodes([identifier], self.scene.at.known_at).get(identifier)
        return identifier if known is None else " ".join(known.node.key)

    def _schema_changes(self, until: int) -> Iterable[contexts.SchemaChange]:
        """Tell those up to the registration: what came later did not make this version."""
        schemas = self.scene.schemas
        writers = {said.run for each in schemas.values() for said in each if said.run and said.role == Role.OUT}
        folds = run_folds(self.scene.reader, writers, self.scene.at)
        for record in self._sorted_datasets():
            for step in schema_steps(schemas.get(record.id, ()), folds):
                if step.at > until:
                    continue
                yield contexts.SchemaChange(
                    dataset=_name(record),
                    at=format_time(step.at),
                    run=self._run_id(step.run),
                    added=step.added,
                    removed=step.removed,
                    changed=step.changed,
                    entries=self._cites(step.entries),
                )

    def _findings(self, version: ModelVersionRecord, registration: Registration) -> Iterable[contexts.Finding]:
        scene = self.scene
        for one in findings(version.id, registration, scene.snapshots, scene.approvals):
            yield contexts.Finding(
                rule=one.rule,
                severity=one.severity,  # type: ignore[arg-type]  # the same closed list
                subject=self._subject(one.subject),
                text=one.text,
                entries=self._cites(one.entries),
            )

    def _gaps(self, version: ModelVersionRecord, registration: Registration) -> Iterable[contexts.Gap]:
        for record in self._sorted_datasets():
            for gap in record.gaps:
                yield contexts.Gap(subject=_name(record), field=gap.field, note=gap.note)
        subject = f"{version.model} {version.version}"
        if registration.signature is None:
            yield contexts.Gap(subject=subject, field="signature", note="no signature of the artifact was registered")
        if not registration.evaluated_on:
            yield contexts.Gap(subject=subject, field="evaluation", note="no evaluation snapshot was registered")
        for use in (*registration.trained_on, *registration.evaluated_on):
            found = self.scene.snapshots.get(use.snapshot)
            if found is None or found.seal is None:
                yield contexts.Gap(subject=use.digest, field="seal", note="the snapshot was never sealed")
            if found is None or found.verification is None:
                yield contexts.Gap(subject=use.digest, field="verification", note="its bytes were never checked again")
        absent = {
            "intended use": registration.intended_use is None,
            "metrics": not registration.metrics,
            "run": registration.run is None,
            "clean code": registration.code is None or registration.code.clean is None,
            "approvals": not version.approvals,
        }
        for field_, is_absent in absent.items():
            if is_absent:
                yield contexts.Gap(subject=subject, field=field_, note="no record says it")

    def _job_name(self, identifier: str | None) -> str:
        record = self.scene.jobs.get(identifier or "")
        return identifier or "unknown" if record is None else f"{record.namespace}/{record.name}"

    def _run_id(self, identifier: str | None) -> str | None:
        run = self.scene.runs.get(identifier or "")
        if run is not None or identifier is None:
            return None if run is None else run.run_id
        known = self.scene.reader.nodes([identifier], self.scene.at.known_at).get(identifier)
        return None if known is None else known.node.title


def _names(
    registration: Registration,
    held: Mapping[str, SnapshotRecord],
    approvals: Iterable[Approval],
    attested: Mapping[str, tuple[Attestation, ...]],
) -> set[str]:
    """Return everyone who acted."""
    names = {registration.registered_by} | {one.attested_by for each in attested.values() for one in each}
    for record in held.values():
        names |= {seal.sealed_by for seal in record.seals} | {one.verified_by for one in record.verifications}
    for approval in approvals:
        names |= {approval.requested_by} | {one.decided_by for one in approval.decisions}
    return names


def _people(reader: Snapshotted, at: AsOf, names: Iterable[str]) -> dict[str, str]:
    found = access.principals(reader, [node_id("Principal", (name,)) for name in sorted(names)], at)
    return {LOCAL: LOCAL_DISPLAY_NAME} | {one.principal: one.display_name for one in found.values()}


def _signer(ledger: Ledger, checkpoint: SignedCheckpoint) -> str:
    """Return the newest of the log's keys that signed the checkpoint: it may have been rotated since."""
    signed = {(line.name, line.key_id) for line in Note.parse(checkpoint.text).signatures}
    return str(next(key for key in ledger.verifiers if (key.name, key.key_id) in signed))


def _covering(ledger: Ledger, size: int) -> SignedCheckpoint:
    """Return the oldest checkpoint over at least so many entries, signed now where there is none."""
    held = [one.checkpoint for one in ledger.checkpoints() if one.checkpoint.size >= size]
    return held[0] if held else ledger.checkpoint()


def _evidence(ledger: Ledger, checkpoint: SignedCheckpoint, size: int, cited: Iterable[int]) -> contexts.Evidence:
    return contexts.Evidence(
        checkpoint=checkpoint.text,
        vkey=_signer(ledger, checkpoint),
        consistency=tuple(one.hex() for one in ledger.consistency_proof(size, checkpoint.size)),
        cited=tuple(
            contexts.EvidenceEntry(
                index=one.index,
                kind=one.kind,
                recorded_at=format_time(one.recorded_at),
                actor=one.actor,
                leaf=one.leaf,
                entry=one.entry,
                proof=one.proof,
                salt=one.salt if _is_disclosed(one) else None,
                body=canonical_bytes(one.body).decode() if _is_disclosed(one) else None,
            )
            for one in entries(ledger, cited, checkpoint.size)
        ),
    )


def _is_disclosed(one: EntryEvidence) -> bool:
    """Tell whether the redacted body travels along, so that it can be checked against the entry's digest."""
    return not one.erased and one.salt is not None and len(canonical_bytes(one.body)) <= DISCLOSED


def _answer(scene: _Scene, behind: int) -> contexts.Answer:
    counts = (
        contexts.Count(what="nodes", number=len(scene.graph.nodes)),
        contexts.Count(what="edges", number=len(scene.graph.edges)),
        contexts.Count(what="entries not projected yet", number=behind),
        contexts.Count(what="quarantined entries", number=len(scene.quarantined)),
    )
    reasons = []
    state: contexts.Completeness = "COMPLETE"
    if scene.quarantined or behind:
        state = "LAGGING"
        reasons.append("The graph does not hold every entry of the ledger.")
    if isinstance(scene.graph.completeness, Truncated):
        state = "TRUNCATED"
        reasons.append(f"The walk ended at {BUDGET} nodes.")
    return contexts.Answer(state=state, counts=counts, reasons=tuple(reasons))


def _dataset_of(identifier: str, held: Mapping[str, SnapshotRecord]) -> str | None:
    state = split_state_id(identifier)
    if state is not None:
        return state[0]
    if label_of(identifier) == "Dataset":
        return identifier
    return held[identifier].dataset if identifier in held else None


def _by_subject(said: Sequence[Statement], valid_at: int) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for one in said:
        if one.value is not None and one.valid_from <= valid_at:
            found.setdefault(one.subject, []).append(one)
    return found


def _name(record: DatasetRecord) -> str:
    return f"{record.namespace}/{record.name}"


def _value(said: Said[str] | None) -> str | None:
    return None if said is None else said.value


def _time(at: int | None) -> str | None:
    return None if at is None else format_time(at)


def _words(value: Any) -> str:  # noqa: ANN401  a declared value
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if hasattr(value, "policy_class"):
        return f"{value.policy_class}, {value.period_days} days"
    if hasattr(value, "kind"):
        return f"{value.name} ({value.kind})"
    return str(value)


def _error(value: Any) -> str | None:  # noqa: ANN401  a facet is any JSON
    found = value.get("message") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
