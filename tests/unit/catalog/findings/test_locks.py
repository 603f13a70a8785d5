"""When the lock of an evaluation snapshot is broken, each by the fewest records that show it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.findings.queries import Wanted, finding_details, findings, findings_on
from catalog.findings.rules import FindingState, Rule
from catalog.reading import LATEST, AsOf
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import Snapshot
from graph_schema.times import parse_zoned
from tests.support.records import CURATED, MODEL, RAW, House, event, registration, seal, tombstone, verification

RUNS = [f"0190d2e6-0000-7000-8000-0000000000{number:02x}" for number in range(16, 32)]
TRAIN = {"namespace": "pipeline", "name": "train"}


def files(name: str) -> list[dict[str, Any]]:
    return [{"path": "part-0.csv", "size": 4, "digest": "sha256:" + name * 64}]


def digest(name: str) -> str:
    return manifest_digest(files(name))


def sealed(name: str, dataset: dict[str, str] = CURATED, *, locked: bool = True, **more: Any) -> dict[str, Any]:
    more = {"role": "EVALUATION", "run_id": None, "job": None, **more}
    return seal(dataset=dataset, manifest=files(name), digest=digest(name), locked=locked, **more)


def ran(run: int, job: dict[str, str], inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return that a job ran after the lock."""
    at = f"2026-05-30T10:{run:02}:00Z"
    return {**event(at=at, run=RUNS[run]), "job": job, "inputs": inputs, "outputs": outputs}


def version(number: str = "1") -> dict[str, Any]:
    facets = {"datasetType": {"datasetType": "MODEL"}, "lineward_modelVersion": {"version": number}}
    return {"namespace": MODEL["namespace"], "name": MODEL["name"], "facets": facets}


def found(house: House, name: str = "1", day: str | None = None) -> Any:
    """Return what is found of the lock of a snapshot; None where nothing is."""
    view = house.view(LATEST if day is None else AsOf(valid_at=parse_zoned(day)))
    every = findings(view, Wanted(rules=frozenset({Rule.LOCK_KEPT}), states=frozenset(FindingState)))
    by_subject = {one.subject: one for one in finding_details(view, every, every.keys).values()}
    id_ = Snapshot(CURATED["namespace"], CURATED["name"], digest(name)).id
    assert by_subject.keys() <= {id_}
    of_one = [one for one in findings_on(view, [id_]).get(id_, ()) if one.rule is Rule.LOCK_KEPT]
    assert of_one == list(by_subject.values())
    return by_subject.get(id_)


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    house.record(sealed("1"))
    house.clock.now += 3 * 86_400
    return house


def test_a_lock_that_nothing_touched_is_kept(house: House) -> None:
    house.record(verification(digest=digest("1")))
    assert found(house) is None


def test_being_registered_as_training_data_breaks_it(house: House) -> None:
    used = [{"dataset": CURATED, "digest": digest("1")}]
    entry = house.record(registration(trained_on=used, evaluated_on=[], run_id=None, job=None)).receipt.index
    one = found(house)
    assert one.text == "readmission 1 was trained on the locked evaluation snapshot of curated/visits."
    assert one.entries == (1, entry)


@pytest.mark.parametrize("exact", [True, False])
def test_a_training_run_that_read_it_breaks_it(house: House, *, exact: bool) -> None:
    read = {**CURATED, **({"facets": {"version": {"datasetVersion": digest("1")}}} if exact else {})}
    house.send(ran(1, TRAIN, [read], [version()]))
    one = found(house)
    assert one.text.endswith("was trained on the locked evaluation snapshot of curated/visits.")
    assert one.entries == (1, 2)


def test_a_training_run_that_read_another_state_does_not(house: House) -> None:
    read = {**CURATED, "facets": {"version": {"datasetVersion": "another"}}}
    house.send(ran(1, TRAIN, [read], [version()]))
    assert found(house) is None


def test_a_run_that_measured_on_it_does_not(house: House) -> None:
    house.send(ran(1, TRAIN, [CURATED], [version()]))
    assert found(house) is not None
    house.record(sealed("2", RAW, role="TRAINING"))
    house.record(
        registration(
            trained_on=[{"dataset": RAW, "digest": digest("2")}],
            evaluated_on=[{"dataset": CURATED, "digest": digest("1")}],
            run_id=RUNS[1],
            job=TRAIN,
        )
    )
    assert found(house) is None


def test_a_run_that_made_no_model_does_not(house: House) -> None:
    house.send(ran(1, {"namespace": "pipeline", "name": "report"}, [CURATED], [RAW]))
    assert found(house) is None


def test_being_sealed_anew_as_another_state_breaks_it(house: House) -> None:
    house.clock.now += 60
    entry = house.record(sealed("2", locked=False)).receipt.index
    one = found(house)
    assert (one.text, one.entries) == ("Its dataset was put into another state, which nobody locked.", (1, entry))


def test_being_sealed_anew_without_a_lock_breaks_it(house: House) -> None:
    house.clock.now += 60
    house.record(sealed("1", locked=False))
    assert found(house).text == "It was sealed anew without a lock."


def test_another_state_that_is_locked_takes_its_place(house: House) -> None:
    house.clock.now += 60
    house.record(sealed("2"))
    house.record(verification(digest=digest("1"), result="MISSING", differing=["part-0.csv"]))
    assert found(house) is None


def test_a_write_after_the_lock_breaks_it(house: House) -> None:
    house.send(ran(1, {"namespace": "pipeline", "name": "curate"}, [RAW], [CURATED]))
    one = found(house)
    assert (one.text, one.entries) == ("Its dataset was written to.", (1, 2))
    assert found(house, day="2026-05-29T00:00:00Z") is None


def test_bytes_that_are_not_as_locked_break_it(house: House) -> None:
    house.record(verification(digest=digest("1"), result="MISMATCH", differing=["part-0.csv"]))
    assert found(house).text == "Its bytes are not as they were locked: the newest verification found mismatch."


def test_deleting_its_bytes_breaks_it(house: House) -> None:
    house.record(tombstone(digest=digest("1")))
    assert found(house).text == "Its bytes were deleted."


def test_the_lock_of_training_data_is_no_matter_of_this_rule(house: House) -> None:
    house.record(sealed("5", RAW, role="TRAINING"))
    used = [{"dataset": RAW, "digest": digest("5")}]
    house.record(registration(trained_on=used, evaluated_on=[], run_id=None, job=None))
    assert found(house) is None
