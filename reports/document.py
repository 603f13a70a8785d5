"""The blocks every report is made of: one model behind page, PDF and JSON, so that they cannot disagree.

Text enters through `plain`, `code` and their kin, which clean it; a renderer only draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from reports.moment import in_utc, moment
from reports.text import clean

MOST_ROWS = 5_000
Tone = Literal["none", "good", "warn", "bad"]
Style = Literal["plain", "code", "strong", "faint", "missing", "mark", "cite", "time"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of clean text in one style; a `mark` is a short verdict in its tone, a `time` stays in one line."""

    text: str
    style: Style = "plain"
    tone: Tone = "none"


Line = tuple[Span, ...]
Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A section (level 1) or a part of one (level 2); `anchor` is unique in its document."""

    type: ClassVar[str] = "heading"
    text: str
    anchor: str
    number: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; a quotation names its source."""

    type: ClassVar[str] = "text"
    line: Line
    tone: Tone = "none"
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values in reading order."""

    type: ClassVar[str] = "facts"
    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, and its share of the width."""

    title: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """At most `MOST_ROWS` rows; `total` says how many there are, and a note tells when fewer are shown.

    `annex` is the anchor of where the whole of one stands whose beginning is shown; a `fixed` one, whose rows do not
    grow with the records, stays where it is. A `dense` one is for looking up single rows: smaller letters, and nothing
    in it longer than a line.
    """

    type: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    note: str | None = None
    dense: bool = False
    fixed: bool = False
    annex: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the summary: its verdict, its sentence, and the section that shows it."""

    tone: Tone
    verdict: str
    line: Line
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reader must know, the exceptions first."""

    type: ClassVar[str] = "summary"
    verdict: str
    tone: Tone
    items: tuple[Item, ...]


LabelStyle = Literal["name", "place", "detail", "doubt"]


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text in a box; `y` is its baseline's, in points below the box's upper edge."""

    text: str
    style: LabelStyle
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """A node of a drawing, in points from its upper left corner."""

    x: int
    y: int
    width: int
    height: int
    labels: tuple[Label, ...]
    root: bool = False
    collapsed: bool = False
    node: str = ""
    """The id of the node, where it is one."""
    key: str = ""
    """What paths call it: the id of the node, or the name of what is collapsed in it."""
    holds: int = 0
    """How many nodes are drawn as this box instead of by themselves."""
    rows: tuple[Port, ...] = ()
    """The columns of a dataset, where a drawing is of columns."""


@dataclass(frozen=True, slots=True)
class Port:
    """A column in a box; `y` is the baseline of its name, in points below the box's upper edge."""

    node: str
    text: str
    y: int


@dataclass(frozen=True, slots=True)
class Path:
    """An edge of a drawing: the points it passes, and the number under which the table describes it."""

    points: tuple[tuple[int, int], ...]
    number: str
    at: tuple[int, int]
    dashed: bool = False
    strong: bool = False
    source: str = ""
    """The key of the box, or the id of the column, that it begins at."""
    target: str = ""
    numbers: tuple[int, ...] = ()
    """Of all that it stands for."""
    has_room: bool = True
    """Whether its number lies on nothing else at `at`; else it is not drawn."""
    signs: tuple[tuple[int, int], ...] = ()
    """The middles of its marks."""


@dataclass(frozen=True, slots=True)
class Band:
    """A column of a drawing that belongs to one zone."""

    x: int
    width: int
    lines: tuple[str, ...]
    """Its title, in as many lines as that needs."""


Sample = Literal["root", "collapsed", "edge", "dashed", "strong", "word"]


