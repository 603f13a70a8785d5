"""Addresses of fields within structures, such as name.family: each part but the last is a structure."""

from __future__ import annotations

from collections.abc import Collection, Iterator


def above(name: str) -> Iterator[str]:
    """Yield the addresses of the structures that a field is in."""
    place = name.find(".", 1)
    while place > 0:
        yield name[:place]
        place = name.find(".", place + 1)


def is_within(name: str, fields: Collection[str]) -> bool:
    """Tell whether a field, or a structure that it is in, is among the fields."""
    return name in fields or ("." in name and any(one in fields for one in above(name)))
