"""What was found before: emitters repeat most of what they say in every event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction.identifiers import Scanner, is_plain
from ingest_hooks.redaction.notes import Finding, Redaction

_LONGEST_TEXT = 200
_MOST_TEXTS = 20_000
_LONGEST_PART = 256 * 1024
_MOST_BYTES = 16 * 1024 * 1024


class Texts(set[str]):
    """Short strings that one class leaves as they are. Emptied when it is full."""

    def keep(self, text: str) -> None:
        """Remembers `text`, unless it is too long or of a form that no two events share."""
        if len(text) > _LONGEST_TEXT or is_plain(text):
            return
        if len(self) >= _MOST_TEXTS:
            self.clear()
        self.add(text)


class Known(NamedTuple):
    """What redaction made of a part, where it replaced something: pointers lead from the part."""

    value: JSON
    redactions: tuple[Redaction, ...]
    findings: tuple[Finding, ...]


PartKey = tuple[int, str, bytes]
"""How deep the part stands, under which name, and its JSON."""


class Parts:
    """What became of whole parts of events: of a facet, a dataset, a job. Emptied when it is full.

    Most of them are, byte for byte, those of the event before. Which class stands where in such a part follows from its
    name and from what is in it, and from nothing around it.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self._known: dict[PartKey, Known | None] = {}
        self._bytes = 0

    def get(self, key: PartKey) -> Known | Literal[False] | None:
        """Return what became of the part: None where nothing was replaced, False where it is not known."""
        return self._known.get(key, False)

    def keep(self, key: PartKey, known: Known | None) -> None:
        """Remember it, unless it is too long."""
        size = len(key[2])
        if size > _LONGEST_PART:
            return
        if self._bytes + size > _MOST_BYTES:
            self._known.clear()
            self._bytes = 0
        self._known[key] = known
        self._bytes += size


@dataclass(slots=True)
class Memory:
    """One site's scanner, and what is known to be clean under its key, class by class."""

    scanner: Scanner
    unknown: Texts = field(default_factory=Texts)
    texts: Texts = field(default_factory=Texts)
    owners: Texts = field(default_factory=Texts)
    names: Texts = field(default_factory=Texts)
    facets: Parts = field(default_factory=Parts)
    parts: Parts = field(default_factory=Parts)
