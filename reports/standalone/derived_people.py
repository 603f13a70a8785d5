"""What entries say of who acted, and what they are about, by the ids in their headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.standalone.bodies import Values, node_id, objects_in
from reports.standalone.comparison import Comparison, Shown, index_in, object_in
from reports.standalone.disclosed import Disclosed
from reports.standalone.evidence import NOT_CITED

_KINDS = ("PERSON", "SERVICE", "EMITTER")
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


def derive_acts(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare who wrote the entries with their headers, and who that is with the definitions and keys disclosed."""
    if shown.before_people:
        return
    written: dict[str, dict[_Act, list[int]]] = {}
    for entry in log.entries:
        if entry.withheld != NOT_CITED:
            act = (entry.kind, *_whose_place(log.bodies.get(entry.index)))
            written.setdefault(entry.actor, {}).setdefault(act, []).append(entry.index)
    people = {_id(each): each for each in shown.each("people")}
    compare.alike("who acted", (_id(each) for each in shown.each("people")), written)
    compare.holds(
        shown.each("people") == sorted(people.values(), key=_listed_by), "who acted: not in the order of kind and id"
    )
    for principal in people.keys() & written.keys():
        each = people[principal]
        _compare_acts(principal, each, written[principal], log, compare)
        if not compare.rests_on_withheld(each):
            compare.same(principal, each, _person(principal, log))


_Act = tuple[str, str, int]
"""A kind of entry, in whose place it was written (empty: in their own), and by which delegation (-1: by none)."""


def _whose_place(body: Any) -> tuple[str, int]:  # noqa: ANN401 - any JSON value
    found = body.get("on_behalf_of") if isinstance(body, dict) else None
    if not isinstance(found, dict):
        return "", -1
    return str(found.get("principal")), index_in(found.get("delegation"))


def _compare_acts(
    principal: str, each: Values, written: Mapping[_Act, list[int]], log: Disclosed, compare: Comparison
) -> None:
    """Compare what somebody did with the entries, and in whose place with their bodies, where these are there."""
    shown = [{"on_behalf_of": None, "entries": [], **act} for act in objects_in(each.get("acts"))]
    derived = [_did_as(kind, sorted(written[kind]), log) for kind in sorted(written)]
    if not log.withheld.isdisjoint(index for indexes in written.values() for index in indexes):
        shown, derived = _by_kind(shown), _by_kind(derived)
    compare.same(f"acts of {principal}", {"acts": shown}, {"acts": derived})


def _did_as(kind: _Act, indexes: list[int], log: Disclosed) -> dict[str, Any]:
    name, of, delegation = kind
    if not of:
        return {"kind": name, "indexes": indexes, "on_behalf_of": None, "entries": []}
    known = log.people.get(of)
    defined = {} if known is None else {"name": known.content["display_name"], "entry": known.index}
    actor = _whole({"id": of, "authenticated": of != _LOCAL, **defined})
    return {"kind": name, "indexes": indexes, "on_behalf_of": actor, "entries": [delegation]}


def _by_kind(acts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the same without in whose place: what is withheld does not tell."""
    found: dict[str, list[int]] = {}
    for act in acts:
        found.setdefault(str(act.get("kind")), []).extend(index_in(one) for one in act.get("indexes") or ())
    return [{"kind": kind, "indexes": sorted(found[kind])} for kind in sorted(found)]


def _person(principal: str, log: Disclosed) -> dict[str, Any]:
    """Return what definitions and keys say of a principal."""
    known = log.people.get(principal)
    content = {} if known is None else known.content
    return {
        "actor": {"id": principal, "authenticated": principal != _LOCAL},
        "principal_kind": content.get("principal_kind"),
        "title": content.get("title"),
        "organisation": content.get("organisation"),
        "roles": list(content.get("roles", ())),
        "approves": list(content.get("approves", ())),
        "active": None if known is None else content.get("active", True),
        "defined_at": None if known is None else known.recorded_at,
        "defined_by": None if known is None else _whole(log.actor(known)),
        "keys": [] if known is None else _keys(principal, log),
    }


def _keys(principal: str, log: Disclosed) -> list[dict[str, Any]]:
    """Return the keys that were issued to a principal, each with the first entry that revoked it."""

    def fits(content: Any) -> bool:  # noqa: ANN401 - any JSON value
        return bool(content["principal"] == principal)

    found: dict[str, dict[str, Any]] = {}
    changes = [*log.of("issue_key", fits), *log.of("revoke_key", fits)]
    for change in sorted(changes, key=lambda one: (one.order, one.index)):
        key_id, by = change.content["key_id"], _whole(log.actor(change))
        known = found.get(key_id)
        if change.kind == "issue_key" and known is None:
            issued = {"key_id": key_id, "issued_at": change.recorded_at, "issued_by": by, "entries": [change.index]}
            found[key_id] = {**issued, "revoked_at": None, "revoked_by": None}
        elif change.kind == "revoke_key" and known is not None and known["revoked_at"] is None:
            entries = sorted((*known["entries"], change.index))
            found[key_id] = {**known, "revoked_at": change.recorded_at, "revoked_by": by, "entries": entries}
    return sorted(found.values(), key=lambda one: (one["issued_at"], one["key_id"]))


def _whole(actor: dict[str, Any]) -> dict[str, Any]:
    """Return an actor as a list of them shows it, the local principal by what it is called."""
    called = _LOCAL_NAME if actor["id"] == _LOCAL else None
    return {"name": called, "entry": None, **actor}


def _id(person: Any) -> str:  # noqa: ANN401 - untrusted JSON
    return str(object_in(person.get("actor"), "people/actor").get("id"))


def _listed_by(person: Any) -> tuple[int, str]:  # noqa: ANN401 - untrusted JSON
    kind = person.get("principal_kind")
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS), _id(person)


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
