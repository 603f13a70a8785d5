"""The rules of time for one run and one aspect, each by the fewest facts that show it; times and entries are small."""

from __future__ import annotations

import pytest

from graph_schema.bitemporal import RANK, Access, RunFacts, RunFold, fold_run, in_force
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge, Role, Statement

RUN, JOB, A, B = "Run:r", "Job:j", "Dataset:a", "Dataset:b"


def event(kind: str, at: int, entry: int | None = None, **more: object) -> Statement:
    value = canonical_text({"type": kind, **more})
    return Statement(RUN, "event", value, Role.OWN, RUN, JOB, at, RANK[kind], "t", at if entry is None else entry)


def access(dataset: str, at: int, kind: str = "START", *, entry: int | None = None, **value: object) -> Edge:
    rank, known = RANK[kind], at if entry is None else entry
    return Edge("READ", RUN, dataset, canonical_text(value), RUN, JOB, at, rank, "t", known)


def folded(facts: RunFacts, valid_at: int = 99, known_at: int = 99) -> RunFold:
    found = fold_run(facts, valid_at, known_at)
    assert found is not None
    return found


def stated(value: str, at: int, role: Role = Role.OWN, run: str | None = None) -> Statement:
    return Statement(A, "documentation", canonical_text(value), role, run, JOB, at, RANK["START"], "t", at)


@pytest.mark.parametrize("later", ["FAIL", "ABORT", "COMPLETE"])
@pytest.mark.parametrize("first", ["FAIL", "ABORT", "COMPLETE"])
def test_the_first_terminal_sticks(first: str, later: str) -> None:
    fold = folded(RunFacts((event(later, 3), event(first, 2), event("START", 1))))
    assert (fold.state, fold.ended_at) == (first, 2)
    assert fold.effective_at == ((2,) if first == "COMPLETE" else ())


def test_of_two_terminals_at_once_failing_comes_first() -> None:
    assert folded(RunFacts((event("COMPLETE", 2), event("FAIL", 2)))).state == "FAIL"
    assert folded(RunFacts((event("FAIL", 2), event("ABORT", 2)))).state == "ABORT"


def test_a_run_is_running_until_its_end_is_valid_and_known() -> None:
    facts = RunFacts((event("START", 1), event("COMPLETE", 5, entry=7)))
    assert fold_run(facts, 0, 99) is None
    assert fold_run(facts, 99, 0) is None
    states = [folded(facts, *point).state for point in ((1, 99), (4, 99), (99, 6), (5, 7))]
    assert states == ["RUNNING", "RUNNING", "RUNNING", "COMPLETE"]


def test_what_is_computed_once_answers_only_after_all_that_was_said() -> None:
    facts = RunFacts((event("START", 1), event("COMPLETE", 5, entry=7)), (access(A, 6, entry=8),))
    for point in ((5, 7), (99, 6), (4, 99), (6, 8), (5, 8), (6, 7)):
        assert facts.at(*point) == fold_run(facts, *point)
    assert facts.at(6, 7) != facts.at(6, 8)


def test_a_run_without_a_start_began_with_its_first_event_and_says_so() -> None:
    late = folded(RunFacts((event("COMPLETE", 5), event("RUNNING", 3))))
    assert (late.started_at, late.start_known) == (3, False)
    known = folded(RunFacts((event("RUNNING", 3), event("START", 4))))
    assert (known.started_at, known.start_known) == (4, True)


def test_what_is_named_later_wins_and_silence_changes_nothing() -> None:
    writes = (access(A, 1, version="1", mode="OVERWRITE"), access(A, 2), access(A, 3, version="2"))
    fold = folded(RunFacts((event("START", 1),), writes=writes[::-1]))
    assert fold.outputs == {(A, JOB): Access("2", "OVERWRITE")}
    appended = (*writes, access(A, 4, mode="APPEND"))
    assert folded(RunFacts((event("START", 1),), writes=appended)).outputs == {(A, JOB): Access("2", "APPEND")}


