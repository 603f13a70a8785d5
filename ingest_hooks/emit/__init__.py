"""What a pipeline imports to report itself: runs, snapshots, code, environment, and records for the catalog.

    from ingest_hooks import emit

    stays = emit.Dataset("lake://hospital", "curated/stays")
    cohort = emit.Dataset("lake://hospital", "training/readmission")
    with emit.run(emit.Job("hospital-pipelines", "readmission.split")) as run:
        run.read(stays, snapshot=emit.manifest("lake/curated/stays"))
        ...
        run.write(cohort, files="lake/training/readmission", mode="OVERWRITE")
    with emit.RecordsClient("https://catalog.example", api_key) as records:
        records.seal_snapshot(
            cohort, emit.manifest("lake/training/readmission"), role="TRAINING", locked=False, run_id=run.run_id
        )

Any OpenLineage backend takes the events, through the standard client and its configuration; only records need a
Lineward catalog.
"""

from __future__ import annotations

from .datasets import Code, Column, Dataset, DataSource, Flow, Job, PhiTag, Storage, Tag, WriteMode
from .environment import EnvironmentFingerprint, environment_fingerprint
from .errors import EmissionError, EmitError, ManifestError, RecordError
from .facets import (
    LinewardCodeRevisionRunFacet,
    LinewardDeidentificationRunFacet,
    LinewardEnvironmentRunFacet,
    LinewardModelVersionDatasetFacet,
    LinewardPhiTagsDatasetFacet,
    LinewardSnapshotDatasetFacet,
)
from .manifest_memory import ManifestMemory
from .manifests import (
    Manifest,
    ManifestDifference,
    ManifestFile,
    compare_manifests,
    manifest,
    snapshot_digest,
)
from .models import Metric, ModelVersion, SnapshotRef
from .records import RecordReceipt, RecordsClient
from .revision import CodeRevision, code_revision
from .runs import ParentRun, Run, run

__all__ = [
    "Code",
    "CodeRevision",
    "Column",
    "DataSource",
    "Dataset",
    "EmissionError",
    "EmitError",
    "EnvironmentFingerprint",
    "Flow",
    "Job",
    "LinewardCodeRevisionRunFacet",
    "LinewardDeidentificationRunFacet",
    "LinewardEnvironmentRunFacet",
    "LinewardModelVersionDatasetFacet",
    "LinewardPhiTagsDatasetFacet",
    "LinewardSnapshotDatasetFacet",
    "Manifest",
    "ManifestDifference",
    "ManifestError",
    "ManifestFile",
    "ManifestMemory",
    "Metric",
    "ModelVersion",
    "ParentRun",
    "PhiTag",
    "RecordError",
    "RecordReceipt",
    "RecordsClient",
    "Run",
    "SnapshotRef",
    "Storage",
    "Tag",
    "WriteMode",
    "code_revision",
    "compare_manifests",
    "environment_fingerprint",
    "manifest",
    "run",
    "snapshot_digest",
]
