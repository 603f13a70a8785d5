from __future__ import annotations

import logging
from dataclasses import dataclass

import pytest

from catalog.errors import OperatorError
from catalog.ledger.clock import ClockLimits, ClockWatch, judge_jump, judge_start
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from tests.contract.ledger.making import ORIGIN, START, make_draft

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
YEAR = 365 * DAY
LIMITS = ClockLimits(gap=366 * DAY, jump=HOUR)


@dataclass
class Clocks:
    """A clock that can be set, and one that only counts."""

    now: int = START
    steady: int = 0

    def pass_by(self, length: int) -> None:
        self.now += length
        self.steady += length


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def watch(clocks: Clocks) -> ClockWatch:
    return ClockWatch(LIMITS, wall=lambda: clocks.now, steady=lambda: clocks.steady)


@pytest.mark.parametrize("since", [-4 * MINUTE, 0, 1, 90 * DAY, 366 * DAY])
def test_a_clock_near_the_newest_entry_or_some_time_after_it_is_believed(since: int) -> None:
    assert judge_start(START + since, START, LIMITS) is None


def test_a_ledger_without_entries_believes_any_clock() -> None:
    assert judge_start(0, None, LIMITS) is None


@pytest.mark.parametrize(
    ("since", "words", "refused"),
    [
        (-2 * HOUR, "2 hours before the newest entry of 2023-11-14T22:13:20Z", False),
        (-50 * YEAR, "50 years before the newest entry", True),
        (40 * YEAR, "The clock says 2063-11-04T22:13:20Z, 40 years after the newest entry", True),
        (367 * DAY, "367 days after", True),
    ],
)
def test_a_clock_far_from_the_newest_entry_is_doubted(since: int, words: str, refused: bool) -> None:  # noqa: FBT001
    doubt = judge_start(START + since, START, LIMITS)
    assert doubt is not None
    assert words in doubt.sentence
    assert (doubt.action is not None) is refused


def test_what_to_set_to_go_on_knowingly_is_enough() -> None:
    doubt = judge_start(START + 40 * YEAR, START, LIMITS)
    assert doubt is not None
    assert doubt.action is not None
    days = int(doubt.action.partition("LINEWARD_CLOCK_GAP_DAYS=")[2].rstrip("."))
    assert judge_start(START + 40 * YEAR, START, ClockLimits(gap=days * DAY, jump=HOUR)) is None


@pytest.mark.parametrize(
    ("jump", "words", "refused"),
    [
        (10 * MINUTE, "jumped 10 minutes forward", False),
        (-10 * MINUTE, "jumped 10 minutes back", False),
        (30 * YEAR, "jumped 30 years forward", True),
        (-3 * HOUR, "jumped 3 hours back", True),
    ],
)
def test_a_clock_that_jumps_is_doubted(jump: int, words: str, refused: bool) -> None:  # noqa: FBT001
    doubt = judge_jump(START + jump, START, LIMITS)
    assert doubt is not None
    assert words in doubt.sentence
    assert (doubt.action is not None) is refused


@pytest.mark.parametrize("jump", [-5 * MINUTE, 0, 5 * MINUTE])
def test_a_clock_that_is_put_right_a_little_is_believed(jump: int) -> None:
    assert judge_jump(START + jump, START, LIMITS) is None


def test_nothing_is_taken_while_a_clock_is_decades_ahead_and_all_is_well_when_it_is_back(
    clocks: Clocks, watch: ClockWatch, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = MemoryLedger(SiteKeys.generate(ORIGIN), clock=lambda: clocks.now, watch=watch)
    ledger.append(make_draft(0)).result()
    clocks.now += 40 * YEAR
    with caplog.at_level(logging.INFO, logger="lineward.ledger"):
        for _ in range(3):
            with pytest.raises(OperatorError, match=r"jumped 40 years forward.*start the service again") as caught:
                ledger.append(make_draft(1))
            assert caught.value.retry_after
            clocks.pass_by(MINUTE)
            assert "jumped 40 years forward" in (ledger.clock_doubt() or "")
        clocks.now -= 40 * YEAR
        receipt = ledger.append(make_draft(1)).result()
    assert receipt.recorded_at == clocks.now
    assert ledger.clock_doubt() is None
    assert [record.message for record in caplog.records] == ["the clock is not believed", "the clock is believed again"]


def test_a_clock_that_went_back_a_little_turns_health_red_and_stops_nothing(clocks: Clocks, watch: ClockWatch) -> None:
    ledger = MemoryLedger(SiteKeys.generate(ORIGIN), clock=lambda: clocks.now, watch=watch)
    first = ledger.append(make_draft(0)).result()
    clocks.now -= 10 * MINUTE
    second = ledger.append(make_draft(1)).result()
    assert second.recorded_at == first.recorded_at + 1
    assert "jumped 10 minutes back" in (ledger.clock_doubt() or "")


def test_a_clock_that_was_wrong_at_the_start_and_is_set_right_is_believed(clocks: Clocks, watch: ClockWatch) -> None:
    clocks.now = 0
    with pytest.raises(OperatorError, match="53 years before"):
        watch.check(START)
    clocks.now, clocks.steady = START + DAY, MINUTE
    watch.check(START)
    assert watch.doubt(START) is None


def test_time_that_passes_is_no_jump(clocks: Clocks, watch: ClockWatch) -> None:
    watch.check(START)
    clocks.pass_by(500 * DAY)
    watch.check(START)


def test_a_clock_that_is_put_right_a_little_every_day_never_jumps(clocks: Clocks, watch: ClockWatch) -> None:
    for _ in range(30):
        watch.check(START)
        clocks.pass_by(DAY)
        clocks.now += MINUTE
    assert watch.doubt(START) is None
