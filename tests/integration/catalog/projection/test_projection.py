from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from catalog import app
from catalog.access.keys import local_actor
from catalog.errors import OperatorError
from catalog.ledger.protocol import Draft, StoredEntry
from catalog.projection.batches import gather
from catalog.projection.entry_facts import PROJECTION_VERSION, UnprojectableError, project
from catalog.projection.follower import Projection
from catalog.projection.position import Status
from catalog.projection.rebuilding import rebuild
from catalog.settings import load
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Quarantined
from catalog.store.sqlite import SqliteStore
from graph_schema.builder import MOST_FACTS, FactBuilder
from graph_schema.facts import Facts
from graph_schema.nodes import Job
from tests.support.records import House, declaration, event

LOCAL = local_actor()


def put(house: House, kind: str, body: bytes) -> int:
    """Lay an entry into the ledger past the intake, as another version of the catalog may have."""
    draft = Draft(kind, "local", "tests", ("Dataset:aaaaaaaaaaaaaaaaaaaaaaaaaa",), body, body)
    return house.ledger.append(draft).result().index


def send(house: House, count: int) -> None:
    for number in range(count):
        value = event(run=f"0190d2e6-0000-7000-8000-{number:012d}")
        house.intake.submit_event(value, LOCAL, "tests").result()


@pytest.fixture
def mixed(house: House) -> House:
    house.tell_story(house.act_as("grace", "approver"))
    put(house, "record.declare_dataset", b'{"record":{"nonsense":1},"added":{},"authenticated":true}')
    put(house, "openlineage.run_event", b'{"event":{},"flags":[],"redactions":[]}')
    put(house, "record.from_the_future", b"{}")
    put(house, "record.declare_dataset", b"no json")
    house.record(declaration(owner="after the odd ones"))
    return house


def test_what_cannot_be_projected_is_quarantined_and_stops_nothing(mixed: House) -> None:
    found = mixed.store.quarantined()
    assert [each.kind for each in found] == [
        "record.declare_dataset",
        "openlineage.run_event",
        "record.from_the_future",
        "record.declare_dataset",
    ]
    assert all(each.subjects and each.reason for each in found)
    assert mixed.store.checkpoint() == mixed.ledger.size() - 1
    assert mixed.projection.state.quarantined == 4


def test_a_reason_holds_nothing_of_the_body(house: House) -> None:
    secret = "Testperson Omega"
    bodies = [
        ("record.declare_dataset", {"record": {"dataset": secret}, "added": {}, "authenticated": True}),
        ("record.tag", {"record": {"phi_kind": secret, secret: secret}, "added": {}, "authenticated": True}),
        ("openlineage.run_event", {"event": {"run": {"runId": secret}}, "flags": [], "redactions": []}),
        ("openlineage.run_event", {"event": {"run": secret}, "flags": [secret], "redactions": []}),
        ("openlineage.run_event", {secret: secret}),
    ]
    for kind, body in bodies:
        put(house, kind, json.dumps(body).encode())
    house.project()
    found = house.store.quarantined()
    assert len(found) == 5
    assert all(secret not in each.reason for each in found)


def test_a_rebuilt_graph_equals_the_live_one(mixed: House) -> None:
    seen: list[tuple[int, int]] = []
    fresh = MemoryStore()
    rebuild(mixed.ledger, fresh, lambda done, size: seen.append((done, size)))
    assert list(fresh.scan()) == list(mixed.store.scan())
    assert seen[-1] == (mixed.ledger.size(), mixed.ledger.size())


def test_a_rebuilt_graph_equals_the_live_one_in_sqlite(mixed: House, tmp_path: Path) -> None:
    live, fresh = SqliteStore(tmp_path / "live.sqlite"), SqliteStore(tmp_path / "fresh.sqlite")
    follower = Projection(mixed.ledger, live, batch=3)
    while follower.step():
        pass
    rebuild(mixed.ledger, fresh)
    assert list(fresh.scan()) == list(live.scan()) == list(mixed.store.scan())
    live.close()
    fresh.close()


@pytest.mark.parametrize("batch", [1, 2, 7, 500])
def test_the_size_of_batches_makes_no_difference(mixed: House, batch: int) -> None:
    store = MemoryStore()
    follower = Projection(mixed.ledger, store, batch=batch)
    while follower.step():
        pass
    assert list(store.scan()) == list(mixed.store.scan())


