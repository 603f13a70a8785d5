"""YAML and JSON as people write them, read strictly: each value as it looks, each with its line.

YAML is read as JSON with less to type (the core schema of YAML 1.2.2, §10.3): `NO` and `2026-01-01` are texts. What
readers of YAML disagree about, or what could be more than it looks, is refused with what to write instead.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NoReturn

import yaml

from catalog.errors import SenderError

MOST_LEVELS: Final = 32
"""So deep a document may nest."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_UNSURE = re.compile(
    r"[-+]?(?:0[0-9_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*_[0-9_]*|[0-9]{19,}|\.(?:inf|Inf|INF))"
    r"|\.(?:nan|NaN|NAN)|[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?",
    re.ASCII,
)
"""What one reader takes for a number of one value, another for one of another, or for a text."""


class Written(StrEnum):
    """How a file of records is written."""

    YAML = "yaml"
    """Documents of YAML."""
    JSON = "json"
    """JSON values, one after the other."""


@dataclass(frozen=True, slots=True)
class Document:
    """A value of a file, and the line of each value in it by its JSON pointer (RFC 6901)."""

    file: str
    value: Any
    lines: Mapping[str, int] = field(repr=False)

    def line(self, pointer: str) -> int:
        """Return the line of what the pointer names, or of the nearest thing around it that is written there."""
        while pointer not in self.lines and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def read(name: str, content: bytes, called: str | None = None) -> list[Document]:
    """Return the documents of a file, empty ones left out; YAML unless its name or first character says JSON.

    `called` is what the file is called in a sentence, by default its name. Raises SenderError with that, the line and
    what would be right.
    """
    file = name if called is None else called
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SenderError(f"{file}, line {line}, is no UTF-8: save it as UTF-8.") from error
    found = _json(file, text) if written(name, text) is Written.JSON else _yaml(file, text)
    return [one for one in found if one.value is not None]


def written(name: str, text: str) -> Written:
    """Return how a file is written, by its name, else by how it begins."""
    end = name.rpartition(".")[2].lower()
    if end in {"yaml", "yml"}:
        return Written.YAML
    return Written.JSON if end in {"json", "ndjson", "jsonl"} or text.lstrip()[:1] in {"{", "["} else Written.YAML


def plain(text: str) -> Any:  # noqa: ANN401  a scalar of JSON
    """Return what a plain scalar of YAML is: null, true or false, a number, or else the text itself.

    Raises ValueError for what readers of YAML disagree about.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _UNSURE.fullmatch(text):
        raise ValueError(text)
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def step(pointer: str, key: str | int) -> str:
    """Return the pointer to a member of what a pointer names."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _again(key: str, line: int) -> str:
    return f"{key} stands here again, first on line {line}: write it once."


def _refuse(file: str, line: int, sentence: str) -> NoReturn:
    raise SenderError(f"{file}, line {line}: {sentence}")


