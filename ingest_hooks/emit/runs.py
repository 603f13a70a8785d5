"""A run as a context manager, told to whatever backend openlineage-python is configured for.

START when it is entered; COMPLETE when its body ends; FAIL when an exception leaves the body, with the exception's type
and nothing of its message or trace, because both quote data; ABORT when something that is no Exception does (an
interrupt, an exit, a cancellation). Each attempt is a run of its own: what is retried gets a new run id, and the same
job, parent and nominal time say that it is the same work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from openlineage.client import OpenLineageClient
from openlineage.client import event_v2 as events
from openlineage.client.facet_v2 import (
    JobFacet,
    RunFacet,
    dataset_version_dataset,
    documentation_job,
    error_message_run,
    input_statistics_input_dataset,
    job_type_job,
    nominal_time_run,
    output_statistics_output_dataset,
    parent_run,
    source_code_location_job,
)
from openlineage.client.uuid import generate_new_uuid

from graph_schema.times import format_time, of_datetime

from .datasets import Column, Dataset, Flow, Job, WriteMode
from .describing import describe, lifecycle_change, name_snapshot, trace_columns
from .environment import EnvironmentFingerprint, environment_fingerprint
from .errors import EmitError
from .facets import (
    PRODUCER,
    LinewardCodeRevisionRunFacet,
    LinewardDeidentificationRunFacet,
    LinewardEnvironmentRunFacet,
    LinewardModelVersionDatasetFacet,
)
from .manifests import Manifest, manifest
from .models import ModelVersion
from .revision import UNKNOWN, CodeRevision, code_revision
from .sending import Sender

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ParentRun:
    """The run that started this one, and the one that started them all where that is known."""

    job: Job
    run_id: str
    root: ParentRun | None = None


class Run:
    """One run of a job, made by `run()`; what it reads and writes is told to it while it is open."""

    def __init__(
        self,
        job: Job,
        sender: Sender,
        *,
        run_facets: Mapping[str, RunFacet],
        job_facets: Mapping[str, JobFacet],
        inputs: Sequence[Dataset],
        outputs: Sequence[Dataset],
        run_id: str,
        root: ParentRun | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.job = job
        self.run_id = run_id
        self._root = root
        self._sender = sender
        self._clock = clock
        self._run_facets = dict(run_facets)
        self._job_facets = dict(job_facets)
        self._inputs = {_identity(known): events.InputDataset(known.namespace, known.name) for known in inputs}
        self._outputs = {_identity(known): events.OutputDataset(known.namespace, known.name) for known in outputs}
        self._last: datetime | None = None

    def __enter__(self) -> Self:
        self._send(events.RunState.START)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._send(events.RunState.COMPLETE)
            self._sender.close()
            return
        failed = isinstance(error, Exception)
        if failed:
            self._run_facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
                _type_name(type(error)), "PYTHON", producer=PRODUCER
            )
        try:
            self._send(events.RunState.FAIL if failed else events.RunState.ABORT)
            self._sender.close()
        except EmitError as problem:
            # The pipeline's own failure is what its caller must see.
            _log.warning("%s", problem)

    def as_parent(self) -> ParentRun:
        """What the runs that this one starts pass as their parent."""
        return ParentRun(self.job, self.run_id, self._root)

    def read(
        self,
        dataset: Dataset,
        *,
        snapshot: Manifest | str | None = None,
        columns: Sequence[Column] | None = None,
        rows: int | None = None,
    ) -> None:
        """Say that the run read a dataset, and which exact state of it where that is known.

        `snapshot` is a manifest or its digest; `rows` counts the rows read. Reading a dataset again replaces what was
        said of it.
        """
        size, files = _extent(snapshot)
        statistics = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rows, size, files, producer=PRODUCER
        )
        measured = any(value is not None for value in (rows, size, files))
        self._inputs[_identity(dataset)] = events.InputDataset(
            dataset.namespace,
            dataset.name,
            facets={**describe(dataset, columns), **name_snapshot(snapshot)},
            inputFacets={"inputStatistics": statistics} if measured else {},
        )

    def read_model(self, model: Dataset, version: str) -> None:
        """Say that the run used a version of a model."""
        facets = describe(replace(model, type="MODEL"), None)
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(version, producer=PRODUCER)
        self._inputs[_identity(model)] = events.InputDataset(model.namespace, model.name, facets=facets)

    def write(
        self,
        dataset: Dataset,
        *,
        files: Manifest | Path | str | None = None,
        columns: Sequence[Column] | None = None,
        column_lineage: Mapping[str, Sequence[Flow]] | None = None,
        depends_on: Sequence[Flow] = (),
        mode: WriteMode | None = None,
        rows: int | None = None,
    ) -> None:
        """Say that the run wrote a dataset.

        `files` is the manifest of what was written, or the file or folder to take it from (raises ManifestError);
        `column_lineage` maps an output column to what it was made of, `depends_on` names what the whole output depends
        on; `rows` counts the rows written. Writing a dataset again replaces what was said of it.
        """
        written = manifest(files) if isinstance(files, (Path, str)) else files
        size, count = _extent(written)
        statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rows, size, count, producer=PRODUCER
        )
        measured = any(value is not None for value in (rows, size, count))
        self._outputs[_identity(dataset)] = events.OutputDataset(
            dataset.namespace,
            dataset.name,
            facets={
                **describe(dataset, columns),
                **name_snapshot(written),
                **trace_columns(column_lineage, depends_on),
                **lifecycle_change(mode),
            },
            outputFacets={"outputStatistics": statistics} if measured else {},
        )

    def write_model(self, version: ModelVersion) -> None:
        """Say that the run made a model version; the model is a dataset of type MODEL."""
        dataset = replace(version.model, type="MODEL")
        facets = describe(dataset, None)
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(version.version, producer=PRODUCER)
        facets[LinewardModelVersionDatasetFacet.key] = LinewardModelVersionDatasetFacet.of(version)
        self._outputs[_identity(dataset)] = events.OutputDataset(dataset.namespace, dataset.name, facets=facets)

    def claim_deidentification(self, claim: LinewardDeidentificationRunFacet) -> None:
        """Say what the run did to identifiers: a claim, until an authorised person attests it."""
        self._run_facets[claim.key] = claim

    def facet(self, key: str, facet: RunFacet) -> None:
        """Add a facet of one's own to the run."""
        self._run_facets[key] = facet

    def _send(self, state: events.RunState) -> None:
        at = self._clock()
        # A clock that is set back must not let a run end before it began.
        self._last = at if self._last is None else max(at, self._last)
        ended = state is events.RunState.COMPLETE
        self._sender.send(
            events.RunEvent(
                eventType=state,
                eventTime=format_time(of_datetime(self._last)),
                run=events.Run(self.run_id, dict(self._run_facets)),
                job=events.Job(self.job.namespace, self.job.name, dict(self._job_facets)),
                # An empty list says "none"; before the end nothing is said instead.
                inputs=list(self._inputs.values()) if self._inputs or ended else None,
                outputs=list(self._outputs.values()) if self._outputs or ended else None,
                producer=PRODUCER,
            )
        )


