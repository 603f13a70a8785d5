"""Indexes that another version of them made, or none, filled anew from the facts, a bounded slice in each transaction.

Which index is being filled, and of which facts, stands beside the checkpoint: until it is done its version is not among
those that the graph has, so that whoever opens the graph goes on with it, and whoever reads it is refused. A slice that
was written before changes nothing, so that any number of processes may fill one index, and be killed at any moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from catalog import logs
from catalog.store.indexes import INDEXES
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.keys import KEYS
from catalog.store.indexes.search import LISTED, SEARCH, WORD
from catalog.store.indexes.table import Changes, Row, Table
from catalog.store.neo4j.connection import Run
from catalog.store.neo4j.contents import Contents
from catalog.store.neo4j.forms import is_kept, kept_of, rows_of, touched_place
from catalog.store.neo4j.row_writing import merged
from catalog.store.neo4j.search_memory import KEPT
from catalog.store.neo4j.set_rows import carried_among
from catalog.store.neo4j.writing import Batch, Written, added, carried_by, looked_up_of, noted_of_all
from catalog.store.touches import packed
from graph_schema.canonical import canonical_text
from graph_schema.cypher import rows, schema, writing
from graph_schema.facts import Facts

SLICE: Final = 5_000
"""How many rows one transaction writes or takes away: the server holds them in its memory until it ends."""

T = TypeVar("T")
Transact = Callable[[Callable[[Run], T]], T]
"""Runs work in a transaction of its own."""
Part = Callable[[Batch], None]
"""What one transaction writes of an index."""

VERSIONS: Final = {index.name: index.version for index in INDEXES}


def behind(state: Mapping[str, Any]) -> list[Index]:
    """Return the indexes of which a graph that holds anything has other versions, or none, or not all."""
    if state["checkpoint"] < 0:
        return []
    made = json.loads(state["indexes"])
    return [index for index in INDEXES if made.get(index.name) != index.version]


@dataclass(frozen=True, slots=True)
class _Filling:
    """An index that is being filled: its version, the last entry of the facts, and whether its old rows are gone."""

    name: str
    version: int
    checkpoint: int
    cleared: bool = False

    @property
    def text(self) -> str:
        """Return what stands beside the checkpoint."""
        return canonical_text([self.name, self.version, self.checkpoint, self.cleared])


class _OtherwiseError(Exception):
    """Somebody else is further, or began anew."""


class Refilling:
    """Fills the indexes that are behind."""

    def __init__(self, transact: Transact[Any], facts: Callable[[], tuple[int, Facts]], contents: Contents) -> None:
        """Write through transactions; `facts` reads all that is stored, with the last entry of it."""
        self._transact = transact
        self._read = facts
        self._contents = contents
        self._facts: tuple[int, Facts] | None = None

    def run(self) -> None:
        """Fill every index that is behind, until none is."""
        while (filling := self._transact(self._begin)) is not None:
            index = next(one for one in INDEXES if one.name == filling.name)
            try:
                if not filling.cleared:
                    filling = self._clear(index, filling)
                for part in self._parts(index, filling):
                    self._step(filling, part)
                self._transact(lambda run, of=filling: self._end(run, of))  # type: ignore[misc]  # bound where it stands
            except _OtherwiseError:
                continue
            logs.logger.info("an index was filled anew from the facts", extra={"reason": index.name})

    def _begin(self, run: Run) -> _Filling | None:
        """Return what is to be filled, and note it, unless somebody began it of the same facts."""
        state = run(schema.lock())[0]
        late = behind(state)
        if not late:
            _advance(run, state, filling="")
            return None
        new = _Filling(late[0].name, late[0].version, state["checkpoint"])
        begun = _Filling(new.name, new.version, new.checkpoint, cleared=True)
        if state["filling"] == begun.text:
            _advance(run, state)
            return begun
        made = json.loads(state["indexes"])
        made.pop(new.name, None)
        _advance(run, state, indexes=canonical_text(made), filling=new.text)
        return new

    def _clear(self, index: Index, filling: _Filling) -> _Filling:
        """Take all rows away; return how it stands then."""
        # Arrows go before what they are drawn between, which would take them along.
        queries = [rows.clear(rows_of(table)) for table in reversed(kept_of(index))]
        if index in (IN_FORCE_NOW, SEARCH):
            queries.append(writing.hide())
        for query in queries:
            while self._transact(lambda run, of=query: self._removed(run, filling, of)):  # type: ignore[misc]
                pass
        cleared = _Filling(filling.name, filling.version, filling.checkpoint, cleared=True)

        def note(run: Run) -> None:
            state = _held(run, filling)
            less = {table.name: -json.loads(state["rows"]).get(table.name, 0) for table in kept_of(index)}
            _advance(run, state, rows=added(state["rows"], less), filling=cleared.text)

        self._transact(note)
        return cleared

    def _removed(self, run: Run, filling: _Filling, query: str) -> int:
        state = _held(run, filling)
        removed: int = run(query, limit=SLICE)[0]["removed"]
        _advance(run, state)
        return removed

    def _parts(self, index: Index, filling: _Filling) -> Iterator[Part]:
        """Yield what is to be written, slice by slice."""
        if self._facts is None or self._facts[0] != filling.checkpoint:
            self._facts = self._read()
            if self._facts[0] != filling.checkpoint:
                raise _OtherwiseError
        facts = self._facts[1]
        made = index.specification(facts)
        for table in filter(is_kept, index.tables):
            yield from _rows(table, list(merged(table, made.put.get(table.name, ())).values()))
        if index is KEYS:
            yield from _sent(writing.look_up_by(), looked_up_of(facts))
        if index is SEARCH:
            while self._transact(lambda run: self._numbered(run, filling)):
                pass
            yield from _sent(writing.look_up_by(), carried_by(facts))
            words = dict.fromkeys(made.put.get(WORD.name, ()))
            alone = carried_among(words)
            yield from _sets(WORD, [row for row in words if row[2] or (row[1], row[0]) not in alone])
            yield from _sets(LISTED, list(dict.fromkeys(made.put.get(LISTED.name, ()))))
        if index in (IN_FORCE_NOW, SEARCH):
            shown = noted_of_all([IN_FORCE_NOW.specification(facts), SEARCH.specification(facts)])
            yield from _sent(writing.show(), list(shown.values()), mentions="subject")

    def _numbered(self, run: Run, filling: _Filling) -> int:
        """Number some of the nodes that have no number; return how many."""
        state = _held(run, filling)
        batch = self._batch(run, state)
        count = batch.number_some(SLICE)
        _advance(run, state, numbers=batch.numbers.kept())
        return count

    def _step(self, filling: _Filling, part: Part) -> None:
        def work(run: Run) -> None:
            state = _held(run, filling)
            batch = self._batch(run, state)
            part(batch)
            _advance(run, state, **batch.grown(state), alias_reach=max(state["alias_reach"], batch.alias_reach))

        self._transact(work)

    def _batch(self, run: Run, state: Mapping[str, Any]) -> Batch:
        return Batch(run, Written(), self._contents, state["numbers"])

    def _end(self, run: Run, filling: _Filling) -> None:
        state = _held(run, filling)
        made = {**json.loads(state["indexes"]), filling.name: filling.version}
        kept = {name: made[name] for name in VERSIONS if name in made}
        number = state["touched"] + 1
        done = {
            "indexes": canonical_text(kept),
            "filling": "",
            "sets": added(state["sets"], dict.fromkeys(KEPT, 1)),
            "touched": number,
            "keys": {touched_place(number): packed(number, None)},
        }
        run(schema.touch(), **{**state, **done})


def _held(run: Run, filling: _Filling) -> Mapping[str, Any]:
    """Return the state, which no other transaction changes until this one ends."""
    state: Mapping[str, Any] = run(schema.lock())[0].data()
    if state["filling"] != filling.text:
        raise _OtherwiseError
    return state


def _advance(run: Run, state: Mapping[str, Any], **changed: object) -> None:
    run(schema.advance(), **{**state, **changed})


def _rows(table: Table, every: Sequence[Row]) -> Iterator[Part]:
    for some in _sliced(every):
        changes = Changes()
        changes.add(table, some)
        yield lambda batch, made=changes: batch.fill(made)  # type: ignore[misc]  # bound where it stands


def _sets(table: Table, every: Sequence[Row]) -> Iterator[Part]:
    node = table.place("node")
    # What one set holds stands together, so that few of its rows are written twice.
    for some in _sliced(sorted(every, key=lambda row: (*row[:node], *row[node + 1 :], row[node]))):
        changes = Changes()
        changes.add(table, some)
        yield lambda batch, made=changes: batch.fill_sets(made)  # type: ignore[misc]  # bound where it stands


def _sent(query: str, every: Sequence[Mapping[str, Any]], mentions: str = "") -> Iterator[Part]:
    for some in _sliced(every):
        yield lambda batch, sent=some: batch.send(query, sent, mentions)  # type: ignore[misc]  # bound where it stands


def _sliced(every: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(every), SLICE):
        yield every[start : start + SLICE]
