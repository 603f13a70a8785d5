from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from catalog.store.packed import CHUNK, Gathered, InChunks, chunks, numbers, places, stored, united

NUMBERS = st.one_of(
    st.sets(st.integers(1, 5 * CHUNK), max_size=40),
    st.builds(lambda start, length: set(range(start, start + length)), st.integers(1, 2 * CHUNK), st.integers(0, 700)),
    st.sets(st.integers(1, 5 * CHUNK), max_size=40).map(lambda some: {*some, *range(3 * CHUNK, 4 * CHUNK)}),
)


def as_set(some: set[int]) -> int:
    return sum(1 << number for number in some)


def rows(some: set[int]) -> list[tuple[int, int | bytes]]:
    return [(at, stored(at, held)) for at, held in enumerate(chunks(as_set(some))) if held]


@given(NUMBERS)
def test_a_set_is_stored_in_chunks_and_read_as_it_was(some: set[int]) -> None:
    held = rows(some)
    assert list(numbers(as_set(some))) == sorted(some)
    assert sum(places(chunk, bits) << chunk * CHUNK for chunk, bits in held) == as_set(some)
    texts = [bits if isinstance(bits, int) else f"{chunk} {bits.hex()}" for chunk, bits in held]
    assert united(json.dumps(texts)) == as_set(some)


@given(NUMBERS, NUMBERS)
def test_rows_are_counted_in_another_set(some: set[int], other: set[int]) -> None:
    whole = InChunks(as_set(other))
    assert sum(whole.count(chunk, bits) for chunk, bits in rows(some)) == len(some & other)


@given(NUMBERS, NUMBERS)
def test_rows_and_numbers_are_gathered_into_one_set(some: set[int], other: set[int]) -> None:
    gathered = Gathered()
    gathered.add(other)
    for chunk, bits in rows(some):
        if isinstance(bits, int):
            gathered.add((bits,))
        else:
            gathered.add_row(chunk, bits)
    assert gathered.whole() == as_set(some | other)


@given(st.integers(0, 4), st.sets(st.integers(0, CHUNK - 1), min_size=1))
def test_a_chunk_of_one_number_is_that_number_and_no_chunk_takes_more_than_a_bit_for_each(
    chunk: int, held: set[int]
) -> None:
    bits = stored(chunk, as_set(held))
    if isinstance(bits, int):
        assert bits == chunk * CHUNK + min(held)
        assert len(held) == 1
    else:
        assert len(bits) == min(2 * len(held), CHUNK // 8) or len(held) > 128
        assert len(bits) <= CHUNK // 8
