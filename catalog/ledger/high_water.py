"""The newest size and root that were signed, kept in the key folder, apart from the ledger that they bind.

Whoever can write the ledger's file, and the checkpoints in it and beside it, cannot take this back: a ledger that is
shorter than the mark, or another one, is neither opened for writing nor signed. The mark is itself a signed checkpoint;
two extension lines (https://c2sp.org/tlog-checkpoint) say the format of the file and how many checkpoints it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.keys import SiteKeys, write_durably
from catalog.ledger.note import NoteError

FILE = "high-water.checkpoint"

_FORMAT = re.compile(r"lineward/ledger-format ([1-9][0-9]{0,8})", re.ASCII)
_SIGNED = re.compile(r"lineward/checkpoints (0|[1-9][0-9]{0,18})", re.ASCII)
_LINES = 2


@dataclass(frozen=True, slots=True)
class HighWater:
    """The newest signed checkpoint, the format of the ledger's file, and how many checkpoints were signed so far."""

    checkpoint: SignedCheckpoint
    ledger_format: int
    signed: int

    @classmethod
    def sign(cls, keys: SiteKeys, size: int, root: bytes, *, ledger_format: int, signed: int) -> Self:
        """Return a mark that was signed now."""
        lines = (f"lineward/ledger-format {ledger_format}", f"lineward/checkpoints {signed}")
        return cls(SignedCheckpoint.sign(keys.origin, size, root, keys.signers, lines), ledger_format, signed)

    @classmethod
    def load(cls, folder: Path, keys: SiteKeys) -> Self | None:
        """Return the mark in a key folder, None where there is none.

        Raises OperatorError where it cannot be read, EvidenceError where it is none that these keys signed.
        """
        path = folder / FILE
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OperatorError(
                f"The high-water mark {path} cannot be read: {error.strerror or error}.",
                action="Make it readable for this user.",
            ) from error
        except UnicodeDecodeError as error:
            raise _no_mark(path, str(error)) from error
        try:
            checkpoint = SignedCheckpoint.open(text, keys.origin, keys.verifiers)
        except NoteError as error:
            raise _no_mark(path, str(error)) from error
        lines = checkpoint.extensions()
        found = (_FORMAT.fullmatch(lines[0]), _SIGNED.fullmatch(lines[1])) if len(lines) == _LINES else (None, None)
        if found[0] is None or found[1] is None:
            raise _no_mark(path, "its lines are not those of a mark")
        return cls(checkpoint, int(found[0][1]), int(found[1][1]))

    def save(self, folder: Path) -> None:
        """Put the mark into a key folder, at once and for good; raises OperatorError where it cannot be written."""
        try:
            write_durably(folder / FILE, self.checkpoint.text.encode())
        except OSError as error:
            raise OperatorError(
                f"The high-water mark cannot be written to {folder}: {error.strerror or error}.",
                action="Make the key folder writable for this user and see that its disk has room; nothing is signed"
                " until then.",
            ) from error


def newest(marks: Iterable[SignedCheckpoint | None]) -> SignedCheckpoint | None:
    """Return the checkpoint of the most entries."""
    return max((mark for mark in marks if mark is not None), key=lambda each: each.size, default=None)


def _no_mark(path: Path, why: str) -> EvidenceError:
    return EvidenceError(f"{path} is not a high-water mark of this log: {why}")
