"""From the bytes of a request to one JSON value, whatever an emitter's JSON library produced.

Limits are checked while inflating and without recursion, so that neither a zip bomb nor deep nesting costs more than
the limit itself. What real emitters send against the letter of RFC 8259 (NaN, Infinity, lone surrogates, raw control
characters, integers that no IEEE double holds) is kept in a form that canonical JSON (RFC 8785) can hold, and flagged.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import orjson

from ingest_hooks.errors import Unreadable
from ingest_hooks.memo import BYTES_OF_A_FINGERPRINT, Memo, fingerprint

JSON = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 200
MAX_SAFE_INTEGER = 2**53 - 1
_GZIP_WINDOW = 31
_MAX_MEMBERS = 100
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, order=True)
class Flag:
    """Something accepted although it is not as the standard says: what (`code`), and where (a JSON pointer).

    `size` is how many bytes were there, of what was left out.
    """

    code: str
    pointer: str = ""
    size: int | None = None

    @property
    def row(self) -> tuple[str | int, ...]:
        """Return it as the ledger's body has it."""
        return (self.code, self.pointer) if self.size is None else (self.code, self.pointer, self.size)


class Part(NamedTuple):
    """The job or a dataset of an event as canonical JSON, and the fingerprint of that."""

    canonical: bytes
    fingerprint: bytes


Parts = Mapping[tuple[str, int], Part]
"""The parts of an event by the key that they stand under and their place there, from 0."""

SIDES: Final = ("inputs", "outputs")
JOB: Final = "job"


@dataclass(frozen=True, slots=True)
class Wire:
    """A JSON value that canonical JSON can hold, what had to be bent for that, and its `parts_of`."""

    value: JSON
    flags: tuple[Flag, ...] = ()
    parts: Parts = field(default_factory=dict)


