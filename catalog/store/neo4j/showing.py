"""How an aspect in force looks on its node: plain properties that a person reads in Neo4j Browser.

A scalar stands under the aspect's name, a list of scalars as one; of an object every member stands for itself, under
the names of both. What is nested deeper is a list of lines: nothing has to be read as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from catalog.store.indexes.run_states import RunState
from catalog.store.indexes.table import Key, Row
from catalog.store.neo4j.facets import facet_text, facets_of
from graph_schema.aspects import BY_NAME, FAMILIES, Facet
from graph_schema.identity import label_of
from graph_schema.registry import property_of

_LONGEST: Final = 2_000
_MOST: Final = 100
_MEMBERS: Final = 20
"""Members of an object that are shown: an emitter may send any, and a name of a property stays for good."""

_MAIN: Final[Mapping[str, str]] = {"schema": "fields", "documentation": "description"}
"""The members that stand under the name of the aspect itself."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER: Final = re.compile(r"[^a-z0-9]+")

_TIMES: Final = frozenset({"until", "expires_at"})
"""The members of ours that are times, in microseconds UTC."""

Scalar = str | int | float | bool | datetime
Shown = Scalar | list[str] | list[int] | list[float] | list[bool] | None


def shown(aspect: str, value: object) -> dict[str, Shown]:
    """Return the properties of an aspect's value, by their names."""
    if not isinstance(value, Mapping):
        return {aspect: _plain(value)}
    declared = aspect not in BY_NAME or not isinstance(BY_NAME[aspect].shape, Facet)
    return dict(_members(aspect, value, nested=declared))


def _members(name: str, value: Mapping[str, object], *, nested: bool) -> Iterator[tuple[str, Shown]]:
    """Yield the members; `nested` where those of members are shown too, because all their names are ours."""
    main = _MAIN.get(name, "name" if len(value) == 1 else "")
    for member, one in islice(value.items(), _MEMBERS):
        place = name if member == main else _place(name, member)
        if nested and member in _TIMES and isinstance(one, int):
            yield place, datetime.fromtimestamp(one // 1_000_000, UTC).replace(microsecond=one % 1_000_000)
        elif nested and isinstance(one, Mapping):
            yield from _members(place, one, nested=True)
        elif one is not None:
            yield place, _fields(one) if place == "schema" else _plain(one)


def _place(name: str, member: str) -> str:
    """Return the property of a member: the aspect's name before its own, once."""
    own = _snake(member)
    place = own if own == name or own.startswith(f"{name}_") else f"{name}_{own}"
    return f"{place}_member" if place != name and place in BY_NAME else place


def _plain(value: object) -> Shown:
    """Return a scalar, or a list of scalars of one type; what is nested deeper becomes lines."""
    if isinstance(value, Mapping):
        return _lines(f"{name}: {_line(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        scalars = [_scalar(one) for one in value[:_MOST]]
        kinds = {type(one) for one in scalars}
        if len(value) <= _MOST and len(kinds) == 1 and not kinds & {type(None)}:
            return scalars  # type: ignore[return-value]  # of one type, which was looked at
        return _lines(map(_line, value))
    return _scalar(value)


def _scalar(value: object) -> Scalar | None:
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, bool | float) or (isinstance(value, int) and -(2**63) <= value < 2**63):
        return value
    return str(value) if isinstance(value, int) else None


def _lines(lines: Iterable[str]) -> list[str]:
    every = [_cut(line) for line in lines]
    return every if len(every) <= _MOST else [*every[:_MOST], f"and {len(every) - _MOST} more"]


def _line(value: object) -> str:
    """Return a value in one line: `name: age, type: integer`, what is nested in it in parentheses."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_within(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_within, value))
    return "true" if value is True else "false" if value is False else "" if value is None else str(value)


def _within(value: object) -> str:
    return f"({_line(value)})" if isinstance(value, Mapping | list | tuple) else _line(value)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def _snake(member: str) -> str:
    return _OTHER.sub("_", _HUMP.sub("_", member).lower()).strip("_")[:_LONGEST_NAME] or "unnamed"


_LONGEST_NAME: Final = 60


def _fields(fields: object) -> Shown:
    if not isinstance(fields, list):
        return _plain(fields)
    return _lines(
        f"{one.get('name', '?')}: {one.get('type', '?')}" if isinstance(one, Mapping) else _line(one) for one in fields
    )


def properties(label: str, aspect: str, value: object | None) -> dict[str, Shown]:
    """Return the properties of a node that one aspect in force makes; none where nothing is in force."""
    found: dict[str, Shown] = {}
    if value is None:
        return found
    if not aspect.startswith(tuple(FAMILIES)):
        found |= {property_of(label, name): one for name, one in shown(aspect, value).items()}
    return found


def note(shown: dict[str, dict[str, Any]], subject: str, aspect: str, old: str | None, new: str | None) -> None:
    """Note what a node shows when the value in force of an aspect changes, None for none, both as JSON."""
    if old == new:
        return
    before = None if old is None else json.loads(old)
    now = None if new is None else json.loads(new)
    row = _row(shown, subject)
    label = label_of(subject)
    row["properties"].update(dict.fromkeys(properties(label, aspect, before)))
    row["properties"].update(properties(label, aspect, now))


def note_facets(shown: dict[str, dict[str, Any]], put: Iterable[Row], gone: Iterable[Row]) -> None:
    """Note by which facets nodes are found from now on, and by which no more."""
    for rows, name in ((put, "won"), (gone, "lost")):
        for node, facet, value, source in rows:
            _row(shown, node)[name].append(facet_text(facet, value, node, source))


def note_gaps(shown: dict[str, dict[str, Any]], put: Iterable[Row], gone: Iterable[Key]) -> None:
    """Note which mandatory fields are missing of datasets from now on, with spaces between."""
    for (dataset,) in gone:
        _row(shown, dataset)["properties"]["search_gaps"] = None
    for dataset, fields in put:
        _row(shown, dataset)["properties"]["search_gaps"] = fields


def of_new(row: Mapping[str, Any]) -> dict[str, Shown]:
    """Return the properties of a node that is new, as `graph_schema.cypher.writing.show` would set them."""
    won: list[str] = row["won"]
    found = {name: value for name, value in row["properties"].items() if value is not None}
    if won:
        found["search_facets"] = won
    if phi := sorted({value for name, value in facets_of(won) if name == "phi"}):
        found["phi"] = phi
    return found


def of_run(state: RunState) -> dict[str, Shown]:
    """Return the properties of a run by which people see what became of it; None where it did not begin or end."""
    return {"state": state.state, "started_at": _at(state.began_at), "ended_at": _at(state.ended_at)}


def _at(time: int | None) -> datetime | None:
    """Return a time in microseconds UTC, to the millisecond."""
    return None if time is None else _EPOCH + timedelta(milliseconds=time // 1000)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _row(shown: dict[str, dict[str, Any]], subject: str) -> dict[str, Any]:
    return shown.setdefault(subject, {"subject": subject, "properties": {}, "lost": [], "won": []})
