"""Facts to what is stored of them and back: records with what is theirs alone, and contents that many records state."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

import orjson

from catalog.store.neo4j.connection import ROWS, Run
from graph_schema.aspects import is_momentary
from graph_schema.assertions import Assertion, Attribution, StatedAspect, StatedEdge
from graph_schema.cypher import reading
from graph_schema.facts import Edge, Statement

_LONG: Final = 512
"""Characters from which on a value is kept once, however many contents hold it."""
_CAPACITY: Final = 100_000
"""How many statements and edges of contents are remembered at the most: some 60 MB."""

Stated = tuple[tuple[StatedAspect, ...], tuple[StatedEdge, ...]]
Mentions = dict[str, dict[str, list[str]]]
"""By node, the aspects and the kinds of edges under which it is named."""


@dataclass(slots=True)
class Texts:
    """Long texts of some contents, by digest."""

    found: dict[str, str] = field(default_factory=dict)

    def short(self, text: str | None) -> str | list[str] | None:
        """Return the text as it is written: a long one by its digest."""
        if text is None or len(text) <= _LONG:
            return text
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        self.found[digest] = text
        return [digest]


def encoded(statements: Iterable[StatedAspect], edges: Iterable[StatedEdge], texts: Texts) -> str:
    """Return what is stated as JSON, and note its long texts."""
    parts = (
        [(one.subject, one.aspect, texts.short(one.value), one.role) for one in statements],
        [(one.kind, one.source, one.target, texts.short(one.value)) for one in edges],
    )
    return orjson.dumps(parts).decode()


def own(assertion: Assertion, texts: Texts) -> str | None:
    """Return what a record alone states as JSON, None where that is nothing."""
    if not assertion.statements and not assertion.edges:
        return None
    statements = (StatedAspect(*one[:4]) for one in assertion.statements)
    return encoded(statements, (StatedEdge(*one[:4]) for one in assertion.edges), texts)


def mentions(
    statements: Iterable[StatedAspect | Statement], edges: Iterable[StatedEdge | Edge], run: str | None
) -> Mentions:
    """Return the nodes that are named, but the run itself: of that, its records are found anyhow."""
    found: Mentions = {}
    for one in statements:
        if one.subject != run:
            _note(found, one.subject, "aspects", one.aspect)
    for edge in edges:
        for end in (edge.source, edge.target):
            if end is not None and end != run:
                _note(found, end, "kinds", edge.kind)
    return found


def is_moment(what: Mapping[str, Collection[str]]) -> bool:
    """Tell whether all under which a node is named describes one event."""
    return "kinds" not in what and all(is_momentary(one) for one in what.get("aspects", ()))


def _note(found: Mentions, node: str, which: str, name: str) -> None:
    names = found.setdefault(node, {}).setdefault(which, [])
    if name not in names:
        names.append(name)


class Contents:
    """What was read of contents, which never change: shared by all readers, those asked for longest ago forgotten."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        """Remember nothing yet."""
        self._capacity = capacity
        self._held: OrderedDict[str, Stated] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def put(self, digest: str, stated: Stated) -> None:
        """Remember a content."""
        with self._lock:
            if digest in self._held:
                self._held.move_to_end(digest)
                return
            self._held[digest] = stated
            self._size += _size(stated)
            while self._size > self._capacity and len(self._held) > 1:
                self._size -= _size(self._held.popitem(last=False)[1])

    def load(self, run: Run, digests: Collection[str], read: Iterable[Sequence[str]] = ()) -> Mapping[str, Stated]:
        """Return the contents of these digests; those neither remembered nor `read` just now are read, in one go."""
        with self._lock:
            found = {digest: self._held[digest] for digest in digests if digest in self._held}
            for digest in found:
                self._held.move_to_end(digest)
        texts_of = {digest: text for digest, text in read if digest in digests and digest not in found}
        missing = [digest for digest in digests if digest not in found and digest not in texts_of]
        texts_of |= {digest: text for digest, text in _of_digests(run, reading.contents(), missing)}  # noqa: C416  rows
        new = {digest: orjson.loads(text) for digest, text in texts_of.items()}
        texts = long_texts(run, new.values()) if new else {}
        for digest, parts in new.items():
            found[digest] = _stated(parts, texts)
            self.put(digest, found[digest])
        return found


def _size(stated: Stated) -> int:
    return len(stated[0]) + len(stated[1]) + 1


def _stated(parts: Any, texts: Mapping[str, str]) -> Stated:  # noqa: ANN401  # JSON of ours
    statements, edges = parts
    return (
        tuple(StatedAspect(subject, aspect, _text(value, texts), role) for subject, aspect, value, role in statements),
        tuple(StatedEdge(kind, source, target, _text(value, texts) or "") for kind, source, target, value in edges),
    )


def _text(value: str | list[str] | None, texts: Mapping[str, str]) -> str | None:
    return texts[value[0]] if isinstance(value, list) else value


def long_texts(run: Run, stated: Iterable[Any]) -> Mapping[str, str]:
    """Return the long texts of what was read."""
    digests = {part[place][0] for parts in stated for part, place in _parts(parts) if isinstance(part[place], list)}
    return {digest: text for digest, text in _of_digests(run, reading.values(), sorted(digests))}  # noqa: C416  rows


def _of_digests(run: Run, query: str, digests: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Yield what is kept under digests, by as few statements as the memory of a server takes."""
    for start in range(0, len(digests), ROWS):
        yield from run(query, digests=digests[start : start + ROWS])[0]["found"]


def _parts(parts: Any) -> Iterator[tuple[Any, int]]:  # noqa: ANN401  # JSON of ours
    statements, edges = parts
    yield from ((one, 2) for one in statements)
    yield from ((one, 3) for one in edges)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record as it was read: its attribution, what is its own, and its content."""

    id: str
    attribution: Attribution
    own: Stated
    content: Stated

    def statements(self, wanted: Callable[[str, str], bool]) -> Iterator[Statement]:
        """Yield the statements whose subject and aspect are wanted."""
        for subject, aspect, value, role in (*self.content[0], *self.own[0]):
            if wanted(subject, aspect):
                yield Statement(subject, aspect, value, role, *self.attribution)

    def edges(self, wanted: Callable[[str, str, str], bool]) -> Iterator[Edge]:
        """Yield the edges whose kind, source and target are wanted."""
        run = self.attribution.run or ""
        for kind, source, target, value in (*self.content[1], *self.own[1]):
            begins = run if source is None else source
            if wanted(kind, begins, target):
                yield Edge(kind, begins, target, value, *self.attribution)


_NOTHING: Final[Stated] = ((), ())


def recorded(
    run: Run, contents: Contents, rows: Sequence[Sequence[Any]], read: Iterable[Sequence[str]] = ()
) -> list[Recorded]:
    """Return records as they were read, each once, with the contents that they state, some of which were read too."""
    each = list({(row[0], row[10]): row for row in rows}.values())
    stated = contents.load(run, {row[10] for row in each if row[10] is not None}, read)
    alone = [None if row[9] is None else orjson.loads(row[9]) for row in each]
    texts = long_texts(run, (parts for parts in alone if parts is not None))
    return [
        Recorded(
            row[0],
            Attribution(*row[1:9]),
            _NOTHING if parts is None else _stated(parts, texts),
            _NOTHING if row[10] is None else stated[row[10]],
        )
        for row, parts in zip(each, alone, strict=True)
    ]
