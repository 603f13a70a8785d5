"""Wrong keys are counted by where they come from: so many a minute are tried, and nobody else is kept out by them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.api.signing_in import MOST_WRONG, WINDOW_SECONDS, WrongTries
from tests.unit.catalog.api.test_sessions import Clock

MINE, ANOTHER = ("192.0.2.1", "k"), ("192.0.2.1", "")


def test_after_so_many_one_waits_until_the_minute_is_over() -> None:
    clock = Clock()
    wrong = WrongTries(clock)
    for _ in range(MOST_WRONG):
        assert wrong.wait(MINE) == 0
        wrong.note(MINE)
    assert wrong.wait(MINE) == WINDOW_SECONDS + 1
    assert wrong.wait(ANOTHER) == 0
    clock.now = WINDOW_SECONDS - 0.5
    assert wrong.wait(MINE) == 1
    clock.now = WINDOW_SECONDS
    assert wrong.wait(MINE) == 0
    wrong.note(MINE)
    assert wrong.wait(MINE) == 0


@given(
    st.lists(st.tuples(st.sampled_from([MINE, ANOTHER]), st.floats(0, 20)), max_size=120),
)
def test_in_no_minute_more_than_twice_so_many_are_tried_and_each_name_is_as_if_alone(
    tries: list[tuple[tuple[str, str], float]],
) -> None:
    clock = Clock()
    together = WrongTries(clock)
    alone = {name: WrongTries(clock) for name in (MINE, ANOTHER)}
    tried: dict[tuple[str, str], list[float]] = {MINE: [], ANOTHER: []}
    for name, pause in tries:
        clock.now += pause
        wait = together.wait(name)
        assert wait == alone[name].wait(name)
        if not wait:
            tried[name].append(clock.now)
            together.note(name)
            alone[name].note(name)
    for times in tried.values():
        for at in times:
            assert sum(at <= one < at + WINDOW_SECONDS for one in times) <= 2 * MOST_WRONG
