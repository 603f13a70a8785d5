from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from examples.clinical_pipeline import PRINCIPALS, run_pipeline
from examples.clinical_pipeline.periods import SECOND
from examples.clinical_pipeline.population import population
from ingest_hooks import emit
from tests.integration.clinical_pipeline.conftest import Told
from tests.support.capture_server import capture_server
from tests.support.openlineage_spec import problems

REPOSITORY = Path(__file__).resolve().parents[3]


def runs_of(told: Told, job: str) -> dict[str, list[dict[str, Any]]]:
    runs = defaultdict(list)
    for event in told.server.events:
        if event["job"]["name"] == job:
            runs[event["run"]["runId"]].append(event)
    return runs


def records(told: Told, kind: str) -> list[dict[str, Any]]:
    return [record for record in told.server.records if record["kind"] == kind]


def upstream(told: Told, name: str) -> set[str]:
    """Everything that any completed run made a dataset of, by the events alone."""
    feeds: defaultdict[str, set[str]] = defaultdict(set)
    for event in told.server.events:
        for output in event.get("outputs", []):
            feeds[output["name"]] |= {fed["name"] for fed in event.get("inputs", [])}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for source in feeds[waiting.pop()] - found:
            found.add(source)
            waiting.append(source)
    return found


def test_nothing_that_identifies_a_person_is_sent(told: Told) -> None:
    people = population(20260101, SECOND.people)
    identifiers = {person.family_name for person in people}
    for person in people:
        identifiers |= {
            f"{person.family_name} {person.given_name}",
            person.mrn,
            person.street,
            person.phone,
            person.birth_date.isoformat(),
        }
    for row in rows_of(told.workdir / "lake" / "curated" / "stays_deidentified"):
        identifiers.add(row["person_key"])
    delivered = "".join(file.read_text() for file in (told.workdir / "delivered").rglob("*.*"))
    assert all(person.mrn in delivered and person.street in delivered for person in people)
    sent = [(request.head.encode() + request.body) for request in told.server.requests]
    assert sent
    leaked = {found for found in identifiers if any(found.encode() in content for content in sent)}
    assert leaked == set()


def test_every_event_is_valid_against_the_schemas_that_it_and_its_facets_name(told: Told) -> None:
    assert {event["job"]["name"]: problems(event) for event in told.server.events if problems(event)} == {}


def test_every_run_starts_once_and_ends_once(told: Told) -> None:
    runs = defaultdict(list)
    for event in told.server.events:
        runs[event["run"]["runId"]].append(event["eventType"])
    ends = Counter(tuple(states) for states in runs.values())
    assert ends.keys() == {("START", "COMPLETE"), ("START", "FAIL")}
    assert ends["START", "FAIL"] == 1


def test_the_torn_delivery_fails_one_landing_and_its_retry_is_a_run_of_its_own(told: Told) -> None:
    first, second, _ = runs_of(told, "readmission.land_observation").values()
    assert [event["eventType"] for event in (*first, *second)] == ["START", "FAIL", "START", "COMPLETE"]
    assert first[1]["run"]["facets"]["errorMessage"]["message"].endswith("MalformedChunkError")
    assert "outputs" not in first[1]
    for facet in ("parent", "nominalTime"):
        assert first[0]["run"]["facets"][facet] == second[0]["run"]["facets"][facet]
    assert first[1]["inputs"][0]["facets"]["version"] != second[1]["inputs"][0]["facets"]["version"]
    assert any("failed" in line for line in told.progress)


def test_the_training_snapshot_comes_from_all_five_feeds_and_the_model_from_it(told: Told) -> None:
    feeds = {source.name for source in told.outcome.sources}
    assert feeds <= upstream(told, told.outcome.training.name)
    assert told.outcome.evaluation.name not in upstream(told, told.outcome.model.name)
    assert {
        record["version"]: record["trained_on"][0]["digest"] for record in records(told, "register_model_version")
    } == {version.version: version.training_digest for version in told.outcome.versions}


