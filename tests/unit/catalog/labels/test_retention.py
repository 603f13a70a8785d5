"""What is to go by when, of what holds certain kinds of PHI."""

from __future__ import annotations

from typing import Any

from catalog.labels.retention import retention_due_of
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Snapshot
from tests.support.records import CURATED, DIGEST, RAW, House, event, seal, tag

RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id


def kept(days: int, dataset: dict[str, str] = RAW, **more: Any) -> dict[str, Any]:
    retention = {"policy_class": "RESEARCH", "period_days": days, **more}
    return {"kind": "declare_dataset", "dataset": dataset, "retention": retention}


def test_only_what_holds_it_in_whole_in_a_column_or_by_what_it_was_made_of(house: House) -> None:
    house.send(event(version={"datasetVersion": DIGEST}))
    house.record(kept(20))
    house.record(kept(10, CURATED))
    house.record(seal())
    house.record(tag())
    house.record(tag(dataset=CURATED, column=None, phi_kind="QUASI_IDENTIFIER", codes=[]))
    found = {
        kind: [one.id for one in retention_due_of(house.view(), NOW, [kind]).due]
        for kind in ("DIRECT_IDENTIFIER", "QUASI_IDENTIFIER", "IMAGING_PIXELS")
    }
    assert found == {
        "DIRECT_IDENTIFIER": [CURATED_ID, SNAPSHOT, RAW_ID],
        "QUASI_IDENTIFIER": [CURATED_ID, SNAPSHOT],
        "IMAGING_PIXELS": [],
    }
    house.record({"kind": "declare_place", "place": "ward-3", "place_kind": "SITE"})
    house.record({"kind": "declare_dataset", "dataset": RAW, "place": "ward-3"})
    assert [one.id for one in retention_due_of(house.view(), NOW, ["DIRECT_IDENTIFIER"], (), ["ward-3"]).due] == [
        RAW_ID
    ]


def test_a_rejected_tag_is_none_and_one_without_a_known_beginning_is_named_where_it_holds_it(house: House) -> None:
    house.record(kept(20, clock="STUDY_END"))
    house.record(kept(20, CURATED, clock="STUDY_END"))
    house.record(tag())
    house.record(tag(dataset=CURATED))
    house.record(tag(stance="REJECT", reason="Looked at"))
    found = retention_due_of(house.view(), NOW, ["DIRECT_IDENTIFIER"])
    assert (found.due, found.unknown) == ((), (CURATED_ID,))
