"""The terms that search compares and the values that facets count: made here once, so that every store finds alike.

A store only compares what comes out of here, byte for byte: whole, by prefix, and by what a term holds inside. None
applies an analyser or collation. What a node is found by are its terms:

- a word: of a chunk of letters and digits the whole, and the humps of its camelCase, folded;
- `=` and the folded words of a name: equal where the name is what was asked;
- `^` and the first of these words, by which names are found that begin with one word, however many there are;
- `~` and two words that stand next to each other in a text, each with a dot behind it: of these a phrase is made;
- `#` and the hexadecimal digits of a digest or UUID, found by their beginning alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from typing import Final

from catalog.store.folding import fold, is_caseless, is_inside_word
from graph_schema.aspects import BY_NAME
from graph_schema.nodes import Node

LONGEST: Final = 64
"""Characters of a term: a longer word is kept as overlapping pieces of it."""

_STRIDE: Final = LONGEST // 2
"""How far pieces are apart, and how long those of a question are, so that each lies within one piece of a word."""

_INSIDE: Final = 3
"""Letters from which on a word is found inside another: with fewer, CT would be found in every factor."""

SEARCHED: Final = 250_000
"""Characters of a value by whose words it is found, some 15,000 columns or 100 pages: what follows is kept, and not
searched. Of a text of 14 MB every word would be a row, for 8 s and 75 MB."""

NAME, FIRST, PAIR, DIGITS = "=", "^", "~", "#"
_MARKS: Final = (NAME, FIRST, PAIR, DIGITS)
_BETWEEN: Final = "."
"""Stands between the words of a name."""
_PART: Final = (LONGEST - 3) // 2
"""Letters of each of two words that stand next to each other."""

_WHOLE: Final = re.compile(
    r"(?:sha\d{1,3}[:-])?([0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE | re.ASCII
)
_BEGUN: Final = re.compile(r"(?:sha\d{1,3}[:-])?((?:[0-9a-f]-?){8,128})", re.IGNORECASE | re.ASCII)
_TOKEN: Final = re.compile(r'["\u201c\u201e]([^"\u201c\u201d]+)["\u201c\u201d]|(\S+)')
"""A phrase between quotation marks, or what stands between blanks."""

_ASCII_CHUNK: Final = re.compile(r"[A-Za-z0-9]+")
FACET_OF: Final[Mapping[str, str]] = {"permitted_use": "purpose"}
"""The facets that are called otherwise than their aspects."""

_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {"Column": (), "Run": ("run_id",)}
"""The fields of a key by which nodes of a label are found, where these are not all: a column is found by the schema of
its dataset, and a job by its name without every run of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One term that is asked for, and whether it may stand inside a word and not only begin it."""

    text: str
    inside: bool

    def place(self, key: frozenset[str], stated: frozenset[str]) -> int | None:
        """Return where it is found best, as `Question.rank` counts; None where it is not found."""
        for terms, place in ((key, 2), (stated, 4)):
            if any(term.startswith(self.text) for term in terms):
                return place
            if self.inside and any(self.text in term for term in terms if is_word(term)):
                return place + 1
        return None


@dataclass(frozen=True)
class Question:
    """What a text asks for: of each word one of several ways, each of them terms that all have to match."""

    words: tuple[tuple[tuple[Asked, ...], ...], ...]
    exact: frozenset[str]
    """The terms of which a node has one whose name, digest or run id is what was asked."""

    @cached_property
    def asked(self) -> frozenset[Asked]:
        """Return every term that is asked for."""
        return frozenset(one for ways in self.words for way in ways for one in way)

    @property
    def begun(self) -> str:
        """Return how a term of a name begins that begins with what was asked."""
        name = next((term for term in self.exact if term.startswith(NAME)), "")
        return name if _BETWEEN in name or not name else FIRST + name[1:]

    def rank(self, key: frozenset[str], stated: frozenset[str]) -> int | None:
        """Return how well a node of these terms matches, the best first, None where it does not.

        `key` are the terms of its key, `stated` those of its aspects. 0 is what is called so, 1 whose name begins
        so. Else the word that is found worst decides: 2 where it begins a word of the name, 3 where it is inside one,
        4 where it begins a word of what is said, 5 where it is inside one.
        """
        if not self.words or not (self.exact.isdisjoint(key) and self.exact.isdisjoint(stated)):
            return 0
        if any(term.startswith(self.begun) for term in key if self.begun):
            return 1
        found = {one: place for one in self.asked if (place := one.place(key, stated)) is not None}
        worst = [
            min((max(found[one] for one in way) for way in ways if found.keys() >= set(way)), default=None)
            for ways in self.words
        ]
        known = [place for place in worst if place is not None]
        return max(known) if len(known) == len(worst) else None


@lru_cache(maxsize=256)
def question(text: str) -> Question:
    """Return what a text asks for."""
    asked: dict[tuple[tuple[Asked, ...], ...], None] = {}
    for phrase, single in _TOKEN.findall(text):
        pairs, token = tuple(_pairs(phrase)), single or phrase
        if pairs and _digits(_BEGUN, phrase) is None:
            # What stands in the middle is whole, the last word may be a beginning.
            asked[(tuple(Asked(one, inside=False) for one in (*pairs[:-1], pairs[-1][:-1])),)] = None
            continue
        chunks = [fold(chunk) for chunk in _chunks(token)]
        digits = _digits(_BEGUN, token)
        if digits is not None:
            whole = tuple(chain.from_iterable(map(_asked, chunks)))
            asked[whole, (Asked(DIGITS + digits, inside=False),)] = None
        else:
            for chunk in _chunks(token):
                ways = dict.fromkeys((_asked(fold(chunk)), tuple(chain.from_iterable(map(_asked, _humps(chunk))))))
                asked[tuple(ways)] = None
    exact = {_name_of(text)} | ({DIGITS + digits} if (digits := _digits(_WHOLE, text.strip())) else set())
    return Question(tuple(asked), frozenset(exact) if asked else frozenset())


def _asked(word: str) -> tuple[Asked, ...]:
    pieces = [word[place : place + _STRIDE] for place in range(0, len(word), _STRIDE)]
    return tuple(Asked(one, len(one) >= _INSIDE or is_caseless(one)) for one in pieces)


def key_terms(node: Node) -> frozenset[str]:
    """Return the terms by which a node is found whatever is said of it: of the fields of its key, names whole too."""
    fields = dict(zip(node.key_fields(), node.key, strict=True))
    named_by = _NAMED_BY.get(node.label)
    if named_by is not None:
        fields = {field: fields[field] for field in named_by}
    names = {_name_of(text) for field, text in fields.items() if field != "namespace" and not _WHOLE.fullmatch(text)}
    named = names - {NAME}
    first = {FIRST + name[1:].partition(_BETWEEN)[0] for name in named}
    return frozenset(_terms(fields.values())) | named | first


def carried(terms: Iterable[str]) -> tuple[str, str]:
    """Return the name and the digest among the terms of a key that hardly another node has, "" for none.

    An engine may let the node carry them itself.
    """
    found = sorted(terms)
    name, digits = (next((term for term in found if term.startswith(mark)), "") for mark in (NAME, DIGITS))
    return name, digits


def value_terms(aspect: str, value: object) -> frozenset[str]:
    """Return the terms by which a node is found while this value of an aspect is in force.

    No more than `SEARCHED` characters of it are read, in the order in which they stand. The types of a schema's fields
    are left out: half of all datasets would be found by them. A schema and SQL are found by words and not by phrases:
    there would be as many pairs as words.
    """
    if not is_searchable(aspect):
        return frozenset()
    texts = _texts(value, "type" if aspect == "schema" else "")
    return frozenset(_terms(texts, paired=aspect not in _UNPAIRED))


def is_word(term: str) -> bool:
    """Tell whether a term is a word, which is found by what is inside it too."""
    return not term.startswith(_MARKS)


def suffixes(term: str) -> Iterator[str]:
    """Yield a word and each of its ends that a question may find, so that what is inside it is the beginning of one of
    them; nothing of a word without such an end, and of other terms.
    """
    if not is_word(term):
        return
    ends = (term[place:] for place in range(1, len(term)))
    found = [end for end in ends if len(end) >= _INSIDE or is_caseless(end)]
    if found:
        yield term
        yield from found


_UNPAIRED: Final = frozenset({"schema", "sql"})


def _terms(texts: Iterable[str], *, paired: bool = True) -> Iterator[str]:
    left = SEARCHED
    for text in texts:
        digits = _digits(_WHOLE, text)
        if digits is not None:
            yield DIGITS + digits
        else:
            for chunk in _chunks(text[:left]):
                yield from _pieces(fold(chunk))
                for hump in _humps(chunk):
                    yield from _pieces(hump)
            if paired:
                yield from _pairs(text[:left])
        left -= len(text)
        if left <= 0:
            return


def _pairs(text: str) -> Iterator[str]:
    """Yield a term for each two words of a text that stand next to each other."""
    for one, other in pairwise(hump for chunk in _chunks(text) for hump in _humps(chunk)):
        yield f"{PAIR}{one[:_PART]}.{other[:_PART]}."


def _digits(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.fullmatch(text)
    return None if found is None else found[1].replace("-", "").lower()[: LONGEST - 1]


def _name_of(text: str) -> str:
    return (NAME + _BETWEEN.join(fold(chunk) for chunk in _chunks(text)))[:LONGEST]


def _pieces(word: str) -> Iterator[str]:
    if len(word) <= LONGEST:
        yield word
    else:
        for place in range(0, len(word) - _STRIDE, _STRIDE):
            yield word[place : place + LONGEST]


def facet_values(aspect: str, value: object) -> tuple[str, ...]:
    """Return the values by which an aspect in force is counted and filtered, each once, ascending."""
    if isinstance(value, Mapping):
        known = BY_NAME.get(aspect)
        members = [value.get(member) for member in (known and known.counted_by) or ()]
        chosen = [one for member in members for one in (member if isinstance(member, list | tuple) else (member,))]
    elif isinstance(value, list | tuple):
        chosen = list(value)
    else:
        chosen = [value]
    return tuple(sorted({one for one in chosen if isinstance(one, str) and one}))


def facets_of(aspect: str, value: object) -> tuple[tuple[str, str], ...]:
    """Return the (facet, value) pairs that an aspect in force gives its node; those of tags are no aspect's alone."""
    return tuple((FACET_OF.get(aspect, aspect), one) for one in facet_values(aspect, value)) if is_facet(aspect) else ()


