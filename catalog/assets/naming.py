"""What nodes are called in answers, findings and reasons."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from catalog.view import View
from graph_schema.nodes import ModelVersion, Node, Snapshot

_EXACT = (ModelVersion, Snapshot)


def name_of(node: Node) -> str:
    """Return what a node is called: its whole name, and of an exact state or version which one, behind an @."""
    if not hasattr(node, "namespace"):
        return node.title
    *place, last = node.key
    return f"{'/'.join(place)}{'@' if isinstance(node, _EXACT) else '/'}{last}"


def names_of(view: View, ids: Collection[str]) -> dict[str, str]:
    """Return what the nodes are called that may be seen."""
    return {id_: name_of(known.node) for id_, known in view.nodes(sorted(ids)).items()} if ids else {}


class Named(Protocol):
    """A dataset or job, as whatever record of it names it."""

    @property
    def namespace(self) -> str:
        """Return where its name is told apart from others."""

    @property
    def name(self) -> str:
        """Return its name there."""


def full_name(record: Named) -> str:
    """Return what a dataset or job is called."""
    return f"{record.namespace}/{record.name}"
