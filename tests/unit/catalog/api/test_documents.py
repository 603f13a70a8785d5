from __future__ import annotations

from contextlib import suppress

import pytest

from catalog.api.graphql.allowance import Allowance, ClientLeftError, OutOfTimeError
from catalog.api.graphql.documents import Bounds, RefusedError, begins_to_read, read_document

BOUNDS = Bounds(tokens=4000, depth=14, aliases=30)


class Ticking:
    """A clock that goes on by one with every look, and so counts the looks."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return self.looks


def looks_at(query: str, seconds: float = 1e9) -> int:
    clock = Ticking()
    allowance = Allowance(seconds, 1000, clock)
    with suppress(RefusedError):
        read_document(query, BOUNDS, allowance)
    return clock.looks


def chain(fragments: int, times: int) -> str:
    spreads = "".join(f"fragment f{n} on Query {{ {f'...f{n + 1} ' * times} }}" for n in range(fragments))
    return f"{{ ...f0 }} {spreads} fragment f{fragments} on Query {{ readPoint {{ ledgerIndex }} }}"


def test_validation_looks_at_the_clock_at_every_node() -> None:
    fields = [looks_at("{ " + "readPoint { ledgerIndex } " * count + "}") for count in (10, 20)]
    assert fields[1] - fields[0] >= 10 * 3


def test_validation_ends_when_the_time_is_over() -> None:
    clock = Ticking()
    query = "{ " + "readPoint { ledgerIndex } " * 30 + "}"
    with pytest.raises(OutOfTimeError):
        read_document(query, BOUNDS, Allowance(20, 1000, clock))
    assert clock.looks <= 25


def test_validation_ends_when_the_client_left() -> None:
    allowance = Allowance(1e9, 1000)
    allowance.cancel()
    with pytest.raises(ClientLeftError):
        read_document("{ a: readPoint { ledgerSize } }", BOUNDS, allowance)


def test_the_work_grows_with_the_document_and_not_with_what_its_fragments_double_to() -> None:
    short, long = looks_at(chain(20, 2)), looks_at(chain(40, 2))
    assert long < 2.2 * short


def test_a_document_that_was_asked_before_is_remembered() -> None:
    query = "{ remembered: readPoint { ledgerRoot } }"
    first = read_document(query, BOUNDS, Allowance(1e9, 1000))
    clock = Ticking()
    assert read_document(query, BOUNDS, Allowance(1e9, 1000, clock)) is first
    assert clock.looks == 1


def test_a_document_that_was_refused_or_ended_is_not_remembered() -> None:
    query = "{ ended: readPoint { ledgerRoot } }"
    with pytest.raises(OutOfTimeError):
        read_document(query, BOUNDS, Allowance(3, 1000, Ticking()))
    read_document(query, BOUNDS, Allowance(1e9, 1000))
    with pytest.raises(RefusedError, match="depth of 1"):
        read_document(query, Bounds(tokens=4000, depth=0, aliases=30), Allowance(1e9, 1000))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{", "Syntax Error"),
        ("{ " + "readPoint { ledgerIndex } " * 2000 + "}", "tokens"),
        ('{ node(id: "a") { ... on Run { ' + "parent { " * 14 + "runId" + " }" * 14 + " } } }", "depth of 15"),
        (chain(60, 2).replace("readPoint", "a: readPoint"), "more than 9007199254740991 aliases"),
        ("{ ...a } fragment a on Query { ...a }", "itself"),
        ("{ nothing }", "nothing"),
        ("{ " + "readPoint { ledgerIndex } " * 990 + "}", "too often to be checked"),
    ],
)
def test_a_document_out_of_bounds_is_refused(query: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        read_document(query, BOUNDS, Allowance(1e9, 1000))


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        ("{ __typename }", True),
        ("# a comment\n , query a { __typename }", True),
        ("subscription { __typename }", True),
        ("mutation { __typename }", False),
        ("fragment a on Query { __typename } { ...a }", False),
        ("", False),
        ('"never ended', False),
    ],
)
def test_the_first_word_says_whether_a_document_asks(query: str, *, reads: bool) -> None:
    assert begins_to_read(query) is reads
