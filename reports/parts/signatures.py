"""The signature block of a decision, as 21 CFR 11.50(a) wants it shown and 11.70 wants it bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reports.context import Actor, Strict
from reports.document import (
    Cell,
    Line,
    cell,
    cites,
    code,
    faint,
    mark,
    maybe,
    missing,
    plain,
    stamp,
    words,
)
from reports.moment import local
from reports.naming import worded
from reports.phrases import tone, unrecorded, who


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer(Strict):
    """Who signed, as the record in force at the decision defined them."""

    title: str | None = None
    """Their function in their organisation."""
    organisation: str | None = None
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Strict):
    """How a signer had signed in, as they claim: 21 CFR 11.200(a)(1)."""

    at: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Strict):
    """What 45 CFR 164.512(i)(2) wants of a waiver of authorization."""

    board: str
    acted_on: str
    criteria: str
    information: str
    procedure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination(Strict):
    """What an institutional review board determined."""

    determination: str
    protocol: str
    continuing_review: str | None = None
    """When it is to be reviewed again: until then the approval holds."""
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Strict):
    """A signed decision with what 21 CFR 11.50(a) asks for: printed name, date and time, meaning."""

    decision: Literal["APPROVE", "DENY", "ABSTAIN", "WITHDRAW"]
    decided_by: Actor
    decided_at: str
    reason: str | None = None
    meaning: str | None = None
    printed_name: str | None = None
    """The signer's name as their record had it then; of an older catalog, as they typed it."""
    signer: Signer | None = None
    """None where no record defined them then."""
    key_id: str | None = None
    """Of the API key that it was signed under; None where an older catalog did not note it."""
    time_zone: str | None = None
    """Of the IANA database, as the signer named it."""
    local_at: str | None = None
    """The time in that zone, worked out when the context is made: a later time zone database changes no report."""
    expires_at: str | None = None
    conditions: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    """What has to be met on record before the approval holds."""
    interest: str | None = None
    """An interest of the signer's own, because of which it does not count."""
    conflicts: tuple[str, ...] = ()
    """Why it does not count, as the catalog found."""
    counts_for: str | None = None
    """The person whom it counts for, by a principal that they act under; None where it does not count."""
    sign_in: SignIn | None = None
    irb: Determination | None = None
    signed: str | None = None
    """The digest over the decision, its signer, what the request binds, and the request's entry and leaf (11.70)."""
    entry: int
    leaf: str
    """The leaf hash of the entry, in hex."""


_DECISIONS = {
    "ABSTAIN": "decides nothing; the request stays open for somebody else",
    "WITHDRAW": "takes back what the same signer decided before",
}


def _until(decision: Decision, request_ends: str | None) -> Line:
    """Return when an approval ends of itself: with the decision or with the request, whichever comes first."""
    ends = [each for each in (decision.expires_at, request_ends) if each]
    return stamp(min(ends, key=_at)) if ends else plain("what it binds changes: neither it nor the request has an end")


def _at(time: str) -> datetime:
    try:
        return datetime.fromisoformat(time).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def signed_by(decision: Decision, request_ends: str | None) -> tuple[tuple[str, Cell], ...]:
    """Return the rows of the block of one decision: who signed, when, what it means, and to what it is bound."""
    there = (
        plain(f"{local(decision.local_at)} ({decision.time_zone})")
        if decision.local_at and decision.time_zone
        else missing("signer's local time: not recorded")
    )
    rows = [
        (
            "Decision",
            cell(
                words(
                    mark(decision.decision, tone(decision.decision)),
                    plain(_DECISIONS.get(decision.decision, "")),
                )
            ),
        ),
        ("Printed name", cell(maybe(decision.printed_name, "strong"))),
        ("Title, organisation", cell(*_function(decision.signer))),
        ("Signed at", cell(stamp(decision.decided_at), there)),
        ("Meaning", cell(maybe(decision.meaning and worded(decision.meaning)))),
        ("Principal", cell(*_proof(decision))),
        ("Reason", cell(maybe(decision.reason))),
    ]
    if decision.conditions:
        rows.append(("Conditions", cell(*(plain(condition) for condition in decision.conditions))))
    if decision.requires:
        rows.append(("Requires first", cell(*(plain(condition) for condition in decision.requires))))
    against = (*decision.conflicts, *([f"own interest: {decision.interest}"] if decision.interest else ()))
    if against:
        rows.append(("Does not count", cell(*(plain(one) for one in against))))
    if decision.counts_for not in {None, decision.decided_by.id}:
        whose = faint("both count as one person: one lets the other decide, or a record names them as one")
        rows.append(("Counts for", cell(words(code(decision.counts_for or ""), whose))))
    if decision.irb is not None:
        rows.append(("Determination", cell(*_determination(decision.irb))))
    if decision.sign_in is not None:
        how = plain(f"by {', '.join(decision.sign_in.components)}")
        rows.append(("Signed in", cell(words(stamp(decision.sign_in.at), how, faint("as whoever sent it says")))))
    if decision.decision == "APPROVE":
        rows.append(("Holds until", cell(_until(decision, request_ends))))
    if decision.signed is not None:
        linked = faint("over the decision, its signer, what the request binds, and the request's entry")
        rows.append(("Signature", cell(code(decision.signed), linked)))
    rows.append(("Ledger entry", cell(words(cites((decision.entry,)), code(decision.leaf)))))
    return tuple(rows)


def _determination(one: Determination) -> Iterator[Line]:
    yield words(plain(worded(one.determination)), faint("protocol"), plain(one.protocol))
    if one.continuing_review is not None:
        yield words(faint("continuing review"), stamp(one.continuing_review))
    if one.waiver is not None:
        waiver = one.waiver
        yield plain(f"waiver of {waiver.board}, {waiver.acted_on}, by {worded(waiver.procedure)} procedure")
        yield words(faint("criteria:"), plain(waiver.criteria))
        yield words(faint("information:"), plain(waiver.information))


def _function(signer: Signer | None) -> Iterator[Line]:
    if signer is None:
        yield unrecorded("signer")
        return
    yield words(
        plain(f"{signer.title},") if signer.title else (*unrecorded("signer title"), *plain(",")),
        plain(signer.organisation) if signer.organisation else unrecorded("signer organisation"),
        cites((signer.entry,)),
    )


def _proof(decision: Decision) -> Iterator[Line]:
    signer = decision.decided_by
    if not signer.authenticated:
        yield who(signer)
        return
    yield words(code(signer.id), mark("authenticated", "good"))
    yield words(plain("by API key"), code(decision.key_id)) if decision.key_id else unrecorded("signing key")


def local_time(at: str, zone: str) -> str | None:
    """Return `at` (RFC 3339, UTC) as the signer's clock showed it, with its offset; None where the zone is unknown."""
    try:
        return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    except (ZoneInfoNotFoundError, ValueError):
        return None
