"""Lists of words, written as one reads them."""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    """The words of a text, which stand apart by blanks."""
    return frozenset(words.split())
