"""What is remembered of one state of a store is what the store says, at whatever point and whatever is asked first."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.keys import CARRIES, LOOKED_UP
from catalog.store.memory import MemoryStore
from catalog.store.protocol import StoreReader
from catalog.store.remembering import Remembering
from graph_schema.facts import NOW
from graph_schema.registry import TYPES
from tests.support.answers import DIRECTIONS, answers, ids_of
from tests.support.counting import Counting
from tests.support.facts import LAST_TIME, LONG, WIDE, World, history, joined

CHANCE = st.integers(0, 2**32).map(random.Random)
WORLDS = st.sampled_from([World(), World(3, 2, 2), WIDE, LONG])


def further(read: StoreReader, ids: Sequence[str], valid_at: int, known_at: int) -> dict[str, Any]:
    """Return what else is asked at a point."""
    found: dict[str, Any] = {
        "coverage": read.column_coverage(ids, valid_at, known_at),
        "schemas": read.schemas(ids, valid_at, known_at),
        "both": read.edges(ids, TYPES, "both", valid_at, known_at),
        "grounds": read.grounds(list(Ground), ids, known_at),
        "named": read.named_in_facets(ids, known_at),
        "record states": read.record_states(ids),
    }
    for by_job in (True, False):
        asks = [(one, min(valid_at, at)) for one in ids for at in (NOW, 5)]
        found[f"contributions {by_job}"] = read.contributions(asks, known_at, 1, by_job=by_job)
    found["mentioned"] = read.mentioned({one.stated for one in found["coverage"]})
    for direction in DIRECTIONS:
        flows = found[f"columns {direction}"] = read.column_flows(ids, direction, valid_at, known_at)
        found[f"hows {direction}"] = read.transformations({flow.how for flow in flows})
    for label, field in LOOKED_UP:
        values = sorted({one.node.title for one in read.nodes(ids, known_at).values() if one.node.label == label})
        found[f"{label} by {field}"] = read.lookup(label, field, [""] if field == "job" else values, known_at)
    found["carrying"] = read.lookup("Dataset", CARRIES, ["schema", "ownership"], known_at)
    return found


@given(CHANCE, st.integers(1, 25), WORLDS, st.integers(0, 25))
def test_every_point_is_answered_as_by_the_store(chance: random.Random, length: int, world: World, newest: int) -> None:
    records = history(chance, length, world)
    ids = ids_of(joined(records))
    store = MemoryStore()
    store.apply(joined(records), length - 1)
    with store.reading() as plain:
        remembering = Remembering(plain, min(newest, length - 1))
        for _ in range(4):
            some = chance.sample(ids, chance.randint(1, len(ids)))
            at = chance.choice((NOW, chance.randint(-1, LAST_TIME))), chance.choice((NOW, chance.randint(-1, length)))
            assert further(remembering, some, *at) == further(plain, some, *at), at
            for direction in DIRECTIONS:
                whole, met = (one.reach(some[:3], direction, 9, 999) for one in (plain, remembering))
                assert whole is not None
                assert met is not None
                assert whole <= met
            got = answers(remembering, some, [at])
            for question, answer in answers(plain, some, [at]).items():
                assert got[question] == answer, question


@pytest.mark.parametrize("again", [2, 9])
def test_an_earlier_point_at_which_as_much_was_known_costs_nothing(again: int) -> None:
    store = MemoryStore()
    records = history(random.Random(7), 12, World())  # noqa: S311  any history
    store.apply(joined(records), 11)
    ids = ids_of(joined(records))
    with store.reading() as plain:
        counting = Counting(plain)
        remembering = Remembering(counting, 11)
        further(remembering, ids, NOW, 11)
        counting.calls.clear()
        for valid_at in range(again):
            assert further(remembering, ids, valid_at, 11) == further(plain, ids, valid_at, 11)
        assert counting.calls == Counter()
