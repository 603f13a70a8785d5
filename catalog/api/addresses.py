"""Where an address begins: a prefix before it, left there by a proxy or set in a client, is of no matter.

OpenLineage's clients append their path to any URL, and proxies pass a prefix on or take it off; every address answers
either way. Only the start page has no name of its own to be found by: under a prefix it stands where that is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

START = "/"


class Addresses:
    """The addresses that routes have, found at the end of a path."""

    def __init__(self, paths: Iterable[str], prefix: str = "") -> None:
        """Take the routes' paths, and the prefix under which the start page is asked for as well."""
        roots = {path.split("/")[1] for path in paths} - {""}
        # The last root counts: what a page asks for relative to its own address stands behind that.
        self._named = re.compile(rf"(?P<prefix>.*)(?P<address>/(?:{'|'.join(map(re.escape, sorted(roots)))})(?:/.*)?)")
        self.prefix = prefix.rstrip("/")

    def split(self, path: str) -> tuple[str, str]:
        """Return the prefix and the address behind it, which has no slash at its end; a path without one as it is."""
        if path == f"{self.prefix}/":
            return self.prefix, START
        found = self._named.fullmatch(path)
        return ("", path) if found is None else (found["prefix"], found["address"].rstrip("/"))

    def begins(self, path: str) -> bool:
        """Tell whether the path is the prefix without the slash that the start page's links need."""
        return bool(self.prefix) and path == self.prefix
