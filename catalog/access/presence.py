"""What a running server leaves beside its data, and how a command and that server prove to each other that it is they.

The file holds the address, the process, the folder's device and inode, and a random token. A copy of the folder carries
the file along, and a port may be somebody else's by now: so the folder must be the one that is named, the process must
live, and whoever answers must know the token. Either side proves that by an HMAC over the command's nonce, the asking
side first, so that nobody can let the server answer who has not read the file. A key is sent only after that.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from catalog.errors import OperatorError

FILE = "server.json"
_TOKEN_BYTES = 32
_NONCE_BYTES = 16
_ASKING, _ANSWERING = b"lineward/presence/asking", b"lineward/presence/answering"


@dataclass(frozen=True, slots=True, repr=False)
class Presence:
    """A server on its folder: which folder that is, and the token that only those know who may read its files."""

    device: int
    inode: int
    token: bytes

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return a new one for the folder as it is now; raises OperatorError where there is none."""
        try:
            found = folder.stat()
        except OSError as error:
            raise OperatorError(
                f"The folder {folder} cannot be read ({error.strerror}).", action="Check that it is there."
            ) from error
        return cls(found.st_dev, found.st_ino, secrets.token_bytes(_TOKEN_BYTES))

    def question(self, nonce: bytes) -> bytes:
        """Return what shows the server that who asks has read the file."""
        return self._mac(_ASKING, nonce)

    def answer(self, nonce: bytes, question: bytes) -> bytes | None:
        """Return what shows the asking side that this is the server; None where its own proof is none."""
        if len(nonce) != _NONCE_BYTES or not hmac.compare_digest(question, self.question(nonce)):
            return None
        return self.expected(nonce)

    def expected(self, nonce: bytes) -> bytes:
        """Return the only answer that proves the server."""
        return self._mac(_ANSWERING, nonce)

    def _mac(self, side: bytes, nonce: bytes) -> bytes:
        return hmac.digest(self.token, b"%b %d %d %b" % (side, self.device, self.inode, nonce), "sha256")


@dataclass(frozen=True, slots=True)
class Announcement:
    """The file's content: a presence, with the address and the process that serves it."""

    presence: Presence
    url: str
    pid: int

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return what lies in the folder where it speaks of this folder and of a living process, else None."""
        try:
            found = json.loads((folder / FILE).read_text("utf-8"))
            device, inode, pid, url, token = (found[name] for name in ("device", "inode", "pid", "url", "token"))
            here = folder.stat()
            if (device, inode) != (here.st_dev, here.st_ino) or not _lives(pid):
                return None
            return cls(Presence(device, inode, bytes.fromhex(token)), str(url), pid)
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None

    def write(self, folder: Path) -> None:
        """Leave the file in the folder, for its owner's eyes only; raises OperatorError where that fails."""
        file = folder / FILE
        scratch = file.with_suffix(".new")
        content = {
            "url": self.url,
            "pid": self.pid,
            "device": self.presence.device,
            "inode": self.presence.inode,
            "token": self.presence.token.hex(),
        }
        try:
            with suppress(FileNotFoundError):
                scratch.unlink()
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                json.dump(content, stream)
            scratch.replace(file)
        except OSError as error:
            raise OperatorError(
                f"{file} cannot be written ({error.strerror}).", action="Make the folder writable for this user."
            ) from error

    def withdraw(self, folder: Path) -> None:
        """Take the file away again, unless another server has left its own by now."""
        if Announcement.read(folder) == self:
            with suppress(OSError):
                (folder / FILE).unlink()


def nonce() -> bytes:
    """Return a number that is used once."""
    return secrets.token_bytes(_NONCE_BYTES)


def _lives(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
