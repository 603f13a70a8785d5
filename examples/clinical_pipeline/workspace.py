from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openlineage.client import OpenLineageClient

from ingest_hooks import emit
from ingest_hooks.emit import CodeRevision, Column, Dataset, Job, ParentRun, Run, WriteMode

from . import estate
from .periods import Period


@dataclass(frozen=True, slots=True)
class Workspace:
    """What every step works with: where its files lie, which round it is, and how its run is told."""

    root: Path
    period: Period
    client: OpenLineageClient
    code: CodeRevision
    parent: ParentRun | None = None

    def delivered(self, source: Dataset) -> Path:
        """The folder in which a source system puts what it delivers this time."""
        return (
            self.root / "delivered" / self.period.name / ("fhir" if source.namespace.startswith("fhir:") else "claims")
        )

    def folder(self, dataset: Dataset) -> Path:
        """The folder of a dataset's state of this round; earlier rounds' states stay where they are."""
        return self.root / "lake" / dataset.name / self.period.name

    def columns(self, dataset: Dataset) -> tuple[Column, ...]:
        """The columns that a dataset has in this round."""
        return estate.columns(dataset, self.period.schema_version)

    @property
    def mode(self) -> WriteMode:
        """Whether this round's writes create their datasets or replace what they held."""
        return "CREATE" if self.period.is_first else "OVERWRITE"

    def run(self, job: Job) -> Run:
        """A run of a job for this round; one that the catalog does not take stops the pipeline."""
        return emit.run(
            job,
            parent=self.parent,
            nominal_time=(self.period.start, self.period.end),
            code=self.code,
            client=self.client,
            strict=True,
        )
