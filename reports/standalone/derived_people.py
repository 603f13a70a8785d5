"""What entries say of who acted, and what they are about, by the ids in their headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.standalone.bodies import Disclosed, node_id
from reports.standalone.comparison import Comparison, Shown
from reports.standalone.evidence import NOT_CITED

_LOCAL, _LOCAL_NAME = "local", "local principal, unauthenticated"


def derive_people(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the name of everyone who acted with the newest definition of each."""
    for actor in _actors(shown.context):
        known = log.people.get(actor["id"])
        if compare.rests_on_withheld(actor):
            continue
        if known is not None:
            derived = {"name": known.content["display_name"], "entry": known.index}
            compare.same(f"name of {actor['id']}", actor, derived, by=(known.index,))
        else:
            # Whoever acts on the catalog's own machine before any key exists is defined by no record.
            name = _LOCAL_NAME if actor["id"] == _LOCAL else None
            compare.same(f"name of {actor['id']}", actor, {"name": name, "entry": None})


def derive_entry_subjects(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what entries are about with their headers; an id is a digest of the key that names what it stands for."""
    if shown.before_people:
        return
    listed = shown.each("entry_subjects")
    headers = [entry for entry in log.entries if entry.withheld != NOT_CITED]
    ids = sorted({id_ for entry in headers for id_ in entry.subjects})
    compare.holds([each.get("id") for each in listed] == ids, "entry subjects: not those of the entries' headers")
    for each in listed:
        id_, key = str(each.get("id")), each.get("key")
        label, _, _ = id_.partition(":")
        named = isinstance(key, list) and all(isinstance(part, str) for part in key)
        compare.holds(key == [] or (named and node_id(label, *(key or ())) == id_), f"{id_} is another's id")


def _actors(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "authenticated" in value and isinstance(value.get("id"), str):
            yield value
        for item in value.values():
            yield from _actors(item)
    elif isinstance(value, list):
        for item in value:
            yield from _actors(item)
