"""What people and programs see: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_FRACTION = re.compile(r"(\d\d:\d\d:\d\d)\.\d+Z")
"""People read times to the second; `--json` has them whole."""


_WIDE = 220
"""Columns where nobody looks: what is piped on is not folded to a screen."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print data for programs."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def say(message: str) -> None:
    """Tell the person something that is no data."""
    err.print(Text(message))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "nothing") -> None:
    """Print a table; values are text, never markup."""
    found = [[_cell(value) for value in row] for row in rows]
    if title:
        out.print(Text(title, "bold"))
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
        return Text(", ".join(map(str, value)) or "—")
    return Text(_FRACTION.sub(r"\1Z", str(value)))


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
