"""A snapshot is its files: their paths, sizes and contents, and nothing else about them.

What is named, and how:
1. A path is relative to the root, with `/` between its parts, exactly as the file system spells it. No Unicode
   normalisation: a composed and a decomposed é are two paths. A name that is not UTF-8 cannot be named: ManifestError.
2. Files are sorted by the UTF-8 bytes of their paths.
3. A symbolic link to a file stands for the bytes a reader would read through it, wherever they lie. A link to a folder
   could be a loop or count bytes twice, a dangling one has no bytes, and pipes and devices have no fixed bytes:
   ManifestError, each.
4. A folder is not a file: an empty one leaves no trace, and an empty snapshot is a snapshot.
5. What changes while it is read is not a snapshot: a file, or which files there are; ManifestError.
Hidden files count like all others. Times, owners and permissions do not count.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from graph_schema.canonical import digest_of

from .errors import ManifestError
from .manifest_files import Place, SourceFile, is_remote, local, remote
from .manifest_memory import ManifestMemory

_BLOCK: Final = 1024 * 1024
"""So many bytes are read at a time: as much memory as each reading takes."""
_AHEAD: Final = 32
"""So many files wait for each reading at most."""
LONGEST_PATH: Final = 2_048
"""So many characters a path has at most: a catalog takes no longer one."""

Note = Callable[[int, int], None]
"""Told how many bytes were read since it was told last, and how many files that ended."""


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One file of a snapshot: its path under the root, its size in bytes and `sha256:` with the hex of its bytes."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a snapshot, sorted by the UTF-8 bytes of their paths, each path once."""

    files: tuple[ManifestFile, ...]

    @property
    def digest(self) -> str:
        """The snapshot's identity: see `snapshot_digest`."""
        return snapshot_digest(self)

    @property
    def size(self) -> int:
        """All files' bytes together."""
        return sum(file.size for file in self.files)

    def as_json(self) -> list[dict[str, object]]:
        """The manifest as the digest covers it and as a seal carries it: `[{path, size, digest}]`."""
        return [{"path": file.path, "size": file.size, "digest": file.digest} for file in self.files]


@dataclass(frozen=True, slots=True)
class ManifestDifference:
    """What was found where a sealed snapshot should be: the paths that are otherwise, ascending."""

    changed: tuple[str, ...]
    """Whose size or bytes differ."""
    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    """Which the seal does not name."""
    nothing: bool
    """Whether nothing at all was found."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them, ascending."""
        return tuple(sorted({*self.changed, *self.missing, *self.surplus}, key=str.encode))

    @property
    def result(self) -> Literal["OK", "MISMATCH", "MISSING"]:
        """What a verification records."""
        return "OK" if not self.paths else "MISSING" if self.nothing else "MISMATCH"


def snapshot_digest(manifest: Manifest) -> str:
    """`sha256:` and the hex SHA-256 over the canonical JSON (RFC 8785) of the sorted list of `{path, size, digest}`."""
    return digest_of(manifest.as_json())


def compare_manifests(sealed: Manifest, found: Manifest | None) -> ManifestDifference:
    """What is otherwise in what was found than in what was sealed; None stands for nothing found."""
    before = {file.path: file for file in sealed.files}
    after = {} if found is None else {file.path: file for file in found.files}
    return ManifestDifference(
        changed=_sorted(path for path, file in after.items() if path in before and before[path] != file),
        missing=_sorted(before.keys() - after.keys()),
        surplus=_sorted(after.keys() - before.keys()),
        nothing=not after,
    )


