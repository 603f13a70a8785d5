"""Letters as search compares them: without case, without accents, in one form, whatever the script."""

from __future__ import annotations

import unicodedata
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ł": "l",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ŋ": "n",
        "ŧ": "t",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\N{ARABIC TATWEEL}": None,
    }
)
"""What Unicode does not take apart, as people type it; the tatweel only stretches a word."""


def fold(text: str) -> str:
    """Return the text in NFKC, case folded (Unicode 3.13), its accents and points left out.

    Accents are the marks over, under and through a letter, Hebrew points and Arabic vowels: what people leave out when
    they type. A mark that makes another letter stays: kana's voicing, the vowels and tones of Thai and Devanagari.
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(one for one in apart if not _is_accent(one) and unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFKC", kept.translate(_LETTERS))


def is_caseless(text: str) -> bool:
    """Tell whether a letter of it is of a script without case, where words are short or not set apart by blanks."""
    return not text.isascii() and any(unicodedata.category(one) == "Lo" for one in text)


def is_inside_word(character: str) -> bool:
    """Tell whether a word goes on with it: a letter, a digit, or a mark or joiner that has no place of its own."""
    return character.isalnum() or unicodedata.category(character) in _JOINED


_JOINED: Final = frozenset({"Mn", "Mc", "Me", "Cf"})
_THROUGH: Final = 1
_POINTS: Final = range(10, 36)
_ABOVE_OR_BELOW: Final = 200


def _is_accent(character: str) -> bool:
    """Tell it by the canonical combining class (Unicode 4.3)."""
    place = unicodedata.combining(character)
    return place == _THROUGH or place in _POINTS or place >= _ABOVE_OR_BELOW
