from __future__ import annotations

from pathlib import Path

from catalog.store.run_memory import RunMemory
from catalog.store.sqlite import SqliteStore
from graph_schema.bitemporal import RunFacts, fold_run
from graph_schema.facts import NOW
from tests.support.facts import run_node
from tests.support.histories import Happening, dataset, facts_of


def event(at: int, kind: str, *, source: str = "A") -> Happening:
    return Happening(at, "run", kind, "r1", "j1", ((source, None),), (("B", None, None, None),))


def facts(at: int) -> RunFacts:
    told = facts_of(event(at, "COMPLETE"), at)
    reads = tuple(edge for edge in told.edges if edge.kind == "READ")
    return RunFacts(tuple(said for said in told.statements if said.aspect == "event"), reads)


def test_what_was_told_of_since_is_fetched_again_and_the_rest_is_not() -> None:
    memory, fetched = RunMemory(), list[list[str]]()

    def fetch(runs: list[str]) -> dict[str, RunFacts]:
        fetched.append(runs)
        return {run: facts(len(fetched)) for run in runs}

    memory.read({"a": 1, "b": 1}, fetch)
    memory.read({"a": 1, "b": 2}, fetch)
    memory.read({"a": 1, "b": 2}, fetch)
    assert fetched == [["a", "b"], ["b"]]


def test_it_never_holds_more_than_its_capacity() -> None:
    memory, fetched = RunMemory(capacity=20), list[str]()

    def fetch(runs: list[str]) -> dict[str, RunFacts]:
        fetched.extend(runs)
        return {run: facts(1) for run in runs}

    stamps = {f"run {number}": 1 for number in range(30)}
    memory.read(stamps, fetch)
    memory.read(stamps, fetch)
    assert 30 < len(fetched) <= 60
    assert sum(len(held.events) + len(held.reads) for _, held in memory._runs.values()) <= 20


def test_a_run_that_goes_on_is_read_anew_and_an_older_reader_keeps_what_it_saw(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    run = run_node("r1").id
    store.apply(facts_of(event(1, "START"), 0), 0)
    with store.reading() as before:
        assert before.runs([run])[run].at(NOW, before.checkpoint()) is not None
        store.apply(facts_of(event(2, "COMPLETE", source="C"), 1), 1)
        after = store.runs([run])[run].at(NOW, NOW)
        assert after is not None
        assert after.state == "COMPLETE"
        still = before.runs([run])[run].at(NOW, before.checkpoint())
        assert still is not None
        assert (still.state, set(still.inputs)) == ("RUNNING", {dataset("A").id})
    store.close()


def test_the_remembered_fold_serves_only_points_after_everything_that_was_said() -> None:
    told = facts(5)
    assert told.at(NOW, NOW) == fold_run(told)
    assert told.at(4, NOW) is None
    assert told.at(NOW, 4) is None