class _Yaml:
    """The documents of one text of YAML, made of its events: nothing that a tag or an alias stands for is ever made."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        self._lines: dict[str, int] = {}

    def documents(self) -> Iterator[Document]:
        try:
            for event in self._events:
                if isinstance(event, yaml.DocumentStartEvent):
                    self._lines = {}
                    yield Document(self._file, self._value(next(self._events), "", 0), self._lines)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._unreadable(1 if mark is None else mark.line + 1, error.problem or "it ends too early")
        except yaml.YAMLError:
            self._unreadable(1, "it cannot be read")

    def _unreadable(self, line: int, problem: str) -> NoReturn:
        lines = self._text.splitlines() or [""]
        line = min(line, len(lines))
        written = lines[line - 1]
        if "\t" in written[: len(written) - len(written.lstrip())]:
            _refuse(self._file, line, "it is indented by a tab: YAML is indented by blanks alone.")
        more = "; a text that holds ': ' stands in quotes" if "mapping values" in problem else ""
        _refuse(self._file, line, f"this is no YAML: {problem}{more}.")

    def _value(self, event: Any, pointer: str, level: int) -> Any:  # noqa: ANN401  PyYAML has no types for events
        line = event.start_mark.line + 1
        self._lines.setdefault(pointer, line)
        if isinstance(event, yaml.AliasEvent):
            _refuse(self._file, line, f"*{event.anchor} stands for something else: write that here itself.")
        if event.anchor is not None:
            _refuse(self._file, line, f"&{event.anchor} names it for use elsewhere, which is not read: leave it out.")
        if event.tag not in {None, "!"}:
            _refuse(self._file, line, "a tag (!) is not read: leave it out, and put what is a text in quotes.")
        if level > MOST_LEVELS:
            _refuse(self._file, line, f"it nests deeper than {MOST_LEVELS} levels: no record does.")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(pointer, level)
        return self._mapping(pointer, level)

    def _sequence(self, pointer: str, level: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, step(pointer, len(items)), level + 1))
        return items

    def _mapping(self, pointer: str, level: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                _refuse(self._file, line, "the name of a member is a text.")
            key = self._value(event, pointer, level)
            if not isinstance(key, str):
                _refuse(self._file, line, f"{json.dumps(key)} names a member and is no text: put it in quotes.")
            place = step(pointer, key)
            if key in members:
                _refuse(self._file, line, _again(key, self._lines[place]))
            self._lines[place] = line
            members[key] = self._value(next(self._events), place, level + 1)
        return members

    def _scalar(self, event: Any, line: int) -> Any:  # noqa: ANN401
        if not event.implicit[0]:
            return str(event.value)
        try:
            return plain(event.value)
        except ValueError:
            _refuse(
                self._file,
                line,
                f"{event.value[:40]} is a number to one reader and none, or another, to the next: put it in quotes if"
                " it is a text, else write it in plain digits.",
            )


def _yaml(file: str, text: str) -> list[Document]:
    if (found := _UNPRINTABLE.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        code = f"U+{ord(found[0]):04X}"
        _refuse(file, line, f"{code} is a control character: leave it out, or escape it in double quotes.")
    return list(_Yaml(file, text).documents())


class _Json:
    """The values of one text of JSON, one after the other."""

    _decoder: Final = json.JSONDecoder()

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[str, int] = {}

    def documents(self) -> Iterator[Document]:
        at = self._blank(0)
        while at < len(self._text):
            self._lines = {}
            value, at = self._value(at, "", 0)
            yield Document(self._file, value, self._lines)
            at = self._blank(at)

    def _line(self, at: int) -> int:
        return bisect_right(self._breaks, at - 1) + 1

    def _blank(self, at: int) -> int:
        while self._text[at : at + 1] in {" ", "\t", "\n", "\r"}:
            at += 1
        return at

    def _no(self, at: int, sentence: str) -> NoReturn:
        _refuse(self._file, self._line(at), sentence)

    def _value(self, at: int, pointer: str, level: int) -> tuple[Any, int]:
        self._lines[pointer] = self._line(at)
        if level > MOST_LEVELS:
            self._no(at, f"it nests deeper than {MOST_LEVELS} levels: no record does.")
        match self._text[at : at + 1]:
            case "{":
                return self._object(at, pointer, level)
            case "[":
                return self._array(at, pointer, level)
            case '"':
                return self._string(at)
        try:
            value, end = self._decoder.raw_decode(self._text, at)
        except ValueError:
            self._no(at, "this is no JSON: a value is missing here, or wrongly written.")
        if isinstance(value, float) and not math.isfinite(value):
            self._no(at, "this is no number of JSON.")
        return value, end

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = self._decoder.raw_decode(self._text, at)
        except ValueError:
            self._no(at, "this is no JSON: a text is wrongly written, or has no end.")
        if _SURROGATE.search(text):
            self._no(at, "this text holds half a character: write all of it.")
        return text, end

    def _object(self, at: int, pointer: str, level: int) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        at = self._blank(at + 1)
        while self._text[at : at + 1] != "}":
            if members:
                at = self._blank(self._expect(at, ","))
            if self._text[at : at + 1] != '"':
                self._no(at, 'this is no JSON: the name of a member, in ", is missing.')
            start = at
            key, at = self._string(at)
            place = step(pointer, key)
            if key in members:
                self._no(start, _again(key, self._lines[place]))
            at = self._blank(self._expect(self._blank(at), ":"))
            members[key], at = self._value(at, place, level + 1)
            self._lines[place] = self._line(start)
            at = self._blank(at)
        return members, at + 1

    def _array(self, at: int, pointer: str, level: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        at = self._blank(at + 1)
        while self._text[at : at + 1] != "]":
            if items:
                at = self._blank(self._expect(at, ","))
            value, at = self._value(at, step(pointer, len(items)), level + 1)
            items.append(value)
            at = self._blank(at)
        return items, at + 1

    def _expect(self, at: int, character: str) -> int:
        if self._text[at : at + 1] != character:
            self._no(at, f"this is no JSON: '{character}' is missing here.")
        return at + 1


def _json(file: str, text: str) -> list[Document]:
    return list(_Json(file, text).documents())
