"""The pages of a run and of a job: what each says of itself, with the entry behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph_schema.nodes import Job, Run
from tests.integration.catalog.api.pages.test_pages import get
from tests.support.pages import shown
from tests.support.records import JOB, RUN, event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

LATER = "0190d2e6-0000-7000-8000-00000000000f"
LOCATED = {"type": "git", "url": "git://code.example/curate.git", "path": "curate.py", "version": "f00dfeed"}


def sent(kind: str, at: str, run: str = RUN, **of_run: Any) -> dict[str, Any]:
    """Return an event of a run that says its code, as of its job and of itself."""
    made = event(kind, at, run, outputStatistics={"rowCount": 7, "fileCount": 2})
    made["run"]["facets"] = {
        "lineward_codeRevision": {"repository": "git://code.example/own.git", "revision": "abc123", "clean": False},
        **of_run,
    }
    made["job"] = {**JOB, "facets": {"sourceCodeLocation": LOCATED}}
    return made


def test_a_run_shows_its_attempts_its_code_its_error_and_what_retried_it(catalog: Catalog) -> None:
    failed: dict[str, Any] = {"errorMessage": {"message": "made_up.NoSuchColumnError", "programmingLanguage": "PYTHON"}}
    catalog.event(sent("START", "2026-01-01T09:00:00Z"))
    catalog.event(sent("FAIL", "2026-01-01T09:30:00Z", **failed))
    catalog.event(sent("START", "2026-01-01T10:00:00Z"))
    catalog.event(sent("FAIL", "2026-01-01T10:30:00Z", **failed))
    catalog.event(sent("COMPLETE", "2026-01-02T10:30:00Z", LATER))
    catalog.caught_up()
    first, second = (Run.of(Job(**JOB), one).id for one in (RUN, LATER))
    found = shown(get(catalog, f"/explorer/run?id={first}"))
    assert "2 attempts" in found.words
    assert found.words.count("2026-01-01 09:00:00 UTC to 2026-01-01 09:30:00 UTC") == 1
    assert "It started anew under the same run id after it had ended." in found.words
    assert "f00dfeed of git://code.example/curate.git curate.py #0" in found.words
    assert "abc123 of git://code.example/own.git #0" in found.words
    assert "with changes that no commit holds" in found.words
    assert "made_up.NoSuchColumnError" in found.words
    assert "in PYTHON, what it quotes replaced before it was stored #3" in found.words
    assert f"Retried by{LATER}" in found.words
    assert "7 rows, 2 files" in found.words
    assert "output statistics of an output visits" in found.words
    again = shown(get(catalog, f"/explorer/run?id={second}")).words
    assert f"Retries{RUN}" in again
    assert "Retried by" not in again
    # As it was known before anything retried it.
    before = shown(get(catalog, f"/explorer/run?id={first}&known=1")).words
    assert "1 attempt" in before
    assert "Retried by" not in before
    asked = catalog.data(
        "query($id: ID!) { node(id: $id) { ... on Run { codeVersions { revision entry run { runId } } } } }",
        id=first,
    )
    assert [(one["revision"], one["entry"]) for one in asked["node"]["codeVersions"]] == [
        ("f00dfeed", 0),
        ("abc123", 0),
    ]


def test_a_run_whose_events_name_no_code_says_so(catalog: Catalog) -> None:
    catalog.event(event())
    catalog.caught_up()
    words = shown(get(catalog, f"/explorer/run?id={Run.of(Job(**JOB), RUN).id}")).words
    assert "Codeits events name none" in words
    assert "its start was not reported; it ran since" in words


def test_a_job_shows_what_it_reads_and_writes_what_is_attested_and_what_its_events_say(catalog: Catalog) -> None:
    catalog.fill()
    made = sent("COMPLETE", "2026-01-03T10:30:00Z", LATER)
    made["job"]["facets"]["jobType"] = {"processingType": "BATCH", "integration": "SPARK", "jobType": "JOB"}
    catalog.event(made)
    catalog.caught_up()
    words = shown(get(catalog, f"/explorer/job?id={Job(**JOB).id}")).words
    assert "reads visits since 2026-01-01 09:00:00 UTC #0" in words
    assert "writes visits since" in words
    assert "1 attestation of de-identification in force" in words
    assert "batch spark job" in words
    assert "source code location" in words[words.index("What its events say by") :]
    assert "f00dfeed" in words
