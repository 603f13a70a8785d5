"""What is held of a graph for later answers is what any store says, whatever entries come in between."""

from __future__ import annotations

import random

from catalog.store.protocol import Store
from tests.property.store.test_row_cache import tell, told
from tests.support.facts import World


def test_what_is_held_is_what_the_store_says(store: Store) -> None:
    chance = random.Random(2)  # noqa: S311  any story
    # Where readers see what is committed, one of an earlier state is no oracle.
    tell(store, told(chance, 6, 4, World(3, 2, 2)), chance, readers=1 if store.name == "neo4j" else 3)
