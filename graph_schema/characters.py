"""Characters that a reader cannot see or that move what they see, written so that they can be seen.

Names and texts are kept byte for byte; wherever one is drawn (terminal, log line, page) it passes `escape_hidden`, and
JSON for programs passes `escape_json`. Hidden are: control, format and bidirectional characters (UAX #9), surrogates,
private and unassigned ones, every blank but U+0020, what Unicode says may be ignored in display, and combining marks
that imitate another spelling (UTS #39): without a base, on an ASCII letter, where one character says the same, or more
than four on one base.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_MOST_MARKS: Final = 4
_IGNORABLE: Final = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
            *range(0x180B, 0x1810),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""Printable by their category, and yet nothing is drawn: Default_Ignorable_Code_Point, and the empty Braille cell."""

_LEFTWARD: Final = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
RIGHT_TO_LEFT: Final = f"{_LEFTWARD}+(?:[ '\"’-]{_LEFTWARD}+)*"
"""A stretch of text that runs from right to left, as a pattern that Python and Typst read alike.

Whatever draws it isolates it (UAX #9), so that it turns the order of nothing beside it. Digits, full stops, slashes and
whatever else stands between the parts of an identifier end it: those stay in their order from left to right.
"""
_RUN: Final = re.compile(RIGHT_TO_LEFT)
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7e]")


def escape_hidden(text: str) -> str:
    r"""Return the text with every hidden character as `\u{…}`, its code point in hex; what is visible stays.

    Escaping twice is escaping once. A text that holds such an escape literally looks the same; JSON tells them apart.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(text))


def escape_json(document: str) -> str:
    r"""Return a JSON document with the hidden characters in its strings as JSON's own `\u` escapes (RFC 8259 §7)."""
    return _BEYOND_ASCII.sub(lambda found: _as_json(ord(found[0])) if _is_hidden(found[0]) else found[0], document)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text in their order, each with whether it runs from right to left."""
    end = 0
    for found in _RUN.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    if end < len(text):
        yield text[end:], False


def _visible(text: str) -> Iterator[str]:
    base, marks = "", 0
    for character in text:
        if _is_hidden(character):
            base, marks = "", 0
            yield _escaped(character)
        elif unicodedata.category(character) in {"Mn", "Me"}:
            marks += 1
            if marks > _MOST_MARKS or _imitates(base, character):
                base = ""
                yield _escaped(character)
            else:
                yield character
        else:
            base, marks = character, 0
            yield character


def _is_hidden(character: str) -> bool:
    return not character.isprintable() or character in _IGNORABLE


def _imitates(base: str, mark: str) -> bool:
    """Tell whether a mark after this base looks like something else."""
    # A vowel sign that takes room (Mc) carries marks as a letter does: हां, কাঁচ.
    bears_marks = base.isalnum() or (base != "" and unicodedata.category(base) == "Mc")
    if not bears_marks or base.isascii() or unicodedata.category(mark) == "Me":
        return True
    return len(unicodedata.normalize("NFC", base + mark)) == 1


def _escaped(character: str) -> str:
    return f"\\u{{{ord(character):X}}}"


def _as_json(code: int) -> str:
    if code <= 0xFFFF:  # noqa: PLR2004  the last that one UTF-16 unit holds
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
