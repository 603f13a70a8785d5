"""What the subjects of findings are called."""

from __future__ import annotations

from collections.abc import Collection

from catalog.assets.model import DatasetRecord
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


def called(record: DatasetRecord) -> str:
    """Return what a dataset is called."""
    return f"{record.namespace}/{record.name}"
