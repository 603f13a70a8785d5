"""One thread that writes, and commits together whatever waits for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from catalog.errors import OperatorError

Job = TypeVar("Job")
Result = TypeVar("Result")
Answer = TypeVar("Answer")

_RETRY_AFTER = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How many jobs are committed together, and how many jobs and bytes may wait."""

    batch: int = 1_000
    waiting: int = 10_000
    waiting_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Job, Result]):
    jobs: Sequence[Job]
    size: int
    settle: Callable[[Sequence[Result]], None]
    future: Future[Any]


class GroupCommit(Generic[Job, Result]):
    """Hands jobs to `commit` in the order they came, in batches, on a thread of its own.

    `commit` returns one result for each job, or raises, and then every job of the batch has failed with that error.
    """

    def __init__(self, commit: Callable[[Sequence[Job]], Sequence[Result]], limits: Limits, name: str) -> None:
        self._commit = commit
        self._limits = limits
        self._waiting: deque[_Waiting[Job, Result]] = deque()
        self._jobs = 0
        self._bytes = 0
        self._commands: deque[Callable[[], None]] = deque()
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job, size: int) -> Future[Result]:
        """Queue a job of that many bytes; raises OperatorError where too much waits already."""
        future: Future[Result] = Future()
        self._queue(_Waiting((job,), size, lambda results: future.set_result(results[0]), future))
        return future

    def submit_all(self, jobs: Sequence[Job], size: int) -> Future[Sequence[Result]]:
        """Queue jobs that are committed together, of that many bytes in all; raises as `submit`, and then queues none.

        They cost one future, one lock and one waking: of many small jobs that is most of what they cost here.
        """
        future: Future[Sequence[Result]] = Future()
        self._queue(_Waiting(jobs, size, future.set_result, future))
        return future

    def _queue(self, waiting: _Waiting[Job, Result]) -> None:
        with self._changed:
            self._refuse_closed()
            jobs, size = self._jobs + len(waiting.jobs), self._bytes + waiting.size
            if self._waiting and (jobs > self._limits.waiting or size > self._limits.waiting_bytes):
                self.refuse(self._jobs)
            self._waiting.append(waiting)
            self._jobs, self._bytes = jobs, size
            self._changed.notify()

    @staticmethod
    def refuse(waiting: int) -> NoReturn:
        """Raise OperatorError: so many jobs wait, and no more can."""
        raise OperatorError(
            f"{waiting} records wait to be written, which is all that can be taken.",
            action="Send this one again later, and see whether the ledger's disk is slow.",
            retry_after=_RETRY_AFTER,
        )

    def run(self, command: Callable[[], Answer]) -> Answer:
        """Run something else on the writing thread, between two batches, and return what it returns."""
        future: Future[Answer] = Future()
        with self._changed:
            self._refuse_closed()
            self._commands.append(lambda: _settle(future, command))
            self._changed.notify()
        return future.result()

    def close(self) -> None:
        """Do what was queued, then end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise OperatorError("The ledger is closed.", action="Start the service again.", retry_after=_RETRY_AFTER)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._waiting or self._commands or self._closed):
                    self._changed.wait()
                if not (self._waiting or self._commands):
                    return
                commands = list(self._commands)
                self._commands.clear()
                batch = self._take()
            for command in commands:
                command()
            if batch:
                self._settle_batch(batch)

    def _take(self) -> list[_Waiting[Job, Result]]:
        """Take the next batch off the queue, without the jobs that were cancelled meanwhile."""
        taken: list[_Waiting[Job, Result]] = []
        count = 0
        while self._waiting and (not taken or count + len(self._waiting[0].jobs) <= self._limits.batch):
            waiting = self._waiting.popleft()
            count += len(waiting.jobs)
            self._bytes -= waiting.size
            taken.append(waiting)
        self._jobs -= count
        return [waiting for waiting in taken if waiting.future.set_running_or_notify_cancel()]

    def _settle_batch(self, batch: list[_Waiting[Job, Result]]) -> None:
        try:
            results = self._commit([job for waiting in batch for job in waiting.jobs])
        except Exception as error:  # noqa: BLE001 (a thread has no caller: whoever waits for the future must see it)
            for waiting in batch:
                waiting.future.set_exception(_copy(error))
            return
        start = 0
        for waiting in batch:
            end = start + len(waiting.jobs)
            waiting.settle(results[start:end])
            start = end


def _settle(future: Future[Answer], command: Callable[[], Answer]) -> None:
    try:
        answer = command()
    except Exception as error:  # noqa: BLE001 (the same)
        future.set_exception(error)
    else:
        future.set_result(answer)


def _copy(error: Exception) -> Exception:
    """Return an error of its own for each future: raised in many threads, one would collect all their tracebacks."""
    copy = error.__class__.__new__(error.__class__, *error.args)
    copy.__dict__.update(error.__dict__)
    copy.__cause__ = error.__cause__ or error
    return copy
