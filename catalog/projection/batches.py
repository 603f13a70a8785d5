"""Entries gathered to one transaction of a store each; what cannot be projected is quarantined, by index and reason."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from catalog.ledger.protocol import StoredEntry
from catalog.projection.entry_facts import UnprojectableError, shared_facts
from catalog.store.protocol import Quarantined
from graph_schema.facts import Edge, Facts, Statement, Structure
from graph_schema.nodes import Node

_LOG = logging.getLogger("lineward.projection")
BATCH_BYTES = 8 * 2**20
_BATCH_FACTS = 20_000
"""How much of the ledger, and how many facts, are held at once: a batch of entries that each say much is cut."""


@dataclass(slots=True)
class Gathered:
    """What some entries say, in order, and those of them that could not be understood: one transaction of a store."""

    entries: list[StoredEntry] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    nodes: list[tuple[Node, int]] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    structures: list[tuple[Structure, int]] = field(default_factory=list)
    _seen: set[Structure] = field(default_factory=set)
    _structural: int = 0

    @property
    def upto(self) -> int:
        """Return the last entry."""
        return self.entries[-1].index

    @property
    def facts(self) -> Facts:
        """Return all that they say."""
        return Facts(tuple(self.nodes), tuple(self.edges), tuple(self.statements), tuple(self.structures))

    @property
    def size(self) -> int:
        """Return how many facts that is."""
        return len(self.nodes) + len(self.edges) + len(self.statements) + self._structural

    def add(self, stored: StoredEntry, facts_of: Callable[[StoredEntry], Facts]) -> None:
        """Add what one more entry says by `facts_of`, which raises UnprojectableError for one that is kept out."""
        self.entries.append(stored)
        try:
            facts = facts_of(stored)
        except UnprojectableError as error:
            self.quarantined.append(quarantine(stored, str(error)))
        else:
            self.nodes += facts.nodes
            self.edges += facts.edges
            self.statements += facts.statements
            self._add_structures(facts.structures)

    def _add_structures(self, structures: Iterable[tuple[Structure, int]]) -> None:
        """Add each once, with the first entry that names it."""
        for structure, entry in structures:
            if structure not in self._seen:
                self._seen.add(structure)
                self.structures.append((structure, entry))
                self._structural += len(structure)


def gather(
    entries: Sequence[StoredEntry],
    pause: Callable[[], None] = lambda: None,
    facts_of: Callable[[StoredEntry], Facts] = shared_facts,
) -> Iterator[Gathered]:
    """Yield what the entries say, in order: all at once, or in parts where they say very much."""
    batch = Gathered()
    for stored in entries:
        batch.add(stored, facts_of)
        pause()
        if batch.size >= _BATCH_FACTS:
            yield batch
            batch = Gathered()
    if batch.entries:
        yield batch


def quarantine(stored: StoredEntry, reason: str) -> Quarantined:
    """Return that an entry is not in the graph, and why; it is logged, without anything of its body."""
    _LOG.warning("entry quarantined", extra={"index": stored.index, "reason": reason})
    return Quarantined(stored.index, stored.entry.kind, stored.entry.subjects, reason)
