"""What happened to requests for approval in a period, by the requests, decisions and delegations that are disclosed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.standalone.bodies import Record, Values, optional_micros, stamp
from reports.standalone.comparison import KINDS_OF_SUBJECT, Comparison, Shown, Subject, index_in, subject_of
from reports.standalone.derived_approvals import end_of, hold_subject
from reports.standalone.derived_decisions import conditions_met
from reports.standalone.disclosed import Disclosed
from reports.standalone.outcome import MalformedError

_DID = {"APPROVE": "APPROVED", "DENY": "DENIED", "ABSTAIN": "ABSTAINED", "WITHDRAW": "WITHDRAWN"}
_BY_NOBODY = {"by": None, "because": None}
_Occurred = tuple[int, int, int, str, dict[str, Any]]
"""When, behind which entry, of which request, what, and as it is shown."""


def derive_period(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare everything that happened in the period with the records, and what the requests are about with theirs.

    When an approval ended is held to the request itself, which is derived beside this.
    """
    since, until = (optional_micros(one) for one in shown.subject.key)
    is_period = since is not None and until is not None and since < until
    compare.holds(is_period, "period: it does not begin before it ends")
    _subjects_of_period(shown, log, compare)
    if not is_period or since is None or until is None or log.withheld:
        return
    approvals = {index_in(one.get("entry")): one for one in shown.each("approvals")}
    requests = {one.index: one for one in log.of("request_approval")}
    found = [
        event
        for index, request in requests.items()
        for event in (*_of_request(request, log), *_ended(request, approvals.get(index, {}), log))
    ]
    found += [_lent(one, log) for one in log.of("delegate_approvals")]
    derived = [one for one in sorted(found, key=_order_of_event) if since <= one[0] < until and one[0] <= log.valid_at]
    listed = shown.each("happened")
    compare.alike("happened", (_brief_event(one) for one in listed), (_brief_event(one[4]) for one in derived))
    compare.holds(
        [_brief_event(one) for one in listed] == [_brief_event(one[4]) for one in derived], "happened: not in its order"
    )
    for each, one in zip(listed, derived, strict=False):
        where = f"{one[3]} of #{one[2]}" if one[2] >= 0 else one[3]
        compare.same(where, each, one[4], by=one[4]["entries"])
    _every_request(requests, approvals, {one[2] for one in derived}, compare)


def _order_of_event(one: _Occurred) -> tuple[int, int, int, str]:
    return one[:4]


def _brief_event(one: Values) -> list[object]:
    return [one.get(name) for name in ("at", "what", "request", "entries")]


def _every_request(
    requests: dict[int, Record], approvals: dict[int, dict[str, Any]], happened: set[int], compare: Comparison
) -> None:
    """Hold every request that is shown to one to which something happened, or on which such a one depends."""
    wanted, front = set(happened), set(happened)
    while front:
        front = {on for one in front for on in approvals.get(one, {}).get("depends_on") or ()} - wanted
        wanted |= front
    compare.holds(approvals.keys() <= wanted, "period: a request is shown to which nothing happened")
    compare.holds(happened - {-1} <= approvals.keys() | requests.keys(), "period: a request is left out")


def _event(at: int, behind: int, what: str, request: Record, more: dict[str, Any]) -> _Occurred:
    shown = {
        "at": stamp(at),
        "what": what,
        "request": request.index,
        "kinds": [request.content["approval_kind"]],
        "subject": " ".join(subject_of(request.content["subject"])),
        "entries": [behind],
        **_BY_NOBODY,
        **more,
    }
    return at, behind, request.index, what, shown


def _of_request(request: Record, log: Disclosed) -> Iterator[_Occurred]:
    yield _event(request.since, request.index, "ASKED", request, {"by": log.actor(request)})
    for one in log.of("decide_approval", lambda content: content["request"] == request.index):
        yield _event(one.since, one.index, _DID[one.content["decision"]], request, {"by": log.actor(one)})
    for one in conditions_met(request, log):
        yield _event(one.since, one.index, "CONDITION_MET", request, {"by": log.actor(one)})


def _ended(request: Record, approval: Values, log: Disclosed) -> Iterator[_Occurred]:
    """Yield how an approval ended, as its own part of the report shows it."""
    status, ended = str(approval.get("status")), approval.get("invalidated")
    if status == "INVALIDATED" and isinstance(ended, dict):
        at, entry = optional_micros(ended.get("at")), index_in(ended.get("entry"))
        if at is not None:
            yield _event(at, entry, status, request, {"because": approval.get("because")})
    elif status in {"EXPIRED", "LAPSED"}:
        at = end_of(request, status, log)
        if at is not None:
            yield _event(at, request.index, status, request, {"entries": []})


def _lent(one: Record, log: Disclosed) -> _Occurred:
    shown = {
        "at": stamp(one.since),
        "what": "DELEGATED",
        "request": None,
        "kinds": sorted(one.content["approval_kinds"]),
        "subject": None,
        "entries": [one.index],
        **_BY_NOBODY,
        "by": log.actor(one),
    }
    return one.since, one.index, -1, "DELEGATED", shown


def _subjects_of_period(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare what the requests are about with the records of it."""
    keys = []
    for each in shown.each("subjects"):
        kind = str(each.get("kind"))
        if kind not in KINDS_OF_SUBJECT or kind == "period":
            raise MalformedError("/context/subjects has a kind that is none")
        key = tuple(str(each.get(name)) for name in KINDS_OF_SUBJECT[kind])
        keys.append(key)
        hold_subject(Subject(kind, key, each), log, compare)
        others = {"version", "digest"} - set(KINDS_OF_SUBJECT[kind])
        compare.same("subjects", each, dict.fromkeys(sorted(others)))
    asked = {str(one.get("subject")) for one in shown.each("approvals")}
    compare.holds({" ".join(key) for key in keys} == asked, "subjects: not those of the requests")
    compare.holds(len(set(keys)) == len(keys), "subjects: one stands twice")
