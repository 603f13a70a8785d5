"""The checks of 21 CFR Part 11: electronic records and electronic signatures."""

from __future__ import annotations

from collections.abc import Iterator

from reports.naming import counted
from reports.parts.regulated.answer import Answer, Ask, Regulated, answered, found_by, gaps_of
from reports.parts.signatures import Decision

_DECISION = "a decision on a request for approval"


def audit_trail(context: Regulated) -> Answer:
    """Look at the ledger entries that are cited, and at whether the answer rests on all of the ledger."""
    cited = [one for one in context.evidence.cited if one.withheld != "NOT_CITED"]
    text = f"{counted(len(cited), 'ledger entry', 'ledger entries')}, each with its time" if cited else ""
    return answered(text, "an entry on which a line rests", [*_incomplete(context), *_without_body(context, "ERASED")])


def copies(context: Regulated) -> Answer:
    """Look at what the file carries beside its pages: the same as JSON, and the bodies of the cited entries."""
    cited = [one for one in context.evidence.cited if one.withheld != "NOT_CITED"]
    text = "these pages, and in the file the same as JSON with the cited entries" if cited else ""
    lacks = [*_incomplete(context), *_without_body(context, "ERASED", "TOO_LARGE")]
    return answered(text, "an entry on which a line rests", lacks)


def _incomplete(context: Regulated) -> Iterator[str]:
    whole = context.read_point.completeness
    if whole.state != "COMPLETE":
        yield from (reason.rstrip(".") for reason in whole.reasons or (whole.state.lower(),))


def _without_body(context: Regulated, *why: str) -> Iterator[str]:
    gone = [f"#{one.index}" for one in context.evidence.cited if one.withheld in why]
    if gone:
        yield f"what {counted(len(gone), 'entry', 'entries')} say: {', '.join(gone[:10])}"


def manifestation(context: Regulated) -> Answer:
    """Look at every decision: printed name, time with its zone, meaning."""
    decisions = _decisions(context)
    bare = [f"#{one.entry}" for one in decisions if not (one.printed_name and one.meaning and one.time_zone)]
    lacks = [f"name, meaning or time zone of {', '.join(bare)}"] if bare else []
    signed = [one for one in decisions if f"#{one.entry}" not in bare]
    text = f"{counted(len(signed), 'decision')} with printed name, time and meaning" if signed else ""
    return answered(text, _DECISION, lacks, (one.entry for one in signed))


def linking(context: Regulated) -> Answer:
    """Look at what the requests that were decided on bind, and at whether a key proved who decided."""
    decided = [each for each in context.approvals if each.decisions]
    bound = [each for each in decided if each.digests]
    lacks = [*gaps_of(context, "bound digests"), *found_by(context, "decision authenticated")]
    text = f"{counted(len(bound), 'request')} that bind digests, each decision naming its request" if bound else ""
    entries = [each.entry for each in bound] + [one.entry for each in bound for one in each.decisions]
    return answered(text, _DECISION, lacks, entries)


def _decisions(context: Regulated) -> list[Decision]:
    return [decision for each in context.approvals for decision in each.decisions]


ASKS = (
    Ask(
        "21 CFR 11.10(e)",
        "Time-stamped audit trails that do not obscure what was recorded before",
        "proof",
        audit_trail,
    ),
    Ask("21 CFR 11.10(b)", "Accurate and complete copies in human-readable and electronic form", "proof", copies),
    Ask(
        "21 CFR 11.50(a)",
        "Signed records show the signer's printed name, date and time, and meaning",
        "approvals",
        manifestation,
    ),
    Ask(
        "21 CFR 11.70",
        "Signatures are linked to their records, so that they cannot be excised or transferred",
        "approvals",
        linking,
    ),
)
