"""Where what each verb answers lies in the row cache, and what a batch touches of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Final

from catalog.store import touches
from catalog.store.indexes.column_flows import COLUMN_FLOW
from catalog.store.indexes.keys import CARRIES
from catalog.store.indexes.named_in_facets import NAMED_IN_FACET
from catalog.store.indexes.pointers import LISTING, POINTER
from catalog.store.indexes.record_states import RECORD_STATE
from catalog.store.indexes.schemas import SCHEMA
from catalog.store.indexes.table import Table
from catalog.store.indexes.uses import USE
from catalog.store.protocol import Direction
from catalog.store.row_cache import Place


def _by_node(table: Table, *more: Hashable) -> Place:
    return Place((table.name, *more), lambda one: touches.rows(table, (one,)))


@lru_cache(maxsize=1_024)
def edges(kind: str, way: Direction) -> Place:
    """Return the place of the edges of a kind, out of or into each node."""
    return Place(("edges", kind, way), lambda one: touches.edges((one,), (kind,), way))


@lru_cache(maxsize=1_024)
def statements(aspect: str | None) -> Place:
    """Return the place of what is stated of an aspect of each node, of all aspects where None."""
    asked = None if aspect is None else (aspect,)
    return Place(("statements", aspect), lambda one: touches.statements((one,), asked))


@lru_cache(maxsize=64)
def lookup(label: str, field: str) -> Place:
    """Return the place of the nodes of a label by each value of a field."""
    return Place(("lookup", label, field), lambda value: touches.lookup(label, field, (value,)))


@lru_cache(maxsize=64)
def carrying(label: str) -> Place:
    """Return the place of the nodes of a label that carry any of some values, which are asked for as a whole."""
    return Place(("carrying", label), lambda values: touches.lookup(label, CARRIES, values))


@lru_cache(maxsize=64)
def contributions(newest: int, by_job: bool) -> Place:  # noqa: FBT001  as the verb is asked
    """Return the place of what put each node into its newest states."""
    return Place(("contributions", newest, by_job), lambda one: touches.contributions((one,)))


FLOWS: Final[Mapping[Direction, Place]] = {
    way: Place(("flows", way), lambda one: touches.flows((one,))) for way in ("in", "out")
}
COLUMN_FLOWS: Final[Mapping[Direction, Place]] = {way: _by_node(COLUMN_FLOW, way) for way in ("in", "out")}
COVERAGE: Final = Place("coverage", lambda one: touches.coverage((one,)))
SCHEMAS, POINTERS, USES = _by_node(SCHEMA), _by_node(POINTER), _by_node(USE)
RECORD_STATES: Final = _by_node(RECORD_STATE)
LISTINGS, NAMED = _by_node(LISTING), _by_node(NAMED_IN_FACET)
NODES: Final = Place("nodes", lambda one: touches.named((one,)))
IN_FORCE: Final = Place("in force", lambda one: touches.in_force((one,), None))
RUNS: Final = Place("runs", lambda one: touches.runs((one,)))
GROUNDS: Final = Place("grounds", lambda one: touches.grounds_of((one,)))
ALL_GROUNDS: Final = Place("all grounds", lambda wanted: touches.grounds(wanted, None))
QUARANTINED: Final = Place("quarantined", lambda _: touches.quarantined())
# Digests stand for one text.
HOWS: Final = Place("transformations", lambda _: ())
MENTIONED: Final = Place("mentioned", lambda _: ())
