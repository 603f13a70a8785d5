"""How much work a batch and a read cost, counted in SQLite's own steps and statements, never in time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from catalog.store.indexes import column_flows
from catalog.store.indexes.in_force import by_aspect
from catalog.store.sqlite import SqliteStore
from catalog.store.sqlite.schema import TABLES
from graph_schema.bitemporal import RANK
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed, HasColumn, IsAliasOf, Read, Wrote
from graph_schema.facts import NOW, Facts, Role
from graph_schema.nodes import Column, Dataset, Job, Run
from tests.support.facts import run_node

STEPS = 50
JOB, TOPIC, TABLE = Job("made-up", "stream"), Dataset("made-up", "topic"), Dataset("made-up", "table")


def running(entry: int, run: Run) -> Facts:
    builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["RUNNING"], run.id, JOB.id)
    builder.add_statement(run, "event", {"type": "RUNNING", "processing": "STREAMING"})
    builder.add_edge(Executed(run, JOB))
    builder.add_edge(Read(run, TOPIC))
    builder.add_edge(Wrote(run, TABLE))
    builder.add_statement(TABLE, "schema", {"fields": [{"name": f"f{entry}"}]}, Role.OUT)
    return builder.build()


def steps_of(store: SqliteStore, work: Callable[[], None]) -> int:
    """Return how many times so many steps of SQLite's machine the writer took."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    writer = store._connections.writer
    writer.set_progress_handler(step, STEPS)
    work()
    writer.set_progress_handler(None, STEPS)
    return taken


def test_one_more_event_of_a_long_streaming_run_costs_what_the_tenth_did(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    run = run_node("endless")
    for entry in range(10):
        store.apply(running(entry, run), entry)
    early = steps_of(store, lambda: store.apply(running(10, run), 10))
    facts = [running(entry, run) for entry in range(11, 3000)]
    store.apply(Facts((), (), ()), 10)
    for start in range(0, len(facts), 500):
        part = facts[start : start + 500]
        joined = Facts(
            tuple(node for one in part for node in one.nodes),
            tuple(edge for one in part for edge in one.edges),
            tuple(said for one in part for said in one.statements),
        )
        store.apply(joined, 10 + start + len(part))
    late = steps_of(store, lambda: store.apply(running(3000, run), 3000))
    assert late < 2 * early
    assert by_aspect(store.in_force([TABLE.id]))[TABLE.id]["schema"] == {"fields": [{"name": "f3000"}]}
    assert [row.at for row in store.contributions([(TABLE.id, NOW)], newest=2)] == [3000, 2999]
    store.close()


def numbered_run(number: int) -> Run:
    """Return a run of the job, whose id is a UUID as every emitter's: it has no words of its own."""
    return run_node(f"0190d2e6-0000-7000-8000-{number:012x}")


def completed(entry: int, columns: int, run: int | None = None) -> Facts:
    """Return the facts of a COMPLETE that says the same of its output as every other of the job, by a run of its own
    where none is named.
    """
    ran = numbered_run(entry if run is None else run)
    builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["COMPLETE"], ran.id, JOB.id)
    builder.add_edge(Executed(ran, JOB))
    builder.add_statement(ran, "event", {"type": "COMPLETE"})
    builder.add_edge(Read(ran, TOPIC))
    builder.add_edge(Wrote(ran, TABLE))
    names = [f"c{number}" for number in range(columns)]
    for name in names:
        builder.add_edge(HasColumn(TABLE, Column(TABLE.namespace, TABLE.name, name)))
    builder.add_statement(TABLE, "schema", {"fields": [{"name": name} for name in names]}, Role.OUT)
    origins = {name: {"inputFields": [{"namespace": "made-up", "name": "topic", "field": name}]} for name in names}
    if origins:
        builder.add_statement(TABLE, "column_lineage", {"fields": origins}, Role.OUT)
    return builder.build()


def statements_of(store: SqliteStore, work: Callable[[], None]) -> list[str]:
    """Return the statements that the writer took, one for each row that is written."""
    seen: list[str] = []
    store._connections.writer.set_trace_callback(seen.append)
    work()
    store._connections.writer.set_trace_callback(None)
    return seen


