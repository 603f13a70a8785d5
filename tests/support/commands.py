"""Every command there is, by what one types: `search`, `ledger verify`."""

from __future__ import annotations

from functools import cache
from typing import Any

from typer.main import get_command

from catalog.cli.root import commands


@cache
def every_command() -> dict[str, Any]:
    """Return Typer's own commands by their names; those of a group behind the group's."""
    group: Any = get_command(commands)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        within = getattr(command, "commands", None)
        found |= {name: command} if within is None else {f"{name} {one}": each for one, each in within.items()}
    return found


def command_of(words: tuple[str, ...]) -> str:
    """Return the name of the command that these words begin with; the first of them where there is none."""
    known = every_command()
    return next((name for name in (" ".join(words[:2]), words[0]) if name in known), words[0])
