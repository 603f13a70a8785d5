"""Requests for approval and the decisions on them, as 21 CFR 11.50(a) wants them shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reports.context import Actor, Strict
from reports.document import (
    Block,
    Cell,
    Column,
    Item,
    Line,
    SignOff,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    maybe,
    missing,
    plain,
    stamp,
    table,
    words,
)
from reports.naming import counted, gathered, names_by_key, worded
from reports.parts.findings import Findings, found
from reports.parts.signatures import Decision, signed_by
from reports.phrases import tone, unrecorded, who
from reports.section import Frame, Part
from reports.text import clean

ApprovalStatus = Literal[
    "PENDING", "CONDITIONAL", "APPROVED", "DENIED", "ABSTAINED", "EXPIRED", "LAPSED", "INVALIDATED"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionMet(Strict):
    """That a condition which a decision requires is met on record."""

    text: str
    evidence: str
    by: Actor
    at: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation(Strict):
    """That a principal lets another decide in its place: both are one person while that lasts."""

    of: Actor
    to: Actor
    kinds: tuple[str, ...]
    """The kinds of approval; none ends what was delegated before."""
    since: str
    until: str
    reason: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalidation(Strict):
    """Since when an approval binds what is there no more, and the record that made it something else."""

    at: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Strict):
    """A request for approval, the exact digests it binds, and every decision on it."""

    subject: str
    """The key of what it is asked for, its parts with a blank between."""
    kind: str
    use_case: str | None = None
    reason: str | None = None
    requested_by: Actor
    requested_at: str
    expires_at: str | None = None
    status: ApprovalStatus
    because: str | None = None
    """Why one that is INVALIDATED binds no more."""
    digests: tuple[str, ...] = ()
    """What it binds: each digest, and what it is of before it."""
    decisions: tuple[Decision, ...] = ()
    """The oldest first."""
    entry: int
    leaf: str
    """The leaf hash of the entry, in hex."""
    needed: int = 1
    """How many distinct persons have to approve."""
    emergency: bool = False
    """Whether one person's approval holds for 72 hours, until another ratifies it."""
    depends_on: tuple[int, ...] = ()
    """The requests whose approvals it rests on, by ledger index."""
    dossier: int | None = None
    """The entry by which the report was issued that it was asked with, by ledger index."""
    dossier_digest: str | None = None
    """The digest of that report's content."""
    approved_by: tuple[str, ...] = ()
    """The distinct persons, each proved by a key, whose newest decision approves."""
    ends_at: str | None = None
    """When it ends by itself as it stands."""
    met: tuple[ConditionMet, ...] = ()
    """The oldest first."""
    invalidated: Invalidation | None = None
    entries: tuple[int, ...] = ()
    """The records by which what it binds is what it is at the read point."""


@dataclass(frozen=True, kw_only=True)
class Approvals(Findings):
    """The approvals that bear on a subject, and the findings that may put one in doubt."""

    approvals: tuple[Approval, ...] = ()
    """Every request, in the order of the ledger."""
    delegations: tuple[Delegation, ...] = ()
    """Of whoever asked, decided or let a version pass, and to them; in the order of the ledger."""


_STATUSES: dict[ApprovalStatus, str] = {
    "PENDING": "Pending: nobody has decided; the request is open, and nothing is approved by it.",
    "APPROVED": "Approved, and in force at the read point.",
    "CONDITIONAL": "Conditional: it is approved once every condition is met on record that its decisions require.",
    "DENIED": "Denied: that stands until whoever denied it decides anew.",
    "ABSTAINED": "Abstained: decides nothing; the request is still open, and approves no release.",
    "EXPIRED": "Expired: it holds no longer, or was not decided in time; only a new request can be approved.",
    "LAPSED": "Lapsed: one person approved it in an emergency, and nobody ratified it within 72 hours.",
    "INVALIDATED": "Invalidated for good: what it binds has become something else; only a new request can be approved.",
}
_NEED_NONE = frozenset({"dataset", "period"})
"""What a report may be of that nobody has to approve by itself."""
_FEW = 3
"""Requests that a reader sees where each stands of without a table over them."""
_DONE = {"APPROVE": "approved", "DENY": "denied", "ABSTAIN": "abstained", "WITHDRAW": "withdrew"}


