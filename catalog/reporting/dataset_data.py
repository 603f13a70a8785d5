"""Everything that a dataset's dossier is made from, read of one view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of
from catalog.assets import queries as assets
from catalog.assets.history import Stated, histories
from catalog.assets.model import DatasetRecord, JobRecord, KeyOfDataset, RunRecord
from catalog.assets.sources import declaration_entries
from catalog.assets.storage import keys_of
from catalog.encryption.model import KeyState
from catalog.encryption.queries import keys_called
from catalog.findings.estate.model import EstateFinding
from catalog.labels import queries as labels
from catalog.labels.model import Attestation
from catalog.lineage.model import Direction, FlowScope, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from catalog.names.model import OtherName
from catalog.names.queries import deciding_entries, other_names
from catalog.releases.deployments import deployments_of, retirements
from catalog.releases.model import Deployment, ModelVersionRecord, Retirement
from catalog.releases.queries import model_versions
from catalog.reporting.dossier_data import found_on, keys_in, statements_in
from catalog.snapshots.model import SnapshotRecord, Written
from catalog.snapshots.queries import rows_written, snapshots_of
from catalog.store.protocol import Quarantined
from catalog.use.answers import PermittedUse
from catalog.use.queries import permitted_use
from catalog.view import View
from graph_schema.aspects import DECLARED
from graph_schema.identity import label_of

BUDGET: Final = 2000
"""Nodes at which the walk to the raw feeds ends, and the one to what was made of the dataset."""
SNAPSHOTS: Final = 100
"""Snapshots that are shown, the newest ones."""
_DEPTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetData:
    """What was read of a dataset and of what surrounds it."""

    view: View
    record: DatasetRecord
    upstream: LineageGraph
    """What it holds now, and what that was made of."""
    downstream: LineageGraph
    """What was ever made of it."""
    datasets: Mapping[str, DatasetRecord]
    """Those of both walks."""
    jobs: Mapping[str, JobRecord]
    runs: Mapping[str, RunRecord]
    """Of both walks, and those that wrote the snapshots."""
    snapshots: Sequence[SnapshotRecord]
    """The newest first."""
    snapshots_left_out: int
    written: Mapping[str, Written]
    """How many rows runs wrote to it, by run."""
    names: tuple[OtherName, ...]
    named_by: Mapping[str, frozenset[int]]
    declaration_entries: Sequence[int]
    """What is declared of it rests on these."""
    keys: Sequence[KeyOfDataset]
    """Those that it is declared to be encrypted under, by id."""
    key_states: Mapping[str, KeyState]
    history: Sequence[Stated]
    attestations: Sequence[Attestation]
    """Of the jobs on the way to it, by entry."""
    permitted: PermittedUse
    approvals: Sequence[Approval]
    """Of the dataset and of the snapshots shown, in the order of their requests."""
    models: Mapping[str, ModelVersionRecord]
    deployments: Mapping[str, tuple[Deployment, ...]]
    retired: Mapping[str, Retirement]
    estate: Sequence[EstateFinding]
    quarantined: Sequence[Quarantined]

    @classmethod
    def read(cls, view: View, record: DatasetRecord) -> DatasetData:
        """Read what surrounds a dataset."""
        walk = Walk((record.id,), Direction.UPSTREAM, Grain.DATASET, _DEPTH, budget=BUDGET)
        upstream = lineage(view, walk)
        downstream = lineage(view, replace(walk, direction=Direction.DOWNSTREAM, flows=FlowScope.EVER_STATED))
        edges = (*upstream.edges, *downstream.edges)
        met = {node.id for node in (*upstream.nodes, *downstream.nodes)}
        every = snapshots_of(view, [record.id]).get(record.id, ())
        held = sorted(every, key=lambda one: (one.made_at or 0, one.first_entry), reverse=True)[:SNAPSHOTS]
        runs = assets.runs(
            view, sorted({one.run for one in edges if one.run} | {run for one in held for run in one.produced_by})
        )
        jobs = {one.job for one in edges if one.job} | {run.job for run in runs.values() if run.job}
        versions = sorted(one for one in met if label_of(one) == "ModelVersion")
        asked = approvals_of(view, [record.id, *(one.id for one in held)])
        about = [record.id, *(one.id for one in held)]
        keys = keys_of(view, [record.id]).get(record.id, ())
        attested = _attestations(view, sorted({one.job for one in upstream.edges if one.job}))
        permitted = permitted_use(view, record.id)
        beside = [*(one.id for one in attested), *statements_in(permitted), *keys_in([record])]
        return cls(
            view=view,
            record=record,
            upstream=upstream,
            downstream=downstream,
            datasets=assets.datasets(view, sorted(one for one in met if label_of(one) == "Dataset")),
            jobs=assets.jobs(view, sorted(jobs)),
            runs=runs,
            snapshots=held,
            snapshots_left_out=len(every) - len(held),
            written=rows_written(view, [record.id]).get(record.id, {}),
            names=other_names(view, [record.id]).get(record.id, ()),
            declaration_entries=declaration_entries(view, {record.id: record})[record.id],
            named_by=deciding_entries(view, [record.id]),
            keys=keys,
            key_states=keys_called(view, [one.key for one in keys]),
            history=_history(view, record.id),
            attestations=attested,
            permitted=permitted,
            approvals=sorted(
                {one.request: one for each in asked.values() for one in each}.values(), key=lambda one: one.request
            ),
            models=model_versions(view, versions),
            deployments=deployments_of(view, versions) if versions else {},
            retired=retirements(view, versions) if versions else {},
            estate=found_on(view, [*about, *beside]),
            quarantined=view.quarantined({*about, *runs, *jobs}),
        )

    @property
    def title(self) -> str:
        """Return namespace and name as a report writes them."""
        return f"{self.record.namespace}/{self.record.name}"

    def job_name(self, identifier: str | None) -> str:
        """Return a job's namespace and name."""
        known = self.jobs.get(identifier or "")
        return identifier or "unknown" if known is None else f"{known.namespace}/{known.name}"

    def run_id(self, identifier: str | None) -> str | None:
        """Return the id that the run's sender gave it."""
        if identifier is None:
            return None
        run = self.runs.get(identifier)
        if run is not None:
            return run.run_id
        known = self.view.nodes([identifier]).get(identifier)
        return None if known is None else known.node.title

    def producer(self, snapshot: SnapshotRecord) -> RunRecord | None:
        """Return the run that wrote a snapshot, None where none is known."""
        return next((self.runs[run] for run in snapshot.produced_by if run in self.runs), None)


def _history(view: View, dataset: str) -> list[Stated]:
    found = histories(view, [(dataset, aspect) for aspect in DECLARED])
    return sorted((one for several in found.values() for one in several), key=lambda one: (one.entry, one.aspect))


def _attestations(view: View, jobs: Sequence[str]) -> list[Attestation]:
    found = labels.attestations_of(view, jobs)
    return sorted((one for several in found.values() for one in several), key=lambda one: one.entry)
