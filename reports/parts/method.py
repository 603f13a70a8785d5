"""At which point a report was read, how whole it is, and what it was made with."""

from __future__ import annotations

from collections.abc import Iterator

from reports.context import Context
from reports.document import (
    Block,
    Facts,
    Item,
    Text,
    cell,
    code,
    item,
    mark,
    missing,
    plain,
    stamp,
)
from reports.section import Frame, Part


def blocks(context: Context, frame: Frame) -> Iterator[Block]:
    """Show the read point and the versions."""
    point = context.read_point
    answer = point.completeness
    counts = "; ".join(f"{count.what}: {count.number:,}" for count in answer.counts)
    yield Text(
        plain(
            "Every line is a function of the graph at the read point below, and the graph is a function of the ledger "
            "up to that entry. A number such as #12 names the ledger entry that a line rests on."
        )
    )
    yield Facts(
        (
            ("Valid at, known at", cell(stamp(point.valid_at), stamp(point.known_at))),
            ("Ledger", cell(plain(f"size {point.ledger_size:,}, entry {point.ledger_index:,}"), code(point.root))),
            ("Projection", cell(code(point.projection_version))),
            (
                "Completeness",
                cell(
                    mark(answer.state, "good" if answer.state == "COMPLETE" else "bad"),
                    plain(counts) if counts else (),
                    *(plain(reason) for reason in answer.reasons),
                ),
            ),
            (
                "Newest checkpoint held outside",
                cell(missing("none known: whoever holds this report holds the checkpoint it prints")),
            ),
        )
    )
    yield Facts(
        (
            *((f"Made with: {name}", cell(code(value))) for name, value in sorted(frame.making.tools.items())),
            (
                "Context",
                cell(plain("SHA-256 of its canonical JSON in the attachment"), code(frame.making.context_digest)),
            ),
        )
    )


def items(context: Context, _: Frame) -> Iterator[Item]:
    """Yield why the answer is not whole."""
    answer = context.read_point.completeness
    if answer.state != "COMPLETE":
        why = "; ".join(answer.reasons) or "no reason was given"
        yield item("bad", answer.state, f"The answer behind this report is not complete: {why}.")


PART = Part(blocks, items)
