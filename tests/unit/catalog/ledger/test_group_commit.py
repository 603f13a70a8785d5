from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from catalog.errors import OperatorError
from catalog.ledger.group_commit import GroupCommit, Limits


class Desk:
    """Commits numbers; waits where the test tells it to, and fails on negative ones."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def commit(self, jobs: Sequence[int]) -> list[str]:
        self.entered.set()
        assert self.go_on.wait(timeout=10)
        self.batches.append(list(jobs))
        if min(jobs, default=0) < 0:
            raise OperatorError("The disk is full.", action="Free space.", retry_after=7)
        return [str(job) for job in jobs]

    def hold(self) -> None:
        self.go_on.clear()
        self.entered.clear()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def group(desk: Desk) -> Iterator[GroupCommit[int, str]]:
    group = GroupCommit(desk.commit, Limits(batch=3, waiting=5, waiting_bytes=100), name="test-writer")
    yield group
    desk.go_on.set()
    group.close()


def occupied(desk: Desk, group: GroupCommit[int, str]) -> None:
    """Leave the writing thread inside a commit, so that whatever comes next has to wait."""
    desk.hold()
    group.submit(0, 1)
    assert desk.entered.wait(timeout=10)


def test_what_waits_is_committed_together_in_order(desk: Desk, group: GroupCommit[int, str]) -> None:
    occupied(desk, group)
    futures = [group.submit(number, 1) for number in range(1, 6)]
    desk.go_on.set()
    assert [future.result(timeout=10) for future in futures] == ["1", "2", "3", "4", "5"]
    assert desk.batches == [[0], [1, 2, 3], [4, 5]]


def test_jobs_queued_together_are_committed_together_and_answered_by_one_future(
    desk: Desk, group: GroupCommit[int, str]
) -> None:
    occupied(desk, group)
    before, together, after = group.submit(1, 1), group.submit_all([2, 3, 4], 3), group.submit(5, 1)
    desk.go_on.set()
    assert together.result(timeout=10) == ["2", "3", "4"]
    assert (before.result(timeout=10), after.result(timeout=10)) == ("1", "5")
    assert desk.batches == [[0], [1], [2, 3, 4], [5]]


def test_jobs_that_do_not_fit_together_are_refused_together_and_larger_ones_taken_where_nothing_waits(
    desk: Desk, group: GroupCommit[int, str]
) -> None:
    occupied(desk, group)
    large = group.submit_all(list(range(1, 8)), 7)
    with pytest.raises(OperatorError, match="7 records wait"):
        group.submit_all([8, 9], 2)
    desk.go_on.set()
    assert large.result(timeout=10) == ["1", "2", "3", "4", "5", "6", "7"]
    assert group.submit_all([8, -9], 2).exception(timeout=10) is not None
    assert group.submit_all([], 0).result(timeout=10) == []


def test_a_failed_batch_fails_whole_and_the_next_one_goes_on(desk: Desk, group: GroupCommit[int, str]) -> None:
    occupied(desk, group)
    failing = [group.submit(number, 1) for number in (1, -2, 3)]
    later = group.submit(4, 1)
    desk.go_on.set()
    errors = [future.exception(timeout=10) for future in failing]
    assert [str(error) for error in errors] == ["The disk is full. Free space."] * 3
    assert len({id(error) for error in errors}) == 3
    assert isinstance(errors[0], OperatorError)
    assert errors[0].retry_after == 7
    assert later.result(timeout=10) == "4"


def test_a_full_queue_refuses_and_says_when_to_come_back(desk: Desk, group: GroupCommit[int, str]) -> None:
    occupied(desk, group)
    taken = [group.submit(number, 1) for number in range(5)]
    with pytest.raises(OperatorError) as caught:
        group.submit(9, 1)
    assert caught.value.retry_after == 1
    desk.go_on.set()
    assert [future.result(timeout=10) for future in taken] == ["0", "1", "2", "3", "4"]


def test_bytes_count_as_well_but_one_large_job_alone_is_taken(desk: Desk, group: GroupCommit[int, str]) -> None:
    occupied(desk, group)
    large = group.submit(1, 1_000)
    with pytest.raises(OperatorError):
        group.submit(2, 1)
    desk.go_on.set()
    assert large.result(timeout=10) == "1"
    assert group.submit(3, 100).result(timeout=10) == "3"


def test_a_cancelled_job_is_not_committed(desk: Desk, group: GroupCommit[int, str]) -> None:
    occupied(desk, group)
    cancelled, kept = group.submit(1, 1), group.submit(2, 1)
    assert cancelled.cancel()
    desk.go_on.set()
    assert kept.result(timeout=10) == "2"
    assert desk.batches == [[0], [2]]


def test_a_command_runs_on_the_writing_thread_and_returns_or_raises(group: GroupCommit[int, str]) -> None:
    assert group.run(lambda: threading.current_thread().name) == "test-writer"
    with pytest.raises(ZeroDivisionError):
        group.run(lambda: 1 // 0)


def test_closing_commits_what_was_taken_and_takes_no_more(desk: Desk) -> None:
    group = GroupCommit(desk.commit, Limits(), name="test-writer")
    futures = [group.submit(number, 1) for number in range(50)]
    group.close()
    assert [future.result(timeout=0) for future in futures] == [str(number) for number in range(50)]
    with pytest.raises(OperatorError, match="closed"):
        group.submit(1, 1)
    with pytest.raises(OperatorError, match="closed"):
        group.run(lambda: None)
