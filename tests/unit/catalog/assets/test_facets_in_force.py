"""What facets come to over several events, row by row of what OpenLineage's semantics leave to the receiver."""

from __future__ import annotations

from typing import Any

from catalog.assets.code_versions import code_versions
from catalog.assets.column_names import columns_called
from catalog.assets.quality import check_results, measured_columns, measurements
from catalog.assets.queries import datasets, jobs
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Job
from tests.support.events import RUN_ID, Json, dataset, dataset_event, graph, job_event, run_event
from tests.support.records import House, naming_rule

CLEAN, JOB = Dataset("lake", "clean").id, Job("demo", "curate").id
TEN = 1_772_359_200_000_000


def minute(number: int) -> int:
    return TEN + number * 60_000_000


def run_id(number: int) -> str:
    return f"{RUN_ID[:-1]}{number}"


def wrote(minute: int, number: int, *, kind: str = "COMPLETE", **facets: Json) -> Json:
    return run_event(kind, minute, run_id=run_id(number), outputs=[dataset("clean", facets=facets)])


def held(*events: Json, valid_at: int = NOW, known_at: int = NOW) -> dict[str, Any]:
    found = datasets(View(graph(events), AsOf(valid_at, known_at)), [CLEAN])
    return {name: one.value for name, one in found[CLEAN].aspects.items()}


def test_facets_across_events_are_replaced_whole_by_event_time_and_a_late_old_one_never_overwrites() -> None:
    old = wrote(1, 1, storage={"storageLayer": "iceberg", "fileFormat": "orc"})
    new = wrote(9, 2, storage={"fileFormat": "parquet"})
    for order in ((old, new), (new, old), (new, old, new)):
        assert held(*order)["storage"] == {"fileFormat": "parquet"}
        assert held(*order, valid_at=minute(5))["storage"] == {"storageLayer": "iceberg", "fileFormat": "orc"}
    assert held(new, old, known_at=0)["storage"] == {"fileFormat": "parquet"}


def test_static_facets_hold_from_their_time_until_replaced_across_versions() -> None:
    described = wrote(1, 1, documentation={"description": "As agreed"}, version={"datasetVersion": "1"})
    silent = wrote(5, 2, version={"datasetVersion": "2"})
    assert held(described, silent)["documentation"] == {"description": "As agreed"}
    of_job = run_event(minute=1, job={"documentation": {"description": "Curates"}})
    later = run_event(minute=5, run_id=run_id(2))
    found = jobs(View(graph([of_job, later])), [JOB])[JOB]
    assert found.documentation is not None
    assert found.documentation.value == "Curates"


def test_a_deleted_facet_is_closed_from_its_time_on_and_only_on_jobs_and_datasets() -> None:
    stated, deleted = wrote(1, 1, storage={"fileFormat": "orc"}), wrote(5, 2, storage={"_deleted": True})
    assert "storage" not in held(deleted, stated)
    assert held(deleted, stated, valid_at=minute(3))["storage"] == {"fileFormat": "orc"}
    assert held(stated, deleted, wrote(7, 3, storage={"fileFormat": "parquet"}))["storage"] == {"fileFormat": "parquet"}


def test_a_failed_run_s_facets_are_not_in_force() -> None:
    good, bad = wrote(1, 1, storage={"fileFormat": "orc"}), wrote(5, 2, kind="FAIL", storage={"fileFormat": "csv"})
    assert held(good, bad)["storage"] == {"fileFormat": "orc"}


def test_a_dataset_event_is_metadata_only_at_its_own_time_and_makes_no_snapshot() -> None:
    events = [wrote(1, 1, storage={"fileFormat": "orc"}), dataset_event("clean", 5, facets={"storage": {"a": "b"}})]
    assert held(*events)["storage"] == {"a": "b"}
    assert held(*events, valid_at=minute(3))["storage"] == {"fileFormat": "orc"}
    store = graph([dataset_event("clean", facets={"version": {"datasetVersion": "1"}})])
    assert store.counts().get("Snapshot", 0) == 0


