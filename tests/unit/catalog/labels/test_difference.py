"""What came to and went from lineage between two points."""

from __future__ import annotations

from typing import Any

from catalog.labels.difference import LineageDifference, lineage_difference
from catalog.lineage.model import Direction, Walk
from catalog.reading import AsOf, Complete, Redacted, Rights, Truncated
from graph_schema.facts import NOW
from graph_schema.nodes import Dataset, Job
from tests.support.records import CURATED, JOB, RAW, House, declaration, event, tag

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


def test_a_use_that_changed_went_and_came(house: House) -> None:
    house.send(event())
    house.record(declaration(permitted_use={"duo": ["GRU"]}))
    house.record(declaration(permitted_use={"duo": ["HMB"]}))
    house.record(declaration(permitted_use={"duo": ["HMB"]}, owner="oncology"))
    found = between(house, 1)
    assert [(one.dataset, one.entry) for one in found.uses.came] == [(RAW_ID, 3)]
    assert [(one.dataset, one.entry) for one in found.uses.went] == [(RAW_ID, 1)]
    assert between(house, 2).uses.came == ()


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