class Crashing(MemoryStore):
    """Dies before or after the transaction, as a process may, once at each entry."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self.after = after
        self.died: set[int] = set()

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        if not self.after and upto not in self.died:
            self.died.add(upto)
            raise KeyboardInterrupt
        super().apply(facts, upto, quarantined)
        if self.after and upto not in self.died:
            self.died.add(upto)
            raise KeyboardInterrupt


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_before_or_after_any_batch_is_made_up_for_exactly_once(mixed: House, *, after: bool) -> None:
    store = Crashing(after=after)
    while store.checkpoint() < mixed.ledger.size() - 1:
        follower = Projection(mixed.ledger, store, batch=2)
        follower.resume()
        with suppress(KeyboardInterrupt):
            while follower.step():
                pass
    assert len(store.died) > 5
    assert list(store.scan()) == list(mixed.store.scan())


def test_applying_entries_again_changes_nothing(mixed: House) -> None:
    before = list(mixed.store.scan())
    entries = mixed.ledger.entries(0, mixed.ledger.size())
    mixed.store.apply(*_applied(entries))
    assert list(mixed.store.scan()) == before


def _applied(entries: list[StoredEntry]) -> tuple[Facts, int, list[Quarantined]]:
    (batch,) = gather(entries)
    return batch.facts, batch.upto, batch.quarantined


class Flaky(MemoryStore):
    """Is not there until it is told to be."""

    def __init__(self) -> None:
        super().__init__()
        self.there = threading.Event()
        self.asked = threading.Event()

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        if not self.there.is_set():
            self.asked.set()
            raise OperatorError("The store is not there.", action="Start it.")
        super().apply(facts, upto, quarantined)


def test_a_store_that_is_not_there_is_waited_for_and_health_says_so(house: House) -> None:
    send(house, 3)
    store = Flaky()
    follower = Projection(house.ledger, store)
    follower.start()
    assert store.asked.wait(10)
    wait_until(follower, Status.WAITING)
    assert "Start it" in (follower.state.detail or "")
    assert follower.state.lag == 3
    store.there.set()
    assert follower.wait_for(2, 20)
    assert follower.state.lag == 0
    wait_until(follower, Status.RUNNING)
    follower.stop()
    wait_until(follower, Status.STOPPED)


def wait_until(follower: Projection, status: Status) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if follower.state.status is status:
            return
        pause.wait(0.005)
    pytest.fail(f"the projection never was {status}")


def test_the_thread_follows_what_is_written_and_takes_up_where_it_was(house: House) -> None:
    store = MemoryStore()
    for rounds in range(3):
        follower = Projection(house.ledger, store, batch=2, busy=lambda: True)
        follower.start()
        house.intake.submit_record(declaration(owner=f"owner {rounds}"), LOCAL, "tests").result()
        assert follower.wait_for(house.ledger.size() - 1, 20)
        follower.stop()
    house.project()
    assert list(store.scan()) == list(house.store.scan())


def test_decisions_on_access_are_gathered_while_nothing_else_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.projection.follower._DECISIONS_SECONDS", 60)
    store = MemoryStore()
    follower = Projection(house.ledger, store, batch=3)
    follower.start()

    def decided(number: int) -> int:
        house.decide_access(reasons=[f"Made-up reason {number}"])
        return house.ledger.size() - 1

    assert follower.wait_for(decided(0), 20)
    held = [decided(1), decided(2)]
    assert not follower.wait_for(held[0], 0.1)
    assert follower.wait_for(decided(3), 20), "as many as go into a batch"
    decided(4)
    assert follower.wait_for(house.record(declaration()).receipt.index, 20), "what is no decision waits for none"
    follower.stop()
    assert list(store.scan()) == list(house.store.scan())


def test_stopping_waits_for_no_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.projection.follower._WAIT_SECONDS", 60)
    ledger = app.open_ledger(load(data_dir=tmp_path))
    follower = Projection(ledger, MemoryStore())
    follower.start()
    wait_until(follower, Status.RUNNING)
    follower.stop(timeout=20)
    assert not [thread for thread in threading.enumerate() if thread.name in {"projection", "labels"}]
    ledger.close()


class Hanging(MemoryStore):
    """A store that takes nothing until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.there = threading.Event(), threading.Event()

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        self.asked.set()
        self.there.wait(20)
        super().apply(facts, upto, quarantined)


def test_a_store_that_hangs_is_not_waited_for_without_end(house: House, caplog: pytest.LogCaptureFixture) -> None:
    store = Hanging()
    follower = Projection(house.ledger, store)
    send(house, 1)
    follower.start()
    assert store.asked.wait(20)
    follower.stop(timeout=0.01)
    assert [one.levelname for one in caplog.records if "in time" in one.message] == ["WARNING"]
    store.there.set()
    follower.stop()
    assert store.checkpoint() == 0


def test_waiting_for_an_entry_that_never_comes_ends(house: House) -> None:
    assert not Projection(house.ledger, MemoryStore()).wait_for(0, 0.01)


def test_a_ledger_that_does_not_verify_stops_the_projection_for_good(house: House) -> None:
    send(house, 2)
    row = house.ledger._stored.entries[1]
    spoilt = bytearray(row.body or b"")
    spoilt[10] ^= 1
    house.ledger._stored.entries[1] = replace(row, body=bytes(spoilt))
    follower = Projection(house.ledger, MemoryStore())
    follower.start()
    wait_until(follower, Status.FAILED)
    assert follower.state.detail
    follower.stop()
    assert follower.state.status is Status.FAILED


