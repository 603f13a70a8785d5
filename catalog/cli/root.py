"""Every command there is: its arguments, and the module that does it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from catalog.cli.options import DataDir, settings_for
from catalog.cli.output import told

commands = typer.Typer(
    name="lineward",
    help="A clinical data catalog and lineage knowledge graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@commands.callback()
def main() -> None:
    """A clinical data catalog and lineage knowledge graph."""


@commands.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (LINEWARD_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one (LINEWARD_PORT).")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the catalog: events, records, GraphQL, explorer."""
    from catalog.cli.serve import serve as run_server  # noqa: PLC0415  each command imports what it needs

    with told():
        run_server(settings_for(data_dir, host=host, port=port))


def run() -> None:
    """Run the command line."""
    try:
        commands()
    except KeyboardInterrupt:
        sys.exit(130)
