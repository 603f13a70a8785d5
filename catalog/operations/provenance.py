"""Of which ledger, and of which state of it, a graph was made: what a store keeps as its mark.

A graph follows from one ledger alone. One that was made of another, of more than the ledger holds, or of a history that
the ledger has no more, would answer with what this ledger never said; so each is refused, by its own sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from catalog.errors import OperatorError
from catalog.ledger.protocol import Ledger
from catalog.store.protocol import Store

_DIGITS = 32
_REBUILD = "make the graph anew from this ledger: lineward graph rebuild"


class ForeignGraphError(OperatorError):
    """The graph belongs to another ledger: it is not for this one to empty, unless somebody says so."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The version of the projection; and, once the graph holds an entry, the ledger with the hash of its first entry,
    and an entry that was in the graph with its hash. Hashes are the first 32 hex digits of the leaf.
    """

    version: str
    origin: str = ""
    first: str = ""
    index: int = -1
    leaf: str = ""

    @classmethod
    def of(cls, version: str, ledger: Ledger, checkpoint: int) -> Self:
        """Return the provenance of a graph that holds the ledger up to `checkpoint`, -1 for nothing."""
        if checkpoint < 0:
            return cls(version)
        return cls(version, ledger.origin, _hash_of(ledger, 0), checkpoint, _hash_of(ledger, checkpoint))

    @classmethod
    def parse(cls, mark: str) -> Self:
        """Return what `serialize` wrote; a mark of another form is that of another version."""
        version, *more = mark.split(" ")
        if len(more) == len(cls.__slots__) - 1 and more[2].isascii() and more[2].isdecimal():
            return cls(version, more[0], more[1], int(more[2]), more[3])
        return cls(mark)

    def serialize(self) -> str:
        """Return the mark."""
        if self.index < 0:
            return self.version
        return f"{self.version} {self.origin} {self.first} {self.index} {self.leaf}"


def check(ledger: Ledger, store: Store) -> None:
    """Hold the graph to be one of this ledger as it is.

    Raises:
        ForeignGraphError: it is another ledger's.
        OperatorError: it is of another state of this ledger, or the store cannot be reached.
        EvidenceError: the ledger does not verify where it is looked at.
    """
    checkpoint = store.checkpoint()
    if checkpoint < 0:
        return
    made, size = Provenance.parse(store.version() or ""), ledger.size()
    if not size or (made.first and made.first != _hash_of(ledger, 0)):
        named = f", {made.origin}" if made.origin and made.origin != ledger.origin else ""
        raise ForeignGraphError(
            f"This graph belongs to another ledger{named}: it holds {checkpoint + 1} entries, none of this one.",
            action=f"Name the graph of this ledger, or give this one up and {_REBUILD} --replace.",
        )
    if checkpoint >= size:
        raise OperatorError(
            f"The graph is ahead of the ledger: it holds {checkpoint + 1} entries, the ledger only {size}. The ledger "
            "was restored to an earlier state, or is not whole.",
            action=f"Restore the newest backup; where this is it, {_REBUILD}.",
        )
    if made.index >= 0 and (made.index >= size or made.leaf != _hash_of(ledger, made.index)):
        raise OperatorError(
            f"The graph was made of another history of this ledger: entry {made.index} is another there. The ledger "
            "was restored to an earlier state and has gone on since.",
            action=f"Where that was meant, {_REBUILD}.",
        )


def _hash_of(ledger: Ledger, index: int) -> str:
    return ledger.entry(index).leaf.hex()[:_DIGITS]
