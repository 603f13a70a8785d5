from __future__ import annotations

from dataclasses import dataclass

from .datasets import Dataset
from .environment import EnvironmentFingerprint
from .revision import CodeRevision


@dataclass(frozen=True, slots=True)
class SnapshotRef:
    """One exact state of a dataset."""

    dataset: Dataset
    digest: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured value and the split of the data that it was measured on."""

    name: str
    value: float
    split: str


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model version as whoever trained it can state it: data, code, environment, bytes and measurements.

    `model` is a dataset of type MODEL; `artifact_digest` is that of the manifest of its files.
    """

    model: Dataset
    version: str
    trained_on: tuple[SnapshotRef, ...]
    evaluated_on: tuple[SnapshotRef, ...]
    code: CodeRevision
    environment: EnvironmentFingerprint
    artifact_digest: str
    metrics: tuple[Metric, ...] = ()
    intended_use: str | None = None
