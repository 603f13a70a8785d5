"""Which catalog a command works on: one rule for all of them.

What is typed goes before what is set, and a server's address before a folder:
`--url`, or `--data-dir`; else LINEWARD_URL; else the data directory of the settings (LINEWARD_DATA_DIR, `data_dir`).
A folder on which a server runs is reached through that server.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from catalog.cli.ending import fail
from catalog.cli.options import settings_for
from catalog.errors import Exit

if TYPE_CHECKING:
    from catalog.settings import Settings

URL_VARIABLE = "LINEWARD_URL"
_SUCH = "http://127.0.0.1:8080"
_HOST_ALONE = re.compile(r"[\w.-]+(:\d+)?(/.*)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """A catalog behind a server's address, or, where `url` is None, the one in the settings' data directory."""

    settings: Settings
    url: str | None = None

    @property
    def name(self) -> str:
        """Return what the catalog is called in a command's output."""
        return self.url or str(self.settings.data_dir.absolute())


def target_for(url: str | None, data_dir: Path | None) -> Target:
    """Return the catalog that is meant; ends the command as wrongly used where two are, or an address is none."""
    if url is not None and data_dir is not None:
        fail("--url and --data-dir name two catalogs: give one of them.", Exit.WRONG_USE)
    if url is not None:
        return Target(settings_for(None), _address(url, "--url"))
    if data_dir is None and (found := os.environ.get(URL_VARIABLE)):
        return Target(settings_for(None), _address(found, URL_VARIABLE))
    return Target(settings_for(data_dir))


def folder_for(data_dir: Path | None, command: str) -> Target:
    """Return the folder that a command works on which reads the files themselves; by the same rule, or not at all."""
    target = target_for(None, data_dir)
    if target.url is not None:
        fail(
            f"`{command}` works on the files of a catalog, and {URL_VARIABLE} names one behind a server: name its "
            f"folder by --data-dir, or unset {URL_VARIABLE}.",
            Exit.WRONG_USE,
        )
    return target


def _address(url: str, source: str) -> str:
    url = url.strip()
    if url[:1] in {'"', "'", "`"}:
        fail(f"{source} has quotes around the address: set it without.", Exit.WRONG_USE)
    if _HOST_ALONE.match(url):
        fail(f"{source} names no http:// or https://: write it before the host, as in {_SUCH}.", Exit.WRONG_USE)
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        fail(f"{source} is the address of a running catalog, such as {_SUCH}.", Exit.WRONG_USE)
    if parts.username is not None or parts.password is not None:
        fail(f"{source} holds a user or a password; keys are given by LINEWARD_KEY alone.", Exit.WRONG_USE)
    if parts.query or parts.fragment:
        fail(f"{source} is an address without `?` and `#`, such as {_SUCH}.", Exit.WRONG_USE)
    return url.rstrip("/")


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts
