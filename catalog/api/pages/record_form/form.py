"""From what was typed to the record's payload, and to the same fields again with what was typed in them.

A field is called by its JSON pointer (RFC 6901), so that what is wrong in a record is said beside it. What is left
blank is left out. Rows of a list that are blank are taken out first, so that both ways count the others alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.api.pages.record_form.fields import Control, Field
from catalog.api.pages.recording import midnight

NONE_OF: Final = "none_of"
"""Under this name stand the pointers of the lists that were said to be empty."""
MOST_ROWS: Final = 100
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_ROW = re.compile(r"/(0|[1-9]\d{0,3})/", re.ASCII)
_YES_NO = {"true": True, "false": False}

Given = Mapping[str, Sequence[str]]
"""What was typed, by pointer."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A field as it is drawn: where it stands, what was typed in it, and what is wrong with that."""

    field: Field
    pointer: str
    texts: tuple[str, ...] = ()
    none: bool = False
    """Whether the list was said to be empty."""
    wrong: str = ""
    rows: tuple[tuple[Filled, ...], ...] = ()
    """The members of a group: one row of them, or one for each item of a list."""

    @property
    def text(self) -> str:
        """Return what was typed, the items of a list a line each."""
        return "\n".join(self.texts)

    @property
    def is_open(self) -> bool:
        """Whether anything was typed here, or is wrong."""
        return bool(self.texts or self.wrong or self.none) or any(one.is_open for row in self.rows for one in row)


def payload(fields: Iterable[Field], given: Given, above: str = "") -> dict[str, Any]:
    """Return the members of a record as JSON values; what should be a number and is none stays the text that it is."""
    values = {field.name: _value(field, f"{above}/{field.name}", given) for field in fields}
    return {name: value for name, value in values.items() if value is not None}


def _value(field: Field, pointer: str, given: Given) -> Any:  # noqa: ANN401  a JSON value
    if field.or_none and pointer in given.get(NONE_OF, ()):
        return []
    if field.control is Control.GROUP:
        if field.several:
            items = [payload(field.members, given, f"{pointer}/{row}") for row in rows(given, pointer)]
            return items or None
        return payload(field.members, given, pointer) or None
    texts = _texts(field, pointer, given)
    values = [_scalar(field, text) for text in texts]
    return (values or None) if field.several else next(reversed(values), None)


def _texts(field: Field, pointer: str, given: Given) -> tuple[str, ...]:
    """Return what was typed in a field: its items, or its one text; nothing where that is blank."""
    typed = [text.replace("\r\n", "\n") for text in given.get(pointer, ())]
    if not field.several:
        return tuple(text for text in typed[-1:] if text.strip())
    if field.control is Control.WORD:
        return tuple(dict.fromkeys(text for text in typed if text.strip()))
    return tuple(line.strip() for text in typed for line in text.split("\n") if line.strip())


def _scalar(field: Field, text: str) -> str | int | float | bool:
    match field.control:
        case Control.YES_NO:
            return _YES_NO.get(text, text)
        case Control.NUMBER:
            return _number(text.strip(), fraction=field.fraction)
        case Control.TIME:
            return midnight(text.strip())
    return text


def _number(text: str, *, fraction: bool) -> str | int | float:
    if _INTEGER.fullmatch(text):
        return int(text)
    if fraction:
        try:
            number = float(text)
        except ValueError:
            return text
        return number if math.isfinite(number) else text
    return text


def rows(given: Given, pointer: str) -> tuple[int, ...]:
    """Return the numbers of the rows of a list in which something was typed, in order."""
    found = {
        int(row[1])
        for name, texts in given.items()
        if name.startswith(f"{pointer}/") and any(text.strip() for text in texts)
        if (row := _ROW.match(name, len(pointer)))
    }
    return tuple(sorted(found)[:MOST_ROWS])


def dense(fields: Iterable[Field], given: Given, above: str = "") -> dict[str, Sequence[str]]:
    """Return what was typed, with the rows of each list counted from 0 without gaps."""
    found = dict(given)
    for field in fields:
        pointer = f"{above}/{field.name}"
        if field.control is not Control.GROUP:
            continue
        if not field.several:
            found = dense(field.members, found, pointer)
            continue
        for new, old in enumerate(rows(found, pointer)):
            found = _moved(found, f"{pointer}/{old}/", f"{pointer}/{new}/")
            found = dense(field.members, found, f"{pointer}/{new}")
    return found


def _moved(given: Mapping[str, Sequence[str]], old: str, new: str) -> dict[str, Sequence[str]]:
    if old == new:
        return dict(given)
    kept = {name: texts for name, texts in given.items() if not name.startswith((old, new))}
    moved = {new + name.removeprefix(old): texts for name, texts in given.items() if name.startswith(old)}
    return {**kept, **moved}


def filled(
    fields: Iterable[Field], given: Given, wrong: Mapping[str, str], more: str = "", above: str = ""
) -> tuple[Filled, ...]:
    """Return the fields with what was typed in them; the list at the pointer `more` gets one more row.

    What was typed has to be dense. `wrong` says by pointer what is wrong. A list that nothing was typed in has one row.
    """
    return tuple(_filled(field, f"{above}/{field.name}", given, wrong, more) for field in fields)


def _filled(field: Field, pointer: str, given: Given, wrong: Mapping[str, str], more: str) -> Filled:
    is_group = field.control is Control.GROUP
    places = _places(field, pointer, given, more) if is_group else []
    return Filled(
        field=field,
        pointer=pointer,
        texts=() if is_group else _texts(field, pointer, given),
        none=field.or_none and pointer in given.get(NONE_OF, ()),
        wrong=wrong.get(pointer, ""),
        rows=tuple(filled(field.members, given, wrong, more, place) for place in places),
    )


def _places(field: Field, pointer: str, given: Given, more: str) -> list[str]:
    if not field.several:
        return [pointer]
    number = max(len(rows(given, pointer)), 1)
    shown = min(number + (more == pointer), MOST_ROWS)
    return [f"{pointer}/{row}" for row in range(shown)]


def beside(fields: Iterable[Filled], errors: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each (pointer, sentence) with the pointer of the nearest field that is drawn, "" where none is."""
    drawn = set(_pointers(fields))
    for pointer, sentence in errors:
        place = pointer
        while place and place not in drawn:
            place = place.rpartition("/")[0]
        yield place, sentence


def _pointers(fields: Iterable[Filled]) -> Iterator[str]:
    for one in fields:
        yield one.pointer
        for row in one.rows:
            yield from _pointers(row)
