"""Facets as nodes carry them, for whoever shows or counts a few of them; all together stand in sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_OF: Final = "\x1f"
"""Stands between a facet and the column that it is said of; see `graph_schema.cypher.FACET_SOURCE`."""


def facet_text(name: str, value: str, node: str, source: str) -> str:
    """Return a facet as its node carries it."""
    return f"{name}={value}" if source == node else f"{name}={value}{_OF}{source}"


def facets_of(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return the (facet, value) pairs of what a node carries."""
    return frozenset((name, value) for name, value, _ in sources_of(texts, ""))


def sources_of(texts: Iterable[str], node: str) -> list[tuple[str, str, str]]:
    """Return (facet, value, source) of what a node carries."""
    found: list[tuple[str, str, str]] = []
    for text in texts:
        pair, _, source = text.partition(_OF)
        name, _, value = pair.partition("=")
        found.append((name, value, source or node))
    return found
