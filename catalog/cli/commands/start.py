"""Where one begins: the example, a server, the settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.commands.groups import BEGIN, command, group
from catalog.cli.options import DataDir, Output, settings_for

commands = group()


@command(commands, "lineward demo --once", panel=BEGIN)
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the answers, instead of serving on.")] = False,
    data_dir: DataDir = None,
    output: Output = Path("demo-out"),
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="PORT", help="Port to serve on, 0 for a free one.")
    ] = 0,
) -> None:
    """Run the example pipeline against a fresh catalog, ask it nine questions, write and verify four reports."""
    from catalog.cli.demo.run import demo as run_demo

    raise typer.Exit(int(run_demo(data_dir, output, port, once=once)))


@command(commands, "lineward serve --port 8080", panel=BEGIN)
def serve(
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address to listen on; without it, LINEWARD_HOST.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, metavar="PORT", help="Port to listen on, 0 for a free one; without it, LINEWARD_PORT."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve a catalog until Ctrl-C, and begin one where the folder holds none.

    Events, records, GraphQL and its explorer are at the address that is printed.
    """
    from catalog.projection_child import launched_ahead

    given = settings_for(data_dir, host=host, port=port)
    with launched_ahead(wanted=given.projection == "process") as child:
        # What the server and its child import takes a second each: they do so at once.
        from catalog.cli.serve import serve as run_server

        run_server(given, child=child)


@command(commands, "lineward settings", panel=BEGIN)
def settings() -> None:
    """Print every setting with its default, as a table in Markdown."""
    from catalog.settings import markdown

    sys.stdout.write(markdown() + "\n")