def test_a_graph_that_is_ahead_of_its_ledger_is_not_followed_further(house: House) -> None:
    store = MemoryStore()
    store.apply(Facts(), 7)
    with pytest.raises(OperatorError, match="belongs to another ledger"):
        Projection(house.ledger, store).resume()
    send(house, 1)
    with pytest.raises(OperatorError, match="ahead of the ledger: it holds 8 entries, the ledger only"):
        Projection(house.ledger, store).resume()
    assert store.checkpoint() == 7


class Picky(MemoryStore):
    """Refuses the facts of one entry by a defect of its own."""

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        if any(statement.entry == 1 for statement in facts.statements):
            raise ZeroDivisionError
        super().apply(facts, upto, quarantined)


def test_one_entry_that_a_store_chokes_on_does_not_stop_the_others(house: House) -> None:
    send(house, 4)
    store = Picky()
    follower = Projection(house.ledger, store)
    while follower.step():
        pass
    assert [each.entry for each in store.quarantined()] == [1]
    assert store.checkpoint() == 3


def wide(house: House, ends: int, run: int = 0) -> int:
    """Lay a run event of so many inputs and outputs into the ledger; return its index."""
    said = event(run=f"0190d2e6-0000-7000-8000-{run:012d}")
    for side in ("inputs", "outputs"):
        said[side] = [{"namespace": "made-up", "name": f"{side}-{number}"} for number in range(ends)]
    body = {"event": said, "flags": [], "redactions": []}
    return put(house, "openlineage.run_event", json.dumps(body).encode())


def test_an_entry_that_states_too_much_is_quarantined_with_the_reason_and_those_after_it_go_on(house: House) -> None:
    refused = wide(house, MOST_FACTS // 4 + 1)
    house.record(declaration())
    house.project()
    (found,) = house.store.quarantined()
    assert (found.entry, found.kind) == (refused, "openlineage.run_event")
    assert "more than 100,000 facts" in found.reason
    assert "several events" in found.reason
    assert house.store.checkpoint() == refused + 1
    assert house.store.counts()["Dataset"] == 1


def test_a_batch_is_cut_where_its_entries_say_very_much(house: House) -> None:
    for number in range(24):
        wide(house, 1000, number)
    entries = house.ledger.entries(0, 100)
    batches = list(gather(entries))
    assert [stored.index for batch in batches for stored in batch.entries] == list(range(24))
    assert len(batches) == 3
    assert max(len(batch.facts) for batch in batches) < 25_000


class Recording(MemoryStore):
    """Notes up to where each transaction went."""

    def __init__(self) -> None:
        super().__init__()
        self.applied: list[int] = []

    def apply(self, facts: Facts, upto: int, quarantined: Sequence[Quarantined] = ()) -> None:
        super().apply(facts, upto, quarantined)
        self.applied.append(upto)


def test_following_and_rebuilding_take_wide_entries_a_few_at_a_time(house: House) -> None:
    for number in range(24):
        wide(house, 1000, number)
    followed, rebuilt = Recording(), Recording()
    follower = Projection(house.ledger, followed)
    while follower.step():
        pass
    rebuild(house.ledger, rebuilt)
    assert len(followed.applied) == len(rebuilt.applied) >= 3
    assert followed.applied[-1] == rebuilt.applied[-1] == 23
    assert list(followed.scan()) == list(rebuilt.scan())


def test_a_graph_that_another_version_made_is_projected_anew(house: House) -> None:
    send(house, 3)
    house.project()
    for made_by in (None, "another"):
        store = MemoryStore()
        if made_by:
            store.mark(made_by)
        stray = FactBuilder(2, 1, "0" * 16)
        stray.add_node(Job("made-up", "said by the version before"))
        store.apply(stray.build(), 2, [Quarantined(1, "openlineage.run_event", (), "not understood then")])
        follower = Projection(house.ledger, store)
        follower.resume()
        assert (store.version(), store.checkpoint()) == (PROJECTION_VERSION, -1)
        while follower.step():
            pass
        assert list(store.scan()) == list(house.store.scan())
        assert store.quarantined() == []


def test_a_graph_of_this_version_goes_on_where_it_was(house: House) -> None:
    send(house, 3)
    store = Recording()
    for _ in range(2):
        follower = Projection(house.ledger, store)
        follower.resume()
        while follower.step():
            pass
    assert store.applied == [2]


def test_an_unknown_kind_says_so(house: House) -> None:
    index = put(house, "record.from_the_future", b"{}")
    with pytest.raises(UnprojectableError, match="no records of this kind"):
        project(house.ledger.entry(index))
