"""How a program asks for what a page shows: the text of a GraphQL query, and of a command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Mapping, Sequence
from enum import Enum

from strawberry.utils.str_converters import to_camel_case

from catalog.reading import AsOf
from graph_schema.facts import NOW
from graph_schema.times import format_time


class Word(str):
    """A word that GraphQL takes as it is: a member of an enum."""

    __slots__ = ()


def literal(value: object) -> str:
    """Return a value as GraphQL writes it; None within a mapping is left out."""
    match value:
        case Word():
            return str(value)
        case Enum():
            return value.name
        case Mapping():
            given = ", ".join(f"{name}: {literal(each)}" for name, each in value.items() if each is not None)
            return f"{{{given}}}"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Sequence():
            return f"[{', '.join(map(literal, value))}]"
        case _:
            return json.dumps(value)


def query(field: str, arguments: Mapping[str, object], selection: str, as_of: AsOf | None = None) -> str:
    """Return a query of one field; `as_of` is left out where it is now."""
    every = {**arguments, "asOf": None if as_of is None else point(as_of)}
    given = ", ".join(f"{name}: {literal(value)}" for name, value in every.items() if value is not None)
    return f"{{\n  {field}{f'({given})' if given else ''} {selection}\n}}"


def together(*queries: str) -> str:
    """Return queries of one field each as one query of all of these."""
    return "{\n" + "\n".join(one.removeprefix("{\n").removesuffix("\n}") for one in queries) + "\n}"


def command(*words: str | None, as_of: AsOf | None = None) -> str:
    """Return a command as a shell takes it; None among its words is left out."""
    time = [] if as_of is None else [part for pair in _options(as_of) for part in pair]
    return shlex.join(["lineward", *(word for word in words if word is not None), *time])


def fed(line: str, record: Mapping[str, object]) -> str:
    """Return a command that reads a record from its input (`-`), with that record, as bash and zsh take it."""
    return f"{line} <<< {shlex.quote(json.dumps(record, ensure_ascii=False))}"


def point(as_of: AsOf) -> Mapping[str, object] | None:
    """Return a point as GraphQL takes it, None of the present."""
    given = {
        "validAt": None if as_of.valid_at == NOW else format_time(as_of.valid_at),
        "knownAtIndex": None if as_of.known_at == NOW else as_of.known_at,
    }
    return given if any(value is not None for value in given.values()) else None


def _options(as_of: AsOf) -> list[tuple[str, str]]:
    found = []
    if as_of.valid_at != NOW:
        found.append(("--valid-at", format_time(as_of.valid_at)))
    if as_of.known_at != NOW:
        found.append(("--known-at-index", str(as_of.known_at)))
    return found


def argument(fields: Mapping[str, object], words: Collection[str]) -> Mapping[str, object]:
    """Return the fields of a record as GraphQL takes them for an argument; those called by `words` are of enums."""
    return {
        to_camel_case(name): Word(value) if name in words else _argument(value, words) for name, value in fields.items()
    }


def _argument(value: object, words: Collection[str]) -> object:
    match value:
        case Mapping():
            return argument(value, words)
        case list():
            return [_argument(one, words) for one in value]
        case _:
            return value
