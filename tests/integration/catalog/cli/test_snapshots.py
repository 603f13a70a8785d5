"""`lineward snapshot`: sealed, verified, damaged, verified again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.records import CURATED, event
from tests.support.typed import Typed, typed

FINE, FINDING, WRONG_USE, OUTSIDE = 0, 1, 2, 3
NAME = f"{CURATED['namespace']} {CURATED['name']}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    assert typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode()).code == FINE
    lake = tmp_path / "lake"
    for number in range(3):
        (lake / "year=2026").mkdir(parents=True, exist_ok=True)
        (lake / "year=2026" / f"part-{number}").write_text(f"made-up {number}")
    return folder


def seal(folder: Path, *more: str) -> Typed:
    return typed(folder, "snapshot", "seal", NAME, str(folder.parent / "lake"), *more)


def verify(folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    done = typed(folder, "snapshot", "verify", NAME, str(folder.parent / "lake"), "--json", *more)
    return done.code, json.loads(done.out)


def test_what_is_sealed_verifies_until_a_file_is_otherwise(folder: Path) -> None:
    sealed = seal(folder, "--role", "training", "--rows", "3", "--foreign", "delta=12")
    assert sealed.code == FINE, sealed.err
    code, found = verify(folder)
    assert (code, found["result"], found["found"]) == (FINE, "OK", found["digest"])
    lake = folder.parent / "lake" / "year=2026"
    (lake / "part-0").write_text("made-up 9")
    (lake / "part-1").unlink()
    (lake / "part-3").write_text("more")
    code, found = verify(folder)
    assert code == FINDING
    assert (found["changed"], found["missing"], found["surplus"]) == (
        ["year=2026/part-0"],
        ["year=2026/part-1"],
        ["year=2026/part-3"],
    )
    shown = typed(folder, "snapshot", "verify", NAME, str(folder.parent / "lake"), "--dry-run")
    assert "MISMATCH: 1 changed, 1 missing, 1 surplus of 3 files." in shown.err
    # What is known to be damaged is a finding already, and is not due.
    assert json.loads(typed(folder, "snapshot", "due", "--json").out)["due"] == []


def test_a_dry_run_records_nothing(folder: Path) -> None:
    assert json.loads(seal(folder, "--dry-run", "--json").out)["receipt"] is None
    assert json.loads(seal(folder, "--json").out)["receipt"]["index"] == 1


def test_nothing_where_the_files_were_is_missing_and_not_an_error(folder: Path) -> None:
    seal(folder)
    done = typed(folder, "snapshot", "verify", NAME, str(folder / "nowhere"), "--json", "--dry-run")
    assert (done.code, json.loads(done.out)["result"]) == (FINDING, "MISSING")


def test_what_was_not_verified_within_its_period_is_due(folder: Path) -> None:
    seal(folder)
    (one,) = json.loads(typed(folder, "snapshot", "due", "--within", "30", "--json").out)["due"]
    assert (one["overdue"], one["lastFoundAsSealed"]) == (False, None)
    later = typed(folder, "snapshot", "due", "--within", "30", "--valid-at", "2999-01-01T00:00:00Z", "--json")
    assert later.code == FINDING
    assert json.loads(later.out)["due"][0]["overdue"]
    verify(folder)
    (one,) = json.loads(typed(folder, "snapshot", "due", "--json").out)["due"]
    assert one["lastFoundAsSealed"] is not None


def test_the_schedule_of_verify_lists_only_what_is_overdue(folder: Path) -> None:
    seal(folder)
    none = typed(folder, "snapshot", "verify", "--due")
    assert (none.code, none.out.strip()) == (FINE, "Nothing is overdue.")
    assert len(json.loads(typed(folder, "snapshot", "due", "--json").out)["due"]) == 1
    assert json.loads(typed(folder, "snapshot", "verify", "--due", "--within", "30", "--json").out) == {
        "periodDays": 30,
        "due": [],
    }


def test_the_schedule_of_verify_ends_with_a_finding_where_anything_is_overdue(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = json.loads(seal(folder, "--json").out)["digest"]
    later = time.time_ns() + 31 * 86_400 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert typed(folder, "snapshot", "verify", "--due", "--within", "40").code == FINE
    due = typed(folder, "snapshot", "verify", "--due", "--within", "30", "--json")
    (one,) = json.loads(due.out)["due"]
    assert (due.code, one["snapshot"]["digest"], one["overdue"]) == (FINDING, digest, True)
    shown = typed(folder, "snapshot", "verify", "--due", "--within", "30")
    assert (shown.code, shown.out.count("overdue")) == (FINDING, 1)
    assert "1 snapshot overdue; a verification is good for 30 days." in shown.err


def test_a_reading_of_other_files_is_not_gone_on_with(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"version": 1, "where": "/elsewhere", "files": {}}))
    refused = seal(folder, "--resume", str(kept))
    assert refused.code == OUTSIDE
    assert "says how far /elsewhere was read" in refused.err


def test_several_paths_need_the_folder_that_they_are_named_from(folder: Path) -> None:
    lake = folder.parent / "lake" / "year=2026"
    asked = ("snapshot", "seal", NAME, str(lake / "part-0"), str(lake / "part-1"), "--json")
    assert typed(folder, *asked).code == WRONG_USE
    found = json.loads(typed(folder, *asked, "--root", str(folder.parent)).out)
    assert [file["path"] for file in found["manifest"]] == ["lake/year=2026/part-0", "lake/year=2026/part-1"]


def test_a_dataset_without_a_seal_has_nothing_to_verify(folder: Path) -> None:
    done = typed(folder, "snapshot", "verify", NAME, str(folder.parent / "lake"))
    assert done.code == WRONG_USE
    assert "`lineward snapshot seal`" in done.err


def test_two_states_are_compared_file_by_file(folder: Path) -> None:
    first = json.loads(seal(folder, "--rows", "3", "--json").out)["digest"]
    (folder.parent / "lake" / "year=2026" / "part-0").write_text("made-up 9 and more")
    (folder.parent / "lake" / "year=2026" / "part-1").unlink()
    second = json.loads(seal(folder, "--rows", "2", "--json").out)["digest"]
    done = typed(folder, "snapshot", "compare", first, second, "--json")
    assert done.code == FINDING, done.err
    found = json.loads(done.out)
    assert [(one["path"], one["change"]) for one in found["differingFiles"]] == [
        ("year=2026/part-0", "CHANGED"),
        ("year=2026/part-1", "REMOVED"),
    ]
    assert (found["before"]["rows"], found["after"]["rows"], found["changedFields"]) == ("3", "2", None)
    shown = typed(folder, "snapshot", "compare", first, second)
    assert "Files: 1 removed, 1 changed." in shown.err
    assert "The fields cannot be compared" in shown.err
    assert typed(folder, "snapshot", "compare", first, first).code == FINE


def test_of_many_files_that_differ_some_are_shown_and_all_counted(folder: Path) -> None:
    first = json.loads(seal(folder, "--json").out)["digest"]
    for number in range(600):
        (folder.parent / "lake" / f"more-{number:03}").touch()
    second = json.loads(seal(folder, "--json").out)["digest"]
    shown = typed(folder, "snapshot", "compare", first, second)
    assert "and 580 more; --json names all." in shown.err
    assert "Files: 600 added." in shown.err
    assert len(json.loads(typed(folder, "snapshot", "compare", first, second, "--json").out)["differingFiles"]) == 600


def test_what_was_counted_in_columns_is_compared_and_no_value_is_shown(folder: Path) -> None:
    for day, nulls in ((2, 10), (3, 400)):
        ward = {"count": 1000 - nulls, "nullCount": nulls, "distinctCount": 4, "max": 48213977}
        metrics = {"rowCount": 1000, "columnMetrics": {"ward": ward, f"only {day}": {"count": 1}}}
        version = {"datasetVersion": f"delta-{day}"}
        run = f"0190d2e6-0000-7000-8000-00000000000{day}"
        sent = event(at=f"2026-01-0{day}T10:00:00Z", run=run, version=version, dataQualityMetrics=metrics)
        assert typed(folder, "ingest", stdin=json.dumps(sent).encode()).code == FINE
    listed = json.loads(typed(folder, "snapshot", "list", NAME, "--json").out)
    first, second = (one["id"] for one in listed)
    done = typed(folder, "snapshot", "compare", first, second, "--json")
    assert done.code == FINDING, done.err
    found = json.loads(done.out)
    assert found["changedColumns"] == [
        {
            "name": "ward",
            "before": {"count": "990", "nullCount": "10", "distinctCount": "4"},
            "after": {"count": "600", "nullCount": "400", "distinctCount": "4"},
        }
    ]
    assert (found["before"]["rows"], found["columnsCountedOnce"]) == ("1000", ["only 2", "only 3"])
    shown = typed(folder, "snapshot", "compare", first, second)
    assert [line.split() for line in shown.out.splitlines() if "null" in line] == [
        ["ward", "null", "count", "10", "400"]
    ]
    assert "2 columns counted of one of the two alone: only 2, only 3." in shown.err
    assert "48213977" not in done.out + shown.printed
    assert typed(folder, "snapshot", "compare", first, first).code == FINE


def test_states_are_listed_with_where_each_stands(folder: Path) -> None:
    first = json.loads(seal(folder, "--locked", "--json").out)["digest"]
    (folder.parent / "lake" / "year=2026" / "part-1").unlink()
    assert seal(folder).code == FINE
    gone = {
        "kind": "tombstone_snapshot",
        "dataset": CURATED,
        "digest": first,
        "reason": "Its period of retention is over",
    }
    recorded = typed(folder, "record", stdin=json.dumps(gone).encode())
    assert recorded.code == FINE, recorded.err
    done = typed(folder, "snapshot", "list", NAME, "--json")
    assert [(one["state"], one["tombstone"] is None) for one in json.loads(done.out)] == [
        ("TOMBSTONED", False),
        ("LIVE", True),
    ]
    shown = typed(folder, "snapshot", "list", NAME)
    assert "tombstoned" in shown.out
    assert "locked" in shown.out


def test_states_are_listed_with_what_other_systems_call_them(folder: Path) -> None:
    seal(folder, "--foreign", "delta=12", "--foreign", "dvc=3f2a")
    (one,) = json.loads(typed(folder, "snapshot", "list", NAME, "--json").out)
    assert one["seal"]["foreign"] == [{"system": "delta", "id": "12"}, {"system": "dvc", "id": "3f2a"}]
    assert "delta=12, dvc=3f2a" in typed(folder, "snapshot", "list", NAME).out


def test_a_plan_to_make_a_state_again_says_what_is_lacking(folder: Path) -> None:
    digest = json.loads(seal(folder, "--json").out)["digest"]
    done = typed(folder, "snapshot", "replay", digest)
    assert done.code == FINDING, done.err
    assert "No run is recorded that made it." in done.printed
    version = {"facets": {"version": {"datasetVersion": digest}}}
    made = {**event(run="0190d2e6-0000-7000-8000-0000000000e1"), "outputs": [{**CURATED, **version}]}
    assert typed(folder, "ingest", stdin=json.dumps(made).encode()).code == FINE
    found = json.loads(typed(folder, "snapshot", "replay", NAME, "--json").out)
    assert [one["makes"][0]["digest"] for one in found["steps"]] == [digest]
    assert "Which revision of the code ran is not recorded." in found["steps"][0]["lacking"]
    assert "1 curate" in " ".join(typed(folder, "snapshot", "replay", NAME).out.split())
    holding = {
        "kind": "declare_dataset",
        "dataset": CURATED,
        "feature_set_version": "4",
        "valid_from": event()["eventTime"],
    }
    assert typed(folder, "record", stdin=json.dumps(holding).encode()).code == FINE
    of_version = typed(folder, "snapshot", "replay", NAME, "--feature-set-version", "4", "--json").out
    assert json.loads(of_version)["steps"] == found["steps"]
    other = typed(folder, "snapshot", "replay", NAME, "--feature-set-version", "5")
    assert (other.code, "never held version 5 of a feature set; it held 4." in other.err) == (WRONG_USE, True)
