"""The numbers by which sets name nodes: of each label whole chunks, so that what is searched lies in few of them."""

from __future__ import annotations

import json
from typing import Final

from catalog.store.packed import CHUNK
from graph_schema.canonical import canonical_text

_CHUNKS: Final = ""
"""Under which the number of the next chunk stands; 0 is none, so that no node has the number 0."""


class Numbers:
    """Which number comes next, of each label."""

    def __init__(self, kept: str) -> None:
        """Go on from what is kept beside the checkpoint."""
        self._next: dict[str, int] = json.loads(kept)
        self.opened: set[int] = set()
        """The chunks in which nothing was numbered before."""

    def take(self, label: str) -> int:
        """Return the number of a new node of a label."""
        number = self._next.get(label, 0)
        if number % CHUNK == 0:
            chunk = self._next.get(_CHUNKS, 1)
            self._next[_CHUNKS] = chunk + 1
            self.opened.add(chunk)
            number = chunk * CHUNK
        self._next[label] = number + 1
        return number

    def kept(self) -> str:
        """Return what is kept beside the checkpoint."""
        return canonical_text(self._next)
