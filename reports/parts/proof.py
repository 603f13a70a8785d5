"""How to verify a report offline, and the ledger entries that it cites."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import segno

from reports.context import EntrySubject, EvidenceEntry
from reports.document import (
    Block,
    Column,
    Facts,
    Line,
    Proof,
    Span,
    Table,
    Text,
    cell,
    code,
    faint,
    missing,
    plain,
    table,
    timed,
    words,
)
from reports.making import Making
from reports.moment import moments
from reports.parts.people import People
from reports.phrases import about, in_words
from reports.section import Frame, Part
from reports.text import clean

_KEY = (
    "Obtain the key from the operator (“lineward ledger key”) by another channel: a forged report could carry a forged "
    "key."
)
_TO_KEEP = (
    "The signed checkpoint. Scan and keep it: a ledger that is rewritten later does not fit it. The operator can be "
    "asked to check that (lineward ledger verify --checkpoint)."
)


def _verifying(making: Making) -> Iterator[Block]:
    yield Text(
        plain(
            "The attachment of this file holds everything that is shown, every ledger entry that is cited, its "
            "inclusion proof, the entry by which the catalog issued this report, and a signed checkpoint over all of "
            "them. A script checks them with Python 3.11, its cryptography package and no network:"
        )
    )
    yield Text(code("python verify_lineward.py FILE --key VKEY"))
    yield Facts(
        (
            (
                "Script",
                cell(
                    plain("verify_lineward.py, which the catalog's operator prints by “lineward verifier”"),
                    plain("and which stands in Lineward's source as reports/standalone/verify_lineward.py"),
                ),
            ),
            ("Its SHA-256", cell(code(making.tools.get("verifier", "")))),
            ("Key", cell(plain(_KEY))),
        )
    )
    yield Text(
        plain(
            "It checks the signature of the checkpoint (Ed25519, C2SP signed note), the place of each entry under it "
            "(RFC 9162, 2.1.3.2) and its body; that the ledger says that this report was issued, with the digests of "
            "its content and of its pages; and it derives from the disclosed bodies anew what this report says of "
            "them. Without the key nothing is verified. With Lineward installed, lineward verify FILE --key VKEY does "
            "the same, and draws the file anew where its version is this one's."
        )
    )


def blocks(context: People, frame: Frame) -> Iterator[Block]:
    """Show how to check the file, with what, and where that is had from; the checkpoint; the entries."""
    yield from _verifying(frame.making)
    point = context.read_point
    if point.checkpoint:
        yield Proof(
            checkpoint=tuple(clean(line) for line in point.checkpoint.rstrip("\n").split("\n")),
            vkey=clean(point.vkey),
            modules=_modules(point.checkpoint),
            alt="QR code of the signed checkpoint, whose text stands beside it.",
            caption=_TO_KEEP,
        )
    else:
        yield Text(words(plain("Checkpoint:"), missing()))
    if context.evidence.cited:
        yield _entries(context)


def _entries(context: People) -> Table:
    names = {each.actor.id: each.actor.name for each in context.people}
    subjects = {each.id: each for each in context.entry_subjects}
    cited = context.evidence.cited
    times = moments([each.recorded_at for each in cited])
    return table(
        "Ledger entries cited in this report",
        (Column("Entry", 22), Column("Kind", 107), Column("Recorded, by", 110), Column("About, and leaf hash", 231)),
        [
            (
                cell((Span(f"#{each.index}", "cite"),)),
                cell(plain(in_words(each.kind)), code(each.kind)),
                cell(timed(at or ""), _by(each.actor, names.get(each.actor))),
                cell(_about(each, subjects), code(each.leaf)),
            )
            for each, at in zip(cited, times, strict=True)
        ],
        note="+2: what the entry is about besides, as many things.",
        dense=True,
    )


def _by(actor: str, name: str | None) -> Line:
    return plain(name) if name else code(actor)


def _about(entry: EvidenceEntry, subjects: Mapping[str, EntrySubject]) -> Line:
    """Return what an entry is about by its own header, and how many more things that names: of a run's, its job."""
    found = sorted(_subjects(entry), key=lambda one: one.startswith("Run:"))
    if not found:
        return faint("nothing named")
    subject = subjects.get(found[0]) or EntrySubject(id=found[0])
    # A snapshot's digest stands with the snapshot; a second hash beside the entry's own would be taken for that.
    named = tuple(span for span in about(subject) if span.style != "code" or not subject.key)
    return words(named, faint(f"+{len(found) - 1}") if len(found) > 1 else ())


def _subjects(entry: EvidenceEntry) -> list[str]:
    """Return the ids that an entry's header names; it was read back from the ledger, so it is JSON."""
    header = json.loads(entry.entry)
    found = header.get("subject") if isinstance(header, dict) else None
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _modules(payload: str) -> tuple[str, ...]:
    """Return the QR code of a checkpoint, of its text alone where many signatures make it too long, else nothing."""
    for content, correction in ((payload, "m"), (payload, "l"), (payload.split("\n\n", maxsplit=1)[0], "l")):
        try:
            made = segno.make(content.encode(), mode="byte", micro=False, error=correction, boost_error=False)
        except segno.DataOverflowError:
            continue
        return tuple("".join("1" if module else "0" for module in row) for row in made.matrix)
    return ()


PART = Part(blocks)
