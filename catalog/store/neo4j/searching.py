"""A question as Lucene is asked it, and facets as nodes carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from catalog.store.words import DIGITS, NAME, PAIR, Asked, Question
from graph_schema.cypher import SEARCHED

_OF: Final = "\x1f"
"""Stands between a facet and the column that it is said of; see `graph_schema.cypher.FACET_SOURCE`."""


def lucene(asked: Question) -> dict[str, str]:
    """Return the queries for each rank of `Question.rank`, by parameter, of which each finds what a better one does.

    The index keeps terms as they are made here; of what Lucene's language reads otherwise, only the marks of names,
    pairs and digests stand in them.
    """
    return {
        "exact": " ".join(map(_escaped, sorted(asked.exact))),
        "named": f"{_KEY}:{_escaped(asked.begun)}*",
        "begun": _query(asked, lambda one: _begins(one, _OF_KEY)),
        "inside": _query(asked, lambda one: _stands(one, _OF_KEY)),
        "said": _query(asked, lambda one: f"({_stands(one, _OF_KEY)} {_begins(one)})"),
        "within": _query(asked, _stands),
    }


def _query(asked: Question, matches: Callable[[Asked], str]) -> str:
    return " ".join(f"+({' '.join(f'({_all(map(matches, way))})' for way in ways)})" for ways in asked.words)


def _all(some: Iterable[str]) -> str:
    return " ".join(f"+{one}" for one in some)


def _begins(asked: Asked, fields: Sequence[str] = ()) -> str:
    if asked.text.startswith(DIGITS) and not fields:
        # Of several fields only these hold digests and run ids, and each field that is asked is a clause.
        fields = _DIGESTED
    return _of(fields, f"{_escaped(asked.text)}*")


def _stands(asked: Asked, fields: Sequence[str] = ()) -> str:
    return _of(fields, f"/([^{_MARKS}].*)?{asked.text}.*/") if asked.inside else _begins(asked, fields)


def _of(fields: Sequence[str], clause: str) -> str:
    return f"({' '.join(f'{field}:{clause}' for field in fields)})" if fields else clause


def _escaped(term: str) -> str:
    return f"\\{term}" if term.startswith((NAME, PAIR, DIGITS)) else term


_KEY: Final = "search_key"
_OF_KEY: Final = (_KEY,)
_MARKS: Final = f"{NAME}{PAIR}{DIGITS}"
_DIGESTED: Final = tuple(name for name in SEARCHED if name in {"search_key", "search_registration"})


def facet_text(name: str, value: str, node: str, source: str) -> str:
    """Return a facet as its node carries it."""
    return f"{name}={value}" if source == node else f"{name}={value}{_OF}{source}"


def facets_of(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return the (facet, value) pairs of what a node carries."""
    return frozenset((name, value) for text in texts for name, _, value in (text.partition(_OF)[0].partition("="),))
