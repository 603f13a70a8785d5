from __future__ import annotations

from typing import Any

import pytest

from catalog.labels.judgement import Judgement
from catalog.labels.model import Label, Tag
from catalog.labels.queries import labels, suggestions
from catalog.labels.rules import label
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.nodes import Column, Dataset
from tests.support.counting import Counting
from tests.support.records import CURATED, House, event, tag

ID = Dataset(**CURATED).id
CURATED_COLUMN = {"namespace": CURATED["namespace"], "dataset": CURATED["name"], "name": "mrn"}
KIND = "DIRECT_IDENTIFIER"


def schema(*fields: tuple[str, str]) -> dict[str, Any]:
    return {"schema": {"fields": [{"name": name, "type": kind} for name, kind in fields]}}


def sent(house: House, hour: int, *fields: tuple[str, str]) -> None:
    run = f"0190d2e6-0000-7000-8000-0000000000{hour:02}"
    house.send(event(at=f"2026-01-01T{hour:02}:00:00Z", run=run, **schema(*fields)))


def found(house: House, column: str = "mrn", at: AsOf | None = None) -> Label | None:
    view = View(house.store) if at is None else View(house.store, at)
    return next((one for one in labels(view, [ID]).get(ID, ()) if one.column == column), None)


def judged(house: House, stance: str, column: str = "mrn", **more: Any) -> None:
    house.record(tag(dataset=CURATED, column=column, stance=stance, codes=[], confidentiality=None, **more))


@pytest.fixture
def house(house: House) -> House:
    sent(house, 10, ("mrn", "STRING"), ("status", "STRING"))
    return house


def test_a_field_of_the_schema_in_force_is_suggested_and_present(house: House) -> None:
    (one,) = labels(View(house.store), [ID])[ID]
    assert (one.column, one.kind, one.present, one.origin) == ("mrn", KIND, True, "SUGGESTED")
    assert [code.code for code in one.codes] == ["H"]
    assert (one.tag.entry, one.tag.by, one.tag.reason) == (0, None, "name in use: mrn")
    assert one.subject == Column(**CURATED_COLUMN).id


def test_a_person_confirms_and_what_the_rule_supposed_of_it_stays(house: House) -> None:
    judged(house, "CONFIRM")
    one = found(house)
    assert one is not None
    assert (one.present, one.origin, [code.code for code in one.codes]) == (True, "ASSERTED", ["H"])
    assert suggestions(View(house.store), [ID])[ID][0].judgement is Judgement.CONFIRMED


def test_what_a_person_rejects_is_not_suggested_again_for_the_same_field(house: House) -> None:
    judged(house, "REJECT", reason="Counts, no numbers of records")
    for hour, fields in ((11, [("mrn", "STRING")]), (12, [("status", "STRING"), ("mrn", "STRING"), ("new", "INT")])):
        sent(house, hour, *fields)
        one = found(house)
        assert one is not None
        assert not one.present
        assert suggestions(View(house.store), [ID])[ID][0].judgement is Judgement.REJECTED


def test_it_is_suggested_again_where_the_schema_changed_the_field(house: House) -> None:
    judged(house, "REJECT")
    sent(house, 11, ("mrn", "BIGINT"))
    one = found(house)
    assert one is not None
    assert (one.present, one.origin) == (True, "SUGGESTED")
    assert {each.stance for each in one.history} == {"REJECT", "ASSERT"}
    assert suggestions(View(house.store), [ID])[ID][0].judgement is Judgement.OPEN
    judged(house, "REJECT")
    rejected = found(house)
    assert rejected is not None
    assert not rejected.present
    sent(house, 12, ("mrn", "STRING"))
    back = found(house)
    assert back is not None
    assert not back.present


def test_a_field_that_left_the_schema_is_suggested_no_more_and_a_confirmed_label_stays(house: House) -> None:
    sent(house, 11, ("status", "STRING"))
    assert found(house) is None
    judged(house, "CONFIRM")
    one = found(house)
    assert one is not None
    assert one.present


def test_as_of_an_entry_it_is_what_the_schema_was_then(house: House) -> None:
    sent(house, 11, ("email", "STRING"))
    assert found(house, at=AsOf(known_at=0)) is not None
    assert found(house, "email", at=AsOf(known_at=0)) is None
    assert found(house, "email") is not None


def test_what_a_claim_says_outweighs_a_suggestion_and_is_rejected_with_it(house: House) -> None:
    claim: dict[str, Any] = {"lineward_phiTags": {"tags": [{"kind": KIND, "field": "mrn", "codes": []}]}}
    house.send(event(at="2026-01-01T11:00:00Z", run="0190d2e6-0000-7000-8000-000000000011", **claim))
    one = found(house)
    assert one is not None
    assert one.origin == "CLAIMED"
    judged(house, "REJECT")
    rejected = found(house)
    assert rejected is not None
    assert not rejected.present


def test_suggestions_of_many_datasets_cost_as_many_calls_as_of_one(house: House) -> None:
    def calls(names: list[str]) -> int:
        counting = Counting(house.store)
        assert labels(View(counting), [Dataset(CURATED["namespace"], name).id for name in names])
        return int(counting.calls.total())

    one = calls([CURATED["name"]])
    for number in range(20):
        told = event(at="2026-01-01T12:00:00Z", run=f"0190d2e6-0000-7000-9000-{number:012}", **schema(("dob", "DATE")))
        told["outputs"][0]["name"] = f"made up {number}"
        house.send(told)
    assert calls([CURATED["name"], *(f"made up {number}" for number in range(20))]) == one


def stated(origin: str, stance: str, kind: str | None) -> Tag:
    return Tag(
        stance=stance,
        origin=origin,
        field_type=kind,
        subject="Column:1",
        dataset="Dataset:1",
        column="mrn",
        kind=KIND,
        by=None,
        entry=0,
        since=0,
    )


@pytest.mark.parametrize(
    ("rejected", "now", "present"),
    [
        (["A"], "A", False),
        (["A"], "B", True),
        ([None], "B", False),
        (["A"], None, False),
        (["A", "B"], "A", False),
        (["A", "B"], "C", True),
    ],
)
def test_a_rejection_is_one_of_a_type(rejected: list[str | None], now: str | None, *, present: bool) -> None:
    tags = [stated("ASSERTED", "REJECT", kind) for kind in rejected]
    assert label([*tags, stated("SUGGESTED", "ASSERT", now)]).present is present


def test_what_was_asserted_in_between_ends_what_was_rejected_before() -> None:
    tags = [
        stated("ASSERTED", "REJECT", "A"),
        stated("ASSERTED", "ASSERT", None),
        stated("ASSERTED", "REJECT", "B"),
        stated("SUGGESTED", "ASSERT", "A"),
    ]
    assert label(tags).present
