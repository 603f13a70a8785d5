"""What people and programs see: data on standard output, everything else on standard error.

Whatever is printed may hold what a stranger sent. Everything passes here, and hidden characters are shown as escapes:
nobody's name colours a terminal, moves its cursor, turns the order of a line or begins one.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, ConsoleRenderable, RenderHook
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from graph_schema.characters import escape_hidden, escape_json, runs

_FRACTION = re.compile(r"(\d\d:\d\d:\d\d)\.\d+Z")
"""People read times to the second; `--json` has them whole."""


_LEFT_TO_RIGHT_MARK = "\u200e"
_WIDE = 220
"""Columns where nobody looks: what is piped on is not folded to a screen."""


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
    width = None if stderr or sys.stdout.isatty() else _WIDE
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=stderr, width=width)
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


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "nothing") -> None:
    """Print a table; values are text, never markup."""
    found = [[_cell(value) for value in row] for row in rows]
    if title:
        out.print(Text(escape_hidden(title), "bold"))
    if not found:
        out.print(Text(f"  {empty}", "dim"))
        return
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("")
    for column in columns:
        # An id that is broken in two cannot be copied.
        table.add_column(column, overflow="fold", no_wrap=column == "id")
    for row in found:
        table.add_row("", *row)
    out.print(table)


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