def test_the_newest_window_hides_what_was_read_before_it_and_nothing_of_its_own() -> None:
    events = (event("RUNNING", 1, window=True), event("RUNNING", 2, window=True), event("RUNNING", 3))
    reads = (access(A, 1, "RUNNING"), access(B, 2, "RUNNING"))
    fold = folded(RunFacts(events, reads))
    assert set(fold.inputs) == {B}
    assert fold.ever_read == {A, B}
    assert set(folded(RunFacts(events, reads), valid_at=1).inputs) == {A}


def wrote(dataset: str, at: int, kind: str, **value: object) -> Edge:
    return access(dataset, at, kind)._replace(kind="WROTE", value=canonical_text(value))


def test_a_stream_contributes_at_each_event_that_names_datasets_and_a_batch_when_it_completes() -> None:
    events = (event("START", 1), event("RUNNING", 2), event("OTHER", 3), event("COMPLETE", 5))
    writes = (wrote(A, 1, "START"), wrote(A, 3, "OTHER"))
    assert folded(RunFacts(events, writes=writes)).attempts[0].effects == {(A, JOB): (5,)}
    for processing in ("STREAMING", "SERVICE"):
        streams = (event("START", 1, processing=processing), *events[1:])
        fold = folded(RunFacts(streams, writes=writes))
        assert fold.attempts[0].effects == {(A, JOB): (1, 3, 5)}
        assert fold.attempts[0].read_at((A, JOB), 3) == 3
        assert folded(RunFacts(streams, writes=writes), valid_at=2).attempts[0].effects == {(A, JOB): (1,)}


def states(*events: Statement) -> list[str]:
    return [attempt.state for attempt in folded(RunFacts(events)).attempts]


def test_a_start_after_a_terminal_event_opens_another_attempt_and_what_was_completed_stands() -> None:
    events = (event("START", 1), event("COMPLETE", 2), event("START", 5), event("FAIL", 7))
    fold = folded(RunFacts(events, (access(B, 5),), (wrote(A, 2, "COMPLETE"), wrote(A, 5, "START"))))
    assert (fold.state, fold.started_at, fold.ended_at) == ("FAIL", 5, 7)
    assert [attempt.state for attempt in fold.attempts] == ["COMPLETE", "FAIL"]
    assert [set(attempt.inputs) for attempt in fold.attempts] == [set(), {B}]
    assert fold.written((A, JOB), 2) is fold.attempts[0]
    assert fold.oddities == {"start_after_terminal"}


def test_other_events_after_a_terminal_one_open_nothing_and_are_odd() -> None:
    events = (event("START", 1), event("COMPLETE", 2), event("RUNNING", 5), event("OTHER", 6))
    assert states(*events) == ["COMPLETE"]
    assert folded(RunFacts(events)).oddities == {"event_after_terminal"}
    assert folded(RunFacts(events[:2])).oddities == set()


def test_the_only_start_after_the_only_end_is_that_attempts_own_put_late_by_a_clock() -> None:
    assert states(event("COMPLETE", 1), event("START", 2)) == ["COMPLETE"]
    assert states(event("FAIL", 1), event("START", 2), event("COMPLETE", 3)) == ["FAIL", "COMPLETE"]
    assert states(event("FAIL", 1), event("START", 2), event("START", 3)) == ["FAIL", "RUNNING"]


def test_what_an_output_says_takes_effect_with_the_attempt_that_said_it() -> None:
    events = (event("START", 1), event("FAIL", 2), event("START", 5), event("COMPLETE", 7))
    fold = folded(RunFacts(events))
    assert fold.takes_effect((1, 0, "t")) is None
    assert fold.takes_effect((5, 0, "t")) == 7
    assert fold.takes_effect((9, 0, "t")) == 9