def blocks(context: Approvals, frame: Frame) -> Iterator[Block]:
    """Show every request with its decisions."""
    if not (context.approvals or context.delegations) and frame.subject.noun in _NEED_NONE:
        yield Text(plain(f"No approval is recorded that bears on this {frame.subject.noun}."))
        return
    yield Text(
        plain(
            "“Signed electronic records shall contain information associated with the signing that clearly indicates "
            "all of the following: (1) The printed name of the signer; (2) The date and time when the signature was "
            "executed; and (3) The meaning (such as review, approval, responsibility, or authorship) associated with "
            "the signature.”"
        ),
        source="21 CFR 11.50(a)",
    )
    if not context.approvals:
        yield Text(words(plain("Approvals:"), missing()))
    doubted, called = _doubted(context), names_by_key(context.entry_subjects)
    if len(context.approvals) > _FEW:
        yield _overview(context, doubted, called, frame.subject.key)
    bound: dict[tuple[str, ...], int] = {}
    for approval in context.approvals:
        first = bound.setdefault(approval.digests, approval.entry)
        yield SignOff(
            title=_title(approval),
            status=mark(approval.status, tone(approval.status))[0],
            rows=_request(
                approval,
                doubted,
                called.get(approval.subject, approval.subject),
                None if first == approval.entry else first,
            ),
            decisions=tuple(signed_by(decision, approval.expires_at) for decision in approval.decisions),
        )
    if context.delegations:
        yield _delegations(context)


def _overview(context: Approvals, doubted: frozenset[int], called: Mapping[str, str], own: str) -> Block:
    """Return where every request stands and why, a row for each; its signatures stand below."""
    return table(
        "Where each request stands; the signatures on each stand below",
        (Column("Request", 5), Column("For", 6), Column("Where it stands", 6), Column("Decided by", 5)),
        [
            (
                cell(words(cites((each.entry,)), plain(worded(each.kind))), stamp(each.requested_at)),
                cell(
                    maybe(each.use_case),
                    () if each.subject == own else faint(called.get(each.subject, each.subject)),
                ),
                cell(mark(each.status, tone(each.status)), _why(each, doubted)),
                cell(*(_decided(one) for one in each.decisions)) or cell(faint("nobody yet")),
            )
            for each in context.approvals
        ],
    )


def _why(approval: Approval, doubted: frozenset[int]) -> Line:
    """Return why it binds no more, or why it is not to be relied on."""
    if approval.because:
        return words(plain(approval.because), cites((approval.invalidated.entry,) if approval.invalidated else ()))
    return _status(approval, doubted) if approval.status == "APPROVED" and _doubts(approval, doubted) else ()


def _decided(decision: Decision) -> Line:
    by = decision.printed_name or decision.decided_by.name or decision.decided_by.id
    return words(plain(by), faint(_DONE[decision.decision]), cites((decision.entry,)))


def _delegations(context: Approvals) -> Block:
    return table(
        "Who decides in whose place: both are one person while that lasts, and one of two that are needed",
        (Column("Decides", 5), Column("In the place of", 5), Column("On what, and why", 8), Column("From, until", 5)),
        [
            (
                cell(words(who(one.to), cites((one.entry,)))),
                cell(who(one.of)),
                cell(
                    plain(", ".join(map(worded, one.kinds)) if one.kinds else "nothing any more"),
                    plain(one.reason),
                ),
                cell(stamp(one.since), words(faint("until"), stamp(one.until)) if one.kinds else ()),
            )
            for one in context.delegations
        ],
    )


def _title(approval: Approval) -> str:
    kind = clean(worded(approval.kind))
    return f"{kind[:1].upper()}{kind[1:]} approval, request #{approval.entry}"


def _doubted(context: Approvals) -> frozenset[int]:
    """Return the entries of decisions that a grave finding is about."""
    return frozenset(entry for finding in context.findings if finding.severity == "HIGH" for entry in finding.entries)


def _doubts(approval: Approval, doubted: frozenset[int]) -> list[int]:
    return [each.entry for each in approval.decisions if each.entry in doubted]


