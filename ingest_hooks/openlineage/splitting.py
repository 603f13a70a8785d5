"""From a stream of bytes to the bytes of each JSON value in it, one after the other, however long the stream is.

A stream holds one event a line, or events over many lines, or arrays of them: which, its first value decides. At most
one value and one reading of the stream are held at a time. Nothing is parsed here but where a value begins and ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

import orjson

Read = Callable[[int], bytes]
"""Returns up to so many bytes, none at the end."""

CHUNK: Final = 1024 * 1024
_BLANK: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"
_BRACKET: Final = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
"""Up to the next bracket that stands in no string."""

_OPENING: Final = (b"{", b"[")
_BLANKS: Final = re.compile(rb"[ \t\r\n]*+")
_UNQUOTED: Final = re.compile(rb'[^"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"]*+)*+', re.DOTALL)
_SCALAR: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[-+.\w]++', re.DOTALL)


class Unit(StrEnum):
    """What a value is counted by."""

    LINE = "line"
    ITEM = "item"


class Form(StrEnum):
    """How the values of a stream stand in it."""

    LINES = "lines"
    VALUES = "values"
    ARRAY = "array"


class Position(NamedTuple):
    """Where a stream was left: bytes passed, lines begun, values counted, and how they stand there."""

    offset: int = 0
    line: int = 1
    items: int = 0
    form: Form | None = None


BEGINNING: Final = Position()


class Piece(NamedTuple):
    """One value: its number by its unit, the line that it begins in, its bytes, and where the stream goes on after it.

    `problem` says why it has no bytes; `is_last` that what follows could not be told apart.
    """

    unit: Unit
    number: int
    line: int
    content: bytes
    after: Position
    problem: str | None = None
    is_last: bool = False


def split(read: Read, limit: int, start: Position = BEGINNING) -> Iterator[Piece]:
    """Yield every value of at most so many bytes, from a position on where the stream was left before.

    `read` begins at the stream's beginning. A longer line is a piece with a problem; of values over many lines, a
    longer one ends the stream.
    """
    stream = _Stream(read, start)
    form = start.form or _form(stream, limit)
    if form is Form.LINES:
        yield from _lines(stream, limit)
    else:
        yield from _values(stream, limit, start.items, is_inside=form is Form.ARRAY)


class _Stream:
    """What was read of a stream and not passed yet, from `at` on; knows where it is."""

    def __init__(self, read: Read, start: Position) -> None:
        self._read = read
        self.offset, self.line = start.offset, start.line
        self.held, self.at = b"", 0
        self.ended = False
        left = start.offset
        while left and not self.ended:
            skipped = len(read(min(left, CHUNK)))
            self.ended, left = not skipped, left - skipped
        if not start.offset:
            while self.left < len(_BOM) and self.more():
                pass
            if self.held.startswith(_BOM):
                self.offset = self.at = len(_BOM)

    @property
    def left(self) -> int:
        """How many bytes are held that were not passed."""
        return len(self.held) - self.at

    def more(self) -> bool:
        """Hold more, the more the longer what is held: a value is looked through a few times at most."""
        found = b"" if self.ended else self._read(max(CHUNK, self.left))
        self.ended = not found
        self.held, self.at = self.held[self.at :] + found, 0
        return not self.ended

    def next(self) -> bytes:
        """Pass blanks, and return the byte that comes after them; nothing at the end."""
        while True:
            found = _BLANKS.match(self.held, self.at)
            self.take(found.end() - self.at if found else 0)
            if self.left:
                return self.held[self.at : self.at + 1]
            if not self.more():
                return b""

    def take(self, size: int) -> bytes:
        """Pass so many of the bytes held."""
        taken = self.held[self.at : self.at + size]
        self.at += size
        self.offset += size
        self.line += taken.count(b"\n")
        return taken


def _form(stream: _Stream, limit: int) -> Form:
    """Return how values stand in a stream, by the first of them."""
    begin = stream.next()
    if begin == b"[":
        return Form.VALUES
    if begin != b"{":
        return Form.LINES
    first, rest = _two_lines(stream, limit)
    if _is_object(first) or not _is_open(first):
        return Form.LINES
    # A line that was cut off begins like a value over many: the line after it tells.
    return Form.LINES if _is_object(rest) else Form.VALUES


def _two_lines(stream: _Stream, limit: int) -> tuple[bytes, bytes]:
    """Return the line that the stream is at and the next that is not blank, as far as they are within the limit."""
    while True:
        first, _, rest = stream.held[stream.at :].partition(b"\n")
        second, ending, _ = rest.lstrip(_BLANK).partition(b"\n")
        if ending or stream.left > limit or not stream.more():
            return first, second


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _is_open(line: bytes) -> bool:
    """Tell whether a line ends within a value, and not within a string of it, which no line may."""
    depth, end = _depth_after(line, 0, 0)
    return depth > 0 and _UNQUOTED.fullmatch(line, end) is not None


def _depth_after(held: bytes, end: int, depth: int) -> tuple[int, int]:
    """Go from one bracket to the next, from a depth on, until none is left or the depth is 0; return it, and where."""
    while (found := _BRACKET.match(held, end)) is not None:
        depth += 1 if found[1] in _OPENING else -1
        end = found.end()
        if depth <= 0:
            break
    return depth, end


def _lines(stream: _Stream, limit: int) -> Iterator[Piece]:
    offset, number, passing = stream.offset, stream.line, False
    tail = stream.held[stream.at :]
    while True:
        *whole, tail = tail.split(b"\n")
        for line in whole:
            offset, number = offset + len(line) + 1, number + 1
            after = Position(offset, number, 0, Form.LINES)
            if passing or len(line) > limit:
                yield _too_long(number - 1, limit, after)
                passing = False
            elif content := line.strip(_BLANK):
                yield Piece(Unit.LINE, number - 1, number - 1, content, after)
        if len(tail) > limit:
            offset, tail, passing = offset + len(tail), b"", True
        stream.held, stream.at = tail, 0
        if not stream.more():
            break
        tail = stream.held
    after = Position(offset + len(tail), number, 0, Form.LINES)
    if passing:
        yield _too_long(number, limit, after)
    elif content := tail.strip(_BLANK):
        yield Piece(Unit.LINE, number, number, content, after)


def _too_long(number: int, limit: int, after: Position) -> Piece:
    return Piece(Unit.LINE, number, number, b"", after, f"This is longer than {limit} bytes.")


def _values(stream: _Stream, limit: int, items: int, *, is_inside: bool) -> Iterator[Piece]:
    """Yield the objects of a stream and the items of its arrays, which may follow one another."""
    comes_item = not items
    while begin := stream.next():
        if begin == b"[" and not is_inside:
            stream.take(1)
            is_inside = comes_item = True
        elif begin == b"]" and is_inside:
            stream.take(1)
            is_inside = False
        elif begin == b"," and is_inside and not comes_item:
            stream.take(1)
            comes_item = True
        else:
            items, line = items + 1, stream.line
            if is_inside and not comes_item:
                value = _Value(problem="No comma is before this, and what follows was not read.")
            elif begin in _OPENING:
                value = _container(stream, limit)
            else:
                value = _scalar(stream, limit)
            after = Position(stream.offset, stream.line, items, Form.ARRAY if is_inside else Form.VALUES)
            is_last = value.is_cut or value.problem is not None
            yield Piece(Unit.ITEM, items, line, value.content, after, value.problem, is_last)
            if is_last:
                return
            comes_item = False
    if is_inside:
        after = Position(stream.offset, stream.line, items + 1, Form.VALUES)
        ending = "The array ends too early; send it whole."
        yield Piece(Unit.ITEM, items + 1, stream.line, b"", after, ending, is_last=True)


class _Value(NamedTuple):
    """A value that was passed, or why nobody can tell where it ends; of one that is cut, what there is."""

    content: bytes = b""
    problem: str | None = None
    is_cut: bool = False


def _container(stream: _Stream, limit: int) -> _Value:
    """Pass the object or array that the stream is at."""
    depth = size = 0
    while True:
        depth, end = _depth_after(stream.held, stream.at + size, depth)
        size = end - stream.at
        if size > limit or (depth and stream.left > limit):
            return _Value(problem=f"This is longer than {limit} bytes, and what follows was not read.")
        if not depth:
            return _Value(stream.take(size))
        if not stream.more():
            return _Value(stream.take(stream.left), is_cut=True)  # whoever parses it says where it breaks off


def _scalar(stream: _Stream, limit: int) -> _Value:
    """Pass what is neither object nor array."""
    while True:
        found = _SCALAR.match(stream.held, stream.at)
        if found and (found.end() < len(stream.held) or stream.ended):
            return _Value(stream.take(found.end() - stream.at))
        if stream.left > limit or not stream.more():
            return _Value(problem="This is no JSON, and what follows was not read.")
