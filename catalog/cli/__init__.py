"""The command `lineward`."""

from __future__ import annotations


def main() -> None:
    """Run the command line; ends the process with one of the exit codes in `ending.Exit`."""
    from catalog.cli.root import run  # noqa: PLC0415  importing the package costs nothing

    run()
