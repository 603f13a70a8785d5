"""What entries say of access to one dataset: asked for, granted, taken in an emergency, and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.standalone.bodies import Record, Values, micros, node_id, stamp
from reports.standalone.comparison import Comparison, Shown, citations
from reports.standalone.disclosed import Disclosed

_DAY = 86_400 * 1_000_000
_DAYS_OF_THE_FIRST = 90
"""Of so many days the first dossiers of a dataset counted decisions, and did not say so."""
_MOST = 1000
_BELIEVED = frozenset({"ROLE_LOST", "PROJECT_OVER"})
"""Where a grant stands by records of persons and projects, which a file need not hold: both are less than it grants."""


def derive_access(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare requests, grants, emergencies and decisions with their records; every one disclosed must be there."""
    requests, grants = shown.each("access_requests"), shown.each("access_grants")
    every = {"request_access": requests, "grant_access": grants}
    for kind, listed in every.items():
        if compare.rests_on_withheld(listed):
            continue
        records = [one for one in log.of(kind) if _reaches(one.content["target"], shown)]
        records.sort(key=lambda one: one.index)
        compare.holds(
            [one.get("entry") for one in listed] == [one.index for one in records],
            f"access: not every {kind.partition('_')[0]} that reaches the dataset, in order",
        )
        derive = _request if kind == "request_access" else _grant
        for each, one in zip(listed, records, strict=False):
            compare.same(f"access #{one.index}", each, _common(one, log) | derive(each, one, log), by=(one.index,))
    _emergencies(shown, log, compare)
    _decisions(shown, log, compare)


def _common(one: Record, log: Disclosed) -> dict[str, Any]:
    content = one.content
    return {
        "principal": _actor_of(content["principal"]),
        "terms": {
            "actions": list(content["actions"]),
            "target": _target_of_access(content["target"]),
            "purposes": list(content["purposes"]),
            "project": content.get("project"),
        },
        "until": stamp(micros(content["until"])),
        "reason": content["reason"],
        "by": log.actor(one),
        "recorded_at": one.recorded_at,
    }


def _request(_: Values, one: Record, log: Disclosed) -> dict[str, Any]:
    decided = [
        (each.index, status)
        for kind, status in (("grant_access", "GRANTED"), ("refuse_access", "REFUSED"))
        for each in log.of(kind, lambda content: content.get("request") == one.index)
        if each.content["principal"] == one.content["principal"]
    ]
    if decided:
        entry, status = min(decided)
        return {"status": status, "decided": {"entry": entry}}
    return {"status": "PENDING" if log.valid_at < micros(one.content["until"]) else "LAPSED", "decided": None}


def _grant(each: Values, one: Record, log: Disclosed) -> dict[str, Any]:
    content = one.content
    since = one.since if content.get("since") is None else micros(content["since"])
    ends = [
        end.index
        for end in log.of("end_grant", lambda held: held["grant"] == one.index)
        if end.content["principal"] == content["principal"]
    ]
    if ends:
        status = "ENDED"
    elif log.valid_at >= micros(content["until"]):
        status = "EXPIRED"
    else:
        status = "IN_FORCE" if since <= log.valid_at else "NOT_YET"
        status = str(each.get("status")) if each.get("status") in _BELIEVED else status
    return {"since": stamp(since), "status": status, "ended": {"entry": min(ends)} if ends else None}


