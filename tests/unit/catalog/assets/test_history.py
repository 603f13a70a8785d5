"""Every statement of an aspect: who, for when, known since when, and what became of it."""

from __future__ import annotations

from typing import Any

from catalog.assets.history import Stated, histories, whole_histories
from catalog.assets.model import StatementSource
from catalog.assets.queries import datasets
from catalog.reading import AsOf, Rights
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset
from graph_schema.times import parse_zoned
from tests.support.records import CURATED, RAW, RUN, House, declaration, event, run_node

RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
NOT_ASPECTS = {"kind", "dataset", "permitted_use"}
JANUARY, FEBRUARY = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
SCHEMA = {"_producer": "https://tests.example", "_schemaURL": "https://tests.example/SchemaDatasetFacet.json"}


def owner(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "declare_dataset", "dataset": RAW, "owner": name, **more}


def said(house: House, aspect: str = "owner", of: str = RAW_ID, as_of: AsOf | None = None) -> list[Stated]:
    view = house.view(AsOf() if as_of is None else as_of)
    return list(histories(view, [(of, aspect)]).get((of, aspect), ()))


def test_each_statement_says_who_for_when_and_by_which_entry(house: House) -> None:
    house.record(owner("cardiology", valid_from=JANUARY))
    house.record(owner("oncology"))
    first, second = said(house)
    assert (first.value, first.entry, first.valid_from) == ("cardiology", 0, parse_zoned(JANUARY))
    assert (first.source, first.by) == (StatementSource.RECORD, "local")
    assert first.until == second.since == second.valid_from
    assert (first.in_force, second.in_force) == (False, True)


def test_one_that_came_late_stands_at_the_time_that_it_is_said_for(house: House) -> None:
    house.record(owner("oncology", valid_from=FEBRUARY))
    house.record(owner("cardiology", valid_from=JANUARY))
    assert [(one.value, one.entry, one.in_force) for one in said(house)] == [
        ("cardiology", 1, False),
        ("oncology", 0, True),
    ]


def test_before_it_was_known_or_valid_it_is_not_there(house: House) -> None:
    house.record(owner("cardiology", valid_from=JANUARY))
    house.record(owner("oncology", valid_from=FEBRUARY))
    assert [one.value for one in said(house, as_of=AsOf(NOW, 0))] == ["cardiology"]
    [only] = said(house, as_of=AsOf(parse_zoned(JANUARY)))
    assert (only.value, only.in_force, only.until) == ("cardiology", True, None)


def test_what_a_run_says_takes_effect_when_it_completes(house: House) -> None:
    house.send(event("START", "2026-01-01T09:00:00Z", schema={**SCHEMA, "fields": [{"name": "a"}]}))
    [begun] = said(house, "schema", CURATED_ID)
    assert (begun.since, begun.in_force, begun.run) == (None, False, run_node().id)
    house.send(event(at="2026-01-01T10:00:00Z", schema={**SCHEMA, "fields": [{"name": "a"}, {"name": "b"}]}))
    *_, newest = said(house, "schema", CURATED_ID)
    assert newest.since == parse_zoned("2026-01-01T10:00:00Z")
    assert newest.in_force


def test_what_is_in_force_is_what_every_other_query_says(house: House) -> None:
    for name in ("cardiology", "oncology", "cardiology"):
        house.record(owner(name))
    declared = datasets(house.view(), [RAW_ID])[RAW_ID].owner
    assert declared is not None
    assert [one.entry for one in said(house) if one.in_force] == [declared.entry]


def test_all_aspects_are_told_entry_by_entry_also_those_that_ended(house: House) -> None:
    house.record({name: value for name, value in declaration().items() if name != "permitted_use"})
    house.record({"kind": "declare_dataset", "dataset": RAW, "zone": "CURATED", "valid_from": JANUARY})
    house.send(event(schema={**SCHEMA, "fields": [{"name": "a"}]}))
    house.decide_access(target={"target_kind": "DATASET", **RAW})
    assert said(house, "access_decision")
    found = whole_histories(house.view(), [RAW_ID, CURATED_ID])
    assert [(one.entry, one.aspect) for one in found[RAW_ID]] == sorted(
        [*((0, aspect) for aspect in declaration() if aspect not in NOT_ASPECTS), (1, "zone")]
    )
    for one in found[RAW_ID]:
        assert one in said(house, one.aspect)
    assert {one.aspect for one in found[CURATED_ID]} == {"schema"}


def test_rights_hide_the_dataset_and_the_run_that_said_it(house: House) -> None:
    house.record(declaration())
    house.send(event(schema={**SCHEMA, "fields": [{"name": "a"}]}))
    bound = house.view(rights=Rights(frozenset({"curated"})))
    assert histories(bound, [(RAW_ID, "owner")]) == {}
    [one] = histories(bound, [(CURATED_ID, "schema")])[CURATED_ID, "schema"]
    assert (one.run, one.job) == (None, None)
    assert RUN not in repr(one)
