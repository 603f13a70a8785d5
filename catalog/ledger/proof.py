"""Proof files (https://c2sp.org/tlog-proof): that an entry is in a log, verifiable offline with nothing but a key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.ledger import merkle, note
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.note import NoteError, VerifierKey

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProofFile:
    """The way from one entry up to the root of a checkpoint.

    With the entry's own bytes, which the file holds as its extra data, it proves all by itself.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedCheckpoint
    entry: bytes = b""
    """The entry's bytes, empty where the file does not hold them."""

    def serialize(self) -> str:
        """Return the file's text; its customary name ends in `.tlog-proof`."""
        hashes = "".join(f"{note.encode(hash_)}\n" for hash_ in self.path)
        extra = f"extra {note.encode(self.entry)}\n" if self.entry else ""
        return f"{_HEADER}\n{extra}index {self.index}\n{hashes}\n{self.checkpoint.text}"

    @classmethod
    def parse(cls, text: str) -> ProofFile:
        """Return the proof, nothing in it verified; raises NoteError where it is malformed."""
        head, _, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if lines.pop(0) != _HEADER:
            raise NoteError(f"a proof file begins with {_HEADER}")
        entry = b""
        if lines and lines[0].startswith("extra "):
            entry = note.decode(lines.pop(0).removeprefix("extra "))
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None:
            raise NoteError("the proof file has no index")
        return cls(int(index[1]), tuple(note.decode(line) for line in lines), SignedCheckpoint.parse(checkpoint), entry)

    def verify(self, entry: bytes, origin: str, keys: Iterable[VerifierKey]) -> None:
        """Raise NoteError unless that log, by one of these keys, holds exactly this entry at the index."""
        self.checkpoint.verify(origin, keys)
        leaf = merkle.leaf_hash(entry)
        if not merkle.verify_inclusion(self.index, self.checkpoint.size, leaf, self.path, self.checkpoint.root):
            raise NoteError(f"the entry is not the one at index {self.index} of the checkpointed tree")