MOST_STATEMENTS = 30
"""Of an event that says what its job said before: what it alone says, its rows in the indexes, sums (of what batches
touched as well) and commit."""


@pytest.mark.parametrize("columns", [1, 200])
def test_what_an_event_restates_costs_no_statement(tmp_path: Path, columns: int) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    for entry in range(3):
        store.apply(completed(entry, columns), entry)
    assert len(statements_of(store, lambda: store.apply(completed(3, columns), 3))) <= MOST_STATEMENTS
    store.close()


def test_ids_that_a_batch_names_are_looked_up_by_one_query(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    store.apply(completed(0, 200), 0)
    taken = statements_of(store, lambda: store.apply(completed(1, 400), 1))
    asked = [one for one in taken if one.startswith("SELECT node.id, n,")]
    assert len(asked) <= 3
    store.close()


@pytest.mark.parametrize("said", [(20, 20), (0, 0), (0, 20)], ids=["columns", "nothing", "columns at the end"])
def test_what_a_run_says_of_columns_is_not_kept_for_each_run(tmp_path: Path, said: tuple[int, int]) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    for entry in range(6):
        store.apply(completed(entry, said[entry % 2], run=entry // 2), entry)
    assert rows_of(store, "column_coverage_write") == 0
    assert rows_of(store, "column_coverage") <= 2
    store.close()


def test_a_run_that_no_longer_says_anything_of_columns_is_held_against_what_it_reads_later(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    for entry, columns in enumerate((20, 0, 20, 0)):
        store.apply(completed(entry, columns, run=0), entry)
    assert rows_of(store, "column_coverage_write") == 1
    late = FactBuilder(4, 4, f"{4:016x}", RANK["OTHER"], numbered_run(0).id, JOB.id)
    late.add_edge(Read(numbered_run(0), Dataset("made-up", "late")))
    store.apply(late.build(), 4)
    found = store.column_coverage([TABLE.id])
    source = Dataset("made-up", "late").id
    assert {bool(one.stated): one.valid_from for one in found if one.source == source} == {True: 4, False: 4}
    store.close()


def test_a_value_that_was_stated_before_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    for entry in range(2):
        store.apply(completed(entry, 20), entry)
    monkeypatch.setattr(column_flows, "_read", lambda *_: pytest.fail("a stated value was read again"))
    store.apply(completed(2, 20), 2)
    store.close()


def test_a_read_takes_the_same_statements_for_one_id_and_for_hundreds(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    for entry in range(300):
        builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["COMPLETE"], run_node(f"{entry}").id, JOB.id)
        builder.add_statement(run_node(f"{entry}"), "event", {"type": "COMPLETE"})
        builder.add_edge(Read(run_node(f"{entry}"), TOPIC))
        builder.add_edge(Wrote(run_node(f"{entry}"), Dataset("made-up", f"{entry}")))
        store.apply(builder.build(), entry)
    every = [Dataset("made-up", f"{number}").id for number in range(300)]

    def statements(ids: list[str]) -> int:
        seen: list[str] = []
        with store._connections.reader() as connection:
            connection.set_trace_callback(seen.append)
        with store.reading() as read:
            read.nodes(ids)
            read.edges(ids, ("WROTE",), "in")
            read.statements(ids)
            by_aspect(read.in_force(ids))
            read.flows(ids, "in")
            read.reach(ids, "in", 3, 1000)
            read.contributions([(identifier, NOW) for identifier in ids])
            read.contributions([(identifier, NOW) for identifier in ids], by_job=False)
        with store._connections.reader() as connection:
            connection.set_trace_callback(None)
        return len(seen)

    assert statements(every) == statements(every[:1])
    store.close()


def test_a_table_without_rows_is_looked_at_once_in_a_reading_and_anew_in_the_next(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    names = [Dataset("made-up", f"{number}") for number in range(6)]
    for entry, (source, target) in enumerate(itertools.pairwise(names)):
        builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["COMPLETE"], run_node(f"{entry}").id, JOB.id)
        builder.add_statement(run_node(f"{entry}"), "event", {"type": "COMPLETE"})
        builder.add_edge(Read(run_node(f"{entry}"), source))
        builder.add_edge(Wrote(run_node(f"{entry}"), target))
        store.apply(builder.build(), entry)
    seen: list[str] = []
    with store._connections.reader() as connection:
        connection.set_trace_callback(seen.append)
    with store.reading() as read:
        assert len(read.reach([names[-1].id], "in", 9, 1000) or ()) == 6
    asked = [statement for statement in seen if "FROM alias" in statement or "JOIN alias" in statement]
    assert len(asked) == 1
    assert sum("JOIN flow" in statement for statement in seen) >= 5
    builder = FactBuilder(9, 9, "9" * 16, RANK["COMPLETE"])
    builder.add_edge(IsAliasOf(Dataset("made-up", "other"), names[-1]))
    store.apply(builder.build(), 9)
    with store.reading() as read:
        assert len(read.reach([names[-1].id], "in", 9, 1000) or ()) == 7
    store.close()


def test_who_writes_a_dataset_is_read_once_however_many_times_it_is_looked_at(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    for entry in range(20):
        store.apply(completed(entry, 1), entry)
    seen: list[str] = []
    with store.reading() as read:
        newest = [read.contributions([(TABLE.id, at)], newest=2)[0].at for at in (19, 11)]
        with store._connections.reader() as connection:
            connection.set_trace_callback(seen.append)
            newest += [read.contributions([(TABLE.id, at)], newest=2)[0].at for at in (7, 3)]
            connection.set_trace_callback(None)
    assert newest == [19, 11, 7, 3]
    assert len(seen) <= 2
    store.close()


def wide(entry: int, run: str, ends: int, first: int = 0) -> Facts:
    builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["COMPLETE"], run_node(run).id, JOB.id)
    builder.add_statement(run_node(run), "event", {"type": "COMPLETE"})
    builder.add_edge(Executed(run_node(run), JOB))
    for number in range(first, first + ends):
        builder.add_edge(Read(run_node(run), Dataset("made-up", f"in-{number}")))
        builder.add_edge(Wrote(run_node(run), Dataset("made-up", f"out-{number}")))
    return builder.build()


def rows_of(store: SqliteStore, *tables: str) -> int:
    with store._connections.reader() as connection:
        return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)  # noqa: S608


FLOWING = ("flow", "hub", "inlet", "outlet", "hub_shape")


def test_an_event_twice_as_wide_costs_twice_as_much(tmp_path: Path) -> None:
    steps, rows = [], []
    for ends in (500, 1000, 2000):
        store = SqliteStore(tmp_path / f"{ends}.db")
        facts = wide(0, "wide", ends)
        steps.append(steps_of(store, partial(store.apply, facts, 0)))
        rows.append(rows_of(store, *TABLES))
        assert rows_of(store, *FLOWING) == 2 * ends + 2
        assert len(store.flows([Dataset("made-up", "out-0").id], "in")) == ends
        store.close()
    assert rows[2] < 2.1 * rows[1] < 2.1 * 2.1 * rows[0]
    assert steps[2] < 3 * steps[1] < 3 * 3 * steps[0]


MOST_OF_AN_END = 19
"""Statements for each new dataset of a wide event: its node, edge and rows, and whether those of them are there."""


def test_each_further_dataset_of_a_wide_event_costs_so_many_statements(tmp_path: Path) -> None:
    taken = []
    for ends in (200, 400):
        store = SqliteStore(tmp_path / f"{ends}.db")
        taken.append(len(statements_of(store, partial(store.apply, wide(0, "wide", ends), 0))))
        store.close()
    assert taken[1] - taken[0] <= MOST_OF_AN_END * 2 * 200


def test_what_is_missing_of_a_dataset_that_nobody_declared_is_one_row(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    store.apply(wide(0, "wide", 50), 0)
    assert rows_of(store, "unrecorded") == 2 * 50
    assert rows_of(store, "facet") == 0
    store.close()


def test_a_wide_run_that_only_does_what_one_before_it_did_adds_no_flow(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    for entry in range(5):
        store.apply(wide(entry, f"run-{entry}", 50), entry)
    assert rows_of(store, *FLOWING) == 102
    store.apply(wide(5, "run-5", 51), 5)
    assert rows_of(store, *FLOWING) == 102 + 104
    store.close()


def test_a_small_event_of_a_run_with_a_thousand_outputs_adds_a_row_and_not_a_thousand(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    store.apply(wide(0, "endless", 1000), 0)
    for entry in range(1, 20):
        store.apply(running(entry, run_node("endless")), entry)
    tables = ("contribution", "output", "moment")
    before, steps = rows_of(store, *tables), steps_of(store, lambda: store.apply(running(20, run_node("endless")), 20))
    assert rows_of(store, *tables) == before + 1
    assert steps < 100
    newest = store.contributions([(Dataset("made-up", "out-7").id, NOW)], newest=3)
    assert [row.at for row in newest] == [20, 19, 18]
    store.close()


@pytest.mark.parametrize("sides", [("in", "out"), ("in",), ("out",)])
def test_one_more_dataset_of_a_run_that_named_thousands_costs_what_it_did_of_one_that_named_some(
    tmp_path: Path, sides: tuple[str, ...]
) -> None:
    """Whatever the run did more of, and however much."""
    steps = []
    for ends in (600, 6000):
        store = SqliteStore(tmp_path / f"{ends}.db")
        run, taken = run_node("endless"), 0
        for entry, names in enumerate((range(ends), (ends,), (ends + 1,))):
            builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["OTHER"], run.id, JOB.id)
            builder.add_statement(run, "event", {"type": "OTHER"})
            for number in names:
                for side in sides:
                    dataset = Dataset("made-up", f"{side}-{number}")
                    builder.add_edge(Read(run, dataset) if side == "in" else Wrote(run, dataset))
            taken = steps_of(store, partial(store.apply, builder.build(), entry))
        steps.append(taken)
        assert len(store.flows([Dataset("made-up", "out-3").id], "in")) == (ends + 2 if len(sides) == 2 else 0)
        store.close()
    assert steps[1] < 2 * steps[0]


def test_an_endless_run_that_names_ever_new_datasets_adds_what_each_event_says(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    store.apply(wide(0, "endless", 50), 0)
    before = rows_of(store, *FLOWING)
    for entry in range(1, 4):
        store.apply(wide(entry, "endless", 1, first=100 + entry), entry)
    assert rows_of(store, *FLOWING) == before + 3 * 2  # an end on each side
    store.close()


def test_a_value_said_in_hundreds_of_runs_is_stored_once(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    schema = {"fields": [{"name": f"column_{number}", "type": "string"} for number in range(20_000)]}
    for entry in range(100):
        builder = FactBuilder(entry, entry, f"{entry:016x}", RANK["COMPLETE"], run_node(f"{entry}").id, JOB.id)
        builder.add_statement(run_node(f"{entry}"), "event", {"type": "COMPLETE"})
        builder.add_statement(TABLE, "schema", schema, Role.OUT)
        store.apply(builder.build(), entry)
    assert by_aspect(store.in_force([TABLE.id])) == {TABLE.id: {"schema": schema}}
    store.close()
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert size < 12_000_000


def test_a_run_that_restates_its_job_adds_what_it_alone_says(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    restated = ("content", "content_statement", "content_edge", "value", "flow", "in_force", "producer")

    def ran(number: int) -> None:
        for part, type_ in enumerate(("START", "COMPLETE")):
            entry = 2 * number + part
            builder = FactBuilder(entry, entry, f"{entry:016x}", RANK[type_], run_node(f"{number}").id, JOB.id)
            builder.add_statement(run_node(f"{number}"), "event", {"type": type_, "time": f"{entry}"})
            builder.add_edge(Executed(run_node(f"{number}"), JOB))
            builder.add_edge(Read(run_node(f"{number}"), TOPIC))
            builder.add_edge(Wrote(run_node(f"{number}"), TABLE))
            builder.add_statement(TABLE, "schema", {"fields": [{"name": "f" * 500}]}, Role.OUT)
            store.apply(builder.build(), entry)

    ran(0)
    before, attributed = rows_of(store, *restated), rows_of(store, "attribution")
    for number in range(1, 5):
        ran(number)
    assert rows_of(store, *restated) == before
    assert rows_of(store, "attribution") == attributed + 2 * 4
    store.close()
