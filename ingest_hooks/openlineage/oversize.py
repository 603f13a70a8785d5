"""An event that is larger than what is taken: without its largest facets rather than not at all.

Emitters send plans, statements and column lineage of any length, and drop an event that is refused. What identifies a
run, a job and its datasets stays; the facets that are left out are named, with size and digest, so that what came stays
bound to what is kept.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.wire import JSON, MAX_DEPTH, Wire, parse, parts_of

LEFT_OUT: Final = "facet-left-out"
"""The code under which such a facet is noted."""

_BRACKET: Final = re.compile(rb'([^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+)([{}\[\]])', re.DOTALL)
_KEY: Final = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\r\n]*+:[ \t\r\n]*+\Z', re.DOTALL)
_OWNERS: Final = frozenset({"run", "job", "dataset"})
_LISTS: Final = frozenset({"inputs", "outputs"})
_FACETS: Final = frozenset({"facets", "inputFacets", "outputFacets"})
_DEEPEST: Final = 5
_TAIL: Final = 4_096
"""So much before a bracket is looked through for its key: none of the standard's is longer."""


class LeftOut(NamedTuple):
    """A facet that was left out: its JSON pointer, how many bytes it had, and the SHA-256 of these in hex."""

    pointer: str
    size: int
    digest: str


class Reduced(NamedTuple):
    """An event as it is taken, and what of it was left out, the largest first."""

    wire: Wire
    left_out: tuple[LeftOut, ...] = ()


class _Facet(NamedTuple):
    path: tuple[str | int, ...]
    start: int
    end: int


def parse_within(body: bytes, limit: int, *, max_depth: int = MAX_DEPTH) -> Reduced:
    """Return the event in a body, without its largest facets where it has more than `limit` bytes.

    Raises as `wire.parse`, and `Unreadable` 413 where the rest is too large as well.
    """
    if len(body) <= limit:
        return Reduced(parse(body, max_depth=max_depth))
    over, dropped = len(body) - limit, list[_Facet]()
    for facet in sorted(_facets(body), key=lambda each: each.start - each.end):
        if over <= 0:
            break
        dropped.append(facet)
        over -= facet.end - facet.start - len(b"null")
    if over > 0:
        raise Unreadable(
            413, "", f"The event may have at most {limit} bytes beside its facets; send it as several, or send less."
        )
    wire = parse(_without(body, dropped), max_depth=max_depth)
    left_out = tuple(
        LeftOut(_pointer(each.path), each.end - each.start, sha256(body[each.start : each.end]).hexdigest())
        for each in dropped
    )
    for each in dropped:
        _remove(wire.value, each.path)
    return Reduced(replace(wire, parts=parts_of(wire.value)), left_out)


def _facets(body: bytes) -> list[_Facet]:
    """Return every facet that is an object, with its place; nothing is parsed but where brackets are and their keys."""
    found: list[_Facet] = []
    path: list[str | int] = []
    starts: list[int] = []
    counts: list[int] = []
    depth = at = 0
    while (match := _BRACKET.match(body, at)) is not None:
        at, bracket = match.end(), match[2]
        if bracket in b"{[":
            depth += 1
            if depth <= _DEEPEST + 1:
                starts.append(at - 1)
                path.append(_step(match[1], path, counts))
                counts.append(0)
        else:
            if depth <= _DEEPEST + 1 and starts:
                start, place = starts.pop(), tuple(path[1:])
                path.pop()
                counts.pop()
                if bracket == b"}" and _is_facet(place):
                    found.append(_Facet(place, start, at))
            depth -= 1
    return found


def _step(before: bytes, path: list[str | int], counts: list[int]) -> str | int:
    """Return the key or the index of what begins after these bytes."""
    key = _KEY.search(before[-_TAIL:])
    if key is not None:
        try:
            return str(orjson.loads(key[1]))
        except orjson.JSONDecodeError:
            return ""
    if not path:
        return ""
    counts[-1] += 1
    return counts[-1] - 1


def _is_facet(path: tuple[str | int, ...]) -> bool:
    match path:
        case (owner, facets, str()):
            return owner in _OWNERS and facets in _FACETS
        case (several, int(), facets, str()):
            return several in _LISTS and facets in _FACETS
    return False


def _without(body: bytes, facets: list[_Facet]) -> bytes:
    parts, end = [], 0
    for facet in sorted(facets, key=lambda each: each.start):
        parts += [body[end : facet.start], b"null"]
        end = facet.end
    return b"".join([*parts, body[end:]])


def _remove(value: JSON, path: tuple[str | int, ...]) -> None:
    for step in path[:-1]:
        match value, step:
            case dict(), str():
                value = value.get(step)
            case list(), int():
                value = value[step] if step < len(value) else None
    if isinstance(value, dict):
        value.pop(str(path[-1]), None)


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
