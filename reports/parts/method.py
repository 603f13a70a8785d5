"""At which point a report was read, how whole it is, and what it was made with."""

from __future__ import annotations

from collections.abc import Iterator

from reports.context import Context
from reports.document import (
    Block,
    Cell,
    Facts,
    Item,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    missing,
    plain,
    stamp,
    words,
)
from reports.making import Making
from reports.naming import counted
from reports.section import Frame, Part
from reports.standalone.evidence import MAKER

_LIBRARIES = {"typst": "Typst", "jinja2": "Jinja2", "segno": "segno"}
_FILES = {"code": "code", "templates": "templates", "fonts": "fonts"}


_NOT_HELD = "No checkpoint is known to be held by a third party"


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
            ("Valid at", cell(stamp(point.valid_at))),
            ("Known at", cell(words(stamp(point.known_at), cites((point.ledger_index,))))),
            ("Ledger", cell(plain(counted(point.ledger_size, "entry", "entries")), code(point.root))),
            ("Projection", cell(plain(f"version {point.projection_version}"))),
            (
                "Completeness",
                cell(
                    mark(answer.state, "good" if answer.state == "COMPLETE" else "bad"),
                    plain(counts) if counts else (),
                    *(plain(reason) for reason in answer.reasons),
                ),
            ),
            ("Checkpoints held outside", cell(missing(f"{_NOT_HELD}."))),
            *_made_with(frame.making),
        )
    )


def _made_with(making: Making) -> Iterator[tuple[str, Cell]]:
    """Yield what the report was made with: the product and its report, what it is built on, and its own files."""
    tools = making.tools
    yield (
        "Made with",
        cell(
            plain(f"Lineward {tools.get(MAKER, '')}".rstrip()),
            words(faint("report and version"), code(tools.get("template", ""))),
        ),
    )
    others = [f"{name} {tools[key]}" for key, name in _LIBRARIES.items() if key in tools]
    if others:
        yield "Built on", cell(plain(", ".join(others)))
    digests = [words(faint(name), code(tools[key])) for key, name in _FILES.items() if key in tools]
    if digests:
        yield "Its own files", cell(*digests)
    digest = words(faint("context, in canonical JSON"), code(making.context_digest))
    yield "Content", cell(words(faint("report number"), code(making.number)), digest)


def items(context: Context, _: Frame) -> Iterator[Item]:
    """Yield why the answer is not whole, and that nobody outside is known to hold the ledger to what it was."""
    answer = context.read_point.completeness
    if answer.state != "COMPLETE":
        why = "; ".join(answer.reasons) or "no reason was given"
        yield item("bad", answer.state, f"The answer behind this report is not complete: {why}.")
    text = f"{_NOT_HELD}: who holds the log's key could have rewritten the ledger before this report."
    yield item("warn", "CHECKPOINT", text)


PART = Part(blocks, items)
