"""What people and programs see: data on standard output, everything else on standard error.

Whatever is printed may hold what a stranger sent. Everything passes here, and hidden characters are shown as escapes:
nobody's name colours a terminal, moves its cursor, turns the order of a line or begins one.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.cells import cell_len
from rich.console import Console, ConsoleRenderable, RenderHook
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment, Segments
from rich.style import Style
from rich.table import Table
from rich.text import Text

from graph_schema.characters import escape_hidden, escape_json, runs

_FRACTION = re.compile(r"(\d\d:\d\d:\d\d)\.\d+Z")
"""People read times to the second; `--json` has them whole."""


_LEFT_TO_RIGHT_MARK = "\u200e"
_INDENT, _GAP = 2, 2
_LEAST, _READABLE = 8, 20
"""Cells of a column that gives way: enough to tell names apart, and to read most of one."""
_COPIED = frozenset({"id", "key", "key id"})
"""The columns of what is copied from here: broken in two it could not be."""
_DIGEST_SHOWN = len("sha256:") + 12


class _Console(Console):
    """A console that leaves it to the command how it ends once nobody reads on: Rich would end it as a finding."""

    def on_broken_pipe(self) -> None:
        """Raise what every other print raises."""
        raise BrokenPipeError


class _Escaping(RenderHook):
    """Escapes every text that is printed by itself; the tables made here hold escaped cells."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_escaped(one, self._console) if isinstance(one, Text) else one for one in renderables]


def _escaped(text: Text, console: Console) -> Text:
    lines = [_shown(line, console) for line in text.plain.split("\n")]
    if (plain := "\n".join(lines)) == text.plain:
        return text
    return Text(plain, text.style, justify=text.justify, overflow=text.overflow, no_wrap=text.no_wrap, end=text.end)


def _shown(text: str, console: Console) -> str:
    """Return a text as this console prints it: hidden characters as escapes, each other one as it is.

    On a screen a mark follows what runs from right to left: a terminal that turns such text would turn the cells beside
    it too. What is piped on holds the names alone.
    """
    shown = escape_hidden(text)
    if shown.isascii() or not console.is_terminal:
        return shown
    return "".join(f"{part}{_LEFT_TO_RIGHT_MARK}" if turned else part for part, turned in runs(shown))


def _console(*, stderr: bool) -> Console:
    # Whoever shows a line breaks it: what is piped on or copied stays whole. Tables fit the terminal by themselves.
    console = _Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.push_render_hook(_Escaping(console))
    return console


out, err = _console(stderr=False), _console(stderr=True)


def print_json(value: object) -> None:
    """Print data for programs."""
    sys.stdout.write(escape_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")


def print_line(line: str) -> None:
    """Print one line of data, however long it is."""
    out.print(Text(escape_hidden(line)), soft_wrap=True)


def print_document(document: str) -> None:
    """Print a document of several lines as it is."""
    for line in document.removesuffix("\n").split("\n"):
        print_line(line)


def note(message: str) -> None:
    """Tell the person something that is no data, on one line."""
    err.print(Text(escape_hidden(message)))


def print_error(message: str) -> None:
    """Tell the person what ends the command, on one line."""
    err.print(Text.assemble(("lineward: ", "bold red"), escape_hidden(message)))


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    empty: str = "nothing",
    *,
    optional: Sequence[str] = (),
    yielding: Sequence[str] = (),
    most: int | None = None,
) -> None:
    """Print a table; values are text, never markup.

    It fits the terminal: `optional` columns are left out there, then `yielding` ones are shortened, the first named
    first, and the others are wrapped. Where nobody looks it is as wide as it is, or as `most` says.
    """
    if title:
        out.print(Text(escape_hidden(title), "bold"))
    width = most
    if out.is_terminal:
        width = out.width if most is None else min(out.width, most)
    found = [[_cell(value) for value in row] for row in rows]
    shown = _fitting(columns, found, width, optional, yielding)
    cells = [[row[at] for at in shown] for row in found]
    for line in table_lines([columns[at] for at in shown], cells, empty, width=width, yielding=yielding):
        out.print(Segments([*line, Segment.line()]), end="")
    if len(shown) < len(columns):
        hidden = [column for at, column in enumerate(columns) if at not in shown]
        note(f"  Not shown here: {', '.join(hidden)}. A wider terminal shows them, and --json.")


