"""The generated part of a file that people write: what stands between two marks."""

from __future__ import annotations


def replaced(text: str, begin: str, end: str, content: str) -> str:
    """Return the text with this content between its marks; raises ValueError where they do not stand in this order."""
    before, opening, rest = text.partition(begin)
    _, closing, after = rest.partition(end)
    if not opening or not closing:
        raise ValueError(f"the text has no {begin} followed by {end}")
    return f"{before}{begin}{content}{end}{after}"