def is_searchable(aspect: str) -> bool:
    """Tell whether the aspect's texts are found by words."""
    known = BY_NAME.get(aspect)
    return known is not None and known.searchable


def is_facet(aspect: str) -> bool:
    """Tell whether the aspect is counted and filtered by."""
    known = BY_NAME.get(aspect)
    return known is not None and known.counted_by is not None


def _texts(value: object, without: str) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if name != without:
                yield from _texts(one, without)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, without)


def _chunks(text: str) -> Sequence[str]:
    """Return the longest runs of letters and digits, with the marks that belong to them, case kept."""
    return _ASCII_CHUNK.findall(text) if text.isascii() else list(_chunks_of_any_script(text))


def _chunks_of_any_script(text: str) -> Iterator[str]:
    start = None
    normal = unicodedata.normalize("NFKC", text)
    for place, character in enumerate(normal):
        if character.isalnum() if start is None else is_inside_word(character):
            start = place if start is None else start
        elif start is not None:
            yield normal[start:place]
            start = None
    if start is not None:
        yield normal[start:]


def _humps(chunk: str) -> Iterator[str]:
    """Yield the humps of camelCase: a capital begins one, the last capital of several belongs to what follows it."""
    start = 0
    if not chunk.islower():
        for place in range(1, len(chunk)):
            before, here = chunk[place - 1], chunk[place]
            after = chunk[place + 1 : place + 2]
            if here.isupper() and (not before.isupper() or after.islower()):
                yield fold(chunk[start:place])
                start = place
    yield fold(chunk[start:])
