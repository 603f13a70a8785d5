"""Whether two stores hold the same graph: what they store, and what they answer out of their indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice, zip_longest
from typing import Final

from catalog.store.ordering import Row
from catalog.store.protocol import Store
from graph_schema.facts import NOW

_AT_ONCE: Final = 200
_FLOWS: Final = 1_000
"""How many flows are compared of so many nodes: more than that have only those that a hub joins, all alike."""

Difference = tuple[Row | None, Row | None]


def first_difference(one: Store, other: Store) -> Difference | None:
    """Return the first rows in which the two differ, None for a row that one of them lacks; None where they agree."""
    nodes: list[str] = []
    # Each holds a reading open until it is closed, also where the other fails in the middle.
    with closing(one.scan()) as of_one, closing(other.scan()) as of_other:
        for rows in zip_longest(of_one, of_other):
            if rows[0] != rows[1]:
                return rows
            if rows[0][0] == "node":
                nodes.append(rows[0][1])
    answers = (pair for ids in _chunks(nodes) for pair in zip_longest(_answers(one, ids), _answers(other, ids)))
    return next((pair for pair in answers if pair[0] != pair[1]), None)


def _answers(store: Store, ids: list[str]) -> Iterator[Row]:
    for flow in store.flows(ids, "in", limit=_FLOWS):
        yield "flow", *map(str, flow)
    for candidate in store.contributions([(identifier, NOW) for identifier in ids]):
        # In which of two lists it stands is a hint: of a run with many outputs it is in both.
        yield "contribution", *map(str, candidate._replace(in_place=False, apart=False))


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while some := list(islice(left, _AT_ONCE)):
        yield some
