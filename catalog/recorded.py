"""What records alone state, of things that no emitter speaks of: in force at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.view import View
from graph_schema.bitemporal import RunFold, in_force
from graph_schema.facts import Statement


@dataclass(frozen=True, slots=True)
class Recorded:
    """A value that a record states: by which ledger entry, since when it holds, in UTC microseconds, and who wrote it.

    `authenticated` tells whether a key proved who that was.
    """

    value: Any
    entry: int
    since: int
    by: str
    authenticated: bool


def recorded(view: View, ids: Sequence[str], aspects: Sequence[str]) -> dict[str, dict[str, Recorded]]:
    """Return these aspects of each as they are in force, by name; one of which none is in force is absent."""
    last = last_recorded(view, ids, aspects)
    held = {id_: {name: one for name, one in of.items() if one.value is not None} for id_, of in last.items()}
    return {id_: of for id_, of in held.items() if of}


def last_recorded(view: View, ids: Sequence[str], aspects: Sequence[str]) -> dict[str, dict[str, Recorded]]:
    """Return the same with what ended: its value is None, and its entry the one that ended it."""
    about: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for one in view.statements(ids, aspects) if ids else ():
        about[one.subject, one.aspect].append(one)
    found: dict[str, dict[str, Recorded]] = defaultdict(dict)
    for (subject, aspect), stated in about.items():
        held = in_force(stated, _no_run, view.as_of.valid_at, view.known_at)
        if held is not None:
            since, one = held[0][0], held[1]
            value = None if one.value is None else one.data
            found[subject][aspect] = Recorded(value, one.entry, since, one.by, one.authenticated)
    return found


def recorded_of(view: View, label: str, aspects: Sequence[str]) -> Mapping[str, Mapping[str, Recorded]]:
    """Return the same of every node of a label that is looked up by `every`, by the node's name, in its order."""
    ids = view.all_of(label)
    found = recorded(view, ids, aspects)
    known = view.nodes(sorted(found))
    return dict(sorted((node.node.title, found[one]) for one, node in known.items()))


def _no_run(_: str) -> RunFold | None:
    return None
