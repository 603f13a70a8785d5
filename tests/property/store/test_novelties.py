"""What is no matter of runs answers as it did by the last entry that said anything else."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.store.indexes.grounds import Ground
from catalog.store.indexes.keys import CARRIES, FIELDS
from catalog.store.indexes.record_states import Suggested
from catalog.store.indexes.uses import READS, WRITES
from catalog.store.protocol import Query
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed, HasColumn, IsTagged, Read, Wrote
from graph_schema.facts import Facts, Role
from graph_schema.nodes import Column, Dataset, Job, Node, PhiTag, Run
from graph_schema.registry import TYPES
from tests.support.answers import ids_of
from tests.support.facts import ASPECTS, World, history, joined

CHANCE = st.integers(0, 2**32).map(random.Random)
COLUMN = "patientId"
SAID = (*ASPECTS, "column_lineage", "producer", "tags", "symlinks", "event", "was_dropped", "phi.CLINICAL_NOTE")
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
        for field in (*fields, *([CARRIES] if label in {"Dataset", "Job", "Run"} else []))
    }
    found = {
        f"{label} found": lambda view, label=label: view.find(Query((label,), facets=("label",)))
        for label in Node.registered
    }
    return {
        **edges,
        **statements,
        **in_force,
        **lookups,
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
        "record states": lambda view: (view.record_states(), view.datasets_suggested(list(Suggested))),
        "column flows": lambda view: (view.column_flows(ids, "in"), view.column_flows(ids, "out")),
        "coverage": lambda view: view.column_coverage(ids),
        "column lineage": lambda view: view.column_lineage([(one, None) for one in ids]),
        "quarantined": lambda view: view.quarantined(),
        "boundaries": lambda view: view.is_as_at(0),
        "held labels": lambda view: (view.held_labels(ids), view.label_states(ids)),
    }


@given(chance=CHANCE, length=st.integers(0, 8), again=st.integers(2, 10))
@settings(max_examples=10)
def test_what_no_run_is_asked_for_stays_as_it_was_until_anything_new_is_said(
    chance: random.Random, length: int, again: int
) -> None:
    first = history(chance, length, World(3, 2, 2))
    first += [rerun(chance, length + number, 20 + number) for number in range(again)]
    late = chance.randrange(20)
    first += [rerun(chance, length + again + number, late + number) for number in range(2)]
    asked = questions(ids_of(joined(first)))
    kept: dict[str, tuple[int, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "graph.db")
        for entry, facts in enumerate(first):
            store.apply(facts, entry)
            with store.reading() as read:
                novelty = read.last_novelty()
                assert novelty <= entry
                for name, ask in asked.items():
                    view = View(read)
                    with view.noting() as noted:
                        answer = ask(view)
                    if not noted.of_runs:
                        since, before = kept.setdefault(name, (novelty, answer))
                        assert since != novelty or answer == before, (name, entry)
                        kept[name] = novelty, answer
        store.close()


def test_a_run_that_says_what_the_one_before_said_is_no_novelty(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311  # made-up facts, nothing secret
    store = SqliteStore(tmp_path / "graph.db")
    chance.random = lambda: 0.5  # type: ignore[method-assign]
    chance.randrange = lambda *_: 0  # type: ignore[method-assign]
    novelties = []
    for entry in range(6):
        store.apply(rerun(chance, entry, entry), entry)
        novelties.append(store.last_novelty())
    store.close()
    assert novelties == [0, 1, 1, 1, 1, 1]