class Inflater:
    """Takes a body chunk by chunk and never holds more than `limit` bytes of it after decompression.

    `encoding` is the Content-Encoding header: gzip, identity or nothing. Raises `Unreadable` 400 for another one, for
    damaged gzip and for gzip in very many parts (each costs more than the bytes it has), 413 as soon as the limit is
    passed, before decompression or after it.
    """

    def __init__(self, encoding: str | None = None, limit: int = MAX_BYTES) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        match (encoding or "identity").strip().lower():
            case "gzip" | "x-gzip":
                self._gzip = True
            case "identity" | "":
                self._gzip = False
            case _:
                raise Unreadable(400, "", "Content-Encoding must be gzip or identity.")
        self._stream = zlib.decompressobj(_GZIP_WINDOW)
        self._fed = False
        self._received = 0
        self._members = 1

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the body as they came over the wire."""
        if not self._gzip:
            self._keep(chunk)
            return
        self._fed = self._fed or bool(chunk)
        self._received += len(chunk)
        self._hold(self._received)
        rest = chunk
        while rest:
            if self._stream.eof:  # gzip files may be concatenated (RFC 1952, 2.2)
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise Unreadable(400, "", f"A gzip body has at most {_MAX_MEMBERS} members; compress it as one.")
                self._stream = zlib.decompressobj(_GZIP_WINDOW)
            try:
                self._keep(self._stream.decompress(rest, self._limit - self._size + 1))
            except zlib.error as error:
                raise Unreadable(400, "", "The body must be valid gzip, as Content-Encoding says.") from error
            rest = self._stream.unconsumed_tail or self._stream.unused_data

    @property
    def size(self) -> int:
        """How many bytes are held."""
        return self._size

    def forget(self) -> None:
        """Lets go of what is held: nobody will ask for it."""
        self._parts.clear()

    def finish(self) -> bytes:
        """The whole body; raises `Unreadable` 400 if the gzip stream was cut off."""
        if self._fed and not self._stream.eof:
            raise Unreadable(400, "", "The gzip body ends too early; send it whole.")
        return b"".join(self._parts)

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        self._hold(self._size)
        self._parts.append(data)

    def _hold(self, size: int) -> None:
        if size > self._limit:
            raise Unreadable(
                413, "", f"The body may have at most {self._limit} bytes after decompression; split it or send less."
            )


def parse(body: bytes, *, max_depth: int = MAX_DEPTH) -> Wire:
    """The JSON value in `body` (already inflated); raises `Unreadable` 400 if there is none, 413 if it nests too deep.

    A key that comes twice has its last value (as Spark's doubled `processing_engine` wants it).
    """
    if not body or body.isspace():
        raise Unreadable(400, "", "The body is empty; send one OpenLineage event as a JSON object.")
    flags: set[str] = set()
    try:
        value: JSON = orjson.loads(body)
        clean = b"\\u0000" not in body
    except orjson.JSONDecodeError:
        value, clean = _parse_tolerantly(body, flags), False
    parts = parts_of(value)
    if not _is_exact_event(value, parts, max_depth):
        # orjson turns integers beyond 64 bits into floats; only the tolerant parser still has the digits.
        value, clean = _parse_tolerantly(body, flags), False
    if not clean:
        value = _clean(value, flags)
        parts = parts_of(value)
    return Wire(value, tuple(Flag(code) for code in sorted(flags)), parts)


def parts_of(value: JSON) -> Parts:
    """The job, the inputs and the outputs of an event, as far as they are objects: what its next event says again."""
    if not isinstance(value, dict):
        return {}
    try:
        return {
            place: Part(canonical, fingerprint(canonical))
            for place, part in _parts(value)
            for canonical in (orjson.dumps(part, option=orjson.OPT_SORT_KEYS),)
        }
    except orjson.JSONEncodeError:  # it nests deeper than orjson goes, or holds a text that no UTF-8 has
        return {}


def _parts(value: dict[str, JSON]) -> Iterator[tuple[tuple[str, int], JSON]]:
    job = value.get(JOB)
    if isinstance(job, dict):
        yield (JOB, 0), job
    for side in SIDES:
        items = value.get(side)
        if isinstance(items, list):
            yield from (((side, place), item) for place, item in enumerate(items) if isinstance(item, dict))


_EXACT: Final[Memo[tuple[int, bytes], bool]] = Memo(4 * 1024 * 1024)
"""The fingerprints of parts whose every number is exact, with the depth that they were held to."""


def _is_exact_event(value: JSON, parts: Parts, max_depth: int) -> bool:
    """Whether every number survives canonical JSON; raises 413 beyond `max_depth`. A part is held to it once."""
    if not parts or not isinstance(value, dict):
        return _check_shape(value, max_depth)
    exact = True
    beside: list[JSON] = [child for key, child in value.items() if key != JOB and key not in SIDES]
    for side in (JOB, *SIDES):
        items = value.get(side)
        if isinstance(items, list):
            beside.append([item for place, item in enumerate(items) if (side, place) not in parts])
        elif (side, 0) not in parts:
            beside.append(items)
    for (side, place), part in parts.items():
        depth = max_depth - 1 if side == JOB else max_depth - 2
        if _EXACT.get((depth, part.fingerprint), None):
            continue
        items = value[side]
        if _check_shape(items[place] if isinstance(items, list) else items, depth):
            _EXACT.keep((depth, part.fingerprint), value=True, size=BYTES_OF_A_FINGERPRINT)
        else:
            exact = False
    # A list stands as deep as the event does.
    return _check_shape(beside, max_depth) and exact


def _check_shape(value: JSON, max_depth: int) -> bool:
    """Whether every number survives canonical JSON; raises 413 beyond `max_depth`. Level by level, no recursion."""
    if not isinstance(value, (dict, list)):
        return _is_exact(value)
    exact = True
    level: list[dict[str, JSON] | list[JSON]] = [value]
    for _ in range(max_depth):
        below: list[dict[str, JSON] | list[JSON]] = []
        for container in level:
            for child in container.values() if type(container) is dict else container:
                # No parser makes a kind of its own, and asking so takes half the time of `isinstance`.
                if type(child) is str:
                    continue
                if type(child) is dict or type(child) is list:
                    below.append(child)
                elif not _is_exact(child):
                    exact = False
        if not below:
            return exact
        level = below
    raise Unreadable(413, "", f"The JSON may nest at most {max_depth} levels deep.")


def _is_exact(value: JSON) -> bool:
    return not isinstance(value, (int, float)) or -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER


@dataclass(slots=True)
class _Hooks:
    """What the standard library's parser calls for the tokens that orjson refuses or rounds."""

    flags: set[str]

    def integer(self, text: str) -> int | str:
        if len(text) <= len(str(MAX_SAFE_INTEGER)) + 1 and abs(int(text)) <= MAX_SAFE_INTEGER:
            return int(text)
        self.flags.add("big-integer")
        return text

    def fraction(self, text: str) -> float | str:
        result = float(text)
        if math.isfinite(result):
            return result
        self.flags.add("number-out-of-range")
        return text

    def constant(self, text: str) -> str:
        self.flags.add("not-a-number")
        return text

    def pairs(self, items: list[tuple[str, JSON]]) -> dict[str, JSON]:
        result = dict(items)
        if len(result) < len(items):
            self.flags.add("duplicate-key")
        return result


def _parse_tolerantly(body: bytes, flags: set[str]) -> JSON:
    hooks = _Hooks(flags)
    try:
        value: JSON = json.loads(
            body.decode("utf-8-sig"),
            strict=False,
            object_pairs_hook=hooks.pairs,
            parse_int=hooks.integer,
            parse_float=hooks.fraction,
            parse_constant=hooks.constant,
        )
    except RecursionError as error:
        raise Unreadable(413, "", f"The JSON may nest at most {MAX_DEPTH} levels deep.") from error
    except UnicodeDecodeError as error:
        raise Unreadable(400, "", "The body must be JSON in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise Unreadable(
            400, "", f"The body must be one JSON object (see line {error.lineno}, column {error.colno})."
        ) from error
    return value


def _clean(value: JSON, flags: set[str]) -> JSON:
    """Without NUL and lone surrogates, which no store and no canonical JSON takes."""
    if isinstance(value, str):
        return _clean_text(value, flags)
    if isinstance(value, list):
        return [_clean(item, flags) for item in value]
    if isinstance(value, dict):
        return {_clean_text(key, flags): _clean(item, flags) for key, item in value.items()}
    return value


def _clean_text(text: str, flags: set[str]) -> str:
    if "\x00" in text:
        flags.add("nul-character")
        text = text.replace("\x00", _REPLACEMENT)
    if _SURROGATE.search(text):
        flags.add("lone-surrogate")
        text = _SURROGATE.sub(_REPLACEMENT, text)
    return text
