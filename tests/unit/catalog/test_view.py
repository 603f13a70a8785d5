"""What a View shows at its borders: a time, an entry, the rights of whoever looks."""

from __future__ import annotations

import pytest

from catalog.ledger.protocol import Draft
from catalog.reading import AsOf, Rights
from catalog.store.protocol import Query
from catalog.view import View
from graph_schema.identity import state_id
from graph_schema.nodes import Dataset, Job
from graph_schema.times import parse_zoned
from tests.support.records import CURATED, JOB, RAW, RUN, House, declaration, event, run_node

RAW_ID, CURATED_ID, JOB_ID, RUN_ID = Dataset(**RAW).id, Dataset(**CURATED).id, Job(**JOB).id, run_node(RUN).id
LATER = "0190d2e6-0000-7000-8000-00000000000b"
AT = parse_zoned("2026-01-01T10:00:00Z")
NEXT_DAY = parse_zoned("2026-01-02T10:00:00Z")
LANDING = Rights(namespaces=frozenset({"landing", "pipeline"}))


@pytest.fixture
def house(house: House) -> House:
    house.send(event(documentation={"description": "Made-up visits"}))
    house.send(event(at="2026-01-02T10:00:00Z", run=LATER))
    return house


@pytest.mark.parametrize(("valid_at", "seen"), [(AT - 1, False), (AT, True)])
def test_what_is_said_holds_from_its_own_time_on(house: House, valid_at: int, *, seen: bool) -> None:
    view = View(house.store, AsOf(valid_at=valid_at))
    assert bool(view.edges([RUN_ID], ("READ", "WROTE"), "out")) is seen
    assert bool(view.statements([CURATED_ID], ["documentation"])) is seen
    assert bool(view.flows([RAW_ID], "out")) is seen
    assert (view.runs([RUN_ID])[RUN_ID] is not None) is seen


@pytest.mark.parametrize(("known_at", "seen"), [(-1, False), (0, True)])
def test_what_is_said_is_known_from_its_own_entry_on(house: House, known_at: int, *, seen: bool) -> None:
    view = View(house.store, AsOf(known_at=known_at))
    assert (RAW_ID in view.nodes([RAW_ID])) is seen
    assert bool(view.edges([RUN_ID], ("READ", "WROTE"), "out")) is seen
    assert bool(view.statements([CURATED_ID], ["documentation"])) is seen
    assert bool(view.flows([RAW_ID], "out")) is seen
    assert (view.runs([RUN_ID])[RUN_ID] is not None) is seen


def test_no_view_is_derived_that_knows_more_than_the_one_it_is_of(house: House) -> None:
    view = View(house.store, AsOf(known_at=0))
    assert view.at(NEXT_DAY, 1).known_at == 0
    assert view.at(NEXT_DAY, 1).runs([run_node(LATER).id]) == {run_node(LATER).id: None}
    assert view.at(NEXT_DAY, -1).nodes([RAW_ID]) == {}


def test_what_put_a_dataset_into_its_state_later_is_no_candidate(house: House) -> None:
    view = View(house.store, AsOf(valid_at=AT))
    assert [one.at for one in view.contributions([(CURATED_ID, NEXT_DAY)], newest=2)] == [AT]
    assert [one.at for one in View(house.store).contributions([(CURATED_ID, NEXT_DAY)])] == [NEXT_DAY]


def test_what_could_not_be_projected_is_named_from_its_entry_on(house: House) -> None:
    house.ledger.append(Draft("record.unheard_of", "local", "tests", (RAW_ID,), b"{}", b"{}")).result()
    house.project()
    assert [one.entry for one in View(house.store).quarantined()] == [2]
    assert [one.entry for one in View(house.store).quarantined([RAW_ID])] == [2]
    assert View(house.store).quarantined([JOB_ID]) == []
    assert View(house.store, AsOf(known_at=1)).quarantined() == []


def test_an_edge_and_a_flow_need_both_their_ends(house: House) -> None:
    view = View(house.store, rights=LANDING)
    assert view.visible([RAW_ID, CURATED_ID, RUN_ID]) == {RAW_ID, RUN_ID}
    assert {edge.target for edge in view.edges([RUN_ID], ("READ", "WROTE"), "out")} == {RAW_ID}
    assert view.flows([RAW_ID], "out") == []
    assert view.neighbours([RAW_ID], "out") == frozenset()
    assert view.hidden == {CURATED_ID}


def test_what_whoever_asks_names_is_not_counted_as_hidden(house: House) -> None:
    view = View(house.store, rights=LANDING)
    assert view.nodes([CURATED_ID]) == {}
    assert view.statements([CURATED_ID]) == []
    assert view.visible([CURATED_ID], counted=False) == frozenset()
    assert view.hidden == set()


def test_a_page_counts_all_that_may_be_seen_and_nothing_else(house: House) -> None:
    for name in ("a", "b", "c"):
        house.record(declaration(dataset={"namespace": "landing", "name": name}))
    view = View(house.store, rights=LANDING)
    first = view.find(Query(("Dataset",), first=2))
    assert ([hit.node.title for hit in first.hits], first.total, first.more) == (["a", "b"], 4, True)
    rest = view.find(Query(("Dataset",), first=2, after=first.hits[-1].place))
    assert ([hit.node.title for hit in rest.hits], rest.total, rest.more) == (["c", "visits"], 4, False)


def test_a_dataset_that_was_ever_held_elsewhere_is_hidden_from_who_may_see_one_site(house: House) -> None:
    north = Rights(sites=frozenset({"North"}))
    house.record(declaration(site="North"))
    assert RAW_ID in View(house.store, rights=north).nodes([RAW_ID])
    assert CURATED_ID not in View(house.store, rights=north).nodes([CURATED_ID])
    house.record(declaration(site="South"))
    assert RAW_ID not in View(house.store, rights=north).nodes([RAW_ID])
    assert RAW_ID in View(house.store, rights=Rights(sites=frozenset({"North", "South"}))).nodes([RAW_ID])


def test_a_state_is_seen_by_who_may_see_both_its_dataset_and_its_run(house: House) -> None:
    state = state_id(RAW_ID, RUN_ID)
    assert View(house.store, rights=LANDING).visible([state]) == {state}
    assert View(house.store, rights=Rights(namespaces=frozenset({"landing"}))).visible([state]) == frozenset()
    assert View(house.store, rights=Rights(namespaces=frozenset({"pipeline"}))).visible([state]) == frozenset()
