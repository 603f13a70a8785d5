"""Sets of numbers as they are stored: in chunks, each a number alone, a list of places in it, or a bit for each place.

A set is an integer here with a bit for each number that is in it, so that what two have in common is `one & other`.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

CHUNK: Final = 4_096
"""How many numbers in a row stand in one chunk."""

_BYTES: Final = CHUNK // 8
_LISTED: Final = 128
"""Up to so many the places are listed, two bytes each: half of what a bit for each would take."""

Bits = int | bytes
"""What stands in a row: the one number that is in the chunk, or a list of places, or the bits."""


def stored(chunk: int, places: int) -> Bits:
    """Return what stands in the row of a chunk, given the set of its places: one at least."""
    count = places.bit_count()
    if count == 1:
        return chunk * CHUNK + places.bit_length() - 1
    if count <= _LISTED:
        return array("H", numbers(places)).tobytes()
    return places.to_bytes(_BYTES, "little")


def places(chunk: int, bits: Bits) -> int:
    """Return the set of places that the row of a chunk holds."""
    if isinstance(bits, int):
        return 1 << (bits - chunk * CHUNK)
    if len(bits) == _BYTES:
        return int.from_bytes(bits, "little")
    found = 0
    for place in _listed(bits):
        found |= 1 << place
    return found


def places_of(some: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the chunks in which numbers above 0 lie, with the set of their places there; 0 is none."""
    found: dict[int, list[int]] = {}
    for number in some:
        if number:
            found.setdefault(number // CHUNK, []).append(number % CHUNK)
    for chunk, listed in found.items():
        yield chunk, 1 << listed[0] if len(listed) == 1 else set_of(listed)


def numbers(some: int) -> Iterator[int]:
    """Yield the numbers of a set, ascending."""
    for start, part in enumerate(chunks(some)):
        held = part
        while held:
            lowest = held & -held
            yield start * CHUNK + lowest.bit_length() - 1
            held ^= lowest


def chunks(some: int) -> Sequence[int]:
    """Return the places of each chunk of a set, from the first on."""
    if some < 1 << CHUNK:
        return (some,)
    count = -(-some.bit_length() // CHUNK)
    whole = some.to_bytes(count * _BYTES, "little")
    return [int.from_bytes(whole[at : at + _BYTES], "little") for at in range(0, len(whole), _BYTES)]


class Gathered:
    """A set that is made of many rows."""

    def __init__(self) -> None:
        """Begin with none."""
        self._bytes = bytearray()

    def add(self, some: Iterable[int]) -> None:
        """Let these numbers be in it."""
        held = self._bytes
        for number in some:
            place = number >> 3
            if place >= len(held):
                held.extend(bytes(max(place + 1 - len(held), len(held))))
            held[place] |= 1 << (number & 7)

    def add_row(self, chunk: int, bits: bytes) -> None:
        """Let all numbers of a chunk of several be in it."""
        held = self._bytes
        if len(bits) != _BYTES:
            first = chunk * CHUNK
            self.add([first + place for place in _listed(bits)])
            return
        start, end = chunk * _BYTES, (chunk + 1) * _BYTES
        if end > len(held):
            held.extend(bytes(end - len(held)))
        either = int.from_bytes(held[start:end], "little") | int.from_bytes(bits, "little")
        held[start:end] = either.to_bytes(_BYTES, "little")

    def whole(self) -> int:
        """Return the set."""
        return int.from_bytes(self._bytes, "little")


def united(rows: str) -> int:
    """Return the set of all numbers in rows, given as a JSON list: a number alone, or a text of a chunk and its bits in
    hexadecimal digits.
    """
    every: list[int | str] = json.loads(rows)
    if '"' not in rows:
        return set_of(every)  # type: ignore[arg-type]  # there is no text among them
    found = Gathered()
    for one in every:
        if isinstance(one, str):
            chunk, _, bits = one.partition(" ")
            found.add_row(int(chunk), bytes.fromhex(bits))
    return found.whole() | set_of([one for one in every if isinstance(one, int)])


def set_of(some: Sequence[int]) -> int:
    """Return the set of these numbers."""
    if not some:
        return 0
    # A digit for each is quicker to set than a bit, and digits of two are read in no time.
    top = max(some)
    digits = bytearray(b"0") * (top + 1)
    for number in some:
        digits[top - number] = _ONE
    return int(digits, 2)


_ONE: Final = ord("1")


class InChunks:
    """A set that many rows are compared with."""

    def __init__(self, whole: int) -> None:
        """Divide a set."""
        self._chunks = chunks(whole)
        self._flags: dict[int, bytes] = {}

    def count(self, chunk: int, bits: Bits) -> int:
        """Return how many numbers of a row are in the set."""
        held = self._chunks[chunk] if chunk < len(self._chunks) else 0
        if not held:
            return 0
        if isinstance(bits, int):
            return held >> (bits - chunk * CHUNK) & 1
        if len(bits) == _BYTES:
            return (held & int.from_bytes(bits, "little")).bit_count()
        flags = self._flags.get(chunk)
        if flags is None:
            flags = self._flags[chunk] = bytes(map(int, reversed(f"{held:0{CHUNK}b}")))
        return sum(map(flags.__getitem__, _listed(bits)))

    def common(self, chunk: int, places: int) -> int:
        """Return how many places of a chunk, as a set, are in the set."""
        return (self._chunks[chunk] & places).bit_count() if chunk < len(self._chunks) else 0


def _listed(bits: bytes) -> array[int]:
    found = array("H")
    found.frombytes(bits)
    return found
