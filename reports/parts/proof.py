"""How to verify a report offline, and the ledger entries that it cites."""

from __future__ import annotations

from collections.abc import Iterator

import segno

from reports.context import Context
from reports.document import (
    Block,
    Column,
    Facts,
    Proof,
    Span,
    Text,
    cell,
    code,
    missing,
    plain,
    table,
    words,
)
from reports.making import Making
from reports.phrases import when
from reports.section import Frame, Part
from reports.text import clean

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
            ("Key", cell(plain("From the log's operator (“lineward ledger key”), never from this file"))),
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


def blocks(context: Context, frame: Frame) -> Iterator[Block]:
    """Show how to check the file, with what, and where that is had from; the checkpoint; the entries."""
    yield from _verifying(frame.making)
    evidence, point = context.evidence, context.read_point
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
    if evidence.cited:
        yield table(
            "Ledger entries cited in this report",
            (Column("Entry", 24), Column("Kind", 108), Column("Recorded", 94), Column("Leaf hash", 239)),
            [
                (
                    cell((Span(f"#{each.index}", "cite"),)),
                    cell(code(each.kind)),
                    cell(when(each.recorded_at)),
                    cell(code(each.leaf)),
                )
                for each in evidence.cited
            ],
            dense=True,
        )


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