def test_what_one_run_read_is_what_another_wrote(told: Told) -> None:
    written = {
        (output["name"], output["facets"]["version"]["datasetVersion"])
        for event in told.server.events
        for output in event.get("outputs", [])
    }
    sources = {source.name for source in told.outcome.sources}
    read = {
        (fed["name"], fed["facets"]["version"]["datasetVersion"])
        for event in told.server.events
        for fed in event.get("inputs", [])
        if fed["name"] not in sources
    }
    assert read <= written


def test_column_lineage_names_only_columns_that_exist(told: Told) -> None:
    for event in told.server.events:
        columns = {
            (fed["name"], field["name"])
            for fed in event.get("inputs", [])
            for field in fed["facets"].get("schema", {}).get("fields", [])
        }
        for output in event.get("outputs", []):
            lineage = output["facets"].get("columnLineage", {"fields": {}})
            own = {field["name"] for field in output["facets"].get("schema", {}).get("fields", [])}
            assert lineage["fields"].keys() <= own
            named = [
                *lineage.get("dataset", []),
                *(f for made in lineage["fields"].values() for f in made["inputFields"]),
            ]
            assert {(flow["name"], flow["field"]) for flow in named} <= columns


def test_the_second_round_brings_one_column_more_from_the_claims_to_the_model(told: Told) -> None:
    shapes = defaultdict(list)
    for event in told.server.events:
        for output in event.get("outputs", []):
            if "schema" in output["facets"]:
                shapes[output["name"]].append([field["name"] for field in output["facets"]["schema"]["fields"]])
    widened = {name for name, (before, after) in shapes.items() if before != after}
    assert widened == {
        "landing/professional-claims",
        "curated/stays",
        "curated/stays_deidentified",
        "training/readmission",
        "evaluation/readmission",
    }
    for name in widened:
        before, after = shapes[name]
        assert after == [*before, "prior_admissions_12m"]
    declared = [
        record["dataset"]["name"] for record in records(told, "declare_dataset") if record["schema_version"] == "2"
    ]
    assert set(declared) == widened | {"professional-claims"}


def test_sealed_snapshots_are_what_lies_on_the_disk_and_were_read_again(told: Told) -> None:
    on_disk = {emit.manifest(folder).digest for folder in (told.workdir / "lake").glob("*/*/*") if folder.is_dir()}
    sealed = {(record["digest"], record["role"], record["locked"]) for record in records(told, "seal_snapshot")}
    assert sealed == {
        pair
        for version in told.outcome.versions
        for pair in (
            (version.training_digest, "TRAINING", False),
            (version.evaluation_digest, "EVALUATION", True),
        )
    }
    assert {digest for digest, _, _ in sealed} <= on_disk
    assert {record["period"]["start"] for record in records(told, "seal_snapshot")} == {"2025-01-01"}
    assert {(record["digest"], record["result"]) for record in records(told, "verify_snapshot")} == {
        (digest, "OK") for digest, _, _ in sealed
    }


def test_nobody_is_in_training_and_in_evaluation(told: Told) -> None:
    learned, held_back = (
        {row["person_key"] for row in rows_of(told.workdir / "lake" / zone / "readmission")}
        for zone in ("training", "evaluation")
    )
    assert learned
    assert held_back
    assert not learned & held_back


def test_everything_is_catalogued_and_tagged_before_the_first_run(told: Told) -> None:
    kinds = [request.json.get("kind", "event") for request in told.server.requests]
    first_event = kinds.index("event")
    assert set(kinds[:first_event]) == {"declare_dataset", "tag"}
    declared = {
        record["dataset"]["name"] for record in told.server.records[:first_event] if record["kind"] == "declare_dataset"
    }
    moved = {
        dataset["name"]
        for event in told.server.events
        for dataset in (*event.get("inputs", []), *event.get("outputs", []))
    }
    assert moved - {told.outcome.model.name} <= declared


