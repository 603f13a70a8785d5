"""Files as a person names them, and the JSON in them, each thing with its place."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import OperatorError, SenderError
from ingest_hooks.errors import Unreadable, why_no_json
from ingest_hooks.openlineage.wire import JSON, parse

STANDARD_INPUT = "-"
_WHY = {
    errno.ENOENT: ("there is no such file", "Check the name."),
    errno.EISDIR: ("it is a folder", "Name a file in it."),
    errno.ENOTDIR: ("a part of its path is a file", "Check the name."),
    errno.EEXIST: ("a file of that name is there", "Choose another name."),
    errno.EACCES: ("you may not", "Ask as the user that it belongs to."),
    errno.EPERM: ("you may not", "Ask as the user that it belongs to."),
    errno.EROFS: ("it lies where nothing can be written", "Choose another place."),
    errno.ENOSPC: ("the disk is full", "Make room."),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One JSON value of a file, and where in it."""

    place: str
    value: JSON


def read(path: Path | str) -> bytes:
    """Return what is in a file; raises OperatorError where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def unreadable(path: Path | str, error: Exception) -> OperatorError:
    """Return the error that a file cannot be read, with why."""
    return _cannot(path, "read", error)


def unwritable(path: Path | str, error: Exception) -> OperatorError:
    """Return the error that a file cannot be written, with why."""
    return _cannot(path, "written", error)


def source(name: str) -> str:
    """Return what a file is called in a sentence."""
    return "Standard input" if name == STANDARD_INPUT else name


def items(name: str, content: bytes) -> list[Item]:
    """Return the values of a file: one, an array of them, or one a line.

    Raises SenderError with the line and column where it is no JSON.
    """
    if not content.strip():
        return []
    try:
        found = parse(content).value
    except Unreadable as error:
        lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
        if len(lines) == 1 or not all(line.lstrip().startswith(b"{") for _, line in lines):
            raise SenderError(_no_json(name, error)) from error
        return [_item(name, number, line) for number, line in lines]
    if isinstance(found, list):
        return [Item(f"{source(name)}, item {number}", value) for number, value in enumerate(found, 1)]
    return [Item(source(name), found)]


def from_standard_input(what: str) -> bytes:
    """Return all of standard input; raises SenderError where somebody sits there and nothing comes."""
    if sys.stdin.isatty():
        raise SenderError(f"Name a file of {what}, or send them to standard input.")
    return sys.stdin.buffer.read()


def _item(name: str, number: int, line: bytes) -> Item:
    try:
        return Item(f"{source(name)}, line {number}", parse(line).value)
    except Unreadable as error:
        raise SenderError(_no_json(name, error, number)) from error


def _no_json(name: str, error: Unreadable, line: int | None = None) -> str:
    line = line if line is not None else getattr(error.__cause__, "lineno", None)
    where = source(name) if line is None else f"{source(name)}, line {line},"
    return f"{where} {why_no_json(error)}; a record is a JSON object with its kind."


def _cannot(path: Path | str, what: str, error: Exception) -> OperatorError:
    number = error.errno if isinstance(error, OSError) else None
    known = getattr(error, "strerror", None) or "its name cannot be one"
    why, action = _WHY.get(number or 0, (known, "Check the name."))
    return OperatorError(f"{path} cannot be {what}: {why}.", action=action)
