"""What was found clean before: emitters repeat most of what they say in every event."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest_hooks.redaction.identifiers import Scanner, is_plain

_LONGEST_TEXT = 200
_MOST_TEXTS = 20_000
_LONGEST_FACET = 4_096
_MOST_FACETS = 4_000


class Texts(set[str]):
    """Short strings that one class leaves as they are. Emptied when it is full."""

    def keep(self, text: str) -> None:
        """Remembers `text`, unless it is too long or of a form that no two events share."""
        if len(text) > _LONGEST_TEXT or is_plain(text):
            return
        if len(self) >= _MOST_TEXTS:
            self.clear()
        self.add(text)


class Facets(set[tuple[str, bytes]]):
    """Whole facets in which nothing was to be replaced: name and JSON. Emptied when it is full.

    Most facets of an event (schema, documentation, storage …) are, byte for byte, those of the event before. Which
    class stands where in a facet follows from its name and from what is in it, and from nothing around it.
    """

    def keep(self, facet: tuple[str, bytes]) -> None:
        """Remembers the facet, unless it is too long."""
        if len(facet[1]) > _LONGEST_FACET:
            return
        if len(self) >= _MOST_FACETS:
            self.clear()
        self.add(facet)


@dataclass(slots=True)
class Memory:
    """One site's scanner, and what is known to be clean under its key, class by class."""

    scanner: Scanner
    unknown: Texts = field(default_factory=Texts)
    texts: Texts = field(default_factory=Texts)
    owners: Texts = field(default_factory=Texts)
    names: Texts = field(default_factory=Texts)
    facets: Facets = field(default_factory=Facets)
