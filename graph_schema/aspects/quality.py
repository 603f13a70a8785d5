"""What a job found of a dataset: the outcome of each assertion, and which metrics it measured; never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class Check(Part):
    """How an assertion of a job about a dataset, or one of its columns, last came out."""

    assertion: Annotated[str, "What kind of assertion it is, such as not_null."]
    outcome: Annotated[str, "PASSED, FAILED, SKIPPED or UNKNOWN."]
    name: Annotated[str | None, "What the assertion is called, where it has a name."] = None
    column: Annotated[str | None, "The column that it is about; left out, the whole dataset."] = None
    severity: Annotated[str | None, "How grave a failure is, as the emitter says."] = None
    job: Annotated[str | None, "The job that checked it, by id."] = None


@dataclass(frozen=True, slots=True)
class Measurement(Part):
    """Which metrics a job measured of a dataset, or of one of its columns."""

    metrics: Annotated[tuple[str, ...], "The names of the metrics, ascending."]
    column: Annotated[str | None, "The column that was measured; left out, the whole dataset."] = None
    job: Annotated[str | None, "The job that measured it, by id."] = None