def test_each_record_and_event_is_sent_by_whoever_is_entitled_to_it(told: Told) -> None:
    senders = defaultdict(set)
    for request in told.server.requests:
        senders[request.json.get("kind", "event")].add(str(request.authorization).removeprefix("Bearer key-of-"))
    assert senders == {
        "event": {"emitter"},
        "declare_dataset": {"steward"},
        "tag": {"steward"},
        "attest_deidentification": {"steward"},
        "permit_use": {"steward"},
        "seal_snapshot": {"engineer"},
        "verify_snapshot": {"engineer"},
        "register_model_version": {"engineer"},
        "request_approval": {"engineer"},
        "decide_approval": {"clinical_approver", "privacy_approver"},
    }


def test_every_request_is_decided_by_somebody_else_and_not_all_alike(told: Told) -> None:
    asked = [index for version in told.outcome.versions for index in version.approval_requests]
    decisions = records(told, "decide_approval")
    assert [decision["request"] for decision in decisions] == asked
    assert [decision["decision"] for decision in decisions] == ["APPROVE", "APPROVE", "ABSTAIN", "DENY"]


def test_a_model_that_saw_more_tells_more_and_both_tell_more_than_chance(told: Told) -> None:
    first, second = ({metric.name: metric.value for metric in version.metrics} for version in told.outcome.versions)
    assert 0.6 < first["auroc"] < second["auroc"] < 1
    assert 0 < first["brier"] < 0.25
    assert 0 < second["brier"] < 0.25
    # The scores are alike though the people are not: only against how often they come back can the two be compared.
    assert 0 < first["brier_skill"] < second["brier_skill"] < 1


def test_the_same_run_again_gives_the_same_snapshots_and_models_on_an_open_catalog_without_decisions(
    told: Told, tmp_path: Path
) -> None:
    said: list[str] = []
    with capture_server() as server:
        again = run_pipeline(server.url, tmp_path / "new", {}, said.append)
        assert {request.authorization for request in server.requests} == {None}
        assert "decide_approval" not in {record["kind"] for record in server.records}
    for one, other in zip(told.outcome.versions, again.versions, strict=True):
        assert one.training_digest == other.training_digest
        assert one.evaluation_digest == other.evaluation_digest
        assert one.artifact_digest == other.artifact_digest
        assert one.metrics == other.metrics
    assert sum("stays open" in line for line in said) == 4


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError):
        run_pipeline("http://127.0.0.1:9", tmp_path, {}, lambda _: None)


def test_without_scikit_learn_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['sklearn'] = None; sys.argv[1:] = ['--url', 'http://127.0.0.1:9', '--workdir', 'new'];"
        "from examples.clinical_pipeline.__main__ import main; sys.exit(main())"
    )
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "The example pipeline fits a model with scikit-learn, which is not installed: pip install 'lineward[demo]'"
    ]


def test_every_principal_has_a_key_and_an_id_of_their_own() -> None:
    assert len({principal.key for principal in PRINCIPALS}) == len({principal.id for principal in PRINCIPALS}) == 5


def test_deliveries_are_fhir_resources_and_a_bulk_manifest_that_names_them(told: Told) -> None:
    required = {
        "Patient": set(),
        "Encounter": {"status", "class"},
        "Condition": {"subject"},
        "Observation": {"status", "code"},
    }
    for period in ("2026-q1", "2026-q2"):
        folder = told.workdir / "delivered" / period / "fhir"
        manifest = json.loads((folder / "manifest.json").read_text())
        assert {"transactionTime", "request", "requiresAccessToken", "output", "error"} <= manifest.keys()
        for output in manifest["output"]:
            chunk = folder / output["url"].rpartition("/")[2]
            for line in chunk.read_text().splitlines():
                resource = json.loads(line)
                assert resource["resourceType"] == output["type"]
                assert required[output["type"]] | {"id"} <= resource.keys()


def rows_of(folder: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for file in sorted(folder.rglob("*.csv")):
        with file.open(newline="") as lines:
            rows.extend(csv.DictReader(lines))
    return rows