def test_instances_that_share_a_run_id_each_complete_their_own_output() -> None:
    events = tuple(
        replace_tie(one, tie)
        for one, tie in (
            (event("START", 1), "a"),
            (event("START", 2), "b"),
            (event("COMPLETE", 5), "a"),
            (event("COMPLETE", 8), "b"),
        )
    )
    first, second = "Dataset:first", "Dataset:second"
    reads = (access(A, 1), access(B, 2), access(A, 5, "COMPLETE"), access(B, 8, "COMPLETE"))
    writes = (wrote(first, 1, "START"), wrote(second, 2, "START"))
    ends = (wrote(first, 5, "COMPLETE"), wrote(second, 8, "COMPLETE"))
    ties = ("a", "b", "a", "b")
    reads = tuple(edge._replace(tie=tie) for edge, tie in zip(reads, ties, strict=True))  # type: ignore[assignment]
    said = tuple(edge._replace(tie=tie) for edge, tie in zip((*writes, *ends), ties, strict=True))
    [attempt] = folded(RunFacts(events, reads, said)).attempts
    assert attempt.effects == {(first, JOB): (5,), (second, JOB): (8,)}
    assert set(attempt.inputs_of((second, JOB))) == {B}
    assert attempt.read_at((second, JOB), 8) == 2
    [attempt] = folded(RunFacts(events, reads, said), valid_at=6).attempts
    assert attempt.effects == {(first, JOB): (5,)}
    [attempt] = folded(RunFacts(events, reads, said[:2])).attempts
    assert attempt.effects == {(first, JOB): (5,), (second, JOB): (5,)}


def replace_tie(one: Statement, tie: str) -> Statement:
    return one._replace(tie=tie)


def test_what_facets_name_as_sources_adds_up_and_a_lineage_facet_beats_column_lineage() -> None:
    def said(*values: dict[str, object]) -> Access:
        writes = tuple(wrote(A, at, "RUNNING", **value) for at, value in enumerate(values))
        return folded(RunFacts((event("START", 1),), writes=writes)).outputs[A, JOB]

    columns: dict[str, object] = {"sources": ["x"], "by": "column_lineage"}
    assert said(columns, {"sources": ["y"], "by": "column_lineage"}).sources == frozenset("xy")
    whole: dict[str, object] = {"sources": [], "by": "lineage"}
    for order in ((columns, whole), (whole, columns)):
        assert said(*order) == Access(sources=frozenset(), by="lineage")


@pytest.mark.parametrize("mode", ["OVERWRITE", "TRUNCATE", "DROP", "RENAME"])
def test_some_writes_replace_the_whole(mode: str) -> None:
    assert Access(mode=mode).replaces


@pytest.mark.parametrize("mode", [None, "CREATE", "ALTER", "APPEND"])
def test_other_writes_do_not(mode: str | None) -> None:
    assert not Access(mode=mode).replaces


def test_what_is_known_of_a_dataset_is_known_from_its_first_entry() -> None:
    facts = RunFacts((event("START", 1),), (access(A, 1, entry=9),), (access(A, 2, entry=4),))
    assert folded(facts).known_from == {A: 4}


def test_what_an_output_says_takes_effect_when_its_run_completes() -> None:
    fold = folded(RunFacts((event("START", 1), event("COMPLETE", 5))))
    said = [stated("owner", 2), stated("writer", 1, Role.OUT, RUN)]
    assert [found_at(said, fold, at) for at in (1, 2, 4, 5)] == [None, "owner", "owner", "writer"]


def test_what_an_output_says_never_counts_where_its_run_failed() -> None:
    fold = folded(RunFacts((event("START", 1), event("FAIL", 5))))
    assert found_at([stated("writer", 1, Role.OUT, RUN)], fold, 99) is None


def test_a_reader_counts_only_where_nobody_else_spoke() -> None:
    reader = stated("reader", 3, Role.IN, "Run:other")
    assert found_at([reader], None, 3) == "reader"
    assert found_at([reader, stated("owner", 1)], None, 99) == "owner"


def test_the_newest_of_what_owners_say_is_in_force_and_an_end_ends_it() -> None:
    said = [stated("new", 2), stated("old", 1)]
    assert [found_at(said, None, at) for at in (0, 1, 2)] == [None, "old", "new"]
    assert found_at([*said, stated("new", 3)._replace(value=None)], None, 3) is None


def found_at(said: list[Statement], fold: RunFold | None, at: int) -> object:
    found = in_force(said, lambda _: fold, at, 99)
    return None if found is None else found[1].data
