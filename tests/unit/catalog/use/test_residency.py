"""Where data is and was against where it may be, from records through the graph to the answer."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.findings.queries import Wanted, findings
from catalog.findings.rules import Rule
from catalog.reading import Rights
from catalog.use.model import Decision, RecordKind
from catalog.use.residency import Located, Presence, Residency, residency
from catalog.use.rules import is_bulk
from catalog.view import View
from graph_schema.nodes import Dataset, Job, ModelVersion, Snapshot
from graph_schema.times import parse_zoned
from tests.support import records
from tests.support.counting import Counting
from tests.support.records import CURATED, DIGEST, JOB, MODEL, RAW, House, declaration, event, registration, seal
from tests.support.uses import ending_exception, flow, named, permission, transfer

PERMIT, ABSTAIN, DENY = Decision.PERMIT, Decision.ABSTAIN, Decision.DENY
RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
VERSION_ID = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
BEFORE = "2026-01-01T00:00:00Z"
DATE = parse_zoned("2026-06-15T00:00:00Z")


def ask(house: House, of: str = CURATED_ID, **more: Any) -> Residency:
    return residency(house.view(), of, **({"date": DATE} | more))


def at(found: Residency, presence: Presence) -> Located:
    (one,) = [one for one in found.located if one.presence is presence]
    return one


@pytest.fixture
def estate(house: House) -> House:
    """Lend a catalog with places, in which visits that may be in nowhere-land were curated."""
    for name, within in (("nowhere-land", None), ("sampletown", "nowhere-land"), ("elsewhere", None)):
        house.record(records.place(name, within, place_kind="REGION", valid_from=BEFORE))
    house.send(event(version={"datasetVersion": DIGEST}))
    house.record(permission(places=["nowhere-land"], valid_from=BEFORE))
    return house


def runs_at(house: House, place: str, **more: Any) -> int:
    return house.record(records.job_place(place, **({"valid_from": BEFORE} | more))).receipt.index


@pytest.mark.parametrize(
    ("place", "decision"), [("sampletown", PERMIT), ("elsewhere", DENY), ("unheard-of", ABSTAIN), (None, ABSTAIN)]
)
def test_r1_within_is_by_the_tree_and_what_is_not_in_it_is_unknown(
    estate: House, place: str | None, decision: Decision
) -> None:
    entry = None if place is None else runs_at(estate, place)
    found = ask(estate)
    written = at(found, Presence.WRITTEN)
    assert (written.place, written.decision, found.decision) == (place, decision, decision)
    assert written.job == Job(**JOB).id
    if decision is ABSTAIN:
        assert [one.reason.awaits for one in written.reasons] == [RecordKind.PLACE]
    assert entry is None or entry in written.entries
    assert set(written.entries) <= set(found.entries)


@pytest.mark.parametrize(
    ("declared", "place", "decision"),
    [
        ({"region": "sampletown"}, "sampletown", PERMIT),
        ({"region": "elsewhere"}, "elsewhere", DENY),
        ({"region": "elsewhere", "place": "sampletown"}, "sampletown", PERMIT),
        ({"region": "nowhere-land", "place": "elsewhere"}, "elsewhere", DENY),
    ],
)
def test_r2_a_region_is_where_data_lies_and_a_place_says_it_more_closely(
    estate: House, declared: dict[str, str], place: str, decision: Decision
) -> None:
    runs_at(estate, "sampletown")
    estate.record({"kind": "declare_dataset", "dataset": CURATED, "valid_from": BEFORE, **declared})
    lies = at(ask(estate), Presence.LIES)
    assert (lies.place, lies.decision) == (place, decision)
    keys = findings(estate.view(), Wanted(rules=frozenset({Rule.PLACE_ALLOWED}))).keys
    assert bool(keys) is (decision is DENY)


def test_r2_a_region_limits_nothing_that_is_made_of_it(estate: House) -> None:
    runs_at(estate, "sampletown")
    estate.record({"kind": "declare_dataset", "dataset": RAW, "valid_from": BEFORE, "region": "elsewhere"})
    assert ask(estate).decision is PERMIT


def test_r2_a_read_is_at_its_own_place(estate: House) -> None:
    runs_at(estate, "sampletown")
    flow(estate, 7, "unrelated", "report")
    far = event(at="2026-01-02T10:00:00Z", run="0190d2e6-0000-7000-8000-0000000000ff")
    far["job"], far["outputs"] = {"namespace": "pipeline", "name": "far away", "facets": {}}, []
    far["inputs"] = [{**CURATED, "facets": {}}]
    estate.send(far)
    job = {"namespace": "pipeline", "name": "far away"}
    estate.record(records.job_place("elsewhere", job=job, valid_from=BEFORE))
    found = ask(estate)
    assert at(found, Presence.WRITTEN).decision is PERMIT
    assert (at(found, Presence.READ).place, at(found, Presence.READ).decision) == ("elsewhere", DENY)
    assert found.decision is DENY


def test_r2_a_copy_is_at_its_own_place(estate: House) -> None:
    flow(estate, 7, "landing-copy", "backup")
    moved = event(at="2026-01-02T10:00:00Z", run="0190d2e6-0000-7000-8000-0000000000fe")
    moved["inputs"], moved["outputs"] = [{**CURATED, "facets": {}}], [{**named("replica"), "facets": {}}]
    estate.send(moved)
    estate.record(declaration(dataset=named("replica"), place="elsewhere", permitted_use=None, source_system=None))
    estate.record(declaration(dataset=CURATED, place="sampletown", permitted_use=None, source_system=None))
    assert at(ask(estate, Dataset(**named("replica")).id), Presence.LIES).decision is DENY
    assert at(ask(estate), Presence.LIES).decision is PERMIT


def test_r2_what_is_held_at_a_site_is_at_that_place(estate: House) -> None:
    estate.record(declaration(dataset=CURATED, site="elsewhere", permitted_use=None, source_system=None))
    assert at(ask(estate), Presence.HELD).decision is DENY


def test_r2_a_model_is_where_it_was_trained(estate: House) -> None:
    estate.record(seal())
    estate.record(registration())
    runs_at(estate, "elsewhere")
    assert at(ask(estate, VERSION_ID), Presence.TRAINED).decision is DENY
    assert at(ask(estate), Presence.TRAINED).decision is DENY
    snapshot = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
    assert at(ask(estate, snapshot), Presence.TRAINED).decision is DENY


def test_r2_a_job_that_moved_is_judged_where_it_was(estate: House) -> None:
    runs_at(estate, "elsewhere")
    runs_at(estate, "sampletown", valid_from="2026-01-02T00:00:00Z")
    again = event(at="2026-01-03T10:00:00Z", run="0190d2e6-0000-7000-8000-0000000000fd")
    estate.send(again)
    written = {one.place: one for one in ask(estate).located if one.presence is Presence.WRITTEN}
    assert {place: one.decision for place, one in written.items()} == {"elsewhere": DENY, "sampletown": PERMIT}
    assert all(one.count == 1 for one in written.values())


class TestR3:
    @pytest.fixture
    def joined(self, estate: House) -> House:
        flow(estate, 1, "a", "c")
        flow(estate, 2, "b", "c")
        estate.record(permission("one", of={"dataset": named("a")}, places=["sampletown"], valid_from=BEFORE))
        return estate

    def test_r3_places_meet_by_intersection(self, joined: House) -> None:
        joined.record(permission("two", of={"dataset": named("b")}, places=["nowhere-land"], valid_from=BEFORE))
        found = ask(joined, Dataset(**named("c")).id)
        assert found.permitted == frozenset({"sampletown"})
        assert [one.decision for one in found.located] == [ABSTAIN, ABSTAIN]

    def test_r3_empty_denies_at_the_moment_of_making_wherever_that_was(self, joined: House) -> None:
        joined.record(permission("two", of={"dataset": named("b")}, places=["elsewhere"], valid_from=BEFORE))
        found = ask(joined, Dataset(**named("c")).id)
        assert found.permitted == frozenset()
        assert {one.presence for one in found.located} == {Presence.WRITTEN}
        assert [one.decision for one in found.located] == [DENY, DENY]
        assert {each.statement for one in found.located for each in one.reasons} == {None}

    def test_r3_what_is_said_later_denies_no_making_before(self, joined: House) -> None:
        later = "2026-05-01T00:00:00Z"
        joined.record(permission("two", of={"dataset": named("b")}, places=["elsewhere"], valid_from=later))
        found = ask(joined, Dataset(**named("c")).id)
        assert found.permitted == frozenset()
        assert {one.decision for one in found.located} == {ABSTAIN}


def test_r4_a_transfer_is_a_visible_exception_with_its_basis_while_it_lasts(estate: House) -> None:
    runs_at(estate, "elsewhere")
    held = estate.record(transfer(valid_from=BEFORE, until="2026-12-31T00:00:00Z")).receipt.index
    found = ask(estate)
    written = at(found, Presence.WRITTEN)
    assert written.decision is PERMIT
    (why,) = written.reasons
    assert "Made-up contract 9" in why.reason.text
    assert held in found.entries
    assert [(one.place, one.entry) for one in found.transfers] == [("elsewhere", held)]
    estate.record(ending_exception("transfer", held, effect="RETROACTIVE"))
    assert at(ask(estate), Presence.WRITTEN).decision is DENY


@pytest.mark.parametrize(
    ("persons", "genomic", "bulk"),
    [
        (None, None, None),
        (None, True, None),
        (100, True, False),
        (100, None, False),
        (101, True, True),
        (101, None, None),
        (10_000, False, False),
        (10_001, False, True),
        (10_001, None, True),
    ],
)
def test_r5_bulk_data_is_by_persons_and_genomic(persons: int | None, genomic: bool | None, bulk: bool | None) -> None:  # noqa: FBT001
    assert is_bulk(persons, genomic) is bulk


def test_r5_persons_and_genomic_are_of_the_datasets_record(estate: House) -> None:
    found = ask(estate).bulk
    assert found is not None
    assert found.applies is None
    said = declaration(dataset=CURATED, persons=101, genomic=True, permitted_use=None, source_system=None)
    entry = estate.record(said).receipt.index
    found = ask(estate).bulk
    assert found is not None
    assert (found.applies, found.entries) == (True, (entry,))
    assert ask(estate, Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id).bulk is None


def test_without_a_limit_it_may_be_anywhere(house: House) -> None:
    house.send(event())
    house.record(permission(valid_from=BEFORE))
    found = ask(house)
    assert (found.permitted, found.decision) == (None, PERMIT)
    assert [one.reasons for one in found.located] == [()]


def test_a_geographic_term_limits_as_places_do(estate: House) -> None:
    terms = [{"code": "GRU"}, {"code": "GS", "places": ["sampletown"]}]
    estate.record(permission("board-2", terms=terms, valid_from=BEFORE))
    assert ask(estate).permitted == frozenset({"sampletown"})


def test_where_rights_hide_something_it_is_open_at_the_least(estate: House) -> None:
    runs_at(estate, "sampletown")
    view = estate.view(rights=Rights(namespaces=frozenset({"curated", "pipeline"})))
    found = residency(view, CURATED_ID, DATE)
    assert found.decision is ABSTAIN
    assert RAW_ID not in repr(found)


def test_is_asked_of_nothing_else(house: House) -> None:
    with pytest.raises(SenderError, match="model version"):
        residency(house.view(), Job(**JOB).id)


def test_costs_the_same_calls_however_often_it_was_used(estate: House) -> None:
    counts = []
    for number in range(1, 9):
        estate.send(event(at=f"2026-01-0{number}T12:00:00Z", run=f"0190d2e6-0000-7000-8000-0000000001{number:02}"))
        if number in {1, 8}:
            with estate.store.reading() as reader:
                counting = Counting(reader)
                (written,) = residency(View(counting), CURATED_ID, DATE).located
                assert written.count == number + 1
                counts.append(counting.calls.total())
    assert counts[0] == counts[1] <= 40
