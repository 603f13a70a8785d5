"""What principals' records say of approvals: requests, decisions, and what became of what they bind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reports.standalone.bodies import Record, Values, identity_of, node_id, objects_in, optional_micros, stamp
from reports.standalone.comparison import (
    Comparison,
    Shown,
    index_in,
    registrations_of,
    subject_of,
)
from reports.standalone.disclosed import Disclosed


def derive_approvals(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare the approvals with every request and decision in the log, in their order."""
    approvals = shown.each("approvals")
    requests = {each.index: each for each in log.of("request_approval")}
    listed = [each.get("entry") for each in approvals]
    open_ = [index for index in listed if index not in log.withheld]
    compare.alike("requests for approval", open_, requests)
    compare.holds(listed == sorted(listed, key=index_in), "requests for approval: not in their order")
    decided = [one.get("entry") for each in approvals for one in objects_in(each.get("decisions"))]
    every = [each.index for each in log.of("decide_approval")]
    compare.alike("decisions", (index for index in decided if index not in log.withheld), every)
    for each in approvals:
        request = requests.get(index_in(each.get("entry")))
        if request is not None and not compare.rests_on_withheld(each):
            _approval(each, request, shown, log, compare)


def _approval(each: Values, request: Record, shown: Shown, log: Disclosed, compare: Comparison) -> None:
    where = f"approval #{request.index}"
    decisions = log.of("decide_approval", lambda content: content["request"] == request.index)
    decisions.sort(key=lambda one: (one.since, one.index))
    expires = optional_micros(request.content.get("expires_at"))
    derived = {
        "subject": " ".join(subject_of(request.content["subject"])),
        "kind": request.content["approval_kind"],
        "use_case": request.content.get("use_case"),
        "reason": request.content.get("reason"),
        "requested_by": log.actor(request),
        "requested_at": request.recorded_at,
        "expires_at": None if expires is None else stamp(expires),
        "digests": [f"{of}: {digest}" for of, digest in _digests(request)],
    }
    if not _hidden(request, shown, log, compare):
        change = _change(each, request, shown, log)
        status = _status(expires, decisions, log.valid_at, change)
        if not shown.is_second:
            since = {"at": stamp(change[0]), "entry": change[1]} if change is not None else None
            derived["invalidated"] = since if status == "INVALIDATED" else None
            derived["entries"] = _in_force(request, shown, log)
        elif not request.content["subject"].get("model_version"):
            # Until a report said since when, only a model version could have become something else.
            status = _status(expires, decisions, log.valid_at, None)
        derived["status"] = status
    compare.same(where, each, derived, by=(request.index, *(one.index for one in decisions)))
    invalid = each.get("status") == "INVALIDATED"
    compare.holds((each.get("because") is not None) == invalid, f"{where}: the reason of its status")
    listed = objects_in(each.get("decisions"))
    compare.holds(each.get("decisions") == listed, f"{where}: its decisions have not their form")
    compare.holds([one.get("entry") for one in listed] == [one.index for one in decisions], f"{where}: its decisions")
    for one, decision in zip(listed, decisions, strict=False):
        _decision(one, decision, shown, log, compare)


def _in_force(request: Record, shown: Shown, log: Disclosed) -> list[int]:
    """Return the entries by which what a request binds is what it is now."""
    subject = request.content["subject"]
    if subject.get("model_version"):
        return [each.index for each in registrations_of(shown, log)[-1:]]
    if subject.get("snapshot"):
        place = identity_of(subject["snapshot"]["dataset"]), subject["snapshot"]["digest"]
        return [each.index for each in log.of_snapshot("verify_snapshot", *place)[-1:]]
    held = log.declarations(node_id("Dataset", *identity_of(subject["dataset"])))
    return sorted({record.index for aspect, (record, _) in held.items() if aspect != "valid_from"})


def _digests(request: Record) -> list[tuple[str, str]]:
    return [(one["of"], one["digest"]) for one in request.added.get("digests", ())]


def _hidden(request: Record, shown: Shown, log: Disclosed, compare: Comparison) -> bool:
    """Return whether a body may be missing that says what is there of what the request binds."""
    if request.content["subject"].get("model_version"):
        return "model" in shown.context and compare.rests_on_withheld(shown.model)
    return bool(request.content["subject"].get("dataset") and log.withheld)


