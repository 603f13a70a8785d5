"""A snapshot is its files: their paths, sizes and contents, and nothing else about them.

What is named, and how:
1. A path is relative to the root, with `/` between its parts, exactly as the file system spells it. No Unicode
   normalisation: a composed and a decomposed é are two paths. A name that is not UTF-8 cannot be named: ManifestError.
2. Files are sorted by the UTF-8 bytes of their paths.
3. A symbolic link to a file stands for the bytes a reader would read through it, wherever they lie. A link to a folder
   could be a loop or count bytes twice, a dangling one has no bytes, and pipes and devices have no fixed bytes:
   ManifestError, each.
4. A folder is not a file: an empty one leaves no trace, and an empty snapshot is a snapshot.
5. A file that changes while it is read is not a snapshot's: ManifestError.
Hidden files count like all others. Times, owners and permissions do not count.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graph_schema.canonical import digest_of

from .errors import ManifestError


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


def snapshot_digest(manifest: Manifest) -> str:
    """`sha256:` and the hex SHA-256 over the canonical JSON (RFC 8785) of the sorted list of `{path, size, digest}`."""
    return digest_of(manifest.as_json())


def manifest(paths: Path | str | Iterable[Path | str], *, root: Path | str | None = None) -> Manifest:
    """The manifest of files and of all files under folders; each file is read once, in blocks.

    Paths are named relative to `root`; without one, relative to the only path given where that is a folder, else to
    the folder of the only file. Raises ManifestError as the module says, and OSError where a file cannot be read.
    """
    given = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(path) for path in paths]
    base = _root(given) if root is None else Path(root)
    found = {_name(file, base): file for path in given for file in _files(path)}
    return Manifest(tuple(_read(name, found[name]) for name in sorted(found, key=str.encode)))


def _root(given: list[Path]) -> Path:
    if len(given) != 1:
        raise ManifestError("Several paths need a root that they are named from: pass root=")
    return given[0] if given[0].is_dir() else given[0].parent


def _name(file: Path, root: Path) -> str:
    absolute, base = Path(os.path.abspath(file)), Path(os.path.abspath(root))  # noqa: PTH100 - links stay as named
    try:
        name = absolute.relative_to(base).as_posix()
        name.encode()
    except UnicodeEncodeError:
        raise ManifestError(f"A file's name is not UTF-8: {os.fsencode(file)!r}") from None
    except ValueError:
        raise ManifestError(f"{file} does not lie under the root {root}") from None
    return name


def _files(path: Path) -> Iterator[Path]:
    if path.is_symlink() and path.is_dir():
        raise ManifestError(f"{path} is a link to a folder; name the folder itself")
    if not path.is_dir():
        yield path
        return
    for entry in path.iterdir():
        yield from _files(entry)


def _read(name: str, path: Path) -> ManifestFile:
    try:
        # A pipe without a writer would otherwise block the pipeline for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        problem = "is a link to nothing" if path.is_symlink() else "does not exist"
        raise ManifestError(f"{path} {problem}") from None
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise ManifestError(f"{path} is no regular file, so it has no fixed bytes")
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or file.tell() != after.st_size:
            raise ManifestError(f"{path} changed while it was read")
    return ManifestFile(name, after.st_size, f"sha256:{digest}")
