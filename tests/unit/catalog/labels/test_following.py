"""The labels kept of what is current: what is judged again, and what is said while that is not done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.labels.taint.following import LabelFollower
from catalog.projection.entry_facts import facts_of
from catalog.reading import Complete, Lagging, Rights
from catalog.store.indexes import column_flows
from catalog.store.indexes.label_work import (
    EQUATION,
    FOLLOWED,
    HELD,
    PENDING,
    READER,
    STATE,
    LabelsFollowed,
)
from catalog.store.indexes.table import Changes, IndexReader, Row, Table
from catalog.store.protocol import Store, StoreReader
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.nodes import Dataset
from graph_schema.times import parse_zoned
from tests.support.facts import joined
from tests.support.kept_labels import current_labels
from tests.support.records import CURATED, RAW, House, attestation, ending_trust, event, principal, tag, trust
from tests.unit.catalog.labels.test_effective_labels import EARLY, MASKED, PLAIN, lineage

DIRECT = "DIRECT_IDENTIFIER"
RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
SCORES = {"namespace": "out", "name": "scores"}
SCORES_ID = Dataset(**SCORES).id
EVERY = [RAW_ID, CURATED_ID, SCORES_ID]


def scoring() -> dict[str, Any]:
    sent = event(run="0190d2e6-0000-7000-8000-00000000000b")
    return {**sent, "job": {"namespace": "pipeline", "name": "score"}, "inputs": [CURATED], "outputs": [SCORES]}


def follow(store: Store, **more: Any) -> int:
    """Let the follower do all that there is; return in how many steps."""
    follower, steps = LabelFollower(store, **more), 0
    while follower.step():
        steps += 1
    return steps


def kept(house: House) -> dict[str, set[str]]:
    return {one: set(kinds) for one, kinds in current_labels(house.view(), EVERY).kinds.items()}


def test_a_label_reaches_what_is_made_of_its_dataset(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.send(scoring())
    house.record(tag(valid_from=EARLY))
    follow(house.store)
    assert kept(house) == {one: {DIRECT} for one in EVERY}
    assert house.view().assets_labelled([DIRECT]) == frozenset(EVERY)
    (held,) = house.view().held_labels([CURATED_ID])
    assert [code for _, code in held.codes] == ["H"]


def test_of_column_lineage_that_was_taken_in_no_origin_is_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    monkeypatch.setattr(column_flows, "lineage_of", None)
    assert follow(house.store)
    assert kept(house)[CURATED_ID] == {DIRECT}


def test_until_it_is_judged_an_answer_says_that_it_is_behind(house: House) -> None:
    house.send(event())
    follow(house.store)
    assert current_labels(house.view(), EVERY).completeness == Complete()
    entry = house.record(tag(valid_from=EARLY)).receipt.index
    assert current_labels(house.view(), EVERY).completeness == Lagging(1, (), entry - 1)
    follow(house.store)
    assert current_labels(house.view(), EVERY).completeness == Complete()


def test_another_point_in_time_is_judged_and_not_read(house: House) -> None:
    house.send(event())
    entry = house.record(tag(column=None, valid_from=EARLY)).receipt.index
    house.record(tag(column=None, stance="REJECT"))
    follow(house.store)
    assert kept(house) == {}
    before = house.view(replace(house.view().as_of, known_at=entry))
    assert set(current_labels(before, EVERY).kinds) == {RAW_ID, CURATED_ID}


def test_what_rights_hide_is_neither_shown_nor_counted(house: House) -> None:
    house.send(event())
    house.record(tag(column=None, valid_from=EARLY))
    follow(house.store)
    view = house.view(rights=Rights(namespaces=frozenset({CURATED["namespace"]})))
    assert set(current_labels(view, EVERY).kinds) == {CURATED_ID}
    assert view.assets_labelled([DIRECT]) == {CURATED_ID}


def test_an_attestation_ends_by_the_clock_alone(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", MASKED)])))
    house.record(tag(confidentiality=None, valid_from=EARLY))
    until = "2999-01-01T00:00:00Z"
    house.record(attestation(valid_from=EARLY, until=until, run_id=None), house.act_as("ada", "steward"))
    ends = parse_zoned(until)

    def at(moment: int) -> Any:
        def view(reader: StoreReader) -> View:
            anchored = house.view()
            return View(reader, anchor=replace(anchored._anchor, began=moment))  # type: ignore[type-var]

        return view

    follow(house.store, view_of=at(ends - 1))
    assert kept(house) == {RAW_ID: {DIRECT}}
    assert follow(house.store, view_of=at(ends - 1)) == 0
    assert follow(house.store, view_of=at(ends)) > 0
    assert kept(house) == {RAW_ID: {DIRECT}, CURATED_ID: {DIRECT}}


@pytest.mark.parametrize("effect", ["ENDED", "VOID"])
def test_an_attestation_that_a_record_ends_clears_nothing_any_more(house: House, effect: str) -> None:
    house.send(event(**lineage(key=[("mrn", MASKED)])))
    house.record(tag(confidentiality=None, valid_from=EARLY))
    steward = house.act_as("ada", "steward")
    entry = house.record(attestation(valid_from=EARLY, run_id=None), steward).receipt.index
    follow(house.store)
    assert kept(house) == {RAW_ID: {DIRECT}}
    ended = {"kind": "end_attestation", "attestation": entry, "effect": effect, "reason": "It was wrong"}
    house.record(ended, steward)
    follow(house.store)
    assert kept(house) == {RAW_ID: {DIRECT}, CURATED_ID: {DIRECT}}


def test_what_is_trusted_as_complete_is_followed_and_its_end_too(house: House) -> None:
    house.send(event(**lineage(ward=[("ward", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    follow(house.store)
    assert kept(house) == {RAW_ID: {DIRECT}, CURATED_ID: {DIRECT}}
    steward = house.act_as("ada", "steward")
    house.record(trust(valid_from=EARLY), steward)
    follow(house.store)
    assert kept(house) == {RAW_ID: {DIRECT}}
    house.record(ending_trust(), steward)
    follow(house.store)
    assert kept(house) == {RAW_ID: {DIRECT}, CURATED_ID: {DIRECT}}


def test_a_run_that_says_what_its_job_said_before_is_nothing_to_look_at(house: House, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.send(
        event(at="2026-01-09T10:00:00Z", run="0190d2e6-0000-7000-8000-00000000000c", **lineage(key=[("mrn", PLAIN)]))
    )
    for entry in range(house.ledger.size()):
        store.apply(facts_of(house.ledger.entry(entry)), entry)
        assert (follow(store) > 0) == (entry == 0)
    store.close()


def test_what_adds_nothing_is_read_and_not_followed(house: House) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.send(scoring())
    house.record(tag(valid_from=EARLY))
    follow(house.store)
    before = house.store.label_states(EVERY)
    house.record(tag(valid_from=EARLY, reason="Said once more"))
    follower = LabelFollower(house.store)
    assert follower.step(), "it is noted where to look"
    assert follower.step(), "what flows in there is read"
    assert house.store.labels_pending(10) == []
    assert not follower.step()
    assert house.store.label_states(EVERY) == before


class KilledError(Exception):
    """Stands for the end of the process."""


class Killing(SqliteStore):
    """A store whose process is killed at a write, before or after it is done."""

    writes_left = 1_000
    is_done = False

    def keep(self, changes: Changes, table: Table, now: Row, before: Row | None) -> bool:
        self.writes_left -= 1
        if self.writes_left:
            return super().keep(changes, table, now, before)
        if self.is_done:
            super().keep(changes, table, now, before)
        raise KilledError


def rows(store: Store) -> list[list[Row]]:
    """Return all rows that the follower keeps, but for how many steps it took."""
    with store.reading() as read:
        assert isinstance(read, IndexReader)
        return [sorted(read.rows(table, [()])) for table in (HELD, EQUATION, READER, STATE, PENDING)]


@pytest.mark.parametrize("done", [False, True], ids=["before a write", "after it"])
def test_whoever_is_killed_in_between_goes_on_to_the_same_table(house: House, tmp_path: Path, done: bool) -> None:  # noqa: FBT001
    house.record(principal("ada", "steward"))
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.send(scoring())
    house.record(tag(valid_from=EARLY))
    facts = [facts_of(house.ledger.entry(one)) for one in range(house.ledger.size())]

    def filled(name: str) -> Killing:
        store = Killing(tmp_path / name)
        for entry, some in enumerate(facts[:-1]):
            store.apply(some, entry)
        follow(store)
        store.apply(facts[-1], len(facts) - 1)
        return store

    whole = filled("whole")
    steps = follow(whole, slice_=1)
    assert steps >= 3
    for killed_at in range(1, steps + 1):
        store = filled(f"killed-{killed_at}")
        store.writes_left, store.is_done = killed_at, done
        with pytest.raises(KilledError):
            follow(store, slice_=1)
        store.close()
        again = SqliteStore(tmp_path / f"killed-{killed_at}")
        follow(again, slice_=1)
        assert rows(again) == rows(whole)
        again.check()
        again.close()
    whole.close()


def test_of_two_followers_one_writes(house: House) -> None:
    house.send(event())
    first, second = (house.store.labels_followed() for _ in range(2))
    for followed, wins in ((first, True), (second, False)):
        now = LabelsFollowed(followed.steps + 1, 0)
        assert house.store.keep(Changes(), FOLLOWED, now.row, None) is wins


def test_facts_in_any_order_and_number_leave_the_same_labels(house: House, tmp_path: Path) -> None:
    house.send(event(**lineage(key=[("mrn", PLAIN)])))
    house.record(tag(valid_from=EARLY))
    facts = [facts_of(house.ledger.entry(one)) for one in range(2)]
    store = SqliteStore(tmp_path / "graph.db")
    store.apply(joined(facts), 1)
    store.apply(joined(facts), 1)
    follow(store)
    follow(house.store)
    assert store.held_labels(EVERY) == house.store.held_labels(EVERY)
    store.close()
