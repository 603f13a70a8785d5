"""A question as Lucene is asked it, and facets as nodes carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from catalog.store.words import DIGITS, NAME, Asked, Question
from graph_schema.cypher import SEARCHED

_OF: Final = "\x1f"
"""Stands between a facet and the column that it is said of; see `graph_schema.cypher.FACET_SOURCE`."""


def lucene(asked: Question) -> dict[str, str]:
    """Return the queries for what is called so, for what begins words and for what is inside them, by parameter.

    The index keeps terms as they are made here; of what Lucene's language reads otherwise, only the marks of names and
    digests stand in them.
    """
    return {
        "exact": " ".join(map(_escaped, sorted(asked.exact))),
        "begun": _query(asked, _begins),
        "inside": _query(asked, _stands),
    }


def _query(asked: Question, matches: Callable[[Asked], str]) -> str:
    return " ".join(f"+({' '.join(f'({_all(map(matches, way))})' for way in ways)})" for ways in asked.words)


def _all(some: Iterable[str]) -> str:
    return " ".join(f"+{one}" for one in some)


def _begins(asked: Asked) -> str:
    if asked.text.startswith(DIGITS):
        # Of several fields only these hold digests and run ids, and each field that is asked is a clause.
        return f"({' '.join(f'{field}:{_escaped(asked.text)}*' for field in _DIGESTED)})"
    return f"{asked.text}*"


def _stands(asked: Asked) -> str:
    return f"/([^{DIGITS}].*)?{asked.text}.*/" if asked.inside else _begins(asked)


def _escaped(term: str) -> str:
    return f"\\{term}" if term.startswith((NAME, DIGITS)) else term


_DIGESTED: Final = tuple(name for name in SEARCHED if name in {"search_key", "search_registration"})


def facet_text(name: str, value: str, node: str, source: str) -> str:
    """Return a facet as its node carries it."""
    return f"{name}={value}" if source == node else f"{name}={value}{_OF}{source}"


def facets_of(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return the (facet, value) pairs of what a node carries."""
    return frozenset((name, value) for text in texts for name, _, value in (text.partition(_OF)[0].partition("="),))
