from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.lineage.borders import Borders, borders
from catalog.lineage.model import BorderReason, BorderSide
from catalog.reading import AsOf, Rights
from tests.support.events import Json, dataset, job_event, run_event
from tests.support.records import House, declaration


def run_id(number: int) -> str:
    return f"018f4a3e-0000-7000-8000-{number:012}"


def moves(minute: int, reads: list[Json], writes: list[Json], kind: str = "COMPLETE") -> Json:
    return run_event(kind, minute, inputs=reads, outputs=writes, run_id=run_id(minute), job_name=f"job {minute}")


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.send(moves(1, [dataset("feed", "ehr")], [dataset("clean")]))
    made.send(moves(2, [dataset("clean")], [dataset("extract", "partner")], "FAIL"))
    return made


def points(found: Borders) -> dict[str, BorderReason]:
    return {f"{one.namespace} {one.name}": one.reason for one in found.points}


def ask(house: House, side: BorderSide, **more: Any) -> dict[str, BorderReason]:
    return points(borders(house.view(**more), side))


def test_data_enters_where_something_reads_what_nothing_writes(house: House) -> None:
    assert ask(house, BorderSide.INGRESS) == {"ehr feed": BorderReason.NOTHING_WRITES_IT}


def test_data_leaves_where_something_writes_what_nothing_reads_though_the_run_failed(house: House) -> None:
    assert ask(house, BorderSide.EGRESS) == {"partner extract": BorderReason.NOTHING_READS_IT}


def test_what_lies_outside_the_namespaces_of_the_estate_is_at_its_border_whoever_uses_it(house: House) -> None:
    house.send(moves(3, [dataset("extract", "partner")], [dataset("back")]))
    view = house.view()
    assert points(borders(view, BorderSide.EGRESS, {"lake", "ehr"})) == {
        "partner extract": BorderReason.OUTSIDE,
        "lake back": BorderReason.NOTHING_READS_IT,
    }
    assert points(borders(view, BorderSide.INGRESS, {"lake", "ehr"})) == {
        "ehr feed": BorderReason.NOTHING_WRITES_IT,
        "partner extract": BorderReason.OUTSIDE,
    }


def test_what_was_dropped_is_no_egress(house: House) -> None:
    drop = {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}
    house.send(moves(4, [], [dataset("staging")]))
    assert "lake staging" in ask(house, BorderSide.EGRESS)
    house.send(moves(5, [], [dataset("staging", facets=drop)]))
    assert "lake staging" not in ask(house, BorderSide.EGRESS)


def test_what_a_design_says_is_used_counts(house: House) -> None:
    house.send(
        job_event(6, inputs=[dataset("extract", "partner")], outputs=[dataset("feed", "ehr")], job_name="by design")
    )
    assert ask(house, BorderSide.EGRESS) == ask(house, BorderSide.INGRESS) == {}


def test_two_names_of_one_dataset_are_one(house: House) -> None:
    links = {"symlinks": {"identifiers": [{"namespace": "partner", "name": "extract", "type": "TABLE"}]}}
    house.send(moves(7, [dataset("extract file", "bucket", facets=links)], []))
    assert ask(house, BorderSide.EGRESS) == {}


def test_it_is_read_at_a_point_in_time(house: House) -> None:
    assert ask(house, BorderSide.EGRESS, as_of=AsOf(known_at=0)) == {"lake clean": BorderReason.NOTHING_READS_IT}


def test_points_are_counted_by_namespace_zone_and_site(house: House) -> None:
    house.record(declaration(dataset={"namespace": "ehr", "name": "feed"}, zone="LANDING", site="North"))
    house.send(moves(8, [dataset("labs", "lis")], [dataset("clean")]))
    found = borders(house.view(), BorderSide.INGRESS)
    assert found.by_namespace == {"ehr": 1, "lis": 1}
    assert found.by_zone == {"": 1, "LANDING": 1}
    assert found.by_site == {"": 1, "North": 1}
    assert [(one.name, one.zone, one.site) for one in found.points] == [
        ("feed", "LANDING", "North"),
        ("labs", None, None),
    ]


def test_what_rights_hide_is_not_there(house: House) -> None:
    assert ask(house, BorderSide.INGRESS, rights=Rights(namespaces=frozenset({"lake"}))) == {}
