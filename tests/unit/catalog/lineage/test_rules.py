"""Which candidate is a write, and which writes are in force."""

from __future__ import annotations

from catalog.lineage.rules import Write, in_force, judge
from graph_schema.bitemporal import BARE, Access, Contribution, RunFold

A = "Dataset:a"


def write(job: str, at: int, mode: str | None = None, run: str = "Run:r") -> Write:
    return Write(at, run, "", A, job, "ran", Access(mode=mode), at)


def fold(effective_at: tuple[int, ...], outputs: dict[tuple[str, str | None], Access]) -> RunFold:
    return RunFold("COMPLETE", 1, True, 5, {}, outputs, effective_at, frozenset(), frozenset(), (), {})


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
