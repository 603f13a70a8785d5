"""Decisions on requests for approval: what each signs, for which person it counts, and who decides for whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reports.standalone.bodies import Record, Values, micros, objects_in, optional_micros, stamp
from reports.standalone.comparison import Comparison, Shown, object_in
from reports.standalone.container import canonical
from reports.standalone.disclosed import Disclosed


def persons_of(request: Record, decisions: Sequence[Record], log: Disclosed) -> dict[int, frozenset[str] | None]:
    """Return whom each decision counts for, by its entry: all that are one person with its signer then.

    None where whoever signs has a part in it or asked for it. Of several that are needed, a key proved each. Who is one
    person, definitions and delegations say: whom a decision counts for, those at its time, and who asked, all that held
    at any moment since the request. What takes back a decision that counted counts for its signer alone at least.
    """
    kind, needed = request.content["approval_kind"], request.content.get("needed", 1)
    found: dict[int, frozenset[str] | None] = {}
    counted: set[str] = set()
    for one in sorted(decisions, key=order):
        person = _one_with(one.actor, _pairs(kind, [one.since], log), log)
        begun = {each.since for each in log.of("delegate_approvals") if request.since < each.since <= one.since}
        since = _pairs(kind, sorted({request.since, *begun}), log)
        asked = one.actor != request.actor and request.actor in _one_with(one.actor, since, log)
        is_own = asked or one.content.get("interest") is not None or bool(one.added.get("conflicts"))
        if is_own:
            is_taken_back = one.content["decision"] == "WITHDRAW" and one.actor in counted
            person = frozenset((one.actor,)) if is_taken_back else frozenset()
        counts = bool(person) and (needed == 1 or one.authenticated)
        found[one.index] = person if counts else None
        counted |= {one.actor} if counts else set()
    return found


def signed_as_one(one: Record, other: Record, log: Disclosed) -> bool:
    """Return whether two who signed are one person, whatever the kind: recorded as one, or one was the other's delegate
    at any moment between the two, as far as the file says.
    """
    first, second = sorted((one, other), key=lambda each: each.since)
    lent = log.of("delegate_approvals")
    times = sorted({first.since, *(each.since for each in lent if first.since < each.since <= second.since)})
    kinds = {kind for each in lent for kind in each.content["approval_kinds"]}
    return first.actor in _one_with(second.actor, [pair for kind in kinds for pair in _pairs(kind, times, log)], log)


def distinct(decisions: Iterable[Record], persons: Mapping[int, frozenset[str] | None]) -> list[list[Record]]:
    """Return decisions by whom they count for, the oldest of each first, in the order of the newest of each.

    Two are of one person where somebody was one person with either signer when they signed.
    """
    found: list[tuple[frozenset[str], list[Record]]] = []
    for one in decisions:
        who = persons[one.index] or frozenset((one.actor,))
        joined = [group for group in found if group[0] & who]
        found = [group for group in found if not group[0] & who]
        together = sorted((one, *(each for _, some in joined for each in some)), key=order)
        found.append((who.union(*(names for names, _ in joined)), together))
    return sorted((some for _, some in found), key=lambda some: order(some[-1]))


def order(one: Record) -> tuple[int, int]:
    """Return by what records are in order."""
    return one.since, one.index


def _pairs(kind: str, times: Sequence[int], log: Disclosed) -> list[tuple[str, str]]:
    """Return who lets whom decide on a kind at any of the times."""
    return [(one.actor, one.content["to"]) for at in times for one in _delegations_at(kind, at, log)]


def _delegations_at(kind: str, at: int, log: Disclosed) -> Iterator[Record]:
    """Yield those of a kind that hold at a time: of each pair the newest counts, and one of no kind ends it."""
    newest: dict[tuple[str, str], Record] = {}
    for one in sorted(log.of("delegate_approvals"), key=lambda each: (each.since, each.index)):
        if one.since <= at:
            newest[one.actor, one.content["to"]] = one
    for one in newest.values():
        if kind in one.content["approval_kinds"] and at < micros(one.content["until"]):
            yield one


def _person_of(principal: str, recorded: Mapping[str, Any]) -> str:
    """Return what stands for the person of a principal: what its definition names, else its own name; of names that
    lead in a circle, the first by alphabet.
    """
    passed = [principal]
    while isinstance(person := recorded.get(passed[-1]), str):
        if person in passed:
            return min(passed[passed.index(person) :])
        passed.append(person)
    return passed[-1]


def _one_with(principal: str, holding: Sequence[tuple[str, str]], log: Disclosed) -> frozenset[str]:
    """Return all principals that are one person with this one, itself among them, as far as the file says."""
    recorded = {name: one.content.get("person") for name, one in log.people.items()}
    same = {name: _person_of(name, recorded) for name in recorded}
    found, front = {principal}, [principal]
    while front:
        name = front.pop()
        near = {other for pair in holding if name in pair for other in pair}
        near |= {other for other, its in same.items() if its == same.get(name)}
        front += near - found
        found |= near
    return frozenset(found)


def conditions_met(request: Record, log: Disclosed) -> list[Record]:
    """Return what says that conditions of decisions on a request are met, the oldest first."""
    met = log.of("meet_condition", lambda content: content["request"] == request.index)
    return sorted(met, key=lambda one: (one.since, one.index))


def hold_delegations(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare who decides for whom with the records, of whoever asked, decided or let a version pass."""
    approvals, delegations = shown.each("approvals"), shown.each("delegations")
    if compare.rests_on_withheld(delegations):
        return
    acted = {
        object_in(by, "actor").get("id")
        for each in approvals
        for by in (each.get("requested_by"), *(one.get("decided_by") for one in objects_in(each.get("decisions"))))
    }
    if "overrides" in shown.context:
        acted |= {object_in(each.get("by"), "actor").get("id") for each in shown.each("overrides")}
    every = [
        one
        for one in log.of("delegate_approvals")
        if shown.subject.kind == "period" or not acted.isdisjoint({one.actor, one.content["to"]})
    ]
    every.sort(key=lambda one: one.index)
    compare.holds(
        [each.get("entry") for each in delegations] == [one.index for one in every],
        "delegations: not those of the entries, in their order",
    )
    for each, one in zip(delegations, every, strict=False):
        derived = {
            "of": log.actor(one),
            "to": {"id": one.content["to"], "authenticated": one.content["to"] != "local"},
            "kinds": sorted(one.content["approval_kinds"]),
            "since": stamp(one.since),
            "until": stamp(micros(one.content["until"])),
            "reason": one.content["reason"],
        }
        compare.same(f"delegation #{one.index}", each, derived, by=(one.index,))


