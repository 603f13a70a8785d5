from __future__ import annotations

import threading

import pytest

from catalog.periodic import Periodic


def test_it_is_done_until_it_is_stopped() -> None:
    done, often = [0], threading.Event()

    def count() -> None:
        done[0] += 1
        if done[0] == 3:
            often.set()

    periodic = Periodic("made-up", 0.001, count)
    periodic.start()
    assert often.wait(10)
    periodic.stop()
    assert not [one for one in threading.enumerate() if one.name == "made-up"]
    assert done[0] >= 3


def test_a_defect_is_logged_once_and_it_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    done, over = [0], threading.Event()

    def fail_from_the_second_to_the_fourth_time() -> None:
        done[0] += 1
        if done[0] == 5:
            over.set()
        elif 1 < done[0] < 5:
            raise RuntimeError("made up")

    periodic = Periodic("made-up", 0.001, fail_from_the_second_to_the_fourth_time)
    periodic.start()
    assert over.wait(10)
    periodic.stop()
    assert [one.levelname for one in caplog.records] == ["ERROR"]


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