def table_lines(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    empty: str,
    *,
    width: int | None,
    yielding: Sequence[str] = (),
) -> list[list[Segment]]:
    """Return the lines of a table of at most so many cells, as wide as need be where `width` is None."""
    found = [[_cell(value) for value in row] for row in rows]
    if not found:
        return [[Segment(f"{' ' * _INDENT}{empty}", Style(dim=True))]] if empty else []
    natural = _widths(columns, found)
    whole = _total(natural)
    widths = natural if width is None else _shortened(columns, natural, whole - width, yielding)
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim", padding=(0, _GAP, 0, 0))
    for column, long, least in zip(columns, natural, widths, strict=True):
        shortened = column in yielding and least < long
        table.add_column(
            column,
            overflow="ellipsis" if shortened else "fold",
            no_wrap=shortened or column in _COPIED,
            width=least if shortened else None,
        )
    for row in found:
        table.add_row(*row)
    options = out.options.update(width=(whole if width is None else min(whole, width)) - _INDENT)
    return [_stripped([Segment(" " * _INDENT), *line]) for line in out.render_lines(table, options, pad=False)]


def _fitting(
    columns: Sequence[str],
    rows: Sequence[Sequence[Text]],
    width: int | None,
    optional: Sequence[str],
    yielding: Sequence[str],
) -> list[int]:
    """Return the places of the columns that have room, once those that give way keep as much as reads well."""
    shown = list(range(len(columns)))
    if width is None or not rows:
        return shown
    natural = _widths(columns, rows)
    narrow = [
        min(long, max(_READABLE, cell_len(column))) if column in yielding else long
        for column, long in zip(columns, natural, strict=True)
    ]
    for name in optional:
        if _total([narrow[at] for at in shown]) <= width:
            break
        shown.remove(columns.index(name))
    return shown


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> list[int]:
    return [max(cell_len(column), *(row[at].cell_len for row in rows)) for at, column in enumerate(columns)]


def _total(widths: Sequence[int]) -> int:
    return _INDENT + sum(widths) + _GAP * (len(widths) - 1)


def short(digest: str) -> str:
    """Return as much of a digest as tells it apart from others; every command takes it so."""
    return f"{digest[:_DIGEST_SHOWN]}…" if len(digest) > _DIGEST_SHOWN + 1 else digest


def _shortened(columns: Sequence[str], natural: list[int], over: int, yielding: Sequence[str]) -> list[int]:
    """Return the widths once the columns that give way have, the first first, until nothing is over."""
    widths = list(natural)
    for name in yielding:
        at = columns.index(name)
        less = max(0, min(over, natural[at] - max(_LEAST, cell_len(name))))
        widths[at] -= less
        over -= less
    return widths


def _stripped(line: list[Segment]) -> list[Segment]:
    """Return the line without the blanks at its end, which would be copied with it."""
    while line and not line[-1].text.strip():
        line.pop()
    return [*line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)] if line else []


def _cell(value: object) -> Text:
    if value is None:
        return Text("—", "dim")
    if isinstance(value, Text):
        return value
    if isinstance(value, (list, tuple)):
        return Text(_shown(", ".join(map(str, value)), out) or "—")
    return Text(_shown(_FRACTION.sub(r"\1Z", str(value)), out))


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Any]:
    """Show how far a long step is, on standard error; yields a function of (done, total)."""
    shown = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    with shown:
        task = shown.add_task(label, total=total)
        yield lambda done, of=None: shown.update(task, completed=done, total=of if of is not None else total)


Transfer = Callable[[int, int], None]
"""Told how many bytes were read, and how many events that makes."""


@contextmanager
def transfer(label: str, total: int | None) -> Iterator[Transfer]:
    """Show how many events of a file are done, at which rate, and how long the rest will take, on standard error.

    `total` is in bytes, None where nobody knows. Nothing is shown where nobody looks.
    """
    shown = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        *((BarColumn(), TaskProgressColumn()) if total is not None else ()),
        TextColumn("{task.fields[events]:,} events, {task.fields[rate]:,.0f}/s"),
        *((TimeRemainingColumn(),) if total is not None else (TimeElapsedColumn(),)),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    with shown:
        task = shown.add_task(label, total=total, events=0, rate=0.0)
        began = time.monotonic()

        def show(done: int, events: int) -> None:
            elapsed = max(time.monotonic() - began, 1e-3)
            shown.update(task, completed=done, events=events, rate=events / elapsed)

        yield show
