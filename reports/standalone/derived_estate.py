"""What stewards decided of findings on the estate; what is found is as the catalog issued it."""

from __future__ import annotations

from reports.standalone.bodies import Record, Values, optional_micros, stamp
from reports.standalone.comparison import Comparison, Shown
from reports.standalone.disclosed import Disclosed

_DECISIONS = {
    "acknowledge_finding": "ACKNOWLEDGED",
    "accept_finding": "ACCEPTED",
    "reopen_finding": "OPEN",
}


def derive_estate(shown: Shown, log: Disclosed, compare: Comparison) -> None:
    """Compare how each finding stands with the newest record that decides of it."""
    if "estate" not in shown.context:
        compare.holds(shown.is_before_fourth, "findings of the estate: they are left out")
        return
    for each in shown.each("estate"):
        if compare.rests_on_withheld(each):
            continue
        where = f"finding {each.get('code')} on {each.get('subject')}"
        decided = [
            record
            for kind in _DECISIONS
            for record in log.of(kind)
            if (record.content["rule"], record.content["subject"]) == (each.get("code"), each.get("node"))
        ]
        newest = max(decided, key=lambda one: (one.order, one.index), default=None)
        if newest is None:
            compare.same(where, each, {"stands": "OPEN", "decided": None})
        else:
            compare.same(where, each, _stands(newest, log), by=(newest.index,))


def _stands(record: Record, log: Disclosed) -> Values:
    until = optional_micros(record.content.get("until"))
    is_over = until is not None and until <= log.valid_at
    decided = {
        "by": log.actor(record),
        "at": record.recorded_at,
        "reason": record.content["reason"],
        "until": None if until is None else stamp(until),
        "entry": record.index,
    }
    return {"stands": "OPEN" if is_over else _DECISIONS[record.kind], "decided": decided}
