"""What was found before: emitters repeat most of what they say in every event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ingest_hooks.memo import Memo
from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction.identifiers import Scanner, is_plain
from ingest_hooks.redaction.notes import Finding, Redaction
from ingest_hooks.redaction.site_rules import NO_RULES, Rule, Rules

_LONGEST_TEXT = 200
_MOST_TEXTS = 20_000
_MOST_FACETS = 1_000
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
"""How deep the part stands, under which name, and the fingerprint of its JSON."""


Parts = Memo[PartKey, Known | None]
"""What became of whole parts of events: of a facet, a dataset, a job; None where nothing was replaced.

Most of them are, byte for byte, those of the event before. Which class stands where in such a part follows from its
name and from what is in it, and from nothing around it.
"""


@dataclass(slots=True)
class Memory:
    """One site's scanner and rules, and what is known to be clean under its key, class by class."""

    scanner: Scanner
    rules: Rules = NO_RULES
    unknown: Texts = field(default_factory=Texts)
    texts: Texts = field(default_factory=Texts)
    owners: Texts = field(default_factory=Texts)
    transformations: Texts = field(default_factory=Texts)
    names: Texts = field(default_factory=Texts)
    keys: Texts = field(default_factory=Texts)
    facets: Parts = field(default_factory=lambda: Memo(_MOST_BYTES))
    parts: Parts = field(default_factory=lambda: Memo(_MOST_BYTES))
    of_facets: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def rules_of(self, facet: str) -> tuple[Rule, ...]:
        """The site's rules of places in a facet."""
        if not self.rules.rules:
            return ()
        known = self.of_facets.get(facet)
        if known is None:
            known = self.rules.of_facet(facet)
            if len(self.of_facets) < _MOST_FACETS:
                self.of_facets[facet] = known
        return known