def _change(each: Values, request: Record, shown: Shown, log: Disclosed) -> tuple[int, int] | None:
    """Return since when something else is there than what a request binds, and by which entry."""
    subject, bound = request.content["subject"], set(_digests(request))
    if subject.get("model_version"):
        registrations = registrations_of(shown, log) if subject_of(subject) == shown.version else []
        return _since(request, registrations, lambda content: _bound(content) != bound)
    if subject.get("snapshot"):
        place = identity_of(subject["snapshot"]["dataset"]), subject["snapshot"]["digest"]
        return _since(request, log.of_snapshot("verify_snapshot", *place), lambda content: content["result"] != "OK")
    dataset, ended = node_id("Dataset", *identity_of(subject["dataset"])), each.get("invalidated")
    if isinstance(ended, dict):
        # What was declared in between is not disclosed, but for the entry that says something else.
        records = log.declared(dataset)
        return _since(request, [one for one in records if one.index == ended.get("entry")], lambda _: True)
    return None if bound == {("declaration", _declaration(dataset, log))} else (log.valid_at, -1)


def _since(request: Record, records: Sequence[Record], differs: Callable[[Values], bool]) -> tuple[int, int] | None:
    """Return the first of the records that differs and was in force at the request or since."""
    until = [*(one.index for one in records[1:]), None]
    changed = [
        (max(one.since, request.since), one.index)
        for one, end in zip(records, until, strict=False)
        if (end is None or end > request.index) and differs(one.content)
    ]
    return min(changed, default=None)


def _declaration(dataset: str, log: Disclosed) -> str:
    """Return the digest over everything declared of a dataset, by its id."""
    held = {aspect: value for aspect, (_, value) in log.declarations(dataset).items() if aspect != "valid_from"}
    use = held.get("permitted_use")
    if isinstance(use, dict):
        held["permitted_use"] = {"purposes": [], "duo": [], "refrains": [], "obligations": [], **use}
    text = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


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


def _decision(one: Values, decision: Record, shown: Shown, log: Disclosed, compare: Comparison) -> None:
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


def _status(expires: int | None, decisions: Sequence[Record], at: int, change: tuple[int, int] | None) -> str:
    """Return where a request stands: a denial sticks, then what came first of its expiry and a change of what it binds.

    An abstention counts only where nobody approved.
    """
    current, until = "PENDING", expires
    for one in decisions:
        if until is not None and until <= one.since:
            continue
        if one.content["decision"] == "DENY":
            return "DENIED"
        if one.content["decision"] == "APPROVE":
            current = "APPROVED"
            limits = [limit for limit in (expires, optional_micros(one.content.get("expires_at"))) if limit is not None]
            until = min(limits, default=None)
        elif current != "APPROVED":
            current = "ABSTAINED"
    if change is not None and (until is None or change[0] < until):
        return "INVALIDATED"
    return "EXPIRED" if until is not None and until <= at else current


def _bound(content: Values) -> set[tuple[str, str]]:
    """Return what a request for this registration would bind."""
    found = {
        ("artifact", content["artifact_digest"]),
        ("code", f"{content['code']['repository']}@{content['code']['revision']}"),
        ("environment", content["environment"]["digest"]),
    }
    found |= {("training snapshot", one["digest"]) for one in content.get("trained_on", ())}
    return found | {("evaluation snapshot", one["digest"]) for one in content.get("evaluated_on", ())}


def derive_subject(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what a request would bind now, and the entries that say so, with all that is recorded of the subject."""
    subject = shown.subject
    if compare.rests_on_withheld(subject.values):
        return
    if subject.kind == "model_version":
        records = registrations_of(shown, log)
        binds = sorted(_bound(records[-1].content)) if records else []
    elif subject.kind == "snapshot":
        records = log.of_snapshot("verify_snapshot", (subject.key[0], subject.key[1]), subject.key[2])
        binds = [("snapshot", subject.key[2])] if not records or records[-1].content["result"] == "OK" else []
    else:
        dataset = node_id("Dataset", *subject.key)
        records = log.declared(dataset)
        binds = [("declaration", _declaration(dataset, log))] if records else []
    entries = sorted(each.index for each in records)
    derived = {"entries": entries, "binds": [f"{of}: {digest}" for of, digest in binds]}
    compare.same("subject", subject.values, derived, by=entries)
