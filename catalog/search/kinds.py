"""What a search can find."""

from __future__ import annotations

from enum import StrEnum


class SearchKind(StrEnum):
    """What can be found, by its label."""

    DATASET = "Dataset"
    """Named collections of data."""
    JOB = "Job"
    """Transformations that can run many times."""
    SNAPSHOT = "Snapshot"
    """Exact states of datasets."""
    MODEL = "Model"
    """Models, across all their versions."""
    MODEL_VERSION = "ModelVersion"
    """Trained models, by version."""
    RUN = "Run"
    """Executions of jobs, by the beginnings of their ids; without a text only where they are asked for."""
