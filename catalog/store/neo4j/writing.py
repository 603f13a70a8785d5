"""One batch of facts into the graph, with the rows of the indexes that follow from them, inside one transaction."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from catalog.store import touches
from catalog.store.indexes import INDEXES
from catalog.store.indexes.effects import IN_FORCE
from catalog.store.indexes.flows import ALIAS
from catalog.store.indexes.keys import looked_up_by
from catalog.store.indexes.run_states import FLOWING, RUN_STATE, RunState
from catalog.store.indexes.search import FACET, SEARCH, UNRECORDED
from catalog.store.indexes.table import Changes, Key, Row, Table
from catalog.store.indexes.work import Work
from catalog.store.neo4j import showing
from catalog.store.neo4j.connection import Run, write
from catalog.store.neo4j.contents import Contents, Texts, encoded, is_moment, mentions, own
from catalog.store.neo4j.forms import PROPERTIES, SENTENCE, SETS, is_kept, is_structural, touched_place
from catalog.store.neo4j.numbering import Numbers
from catalog.store.neo4j.past import Neo4jPast, RowMemory
from catalog.store.neo4j.row_values import stored
from catalog.store.neo4j.row_writing import RowWriter, merged
from catalog.store.neo4j.search_memory import changed_by
from catalog.store.neo4j.set_rows import nodes_of, rows_of_sets
from catalog.store.protocol import Quarantined
from catalog.store.words import carried, key_terms
from graph_schema.assertions import Assertion, assertions
from graph_schema.canonical import canonical_text
from graph_schema.cypher import lookup, reading, schema, writing
from graph_schema.facts import Edge, Facts
from graph_schema.identity import label_of
from graph_schema.nodes import Node

_MOST: Final = 500_000
"""How many ids and digests are remembered at the most: some 100 MB."""


@dataclass(slots=True)
class Written:
    """What is known to be stored, as long as the graph stands where the last batch of this process left it."""

    checkpoint: int = -1
    numbers: dict[str, int] = field(default_factory=dict)
    """Of the nodes that an entry named."""
    digests: set[str] = field(default_factory=set)
    """Of contents and of long texts."""
    rows: RowMemory = field(default_factory=RowMemory)

    def forget(self) -> None:
        """Know nothing: someone else wrote, or a transaction failed."""
        self.checkpoint = -1
        self.numbers, self.digests = {}, set()
        self.rows.forget()

    def bound(self) -> None:
        """Forget what has become too much to remember."""
        if len(self.numbers) > _MOST:
            self.numbers = {}
        if len(self.digests) > _MOST:
            self.digests = set()


class Batch:
    """The facts of some entries on their way in."""

    def __init__(self, run: Run, written: Written, contents: Contents, numbers: str) -> None:
        """Write through this transaction, and number nodes from where `numbers` are.

        `written` is read here, and changed only by `remember`.
        """
        self._run = run
        self._written = written
        self._contents = contents
        self._new_digests: set[str] = set()
        self._newly_named: set[str] = set()
        self.numbers = Numbers(numbers)
        self._number_of: dict[str, int] = {}
        """Of the ids that are stored."""
        self._present: dict[str, bool] = {}
        """The ids that are stored, and whether an entry named them."""
        self._created: set[str] = set()
        """Those that were created with what they show, and with the rows that are properties of theirs."""
        self._past: Neo4jPast | None = None
        self.tally: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.sets: Counter[str] = Counter()
        """Which sets that a search remembers are others now, see `search_memory.changed_by`."""
        self.touched: set[int] = set()
        """See `catalog.store.touches`."""
        self.alias_reach = 0

    def write(self, new: Facts) -> None:
        """Add facts of which none is stored, and the rows that follow from them."""
        ids = {node.id for node, _ in new.nodes}
        ids.update(end for edge in new.edges for end in (edge.source, edge.target))
        ids.update(statement.subject for statement in new.statements)
        self._look_up(ids)
        self._past = self._past_of(ids - self._present.keys())
        work = Work(self._named_for_the_first_time(new), self._past)
        for index in INDEXES:
            work.derived[index.name] = index.derive(work)
        self._write_nodes(new, ids, self._shown_first(new, work.derived.values()))
        self._write_records(assertions(new))
        structural = self._write_sentences(new.edges)
        self.touched |= touches.of_facts(work.new, structural, work.derived.values())
        for index in INDEXES:
            self.put(index.tables, work.derived[index.name])
        self._write_sets(work.derived[SEARCH.name])
        self._show(work.derived.values())

    def keep(self, changes: Changes, table: Table, now: Row, before: Row | None) -> bool:
        """Write rows that follow from no new fact, where a row of the table stands as before; return whether it did."""
        self._past = self._past_of(())
        key = now[: table.prefix]
        if list(self._past.under(table, [key])[key]) != ([] if before is None else [before]):
            return False
        changes.add(table, [now])
        for index in INDEXES:
            self.put(index.tables, changes)
        self.touched |= touches.of_step(changes)
        return True

    def fill(self, changes: Changes) -> None:
        """Write rows of an index that is filled anew; those that are there already stay."""
        self._past = self._past_of(())
        for index in INDEXES:
            self.put(index.tables, changes)

    def fill_sets(self, changes: Changes) -> None:
        """Write what nodes are found by and do not carry themselves; what is in the sets already stays."""
        self._past = self._past_of(())
        self._write_sets(changes, ())

    def send(self, query: str, rows: Sequence[Mapping[str, Any]], mentions: str = "") -> None:
        """Write by a statement of its own; let there be nodes of the ids under `mentions`."""
        if mentions:
            self.mention(row[mentions] for row in rows)
        write(self._run, query, rows)

    def number_some(self, count: int) -> int:
        """Number so many of the nodes that have no number; return of how many that was."""
        found = self._run(writing.without_number(), limit=count)[0]["found"]
        sent = [{"id": one, "number": self.numbers.take(label_of(one))} for one in found]
        write(self._run, writing.number_nodes(), sent)
        return len(sent)

    def quarantine(self, refused: Iterable[Quarantined]) -> None:
        """Add what could not be projected."""
        rows = [
            {"entry": one.entry, "kind": one.kind, "subjects": list(one.subjects), "reason": one.reason}
            for one in refused
        ]
        if rows:
            write(self._run, writing.create_quarantined(), rows)
            self.touched.update(touches.quarantined())

    def advance(self, state: Mapping[str, Any]) -> None:
        """Write beside the checkpoint how the graph stands now, and what was touched."""
        if not self.touched:
            self._run(schema.advance(), **state)
            return
        number = state["touched"] + 1
        keys = {touched_place(number): touches.packed(number, self.touched)}
        self._run(schema.touch(), **{**state, "touched": number, "keys": keys})

    def grown(self, state: Mapping[str, Any]) -> dict[str, str]:
        """Return what stands beside the checkpoint of rows, numbers and sets, given what stood there."""
        return {
            "rows": added(state["rows"], self.rows),
            "numbers": self.numbers.kept(),
            "sets": added(state["sets"], self.sets),
        }

    def remember(self, checkpoint: int) -> None:
        """Know from now on what was written: the transaction is committed."""
        self._written.checkpoint = checkpoint
        self._written.numbers.update((one, self._number_of[one]) for one in self._newly_named)
        self._written.digests |= self._new_digests
        if self._past is not None:
            self._written.rows.opened |= self.numbers.opened
            self._written.rows.put(self._past.seen)
        self._written.bound()

    def _look_up(self, ids: Collection[str]) -> None:
        named = self._written.numbers
        for one in ids:
            if one in named:
                self._present[one], self._number_of[one] = True, named[one]
        unsure = [one for one in ids if one not in self._present]
        if unsure:
            for identifier, is_named, number in self._run(writing.existing(), ids=unsure)[0]["found"]:
                self._present[identifier], self._number_of[identifier] = is_named, number
                if is_named:
                    self._newly_named.add(identifier)

    def _named_for_the_first_time(self, new: Facts) -> Facts:
        fresh = tuple((node, entry) for node, entry in new.nodes if not self._present.get(node.id))
        return Facts(fresh, new.edges, new.statements)

    def _shown_first(self, new: Facts, made: Iterable[Changes]) -> dict[str, dict[str, Any]]:
        """Return what nodes show and hold of rows that are not there: created with it, they need not be found again."""
        absent = {node.id for node, _ in new.nodes}.difference(self._present)
        put = [Changes(changes.put) for changes in made]
        found = {subject: showing.of_new(row) for subject, row in noted_of_all(put).items() if subject in absent}
        for table, changes in itertools.product(PROPERTIES, put):
            for (subject,), row in merged(table, changes.put.get(table.name, ())).items():
                if subject in absent:
                    found.setdefault(subject, {}).update(stored(table, row)["row"])
                    if table is RUN_STATE:
                        found[subject].update(showing.of_run(RunState.of(row)))
        return found

    def _write_nodes(self, new: Facts, ids: Collection[str], shown: Mapping[str, dict[str, Any]]) -> None:
        created: dict[str, list[dict[str, Any]]] = {}
        named: list[dict[str, Any]] = []
        for node, entry in new.nodes:
            identifier = node.id
            is_named = self._present.get(identifier)
            if is_named:
                continue
            row: dict[str, Any] = dict(zip(node.key_fields(), node.key, strict=True))
            row |= {"id": identifier, "title": node.title, "known_from": entry, "key": list(node.key)}
            row |= _lookups(node) | _carried(node)
            if is_named is None:
                row |= shown.get(identifier, {})
                self._created.add(identifier)
                created.setdefault(node.label, []).append(row)
            else:
                named.append(row)
            self.tally[node.label] += 1
            self._newly_named.add(identifier)
            self._present[identifier] = True
        if named:
            write(self._run, writing.name_nodes(), named)
        self._create(created)
        self.mention(ids)

    def mention(self, ids: Iterable[str]) -> None:
        """Let there be nodes of these ids, whoever names them."""
        unsure = {one for one in ids if one not in self._present}
        self._look_up(unsure)
        created: dict[str, list[dict[str, Any]]] = {}
        for identifier in sorted(unsure - self._present.keys()):
            created.setdefault(label_of(identifier), []).append({"id": identifier})
            self._present[identifier] = False
        self._create(created)

    def _create(self, created: Mapping[str, list[dict[str, Any]]]) -> None:
        for name, rows in created.items():
            for row in rows:
                row["search_number"] = self._number_of[row["id"]] = self.numbers.take(name)
            write(self._run, writing.create_nodes(name), rows)

    def _past_of(self, absent: Collection[str]) -> Neo4jPast:
        return Neo4jPast(self._run, self._written.rows, self._contents, absent, self.numbers.opened)

    def _write_sets(self, made: Changes, alone: Collection[tuple[str, str]] | None = None) -> None:
        """Write what becomes of the sets of search; `alone` are the (node, term) that nodes carry, None to see."""
        assert self._past is not None  # noqa: S101  # see `put`
        self.mention(nodes_of(made))
        changes = rows_of_sets(made, self._number_of.__getitem__, self._past, alone)
        self.put(SETS, changes)
        self.sets.update(changed_by(changes))

    def _write_records(self, stated: Iterable[Assertion]) -> None:
        texts = Texts()
        records: list[dict[str, Any]] = []
        single: list[dict[str, Any]] = []
        about: list[dict[str, Any]] = []
        contents: dict[str, Assertion] = {}
        ordinals: Counter[int] = Counter()
        for assertion in stated:
            record = _record(assertion, ordinals, texts)
            named = mentions(assertion.statements, assertion.edges, assertion.attribution.run)
            about += [{"of": record["id"], "node": node, "what": what} for node, what in named.items()]
            if assertion.content is None:
                single.append({"record": record})
            else:
                digest = assertion.content.digest.hex()
                contents.setdefault(digest, assertion)
                records.append({"record": record, "content": digest})
        self._write_contents(contents, texts)
        steps = (
            (writing.create_records(), records),
            (writing.create_single_records(), single),
            (writing.record_is_about(momentary=False), [row for row in about if not is_moment(row["what"])]),
            (writing.record_is_about(momentary=True), [row for row in about if is_moment(row["what"])]),
        )
        for query, rows in steps:
            if rows:
                write(self._run, query, rows)

    def _write_contents(self, contents: Mapping[str, Assertion], texts: Texts) -> None:
        missing = self._missing(writing.existing_contents(), contents)
        rows: list[dict[str, Any]] = []
        about: list[dict[str, Any]] = []
        for digest in missing:
            content = contents[digest].content
            assert content is not None  # noqa: S101  # only such are among them
            rows.append({"digest": digest, "states": encoded(content.statements, content.edges, texts)})
            named = mentions(content.statements, content.edges, None)
            about += [{"of": digest, "node": node, "what": what} for node, what in named.items()]
            self._contents.put(digest, (content.statements, content.edges))
        values = self._missing(writing.existing_values(), texts.found)
        steps = (
            (writing.create_values(), [{"digest": digest, "text": texts.found[digest]} for digest in values]),
            (writing.create_contents(), rows),
            (writing.content_is_about(momentary=False), [row for row in about if not is_moment(row["what"])]),
            (writing.content_is_about(momentary=True), [row for row in about if is_moment(row["what"])]),
        )
        for query, some in steps:
            if some:
                write(self._run, query, some)

    def _missing(self, existing: str, digests: Collection[str]) -> list[str]:
        unsure = [digest for digest in digests if digest not in self._written.digests]
        if not unsure:
            return []
        stored = frozenset(self._run(existing, digests=unsure)[0]["found"])
        self._new_digests.update(unsure)
        return [digest for digest in unsure if digest not in stored]

    def _write_sentences(self, edges: Iterable[Edge]) -> list[Edge]:
        """Write which nodes edges lead between; return those of the edges that are stored once and were not."""
        drawn: dict[tuple[str, str, str], int] = {}
        for edge in edges:
            if edge.kind not in FLOWING:
                drawn[edge[:3]] = min(edge.entry, drawn.get(edge[:3], edge.entry))
            if not is_structural(edge.kind):
                self.tally[edge.kind] += 1
        changes = Changes()
        changes.add(SENTENCE, [(*place, entry) for place, entry in drawn.items()])
        created = [row for row in self.put((SENTENCE,), changes) if is_structural(row[0])]
        self.tally.update(row[0] for row in created)
        new = {tuple(row[:3]) for row in created}
        return [edge for edge in edges if edge[:3] in new]

    def put(self, tables: Iterable[Table], changes: Changes) -> list[Row]:
        """Write the rows of these tables; return the new ones."""
        assert self._past is not None  # noqa: S101  # rows follow from facts that were looked up
        writer = RowWriter(self._run, self._past, self, self._created)
        new: list[Row] = []
        for table in tables:
            if is_kept(table) and (table.name in changes.put or table.name in changes.drop):
                created = writer.write(table, changes)
                new += created
                if table == ALIAS and created:
                    names = self._run(reading.alias_reach(), ids=sorted({row[0] for row in created}))[0]["names"]
                    self.alias_reach = max(self.alias_reach, names - 1)
        self.rows.update(writer.counted)
        return new

    def _show(self, made: Collection[Changes]) -> None:
        """Let nodes show what is in force about them, and runs what became of them."""
        assert self._past is not None  # noqa: S101  # see `put`
        shown = noted(made, self._past.before)
        states = [RunState.of(row) for changes in made for row in changes.put.get(RUN_STATE.name, ())]
        runs = [{"id": one.run, "properties": showing.of_run(one)} for one in states if one.run not in self._created]
        if rows := [row for subject, row in shown.items() if subject not in self._created]:
            self.mention(shown)
            write(self._run, writing.show(), rows)
        if runs:
            write(self._run, writing.show_runs(), runs)


def noted(made: Iterable[Changes], before: Mapping[tuple[str, Key], Row | None]) -> dict[str, dict[str, Any]]:
    """Return what nodes show from now on and no more, given the rows that changed as they were."""
    shown: dict[str, dict[str, Any]] = {}
    for changes in made:
        now = {row[: IN_FORCE.key]: row[_VALUE] for row in changes.put.get(IN_FORCE.name, ())}
        for subject, aspect in (*now, *changes.drop.get(IN_FORCE.name, ())):
            place = IN_FORCE.name, (subject, aspect)
            if place in before:
                old = before[place]
                value = now.get((subject, aspect))
                showing.note(shown, subject, aspect, None if old is None else old[_VALUE], value)
        showing.note_facets(shown, changes.put.get(FACET.name, ()), changes.drop.get(FACET.name, ()))
        showing.note_gaps(shown, changes.put.get(UNRECORDED.name, ()), changes.drop.get(UNRECORDED.name, ()))
    return shown


def noted_of_all(made: Sequence[Changes]) -> dict[str, dict[str, Any]]:
    """Return what nodes show of all that follows from facts, by node."""
    new = {(IN_FORCE.name, row[: IN_FORCE.key]): None for one in made for row in one.put.get(IN_FORCE.name, ())}
    return noted(made, new)


_VALUE: Final = IN_FORCE.place("value")


def _record(assertion: Assertion, ordinals: Counter[int], texts: Texts) -> dict[str, Any]:
    attribution = assertion.attribution
    event = next((one.data["type"] for one in assertion.statements if one.aspect == "event"), None)
    # A property that is null is not stored: most records are of no event, and most events say it.
    named = event is not None and any(edge.kind in ("READ", "WROTE") for edge in assertion.all_edges())
    identifier = f"{attribution.entry}.{ordinals[attribution.entry]}"
    ordinals[attribution.entry] += 1
    return {
        "id": identifier,
        **attribution._asdict(),
        "event": event,
        "names_datasets": named or None,
        "own": own(assertion, texts),
    }


def looked_up_of(facts: Facts) -> list[dict[str, Any]]:
    """Return by which fields each of the nodes is looked up."""
    return [{"id": node.id, "fields": fields} for node, _ in facts.nodes if (fields := _lookups(node))]


def carried_by(facts: Facts) -> list[dict[str, Any]]:
    """Return the terms that each of the nodes carries itself."""
    return [{"id": node.id, "fields": fields} for node, _ in facts.nodes if (fields := _carried(node))]


def added(before: str, more: Mapping[str, int]) -> str:
    """Return counts, as they are kept beside the checkpoint, with more of them."""
    total = Counter(json.loads(before))
    total.update(more)
    return canonical_text({name: count for name, count in total.items() if count})


def _lookups(node: Node) -> dict[str, str]:
    return {lookup(field): value for field, value in looked_up_by(node)}


def _carried(node: Node) -> dict[str, str]:
    name, digits = carried(key_terms(node))
    return {place: term for place, term in (("search_name", name), ("search_digits", digits)) if term}