def _status(approval: Approval, doubted: frozenset[int]) -> Line:
    """Return in words where a request stands, and what that means for whoever would rely on it."""
    doubts = _doubts(approval, doubted)
    if approval.status == "APPROVED" and doubts:
        return words(
            plain("Approved, but not to be relied on: a finding of the severity HIGH is about it."), cites(doubts)
        )
    return plain(_STATUSES[approval.status])


def _request(
    approval: Approval, doubted: frozenset[int], subject: str, bound_as: int | None
) -> tuple[tuple[str, Cell], ...]:
    """Return the rows of a request; where an earlier one binds the very same, what it binds stands there."""
    digests = _binds_as(approval, bound_as) if bound_as is not None and len(approval.digests) > 1 else _binds(approval)
    rows = [
        ("Status", cell(_status(approval, doubted))),
        ("Subject", cell(plain(subject))),
        ("Use case", cell(maybe(approval.use_case))),
        (
            "Requested",
            cell(
                words(stamp(approval.requested_at), plain("by"), who(approval.requested_by)),
                maybe(approval.reason),
            ),
        ),
        *digests,
        *_terms(approval),
        (
            "Expires",
            cell(
                stamp(approval.expires_at) if approval.expires_at else plain("never: it was asked for without an end")
            ),
        ),
        ("Request's entry", cell(words(cites((approval.entry,)), code(approval.leaf)))),
    ]
    if approval.because:
        by = (approval.invalidated.entry,) if approval.invalidated else ()
        rows.insert(1, ("Because", cell(words(plain(approval.because), cites(by)))))
    return tuple(rows)


def _binds(approval: Approval) -> list[tuple[str, Cell]]:
    """Return every digest that a request binds, each with what it is of."""
    return [
        (f"Binds {of}" if digest else "Binds", cell(code(digest or of)))
        for of, _, digest in (each.partition(": ") for each in map(clean, approval.digests))
    ] or [("Binds", cell(unrecorded("bound digests")))]


def _binds_as(approval: Approval, earlier: int) -> list[tuple[str, Cell]]:
    """Return by which earlier request the very same digests are bound, and what they are of."""
    of = ", ".join(each.partition(": ")[0] for each in map(clean, approval.digests))
    return [("Binds", cell(plain(f"the same digests as request #{earlier}, shown there:"), plain(of)))]


def _terms(approval: Approval) -> Iterator[tuple[str, Cell]]:
    """Yield by how many persons, on what other approvals, and what was met on record."""
    if approval.needed > 1 or approval.emergency or len(approval.approved_by) > 1:
        asked = (
            "in an emergency: one person at once, a second within 72 hours"
            if approval.emergency
            else (f"{approval.needed} distinct persons")
        )
        by = words(faint("approved by"), plain(", ".join(approval.approved_by))) if approval.approved_by else ()
        yield "Needs", cell(plain(asked), by)
    if approval.dossier_digest is not None:
        yield (
            "Asked with",
            cell(plain(f"the report issued by entry #{approval.dossier}"), code(approval.dossier_digest)),
        )
    if approval.depends_on:
        yield (
            "Depends on",
            cell(plain(f"the approvals of {', '.join(f'request #{one}' for one in approval.depends_on)}")),
        )
    if approval.met:
        yield (
            "Conditions met",
            cell(
                *(
                    line
                    for one in approval.met
                    for line in (
                        words(plain(one.text), cites((one.entry,))),
                        words(faint("by"), who(one.by), stamp(one.at), faint("evidence:"), plain(one.evidence)),
                    )
                )
            ),
        )


def items(context: Approvals, _: Frame) -> Iterator[Item]:
    """Yield the requests that were not granted or do not hold, doubts about who decided, and what is in force."""
    yield from found(context, "approvals", "approval", "signer")
    yield from _in_force(context)


def _in_force(context: Approvals) -> Iterator[Item]:
    doubted = _doubted(context)
    granted = [
        approval
        for approval in context.approvals
        if approval.status == "APPROVED" and doubted.isdisjoint(decision.entry for decision in approval.decisions)
    ]
    if granted:
        text = (
            f"{counted(len(granted), 'approval')} in force: {gathered(worded(approval.kind) for approval in granted)}."
        )
        entries = [i for each in granted for i in (each.entry, *(decision.entry for decision in each.decisions))]
        yield item("good", "APPROVALS", text, entries)


PART = Part(blocks, items)
