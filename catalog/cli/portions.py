"""The events of files in portions, each with its place, and how far they were taken before."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from catalog.cli import files
from catalog.cli.output import note
from catalog.cli.sources import DamagedSourceError, Reading, Source, opened
from catalog.errors import SenderError
from ingest_hooks.openlineage.splitting import BEGINNING, Form, Piece, Position, Unit, split

_BYTES: Final = 8 * 1024 * 1024
_HEAD: Final = 64 * 1024
_SAVE_SECONDS: Final = 1.0
_VERSION: Final = 1


class Found(NamedTuple):
    """One value of a source: its place, its bytes, and where the source goes on behind it."""

    source: Source
    piece: Piece

    def place(self, line: int = 1) -> str:
        """Return where it stands, and which line of it is meant, as a person reads it."""
        where = f"{self.source.name}:{self.piece.line + line - 1}"
        return where if self.piece.unit is Unit.LINE else f"{where}, item {self.piece.number}"

    def row(self, line: int = 1) -> dict[str, Any]:
        """Return where it stands, for programs: the file, the line of the value in it that is meant, and which item."""
        row: dict[str, Any] = {"file": self.source.name, "line": self.piece.line + line - 1}
        return row if self.piece.unit is Unit.LINE else {**row, "item": self.piece.number}


Portion = Sequence[Found]


class Reader:
    """Reads sources into portions of so many events and bytes at most, until it is told to stop.

    `done` is how many bytes of the files were read; `waits` is whether it waits for standard input.
    """

    def __init__(self, sources: Sequence[Source], most: int, event_bytes: int, state: State) -> None:
        self._sources = sources
        self._most = most
        self._event_bytes = event_bytes
        self._state = state
        self._before = 0
        self._reading: Reading | None = None
        self.stopped = False
        self.waits = False

    @property
    def done(self) -> int:
        """How many bytes of all files were read."""
        return self._before + (self._reading.passed if self._reading else 0)

    def portions(self) -> Iterator[Portion]:
        """Yield the events, also those that stand in several files together."""
        portion: list[Found] = []
        size = 0
        for found in self._found():
            if portion and (len(portion) >= self._most or size + len(found.piece.content) > _BYTES):
                yield portion
                portion, size = [], 0
            portion.append(found)
            size += len(found.piece.content)
            if self.stopped:
                break
        if portion:
            yield portion

    def _found(self) -> Iterator[Found]:
        for source in self._sources:
            if self.stopped:
                return
            yield from self._of(source)

    def _of(self, source: Source) -> Iterator[Found]:
        start, is_empty = self._state.position(source), True
        after = start
        with opened(source) as reading:
            self._reading = reading
            try:
                for piece in split(self._waiting(source, reading), self._event_bytes, start):
                    is_empty, after = False, piece.after
                    yield Found(source, piece)
                    if self.stopped:
                        return
            except DamagedSourceError as error:
                is_empty = False
                yield Found(source, Piece(Unit.LINE, after.line, after.line, b"", after, str(error), is_last=True))
            finally:
                self._before, self._reading = self.done, None
        if is_empty and not start.offset:
            note(f"{source.name} holds no events.")

    def _waiting(self, source: Source, reading: Reading) -> Callable[[int], bytes]:
        if source.path is not None:
            return reading.read

        def read(size: int) -> bytes:
            self.waits = True
            try:
                return reading.read(size)
            except KeyboardInterrupt:
                self.stopped = True
                return b""
            finally:
                self.waits = False

        return read


class State:
    """How far each file was taken into one catalog, kept in a small file that is written anew as it goes on.

    Without a path nothing is kept. What stands in it are names of files, numbers and a digest of how each file begins:
    one that begins otherwise than it did is read from its beginning.
    """

    def __init__(self, path: Path | None, catalog: str) -> None:
        self._path = path
        self._catalog = catalog
        self._files: dict[str, dict[str, Any]] = {}
        self._saved = 0.0
        if path is not None:
            self._load(path)

    def _load(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise files.unreadable(path, error) from error
        try:
            found = json.loads(content)
            known = found["catalog"] if found["version"] == _VERSION else None
            self._files = dict(found["files"])
        except (ValueError, KeyError, TypeError):
            known = None
        if known is None:
            raise SenderError(f"{path} does not say how far a run of `lineward ingest` came; name another file.")
        if known != self._catalog:
            raise SenderError(f"{path} says how far files were taken into {known}, and this is {self._catalog}.")

    def position(self, source: Source) -> Position:
        """Return where a source is to be read from."""
        known = None if source.path is None else self._files.get(_key(source.path))
        if known is None or source.path is None:
            return BEGINNING
        with suppress(KeyError, TypeError, ValueError):
            position = Position(known["offset"], known["line"], known["items"], Form(known["form"]))
            if _begins(source.path, known["beginning"]) == known["digest"]:
                return position
        del self._files[_key(source.path)]
        note(f"{source.name} is not the file that it was; it is read from its beginning.")
        return BEGINNING

    def note(self, portion: Portion) -> None:
        """Keep that all of a portion was dealt with; written down once a second."""
        if self._path is None:
            return
        last = {found.source: found.piece.after for found in portion if not found.piece.is_last}
        for source, after in last.items():
            if source.path is not None and after.form is not None:
                key = _key(source.path)
                known = self._files.get(key) or {}
                if not known:
                    size = min(source.size or 0, _HEAD)
                    known = {"beginning": size, "digest": _begins(source.path, size)}
                self._files[key] = {
                    **known,
                    "offset": after.offset,
                    "line": after.line,
                    "items": after.items,
                    "form": after.form.value,
                }
        if time.monotonic() - self._saved > _SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write it down, whole or not at all."""
        if self._path is None:
            return
        self._saved = time.monotonic()
        new = self._path.with_name(f".{self._path.name}.new")
        document = {"version": _VERSION, "catalog": self._catalog, "files": self._files}
        try:
            new.write_text(json.dumps(document, indent=1))
            new.replace(self._path)
        except OSError as error:
            raise files.unwritable(self._path, error) from error


def _key(path: Path) -> str:
    return str(path.absolute())


def _begins(path: Path, size: int) -> str:
    """Return the digest of a file's first so many bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(size)).hexdigest()
    except OSError as error:
        raise files.unreadable(path, error) from error
