"""Where the files of a snapshot lie: on this machine, or wherever fsspec opens an address."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from .errors import ManifestError

_WITHIN = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Stream(Protocol):
    """What bytes are read from."""

    def readinto(self, block: memoryview, /) -> int:
        """Fill a block as far as bytes are there, and return how many that were; 0 at the end."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that is to be read: its size in bytes, and a mark that is another once it was written to."""

    where: str
    size: int
    mark: str
    open: Callable[[], AbstractContextManager[Stream]]


class Place(Protocol):
    """Where files lie, and which are there now, by their names under the root."""

    @property
    def where(self) -> str:
        """The root of the files, as it was named, without a password."""

    def files(self) -> dict[str, SourceFile]:
        """Look for them; raises ManifestError where one cannot be part of a snapshot."""


def is_remote(path: Path | str) -> bool:
    """Tell whether this is an address of another file system."""
    return isinstance(path, str) and "://" in path and not path.startswith("file://")


def local(paths: Sequence[Path], root: Path | None) -> Place:
    """The files of paths on this machine, and all under those that are folders."""
    return _Local([Path(_without_scheme(path)) for path in paths], root)


def remote(address: str) -> Place:
    """The files at an address; raises ManifestError where fsspec or what it needs for this address is missing."""
    return _Remote(address)


def _without_scheme(path: Path) -> str:
    # A path swallows one of the two slashes.
    return str(path).removeprefix("file:")


@dataclass(frozen=True)
class _Local:
    paths: Sequence[Path]
    root: Path | None

    @property
    def where(self) -> str:
        return str(self.root or self.paths[0])

    def files(self) -> dict[str, SourceFile]:
        if self.root is None and len(self.paths) != 1:
            raise ManifestError("Several paths need a root that they are named from: pass root=")
        root = self.root or (self.paths[0] if self.paths[0].is_dir() else self.paths[0].parent)
        return {_name(file, root): _local_file(file) for path in self.paths for file in _under(path)}


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


def _under(path: Path) -> Iterator[Path]:
    if path.is_symlink() and path.is_dir():
        raise ManifestError(f"{path} is a link to a folder; name the folder itself")
    if not path.is_dir():
        yield path
        return
    for entry in path.iterdir():
        yield from _under(entry)


def _local_file(path: Path) -> SourceFile:
    try:
        found = path.stat()
    except FileNotFoundError:
        problem = "is a link to nothing" if path.is_symlink() else "does not exist"
        raise ManifestError(f"{path} {problem}") from None
    if not stat.S_ISREG(found.st_mode):
        raise ManifestError(f"{path} is no regular file, so it has no fixed bytes")
    mark = _mark(found)

    @contextmanager
    def opened() -> Iterator[Stream]:
        try:
            # A pipe that took the file's place, and has no writer, would block for ever.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            raise ManifestError(f"{path} changed while it was read") from None
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            if _mark(os.fstat(descriptor)) != mark:
                raise ManifestError(f"{path} changed while it was read")
            yield cast("Stream", file)
            if _mark(os.fstat(descriptor)) != mark:
                raise ManifestError(f"{path} changed while it was read")

    return SourceFile(str(path), found.st_size, mark, opened)


def _mark(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_dev} {found.st_ino}"


class _Remote:
    def __init__(self, address: str) -> None:
        self.where = _without_password(address)
        try:
            import fsspec  # noqa: PLC0415  only who names an address needs it
        except ImportError:
            raise ManifestError(
                f"{self.where} is on another file system: pip install 'lineward[remote]', and what fsspec needs for it"
            ) from None
        with self._explained():
            scheme = address.partition("://")[0].partition("::")[0]
            if scheme not in fsspec.available_protocols():
                raise ManifestError(f"{self.where} begins with {scheme}://, which is no file system that fsspec knows")
            self._system, self._root = fsspec.core.url_to_fs(address)
            self._encodes = scheme in {"http", "https"}

    def files(self) -> dict[str, SourceFile]:
        with self._explained():
            self._system.invalidate_cache()
            found = self._system.find(self._root, detail=True)
            if not found:
                self._require_root()
            # A web server lists its files without their sizes, and says of each alone how large it is.
            sized = {
                path: known if known.get("size") is not None else self._system.info(path)
                for path, known in found.items()
            }
        root = str(self._root).rstrip("/")
        base = root.rpartition("/")[0] if list(found) == [root] else root
        named = {self._under(path, base): self._file(path, known) for path, known in sized.items()}
        if len(named) < len(sized):
            raise ManifestError(f"{self.where} holds two files of one name")
        return named

    def _require_root(self) -> None:
        try:
            self._system.info(self._root)
        except FileNotFoundError as error:
            if _reached(error):
                raise ManifestError(f"{self.where} does not exist") from None
            raise

    def _under(self, path: str, base: str) -> str:
        name = path.removeprefix(base).lstrip("/")
        if self._encodes:
            try:
                name = unquote(name, errors="strict")
            except UnicodeDecodeError:
                raise ManifestError(f"A file's name is not UTF-8: {path!r}") from None
        if not name or any(part in {"", ".", ".."} for part in name.split("/")):
            raise ManifestError(f"{self.where} holds {path!r}, which is no path under it")
        return name

    def _file(self, path: str, known: dict[str, Any]) -> SourceFile:
        size = known.get("size")
        if known.get("type", "file") != "file" or not isinstance(size, int):
            raise ManifestError(f"{path} of {self.where} is no file of a known size, so it has no fixed bytes")
        marks = ("size", "ETag", "etag", "LastModified", "last_modified", "mtime", "created", "generation", "md5Hash")
        mark = " ".join(f"{name}={known[name]}" for name in marks if known.get(name) is not None)

        @contextmanager
        def opened() -> Iterator[Stream]:
            with self._explained(), self._system.open(path, "rb") as file:
                yield file

        return SourceFile(f"{path} of {self.where}", size, mark, opened)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in one sentence what a file system raises; each raises errors of its own, which may hold its keys."""
        try:
            yield
        except ManifestError:
            raise
        except FileNotFoundError as error:
            if not _reached(error):
                raise ManifestError(f"{self.where} cannot be reached") from error
            raise ManifestError(f"{self.where} does not exist, or changed while it was read") from None
        except ImportError as error:
            raise ManifestError(f"{self.where} needs a package that is not installed: {error}") from None
        except Exception as error:
            # Its message may hold keys; what it is called in words says enough to look further.
            called = _WITHIN.sub(" ", type(error).__name__).lower()
            raise ManifestError(f"{self.where} cannot be read ({called})") from error


def _reached(error: FileNotFoundError) -> bool:
    """Tell whether a file is not there; fsspec says so too of a server that does not answer."""
    return not isinstance(error.__cause__, OSError) or isinstance(error.__cause__, FileNotFoundError)


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
