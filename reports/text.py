"""What a stranger's text may do in a report: be read, and nothing else.

White space is one space, hidden characters and those that no committed font covers are shown as their escapes, so that
the page, the PDF and the JSON show the same. The evidence keeps every string as it was recorded.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

from graph_schema.characters import escape_hidden

LONGEST_SHOWN = 600
LEADING_VOWELS: Final = "\u0e40\u0e41\u0e42\u0e43\u0e44"
"""Of Thai: a syllable begins with one, and its consonant follows."""

_VIRAMA: Final = 9
"""The combining class of what joins a consonant to the next one."""

_KEPT_ENDS = 40
_BLANKS = re.compile("[ \t\n\v\f\r]+")


def clean(text: str, *, noted: bool = True) -> str:
    """Return `text` as a report shows it: harmless, in covered characters, at most about `LONGEST_SHOWN` long.

    Of what is left out the length is `noted`, and where the whole is, but in a drawing, whose legend says so.
    """
    shown = _drawable(escape_hidden(_BLANKS.sub(" ", text).strip(" ")))
    if len(shown) <= LONGEST_SHOWN:
        return shown
    head, end = _until(shown, LONGEST_SHOWN - _KEPT_ENDS).rstrip(), _since(shown, len(shown) - _KEPT_ENDS).lstrip()
    return f"{head} … {end}" + (f" [{len(text):,} characters; whole in the attached evidence]" if noted else "")


def width_of(text: str) -> int:
    """Return how wide a text is about, in letters of the Latin alphabet: an ideograph takes two, a mark nothing."""
    return len(text) if text.isascii() else sum(map(_width, text))


def beginning(text: str, most: int) -> str:
    """Return as much of the beginning as is at most `most` wide, no letter without its marks."""
    end = wide = 0
    for character in text:
        if (wide := wide + _width(character)) > most:
            break
        end += 1
    return _until(text, end)


def starts_cluster(text: str, at: int) -> bool:
    """Tell whether the text may be cut before this place: no mark, conjunct or vowel is parted from its letter."""
    return not (_is_mark(text[at]) or unicodedata.combining(text[at - 1]) == _VIRAMA or text[at - 1] in LEADING_VOWELS)


def _until(text: str, end: int) -> str:
    while 0 < end < len(text) and not starts_cluster(text, end):
        end -= 1
    return text[:end]


def _since(text: str, start: int) -> str:
    while 0 < start < len(text) and not starts_cluster(text, start):
        start += 1
    return text[start:]


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _drawable(text: str) -> str:
    """Show as escapes what no font draws: a character that none covers, a mark that none covers with its letter."""
    if text.isascii():
        return text
    covering, shown, fonts = _covering(), [], 0
    for character in text:
        found = covering.get(character, 0)
        fonts = fonts & found if _is_mark(character) else found
        shown.append(character if fonts else f"\\u{{{ord(character):X}}}")
    return "".join(shown)


@cache
def _covering() -> dict[str, int]:
    """Return which committed families cover a character, one bit each."""
    families = json.loads((files("reports") / "fonts" / "coverage.json").read_text(encoding="utf-8"))
    covering: dict[str, int] = {}
    for number, ranges in enumerate(families.values()):
        for first_code, last_code in ranges:
            for code in range(first_code, last_code + 1):
                covering[chr(code)] = covering.get(chr(code), 0) | 1 << number
    return covering
