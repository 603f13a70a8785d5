from __future__ import annotations

from dataclasses import dataclass

from ingest_hooks.emit import Dataset, Metric


@dataclass(frozen=True, slots=True)
class TrainedVersion:
    """One model version: the exact states it was trained and evaluated on, how it measured, and what was asked for it.

    `approval_requests` are ledger indexes.
    """

    version: str
    training_digest: str
    evaluation_digest: str
    artifact_digest: str
    metrics: tuple[Metric, ...]
    approval_requests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PipelineOutcome:
    """What the pipeline left in the catalog, by the names that a question needs."""

    sources: tuple[Dataset, ...]
    training: Dataset
    evaluation: Dataset
    model: Dataset
    versions: tuple[TrainedVersion, ...]
    deidentified: Dataset
    """What the attested step writes."""
    narrowed_by: int
    """The ledger index of the record that allows less use of the claims than before."""
