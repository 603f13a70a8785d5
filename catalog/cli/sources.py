"""What a command reads events from: files, folders, patterns and standard input, compressed or not, as bytes."""

from __future__ import annotations

import glob
import gzip
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import RawIOBase
from pathlib import Path
from typing import Final, NoReturn, Protocol, cast

from catalog.cli import files
from catalog.cli.output import note
from catalog.cli.words import count
from catalog.errors import SenderError

_KINDS: Final = (".json", ".ndjson", ".jsonl", ".jsonlines")
_PACKED: Final = ("", ".gz", ".zst", ".zstd")
_LISTED: Final = f"{', '.join(_KINDS)}, also with .gz or .zst"
_HEAD: Final = 4_096
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_OTHERS: Final = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"PK\x05\x06": "an empty zip archive",
    b"BZh": "compressed by bzip2: unpack it first, or send it through `bunzip2 -c`",
    b"\xfd7zXZ\x00": "compressed by xz: unpack it first, or send it through `xz -dc`",
    b"PAR1": "a Parquet file: write its events as JSON, one a line",
    b"Obj\x01": "an Avro file: write its events as JSON, one a line",
    b"SQLite format 3\x00": "an SQLite database",
    b"%PDF": "a PDF",
}
_WIDE: Final = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_WIDE_BEGINNINGS: Final = {b"{\0", b"[\0", b"\0{", b"\0["}
_MAGIC_BYTES: Final = 16
_CONTROL: Final = bytes(set(range(32)) - set(b"\t\n\r\f"))


class DamagedSourceError(Exception):
    """What was compressed cannot be unpacked to its end; the message says what is wrong with it, in a sentence."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file or standard input: what a person calls it, and how many bytes it has there, None where nobody knows."""

    name: str
    path: Path | None = None
    size: int | None = None


class Reading:
    """An open source: `read` gives what is in it, unpacked, `passed` is how many bytes of the file that took."""

    def __init__(self, name: str, raw: _Raw) -> None:
        self._name = name
        self._raw = raw
        self._head = _head_of(raw)
        self.passed = 0
        self._damage: tuple[type[Exception], ...] = ()
        self._unpacked = self._unpacking()
        self._unpacked_head = self._read(_HEAD)
        _require_text(name, self._unpacked_head)

    def read(self, size: int) -> bytes:
        """Return up to so many bytes, none at the end; raises DamagedSourceError in the middle."""
        if self._unpacked_head:
            found, self._unpacked_head = self._unpacked_head[:size], self._unpacked_head[size:]
            return found
        return self._read(size)

    def _read(self, size: int) -> bytes:
        try:
            return self._unpacked.read(size)
        except EOFError as error:
            raise DamagedSourceError("It ends in the middle of what was compressed; copy it again.") from error
        except self._damage as error:
            raise DamagedSourceError("It is damaged and cannot be unpacked any further; copy it again.") from error
        except OSError as error:
            raise files.unreadable(self._name, error) from error

    def _unpacking(self) -> _Readable:
        counted = _Counted(self)
        if self._head.startswith(_GZIP):
            self._damage = (zlib.error, gzip.BadGzipFile)
            return gzip.GzipFile(fileobj=counted)
        if self._head.startswith(_ZSTD):
            if sys.version_info >= (3, 14):
                from compression import zstd  # noqa: PLC0415  only where something is compressed so
            else:
                from backports import zstd  # noqa: PLC0415
            self._damage = (zstd.ZstdError,)
            return zstd.ZstdFile(counted)
        return counted

    def take(self, size: int) -> bytes:
        """Return up to so many bytes as they lie there."""
        found = self._head[:size]
        self._head = self._head[size:]
        if not found:
            found = self._raw.read1(size)
        self.passed += len(found)
        return found


