from __future__ import annotations

from collections.abc import Iterator

import segno

from reports.contexts import ModelDossier
from reports.document import Block, Column, Proof, Span, Text, cell, code, missing, plain, table, words
from reports.dossier.phrases import when
from reports.text import clean


def proof(context: ModelDossier) -> Iterator[Block]:
    evidence = context.evidence
    yield Text(
        plain(
            "The attachment of this file holds everything that is shown, every ledger entry that is cited, its "
            "inclusion proof and the signed checkpoint. The script verify_lineward.py needs Python and its "
            "cryptography package and no network:"
        )
    )
    yield Text(code("python verify_lineward.py FILE --key VKEY"))
    yield Text(
        plain(
            "It hashes each entry (SHA-256 over 0x00 and the entry's bytes), walks its proof to the checkpoint's root "
            "(RFC 9162, 2.1.3.2), and checks the checkpoint's Ed25519 signature (C2SP signed note). Take the key from "
            "the log's operator, not from this file: a forger would print his own. With Lineward installed, "
            "lineward verify FILE also draws the file anew from its attachment and compares every byte."
        )
    )
    if evidence.checkpoint:
        yield Proof(
            checkpoint=tuple(clean(line) for line in evidence.checkpoint.rstrip("\n").split("\n")),
            vkey=clean(evidence.vkey),
            modules=_modules(evidence.checkpoint),
            alt="QR code of the signed checkpoint, whose text stands beside it.",
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
