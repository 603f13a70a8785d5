"""What one record says, cut into what it alone says and what others say again: the form in which a store keeps facts.

Facts of a record share their attribution. What a job restates from run to run, about its datasets and about itself,
is its content: it names the run nowhere but as the source of an edge, and is stored once however often it is stated.
The facts of a record are its attribution joined with its content, and those that are its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from graph_schema.aspects import is_momentary
from graph_schema.facts import Edge, Facts, Statement
from graph_schema.identity import label_of
from graph_schema.registry import STRUCTURAL

_OF_ONE_RUN: Final = frozenset({"Run", "Snapshot", "Evaluation"})
"""Kinds of nodes that a run makes or that are other runs: an edge to one of them is not said again."""


class Attribution(NamedTuple):
    """What all facts of one record share, in the order in which an edge and a statement end with it."""

    run: str | None
    job: str | None
    valid_from: int
    rank: int
    tie: str
    entry: int
    by: str
    authenticated: bool


class StatedAspect(NamedTuple):
    """A statement without its attribution."""

    subject: str
    aspect: str
    value: str | None
    role: str


class StatedEdge(NamedTuple):
    """An edge without its attribution; without a source it leads from the run that states it."""

    kind: str
    source: str | None
    target: str
    value: str


@dataclass(frozen=True, slots=True)
class Content:
    """What records state again and again; two that state the same have equal digests."""

    digest: bytes
    statements: tuple[StatedAspect, ...]
    edges: tuple[StatedEdge, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """What is stated under one attribution: the content, and the statements and edges of this one alone."""

    attribution: Attribution
    content: Content | None
    statements: tuple[Statement, ...]
    edges: tuple[Edge, ...]

    def all_statements(self) -> Iterator[Statement]:
        """Yield every statement, those of the content too."""
        if self.content is not None:
            for stated in self.content.statements:
                yield Statement._make((*stated, *self.attribution))
        yield from self.statements

    def all_edges(self) -> Iterator[Edge]:
        """Yield every edge, those of the content too."""
        if self.content is not None:
            for kind, source, target, value in self.content.edges:
                yield Edge._make((kind, source or self.attribution.run or "", target, value, *self.attribution))
        yield from self.edges


def assertions(facts: Facts) -> list[Assertion]:
    """Return all statements and edges but the structural ones, by attribution, in ledger order."""
    by_attribution: dict[tuple[Any, ...], tuple[list[Statement], list[Edge]]] = {}
    for statement in facts.statements:
        attributed = statement[4:]
        if attributed not in by_attribution:
            by_attribution[attributed] = [], []
        by_attribution[attributed][0].append(statement)
    for edge in facts.edges:
        if edge.kind not in STRUCTURAL:
            attributed = edge[4:]
            if attributed not in by_attribution:
                by_attribution[attributed] = [], []
            by_attribution[attributed][1].append(edge)
    found = [_assertion(Attribution(*one), *parts) for one, parts in by_attribution.items()]
    return sorted(found, key=lambda one: one.attribution.entry)


def _assertion(attribution: Attribution, statements: list[Statement], edges: list[Edge]) -> Assertion:
    run = attribution.run
    restated, own = [], []
    for statement in statements:
        if statement.subject == run or is_momentary(statement.aspect):
            own.append(statement)
        else:
            restated.append(statement[:4])
    shared, single = [], []
    for edge in edges:
        if _is_of_one_run(edge, run):
            single.append(edge)
        else:
            shared.append((edge.kind, None if edge.source == run else edge.source, edge.target, edge.value))
    content = _content(tuple(restated), tuple(shared)) if restated or shared else None
    return Assertion(attribution, content, tuple(own), tuple(single))


def _is_of_one_run(edge: Edge, run: str | None) -> bool:
    if edge.value != "{}" and '"version"' in edge.value:
        return True
    return label_of(edge.target) in _OF_ONE_RUN or (edge.source != run and label_of(edge.source) in _OF_ONE_RUN)


@lru_cache(maxsize=4_096)
def _content(statements: tuple[tuple[Any, ...], ...], edges: tuple[tuple[Any, ...], ...]) -> Content:
    """Return the content, made once for as long as it is stated again, of what stated aspects and edges hold."""
    digest = blake2b(digest_size=16)
    restated, shared = [StatedAspect(*one) for one in statements], [StatedEdge(*one) for one in edges]
    for part in (*sorted(set(restated), key=repr), *sorted(set(shared), key=repr)):
        digest.update(repr(tuple(part)).encode("utf-8", "surrogatepass"))
        digest.update(b"\n")
    return Content(digest.digest(), tuple(dict.fromkeys(restated)), tuple(dict.fromkeys(shared)))
