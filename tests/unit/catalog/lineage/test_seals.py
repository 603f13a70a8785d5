"""A seal that names no run is bound to what was in force when it was made, and marked inferred."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.lineage.model import Confidence, Direction, Grain, LineageGraph, Walk
from catalog.lineage.queries import lineage
from graph_schema.nodes import Dataset, Run, Snapshot
from tests.support.events import Json, dataset, run_event
from tests.support.records import DIGEST, MANIFEST, Clock, House

RAW, OTHER = (Dataset("lake", name).id for name in ("raw", "other"))
SEALED = Snapshot("lake", "out", DIGEST).id


def run_id(minute: int) -> str:
    return f"018f4a3e-0000-7000-8000-{minute:012}"


def writes(minute: int, source: str = "raw", kind: str = "COMPLETE", **facets: object) -> Json:
    return run_event(
        kind,
        minute,
        inputs=[dataset(source)],
        outputs=[dataset("out", facets=facets)],
        run_id=run_id(minute),
        job_name="clean",
    )


def record(house: House, minute: int, **more: object) -> None:
    """Record what stands at so many minutes after ten: a record has no other time than that of its entry."""
    house.clock.now = TEN + 60 * minute
    sealed = {"kind": "seal_snapshot", "manifest": MANIFEST, "role": "TRAINING", "locked": False}
    house.record({**({} if "kind" in more else sealed), "dataset": dataset("out"), "digest": DIGEST, **more})


TEN = 1_772_359_200.0
"""2026-03-01T10:00:00Z."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, clock=Clock(TEN + 1))


def send(house: House, event: Json) -> None:
    house.clock.now = max(house.clock.now, TEN + 60 * int(event["eventTime"][14:16]) + 1)
    house.send(event)


def walked(house: House, root: str, direction: Direction) -> LineageGraph:
    return lineage(house.view(), Walk((root,), direction, Grain.SNAPSHOT, depth=9))


def sources(found: LineageGraph) -> dict[str, tuple[str | None, Confidence]]:
    return {edge.source: (edge.run, edge.confidence) for edge in found.edges if edge.target == SEALED}


def test_what_was_in_force_when_it_was_sealed_is_what_it_was_made_of(house: House) -> None:
    send(house, writes(1))
    record(house, 2)
    send(house, writes(3, "other"))
    found = walked(house, SEALED, Direction.UPSTREAM)
    assert sources(found) == {RAW: (Run("demo", "clean", run_id(1)).id, Confidence.INFERRED)}
    assert found.sources == {RAW}


def test_it_is_downstream_of_what_that_was_made_of(house: House) -> None:
    send(house, writes(1))
    record(house, 2)
    assert SEALED in {node.id for node in walked(house, RAW, Direction.DOWNSTREAM).nodes}


def test_a_run_that_failed_put_nothing_there(house: House) -> None:
    send(house, writes(1))
    send(house, writes(2, "other", "FAIL"))
    record(house, 3)
    assert set(sources(walked(house, SEALED, Direction.UPSTREAM))) == {RAW}


def test_a_state_that_was_only_verified_is_bound_likewise(house: House) -> None:
    send(house, writes(1))
    reads = run_event("COMPLETE", 2, inputs=[dataset("out", facets={"version": {"datasetVersion": DIGEST}})])
    send(house, reads)  # so that the state is known
    record(house, 9, kind="verify_snapshot", result="OK", method="Every file hashed again")
    assert set(sources(walked(house, SEALED, Direction.UPSTREAM))) == {RAW}


def test_a_run_that_is_named_beats_what_lay_there(house: House) -> None:
    send(house, writes(1))
    send(house, writes(3, "other"))
    record(house, 4, run_id=run_id(1))
    found = sources(walked(house, SEALED, Direction.UPSTREAM))
    assert {run for run, _ in found.values()} == {Run("demo", "clean", run_id(1)).id}


def test_what_names_another_digest_did_not_put_it_there(house: House) -> None:
    send(house, writes(1, lineward_snapshot={"digest": "sha256:" + "9" * 64}))
    record(house, 2)
    assert sources(walked(house, SEALED, Direction.UPSTREAM)) == {}
