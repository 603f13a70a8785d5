"""What principals' records say of approvals: requests, decisions, and what became of what they bind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from reports.standalone.bodies import Record, Values, identity_of, node_id, objects_in, optional_micros, stamp
from reports.standalone.comparison import (
    Comparison,
    Shown,
    Subject,
    index_in,
    registrations_by,
    subject_of,
)
from reports.standalone.derived_decisions import (
    conditions_met,
    distinct,
    hold_decision,
    hold_delegations,
    order,
    persons_of,
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
    if not shown.before_people:
        hold_delegations(shown, log, compare)


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
        course = _Course(request, decisions, log, met=not shown.before_people)
        status, ends_at = course.at(log.valid_at, change)
        status = _believed(each, request, status, shown, decisions)
        if not shown.before_people:
            derived["ends_at"] = None if ends_at is None else stamp(ends_at)
        if not shown.is_second:
            since = {"at": stamp(change[0]), "entry": change[1]} if change is not None else None
            derived["invalidated"] = since if status == "INVALIDATED" else None
            derived["entries"] = _in_force(request, log)
        elif not request.content["subject"].get("model_version"):
            # Until a report said since when, only a model version could have become something else.
            status, _ = course.at(log.valid_at, None)
        derived["status"] = status
    if not shown.before_people:
        derived |= _terms_of(request, log)
    compare.same(where, each, derived, by=(request.index, *(one.index for one in decisions)))
    if not shown.before_people:
        _approved_by(each, where, request, decisions, log, compare)
    invalid = each.get("status") == "INVALIDATED"
    compare.holds((each.get("because") is not None) == invalid, f"{where}: the reason of its status")
    listed = objects_in(each.get("decisions"))
    compare.holds(each.get("decisions") == listed, f"{where}: its decisions have not their form")
    compare.holds([one.get("entry") for one in listed] == [one.index for one in decisions], f"{where}: its decisions")
    persons = persons_of(request, decisions, log)
    for one, decision in zip(listed, decisions, strict=False):
        hold_decision(one, decision, persons[decision.index], request, shown, log, compare)


def _terms_of(request: Record, log: Disclosed) -> dict[str, Any]:
    content = request.content
    return {
        "needed": content.get("needed", 1),
        "emergency": content.get("emergency", False),
        "depends_on": list(content.get("depends_on", ())),
        "dossier": content.get("dossier"),
        "dossier_digest": request.added.get("dossier_digest"),
        "met": [
            {
                "text": one.content["text"],
                "evidence": one.content["evidence"],
                "by": log.actor(one),
                "at": stamp(one.since),
                "entry": one.index,
            }
            for one in conditions_met(request, log)
        ],
    }


def _approved_by(
    each: Values, where: str, request: Record, decisions: Sequence[Record], log: Disclosed, compare: Comparison
) -> None:
    """Hold who approved to whom decisions count for, and how many they are to who is one person."""
    persons = persons_of(request, decisions, log)
    counts_for = {one.get("entry"): one.get("counts_for") for one in objects_in(each.get("decisions"))}
    in_force: dict[str, Record] = {}
    stated: dict[str, str] = {}
    for one in sorted(decisions, key=order):
        if one.authenticated and one.actor != request.actor and one.content["decision"] != "ABSTAIN":
            for name in (persons[one.index] or frozenset()) & in_force.keys():
                del in_force[name]
            if persons[one.index] is not None and one.content["decision"] == "APPROVE":
                in_force[one.actor] = one
            person = counts_for.get(one.index)
            if isinstance(person, str):
                stated[person] = one.content["decision"]
    approved, most = each.get("approved_by"), len(distinct(in_force.values(), persons))
    named = sorted(person for person, decision in stated.items() if decision == "APPROVE")
    # Who was one person with another at one of several decisions has two names there, and is one.
    is_of_them = approved == named or (len(named) > most and isinstance(approved, list) and set(approved) < set(named))
    compare.holds(is_of_them, f"{where}: approved_by is not of whom its decisions count for")
    compare.holds(
        isinstance(approved, list) and len(approved) <= most,
        f"{where}: approved_by names more persons than approve it",
    )


def _in_force(request: Record, log: Disclosed) -> list[int]:
    """Return the entries by which what a request binds is what it is now."""
    subject = request.content["subject"]
    if subject.get("model_version"):
        return [each.index for each in registrations_by(subject_of(subject), log)[-1:]]
    if subject.get("snapshot"):
        place = identity_of(subject["snapshot"]["dataset"]), subject["snapshot"]["digest"]
        return [each.index for each in log.of_snapshot("verify_snapshot", *place)[-1:]]
    held = log.declarations(node_id("Dataset", *identity_of(subject["dataset"])))
    return sorted({record.index for aspect, (record, _) in held.items() if aspect != "valid_from"})


def _digests(request: Record) -> list[tuple[str, str]]:
    return [(one["of"], one["digest"]) for one in request.added.get("digests", ())]


def _hidden(request: Record, shown: Shown, log: Disclosed, compare: Comparison) -> bool:
    """Return whether a body may be missing that says what is there of what the request binds."""
    if shown.subject.kind == "period":
        return bool(log.withheld)
    if request.content["subject"].get("model_version"):
        return "model" in shown.context and compare.rests_on_withheld(shown.model)
    return bool(request.content["subject"].get("dataset") and log.withheld)


def _change(each: Values, request: Record, shown: Shown, log: Disclosed) -> tuple[int, int] | None:
    """Return since when something else is there than what a request binds, and by which entry."""
    subject = request.content["subject"]
    bound = {one for one in _digests(request) if one[0] not in _BESIDE}
    if subject.get("model_version"):
        is_shown = shown.subject.kind == "period" or subject_of(subject) == shown.version
        registrations = registrations_by(subject_of(subject), log) if is_shown else []
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


def _ends_of(decision: Record) -> list[int | None]:
    """Return when a decision ends."""
    irb = decision.content.get("irb") or {}
    return [optional_micros(decision.content.get("expires_at")), optional_micros(irb.get("continuing_review"))]


def _believed(each: Values, request: Record, derived: str, shown: Shown, decisions: Sequence[Record]) -> str:
    """Return where it stands where that hangs on who is one person, which nothing in a file needs to say.

    What is shown is believed where it grants less than the decisions do; in reports before they showed which
    conditions are met, of these too.
    """
    status = str(each.get("status"))
    required = any(one.content.get("requires") for one in decisions)
    if shown.before_people and derived == "APPROVED" and status == "CONDITIONAL" and required:
        return status
    several = request.content.get("needed", 1) > 1 or request.content.get("emergency", False)
    return (
        status if derived in {"APPROVED", "CONDITIONAL", "ABSTAINED"} and status == "PENDING" and several else derived
    )


class _Course:
    """Where a request stands: a denial stands until its author decides anew, then what came first of its ends.

    An abstention counts until a decision is taken back.
    """

    def __init__(self, request: Record, decisions: Sequence[Record], log: Disclosed, *, met: bool = True) -> None:
        content = request.content
        self._expires, self._needed = optional_micros(content.get("expires_at")), content.get("needed", 1)
        self._emergency = content.get("emergency", False)
        self._met = {one.content["text"]: one.since for one in reversed(conditions_met(request, log))} if met else None
        self._approvals: dict[str, Record] = {}
        self._denials: dict[str, Record] = {}
        self.until: int | None = self._expires
        self.lapses: int | None = None
        self._is_abstained = self._is_lost = False
        self.persons = persons_of(request, decisions, log)
        for one in decisions:
            person = self.persons[one.index]
            if person is not None and not any(e is not None and e <= one.since for e in (self.until, self.lapses)):
                self._take(one, person)

    @property
    def _is_granted(self) -> bool:
        return len(distinct(self._approvals.values(), self.persons)) >= (1 if self._emergency else self._needed)

    @property
    def _counted(self) -> list[Record]:
        newest = [some[-1] for some in distinct(self._approvals.values(), self.persons)]
        whole = max(2, self._needed) if self._emergency else self._needed
        return newest[-whole:] if self._is_granted and not self._denials else []

    def _take(self, one: Record, person: frozenset[str]) -> None:
        decision, was_denied, was_granted, count = (
            one.content["decision"],
            bool(self._denials),
            self._is_granted,
            len(self._approvals),
        )
        if decision != "ABSTAIN":
            self._approvals = {name: each for name, each in self._approvals.items() if name not in person}
        if decision != "DENY":
            self._denials = {name: each for name, each in self._denials.items() if name not in person}
        if decision == "DENY":
            self._denials.setdefault(one.actor, one)
        if decision == "APPROVE":
            self._approvals[one.actor] = one
        is_taken_back = decision == "WITHDRAW" and len(self._approvals) < count
        is_lost = (was_denied and not self._denials) or (was_granted and not self._is_granted)
        self._is_lost = self._is_lost or is_taken_back or is_lost
        self._is_abstained = decision == "ABSTAIN" or (self._is_abstained and decision != "WITHDRAW")
        some = distinct(self._approvals.values(), self.persons)
        is_ratified = not self._emergency or not some or len(some) >= max(2, self._needed)
        self.lapses = None if is_ratified else min(each.since for each in self._approvals.values()) + _EMERGENCY
        limits = [self._expires, *(limit for each in self._counted for limit in _ends_of(each))]
        self.until = min((limit for limit in limits if limit is not None), default=None)

    def at(self, at: int, change: tuple[int, int] | None) -> tuple[str, int | None]:
        """Return where it stands at a time, and when it ends by itself as it stands."""
        if self._denials:
            return "DENIED", None
        ends = [limit for limit in (self.until, self.lapses) if limit is not None]
        end = min((limit for limit in ends if limit <= at), default=None)
        if change is not None and (end is None or change[0] < end):
            return "INVALIDATED", None
        if end is not None:
            return ("EXPIRED" if end == self.until else "LAPSED"), None
        until = min(ends, default=None)
        if self._is_granted:
            required = {text for one in self._counted for text in one.content.get("requires", ())}
            open_ = self._met is not None and any(self._met.get(text, at + 1) > at for text in required)
            return ("CONDITIONAL" if open_ else "APPROVED"), until
        return ("ABSTAINED" if self._is_abstained and not self._is_lost else "PENDING"), until


def end_of(request: Record, status: str, log: Disclosed) -> int | None:
    """Return when an approval that EXPIRED or LAPSED ended, by its own dates and those of its decisions."""
    decisions = log.of("decide_approval", lambda content: content["request"] == request.index)
    decisions.sort(key=lambda one: (one.since, one.index))
    course = _Course(request, decisions, log)
    return course.until if status == "EXPIRED" else course.lapses


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
    hold_subject(shown.subject, log, compare)


def hold_subject(subject: Subject, log: Disclosed, compare: Comparison) -> None:
    """Compare what a request for a subject would bind, and the entries that say so, with what is recorded of it."""
    if compare.rests_on_withheld(subject.values):
        return
    if subject.kind == "model_version":
        records = registrations_by(subject.key, log)
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
