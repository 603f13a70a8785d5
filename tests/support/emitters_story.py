"""A version trained on what emitters send in all its variety: cleared tasks, halves, symlinks, renames, shared ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import ModelVersion
from reports.kinds import ModelDossier
from tests.support.records import House, declaration, facet_mapping, joining, registration, request, seal, tag

MODEL = {"namespace": "models.example", "name": "made_up_risk"}
VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "3").id
TABLE = {"namespace": "hive://warehouse.example:9083", "name": "clinic.encounters_curated"}
LOCATION = {"namespace": "s3://lake.example", "name": "warehouse/clinic/encounters_curated"}
STAGED = {"namespace": "s3://lake.example", "name": "staging/encounters_v1"}
LANDED = {"namespace": "s3://lake.example", "name": "staging/encounters"}
TOPIC = {"namespace": "kafka://broker.example:9092", "name": "clinic.encounters"}
COPY = {"namespace": "hive://warehouse.example:9083", "name": "clinic.encounters_copy"}
FEATURES = {"namespace": "s3://lake.example", "name": "features/encounters"}
FILES = [{"path": "part-0.parquet", "size": 7, "digest": "sha256:" + "7" * 64}]
SCHEDULER = "scheduler.example"
CLEARED = {"namespace": SCHEDULER, "name": "clinic_daily.curate_encounters"}
ANOTHER = {"namespace": SCHEDULER, "name": "clinic_daily.audit_encounters"}
STREAM = "flink.example"


def run_id(number: int) -> str:
    return f"0190d2e6-0000-7000-8000-{number:012x}"


def dataset(name: dict[str, str], **facets: Any) -> dict[str, Any]:
    return {**name, "facets": facets}


def event(
    kind: str, at: str, number: int, job: dict[str, str], inputs: Any = (), outputs: Any = (), **more: Any
) -> dict[str, Any]:
    return {
        "eventTime": f"2026-02-{at}:00Z",
        "eventType": kind,
        "producer": "https://emitters.example/made-up",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(number), "facets": more.get("run", {})},
        "job": {**job, "facets": more.get("facets", {})},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def symlinks(*names: dict[str, str]) -> dict[str, Any]:
    return {"identifiers": [{**name, "type": "LOCATION"} for name in names]}


class EmittersStory:
    """A catalog in memory that was told the story; `dossier` reads the version's context."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        self.beta = self.house.act_as("beta", "steward", "engineer")
        self.gamma = self.house.act_as("gamma", "approver")
        self._stream()
        self._rename()
        self._clear()
        self._test()
        self._train()

    @property
    def key(self) -> str:
        return str(self.house.ledger.verifiers[0])

    def dossier(self) -> ModelDossier:
        found = model_dossier(self.house.view(AsOf(valid_at=self.house.clock.micros())), self.house.ledger, VERSION)
        assert found is not None
        return found

    def _stream(self) -> None:
        """Two halves below one parent: the one reads the topic, the other writes what was landed."""
        streaming = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}
        above = {"namespace": STREAM, "name": "encounters"}
        parent = {"parent": {"run": {"runId": run_id(1)}, "job": above}}
        self.house.send(event("START", "01T08:00", 1, above, facets=streaming))
        for number, name, ends in (
            (2, "encounters.source", {"inputs": [dataset(TOPIC)]}),
            (3, "encounters.sink", {"outputs": [dataset(STAGED)]}),
        ):
            job = {"namespace": STREAM, "name": name}
            self.house.send(event("RUNNING", "01T09:00", number, job, **ends, run=parent, facets=streaming))

    def _rename(self) -> None:
        self.house.record(tag(dataset=STAGED, column="mrn"), self.beta)
        change = {"lifecycleStateChange": "RENAME", "previousIdentifier": STAGED}
        job = {"namespace": SCHEDULER, "name": "clinic_daily.publish"}
        renamed = dataset(LANDED, lifecycleStateChange=change)
        self.house.send(event("START", "02T08:00", 4, job, [], [renamed]))
        self.house.send(event("COMPLETE", "02T08:05", 4, job, [], [renamed]))

    def _clear(self) -> None:
        """A task that failed and was cleared: its next attempt has the same run id; another job has it as well."""
        written = dataset(
            LOCATION, symlinks=symlinks(TABLE), acme_privacy={"columns": [{"name": "mrn", "class": "secret"}]}
        )
        ends = [dataset(LANDED)], [written]
        self.house.record(facet_mapping(), self.beta)
        self.house.send(event("START", "03T08:00", 5, CLEARED, *ends))
        error = {"errorMessage": {"message": "MadeUpError", "programmingLanguage": "python"}}
        self.house.send(event("FAIL", "03T08:10", 5, CLEARED, *ends, run=error))
        self.house.send(event("START", "03T09:00", 5, CLEARED, *ends))
        self.house.send(event("COMPLETE", "03T09:20", 5, CLEARED, *ends))
        self.house.send(event("COMPLETE", "03T09:30", 5, ANOTHER, [dataset(TABLE)], []))
        self.house.send(event("FAIL", "03T10:00", 6, CLEARED, *ends, run=error))
        self.house.record(declaration(dataset=TABLE, deidentification_state="PSEUDONYMIZED"), self.beta)
        self.house.record(declaration(dataset=COPY, owner="oncology"), self.beta)
        self.house.record(joining(COPY, TABLE), self.beta)

    def _test(self) -> None:
        """A test run that fails, each test a job of its own, and what makes features of the table."""
        for number, outcome in ((7, True), (8, False)):
            job = {"namespace": "dbt.example", "name": f"clinic.test_{number}"}
            found = {"assertions": [{"assertion": "not_null", "success": outcome, "column": "mrn"}]}
            tested = {**TABLE, "facets": {}, "inputFacets": {"dataQualityAssertions": found}}
            self.house.send(event("COMPLETE" if outcome else "FAIL", "04T08:00", number, job, [tested]))
        features = {"namespace": SCHEDULER, "name": "clinic_daily.features"}
        self.house.send(event("COMPLETE", "04T09:00", 9, features, [dataset(TABLE)], [dataset(FEATURES)]))

    def _train(self) -> None:
        train = {"namespace": SCHEDULER, "name": "clinic_weekly.train"}
        typed = dataset(MODEL, datasetType={"datasetType": "MODEL"}, version={"datasetVersion": "3"})
        self.house.send(event("COMPLETE", "05T08:00", 10, train, [dataset(FEATURES), dataset(TABLE)], [typed]))
        digest = manifest_digest(FILES)
        sealed = seal(dataset=FEATURES, digest=digest, manifest=FILES)
        for name in ("run_id", "job"):
            sealed.pop(name)
        self.house.record(sealed, self.beta)
        use = {"dataset": FEATURES, "digest": digest}
        self.house.record(
            registration(model=MODEL, version="3", trained_on=[use], evaluated_on=[], run_id=run_id(10), job=train),
            self.beta,
        )
        subject = {"model_version": {"model": MODEL, "version": "3"}}
        self.house.record(request(subject=subject), self.beta)