def _emergencies(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare each time that somebody broke the glass; an earlier version showed none, and cited none."""
    listed = shown.each("access_emergencies") if "access_emergencies" in shown.context else []
    if compare.rests_on_withheld(listed):
        return
    records = [one for one in log.of("break_glass") if _reaches(one.content["target"], shown)]
    records.sort(key=lambda one: one.index)
    compare.holds(
        [one.get("entry") for one in listed] == [one.index for one in records],
        "access: not every emergency that reaches the dataset, in order",
    )
    for each, one in zip(listed, records, strict=False):
        derived = {
            "principal": _actor_of(one.content["principal"]),
            "target": _target_of_access(one.content["target"]),
            "purpose": one.content["purpose"],
            "since": stamp(one.since),
            "until": stamp(micros(one.content["until"])),
            "reason": one.content["reason"],
            "review": _review_of(one, log),
        }
        compare.same(f"access #{one.index}", each, derived, by=(one.index,))


def _review_of(emergency: Record, log: Disclosed) -> dict[str, Any] | None:
    """Return the first review of an emergency."""
    found = [
        one
        for one in log.of("review_emergency", lambda content: content["emergency"] == emergency.index)
        if one.content["principal"] == emergency.content["principal"]
    ]
    if not found:
        return None
    one = min(found, key=lambda each: each.index)
    return {
        "justified": one.content["justified"],
        "reason": one.content["reason"],
        "by": log.actor(one),
        "at": stamp(one.since),
        "entry": one.index,
    }


def _decisions(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    days, left = shown.context.get("access_days", _DAYS_OF_THE_FIRST), shown.context.get("access_left_out")
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        compare.holds(False, "access: no number of days of which decisions are counted")
        return
    since = max(0, log.valid_at - days * _DAY)
    compare.same("access", shown.context, {"access_since": stamp(since)})
    listed = shown.each("access_decisions")
    total = sum(len(list(citations(each))) for each in listed)
    counted = type(left) is int and left >= 0 and (left == 0 or total >= _MOST)
    compare.holds(counted, "access: decisions left out are not counted")
    if compare.rests_on_withheld(listed):
        return
    grouped: dict[tuple[str, str], list[Record]] = {}
    for one in log.of("decide_access"):
        if _is_of(one.content["target"], shown) and micros(one.content["at"]) >= since:
            purpose = one.content.get("circumstances", {}).get("purpose") or ""
            grouped.setdefault((one.content["principal"], purpose), []).append(one)
    compare.holds(
        [(_id_of_access(each), each.get("purpose") or "") for each in listed] == sorted(grouped),
        "access: decisions not by principal and purpose, in order",
    )
    for each in listed:
        records = grouped.get((_id_of_access(each), str(each.get("purpose") or "")), [])
        derived = _counted(records) | {"principal": _actor_of(_id_of_access(each))}
        compare.same(f"decisions on {_id_of_access(each)}", each, derived, by=citations(each))


def _actor_of(principal: str) -> dict[str, Any]:
    """Return a principal whose name is compared with its definition elsewhere."""
    return {"id": principal, "authenticated": principal != "local"}


def _counted(records: Sequence[Record]) -> dict[str, Any]:
    times = [micros(one.content["at"]) for one in records] or [0]
    permitted = sum(one.content["allowed"] is True for one in records)
    return {
        "permitted": permitted,
        "denied": len(records) - permitted,
        "first_at": stamp(min(times)),
        "last_at": stamp(max(times)),
        "entries": sorted(one.index for one in records),
    }


def _id_of_access(each: Values) -> str:
    principal = each.get("principal")
    return str(principal.get("id")) if isinstance(principal, dict) else ""


def _reaches(target: Mapping[str, Any], shown: Shown) -> bool:
    """Return whether access to a target is access to the dataset or to a column of it."""
    namespace, name = shown.subject.key
    if target.get("namespace") != namespace:
        return False
    match target.get("target_kind"):
        case "NAMESPACE":
            return True
        case "PREFIX":
            return name.startswith(str(target.get("name") or ""))
        case "DATASET" | "COLUMN":
            return target.get("name") == name
        case _:
            return False


def _is_of(target: Mapping[str, Any], shown: Shown) -> bool:
    """Return whether a decision was on the dataset or on a column of it."""
    is_one = target.get("target_kind") in {"DATASET", "COLUMN"}
    return is_one and node_id("Dataset", str(target.get("namespace")), str(target.get("name"))) == node_id(
        "Dataset", *shown.subject.key
    )


def _target_of_access(target: Mapping[str, Any]) -> str:
    """Return what access is had to, in words."""
    name = f"{target['namespace']}/{target.get('name') or ''}"
    return {
        "NAMESPACE": f"every dataset in {target['namespace']}",
        "PREFIX": f"every dataset whose name begins with {name}",
        "COLUMN": f"column {target.get('column')} of {name}",
    }.get(str(target["target_kind"]), name)
