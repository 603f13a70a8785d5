"""What came to and went from lineage between two points."""

from __future__ import annotations

from typing import Any

from catalog.lineage.model import Direction, Walk
from catalog.reading import AsOf, Complete, Redacted, Rights, Truncated
from catalog.use.difference import LineageDifference, lineage_difference
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Job, Source
from graph_schema.times import parse_zoned
from tests.support.records import CURATED, JOB, RAW, House, declaration, event, tag
from tests.support.uses import ending, licence, permission, transfer, withdrawal_of_consent

RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
OTHER = "0190d2e6-0000-7000-8000-00000000000b"


def between(house: House, before: int, after: int = NOW, budget: int = 2000, **more: Any) -> LineageDifference:
    walk = Walk((CURATED_ID,), Direction.UPSTREAM, depth=5, budget=budget)
    return lineage_difference(house.view(AsOf(NOW, before), **more), house.view(AsOf(NOW, after), **more), walk)


def test_nodes_and_edges_that_came(house: House) -> None:
    house.record(declaration(dataset=CURATED))
    house.send(event())
    found = between(house, 0)
    assert [node.id for node in found.nodes.came] == [RAW_ID]
    assert [(edge.source, edge.target, edge.job) for edge in found.edges.came] == [(RAW_ID, CURATED_ID, Job(**JOB).id)]
    assert found.nodes.went == ()
    assert found.edges.went == ()
    assert found.completeness == (Complete(), Complete())


def test_backwards_what_came_went(house: House) -> None:
    house.record(declaration(dataset=CURATED))
    house.send(event())
    there, back = between(house, 0), between(house, NOW, 0)
    assert (there.nodes.came, there.nodes.went) == (back.nodes.went, back.nodes.came)
    assert (there.edges.came, there.edges.went) == (back.edges.went, back.edges.came)
    assert there.nodes.came


def test_another_run_of_the_same_job_is_no_difference(house: House) -> None:
    house.send(event())
    house.send(event(at="2026-01-02T10:00:00Z", run=OTHER))
    found = between(house, 0)
    assert found.edges.came == found.edges.went == ()
    assert found.nodes.came == found.nodes.went == ()


def test_a_label_upstream_comes_to_all_that_it_reaches(house: House) -> None:
    house.send(event())
    house.record(tag(column=None))
    found = between(house, 0)
    assert {one.asset for one in found.labels.came} == {RAW_ID, CURATED_ID}
    assert found.labels.went == ()


def test_a_use_that_is_declared_anew_comes_and_the_one_before_stays(house: House) -> None:
    house.send(event())
    house.record(declaration(permitted_use={"duo": ["GRU"]}))
    house.record(declaration(permitted_use={"duo": ["HMB"]}))
    house.record(declaration(permitted_use={"duo": ["HMB"]}, owner="oncology"))
    found = between(house, 1)
    assert [(one.subject, one.statement.entry) for one in found.uses.came] == [(RAW_ID, 2)]
    assert found.uses.went == ()
    assert between(house, 2).uses.came == ()


def test_statements_licences_and_transfers_come_and_end(house: House) -> None:
    house.send(event())
    house.record(permission())
    house.record(licence(of={"dataset": CURATED}))
    house.record(transfer(of={"dataset": CURATED}))
    house.record(ending())
    came, ended = between(house, 0, 3), between(house, 3)
    assert [(one.subject, one.statement.id, one.replaces) for one in came.uses.came] == [
        (RAW_ID, "board-1", ()),
        (CURATED_ID, "licence-1", ("board-1",)),
    ]
    assert [(one.subject, one.transfer.place, one.transfer.entry) for one in came.transfers.came] == [
        (CURATED_ID, "elsewhere", 3)
    ]
    assert (came.uses.went, came.transfers.went) == ((), ())
    assert [one.statement.id for one in ended.uses.went] == ["board-1"]
    assert (ended.uses.came, ended.transfers.went) == ((), ())


def test_a_withdrawal_of_consent_changes_the_statement_from_its_date_on(house: House) -> None:
    house.send(event())
    house.record(permission(valid_from="2026-01-01T00:00:00Z", consent={"state": "GIVEN"}))
    house.record(withdrawal_of_consent(valid_from="2026-03-01T00:00:00Z"))
    walk = Walk((RAW_ID,), Direction.UPSTREAM)
    before, after = (house.view(AsOf(parse_zoned(f"2026-{month}-01T00:00:00Z"))) for month in ("02", "03"))
    found = lineage_difference(before, after, walk).uses
    assert [one.statement.withdrawal is None for one in (*found.went, *found.came)] == [True, False]
    assert lineage_difference(house.view(AsOf(before.as_of.valid_at, 1)), before, walk).uses.came == ()


def test_what_is_said_of_a_source_is_said_of_what_it_supplies(house: House) -> None:
    house.record(declaration())
    house.send(event())
    house.record(permission(of={"source": declaration()["source_system"]["name"]}))
    [one] = between(house, 1).uses.came
    assert (one.subject, one.statement.id) == (Source(declaration()["source_system"]["name"]).id, "board-1")


def test_what_has_ended_is_not_there(house: House) -> None:
    house.send(event())
    house.record(permission(valid_from="2020-01-01T00:00:00Z", until="2021-01-01T00:00:00Z"))
    house.record(transfer(valid_from="2020-01-01T00:00:00Z", until="2021-01-01T00:00:00Z"))
    found = between(house, 0)
    assert (found.uses.came, found.transfers.came) == ((), ())


def test_a_walk_that_is_not_whole_says_so_at_its_own_point(house: House) -> None:
    house.record(declaration(dataset=CURATED))
    house.send(event())
    before, after = between(house, 0, budget=1).completeness
    assert isinstance(before, Complete)
    assert isinstance(after, Truncated)


def test_what_rights_hide_neither_comes_nor_goes(house: House) -> None:
    house.record(declaration(dataset=CURATED))
    house.send(event())
    found = between(house, 0, rights=Rights(frozenset({"curated", "pipeline"})))
    assert found.nodes.came == ()
    assert isinstance(found.completeness[1], Redacted)
    assert RAW_ID not in repr(found)
