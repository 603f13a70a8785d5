"""An answer of which nothing was touched is the answer still, whatever else entries say."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.labels.queries import attestations_by_id
from catalog.labels.taint.following import LabelFollower
from catalog.labels.taint.queries import effective_labels
from catalog.projection.entry_facts import facts_of
from catalog.reading import EVERYTHING, NO_SITE, Rights
from catalog.store import touches
from catalog.store.indexes import INDEXES
from catalog.store.indexes.facet_keys import facet_of
from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.keys import CARRIES, FIELDS
from catalog.store.indexes.record_states import Suggested
from catalog.store.indexes.search import GAP
from catalog.store.indexes.table import Changes
from catalog.store.indexes.uses import READS, WRITES
from catalog.store.protocol import Query
from catalog.store.sqlite import SqliteStore
from catalog.store.touches import KEPT, MOST, NO_GRAPH, Touched, packed, unpacked
from catalog.view import Anchor, Noted, View
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed, HasColumn, IsHeldAt, IsTagged, Read, Wrote
from graph_schema.facts import Facts, Role
from graph_schema.nodes import Column, Dataset, Job, Node, PhiTag, Run, Site
from graph_schema.registry import TYPES
from graph_schema.times import SECOND, format_time
from tests.property.catalog.labels.test_effective import EARLY
from tests.property.catalog.labels.test_following import ASSETS, HAPPENED, told
from tests.support.answers import ids_of
from tests.support.facts import ASPECTS, World, history, joined
from tests.support.kept_labels import KINDS, current_labels
from tests.support.records import House, attestation

CHANCE = st.integers(0, 2**32).map(random.Random)
COLUMN = "patientId"
SAID = (
    *ASPECTS,
    "column_lineage",
    "producer",
    "tags",
    "symlinks",
    "event",
    "was_dropped",
    "phi.CLINICAL_NOTE",
)
COUNTED = ("zone", "owner", "label", "site", GAP, "tag")
FACETS = sorted(facet for one in (*SAID, "facet:spark.x-y") if (facet := facet_of(one)) is not None)
_LABEL = {"stance": "ASSERT", "codes": [], "origin": "CLAIMED"}


def rerun(chance: random.Random, entry: int, at: int) -> Facts:
    """Return what an event of one of two jobs says, which mostly is what each of its runs says."""
    job = Job("made-up", f"again {chance.randrange(2)}")
    run = Run(job.namespace, job.name, f"00000000-0000-4000-8000-{entry // 2:012d}")
    kind = ("START", "COMPLETE")[entry % 2]
    builder = FactBuilder(entry, at, f"{entry:016x}", RANK[kind], run.id, job.id)
    builder.add_statement(run, "event", {"type": kind if chance.random() < 0.9 else "FAIL"})
    builder.add_edge(Executed(run, job))
    builder.add_statement(job, "producer", {"uri": "https://tests.example/made-up"})
    read = Dataset("made-up", "read" if chance.random() < 0.9 else "read too")
    wrote = Dataset("made-up", f"wrote {job.name}")
    builder.add_edge(Read(run, read))
    builder.add_edge(Wrote(run, wrote))
    fields = [{"name": COLUMN, "type": "string"}, *([{"name": "note"}] if chance.random() < 0.1 else [])]
    builder.add_statement(read, "schema", {"fields": fields}, Role.IN)
    builder.add_edge(HasColumn(read, Column(read.namespace, read.name, COLUMN)))
    lineage = {"namespace": read.namespace, "name": read.name, "field": COLUMN}
    if chance.random() < 0.9:
        builder.add_statement(wrote, "column_lineage", {"fields": {COLUMN: {"inputFields": [lineage]}}}, Role.OUT)
    if chance.random() < 0.2:
        builder.add_statement(wrote, chance.choice(("documentation", "facet:spark.x-y", "tags")), "said", Role.OUT)
    if chance.random() < 0.05:
        builder.add_edge(IsTagged(wrote, PhiTag("CLINICAL_NOTE")), _LABEL)
    return builder.build()


def questions(ids: Sequence[str]) -> dict[str, Callable[[View], Any]]:
    """Return what is asked of a view, by what it is, each by itself."""
    edges = {
        f"{kind} {way}": lambda view, kind=kind, way=way: view.edges(ids, (kind,), way)
        for kind in TYPES
        for way in ("out", "in")
    }
    statements = {
        f"{one} of {label}": lambda view, one=one, of=of: view.statements(of, (one,))
        for one in SAID
        for label in ("Run", "Dataset", "Job", "Column")
        if (of := [each for each in ids if each.startswith(f"{label}:")])
    }
    in_force = {
        f"{one} in force": lambda view, one=one: view.in_force(ids, endings=True, aspects=(one,)) for one in SAID
    }
    lookups = {
        f"{label} by {field}": lambda view, label=label, field=field: view.lookup(label, field, ("", "made-up", COLUMN))
        for label, fields in FIELDS.items()
        for field in fields
    }
    carrying = {
        f"{label} with {facet}": lambda view, label=label, facet=facet: view.lookup(label, CARRIES, (facet,))
        for label in ("Dataset", "Job", "Run")
        for facet in FACETS
    }
    found = {
        f"{label} found": lambda view, label=label: view.find(Query((label,), facets=("label",)))
        for label in Node.registered
    }
    narrowed = Query(("Dataset", "Job"), every=((GAP, "owner"),), missing=("zone",), has=("documentation",))
    valued = {"zone": ("RAW", "CURATED"), "label": ("Dataset",)}
    return {
        "found by what is counted": lambda view: view.find(Query(("Dataset",), facets=COUNTED)),
        "found by what is missing": lambda view: view.find(narrowed),
        "found by a value": lambda view: view.find(Query(("Dataset", "Job"), filters=valued)),
        "found by a value alone": lambda view: view.find(Query(("Dataset",), filters=valued, with_aspects=False)),
        "found alone": lambda view: view.find(Query(("Dataset", "Column"), with_aspects=False)),
        "found by words": lambda view: view.find(Query(("Dataset", "Job"), text="made")),
        "all of a kind": lambda view: [view.all_of(label) for label in ("Run", "Site", "Dataset")],
        **edges,
        **statements,
        **in_force,
        **lookups,
        **carrying,
        **found,
        "statements": lambda view: view.statements(ids),
        "everything in force": lambda view: view.in_force(ids),
        "nodes": lambda view: view.nodes(ids),
        "datasets": lambda view: view.nodes([one for one in ids if not one.startswith("Run:")]),
        "runs": lambda view: view.runs([one for one in ids if one.startswith("Run:")]),
        "flows": lambda view: (view.flows(ids, "in"), view.flows(ids, "out"), view.neighbours(ids, "out")),
        "contributions": lambda view: view.contributions([(one, 2**62) for one in ids]),
        "uses": lambda view: (view.uses(ids), view.used(sorted({*READS, *WRITES}))),
        "schemas": lambda view: view.schemas(ids),
        "names": lambda view: (view.pointers(ids), view.listings(ids), view.named_in_facets(ids)),
        "producers": lambda view: view.producers(),
        "grounds": lambda view: view.grounds(list(Ground)),
        "record states of some": lambda view: view.record_states([one for one in ids if one.startswith("Dataset:")]),
        "record states": lambda view: (view.record_states(), view.datasets_suggested(list(Suggested))),
        "column flows": lambda view: (view.column_flows(ids, "in"), view.column_flows(ids, "out")),
        "coverage": lambda view: view.column_coverage(ids),
        "column lineage": lambda view: view.column_lineage([(one, None) for one in ids]),
        "quarantined": lambda view: view.quarantined(),
        "boundaries": lambda view: view.is_as_at(0),
        "held labels": lambda view: (view.held_labels(ids), view.label_states(ids)),
    }


RIGHTS = (
    EVERYTHING,
    Rights(namespaces=frozenset({"made-up"})),
    Rights(namespaces=frozenset({"made-up", "ns0"}), sites=frozenset({NO_SITE, "North"})),
)


class Standing:
    """What was answered, what was looked at and when, as far as nothing of it was touched since, nor began or ended."""

    def __init__(self, began: Callable[[], Anchor | None] = lambda: None) -> None:
        self.kept: dict[tuple[str, Rights], tuple[Any, Noted, int]] = {}
        self.graph, self.number = NO_GRAPH
        self.compared: set[str] = set()
        self._anchor = began

    def hold(self, store: SqliteStore, asked: dict[str, Callable[[View], Any]], rights: Sequence[Rights]) -> None:
        """Hold every answer to what it was, unless it was touched; raises AssertionError where it is another."""
        with store.reading() as read:
            stamp = read.stamp()
            if stamp.graph != self.graph:
                self.kept.clear()
                self.graph, self.number = stamp.graph, 0
            touched = read.touched(self.number)
            assert [one.number for one in touched] == list(range(self.number + 1, stamp.number + 1))
            self.number = stamp.number
            for name, ask in asked.items():
                for each in rights:
                    view = View(read, rights=each, anchor=self._anchor())
                    with view.noting() as noted:
                        answer = ask(view)
                    before = self.kept.get((name, each))
                    if before is not None and stands(before[1], before[2], touched, view):
                        assert answer == before[0], (name, each)
                        self.compared.add(name)
                    self.kept[name, each] = answer, noted, view.moment


def stands(noted: Noted, moment: int, touched: Sequence[Touched], view: View) -> bool:
    """Tell whether what was found by then, looking at this, is what would be found now."""
    return (
        noted.lasts
        and all(one.keys is not None and one.keys.isdisjoint(noted.keys) for one in touched)
        and view.holds(noted)
        and view.is_as_at(moment)
    )


@given(chance=CHANCE, length=st.integers(0, 8), again=st.integers(2, 10))
@settings(max_examples=10)
def test_an_answer_of_which_nothing_was_touched_is_the_answer_still(
    chance: random.Random, length: int, again: int
) -> None:
    first = history(chance, length, World(3, 2, 2))
    first += [rerun(chance, length + number, 20 + number) for number in range(again)]
    late = chance.randrange(20)
    first += [rerun(chance, length + again + number, late + number) for number in range(2)]
    first += [held_somewhere(length + again + 2, chance.choice(("North", "South")))]
    asked = questions(ids_of(joined(first)))
    standing = Standing()
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.db")
        for entry, facts in enumerate(first):
            store.apply(facts, entry)
            standing.hold(store, asked, RIGHTS)
        store.close()


def _of_one(asset: str, view: View) -> Any:
    return view.held_labels([asset]), effective_labels(view, [asset])


BY_TIME: dict[str, Callable[[View], Any]] = {
    "held": lambda view: view.held_labels(ASSETS),
    "states": lambda view: view.label_states(ASSETS),
    "equations": lambda view: view.label_equations(ASSETS),
    "of kinds": lambda view: view.assets_labelled(KINDS),
    "lagging": lambda view: view.labels_lagging(),
    "current": lambda view: current_labels(view, ASSETS),
    "effective": lambda view: effective_labels(view, ASSETS),
    "attested": lambda view: attestations_by_id(view, view.all_of("Attestation")),
    **{f"of {one}": partial(_of_one, one) for one in ASSETS},
}
_HOUR = 3600.0


@given(HAPPENED, HAPPENED, st.integers(0, 12), st.integers(0, 4))
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=8)
def test_labels_stand_until_a_step_or_a_time_changes_them_and_nothing_stands_behind_an_erasure(
    first: list[str], second: list[str], erased: int, hours: int
) -> None:
    """A follower works a little or much behind each entry; then then records say when they end, and time passes."""
    with tempfile.TemporaryDirectory() as folder:
        house, store = House(Path(folder)), SqliteStore(Path(folder) / "graph.db")
        standing = Standing(lambda: house.anchor(house.clock.micros()))
        follower = LabelFollower(store, lambda read: View(read, anchor=house.anchor(house.clock.micros())), slice_=2)

        def hold() -> None:
            standing.hold(store, BY_TIME, (EVERYTHING,))

        def write(entry: int) -> None:
            store.apply(facts_of(house.ledger.entry(entry)), entry)
            hold()
            for _ in range(entry % 4 and 1_000):
                if not follower.step():
                    break
                hold()

        for entry in range(len(told(house, first))):
            write(entry)
        begun = store.stamp().graph
        store.clear()
        hold()
        kept = [one for one in range(house.ledger.size()) if one != min(erased, house.ledger.size() - 1)]
        store.apply(joined([facts_of(house.ledger.entry(one)) for one in kept]), house.ledger.size() - 1)
        assert store.stamp().graph not in {begun, ""}
        hold()
        ends = format_time(house.clock.micros() + int(_HOUR * SECOND) * hours)
        start = house.ledger.size()
        house.append(attestation(run_id=None, indirect=True, valid_from=EARLY, until=ends), "ada")
        for entry in range(start, len(told(house, second))):
            write(entry)
            house.clock.now += _HOUR
            hold()
        store.close()
        house.close()


def held_somewhere(entry: int, site: str) -> Facts:
    builder = FactBuilder(entry, entry, f"{entry:016x}")
    builder.add_edge(IsHeldAt(Dataset("made-up", "read"), Site(site)))
    return builder.build()


def test_an_entry_about_one_dataset_touches_nothing_of_another(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    one, other = Dataset("made-up", "one"), Dataset("made-up", "other")
    for entry, dataset in enumerate((one, other)):
        builder = FactBuilder(entry, entry, f"{entry:016x}")
        builder.add_statement(dataset, "documentation", "said")
        store.apply(builder.build(), entry)
    with store.reading() as read:
        (last,) = read.touched(1)
        assert last.keys is not None
        for dataset, is_touched in ((one, False), (other, True)):
            for name, ask in questions([dataset.id]).items():
                if name in {"documentation of Dataset", "documentation in force", "nodes"}:
                    view = View(read)
                    with view.noting() as noted:
                        ask(view)
                    assert last.keys.isdisjoint(noted.keys) != is_touched, name
    store.close()


def test_of_so_many_batches_it_is_kept_what_they_touched_and_of_a_wide_one_that_it_touched_everything(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    assert store.stamp() == NO_GRAPH
    for entry in range(KEPT + 3):
        builder = FactBuilder(entry, entry, f"{entry:016x}")
        builder.add_statement(Dataset("made-up", "one"), "documentation", f"said {entry}")
        store.apply(builder.build(), entry)
    graph, number = store.stamp()
    assert number == KEPT + 3
    assert sorted(one.number for one in store.touched(0)) == list(range(4, KEPT + 4))
    assert [one.number for one in store.touched(number - 1)] == [number]
    assert store.touched(number) == []
    assert unpacked(packed(7, range(MOST + 1))) == Touched(7, None)
    store.clear()
    assert store.stamp() == NO_GRAPH
    builder = FactBuilder(0, 0, "00")
    builder.add_statement(Dataset("made-up", "one"), "documentation", "said")
    store.apply(builder.build(), 0)
    assert store.stamp().graph != graph
    store.close()


def test_of_every_table_it_is_stated_what_its_rows_touch() -> None:
    every = Changes(put={table.name: [] for index in INDEXES for table in index.tables})
    assert touches.of_rows(every) == set()
    with pytest.raises(KeyError):
        touches.of_rows(Changes(put={"another": []}))
