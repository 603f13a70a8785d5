from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import Approval, Decision, ModelDossier
from reports.document import Block, Cell, SignOff, Text, cell, cites, code, mark, maybe, missing, plain, words
from reports.dossier.moment import moment
from reports.dossier.phrases import tone, who
from reports.text import clean

_MEANINGS = {
    "AUTHORSHIP": "authorship",
    "REVIEW": "review",
    "APPROVAL": "approval",
    "RESPONSIBILITY": "responsibility",
}


def approvals(context: ModelDossier) -> Iterator[Block]:
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
    for approval in context.approvals:
        yield SignOff(
            title=clean(f"{approval.kind} approval"),
            status=mark(approval.status, tone(approval.status))[0],
            rows=_request(approval),
            decisions=tuple(_decision(decision) for decision in approval.decisions),
        )


def _request(approval: Approval) -> tuple[tuple[str, Cell], ...]:
    digests = [
        (f"Binds {of}" if digest else "Binds", cell(code(digest or of)))
        for of, _, digest in (each.partition(": ") for each in map(clean, approval.digests))
    ] or [("Binds", cell(missing("no digest bound")))]
    rows = [
        ("Subject", cell(plain(approval.subject))),
        ("Use case", cell(maybe(approval.use_case))),
        (
            "Requested",
            cell(
                words(plain(moment(approval.requested_at)), plain("by"), who(approval.requested_by)),
                maybe(approval.reason),
            ),
        ),
        *digests,
        ("Expires", cell(plain(moment(approval.expires_at)) if approval.expires_at else missing("no expiry recorded"))),
        ("Request's entry", cell(words(cites((approval.entry,)), code(approval.leaf)))),
    ]
    if approval.because:
        rows.insert(0, ("Because", cell(plain(approval.because))))
    return tuple(rows)


def _decision(decision: Decision) -> tuple[tuple[str, Cell], ...]:
    signer = decision.decided_by
    identity = (
        mark("authenticated", "good") if signer.authenticated else mark("local principal, unauthenticated", "bad")
    )
    local = (
        plain(f"{decision.local_at} ({decision.time_zone})")
        if decision.local_at and decision.time_zone
        else missing("signer's local time: not recorded")
    )
    rows = [
        ("Decision", cell(mark(decision.decision, tone(decision.decision)))),
        ("Printed name", cell(maybe(decision.printed_name, "strong"))),
        ("Signed at", cell(words(plain(f"{moment(decision.decided_at)};"), local))),
        ("Meaning", cell(maybe(_MEANINGS.get(decision.meaning or "", decision.meaning)))),
        ("Principal", cell(words(code(signer.id), identity))),
        ("Reason", cell(maybe(decision.reason))),
    ]
    if decision.conditions:
        rows.append(("Conditions", cell(*(plain(condition) for condition in decision.conditions))))
    if decision.expires_at:
        rows.append(("Expires", cell(plain(moment(decision.expires_at)))))
    rows.append(("Ledger entry", cell(words(cites((decision.entry,)), code(decision.leaf)))))
    return tuple(rows)
