"""What findings are made from, and what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from catalog.access.model import Definition, KeyRecord
from catalog.approvals.model import Approval
from catalog.assets.model import DatasetRecord, JobRecord, RunRecord
from catalog.assets.schemas import SchemaStep
from catalog.findings.rules import Rule
from catalog.labels.model import Attestation, Label
from catalog.releases.model import ModelVersionRecord, Registration
from catalog.snapshots.model import SnapshotRecord

Holds = Callable[[Definition], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a rule: on which node, in words, and the entries that show it."""

    rule: Rule
    subject: str
    text: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A field of a node that no record fills, and in words what is missing."""

    subject: str
    field: str
    note: str


@dataclass(frozen=True, slots=True)
class Powers:
    """How each principal was defined over time, and the keys that were issued to it."""

    definitions: Mapping[str, Sequence[Definition]]
    keys: Mapping[str, Sequence[KeyRecord]]

    def at(self, principal: str, entry: int) -> Definition | None:
        """Return what the principal was when this entry was written."""
        return next((one for one in reversed(self.definitions.get(principal, ())) if one.entry < entry), None)

    def gained(self, principal: str, entry: int, holds: Holds) -> Definition | None:
        """Return the record that gave the principal what it held when this entry was written, None where it did not."""
        gave = None
        for one in self.definitions.get(principal, ()):
            if one.entry >= entry:
                break
            gave = (gave or one) if holds(one) else None
        return gave


@dataclass(frozen=True, slots=True)
class Basis:
    """A model version and all that it rests on, as read at one point; ids are those of nodes."""

    version: ModelVersionRecord
    registration: Registration
    snapshots: Mapping[str, SnapshotRecord]
    datasets: Mapping[str, DatasetRecord]
    jobs: Mapping[str, JobRecord]
    runs: Mapping[str, RunRecord]
    retries: Mapping[str, str]
    """Runs that did not complete, each with the run of the same job that completed after it."""
    labels: Mapping[str, Sequence[Label]]
    attestations: Mapping[str, Sequence[Attestation]]
    """By job and by run."""
    schema_changes: Mapping[str, Sequence[SchemaStep]]
    """By dataset."""
    approvals: Sequence[Approval]
    """Of the version and of what it rests on."""
    powers: Powers
    """Of everyone who acted."""
    workers: frozenset[str]
    """Whose work is decided on: who registered the version, and who sealed the snapshots."""

    def dataset_name(self, identifier: str) -> str:
        """Return a dataset's namespace and name, its id where nothing names it."""
        record = self.datasets.get(identifier)
        return identifier if record is None else f"{record.namespace}/{record.name}"

    def job_name(self, identifier: str | None) -> str:
        """Return a job's namespace and name."""
        record = self.jobs.get(identifier or "")
        return identifier or "unknown" if record is None else f"{record.namespace}/{record.name}"
