"""Addresses of pages, relative to the page they stand on, so that they hold under whatever prefix a proxy adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

HOME = "home"
_WITHIN = re.compile(r"(?:\.\./)?(?:[a-z-]{1,40})?(?:\?[^#\\\s]{0,4000})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the addresses on one page: `home` tells whether it is the home page, which stands above the others.

    `time` is what the page's address says of time; each address that is made keeps it.
    """

    home: bool = False
    time: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, page: str, /, **parameters: str | int | None) -> str:
        """Return the address of a page with what it is asked; what is empty is left out."""
        given = {name: value for name, value in parameters.items() if value not in {None, ""}}
        return self.of(page, given.items())

    def of(self, page: str, parameters: Iterable[tuple[str, object]]) -> str:
        """Return the same for parameters of which one may stand several times."""
        query = urlencode([*parameters, *self.time.items()])
        place = self.root("./") if page == HOME else self.file(page)
        return f"{place}?{query}" if query else place

    def file(self, name: str) -> str:
        """Return the address of a file that pages are made of, or of another address of the server."""
        return f"explorer/{name}" if self.home else name

    def root(self, path: str) -> str:
        """Return an address of the server beside the pages, such as `docs`."""
        return path if self.home else f"../{path.removeprefix('./')}"

    @property
    def now(self) -> Links:
        """Return what makes the same addresses without a time."""
        return Links(self.home)


def within(address: str) -> str:
    """Return an address to go on at, seen from the pages, where it is one of theirs; else that of the home page."""
    return address if address and _WITHIN.fullmatch(address) else "../"
