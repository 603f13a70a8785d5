from __future__ import annotations

import threading

import pytest

from catalog.periodic import Periodic


class Counted:
    """Done so many times well, and then no more."""

    def __init__(self, most: int) -> None:
        self.count = 0
        self.done = threading.Event()
        self._most = most

    def __call__(self) -> None:
        self.count += 1
        if self.count == self._most:
            self.done.set()
        elif self.count > self._most:
            raise RuntimeError("made up")


def test_it_is_done_until_it_is_stopped() -> None:
    counted = Counted(3)
    periodic = Periodic("made-up", 0.001, counted)
    periodic.start()
    assert counted.done.wait(10)
    periodic.stop()
    count = counted.count
    assert not [one for one in threading.enumerate() if one.name == "made-up"]
    assert counted.count == count


def test_a_defect_ends_it_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    counted = Counted(1)
    periodic = Periodic("made-up", 0.001, counted)
    periodic.start()
    assert counted.done.wait(10)
    periodic._thread.join(10)
    assert counted.count == 2
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    periodic.stop()


def test_what_is_not_done_by_then_is_not_waited_for() -> None:
    begun, over = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        over.wait(10)

    periodic = Periodic("made-up", 0.001, hang)
    periodic.start()
    assert begun.wait(10)
    periodic.stop(0.001)
    assert periodic._thread.is_alive()
    over.set()
    periodic.stop()