def _beside(decision: Record) -> dict[str, Any]:
    """Return what a decision says beside what every one does."""
    content = decision.content
    sign_in, irb = content.get("sign_in"), content.get("irb")
    waiver = (irb or {}).get("waiver")
    names = ("board", "acted_on", "criteria", "information", "procedure")
    review = optional_micros((irb or {}).get("continuing_review"))
    return {
        "requires": list(content.get("requires", ())),
        "interest": content.get("interest"),
        "conflicts": list(decision.added.get("conflicts", ())),
        "sign_in": None
        if sign_in is None
        else {"at": stamp(micros(sign_in["at"])), "components": list(sign_in["components"])},
        "irb": None
        if irb is None
        else {
            "determination": irb["determination"],
            "protocol": irb["protocol"],
            "continuing_review": None if review is None else stamp(review),
            "waiver": None if waiver is None else {name: waiver[name] for name in names},
        },
        "signed": decision.added.get("signed") or None,
    }


def _signed_digest(decision: Record, request: Record, log: Disclosed) -> str:
    """Return what the decision has to sign: itself, its signer, what the request binds, and the request's place."""
    leaf = next(entry.leaf.hex() for entry in log.entries if entry.index == request.index)
    name = printed_name(decision)
    signer = decision.content["signer"] | ({} if name is None else {"printed_name": name})
    stated = {**decision.content, "signer": signer}
    covered = {
        "request": request.index,
        "leaf": leaf,
        "digests": [{"of": one["of"], "digest": one["digest"]} for one in request.added.get("digests", ())],
        "decision": {key: stated[key] for key in stated if key != "request"},
        "decided_by": decision.actor,
        "authenticated": decision.authenticated,
    }
    return f"sha256:{hashlib.sha256(canonical(covered)).hexdigest()}"


def printed_name(decision: Record) -> str | None:
    """Return the name that a decision is signed with: the catalog added it; an older one took it from the body."""
    found: str | None = decision.added.get("printed_name") or decision.content["signer"].get("printed_name")
    return found


def _signer(was: Record) -> dict[str, Any]:
    return {
        "title": was.content.get("title"),
        "organisation": was.content.get("organisation"),
        "entry": was.index,
    }


def hold_decision(
    one: Values,
    decision: Record,
    person: frozenset[str] | None,
    request: Record,
    shown: Shown,
    log: Disclosed,
    compare: Comparison,
) -> None:
    """Compare a decision with its record: who signed what, as what, and whether it counts, for this person."""
    content, where = decision.content, f"decision #{decision.index}"
    expires, zone = optional_micros(content.get("expires_at")), content["signer"]["time_zone"]
    derived = {
        "decision": content["decision"],
        "decided_by": log.actor(decision),
        "decided_at": decision.recorded_at,
        "reason": content.get("reason"),
        "meaning": content.get("meaning"),
        "printed_name": printed_name(decision),
        "time_zone": zone,
        "expires_at": None if expires is None else stamp(expires),
        "conditions": list(content.get("conditions", ())),
    }
    if not shown.before_people:
        was = log.definition(decision.actor, decision.index)
        derived["key_id"] = decision.added.get("key_id")
        derived["signer"] = None if was is None else _signer(was)
        derived |= _beside(decision)
        counted = one.get("counts_for")
        # The first by name stands for a person: it may be one that the file does not name, and is none behind.
        stands = person is not None and isinstance(counted, str) and counted <= min(person)
        compare.holds(counted is None or stands, f"{where}: it does not count for whom it says")
        signed = decision.added.get("signed")
        if signed and request.index not in log.withheld:
            compare.holds(signed == _signed_digest(decision, request, log), f"{where}: it signs something else")
    compare.same(where, one, derived, by=(decision.index,))
    local = one.get("local_at")
    if local is not None:
        compare.holds(_is_local(local, decision.since, zone), f"{where}: local_at is not its time in {zone}")


def _is_local(text: Any, at: int, zone: str) -> bool:  # noqa: ANN401 - untrusted JSON
    """Return whether a local time is the moment to the second, and the zone's where this machine knows the zone."""
    try:
        local = datetime.fromisoformat(text)
        moment = datetime.fromisoformat(stamp(at))
    except (TypeError, ValueError):
        return False
    if local.tzinfo is None or local != moment.replace(microsecond=0):
        return False
    try:
        return local.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return True
