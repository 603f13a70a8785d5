"""The whole of it: two rounds from delivery to approval.

In the first a delivery is torn, the landing fails and is retried; in the second the claims bring a column more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from openlineage.client import OpenLineageClient
from openlineage.client.transport.http import HttpConfig, HttpTransport

from ingest_hooks import emit
from ingest_hooks.emit import Dataset, RecordsClient
from ingest_hooks.emit.sessions import session_to

from . import estate, governance
from .cohorts import Cohort, Cohorts, split
from .curation import curate
from .deidentification import deidentify
from .evaluation import evaluate
from .exports import export_claims, export_fhir, tear
from .governance import Opinion
from .landing import MalformedChunkError, land
from .outcome import PipelineOutcome, TrainedVersion
from .periods import FIRST, SECOND
from .population import population
from .training import train, version
from .workspace import Workspace

Progress = Callable[[str], None]

_SEED = 20260101
# A real pipeline takes this from a key store that the training environment cannot reach.
_PSEUDONYM_KEY = hashlib.sha256(b"the example pipeline's made-up key").digest()


@dataclass(frozen=True, slots=True)
class _Offices:
    """Everyone who sends records, each under a key of their own; no approvers where there are no keys."""

    engineer: RecordsClient
    steward: RecordsClient
    approvers: Mapping[str, RecordsClient]


def run_pipeline(base_url: str, workdir: Path, keys: Mapping[str, str | None], progress: Progress) -> PipelineOutcome:
    """Run both rounds against a catalog; the data stay in `workdir`, which must be new or empty.

    `keys` holds the API key of each of `estate.PRINCIPALS`, by the principal's `key`. Without them everyone is the
    catalog's one local principal, and as nobody decides on a request of their own, the requests then stay open.
    Raises RecordError and EmissionError where the catalog does not take what it is told, FileExistsError where
    `workdir` holds something.
    """
    if workdir.exists() and any(workdir.iterdir()):
        raise FileExistsError(f"{workdir} is not empty; the example needs a folder of its own")
    code = emit.code_revision(Path(__file__).parent)
    with _offices(base_url, keys) as offices, _events(base_url, keys.get(estate.EMITTER.key)) as client:
        progress("The steward declares the datasets and tags what they hold")
        governance.declare_datasets(offices.steward)
        first = _round(
            Workspace(workdir, FIRST, client, code), offices, governance.OPINIONS_ON_THE_FIRST, progress, is_torn=True
        )
        progress("The claims will bring one column more: the steward declares the new schema")
        governance.declare_schema_change(offices.steward)
        progress("The clearinghouse allows its claims for training alone: the steward records it")
        narrowed_by = governance.narrow_use(offices.steward)
        second = _round(Workspace(workdir, SECOND, client, code), offices, governance.OPINIONS_ON_THE_SECOND, progress)
    return PipelineOutcome(
        estate.SOURCES,
        estate.TRAINING,
        estate.EVALUATION,
        estate.MODEL,
        (first, second),
        estate.DEIDENTIFIED_STAYS,
        narrowed_by,
    )


def _round(
    workspace: Workspace,
    offices: _Offices,
    opinions: tuple[Opinion, ...],
    progress: Progress,
    *,
    is_torn: bool = False,
) -> TrainedVersion:
    """One round, from delivery to decision, all its steps below one run of the whole pipeline."""
    _deliver(workspace)
    with workspace.run(estate.PIPELINE) as whole:
        inside = replace(workspace, parent=whole.as_parent())
        progress(f"{workspace.period.name}: landing {workspace.period.people} made-up people's records")
        for source in estate.SOURCES:
            if is_torn and source == estate.OBSERVATION:
                _land_torn(inside, source, progress)
            land(inside, source)
        progress(f"{workspace.period.name}: curating and de-identifying")
        curate(inside)
        deidentified_by = deidentify(inside, _PSEUDONYM_KEY)
        if workspace.period.is_first:
            governance.attest(offices.steward, deidentified_by)
        cohorts = split(inside)
        _seal(inside, offices.engineer, cohorts)
        progress(f"{workspace.period.name}: training and evaluating version {workspace.period.model_version}")
        return _train(inside, offices, cohorts, opinions, progress)


def _deliver(workspace: Workspace) -> None:
    people = population(_SEED, workspace.period.people)
    export_fhir(people, workspace.period, workspace.delivered(estate.PATIENT))
    export_claims(people, workspace.period, workspace.delivered(estate.CLAIMS) / f"{estate.CLAIMS.name}.csv")


def _land_torn(workspace: Workspace, source: Dataset, progress: Progress) -> None:
    """Let a landing meet a chunk that was cut off, and have the source deliver that chunk again."""
    chunk = workspace.delivered(source) / f"{source.name}.001.ndjson"
    delivered = chunk.read_bytes()
    tear(chunk)
    try:
        land(workspace, source)
    except MalformedChunkError as problem:
        progress(f"The landing failed, as it should: {problem}. Delivered again, it is retried")
    chunk.write_bytes(delivered)


def _seal(workspace: Workspace, engineer: RecordsClient, cohorts: Cohorts) -> None:
    """Seal both cohorts, and read them again at once: what is sealed must be what lies there."""
    sides: tuple[tuple[Dataset, Cohort, Literal["TRAINING", "EVALUATION"]], ...] = (
        (estate.TRAINING, cohorts.training, "TRAINING"),
        (estate.EVALUATION, cohorts.evaluation, "EVALUATION"),
    )
    for dataset, cohort, role in sides:
        engineer.seal_snapshot(
            dataset,
            cohort.files,
            role=role,
            locked=role == "EVALUATION",
            run_id=cohorts.run_id,
            rows=cohort.rows,
            persons=cohort.persons,
            period=estate.ADMISSIONS,
        )
    for dataset, cohort, _ in sides:
        engineer.verify_snapshot(dataset, cohort.files, emit.manifest(workspace.folder(dataset)))


def _train(
    workspace: Workspace,
    offices: _Offices,
    cohorts: Cohorts,
    opinions: tuple[Opinion, ...],
    progress: Progress,
) -> TrainedVersion:
    training, evaluation = cohorts.training.files, cohorts.evaluation.files
    trained = train(workspace, training)
    metrics = evaluate(workspace, evaluation, trained)
    made = version(workspace, training, evaluation, trained.artifact, metrics)
    offices.engineer.register_model_version(made, run_id=trained.run_id, job=estate.TRAIN)
    progress(f"Registered {made.version}: " + ", ".join(f"{metric.name} {metric.value}" for metric in metrics))
    requests = governance.request_approvals(offices.engineer, made, opinions)
    for request, opinion in zip(requests, opinions, strict=True):
        if opinion.approver.key in offices.approvers:
            governance.decide(offices.approvers[opinion.approver.key], request, opinion)
            progress(f"{opinion.approver.display_name} ({opinion.approval_kind.lower()}): {opinion.decision}")
        else:
            progress(f"Nobody but the requester is here, so the {opinion.approval_kind.lower()} request stays open")
    return TrainedVersion(
        made.version,
        training.digest,
        evaluation.digest,
        made.artifact_digest,
        metrics,
        requests,
    )


@contextmanager
def _offices(base_url: str, keys: Mapping[str, str | None]) -> Iterator[_Offices]:
    with ExitStack() as stack:

        def office(principal: estate.Principal) -> RecordsClient:
            return stack.enter_context(RecordsClient(base_url, keys.get(principal.key)))

        yield _Offices(
            office(estate.ENGINEER),
            office(estate.STEWARD),
            {
                approver.key: office(approver)
                for approver in (estate.CLINICAL_APPROVER, estate.PRIVACY_APPROVER)
                if keys.get(approver.key) is not None
            },
        )


@contextmanager
def _events(base_url: str, api_key: str | None) -> Iterator[OpenLineageClient]:
    config: dict[str, object] = {"url": base_url}
    if api_key is not None:
        config["auth"] = {"type": "api_key", "apiKey": api_key}
    settings = HttpConfig.from_dict(config)
    settings.session = session_to(base_url)
    client = OpenLineageClient(transport=HttpTransport(settings))
    try:
        yield client
    finally:
        client.close()
