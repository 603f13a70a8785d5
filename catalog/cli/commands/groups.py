"""What groups of commands are made of: their help, their panels, and the argument that several of them take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from catalog.cli.usage import Explained, Grouped, example

BEGIN = "Begin"
WRITE = "Send and record"
ASK = "Ask"
PROVE = "Report and prove"
RUN = "Administer and operate"

Files = Annotated[
    list[str] | None, typer.Argument(metavar="FILE", show_default=False, help="Files; `-` is standard input.")
]

F = TypeVar("F", bound=Callable[..., None])


def group(text: str | None = None) -> typer.Typer:
    """Return an empty group of commands; `text` is its help."""
    made = typer.Typer(
        cls=Grouped,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    if text is not None:
        made.info.help = text
    return made


def command(commands: typer.Typer, line: str, *, name: str | None = None, panel: str | None = None) -> Callable[[F], F]:
    """Return what makes a function a command of a group; `line` is the example in its help."""
    return commands.command(name, cls=Explained, epilog=example(line), rich_help_panel=panel)
