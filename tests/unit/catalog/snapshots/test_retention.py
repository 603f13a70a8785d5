"""What is to go by when: by the retention in force, counted from the seal or the beginning."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.reading import AsOf, Rights
from catalog.snapshots.retention import Due, retention_due
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Snapshot
from graph_schema.times import SECOND, parse_zoned
from graph_schema.vocabulary.words import RetentionDisposition
from tests.support.records import CURATED, DIGEST, RAW, House, declaration, event, seal, verification

DAY = 86_400 * SECOND
JANUARY = "2026-01-01T00:00:00Z"
RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id


def kept(days: int, dataset: dict[str, str] = RAW, policy: str = "RESEARCH", **more: Any) -> dict[str, Any]:
    retention = {"policy_class": policy, "period_days": days}
    return {"kind": "declare_dataset", "dataset": dataset, "retention": retention, **more}


def due(house: House, before: int = NOW, **more: Any) -> list[Due]:
    return list(retention_due(house.view(**more), before).due)


def test_a_dataset_is_due_its_period_after_the_first_that_holds_of_it(house: House) -> None:
    house.record(kept(30, valid_from=JANUARY))
    house.record(kept(10))
    [one] = due(house)
    assert (one.id, one.began_at, one.due_at) == (RAW_ID, parse_zoned(JANUARY), parse_zoned(JANUARY) + 10 * DAY)
    assert one.entries == (1,)


def test_a_snapshot_is_due_its_period_after_its_seal(house: House) -> None:
    house.send(event(version={"datasetVersion": DIGEST}))
    house.record(kept(30, CURATED))
    taken = house.record(seal()).receipt
    found = {one.id: one for one in due(house)}
    assert found.keys() == {CURATED_ID, SNAPSHOT}
    assert found[SNAPSHOT].due_at == taken.recorded_at + 30 * DAY
    assert found[SNAPSHOT].entries == (1, taken.index)


def test_what_is_gone_is_not_due(house: House) -> None:
    house.send(event(version={"datasetVersion": DIGEST}))
    house.record(kept(30, CURATED))
    house.record(seal())
    house.record(verification(result="MISSING", differing=["part-a.csv"]))
    assert [one.id for one in due(house)] == [CURATED_ID]


def test_only_what_is_to_be_done_so_is_listed_where_that_is_asked(house: House) -> None:
    for name, then in (("a", "DELETE"), ("b", "MOVE"), ("c", None)):
        retention = {"policy_class": "RESEARCH", "period_days": 30, **({"disposition": then} if then else {})}
        house.record(kept(30, {"namespace": "kept", "name": name}, valid_from=JANUARY) | {"retention": retention})
    ids = {name: Dataset("kept", name).id for name in "abc"}
    for wanted, names in ((["DELETE"], "a"), (["MOVE", "DELETE"], "ab"), (["EXPIRE"], ""), ([], "abc")):
        found = retention_due(house.view(), NOW, dispositions=wanted)
        assert {one.id for one in found.due} == {ids[name] for name in names}


def test_before_is_exclusive_and_the_first_due_comes_first(house: House) -> None:
    house.record(kept(20, RAW, valid_from=JANUARY))
    house.record(kept(10, CURATED, valid_from=JANUARY))
    assert [one.id for one in due(house)] == [CURATED_ID, RAW_ID]
    assert due(house, parse_zoned(JANUARY) + 10 * DAY) == []
    assert [one.id for one in due(house, parse_zoned(JANUARY) + 10 * DAY + 1)] == [CURATED_ID]


@pytest.mark.parametrize("disposition", [None, *RetentionDisposition])
def test_what_is_due_says_what_is_to_be_done_with_it(house: House, disposition: str | None) -> None:
    retention = {"policy_class": "SCRATCH", "period_days": 1, **({"disposition": disposition} if disposition else {})}
    house.send(event(at=JANUARY))
    house.record(seal())
    house.record({"kind": "declare_dataset", "dataset": CURATED, "retention": retention})
    assert {one.id: one.disposition for one in due(house)} == {CURATED_ID: disposition, SNAPSHOT: disposition}


def test_only_the_classes_asked_for(house: House) -> None:
    house.record(kept(20))
    house.record(kept(10, CURATED, "SCRATCH"))
    assert [one.id for one in retention_due(house.view(), NOW, ["SCRATCH"]).due] == [CURATED_ID]


def test_the_day_of_the_clock_decides_and_an_unknown_one_is_said(house: House) -> None:
    study = {"policy_class": "RESEARCH", "period_days": 5, "clock": "STUDY_END"}
    house.record({"kind": "declare_dataset", "dataset": RAW, "retention": study})
    house.record({"kind": "declare_dataset", "dataset": CURATED, "retention": {**study, "starts_on": "2026-01-01"}})
    found = retention_due(house.view(), NOW)
    assert [(one.id, one.due_at) for one in found.due] == [(CURATED_ID, parse_zoned(JANUARY) + 5 * DAY)]
    assert found.unknown == (RAW_ID,)


def test_what_a_source_says_counts_and_is_named(house: House) -> None:
    retention = {"policy_class": "RESEARCH", "period_days": 5}
    house.record({"kind": "declare_source", "source": "made-up EHR", "retention": retention})
    house.record({"kind": "declare_dataset", "dataset": RAW, "source": "made-up EHR"})
    [one] = due(house)
    assert (one.period_days, one.by_source, one.entries) == (5, "made-up EHR", (0,))


def test_rights_and_time_hide_what_they_hide(house: House) -> None:
    house.record(declaration())
    house.record(kept(30, CURATED))
    assert [one.id for one in due(house, rights=Rights(frozenset({"curated"})))] == [CURATED_ID]
    assert [one.id for one in due(house, as_of=AsOf(NOW, 0))] == [RAW_ID]


def test_only_what_lies_in_the_places_asked_for_wherever_they_lie_in_each_other(house: House) -> None:
    for place, within in (("ward-3", "north"), ("north", "DE")):
        house.record({"kind": "declare_place", "place": place, "place_kind": "SITE", "within": within})
    house.record(kept(20, RAW, place="ward-3", region="elsewhere"))
    house.record(kept(20, CURATED, site="north"))
    house.record(kept(20, {**RAW, "name": "nowhere"}))

    def lying(*places: str) -> set[str]:
        return {one.id for one in retention_due(house.view(), NOW, places=places).due}

    assert (lying("ward-3"), lying("north"), lying("DE")) == ({RAW_ID}, {RAW_ID, CURATED_ID}, {RAW_ID, CURATED_ID})
    assert lying("ward-3", "north") == {RAW_ID, CURATED_ID}
    assert [one.id for one in retention_due(house.view(), NOW, ["SCRATCH"], ["DE"]).due] == []
    with pytest.raises(SenderError, match="Did you mean ward-3"):
        lying("ward3")
    before = house.view(as_of=AsOf(NOW, 1))
    assert retention_due(before, NOW, places=["DE"]).due == ()
