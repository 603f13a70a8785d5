"""The newest size and root that were signed and acknowledged, kept in the key folder, apart from the ledger they bind.

Whoever can write the ledger's file, and the checkpoints in it and beside it, cannot take this back: a ledger that is
shorter than the mark, or another one, is neither opened for writing nor signed. The mark is itself a signed checkpoint;
two extension lines (https://c2sp.org/tlog-checkpoint) say the format of the file and how many checkpoints it holds.
Between two signings a second file says what was acknowledged: under a MAC, not synced, so that it costs nothing. It
outlives the process, not a power cut, after which it may lag behind the ledger, but is never ahead of it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger import binding
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.keys import SiteKeys, write_durably
from catalog.ledger.note import NoteError

HIGH_WATER = "high-water.checkpoint"
ACKNOWLEDGED = "high-water.acknowledged"

_FORMAT = re.compile(r"lineward/ledger-format ([1-9][0-9]{0,8})", re.ASCII)
_SIGNED = re.compile(r"lineward/checkpoints (0|[1-9][0-9]{0,18})", re.ASCII)
_LINES = 2
_MOST = 2**63
_TRIES, _PAUSE_SECONDS = 10, 0.002


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
        path = folder / HIGH_WATER
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
            write_durably(folder / HIGH_WATER, self.checkpoint.text.encode())
        except OSError as error:
            raise OperatorError(
                f"The high-water mark cannot be written to {folder}: {error.strerror or error}.",
                action="Make the key folder writable for this user and see that its disk has room; nothing is signed"
                " until then.",
            ) from error


@dataclass(frozen=True, slots=True)
class State:
    """A size that a ledger has had, with its root."""

    size: int
    root: bytes


def load_acknowledged(folder: Path, keys: SiteKeys) -> State | None:
    """Return the newest state that was acknowledged, as far as the key folder knows, None where it does not.

    A process that writes it meanwhile may be met in the middle of a line: what is no line is read once more.

    Raises OperatorError where it cannot be read, EvidenceError where these keys did not write it.
    """
    path = folder / ACKNOWLEDGED
    for _ in range(_TRIES):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OperatorError(
                f"{path} cannot be read: {error.strerror or error}.", action="Make it readable for this user."
            ) from error
        if not content.strip(b"\0"):
            # What a power cut leaves of a file that was just made.
            return None
        state = _parsed(content, keys)
        if state is not None:
            return state
        time.sleep(_PAUSE_SECONDS)
    raise EvidenceError(f"{path} was not written by whoever holds this site's keys")


def _parsed(content: bytes, keys: SiteKeys) -> State | None:
    """Return the state of a line, None where these keys did not write it."""
    try:
        size, root, _ = content.decode("ascii").split()
        state = State(int(size), bytes.fromhex(root))
    except ValueError:
        return None
    fits = 0 <= state.size < _MOST and content == _line(state, keys).encode()
    return state if fits else None


class Acknowledgements:
    """Writes what was acknowledged, over and over in one place; one process at a time does."""

    def __init__(self, folder: Path, keys: SiteKeys) -> None:
        """Open the file; raises OperatorError where it cannot be written."""
        self._keys = keys
        try:
            self._file = os.open(folder / ACKNOWLEDGED, os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError as error:
            raise OperatorError(
                f"{folder / ACKNOWLEDGED} cannot be written: {error.strerror or error}.",
                action="Make the key folder writable for this user.",
            ) from error

    def note(self, state: State) -> None:
        """Say that this is durable and about to be acknowledged."""
        # The ledger itself is durable: that this cannot be written shows when the mark is.
        with suppress(OSError):
            os.pwrite(self._file, _line(state, self._keys).encode(), 0)

    def sync(self) -> None:
        """Make the file durable as it is; what is written over it later is either there or not."""
        with suppress(OSError):
            os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _line(state: State, keys: SiteKeys) -> str:
    """Return the file's one line, always as long, so that each replaces the one before in a single write."""
    mac = binding.state_mac(state.size, state.root, keys.binding)
    return f"{state.size:020d} {state.root.hex()} {mac.hex()}\n"


def newest(marks: Iterable[SignedCheckpoint | None]) -> SignedCheckpoint | None:
    """Return the checkpoint of the most entries."""
    return max((mark for mark in marks if mark is not None), key=lambda each: each.size, default=None)


def _no_mark(path: Path, why: str) -> EvidenceError:
    return EvidenceError(f"{path} is not a high-water mark of this log: {why}")
