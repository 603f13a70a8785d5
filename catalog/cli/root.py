"""The command line as a whole: the commands in the order in which help lists them, and how it ends.

Each command stands in `catalog.cli.commands` and imports what it needs when it is run, so that `--help` and the small
ones answer at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, Final

import typer

from catalog.cli.commands import (
    access,
    approvals,
    backups,
    changes,
    estate,
    export,
    gate,
    graph,
    imports,
    intake,
    keys,
    labels,
    ledger,
    lineage,
    models,
    names,
    policies,
    quarantine,
    reports,
    search,
    snapshots,
    start,
    use,
)
from catalog.cli.commands.groups import ASK, PROVE, RUN, WRITE, group
from catalog.cli.usage import complaint, is_help
from catalog.collecting import collecting_seldom
from catalog.errors import ENDINGS, Exit
from graph_schema.characters import escape_hidden

commands = group()
for without_name in (start, intake, search, lineage, changes, estate, labels):
    commands.add_typer(without_name.commands)
commands.add_typer(export.commands, name="export", rich_help_panel=ASK)
commands.add_typer(names.commands, name="names", rich_help_panel=ASK)
commands.add_typer(use.commands, name="use", rich_help_panel=ASK)
commands.add_typer(snapshots.commands, name="snapshot", rich_help_panel=WRITE)
commands.add_typer(models.commands, name="model", rich_help_panel=WRITE)
commands.add_typer(imports.commands, name="import", rich_help_panel=WRITE)
commands.add_typer(approvals.commands, name="approvals", rich_help_panel=ASK)
commands.add_typer(policies.commands, name="policy", rich_help_panel=WRITE)
commands.add_typer(access.commands, name="access", rich_help_panel=ASK)
commands.add_typer(reports.commands)
commands.add_typer(gate.commands)
commands.add_typer(ledger.commands, name="ledger", rich_help_panel=PROVE)
commands.add_typer(backups.commands)
commands.add_typer(keys.commands, name="key", rich_help_panel=RUN)
commands.add_typer(graph.commands, name="graph", rich_help_panel=RUN)
commands.add_typer(quarantine.commands, name="quarantine", rich_help_panel=RUN)


def _version(asked: bool) -> None:  # noqa: FBT001  typer calls it so
    if asked:
        from importlib.metadata import version  # noqa: PLC0415  it takes longer than the small commands

        from catalog.cli.output import print_line  # noqa: PLC0415

        print_line(f"lineward {version('lineward')}")
        raise typer.Exit


_ABOUT: Final = f"""Lineward: a clinical data catalog and lineage knowledge graph.

Every command works on one catalog and names it on standard error: the one that --url or --data-dir names; else that of
LINEWARD_URL; else the folder LINEWARD_DATA_DIR (by default ./lineward-data), through the server where one runs on it.
Who acts is who holds the key in LINEWARD_KEY. Commands that work on the files themselves refuse LINEWARD_URL. Only
serve, demo, restore, key create and ingest --new begin a catalog where there is none.

Data goes to standard output, messages to standard error. Exit codes:
{", ".join(f"{code} {words}" for code, words in ENDINGS.items())}.
"""


@commands.callback(help=_ABOUT)
def main(
    version: Annotated[  # noqa: FBT002  an option
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Hold what every command is given."""


def run() -> None:
    """Run the command line."""
    # What any command leaves behind, a report too, is for whoever ran it.
    os.umask(0o077)
    try:
        with collecting_seldom():
            sys.exit(commands(standalone_mode=False, prog_name="lineward"))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(int(Exit.FINE))
    except Exception as error:  # noqa: BLE001  the outermost place: a defect ends in one sentence
        if (wrong := complaint(error)) is not None:
            _complain(wrong if is_help(error) else escape_hidden(f"lineward: {wrong}"))
            sys.exit(int(Exit.WRONG_USE))
        if os.environ.get("LINEWARD_LOG_LEVEL") == "DEBUG":
            _complain(traceback.format_exc())
        _complain(
            f"lineward: Something went wrong inside Lineward ({type(error).__name__}); "
            "LINEWARD_LOG_LEVEL=DEBUG shows where."
        )
        # Not 1: whoever gates on a finding must not take a defect of ours for one.
        sys.exit(int(Exit.OUTSIDE))


def _complain(text: str) -> None:
    for line in text.splitlines():
        sys.stderr.write(escape_hidden(line) + "\n")
