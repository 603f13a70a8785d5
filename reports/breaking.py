"""Where a word may break, the same in page and PDF: where a reader sees that it goes on, and else nowhere.

A line that ends with a slash, a colon or an @, or begins with a dot, an underscore or a hyphen, is no whole name; one
that ends with a hyphen would read as a word divided by the typesetter. What is copied stays whole in any case.
"""

from __future__ import annotations

import re

LONG_WORD = 18
_WORD = re.compile(r"(\S+)")
# What a typesetter breaks after by itself, so that such a word must be kept together.
_JOINED = re.compile(r"[^\s-][-/:._@|?&=]+[^\s]")
_AFTER = re.compile(r"(?<=[/:@|?&=,;])(?=[^/:@|?&=,;\s])")
_BEFORE = re.compile(r"(?<=[^._-])(?=[._-]+[^._-])")
# A line of such letters is read on by itself: a digest, a key.
_CHUNK = 8
_ORDINARY = re.compile(r"[^\W\d_]{1,24}\W*")

Pieces = list[str | list[str]]


def pieces(text: str, longest: int = LONG_WORD) -> Pieces:
    """Return a text as pieces: a string breaks at its blanks, a list of chunks between two of them and nowhere else.

    A word longer than `longest` has chunks of at most that many letters.
    """
    found: Pieces = []
    for part in _WORD.split(text):
        if part and not part.isspace() and (len(part) > longest or _JOINED.search(part)):
            found.append(chunks(part, longest))
        elif part and found and isinstance(found[-1], str):
            found[-1] += part
        elif part:
            found.append(part)
    return found


def segments(word: str) -> list[str]:
    """Return a word in the pieces between which a reader sees that it goes on, however short they are."""
    return [each for part in _AFTER.split(word) for each in _BEFORE.split(part)]


def chunks(word: str, longest: int = LONG_WORD) -> list[str]:
    """Return the chunks of one word, which may break between them."""
    if len(word) <= longest:
        return [word]
    found: list[str] = []
    for segment in _AFTER.split(word):
        for each in [segment] if len(segment) <= longest else _BEFORE.split(segment):
            found += [each] if len(each) <= longest or _ORDINARY.fullmatch(each) else _cut(each)
    return found


def _cut(text: str) -> list[str]:
    return [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
