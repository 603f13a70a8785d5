"""How one state of a dataset differs from another."""

from __future__ import annotations

from typing import Any

from catalog.snapshots.comparison import FieldChange, FileChange, snapshot_difference
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import Snapshot
from tests.support.records import CURATED, House, event, seal

ONE, TWO = (f"0190d2e6-0000-7000-8000-00000000000{digit}" for digit in "12")


def file(path: str, digit: str, size: int = 3) -> dict[str, Any]:
    return {"path": path, "size": size, "digest": f"sha256:{digit * 64}"}


BEFORE = [file("a", "1"), file("b", "2"), file("c", "3")]
AFTER = [file("a", "1"), file("b", "4", 7), file("d", "5")]


def identifier(digest: str) -> str:
    return Snapshot(CURATED["namespace"], CURATED["name"], digest).id


def written(house: House, run: str, at: str, manifest: list[dict[str, Any]], *fields: tuple[str, str]) -> str:
    """Let a run write a state, and seal it; return the snapshot's id."""
    digest = manifest_digest(manifest)
    facets: dict[str, Any] = {
        "version": {"datasetVersion": digest},
        "schema": {"fields": [{"name": name, "type": kind} for name, kind in fields]},
    }
    house.send(event(at=at, run=run, **facets))
    house.record(seal(digest=digest, manifest=manifest, rows=len(manifest) * 10))
    return identifier(digest)


def test_files_sizes_and_fields_are_those_of_each_state_when_it_was_made(house: House) -> None:
    first = written(house, ONE, "2026-01-01T10:00:00Z", BEFORE, ("ward", "text"), ("age", "int"))
    second = written(house, TWO, "2026-01-02T10:00:00Z", AFTER, ("age", "text"), ("score", ""))
    found = snapshot_difference(house.view(), first, second)
    assert found is not None
    assert found.files == (("b", FileChange.CHANGED), ("c", FileChange.REMOVED), ("d", FileChange.ADDED))
    assert [(one.files, one.size_bytes, one.rows) for one in found.sizes] == [(3, 9, 30), (3, 13, 30)]
    assert found.fields == (
        FieldChange("age", "int", "text"),
        FieldChange("score", None, ""),
        FieldChange("ward", "text", None),
    )
    assert found.before.made_at is not None
    assert found.after.made_at is not None
    assert found.before.made_at < found.after.made_at
    assert set(found.entries) == {0, 1, 2, 3}


def test_a_state_does_not_differ_from_itself(house: House) -> None:
    first = written(house, ONE, "2026-01-01T10:00:00Z", BEFORE, ("ward", "text"))
    found = snapshot_difference(house.view(), first, first)
    assert found is not None
    assert (found.files, found.fields) == ((), ())


def test_what_nobody_recorded_is_not_compared(house: House) -> None:
    first = written(house, ONE, "2026-01-01T10:00:00Z", BEFORE, ("ward", "text"))
    digest = manifest_digest(AFTER)
    house.send(event(at="2026-01-02T10:00:00Z", run=TWO, version={"datasetVersion": digest}))
    found = snapshot_difference(house.view(), first, identifier(digest))
    assert found is not None
    assert found.files is None
    assert found.sizes[1].files is None
    assert snapshot_difference(house.view(), first, identifier(manifest_digest([]))) is None
