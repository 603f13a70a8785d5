"""The newest checkpoint in a file of its own, where whoever publishes or keeps it elsewhere picks it up."""

from __future__ import annotations

import os
from pathlib import Path

from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.keys import sync_folder
from catalog.ledger.note import NoteError


def published_path(ledger: Path) -> Path:
    """Return where the checkpoint of a ledger file lies."""
    return ledger.with_name(f"{ledger.name}.checkpoint")


def held(published: Path) -> tuple[SignedCheckpoint, ...]:
    """Return the checkpoint in the file beside the ledger, if there is one."""
    try:
        return (SignedCheckpoint.parse(published.read_text("utf-8")),)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise OperatorError(
            f"{published} cannot be read: {error.strerror or error}.", action="Make it readable for this user."
        ) from error
    except (NoteError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{published} is not a checkpoint: {error}") from error


def publish(path: Path, checkpoint: SignedCheckpoint) -> None:
    """Put the checkpoint in the file beside the ledger, at once and for good."""
    scratch = path.with_name(f"{path.name}.new")
    try:
        if path.exists() and path.read_bytes() == checkpoint.text.encode():
            return
        scratch.touch(mode=0o600)
        with scratch.open("w", encoding="utf-8", newline="\n") as file:
            file.write(checkpoint.text)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise OperatorError(
            f"The checkpoint cannot be written to {path}: {error.strerror or error}.",
            action="Free space, or make the folder writable; the checkpoint itself is signed and stored.",
        ) from error
