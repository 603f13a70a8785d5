"""Each hop at its reader's time: attempts, streams, replacements and bounds, by the fewest events that show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from catalog.lineage import datasets
from catalog.lineage.model import Direction, Grain, LineageGraph, Walk
from catalog.lineage.queries import left_out, lineage
from catalog.reading import AsOf, Complete, Left, Truncated
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.bitemporal import Contribution
from graph_schema.facts import NOW
from graph_schema.nodes import Snapshot
from tests.support.facts import run_node
from tests.support.histories import MODEL, NAMESPACE, Happening, dataset, ledger, model, target, told

Out = str | tuple[str, str] | tuple[str, str, str]
"""A name, (name, mode), or (name, RENAME, the old name)."""


def said(
    at: int, kind: str, run: str, ins: str = "", outs: Iterable[Out] = (), job: str = "job", **more: object
) -> Happening:
    written = [(one, None, None, None) if isinstance(one, str) else (one[0], None, one[1], *one[2:]) for one in outs]
    whole = tuple((*one, None)[:4] for one in written)
    read = tuple((name, None) for name in ins)
    return Happening(at, "run", kind, run, job, read or None, whole or None, **more)  # type: ignore[arg-type]


def ran(at: int, run: str, job: str, ins: str, *outs: Out, lasts: int = 1) -> list[Happening]:
    return [said(at, "START", run, ins, job=job), said(at + lasts, "COMPLETE", run, "", outs, job=job)]


def graph(*happenings: Happening) -> MemoryStore:
    store = MemoryStore()
    store.apply(told(happenings), ledger(happenings)[-1][0])
    return store


def walked(
    history: list[Happening], name: str, direction: Direction = Direction.UPSTREAM, at: int = NOW
) -> LineageGraph:
    walk = Walk((target(name).id,), direction, Grain.DATASET, depth=50)
    return lineage(View(graph(*history), AsOf(at)), walk)


NAMES = {target(name).id: name for name in "ABCDEFLNOPQRSTVWXYZ" + MODEL}


def up(history: list[Happening], name: str, at: int = NOW) -> set[str]:
    return {NAMES[edge.source] for edge in walked(history, name, at=at).edges}


def down(history: list[Happening], name: str) -> set[str]:
    return {NAMES[edge.target] for edge in walked(history, name, Direction.DOWNSTREAM).edges}


COHORT = [*ran(0, "1", "collect", "AB", "S"), *ran(2, "2", "fill", "SL", "C")]


@pytest.mark.parametrize("gone", [("S", "DROP"), ("S", "TRUNCATE"), ("Z", "RENAME", "S")])
def test_what_becomes_of_a_staging_table_after_it_was_read_changes_nothing_above_its_reader(gone: Out) -> None:
    later = [*COHORT, said(9, "COMPLETE", "3", outs=[gone], job="tidy")]
    assert up(later, "C") == set("ABSL")
    assert "C" in down(later, "A")
    assert isinstance(walked(later, "C").completeness, Complete)
    assert not up(later, "S")


def test_a_swap_by_renaming_takes_the_sources_along() -> None:
    history = [
        *ran(0, "1", "b1", "A", "V"),
        *ran(10, "2", "b2", "B", "N"),
        said(20, "COMPLETE", "3", outs=[("O", "RENAME", "V")]),
    ]
    swapped = [*history, said(22, "COMPLETE", "4", outs=[("V", "RENAME", "N")], job="swap")]
    assert up(swapped, "V") == {"N", "B"}
    assert up(swapped, "O") == {"V", "A"}
    assert not up(swapped, "N")
    cleaned = [*swapped, said(24, "COMPLETE", "5", outs=[("O", "DROP")], job="clean")]
    assert not up(cleaned, "O")


def test_a_table_that_was_created_again_has_its_new_sources_and_its_old_readers_the_old_ones() -> None:
    history = [*ran(0, "1", "ctas", "A", "T"), *ran(2, "2", "reader", "T", "R")]
    history += [*ran(4, "3", "drop", "", ("T", "DROP")), *ran(6, "4", "ctas", "B", "T")]
    assert up(history, "T") == {"B"}
    assert up(history, "R") == {"T", "A"}
    walk = Walk((dataset("T").id,), Direction.UPSTREAM, Grain.DATASET, include_past=True)
    assert {NAMES[edge.source] for edge in lineage(View(graph(*history)), walk).edges} == {"A", "B"}


def test_a_cleared_run_that_completed_at_last_counts_and_its_failure_is_no_attempt_any_more() -> None:
    history = [said(0, "START", "1", "A", "B"), said(5, "FAIL", "1", "A", "B")]
    history += [said(540, "START", "1", "A", "B"), said(545, "COMPLETE", "1", "A", "B")]
    assert up(history, "B") == {"A"}
    assert not up(history, "B", at=541)
    assert up(history[1:], "B") == {"A"}
    assert left_out(View(graph(*history)), [dataset("B").id]) == ()
    assert left_out(View(graph(*history[:2])), [dataset("B").id]) == (Left("ATTEMPTS", 1),)


def test_what_an_attempt_completed_stands_whatever_a_later_one_does() -> None:
    history = [*ran(0, "1", "j", "A", "B"), said(5, "START", "1", "C", "B", job="j"), said(6, "FAIL", "1", job="j")]
    assert up(history, "B") == {"A"}


def test_a_start_that_a_clock_put_after_its_only_end_brings_its_inputs() -> None:
    assert up([said(1, "COMPLETE", "1", "", "B"), said(2, "START", "1", "A")], "B") == {"A"}


def test_a_streaming_job_contributes_from_its_first_event_that_names_datasets() -> None:
    history = [said(0, "START", "1", "A", "B", streaming=True), said(1, "RUNNING", "1", streaming=True)]
    assert up(history[:1], "B") == up(history, "B") == {"A"}
    assert down(history, "A") == {"B"}
    assert up([*history, said(5, "FAIL", "1", streaming=True)], "B") == {"A"}


def test_a_run_that_waited_for_its_input_read_it_when_it_was_there() -> None:
    history = [said(0, "START", "2", "S", job="wait"), *ran(1, "1", "load", "A", "S")]
    assert up([*history, said(9, "COMPLETE", "2", outs="T", job="wait")], "T") == {"S", "A"}


def test_the_version_that_a_run_names_is_the_one_whose_sources_count() -> None:
    def wrote(at: int, run: str, source: str, version: str) -> Happening:
        return Happening(at, "run", "COMPLETE", run, run, ((source, None),), (("B", version, "OVERWRITE", None),))

    read = Happening(5, "run", "COMPLETE", "t", "t", (("B", "v1"),), (("T", None, None, None),))
    assert up([wrote(1, "1", "A", "v1"), wrote(3, "2", "C", "v2"), read], "T") == {"B", "A"}
    early = Happening(0, "run", "START", "t", "t", None, None)
    assert up([early, wrote(1, "1", "A", "v1"), wrote(3, "2", "C", "v2"), read], "T") == {"B", "A"}


def test_one_job_of_two_steps_is_followed_back_into_itself() -> None:
    assert up([*ran(0, "1", "app", "A", "S"), *ran(2, "2", "app", "S", "B")], "B") == {"S", "A"}


def test_an_overwrite_in_place_keeps_what_it_was_made_of_and_earlier_ones_of_the_job_are_passed_over() -> None:
    compacted = [one for at in range(2, 40, 2) for one in ran(at, f"c{at}", "compact", "D", ("D", "OVERWRITE"))]
    history = [*ran(0, "1", "load", "A", "D"), *compacted]
    found = walked(history, "D")
    assert {NAMES[edge.source] for edge in found.edges} == {"D", "A"}
    assert isinstance(found.completeness, Complete)


def test_a_run_that_reads_and_then_drops_what_it_read_was_made_of_it() -> None:
    load = ran(0, "1", "load", "A", "S")
    move = [*load, *ran(2, "2", "merge", "S", "F", ("S", "DROP")), *ran(4, "3", "load", "B", "S")]
    assert up([*move, *ran(6, "4", "merge", "S", "F", ("S", "DROP"))], "F") == {"S", "B"}
    assert up([*load, said(3, "COMPLETE", "2", "S", ["F", ("S", "DROP")], job="merge")], "F") == {"S", "A"}


def test_two_states_of_one_dataset_lie_on_one_walk() -> None:
    history = [*ran(0, "1", "load", "A", "S"), *ran(2, "2", "p", "S", "P"), *ran(4, "3", "load", "B", "S")]
    history += [*ran(6, "4", "q", "S", "Q"), *ran(8, "5", "join", "PQ", "F")]
    assert up(history, "F") == set("PQSAB")
    assert "F" in down(history, "A")


def test_at_one_instant_an_end_comes_before_a_write() -> None:
    tie = [said(5, "COMPLETE", "1", outs=[("B", "DROP")], job="x"), said(5, "COMPLETE", "0", "A", "B", job="y")]
    assert up(tie, "B") == {"A"}


def test_a_later_declaration_replaces_its_jobs_edges_but_not_what_was_read_before_it() -> None:
    declared = Happening(4, "job", job="j1", ins=(("B", None),), outs=(("S", None, None, None),))
    history = [*ran(0, "1", "j1", "A", "S"), *ran(2, "2", "j2", "S", "F"), declared]
    assert up(history, "F") == {"S", "A"}
    assert up(history, "S") == {"B"}


def test_a_test_run_that_names_no_outputs_takes_no_earlier_write_back() -> None:
    test = [said(6, "START", "2", "B", job="build"), Happening(7, "run", "COMPLETE", "2", "build", (("B", None),), ())]
    assert up([*ran(0, "1", "build", "A", "B"), *test], "B") == {"A"}


def test_a_registration_reads_what_its_run_read_when_that_started() -> None:
    history = [*ran(0, "1", "p", "A", "B"), said(2, "START", "r5", "B", job="train"), *ran(3, "2", "p", "C", "B")]
    assert up([*history, Happening(5, "register", run="r5", job="train")], MODEL) == {"B", "A"}


def test_in_a_circle_of_two_jobs_older_runs_are_left_out_and_the_answer_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(datasets, "OLDER_RUNS", 4)
    days = range(0, 80, 4)
    history = [
        one for at in days for one in (*ran(at, f"x{at}", "xy", "Y", "X"), *ran(at + 2, f"y{at}", "yx", "X", "Y"))
    ]
    found = walked(history, "X")
    assert {NAMES[edge.source] for edge in found.edges} == {"X", "Y"}
    assert isinstance(found.completeness, Truncated)
    assert [one.reason for one in found.completeness.reasons] == ["OLDER_RUNS"]


def test_a_walk_follows_no_more_contributions_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "FOLLOWED", 3)
    history = [one for n in range(6) for one in ran(2 * n, f"{n}", f"j{n}", "ABCDEFL"[n], "ABCDEFL"[n + 1])]
    found = walked(history, "L")
    assert len(found.edges) == 3
    assert found.completeness == Truncated(2000, 4, (), reasons=(Left("OLDER_RUNS", 1),))


def test_at_snapshot_grain_all_that_was_in_force_was_read() -> None:
    history = [*ran(0, "1", "j1", "A", "S"), *ran(2, "2", "j2", "B", "S"), *ran(4, "3", "j3", "S", "T")]
    walk = Walk((dataset("T").id,), Direction.UPSTREAM, Grain.SNAPSHOT, depth=9)
    found = lineage(View(graph(*history)), walk)
    assert {dataset("A").id, dataset("B").id} <= {edge.source for edge in found.edges}
    runs = Walk((run_node("3").id,), Direction.UPSTREAM, depth=1)
    assert {edge.source for edge in lineage(View(graph(*history)), runs).edges} == {run_node("1").id, run_node("2").id}


def test_instances_of_a_mapped_task_under_one_run_id_each_have_their_own_source() -> None:
    history = [said(0, "START", "1", "A", "X"), said(1, "START", "1", "B", "Y")]
    history += [said(30, "COMPLETE", "1", "A", "X"), said(50, "COMPLETE", "1", "B", "Y")]
    assert up(history, "X") == {"A"}
    assert up(history, "Y") == {"B"}
    assert not up(history, "Y", at=40)


def test_a_model_trained_and_registered_by_the_run_that_made_its_data_is_made_of_what_that_read() -> None:
    made = Happening(1, "run", "COMPLETE", "r5", "train", (("A", None),), (("B", "v1", None, None),))
    registered = Happening(2, "register", run="r5", job="train", trained=(("B", "v1"),))
    assert up([made, registered], MODEL) == {"B", "A"}
    states = Walk((model().id,), Direction.UPSTREAM, depth=5)
    found = lineage(View(graph(made, registered)), states)
    assert {(edge.source, edge.target) for edge in found.edges} >= {(Snapshot(NAMESPACE, "B", "v1").id, model().id)}


def test_readers_at_many_times_ask_for_few_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    fetch = MemoryStore.contributions

    def counting(
        self: MemoryStore, asks: Sequence[tuple[str, int]], known_at: int = NOW, newest: int = 1, *, by_job: bool = True
    ) -> list[Contribution]:
        asked.extend(at for name, at in asks if name == target("A").id)
        return fetch(self, asks, known_at, newest, by_job=by_job)

    monkeypatch.setattr(MemoryStore, "contributions", counting)
    often = 60
    history = [one for time in range(often) for one in ran(10 * time, f"a{time}", "writes", "R", "A")]
    for time in range(often):
        history += ran(10 * time + 5, f"b{time}", f"reads {time}", "A", f"B{time}")
    whole = [
        said(10 * often, "START", "x", job="gathers"),
        said(10 * often + 1, "COMPLETE", "x", outs=["X"], job="gathers"),
    ]
    read = tuple((f"B{time}", None) for time in range(often))
    history += [replace(whole[0], ins=read), whole[1]]
    found = walked(history, "X")
    assert sum(edge.source == target("A").id for edge in found.edges) == often
    assert len(asked) <= often // 3
