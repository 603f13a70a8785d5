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

_EMERGENCY = 72 * 3_600 * 1_000_000
_BESIDE = frozenset({"labels", "policy", "use"})
"""Digests that a request binds beside its subject: nothing in a file says what they are over."""


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
        change = _earliest(_change(each, request, shown, log), _ended_upstream(each, request, log))
        status = _believed(each, request, decisions, _status(request, decisions, log.valid_at, change))
        if not shown.is_second:
            since = {"at": stamp(change[0]), "entry": change[1]} if change is not None else None
            derived["invalidated"] = since if status == "INVALIDATED" else None
            derived["entries"] = _in_force(request, shown, log)
        elif not request.content["subject"].get("model_version"):
            # Until a report said since when, only a model version could have become something else.
            status = _status(request, decisions, log.valid_at, None)
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
    subject = request.content["subject"]
    bound = {one for one in _digests(request) if one[0] not in _BESIDE}
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


def _ended_upstream(each: Values, request: Record, log: Disclosed) -> tuple[int, int] | None:
    """Return since when what it binds beside its subject is said to be otherwise, and by which entry.

    It follows from more of the graph than a file discloses: it is taken of a request that binds such, and of an entry
    that the file shows.
    """
    ended, bound = each.get("invalidated"), {of for of, _ in _digests(request)}
    if not isinstance(ended, dict) or not (bound & _BESIDE or request.content.get("depends_on")):
        return None
    at, entry = optional_micros(ended.get("at")), index_in(ended.get("entry"))
    shown = at is not None and any(one.index == entry for one in log.entries)
    return (at, entry) if shown and at is not None and request.since <= at <= log.valid_at else None


def _earliest(*changes: tuple[int, int] | None) -> tuple[int, int] | None:
    return min((one for one in changes if one is not None), default=None)


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


def _is_counted(decision: Record, needed: int) -> bool:
    """Return whether a decision counts: nothing does of whoever has a part in it; of several, a key proved each."""
    is_own = decision.content.get("interest") is not None or decision.added.get("conflicts")
    return not is_own and (decision.authenticated or needed == 1)


def _ends_of(decision: Record) -> list[int | None]:
    """Return when a decision ends."""
    irb = decision.content.get("irb") or {}
    return [optional_micros(decision.content.get("expires_at")), optional_micros(irb.get("continuing_review"))]


def _believed(each: Values, request: Record, decisions: Sequence[Record], derived: str) -> str:
    """Return where it stands, by what else than decisions it hangs on: that conditions are met, and who is one person.

    Nothing in a file needs to say either, so what is shown is believed where it grants less than the decisions do.
    """
    shown = str(each.get("status"))
    if derived == "APPROVED" and shown == "CONDITIONAL" and any(one.content.get("requires") for one in decisions):
        return shown
    several = request.content.get("needed", 1) > 1 or request.content.get("emergency", False)
    return shown if derived in {"APPROVED", "ABSTAINED"} and shown == "PENDING" and several else derived


def _status(request: Record, decisions: Sequence[Record], at: int, change: tuple[int, int] | None) -> str:
    """Return where a request stands: a denial stands until its author decides anew, then what came first of its ends.

    An abstention counts only where nobody approved. Each principal is taken for a person of their own.
    """
    expires, needed = optional_micros(request.content.get("expires_at")), request.content.get("needed", 1)
    emergency = request.content.get("emergency", False)
    enough, whole = (1, max(2, needed)) if emergency else (needed, needed)
    approvals: dict[str, Record] = {}
    denials: set[str] = set()
    until, lapses, is_abstained = expires, None, False
    for one in decisions:
        decision = one.content["decision"]
        if any(end is not None and end <= one.since for end in (until, lapses)) or not _is_counted(one, needed):
            continue
        is_abstained = is_abstained or decision == "ABSTAIN"
        denials.discard(one.actor)
        if decision != "ABSTAIN":
            approvals.pop(one.actor, None)
            is_abstained = is_abstained and decision != "WITHDRAW"
        if decision == "DENY":
            denials.add(one.actor)
        if decision == "APPROVE":
            approvals[one.actor] = one
        some = list(approvals.values())
        is_ratified = not emergency or not some or len(some) >= whole
        lapses = None if is_ratified else min(each.since for each in some) + _EMERGENCY
        counted = some[-whole:] if len(some) >= enough and not denials else []
        limits = [expires, *(limit for each in counted for limit in _ends_of(each))]
        until = min((limit for limit in limits if limit is not None), default=None)
    if denials:
        return "DENIED"
    end = min((limit for limit in (until, lapses) if limit is not None and limit <= at), default=None)
    if change is not None and (end is None or change[0] < end):
        return "INVALIDATED"
    if end is not None:
        return "EXPIRED" if end == until else "LAPSED"
    if len(approvals) >= enough:
        return "APPROVED"
    return "ABSTAINED" if is_abstained and not approvals else "PENDING"


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