@dataclass(frozen=True, slots=True)
class Key:
    """A line of a drawing's legend: a sample of what is drawn, or a word that stands there, and what it means."""

    sample: Sample
    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing in whole points, the same in page and PDF; `alt` says in words what it shows.

    A `turned` one is too wide for an upright page. `left` and `top` are where it begins: below zero where something was
    added to a drawing in which everything stays where it was.
    """

    type: ClassVar[str] = "graph"
    caption: str
    alt: str
    width: int
    height: int
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    paths: tuple[Path, ...]
    legend: tuple[Key, ...] = ()
    note: str | None = None
    turned: bool = False
    left: int = 0
    top: int = 0
    unnumbered: int = 0
    """Of how many edges the number would lie on something else, so that it is not drawn."""


@dataclass(frozen=True, slots=True)
class SignOff:
    """A request for approval and its decisions, as 21 CFR 11.50 wants them shown."""

    type: ClassVar[str] = "signoff"
    title: str
    status: Span
    rows: tuple[tuple[str, Cell], ...]
    decisions: tuple[tuple[tuple[str, Cell], ...], ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is not recorded, by name, under what it should have been said of."""

    type: ClassVar[str] = "gaps"
    groups: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The checkpoint as text and as QR code (rows of 0 and 1), and the key that reads it."""

    type: ClassVar[str] = "proof"
    checkpoint: tuple[str, ...]
    vkey: str
    modules: tuple[str, ...]
    alt: str
    caption: str
    """What the QR code holds, and what to do with it."""


Block = Heading | Text | Facts | Table | Summary | Graph | SignOff | Gaps | Proof


@dataclass(frozen=True, slots=True)
class Document:
    """A report before it has a form. `date` is the read point's, never the clock's."""

    kind: str
    number: str
    title: str
    subject: str
    organisation: str
    """The issuer; empty where the operator did not name one."""
    date: str
    read_point: str
    cover: Facts
    statement: str
    blocks: tuple[Block, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON values, each block with its `type`."""
        values = asdict(self)
        values["blocks"] = [{"type": block.type, **asdict(block)} for block in self.blocks]
        return values


def plain(text: str) -> Line:
    """Return a text as a report shows it; see `clean`."""
    return (Span(clean(text)),)


def strong(text: str) -> Line:
    """Return a text that stands out: a name that a row is about."""
    return (Span(clean(text), "strong"),)


def faint(text: str) -> Line:
    """Return a text that stands back behind what it goes with."""
    return (Span(clean(text), "faint"),)


def code(text: str) -> Line:
    """Return a digest, URN or other token that people copy."""
    return (Span(clean(text), "code"),)


def stamp(at: str) -> Line:
    """Return a time as `moment` writes it: it never breaks."""
    return timed(moment(at)) if in_utc(at) else plain(at)


def timed(shown: str) -> Line:
    """Return a time that `moment` or its kin wrote; it never breaks."""
    return (Span(shown, "time"),)


def missing(what: str = "not recorded") -> Line:
    """Return what stands where nothing was recorded."""
    return (Span(what, "missing"),)


def mark(verdict: str, tone: Tone) -> Line:
    """Return a verdict as a word in a box, coloured by its tone."""
    return (Span(clean(verdict), "mark", tone),)


def cites(entries: Iterable[int]) -> Line:
    """Return the ledger entries a line rests on, as `#12 #15`; the first eight of many."""
    known = sorted(set(entries))
    most = 8
    if not known:
        return ()
    more = f" +{len(known) - most}" if len(known) > most else ""
    return (Span(" ".join(f"#{entry}" for entry in known[:most]) + more, "cite"),)


def item(tone: Tone, verdict: str, sentence: str, entries: Iterable[int] = ()) -> Item:
    """Return a line of the summary with the ledger entries that it rests on."""
    return Item(tone, verdict, words(plain(sentence), cites(entries)))


def maybe(text: str | None, style: Style = "plain") -> Line:
    """Return the text in the style, or that it is missing."""
    return missing() if text is None or text == "" else (Span(clean(text), style),)


def words(*parts: Line) -> Line:
    """Return the parts that are not empty as one line, a space between two."""
    line: Line = ()
    for part in parts:
        if part:
            line = (*line, Span(" "), *part) if line else part
    return line


def cell(*lines: Line) -> Cell:
    """Return the lines that are not empty as one cell of a table."""
    return tuple(line for line in lines if line)


def table(
    caption: str,
    columns: tuple[Column, ...],
    rows: Sequence[tuple[Cell, ...]],
    note: str | None = None,
    *,
    dense: bool = False,
    fixed: bool = False,
) -> Table:
    """Return a table of the first `MOST_ROWS` rows that says how many there are."""
    if len(rows) > MOST_ROWS:
        shown = (
            f"The first {MOST_ROWS:,} of {len(rows):,} rows are shown; the complete set is in the attached evidence."
        )
        note = shown if note is None else f"{shown} {note}"
    return Table(caption, columns, tuple(rows[:MOST_ROWS]), len(rows), note, dense, fixed)
