"""Text as it reads: what hides digits from a scan is taken away, and every place is remembered.

Zero-width and other format characters vanish, digits of any script, full-width letters and signs become ASCII, dashes
and blanks become `-` and a blank, percent-encoded characters (RFC 3986, however often encoded) become themselves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_ENCODED: Final = re.compile(
    r"%(?:25){0,8}(?P<percent>[2-7][0-9A-Fa-f])"
    r"|&(?:#0{0,4}(?P<decimal>[1-9]\d{1,2})|#[xX]0{0,4}(?P<hexadecimal>[0-9A-Fa-f]{2})|nbsp);"
)
_WIDE: Final = ("<wide>", "<narrow>", "<font>", "<circle>")
_MARKS: Final = frozenset({"Mn", "Me"})


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it reads; `places` holds where each of its characters began, and the end, or is None where all stay."""

    text: str
    places: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original a span of the folded text lies."""
        return (start, end) if self.places is None else (self.places[start], self.places[end])


def fold(text: str) -> Folded:
    """The text as it reads; one pass, and none where everything is ASCII without percent signs."""
    if text.isascii() and "%" not in text and "&" not in text:
        return Folded(text)
    written: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        character = text[at]
        encoded = _ENCODED.match(text, at) if character in "%&" else None
        if encoded is not None:
            read, width = _decoded(encoded), encoded.end() - at
        else:
            read, width = character if character.isascii() else _read(character), 1
            if read and written and written[-1].isdigit() and unicodedata.category(character) in _MARKS:
                read = ""  # a stroke or a dot over a digit
        if read:
            written.append(read)
            places.append(at)
        at += width
    places.append(len(text))
    return Folded("".join(written), tuple(places))


def _decoded(encoded: re.Match[str]) -> str:
    if encoded["percent"]:
        return chr(int(encoded["percent"], 16))
    code = int(encoded["decimal"]) if encoded["decimal"] else int(encoded["hexadecimal"] or "20", 16)
    return chr(code) if 0x20 <= code < 0x7F else " "  # noqa: PLR2004 - what ASCII prints


@lru_cache(maxsize=4_096)
def _read(character: str) -> str:
    """How one character that is not ASCII reads: one character, or none."""
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs":
        return " "
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if unicodedata.decomposition(character).startswith(_WIDE):
        plain = unicodedata.normalize("NFKC", character)
        return plain if len(plain) == 1 and plain.isascii() else character
    return character