class _Raw(Protocol):
    def read1(self, size: int = ..., /) -> bytes: ...


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class _Counted(RawIOBase):
    """The file's own bytes, as who unpacks them reads them."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading

    def read(self, size: int = _HEAD, /) -> bytes:
        return self._reading.take(size)


def find(names: Sequence[str]) -> list[Source]:
    """Return what is meant by names, in their order: of a folder and of a pattern all files, sorted.

    Raises OperatorError for what cannot be read, SenderError for a folder or a pattern without any, and where nothing
    comes to standard input.
    """
    found: list[Source] = []
    for name in names or [files.STANDARD_INPUT]:
        if name == files.STANDARD_INPUT:
            found.append(_standard_input())
        else:
            found += [_file(path, str(path)) for path in _paths(name)]
    for source in found:
        if source.path is not None:
            with opened(source):
                pass  # what holds no text is refused before anything is sent
    return found


@contextmanager
def opened(source: Source) -> Iterator[Reading]:
    """Open a source; raises SenderError where it holds no text, OperatorError where it cannot be read."""
    if source.path is None:
        yield Reading(
            source.name, cast("_Raw", sys.stdin.buffer)
        )  # a BufferedReader wherever there is a standard input
        return
    try:
        raw = source.path.open("rb")
    except (OSError, ValueError) as error:
        raise files.unreadable(source.name, error) from error
    with raw:
        try:
            reading = Reading(source.name, raw)
        except DamagedSourceError as error:
            raise SenderError(
                f"{files.source(source.name)} begins like something compressed and cannot be unpacked; copy it again."
            ) from error
        yield reading


def _standard_input() -> Source:
    if sys.stdin.isatty():
        raise SenderError("Name a file of events, one JSON object a line, or send them to standard input.")
    return Source("standard input")


def _file(path: Path, name: str) -> Source:
    try:
        return Source(name, path, path.stat().st_size)
    except (OSError, ValueError) as error:
        raise files.unreadable(name, error) from error


def _paths(name: str) -> list[Path]:
    path = Path(name)
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.exists() or not glob.has_magic(name):
            return [path]
    except (OSError, ValueError) as error:
        raise files.unreadable(name, error) from error
    matched = sorted(one for one in map(Path, glob.glob(name, recursive=True)) if one.is_file())  # noqa: PTH207  absolute
    if not matched:
        raise SenderError(f"No file is called {name}.")
    return matched


def _in_folder(folder: Path) -> list[Path]:
    found: list[Path] = []
    others = 0
    for place, below, names in os.walk(folder, onerror=partial(_refuse, folder)):
        below[:] = [name for name in below if not name.startswith(".")]
        for path in (Path(place, name) for name in names if not name.startswith(".")):
            if path.is_file() and _is_listed(path):
                found.append(path)
            else:
                others += 1
    if not found:
        raise SenderError(f"The folder {folder} holds no files of events: {_LISTED}.")
    if others:
        note(f"{folder}: {count(others, 'file')} passed over, which are not called {_LISTED}")
    return sorted(found)


def _refuse(folder: Path, error: OSError) -> NoReturn:
    """Raise for a folder that cannot be looked into: what is in it would be missing without a word."""
    raise files.unreadable(str(error.filename or folder), error) from error


def _is_listed(path: Path) -> bool:
    name = path.name.lower()
    return any(name.endswith(kind + packed) for kind in _KINDS for packed in _PACKED)


def _head_of(raw: _Raw) -> bytes:
    """Return the first bytes, enough to tell what it is; of a pipe no more than are there."""
    head = b""
    while len(head) < _MAGIC_BYTES and (more := raw.read1(_HEAD)):
        head += more
    return head


def _require_text(name: str, head: bytes) -> None:
    called = files.source(name)
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise SenderError(f"{called} is {what}; events are JSON, one a line or in an array.")
    encoding = next((found for mark, found in _WIDE.items() if head.startswith(mark)), None)
    if encoding is None and head[:2] in _WIDE_BEGINNINGS:
        encoding = "UTF-16"
    if encoding is not None:
        raise SenderError(f"{called} is text in {encoding}; write it in UTF-8, as by `iconv -f {encoding} -t UTF-8`.")
    if head.lstrip()[:1] not in (b"{", b"[") and head.translate(None, _CONTROL) != head:
        raise SenderError(f"{called} is no text: it holds control characters; events are JSON in UTF-8.")