def test_assertions_are_in_force_by_dataset_job_assertion_and_column() -> None:
    def checked(job: str, at: int, column: str, *, success: bool, kind: str = "COMPLETE") -> Json:
        item = {"assertion": "unique", "column": column, "success": success}
        facets = {"dataQualityAssertions": {"assertions": [item]}}
        return run_event(kind, at, run_id=run_id(at), job_name=job, inputs=[dataset("clean", facets=facets)])

    def outcomes(*events: Json, valid_at: int = NOW) -> set[tuple[str | None, str, bool]]:
        found = datasets(View(graph(events), AsOf(valid_at)), [CLEAN])[CLEAN].aspects
        named = {Job("demo", name).id: name for name in ("one", "two")}
        return {(one.column, named[one.job or ""], one.outcome == "PASSED") for one in check_results(found)}

    failed, other = checked("one", 1, "id", success=False, kind="FAIL"), checked("two", 2, "id", success=True)
    assert outcomes(failed, other) == {("id", "one", False), ("id", "two", True)}
    again, of_another = checked("one", 3, "id", success=True), checked("one", 4, "born", success=False)
    assert outcomes(again, of_another, other, failed) == {
        ("id", "one", True),
        ("born", "one", False),
        ("id", "two", True),
    }
    assert outcomes(failed, again, valid_at=minute(2)) == {("id", "one", False)}


def test_assertions_of_one_column_in_two_spellings_are_one_where_a_rule_folds_letters(house: House) -> None:
    def checked(at: int, column: str, *, success: bool) -> Json:
        item = {"assertion": "unique", "column": column, "success": success}
        facets = {
            "dataQualityAssertions": {"assertions": [item]},
            "dataQualityMetrics": {"columnMetrics": {column: {"nullCount": at}}},
        }
        return run_event("COMPLETE", at, run_id=run_id(at), inputs=[dataset("clean", facets=facets)])

    house.send(checked(1, "ID", success=False))
    house.send(checked(2, "id", success=True))

    def found() -> list[tuple[str | None, bool]]:
        view = house.view()
        aspects = datasets(view, [CLEAN])[CLEAN].aspects
        named = columns_called(view, [(CLEAN, column) for column in measured_columns(aspects)])
        called = {column: name for (_, column), name in named.items()}
        assert len(measurements(aspects, called)) == len(check_results(aspects, called))
        return [(one.column, one.outcome == "PASSED") for one in check_results(aspects, called)]

    assert found() == [("ID", False), ("id", True)]
    house.record(naming_rule(namespace="lake"))
    assert found() == [("id", True)]


def test_job_version_is_that_of_its_code_apart_from_its_inputs_and_outputs() -> None:
    def ran(at: int, revision: str, query: str, *names: str) -> Json:
        location = {"type": "git", "repoUrl": "https://git.example/flows", "path": "a.py", "version": revision}
        job = {"sourceCodeLocation": location, "sql": {"query": query}}
        return run_event(minute=at, run_id=run_id(at), job=job, outputs=[dataset(name) for name in names])

    events = [
        ran(1, "aa", "select a", "clean"),
        ran(2, "aa", "select a", "clean", "costs"),
        ran(3, "bb", "select a", "clean"),
        ran(4, "bb", "select b", "clean"),
        run_event(minute=5, run_id=run_id(5)),
        job_event(6, job={"sql": {"_deleted": True}}),
    ]
    found = code_versions(View(graph(events)), [JOB])[JOB]
    assert [(one.revision, one.since, one.entry) for one in found] == [
        ("aa", minute(1), 0),
        ("bb", minute(3), 2),
        ("bb", minute(4), 3),
        ("bb", minute(6), 5),
    ]
    assert found[1].statement != found[2].statement
    assert found[3].statement is None
    assert code_versions(View(graph(reversed(events))), [JOB])[JOB][0].revision == "aa"
    assert code_versions(View(graph([run_event()])), [JOB]) == {}
