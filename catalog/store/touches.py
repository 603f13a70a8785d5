"""What a batch of entries touches, and what a read looks at, both as keys: an answer stands until one of its keys is.

A key is 64 bits of what is asked (the edges of a kind, an aspect, the rows of an index) and of which node. Two that
share one by chance only let an answer go too early. Where a read asks for many nodes together it looks at all of their
labels. Keys are alike in every process: one writes them beside the checkpoint, others read them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Final, NamedTuple

from catalog.store.indexes.column_coverage import COVERAGE, COVERAGE_INLET, COVERAGE_OUTLET
from catalog.store.indexes.column_flows import COLUMN_FLOW, COLUMN_STATEMENT, STATED
from catalog.store.indexes.contributions import CONTRIBUTION, EFFECT, JOINED, OUTPUT, PRODUCER, REPLACEMENT
from catalog.store.indexes.effects import IN_FORCE
from catalog.store.indexes.facet_keys import FACET_KEY
from catalog.store.indexes.flows import ALIAS, FLOW, HUB, INLET, OUTLET
from catalog.store.indexes.grounds import GROUND, Ground
from catalog.store.indexes.keys import CARRIES, KEY_FIELD
from catalog.store.indexes.label_work import EQUATION, HELD, STATE
from catalog.store.indexes.named_in_facets import NAMED_IN_FACET
from catalog.store.indexes.pointers import LISTING, POINTER
from catalog.store.indexes.producers import PRODUCER as COUNTED
from catalog.store.indexes.producers import RECENT
from catalog.store.indexes.record_states import RECORD_STATE
from catalog.store.indexes.run_states import FLOWING
from catalog.store.indexes.schemas import SCHEMA
from catalog.store.indexes.search import FACET, LISTED, UNRECORDED
from catalog.store.indexes.table import Changes, Direction, Either, Kind, Row, Table
from catalog.store.indexes.uses import USE
from graph_schema.facts import Edge, Facts
from graph_schema.identity import label_of
from graph_schema.registry import STRUCTURAL

Keys = Collection[int]
KEPT: Final = 256
"""Of so many batches it is kept what they touched: whoever looks more seldom reads everything anew."""
MOST: Final = 32_768
"""A batch that touches more is kept as one that touches everything."""
MANY: Final = 256
"""Who asks for more nodes together looks at all of their labels."""

_MASK: Final = 2**64 - 1
_CACHED: Final = 65_536


class Stamp(NamedTuple):
    """Which graph it is, another each time that it is begun anew, and how many batches and steps it took."""

    graph: str
    number: int


NO_GRAPH: Final = Stamp("", 0)
"""Of a graph that holds nothing."""


class Touched(NamedTuple):
    """What one batch or step touched, None for everything."""

    number: int
    keys: frozenset[int] | None


def packed(number: int, keys: Keys | None) -> bytes:
    """Return what a store keeps of a batch, 8 bytes each: its number and the keys, none of them for everything."""
    return array("Q", (number, *(() if keys is None or len(keys) > MOST else keys))).tobytes()


def unpacked(kept: bytes) -> Touched:
    """Return what a store kept of a batch."""
    number, *keys = array("Q", kept)
    return Touched(number, frozenset(keys) if keys else None)


@lru_cache(maxsize=_CACHED)
def whole(what: str) -> int:
    """Return the key of something as a whole."""
    return int.from_bytes(blake2b(what.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


@lru_cache(maxsize=_CACHED)
def _number(identifier: str) -> int:
    # An id ends with letters and digits of a SHA-256: as good as any other.
    try:
        return int(identifier[-12:], 36) & _MASK
    except ValueError:
        return whole(identifier)


@lru_cache(maxsize=4_096)
def _every(what: str, label: str) -> int:
    return whole(f"{what} of every {label}")


@lru_cache(maxsize=_CACHED)
def _touching(what: str, identifier: str) -> tuple[int, int]:
    """Return what is touched where something of a node changes."""
    return whole(what) ^ _number(identifier), _every(what, label_of(identifier))


def _looking(what: str, ids: Collection[str]) -> Iterable[int]:
    """Return what is looked at of these nodes."""
    if len(ids) > MANY:
        return {_every(what, label) for label in set(map(label_of, ids))}
    of = whole(what)
    return [of ^ _number(one) for one in ids]


def named(ids: Collection[str]) -> Iterable[int]:
    """Return what is looked at of whether records name the nodes, and which first."""
    return _looking(_NODE, ids)


def nodes(ids: Collection[str]) -> Iterator[int]:
    """Yield what is looked at of whether the nodes are known, and by which entry: of datasets facets may tell too."""
    yield from named(ids)
    yield from _looking(NAMED_IN_FACET.name, [one for one in ids if label_of(one) == "Dataset"])


def edges(ids: Collection[str], kinds: Iterable[str], direction: Direction | Either) -> Iterable[int]:
    """Return what is looked at of edges."""
    ends = [end for end in ("out", "in") if direction in {end, "both"}]
    return _looking_at([f"{kind} {end}" for kind in kinds for end in ends], ids)


def _looking_at(several: Sequence[str], ids: Collection[str]) -> Iterable[int]:
    """Return the same of several things of the same nodes."""
    if len(ids) > MANY:
        labels = set(map(label_of, ids))
        return [_every(what, label) for what in several for label in labels]
    numbers = list(map(_number, ids))
    return [of ^ number for of in map(whole, several) for number in numbers]


def accesses(jobs: Collection[str]) -> Iterable[int]:
    """Return what is looked at of all edges that runs of these jobs say."""
    return _looking(_BY, jobs)


def statements(ids: Collection[str], aspects: Iterable[str] | None) -> Iterable[int]:
    """Return what is looked at of statements, of all aspects where None."""
    return _looking_at([f"statements {aspect}" for aspect in (("",) if aspects is None else aspects)], ids)


def in_force(ids: Collection[str], aspects: Iterable[str] | None) -> Iterable[int]:
    """Return what is looked at of what is in force, of all aspects where None."""
    return _looking_at([f"in force {aspect}" for aspect in (("",) if aspects is None else aspects)], ids)


def lookup(label: str, field: str, values: Collection[str]) -> Iterable[int]:
    """Return what is looked at of the nodes that have one of these values."""
    if len(values) > MANY:
        return (whole(f"lookup {label} {field}"),)
    return [_looked_up(label, field, value)[0] for value in values]


@lru_cache(maxsize=_CACHED)
def _looked_up(label: str, field: str, value: str) -> tuple[int, int]:
    return whole(f"lookup {label} {field} {value}"), whole(f"lookup {label} {field}")


def runs(ids: Collection[str]) -> Iterable[int]:
    """Return what is looked at of what runs did."""
    return _looking(_RUNS, ids)


def flows(ids: Collection[str]) -> Iterator[int]:
    """Yield what is looked at of flows from and to the nodes; a hub may lead to any."""
    yield whole(INLET.name)
    yield from _looking(FLOW.name, ids)


def contributions(ids: Collection[str]) -> Iterator[int]:
    """Yield what is looked at of what put the nodes into their states; a joined run may have written any."""
    yield whole(OUTPUT.name)
    yield from _looking(CONTRIBUTION.name, ids)


def coverage(ids: Collection[str]) -> Iterator[int]:
    """Yield what is looked at of what writes said of columns."""
    yield whole(COVERAGE_OUTLET.name)
    yield from _looking(COVERAGE.name, ids)


def rows(table: Table, ids: Collection[str]) -> Iterable[int]:
    """Return what is looked at of the rows of one of `BY_NODE` that name these nodes."""
    return _looking(BY_NODE[table.name], ids)


def of_some(table: Table, values: Iterable[str]) -> Iterable[int]:
    """Return what is looked at of the rows of a table with one of these values, whichever node they name."""
    return [whole(f"{table.name} {value}") for value in values]


def of_all(table: Table) -> Iterable[int]:
    """Return what is looked at of all rows of a table."""
    return (whole(table.name),)


def grounds(wanted: Iterable[Ground], ids: Collection[str] | None) -> Iterator[int]:
    """Yield what is looked at of grounds, of all nodes where None."""
    for ground in wanted:
        if ids is None:
            yield whole(f"{GROUND.name} {ground.value}")
        else:
            yield from _looking(f"{GROUND.name} {ground.value}", ids)


def grounds_of(ids: Collection[str]) -> Iterable[int]:
    """Return what is looked at of all grounds of nodes."""
    return _looking(GROUND.name, ids)


def listed(pairs: Iterable[tuple[str, str]], names: Iterable[str], finds: Collection[str]) -> Iterator[int]:
    """Yield what is looked at of which nodes are listed under values of facets, or under any value of the names, and
    of what each of these finds is filtered by.
    """
    for name, value in pairs:
        yield whole(f"{LISTED.name} {name} {value}")
    for name in names:
        yield whole(f"{LISTED.name} {name}")
    yield from _looking(FACET.name, finds)


def anything() -> Iterable[int]:
    """Return what every batch and every step touches some of."""
    return whole(_ANYTHING), whole(_STEP), whole(_QUARANTINED)


def quarantined() -> Iterable[int]:
    """Return what is touched where an entry could not be projected, or was kept out."""
    return (whole(_QUARANTINED),)


_NODE: Final = "node"
_RUNS: Final = "runs"
_BY: Final = "by"
_ANYTHING: Final = "anything"
_QUARANTINED: Final = "quarantined"
_STEP: Final = "step"


def of_facts(new: Facts, structural: Iterable[Edge], derived: Iterable[Changes]) -> set[int]:
    """Return what new facts touch, with the rows that follow from them: nodes are those that nobody named before, and
    of the edges that are stored once those that were not.
    """
    every = list(derived)
    keys = {whole(_ANYTHING)}
    for node, _ in new.nodes:
        keys.update(_touching(_NODE, node.id))
    for edge in chain((one for one in new.edges if one.kind not in STRUCTURAL), structural):
        kind, source = edge.kind, edge.source
        keys.update(_touching(f"{kind} in", edge.target))
        keys.update(_touching(f"{kind} out", source))
        if kind in FLOWING:
            keys.update(_touching(_RUNS, source))
        if edge.job is not None:
            keys.update(_touching(_BY, edge.job))
    for one in new.statements:
        keys.update(_stated(one.aspect, one.subject))
    # That a dataset has a schema is stated with each run; it is new together with the first one alone.
    schemas = {row[0] for one in every for row in one.put.get(SCHEMA.name, ())}
    schemas |= {one.subject for one in new.statements if one.aspect == "schema" and one.value is None}
    for changes in every:
        keys |= of_rows(changes)
        for ground, node, _ in changes.put.get(GROUND.name, ()):
            if ground != Ground.SCHEMA or node in schemas:
                keys.update(_grounded(ground, node))
    return keys


def of_step(changes: Changes) -> set[int]:
    """Return what a follower touches where it writes and takes away rows."""
    return of_rows(changes) | {whole(_STEP)}


@lru_cache(maxsize=_CACHED)
def _stated(aspect: str, subject: str) -> tuple[int, ...]:
    any_aspect, this = _touching("statements ", subject), _touching(f"statements {aspect}", subject)
    return (*any_aspect, *this, *(_touching(_RUNS, subject) if aspect == "event" else ()))


def of_rows(changes: Changes) -> set[int]:
    """Return what is touched where rows of indexes but grounds are written and taken away.

    Raises KeyError for a table of which it is not stated who reads it.
    """
    keys: set[int] = set()
    for name, some in chain(changes.put.items(), changes.drop.items()):
        if name in _UNREAD:
            continue
        touch = _TOUCHES[name]
        for row in some:
            keys.update(touch(row))
    return keys


@lru_cache(maxsize=_CACHED)
def _grounded(ground: str, node: str) -> tuple[int, ...]:
    what = f"{GROUND.name} {ground}"
    return whole(what), *_touching(what, node), *_touching(GROUND.name, node)


@lru_cache(maxsize=_CACHED)
def _current(subject: str, aspect: str) -> tuple[int, ...]:
    return (*_touching("in force ", subject), *_touching(f"in force {aspect}", subject))


BY_NODE: Final[Mapping[str, str]] = {
    **{table.name: FLOW.name for table in (FLOW, ALIAS)},
    **{table.name: CONTRIBUTION.name for table in (CONTRIBUTION, REPLACEMENT, PRODUCER)},
    **{table.name: table.name for table in (NAMED_IN_FACET, POINTER, LISTING, SCHEMA, COLUMN_FLOW, COVERAGE, USE)},
    **{table.name: COLUMN_STATEMENT.name for table in (COLUMN_STATEMENT, STATED)},
    **{table.name: HELD.name for table in (HELD, EQUATION, STATE)},
    **{table.name: FACET.name for table in (FACET, UNRECORDED)},
    RECORD_STATE.name: f"{RECORD_STATE.name} of",
}
"""The tables of which a row is read by the nodes that it names, and under what they are read together."""

_BY_WHOLE: Final[Mapping[str, str]] = {
    **{table.name: INLET.name for table in (HUB, INLET, OUTLET)},
    **{table.name: OUTPUT.name for table in (JOINED, OUTPUT, EFFECT)},
    **{table.name: COVERAGE_OUTLET.name for table in (COVERAGE_OUTLET, COVERAGE_INLET)},
    **{table.name: COUNTED.name for table in (COUNTED, RECENT)},
}
"""The tables of which a row may change the answer about any node."""


def _by_node(table: Table) -> Callable[[Row], Iterator[int]]:
    """Return what a row touches that is read by the nodes which it names."""
    what, places = BY_NODE[table.name], [place for place, (_, kind) in enumerate(table.columns) if kind is Kind.ID]

    def touch(row: Row) -> Iterator[int]:
        for place in places:
            # Of a row that is taken away only its key is there.
            if place < len(row) and row[place] is not None:
                yield from _touching(what, row[place])

    return touch


def _with_value(table: Table, column: str) -> Callable[[Row], Iterator[int]]:
    """Return what a row touches that is read by a value of it as well."""
    by_node, place = _by_node(table), table.place(column)

    def touch(row: Row) -> Iterator[int]:
        yield whole(f"{table.name} {row[place]}")
        yield from by_node(row)

    return touch


def _and_as_whole(table: Table) -> Callable[[Row], Iterator[int]]:
    """Return what a row touches that is read by the nodes which it names, and of all nodes together."""
    by_node, key = _by_node(table), whole(table.name)

    def touch(row: Row) -> Iterator[int]:
        yield key
        yield from by_node(row)

    return touch


def _under_value(table: Table) -> Callable[[Row], Sequence[int]]:
    """Return what a row touches that is read by a name, with a value or with any."""
    what = table.name
    return lambda row: (whole(f"{what} {row[0]} {row[1]}"), whole(f"{what} {row[0]}"))


def _as_whole(what: str) -> Callable[[Row], Sequence[int]]:
    keys = (whole(what),)
    return lambda _: keys


_TABLES: Final = (
    *(FLOW, ALIAS, CONTRIBUTION, REPLACEMENT, PRODUCER, NAMED_IN_FACET, POINTER, LISTING, SCHEMA, COLUMN_FLOW),
    *(COVERAGE, COLUMN_STATEMENT, STATED, EQUATION, STATE, FACET, UNRECORDED),
)
_TOUCHES: Final[Mapping[str, Callable[[Row], Iterable[int]]]] = {
    **{table.name: _by_node(table) for table in _TABLES},
    **{name: _as_whole(what) for name, what in _BY_WHOLE.items()},
    USE.name: _with_value(USE, "how"),
    HELD.name: _with_value(HELD, "kind"),
    LISTED.name: _under_value(LISTED),
    RECORD_STATE.name: _and_as_whole(RECORD_STATE),
    IN_FORCE.name: lambda row: _current(row[0], row[1]),
    KEY_FIELD.name: lambda row: _looked_up(row[0], row[1], row[2]),
    FACET_KEY.name: lambda row: _looked_up(row[0], CARRIES, row[1]),
}
"""What rows touch, by their table."""

_UNREAD: Final = frozenset(
    {
        GROUND.name,
        *("run_state", "moment", "access", "hub_shape", "stream", "stream_part", "stream_child", "stream_end"),
        *("word", "suffix", "supplied", "phi_claim", "column_how"),
        *("column_lineage_value", "schema_text", "column_coverage_write", "boundary"),
        *("label_due", "label_pending", "label_reader", "label_followed", "label_watched", "label_claim"),
    }
)
"""The tables that are read by whoever writes alone, by a search for words, which every batch touches, by a digest,
which stands for one text, or as of a point in time; and grounds, which facts tell of again and again.
"""
