"""The terms that search compares and the values that facets count: made here once, so that every store finds alike.

A store only compares what comes out of here, byte for byte and by prefix; none applies an analyser or collation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from graph_schema.aspects import BY_NAME, PHI

LONGEST: Final = 64
"""Characters of a term that are compared: longer ones are cut, in the index and in the question alike."""

SEARCHED: Final = 250_000
"""Characters of a value by whose words it is found, some 15,000 columns or 100 pages: what follows is kept, and not
searched. Of a text of 14 MB every word would be a row, for 8 s and 75 MB."""


def words(text: str) -> tuple[str, ...]:
    """Return the terms of a question: NFKC, split at all but letters and digits and inside camelCase, lower-cased."""
    return tuple(piece for chunk in _chunks(text) for piece in _pieces(chunk))


def indexed_words(value: object) -> frozenset[str]:
    """Return every term by which a JSON value is found: of all its texts the `words()` and what camelCase joins.

    No more than `SEARCHED` characters of it are read, in the order in which they stand.
    """
    found: set[str] = set()
    left = SEARCHED
    for text in _texts(value):
        for chunk in _chunks(text[:left]):
            found.add(_cut(chunk))
            found.update(_pieces(chunk))
        left -= len(text)
        if left <= 0:
            break
    return frozenset(found)


def facet_values(aspect: str, value: object) -> tuple[str, ...]:
    """Return the values by which an aspect in force is counted and filtered, each once, ascending."""
    if isinstance(value, Mapping):
        known = BY_NAME.get(aspect)
        chosen = [value.get(member) for member in (known and known.counted_by) or ()]
    elif isinstance(value, list | tuple):
        chosen = list(value)
    else:
        chosen = [value]
    return tuple(sorted({one for one in chosen if isinstance(one, str) and one}))


def facets_of(aspect: str, value: object) -> tuple[tuple[str, str], ...]:
    """Return the (facet, value) pairs that an aspect in force gives its node; `phi` comes from tags not rejected."""
    if aspect.startswith(PHI):
        rejected = isinstance(value, Mapping) and value.get("stance") == "REJECT"
        return () if rejected else (("phi", aspect.removeprefix(PHI)),)
    return tuple((aspect, one) for one in facet_values(aspect, value)) if is_facet(aspect) else ()


def is_searchable(aspect: str) -> bool:
    """Tell whether the aspect's texts are found by words."""
    known = BY_NAME.get(aspect)
    return known is not None and known.searchable


def is_facet(aspect: str) -> bool:
    """Tell whether the aspect is counted and filtered by."""
    known = BY_NAME.get(aspect)
    return known is not None and known.counted_by is not None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _chunks(text: str) -> Iterator[str]:
    """Yield the longest runs of letters and digits, case kept."""
    start = None
    normal = unicodedata.normalize("NFKC", text)
    for place, character in enumerate(normal):
        if character.isalnum():
            start = place if start is None else start
        elif start is not None:
            yield normal[start:place]
            start = None
    if start is not None:
        yield normal[start:]


def _pieces(chunk: str) -> Iterable[str]:
    """Yield the humps of camelCase: a capital begins one, the last capital of several belongs to what follows it."""
    start = 0
    for place in range(1, len(chunk)):
        before, here = chunk[place - 1], chunk[place]
        after = chunk[place + 1 : place + 2]
        if here.isupper() and (not before.isupper() or after.islower()):
            yield _cut(chunk[start:place])
            start = place
    yield _cut(chunk[start:])


def _cut(term: str) -> str:
    return term.lower()[:LONGEST]
