"""What an interrupted reading of a snapshot's files had read, in a small file that is gone once the reading is done."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Final

from .errors import ManifestError
from .manifest_files import SourceFile

_VERSION: Final = 1
_SAVE_SECONDS: Final = 2.0


class ManifestMemory:
    """The digests of files read before, each as long as nothing wrote to its file since.

    Without a path nothing is kept. Raises ManifestError where the file is of another reading, or of something else.
    """

    def __init__(self, path: Path | None, where: str) -> None:
        self._path = path
        self._where = where
        self._known: dict[str, tuple[str, str]] = {}
        self._saved = time.monotonic()
        self._lock = threading.Lock()
        if path is not None and path.exists():
            self._load(path)

    def _load(self, path: Path) -> None:
        try:
            found = json.loads(path.read_bytes())
            known = found["where"] if found["version"] == _VERSION else None
            self._known = {str(name): (str(mark), str(digest)) for name, (mark, digest) in found["files"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            known = None
        if known is None:
            raise ManifestError(f"{path} does not say how far a reading of files came; name another file")
        if known != self._where:
            raise ManifestError(f"{path} says how far {known} was read, and this is {self._where}")

    def __len__(self) -> int:
        return len(self._known)

    def digest(self, name: str, file: SourceFile) -> str | None:
        """What the file's bytes hashed to; None where it was not read, or was written to since."""
        mark, digest = self._known.get(name, ("", ""))
        return digest if mark == file.mark else None

    def keep(self, name: str, file: SourceFile, digest: str) -> None:
        """Keep what a file's bytes hashed to; written down every other second."""
        with self._lock:
            self._known[name] = (file.mark, digest)
        if time.monotonic() - self._saved > _SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write it down, whole or not at all."""
        if self._path is None:
            return
        with self._lock:
            self._saved = time.monotonic()
            document = {"version": _VERSION, "where": self._where, "files": self._known}
            new = self._path.with_name(f".{self._path.name}.new")
            new.write_text(json.dumps(document))
            new.replace(self._path)

    def forget(self) -> None:
        """Take the file away: nothing is left to go on with."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
