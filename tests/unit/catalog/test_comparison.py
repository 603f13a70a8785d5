"""Records held against what is in force, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.keys import local_actor
from catalog.comparison import Change
from catalog.errors import AskerError, SenderError
from catalog.intake import Intake
from catalog.kinds import LASTING, OPEN
from catalog.projection.entry_facts import facts_of
from catalog.reading import Rights
from tests.support.records import CURATED, RAW, Following, House, decision, declaration, event, tag


def changes(house: House, *payloads: Any) -> list[dict[str, Change]]:
    found = house.intake.compare_records(payloads, local_actor())
    return [{one.field: one.change for one in each.differences} for each in found]


def test_what_was_never_said_is_added_and_then_the_same(house: House) -> None:
    [before] = changes(house, declaration())
    assert set(before.values()) == {Change.ADDED}
    house.record(declaration())
    [after] = changes(house, declaration())
    assert before.keys() == after.keys()
    assert set(after.values()) == {Change.SAME}


def test_each_part_of_a_value_is_compared_by_itself(house: House) -> None:
    house.record(declaration())
    changed = declaration(
        retention={"policy_class": "RESEARCH", "period_days": 30}, permitted_use={"purposes": ["MLTRAINING"]}
    )
    [found] = changes(house, changed)
    different = {field: change for field, change in found.items() if change is not Change.SAME}
    assert different["retention.period_days"] is Change.CHANGED
    assert different["permitted_use.statement"] is Change.REMOVED
    assert "retention.policy_class" not in different
    assert "owner" not in different


def test_what_is_left_out_stays_as_it_was(house: House) -> None:
    house.record(declaration())
    [found] = changes(house, {"kind": "declare_dataset", "dataset": RAW, "owner": "cardiology"})
    assert found == {"owner": Change.SAME}


def test_a_date_decides_against_what_it_is_held(house: House) -> None:
    house.record(declaration(owner="cardiology", valid_from="2026-01-01T00:00:00Z"))
    house.record(declaration(owner="oncology"))
    first = {"kind": "declare_dataset", "dataset": RAW, "owner": "cardiology"}
    [then, now] = changes(house, {**first, "valid_from": "2026-01-01T00:00:00Z"}, first)
    assert (then["owner"], now["owner"]) == (Change.SAME, Change.CHANGED)


def test_a_value_is_compared_as_it_is_kept(house: House) -> None:
    """What looked like an identifier was replaced: said again it is the same, not for ever another."""
    said = declaration(clinical_purpose="Ask jane.made.up@example.org about it")
    house.record(said)
    [found] = changes(house, said)
    assert found["clinical_purpose"] is Change.SAME


def test_a_record_may_name_what_one_before_it_declares(house: House) -> None:
    [_, tagged] = changes(house, declaration(), tag())
    assert set(tagged.values()) == {Change.ADDED}
    with pytest.raises(SenderError) as refused:
        changes(house, tag(), declaration())
    assert refused.value.pointer == "/0/dataset"


def test_two_that_say_different_things_of_the_same_are_refused(house: House) -> None:
    with pytest.raises(SenderError, match="another owner than record 1") as refused:
        changes(house, declaration(), declaration(dataset=CURATED), declaration(owner="oncology"))
    assert refused.value.pointer == "/2/owner"


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        (declaration(zone="MOON"), "/1/zone"),
        (declaration(retention={"policy_class": "RESEARCH", "period_days": 0}), "/1/retention/period_days"),
        (declaration(valid_from="2999-01-01T00:00:00Z"), "/1/valid_from"),
        (decision(1), "/1/kind"),
        ({"kind": "no such"}, "/1/kind"),
        ("no record", "/1"),
    ],
)
def test_one_that_is_wrong_is_pointed_to_and_nothing_is_written(house: House, payload: Any, pointer: str) -> None:
    with pytest.raises(SenderError) as refused:
        changes(house, declaration(dataset=CURATED), payload)
    assert refused.value.pointer == pointer
    assert house.ledger.size() == 0


def test_whoever_may_not_write_it_may_not_compare_it(house: House) -> None:
    auditor = house.act_as("auditor-1", "auditor")
    with pytest.raises(AskerError):
        house.intake.compare_records([declaration()], auditor)


def test_what_is_hidden_is_compared_as_if_nothing_were_said(house: House) -> None:
    """Whoever may not see what is in force learns nothing of it by comparing."""
    house.record(declaration())
    bound = Intake(
        house.ledger,
        house.store,
        Following(house.project),
        house.keys,
        token_key=b"t" * 32,
        facts_of=facts_of,
        clock=house.clock,
        rights_of=lambda _: Rights(frozenset({"elsewhere"})),
    )
    [found] = bound.compare_records([declaration(owner="oncology")], local_actor())
    assert {one.change for one in found.differences} == {Change.ADDED}
    assert {one.before for one in found.differences} == {None}


def test_every_lasting_kind_may_be_sent() -> None:
    assert set(LASTING) <= set(OPEN)


def test_a_tag_that_judges_a_column_of_a_schema_is_the_same_once_it_is_recorded(house: House) -> None:
    house.send(event(schema={"fields": [{"name": "mrn", "type": "STRING"}]}))
    rejected = tag(dataset=CURATED, stance="REJECT")
    house.record(rejected)
    [found] = changes(house, rejected)
    assert set(found.values()) == {Change.SAME}
