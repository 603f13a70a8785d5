"""Which name stands for which dataset, which candidate is a write, and which writes are in force."""

from __future__ import annotations

from catalog.lineage.rules import Write, in_force, judge, resolve
from graph_schema.bitemporal import BARE, Access, Contribution, RunFold
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge

A, B, C = "Dataset:a", "Dataset:b", "Dataset:c"


def pointer(source: str, target: str, at: int, **value: object) -> Edge:
    return Edge("IS_ALIAS_OF", source, target, canonical_text(value), None, None, at, 5, "t", at)


def write(job: str, at: int, mode: str | None = None, run: str = "Run:r") -> Write:
    return Write(at, run, "", A, job, "ran", Access(mode=mode), at)


def fold(effective_at: tuple[int, ...], outputs: dict[tuple[str, str | None], Access]) -> RunFold:
    return RunFold("COMPLETE", 1, True, 5, {}, outputs, effective_at, frozenset(), frozenset(), (), {})


def test_a_name_stands_for_what_its_newest_pointer_named_by_then() -> None:
    pointers = {A: [pointer(A, B, 3), pointer(A, C, 5)]}
    assert [resolve(A, at, pointers) for at in (1, 3, 4, 5, 9)] == [B, B, B, C, C]
    assert resolve(B, 9, pointers) == B


def test_a_pointer_that_was_taken_back_points_nowhere_from_then_on() -> None:
    pointers = {A: [pointer(A, B, 3), pointer(A, B, 5, ended=True)]}
    assert [resolve(A, at, pointers) for at in (4, 5)] == [B, A]


def test_names_in_a_circle_stand_for_the_smallest_of_it() -> None:
    circle = {C: [pointer(C, B, 1)], B: [pointer(B, A, 1)], A: [pointer(A, B, 1)]}
    assert {resolve(name, 9, circle) for name in (A, B, C)} == {A}


def test_a_candidate_is_a_write_only_where_its_run_took_effect_and_says_so() -> None:
    candidate = Contribution(A, "Job:j", 5, "Run:r", "ran", "", 1)
    said: dict[tuple[str, str | None], Access] = {(A, "Job:j"): Access("7", "OVERWRITE")}
    found = judge(candidate, fold((5,), said))
    assert found is not None
    assert (found.at, found.access) == (5, Access("7", "OVERWRITE"))
    assert judge(candidate, None) is None
    assert judge(candidate, fold((4, 6), said)) is None
    assert judge(candidate, fold((5,), {(A, "Job:other"): BARE})) is None


def test_a_registration_is_a_write_whatever_became_of_its_run() -> None:
    assert judge(Contribution(A, None, 5, "Run:r", "registered", "t", 1), None) is not None


def test_of_each_job_the_newest_write_is_in_force() -> None:
    assert in_force([write("Job:x", 1), write("Job:x", 3), write("Job:y", 2)]) == [write("Job:x", 3), write("Job:y", 2)]


def test_nothing_before_the_newest_replacement_is_in_force() -> None:
    writes = [write("Job:x", 1, "OVERWRITE"), write("Job:y", 2), write("Job:z", 3, "DROP"), write("Job:x", 4)]
    assert in_force(writes) == [write("Job:z", 3, "DROP"), write("Job:x", 4)]
    assert in_force(writes[:2]) == writes[:2]
