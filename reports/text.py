"""What a stranger's text may do in a report: be read, and nothing else.

Control and bidirectional characters are removed, white space is one space, and a character that no committed font
covers is shown as its escape, so that the page, the PDF and the JSON show the same. The evidence keeps every string
as it was recorded.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib.resources import files

LONGEST_SHOWN = 600
_KEPT_ENDS = 40
# Invisible characters that reorder, join or hide their neighbours (UAX #9, and variation selectors).
_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x00AD, 0x00AD),
        (0x034F, 0x034F),
        (0x061C, 0x061C),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF9, 0xFFFB),
        (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
)


def clean(text: str) -> str:
    """Return `text` as a report shows it: harmless, in covered characters, at most about `LONGEST_SHOWN` long."""
    shown = "".join(_shown(character) for character in " ".join(_visible(text).split()))
    if len(shown) <= LONGEST_SHOWN:
        return shown
    head = shown[: LONGEST_SHOWN - _KEPT_ENDS].rstrip()
    return f"{head} … {shown[-_KEPT_ENDS:].lstrip()} [{len(text):,} characters; whole in the attached evidence]"


def _visible(text: str) -> str:
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or (character not in _INVISIBLE and unicodedata.category(character) != "Cc")
    )


def _shown(character: str) -> str:
    return character if ord(character) in _covered() else f"\\u{{{ord(character):X}}}"


@cache
def _covered() -> frozenset[int]:
    ranges = json.loads((files("reports") / "fonts" / "coverage.json").read_text(encoding="utf-8"))
    return frozenset(code for first, last in ranges for code in range(first, last + 1))