def manifest(
    paths: Path | str | Iterable[Path | str],
    *,
    root: Path | str | None = None,
    workers: int | None = None,
    note: Note | None = None,
    memory: ManifestMemory | None = None,
) -> Manifest:
    """The manifest of files and of all files under folders; each file is read once, in blocks.

    Paths are named relative to `root`; without one, relative to the only path given where that is a folder, else to
    the folder of the only file. One address of another file system (`s3://…`, whatever fsspec opens) may stand for
    them. `workers` files are read beside each other, by default as many as there are processors, four at most. What
    `memory` holds of an interrupted reading is not read again. Raises ManifestError as the module says, and OSError
    where a file cannot be read.
    """
    place = files_of(paths, root)
    found = place.files()
    for name in found:
        if len(name) > LONGEST_PATH:
            raise ManifestError(
                f"{name[:80]}… is a path of {len(name):,} characters; at most {LONGEST_PATH:,} can be sealed"
            )
    known = ManifestMemory(None, place.where) if memory is None else memory
    read = _Reading(note or (lambda _bytes, _files: None), known)
    try:
        with read.stopping():
            files = tuple(read.all(found, workers or min(4, os.cpu_count() or 1)))
    finally:
        known.save()
    _require_unchanged(found, place.files(), place.where)
    known.forget()
    return Manifest(files)


def files_of(paths: Path | str | Iterable[Path | str], root: Path | str | None = None) -> Place:
    """Where the files lie that a manifest is to be made of; raises ManifestError where that cannot be told."""
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    addresses = [one for one in given if is_remote(one)]
    if not addresses:
        return local([Path(one) for one in given], None if root is None else Path(root))
    if len(given) > 1 or root is not None:
        raise ManifestError("An address of another file system is named alone, and its files relative to it")
    return remote(str(addresses[0]))


def _sorted(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(paths, key=str.encode))


def _require_unchanged(before: Mapping[str, SourceFile], after: Mapping[str, SourceFile], where: str) -> None:
    for name in sorted(before.keys() ^ after.keys()):
        became = "came" if name in after else "went"
        raise ManifestError(f"{where} changed while it was read: {name} {became}")
    for name, file in before.items():
        if file.mark != after[name].mark:
            raise ManifestError(f"{file.where} changed while it was read")


class _Reading:
    """Reads files beside each other, until one cannot be."""

    def __init__(self, note: Note, memory: ManifestMemory) -> None:
        self._memory = memory
        self._note = note
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def stopping(self) -> _Stopping:
        """Whatever ends the block ends all reading."""
        return _Stopping(self._stopped)

    def all(self, found: Mapping[str, SourceFile], workers: int) -> Iterator[ManifestFile]:
        """Yield the files by the bytes of their names."""
        names = iter(sorted(found, key=str.encode))
        with ThreadPoolExecutor(workers) as pool, self.stopping():
            waiting: deque[Future[ManifestFile]] = deque()
            while True:
                wanted = workers * _AHEAD - len(waiting)
                waiting.extend(pool.submit(self._file, name, found[name]) for name in islice(names, wanted))
                if not waiting:
                    return
                yield waiting.popleft().result()

    def _file(self, name: str, file: SourceFile) -> ManifestFile:
        digest = self._memory.digest(name, file)
        if digest is None:
            digest = self._digest(file)
            self._memory.keep(name, file, digest)
        else:
            self._count(file.size, 0)
        self._count(0, 1)
        return ManifestFile(name, file.size, digest)

    def _digest(self, file: SourceFile) -> str:
        hashed, read, block = hashlib.sha256(), 0, memoryview(bytearray(min(_BLOCK, file.size + 1)))
        with file.open() as stream:
            # Whoever writes on and on to it does not keep it from being read to its end.
            while read <= file.size and (count := stream.readinto(block)):
                if self._stopped.is_set():
                    raise ManifestError(f"Reading {file.where} was broken off")
                hashed.update(block[:count])
                read += count
                self._count(count, 0)
        if read != file.size:
            raise ManifestError(f"{file.where} changed while it was read")
        return f"sha256:{hashed.hexdigest()}"

    def _count(self, bytes_: int, files: int) -> None:
        with self._lock:
            self._note(bytes_, files)


class _Stopping:
    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
