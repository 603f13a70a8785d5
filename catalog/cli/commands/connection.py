"""What a command works on, opened and named on standard error: a catalog, or the folder that holds one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.cli.client import Client
    from catalog.settings import Settings


@contextmanager
def connected(
    url: str | None, data_dir: Path | None, *, owner: bool = False, new: bool = False, graph: bool = True
) -> Iterator[Client]:
    """Connect to the catalog and name it; `owner` commands need no key where the folder is opened in this process.

    Who can read its files can read them anyhow. What is written is written under a key once keys exist. A `new` command
    may begin a catalog; one that needs no `graph` does not wait for it.
    """
    from catalog.cli.client import announce, connect, key_from_environment
    from catalog.cli.target import target_for

    target, key = target_for(url, data_dir), key_from_environment()
    with connect(target, key, owner=owner, new=new, graph=graph) as client:
        announce(client.where)
        yield client


@contextmanager
def folder_of(data_dir: Path | None, command: str) -> Iterator[Settings]:
    """Name the folder of the catalog that a command works on; yield its settings; OperatorError where it has none."""
    with place_of(data_dir, command) as settings:
        settings.require_catalog()
        yield settings


@contextmanager
def place_of(data_dir: Path | None, command: str) -> Iterator[Settings]:
    """Name the folder that a command works on, catalog or not, and yield its settings."""
    from catalog.cli.client import announce
    from catalog.cli.target import folder_for

    target = folder_for(data_dir, command)
    announce(target.name)
    yield target.settings
