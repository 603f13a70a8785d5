from __future__ import annotations

import pytest

from catalog.api.graphql.allowance import Allowance, ClientLeftError, EndedError, OutOfTimeError, TooLargeError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Reader:
    def nodes(self) -> str:
        return "nodes"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def allowance(clock: Clock) -> Allowance:
    return Allowance(5, 100, clock)


def test_it_lasts_until_its_time_is_over(allowance: Allowance, clock: Clock) -> None:
    assert allowance.remaining == 5
    assert allowance.half_left
    clock.now += 5
    assert allowance.resolve()
    clock.now += 0.1
    assert allowance.remaining == 0
    assert not allowance.resolve()
    assert allowance.resolved == 1
    assert not allowance.half_left
    with pytest.raises(OutOfTimeError, match="5 s"):
        allowance.check()


def test_every_verb_of_a_reader_is_a_call(allowance: Allowance, clock: Clock) -> None:
    reader, ledger = allowance.over(Reader()), allowance.over(Reader(), counted=False)
    assert (reader.nodes(), reader.nodes(), ledger.nodes()) == ("nodes", "nodes", "nodes")
    assert allowance.calls == 2
    clock.now += 6
    for held in (reader, ledger):
        with pytest.raises(OutOfTimeError):
            held.nodes()
    assert allowance.calls == 2


def test_an_answer_that_grows_too_large_ends_it(allowance: Allowance) -> None:
    allowance.grow(100)
    assert allowance.lasts()
    allowance.grow(1)
    with pytest.raises(TooLargeError, match="100 bytes"):
        allowance.check()


def test_a_client_that_leaves_ends_it(allowance: Allowance) -> None:
    allowance.cancel()
    assert not allowance.resolve()
    with pytest.raises(ClientLeftError):
        allowance.check()


def test_the_first_reason_stays(allowance: Allowance, clock: Clock) -> None:
    allowance.grow(101)
    assert not allowance.lasts()
    allowance.cancel()
    clock.now += 6
    assert not allowance.lasts()
    assert isinstance(allowance.ended, TooLargeError)


def test_what_was_lifted_goes_on_to_its_end(allowance: Allowance, clock: Clock) -> None:
    allowance.lift()
    allowance.cancel()
    allowance.grow(1000)
    clock.now += 6
    assert allowance.resolve()
    allowance.check()
    assert allowance.ended is None


def test_what_has_ended_is_not_lifted(allowance: Allowance) -> None:
    allowance.cancel()
    with pytest.raises(EndedError):
        allowance.lift()
