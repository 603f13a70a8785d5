from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.access import queries as access
from catalog.access.model import LOCAL, LOCAL_DISPLAY_NAME
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of
from catalog.assets import queries as assets
from catalog.assets.model import DatasetRecord, JobRecord, RunRecord
from catalog.assets.retries import retried
from catalog.evidence.dossier.phrases import full_name
from catalog.evidence.powers import Powers
from catalog.labels import queries as labels
from catalog.labels.model import Attestation, Label
from catalog.lineage import queries as lineage
from catalog.lineage.model import Direction, Grain, LineageGraph, Walk
from catalog.releases.model import ModelVersionRecord, Registration
from catalog.snapshots import queries as snapshots
from catalog.snapshots.model import SnapshotRecord
from catalog.store.protocol import Quarantined
from catalog.view import View
from graph_schema.facts import Statement
from graph_schema.identity import label_of, node_id, split_state_id

BUDGET = 5000
"""Nodes at which the walk to the raw feeds ends."""

_DEPTH = 100
_FAILED = frozenset({"FAIL", "ABORT"})


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody is called, and the entry that says so; none does of the local principal."""

    name: str
    entry: int | None


@dataclass(slots=True)
class Scene:
    """Everything that was read: a handful of store calls for the whole dossier."""

    view: View
    graph: LineageGraph
    datasets: Mapping[str, DatasetRecord]
    jobs: Mapping[str, JobRecord]
    runs: Mapping[str, RunRecord]
    snapshots: Mapping[str, SnapshotRecord]
    labels: Mapping[str, tuple[Label, ...]]
    attestations: Mapping[str, tuple[Attestation, ...]]
    schemas: Mapping[str, list[Statement]]
    quarantined: list[Quarantined]
    attempts: frozenset[str]
    """The runs that failed or were aborted on the way or since, and so contributed nothing."""
    retries: Mapping[str, str]
    """An attempt to the run of the same job that completed afterwards and is on the way."""
    approvals: Sequence[Approval]
    """Of the version and of every snapshot and dataset that it rests on."""
    people: Mapping[str, Named]
    """Principal to display name, and the entry that gives it."""
    powers: Powers
    """Of everyone who acted."""

    @classmethod
    def read(cls, view: View, version: ModelVersionRecord, registration: Registration) -> Scene:
        walk = Walk((version.id,), Direction.UPSTREAM, Grain.SNAPSHOT, _DEPTH, include_attempts=True, budget=BUDGET)
        graph = lineage.lineage(view, walk)
        wide = lineage.lineage(view, replace(walk, grain=Grain.DATASET))
        used = [use.snapshot for use in (*registration.trained_on, *registration.evaluated_on)]
        snapshot_ids = sorted({*used, *(node.id for node in graph.nodes if label_of(node.id) == "Snapshot")})
        held = snapshots.snapshots(view, snapshot_ids)
        run_ids = {edge.run for edge in graph.edges if edge.run} | {
            run for one in held.values() for run in one.produced_by
        }
        if registration.run:
            run_ids.add(registration.run)
        runs = assets.runs(view, sorted(run_ids))
        completed = {id_: run.job for id_, run in runs.items() if run.state == "COMPLETE" and run.job}
        retries = {failed: by for failed, by in retried(view, completed).items() if failed not in run_ids}
        since = {edge.run for edge in wide.edges if edge.attempt and edge.run} - run_ids
        tried = {
            id_: run
            for id_, run in assets.runs(view, sorted(since | retries.keys())).items()
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
        attested = labels.attestations(view, sorted(job_ids | run_ids))
        asked = approvals_of(view, [version.id, *held, *dataset_ids])
        approvals = sorted((one for each in asked.values() for one in each), key=lambda one: one.request)
        names = _names(registration, held, approvals, attested)
        whole = {version.id, *held, *run_ids, *job_ids, *dataset_ids}
        return cls(
            view,
            graph,
            assets.datasets(view, dataset_ids),
            assets.jobs(view, sorted(job_ids)),
            runs,
            held,
            labels.labels(view, dataset_ids),
            attested,
            _by_subject(view.statements(dataset_ids, ("schema",))),
            view.quarantined(whole),
            frozenset(tried),
            {failed: by for failed, by in retries.items() if failed in tried},
            approvals,
            _people(view, names),
            _powers(view, names),
        )

    def workers(self, registration: Registration) -> frozenset[str]:
        """Return who registered the version, and who sealed the snapshots that it rests on."""
        seals = (seal for one in self.snapshots.values() for seal in one.seals)
        return frozenset({registration.registered_by} | {seal.sealed_by for seal in seals})

    def dataset_of(self, identifier: str) -> str | None:
        """Return the dataset that a node of the lineage is a state of."""
        return _dataset_of(identifier, self.snapshots)

    def title(self, identifier: str) -> str:
        """Return the name of the dataset that a node is a state of, its id where that is unknown."""
        record = self.datasets.get(self.dataset_of(identifier) or "")
        return identifier if record is None else full_name(record)

    def raw_feeds(self) -> set[str]:
        """Return the nodes that nothing flows into: where the recorded history begins."""
        targets = {edge.target for edge in self.graph.edges if not edge.attempt}
        return {
            node.id
            for node in self.graph.nodes
            if node.id not in targets and not node.more and label_of(node.id) != "ModelVersion"
        }

    def sorted_datasets(self) -> list[DatasetRecord]:
        """Return the datasets by their names."""
        return sorted(self.datasets.values(), key=lambda one: (one.namespace, one.name))


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


def _powers(view: View, names: Iterable[str]) -> Powers:
    by_id = {node_id("Principal", (name,)): name for name in sorted(names)}
    return Powers(
        {by_id[id_]: each for id_, each in access.definitions(view, list(by_id)).items()},
        {one.principal: one.keys for one in access.principals(view, list(by_id)).values()},
    )


def _people(view: View, names: Iterable[str]) -> dict[str, Named]:
    found = access.principals(view, [node_id("Principal", (name,)) for name in sorted(names)])
    known = {one.principal: Named(one.display_name, one.entry) for one in found.values()}
    return {LOCAL: Named(LOCAL_DISPLAY_NAME, None)} | known


def _dataset_of(identifier: str, held: Mapping[str, SnapshotRecord]) -> str | None:
    state = split_state_id(identifier)
    if state is not None:
        return state[0]
    if label_of(identifier) == "Dataset":
        return identifier
    return held[identifier].dataset if identifier in held else None


def _by_subject(said: Sequence[Statement]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for one in said:
        if one.value is not None:
            found.setdefault(one.subject, []).append(one)
    return found
