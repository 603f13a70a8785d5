"""Of each batch and each step every store keeps that it touched the same; the law of these keys is held on one."""

from __future__ import annotations

import random
from pathlib import Path

from catalog.labels.taint.following import LabelFollower
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Quarantined, Store
from catalog.store.sqlite import SqliteStore
from catalog.store.touches import Touched
from graph_schema.facts import Facts
from tests.property.store.test_touches import held_somewhere, rerun
from tests.support.facts import World, history

WORLD = World(3, 2, 2)


def written(store: Store) -> list[Touched]:
    """Let a store take made-up histories, followed in between, and return what was touched."""
    chance = random.Random(11)  # noqa: S311  nothing secret
    facts = [
        *history(chance, 12, WORLD),
        *(rerun(chance, 12 + number, 20 - number) for number in range(6)),
        held_somewhere(18, "North"),
    ]
    follower = LabelFollower(store)
    for entry, one in enumerate(facts):
        store.apply(one, entry)
        if entry % 5 == 0:
            follower.step()
    for _ in range(3):
        follower.step()
    store.apply(Facts(), len(facts), [Quarantined(len(facts), "tag", (), "made up")])
    return sorted(store.touched(0))


def test_every_store_keeps_that_a_batch_touched_the_same(store: Store, tmp_path: Path) -> None:
    rule = SqliteStore(tmp_path / "rule.db")
    expected = written(rule)
    rule.close()
    if isinstance(store, MemoryStore):
        assert written(store) == [Touched(one.number, None) for one in expected]
    else:
        assert written(store) == expected


def test_a_reading_tells_what_was_committed_since_it_began_unless_it_is_one_snapshot(store: Store) -> None:
    store.apply(held_somewhere(0, "North"), 0)
    with store.reading() as read:
        assert read.touched_meanwhile() == []
        if read.remote:
            store.apply(held_somewhere(1, "South"), 1)
            store.apply(held_somewhere(2, "East"), 2)
            assert sorted(read.touched_meanwhile()) == sorted(store.touched(read.stamp().number))
            assert len(read.touched_meanwhile()) == 2
            store.clear()
            assert [one.keys for one in read.touched_meanwhile()] == [None]