def run(
    job: Job,
    *,
    inputs: Sequence[Dataset] = (),
    outputs: Sequence[Dataset] = (),
    parent: Run | ParentRun | None = None,
    nominal_time: tuple[datetime, datetime | None] | None = None,
    code: CodeRevision | None = None,
    environment: EnvironmentFingerprint | None = None,
    facets: Mapping[str, RunFacet] | None = None,
    run_id: str | None = None,
    client: OpenLineageClient | None = None,
    strict: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Run:
    """A run to be used in a `with` statement.

    `inputs` and `outputs` are what is known beforehand; `nominal_time` is the time it is about, from (included) and
    until (excluded), with time zones; `code` and `environment` are found out, once for the process, where they are not
    given; `client` is the standard client, made from its own configuration (openlineage.yml, OPENLINEAGE_URL, …) where
    none is given. An event that cannot be delivered is logged, and raises EmissionError only in a `strict` run.
    """
    above = parent.as_parent() if isinstance(parent, Run) else parent
    revision = _code_of_this_process() if code is None else code
    fingerprint = environment_fingerprint() if environment is None else environment
    run_facets: dict[str, RunFacet] = {
        LinewardEnvironmentRunFacet.key: LinewardEnvironmentRunFacet.of(fingerprint),
        **(facets or {}),
    }
    if revision.revision != UNKNOWN:
        run_facets[LinewardCodeRevisionRunFacet.key] = LinewardCodeRevisionRunFacet.of(revision)
    if above is not None:
        run_facets["parent"] = _parent_facet(above)
    if nominal_time is not None:
        run_facets["nominalTime"] = _nominal_time(*nominal_time)
    return Run(
        job,
        Sender(client, strict=strict),
        run_facets=run_facets,
        job_facets=_job_facets(job, revision),
        inputs=inputs,
        outputs=outputs,
        run_id=str(generate_new_uuid()) if run_id is None else run_id,
        root=None if above is None else above.root or above,
        clock=clock,
    )


@cache
def _code_of_this_process() -> CodeRevision:
    # What was loaded at the start is what runs, whatever happens to the files; and git takes its time in a large tree.
    return code_revision()


def _identity(dataset: Dataset) -> tuple[str, str]:
    return dataset.namespace, dataset.name


def _job_facets(job: Job, code: CodeRevision) -> dict[str, JobFacet]:
    found: dict[str, JobFacet] = {
        "jobType": job_type_job.JobTypeJobFacet("BATCH", "LINEWARD", "JOB", producer=PRODUCER),
    }
    if job.description is not None:
        found["documentation"] = documentation_job.DocumentationJobFacet(job.description, producer=PRODUCER)
    if code.repository != UNKNOWN:
        found["sourceCodeLocation"] = source_code_location_job.SourceCodeLocationJobFacet(
            "git",
            code.repository,
            code.repository,
            path=job.repository_path,
            version=None if code.revision == UNKNOWN else code.revision,
            producer=PRODUCER,
        )
    return found


def _parent_facet(parent: ParentRun) -> parent_run.ParentRunFacet:
    root = parent.root or parent
    return parent_run.ParentRunFacet(
        parent_run.Run(parent.run_id),
        parent_run.Job(parent.job.namespace, parent.job.name),
        parent_run.Root(parent_run.RootRun(root.run_id), parent_run.RootJob(root.job.namespace, root.job.name)),
        producer=PRODUCER,
    )


def _nominal_time(start: datetime, end: datetime | None) -> nominal_time_run.NominalTimeRunFacet:
    return nominal_time_run.NominalTimeRunFacet(
        start.isoformat(), None if end is None else end.isoformat(), producer=PRODUCER
    )


def _extent(snapshot: Manifest | str | None) -> tuple[int | None, int | None]:
    return (snapshot.size, len(snapshot.files)) if isinstance(snapshot, Manifest) else (None, None)


def _type_name(kind: type[BaseException]) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
