"""Checkpoints (https://c2sp.org/tlog-checkpoint): a tree's size and root under the log's signature."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.ledger import note
from catalog.ledger.merkle import HASH_SIZE
from catalog.ledger.note import NoteError, Signer, VerifierKey

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_ORIGIN, _TREE_SIZE, _ROOT, _LINES = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """What a log says of itself at one size; `text` is the whole signed note, as it is published and kept elsewhere."""

    origin: str
    size: int
    root: bytes
    text: str

    @classmethod
    def sign(
        cls, origin: str, size: int, root: bytes, signers: Iterable[Signer], extensions: Iterable[str] = ()
    ) -> SignedCheckpoint:
        """Return the checkpoint with one signature line for each signer; raises NoteError for an unfit origin."""
        if not origin or "\n" in origin:
            raise NoteError("an origin is one line that is not empty")
        lines = (origin, str(size), note.encode(root), *extensions)
        return cls(origin, size, root, note.sign("".join(f"{line}\n" for line in lines), signers))

    @classmethod
    def parse(cls, text: str) -> SignedCheckpoint:
        """Return what the checkpoint claims, its signatures not verified; raises NoteError where it is malformed.

        Extension lines are tolerated and covered by the signature, and have no meaning here.
        """
        lines = note.Note.parse(text).text.removesuffix("\n").split("\n")
        if len(lines) < _LINES or not all(lines):
            raise NoteError("a checkpoint is an origin, a size and a root on three lines")
        if not _SIZE.fullmatch(lines[_TREE_SIZE]):
            raise NoteError(f"{lines[_TREE_SIZE]!r} is not the size of a tree")
        root = note.decode(lines[_ROOT])
        if len(root) != HASH_SIZE:
            raise NoteError("the root is not a SHA-256 hash")
        return cls(lines[_ORIGIN], int(lines[_TREE_SIZE]), root, text)

    def extensions(self) -> list[str]:
        """Return the lines after the root, which the signature covers; what they mean, others know."""
        return note.Note.parse(self.text).text.removesuffix("\n").split("\n")[_LINES:]

    def names(self, signers: Iterable[Signer]) -> bool:
        """Return whether there is a signature line, not verified, for each of these signers."""
        lines = {(line.name, line.key_id) for line in note.Note.parse(self.text).signatures}
        return {(signer.name, signer.verifier.key_id) for signer in signers} <= lines

    @classmethod
    def open(cls, text: str, origin: str, keys: Iterable[VerifierKey]) -> SignedCheckpoint:
        """Return a checkpoint of that log that one of these keys signed; raises NoteError for any other text."""
        checkpoint = cls.parse(text)
        checkpoint.verify(origin, keys)
        return checkpoint

    def verify(self, origin: str, keys: Iterable[VerifierKey]) -> None:
        """Raise NoteError unless this is a checkpoint of that log and one of these keys signed it."""
        if self.origin != origin:
            raise NoteError(f"the checkpoint is one of {self.origin!r}, not of {origin!r}")
        note.Note.parse(self.text).verified_by(keys)
