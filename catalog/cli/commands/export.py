"""`lineward export`: what is in force, as files that can be recorded again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Url, choice
from catalog.cli.words import one_of
from catalog.documents import Written

if TYPE_CHECKING:
    from catalog.cli.client import Client
    from catalog.errors import Exit

commands = group("Write what is in force as files that can be recorded again.")


Form = Annotated[str, choice(Written, "How it is written", name="--format")]


@command(commands, "lineward export datasets --format yaml > datasets.yaml", name="datasets")
def datasets(form: Form = "yaml", url: Url = None, data_dir: DataDir = None) -> None:
    """Write what is declared of every dataset, as `lineward record --file` reads it, by namespace and name."""
    from catalog.cli.export import export_datasets

    _written(export_datasets, form, url, data_dir)


@command(commands, "lineward export sources > sources.yaml", name="sources")
def sources(form: Form = "yaml", url: Url = None, data_dir: DataDir = None) -> None:
    """Write what is declared of every source, as `lineward record --file` reads it, by name."""
    from catalog.cli.export import export_sources

    _written(export_sources, form, url, data_dir)


@command(commands, "lineward export places > places.yaml", name="places")
def places(form: Form = "yaml", url: Url = None, data_dir: DataDir = None) -> None:
    """Write every declared place, as `lineward record --file` reads it, by name."""
    from catalog.cli.export import export_places

    _written(export_places, form, url, data_dir)


@command(commands, "lineward export keys > keys.yaml", name="keys")
def keys(form: Form = "yaml", url: Url = None, data_dir: DataDir = None) -> None:
    """Write every declared encryption key, as `lineward record --file` reads it, by its id."""
    from catalog.cli.export import export_keys

    _written(export_keys, form, url, data_dir)


def _written(export: Callable[[Client, Written], Exit], form: str, url: str | None, data_dir: Path | None) -> None:
    written = Written(one_of(form, Written, "--format"))
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(export(client, written)))
