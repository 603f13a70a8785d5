"""What is long stands whole in an annex: its section keeps the beginning, and says how much there is and where.

A reader who wants the answer meets no table of many pages on the way to it; one who checks a line finds every one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from string import ascii_uppercase

from reports.document import Block, Cell, Facts, Gaps, Heading, Line, Span, Table, Text, Tone, faint, plain
from reports.text import beginning

LONG = 110
"""A block of more lines than so many, nearly two pages, stands in an annex."""
SHOWN = 30
"""About so many of its lines stay where it was."""
_LONG_TEXT = 12
# Of a cell, a line or a list with more than the first, so much as the second stays.
_MOST_LINES, _KEPT_LINES = 10, 8
_MOST_LETTERS, _KEPT_LETTERS = 700, 400
# How many letters a line across the page has room for, in a table and in a dense one.
_LETTERS, _DENSE_LETTERS = 90, 118
_DENSE = 0.8
"""How tall a line of a dense table is, in lines."""
_TONES: tuple[Tone, ...] = ("bad", "warn", "none", "good")
_MOST_MARKS = 6


def set_apart(
    sections: Sequence[tuple[Heading, Sequence[Block]]],
) -> list[tuple[Heading, Sequence[Block]]]:
    """Return the sections with the beginning of what is long in them, then the annexes that hold all of it."""
    kept: list[tuple[Heading, Sequence[Block]]] = []
    annexes: list[tuple[Heading, Sequence[Block]]] = []
    for heading, blocks in sections:
        annex = Heading(heading.text, f"annex-{heading.anchor}", _letters(len(annexes)))
        begun = [_beginning(block, annex) for block in blocks]
        whole = [block for block, beginning in zip(blocks, begun, strict=True) if beginning is not block]
        kept.append((heading, begun))
        if whole:
            leads = Text(plain(f"Annex {annex.number} holds in full what section {heading.number} shows in part."))
            annexes.append((annex, [leads, *whole]))
    # What is long in the last section alone ends the report as it is.
    ends = [annex.anchor for annex, _ in annexes] == [f"annex-{sections[-1][0].anchor}"]
    return list(sections) if ends else kept + annexes


def _letters(number: int) -> str:
    """Return A to Z, then AA, AB and so on."""
    before, last = divmod(number, len(ascii_uppercase))
    return (_letters(before - 1) if before else "") + ascii_uppercase[last]


def _beginning(block: Block, annex: Heading) -> Block:
    """Return the block itself, or what stays of one that is long; what somebody signed is never shortened."""
    match block:
        case Table(fixed=False) if _lines_of_table(block) > LONG:
            return _of_table(block, annex)
        case Text() if _height(block.line, _LETTERS) > _LONG_TEXT:
            return replace(block, line=_short_line(block.line, annex))
        case Facts() if _lines_of_facts(block.rows) > LONG:
            rows = _of_facts(block.rows, annex)
            return block if rows == block.rows else replace(block, rows=rows)
        case Gaps() if sum(map(_lines_of_gap, block.groups)) > LONG:
            return _of_gaps(block, annex)
    return block


def _of_table(block: Table, annex: Heading) -> Table:
    """Return the table with the first of its rows, exceptions before others, and what all of them are marked."""
    short = [tuple(_short_cell(one, annex) for one in row) for row in block.rows]
    ranked = sorted(range(len(short)), key=lambda number: _rank(block.rows[number]))
    room, chosen = float(SHOWN), list[int]()
    for number in ranked:
        room -= _lines_of_row(block, short[number])
        if chosen and room < 0:
            break
        chosen.append(number)
    rows = tuple(short[number] for number in sorted(chosen))
    notes: list[str] = []
    if len(rows) < block.total:
        exceptions = _rank(block.rows[chosen[0]]) < len(_TONES) <= _rank(block.rows[ranked[-1]])
        first = ", those with an exception first" if exceptions else ""
        notes.append(f"{len(rows):,} of {block.total:,} rows stand here{first}.")
    marks, counted = _marks(block), len(block.rows)
    where = "all of them" if counted == block.total else f"the first {counted:,} of them"
    notes += [f"In {where}: {marks}."] if marks else []
    return replace(block, rows=rows, note=" ".join([*notes, *filter(None, [block.note])]) or None, annex=annex.anchor)


def _marks(block: Table) -> str:
    """Return what rows are marked, the exceptions first, each with how many rows are."""
    found: Counter[tuple[int, str]] = Counter()
    for row in block.rows:
        found.update({(_TONES.index(span.tone), span.text) for span in _spans(row) if span.style == "mark"})
    marked = sorted(found.items(), key=lambda each: (each[0][0], -each[1], each[0][1]))
    more = [f"{len(marked) - _MOST_MARKS:,} other marks"] if len(marked) > _MOST_MARKS else []
    return ", ".join([f"{count:,} {text}" for (_, text), count in marked[:_MOST_MARKS]] + more)


def _rank(row: tuple[Cell, ...]) -> int:
    tones = [_TONES.index(span.tone) for span in _spans(row) if span.style == "mark" and span.tone in {"bad", "warn"}]
    return min(tones, default=len(_TONES))


def _spans(row: tuple[Cell, ...]) -> Iterator[Span]:
    return (span for one in row for line in one for span in line)


def _of_facts(rows: tuple[tuple[str, Cell], ...], annex: Heading) -> tuple[tuple[str, Cell], ...]:
    return tuple((name, _short_cell(value, annex)) for name, value in rows)


def _of_gaps(block: Gaps, annex: Heading) -> Gaps:
    room, kept = SHOWN, list[tuple[str, tuple[Line, ...]]]()
    for name, lines in block.groups:
        group = (name, _short_cell(lines, annex))
        room -= _lines_of_gap(group)
        if kept and room < 0:
            break
        kept.append(group)
    left = len(block.groups) - len(kept)
    rest = [("And more", (faint(f"{left:,} more stand in annex {annex.number}."),))] if left else []
    return replace(block, groups=(*kept, *rest))


def _short_cell(lines: tuple[Line, ...], annex: Heading) -> tuple[Line, ...]:
    kept = lines if len(lines) <= _MOST_LINES else lines[:_KEPT_LINES]
    left = len(lines) - len(kept)
    rest = [faint(f"and {left:,} more lines, in annex {annex.number}")] if left else []
    return (*(_short_line(line, annex) for line in kept), *rest)


def _short_line(line: Line, annex: Heading) -> Line:
    """Return as much of a line as is whole spans, and where the rest is."""
    if _length(line) <= _MOST_LETTERS:
        return line
    length, kept = 0, list[Span]()
    for span in line:
        length += len(span.text)
        if kept and length > _KEPT_LETTERS:
            break
        kept.append(replace(span, text=beginning(span.text, _KEPT_LETTERS)))
    return (*kept, *plain(" … "), *faint(f"the rest stands in annex {annex.number}"))


def _length(line: Line) -> int:
    return sum(len(span.text) for span in line)


def _height(line: Line, letters: float) -> int:
    return 1 + int(_length(line) // max(letters, 1))


def _tallest(cells: Iterable[tuple[Cell, float]]) -> int:
    return max((sum(_height(line, letters) for line in lines) for lines, letters in cells), default=1)


def _lines_of_row(block: Table, row: tuple[Cell, ...]) -> float:
    whole = sum(column.weight for column in block.columns)
    letters = _DENSE_LETTERS if block.dense else _LETTERS
    lines = _tallest((one, letters * column.weight / whole) for one, column in zip(row, block.columns, strict=True))
    return lines * (_DENSE if block.dense else 1)


def _lines_of_table(block: Table) -> float:
    return sum(_lines_of_row(block, row) for row in block.rows)


def _lines_of_facts(rows: tuple[tuple[str, Cell], ...]) -> int:
    return sum(_tallest([(value, _LETTERS)]) for _, value in rows)


def _lines_of_gap(group: tuple[str, tuple[Line, ...]]) -> int:
    return 1 + _tallest([(group[1], _LETTERS)])
