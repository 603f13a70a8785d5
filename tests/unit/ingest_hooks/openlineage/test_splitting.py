"""Values are told apart in a stream of any length, however they stand in it and wherever a reading ends."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_hooks.openlineage.splitting import BEGINNING, CHUNK, Piece, Position, Unit, split

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(['{"', '"}', "[,]", "\\\\", '\\"']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=3), max_size=5)


def pieces(content: bytes, most: int = CHUNK, limit: int = CHUNK, start: Position = BEGINNING) -> list[Piece]:
    """Return the pieces of a stream that gives at most so many bytes at once."""
    stream = io.BytesIO(content)
    return list(split(lambda size: stream.read(min(size, most)), limit, start))


def lines(values: list[object]) -> str:
    return "\n".join(json.dumps(one) for one in values)


def lines_of_windows(values: list[object]) -> str:
    return "\ufeff" + "\r\n\r\n".join(json.dumps(one) for one in values)


def array(values: list[object]) -> str:
    return json.dumps(values)


def array_over_lines(values: list[object]) -> str:
    return json.dumps(values, indent=2)


def values_over_lines(values: list[object]) -> str:
    return "\n".join(json.dumps(one, indent=1) for one in values)


FORMS = (lines, lines_of_windows, array, array_over_lines, values_over_lines)


@given(OBJECTS, st.sampled_from(FORMS), st.integers(1, 40))
def test_every_value_comes_whole_and_in_order(
    values: list[object], form: Callable[[list[object]], str], most: int
) -> None:
    found = pieces(form(values).encode(), most)
    assert [json.loads(piece.content) for piece in found] == values
    assert [piece.number for piece in found] == sorted({piece.number for piece in found})


@given(OBJECTS, st.sampled_from(FORMS), st.integers(1, 40))
def test_a_stream_that_was_left_goes_on_behind_what_was_taken(
    values: list[object], form: Callable[[list[object]], str], most: int
) -> None:
    content = form(values).encode()
    whole = pieces(content)
    for at, piece in enumerate(whole):
        assert pieces(content, most, start=piece.after) == whole[at + 1 :]


@given(st.binary(max_size=60), st.integers(1, 10))
def test_anything_at_all_ends(content: bytes, most: int) -> None:
    assert pieces(content, most) == pieces(content)
    assert pieces(b"[" + content, most) == pieces(b"[" + content)


def test_a_line_that_is_no_json_spoils_no_other() -> None:
    found = pieces(b'{not json\n{"a": 1}\n{"a": "cut\n{"a": 2}\n')
    assert [(piece.number, piece.content) for piece in found] == [
        (1, b"{not json"),
        (2, b'{"a": 1}'),
        (3, b'{"a": "cut'),
        (4, b'{"a": 2}'),
    ]
    assert {piece.unit for piece in found} == {Unit.LINE}


@pytest.mark.parametrize("first", [b'{"a": "cut', b'{"a": 1,', b'{"a": [1,'])
def test_a_first_line_that_was_cut_off_is_no_value_over_many(first: bytes) -> None:
    assert [piece.content for piece in pieces(first + b'\n{"b": 1}\n')] == [first, b'{"b": 1}']


def test_an_item_that_is_wrong_spoils_no_other_as_long_as_it_ends() -> None:
    found = pieces(b'[\n {"job": 1},\n {"job": },\n 7, "x{", {"job": 2}\n]')
    assert [(piece.number, piece.line, piece.content) for piece in found] == [
        (1, 2, b'{"job": 1}'),
        (2, 3, b'{"job": }'),
        (3, 4, b"7"),
        (4, 4, b'"x{"'),
        (5, 4, b'{"job": 2}'),
    ]


@pytest.mark.parametrize(
    ("content", "number", "says"),
    [
        (b'[{"a": 1}', 2, "ends too early"),
        (b'[{"a": 1} {"b": 2}]', 2, "No comma"),
        (b'[{"a": 1},, {"b": 2}]', 2, "no JSON"),
    ],
)
def test_where_nobody_can_tell_what_follows_that_is_said_once(content: bytes, number: int, says: str) -> None:
    found = pieces(content)
    assert [piece.number for piece in found if piece.problem] == [number]
    assert says in (found[-1].problem or "")
    assert found[-1].is_last


def test_a_line_beyond_the_limit_is_passed_without_being_held() -> None:
    long = b'{"a": "' + b"x" * 5_000 + b'"}'
    found = pieces(b'{"a": 1}\n' + long + b'\n{"a": 2}\n' + long, most=64, limit=100)
    assert [(piece.number, piece.problem is None) for piece in found] == [(1, True), (2, False), (3, True), (4, False)]


def test_of_an_array_no_more_is_held_than_an_item_and_a_reading() -> None:
    item = json.dumps({"text": "x" * 1_000}).encode()
    read = 0

    def endless() -> Iterator[bytes]:
        yield b"["
        while True:
            yield item + b","

    source = endless()

    def some(size: int) -> bytes:
        nonlocal read
        part = b"".join(next(source) for _ in range(max(1, size // len(item))))
        read += len(part)
        return part

    for number, piece in enumerate(split(some, CHUNK), 1):
        assert piece.content == item
        assert read - number * (len(item) + 1) <= CHUNK + len(item)
        if number == 20_000:
            break


def test_what_is_cut_off_at_the_end_comes_as_far_as_it_is() -> None:
    *_, last = pieces(b'[{"a": 1},\n {"b": \n')
    assert (last.number, last.line, last.content, last.is_last) == (2, 2, b'{"b": \n', True)
