"""Every kind of node, edge and aspect in order, and what must hold between them; a kind that breaks it fails at import.

The rules: a label is a singular noun in camel case; an edge's type is a verb, and its docstring is a sentence of
source, verb and target; ends are registered kinds; an aspect is said of registered labels.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from graph_schema.aspects import ASPECTS, BY_NAME, Aspect, aspect_of
from graph_schema.edges import EdgeKind
from graph_schema.facts import Facts
from graph_schema.identity import label_of
from graph_schema.nodes import Node

NODES: Final[tuple[type[Node], ...]] = tuple(Node.registered.values())
EDGES: Final[tuple[type[EdgeKind], ...]] = tuple(EdgeKind.registered.values())
LABELS: Final = tuple(kind.__name__ for kind in NODES)
TYPES: Final = tuple(kind.edge_type() for kind in EDGES if not kind.derived)
"""The types that facts have; an edge that is derived is shown and never stated."""
STRUCTURAL: Final = frozenset(kind.edge_type() for kind in EDGES if kind.structural)

RESERVED: Final = frozenset({"id", "key", "title", "known_from", "state", "started_at", "ended_at", "phi", "label"})
"""Names that stand for something else wherever nodes are shown or searched: no key and no aspect may take them."""

_LABEL: Final = re.compile(r"[A-Z][a-z]+([A-Z][a-z]+)*")
_TYPE: Final = re.compile(r"[A-Z]+(_[A-Z]+)*")
_NAME: Final = re.compile(r"[a-z]+(_[a-z]+)*")


class UnregisteredError(ValueError):
    """A fact speaks of a kind that the registry does not know: a defect of whoever made the fact, never of a sender."""


def sentence(kind: type[Node | EdgeKind]) -> str:
    """Return the kind's docstring on one line: its published description."""
    return " ".join((inspect.getdoc(kind) or "").split())


def in_words(label: str) -> str:
    """Return a label as it stands in a sentence: `ModelVersion` is a model version."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", label).lower()


def property_of(label: str, aspect: str) -> str:
    """Return the property under which an aspect in force stands on a node; a part of the key keeps its own name."""
    return f"{aspect}_stated" if aspect in Node.registered[label].key_fields() else aspect


def check_facts(facts: Facts) -> None:
    """Hold facts to the registry before a store takes them.

    Raises:
        UnregisteredError: a node's label, an edge's type, one of its ends or an aspect is not registered, or the
            aspect is not said of that label.
    """
    for kind in {type(node) for node, _ in facts.nodes}:
        check_node(kind)
    for edge in {(edge.kind, label_of(edge.source), label_of(edge.target)) for edge in facts.edges}:
        check_edge(*edge)
    for pair in {(label_of(each.subject), each.aspect) for each in facts.statements}:
        check_statement(*pair)


def faults() -> Iterator[str]:
    """Yield a sentence for each rule that a kind breaks; none in a registry that may be used."""
    for node in NODES:
        yield from _faults_of_node(node)
    for edge in EDGES:
        yield from _faults_of_edge(edge)
    for aspect in ASPECTS:
        yield from _faults_of_aspect(aspect)
    if len(BY_NAME) != len(ASPECTS):
        yield "two aspects have the same name"


def check_node(kind: type[Node]) -> None:
    """Raise UnregisteredError unless the kind is the registered one of its name."""
    if kind is not Node.registered.get(kind.__name__):
        raise UnregisteredError(f"{kind.__name__} is no registered kind of node")


@lru_cache(maxsize=4096)
def check_edge(kind: str, source: str, target: str) -> None:
    """Raise UnregisteredError unless edges of the type lead from the one label to the other."""
    registered = EdgeKind.registered.get(kind)
    if registered is None or registered.derived:
        raise UnregisteredError(f"{kind} is no registered kind of edge that a record states")
    sources, targets = registered.ends()
    if source not in {end.__name__ for end in sources} or target not in {end.__name__ for end in targets}:
        raise UnregisteredError(f"{kind} does not lead from {source} to {target}")


@cache
def labels_at(kind: str, direction: str) -> frozenset[str]:
    """Return the labels of the nodes that edges of the type leave ("out") or reach ("in"), or either ("both")."""
    sources, targets = EdgeKind.registered[kind].ends()
    ends = {"out": sources, "in": targets, "both": (*sources, *targets)}[direction]
    return frozenset(end.__name__ for end in ends)


@lru_cache(maxsize=4096)
def check_statement(label: str, aspect: str) -> None:
    """Raise UnregisteredError unless the aspect is one of nodes of the label."""
    if label not in Node.registered:
        raise UnregisteredError(f"{label} is no registered kind of node")
    known = aspect_of(aspect)
    if known is None:
        raise UnregisteredError(f"{aspect} is no registered aspect")
    if label not in known.of:
        raise UnregisteredError(f"{aspect} is said of {' or '.join(known.of)}, not of {label}")


def _faults_of_node(kind: type[Node]) -> Iterator[str]:
    name = kind.__name__
    if not _LABEL.fullmatch(name) or name.endswith("ss"):
        yield f"{name} is no singular noun in camel case"
    if not sentence(kind).endswith(".") or not sentence(kind)[:1].isupper():
        yield f"{name} has no description"
    if not kind.key_fields():
        yield f"{name} has no key"
    for field in kind.key_fields():
        if not _NAME.fullmatch(field) or field in RESERVED:
            yield f"{name}.{field} is no name for a part of a key"


def _faults_of_edge(kind: type[EdgeKind]) -> Iterator[str]:
    name = kind.edge_type()
    if not _TYPE.fullmatch(name):
        yield f"{name} is not in upper snake case"
    text = sentence(kind)
    sources, targets = kind.ends()
    for end in (*sources, *targets):
        if Node.registered.get(end.__name__) is not end:
            yield f"{name} has an end {end.__name__} that is not registered"
    if not any(text.startswith(f"The {in_words(end.__name__)} ") for end in sources):
        yield f"{name}: {text!r} does not begin with its source"
    words = iter(re.findall(r"[a-z]+", text.lower()))
    if not all(part in words for part in name.lower().split("_")):
        yield f"{name}: {text!r} does not say its verb"
    if not text.endswith("."):
        yield f"{name}: {text!r} is no sentence"


def _faults_of_aspect(aspect: Aspect) -> Iterator[str]:
    if not _NAME.fullmatch(aspect.name) or aspect.name in RESERVED:
        yield f"{aspect.name} is no name for an aspect"
    if not aspect.description.endswith("."):
        yield f"{aspect.name} has no description"
    if aspect.momentary and (aspect.searchable or aspect.counted_by is not None):
        yield f"{aspect.name} is momentary and cannot be found by what it says"
    for label in aspect.of:
        if label not in Node.registered:
            yield f"{aspect.name} is said of {label}, which is not registered"


if _found := tuple(faults()):
    raise UnregisteredError("; ".join(_found))
