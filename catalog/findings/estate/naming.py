"""What the subjects of findings are called."""

from __future__ import annotations

from collections.abc import Collection

from catalog.assets.model import DatasetRecord
from catalog.view import View
from graph_schema.nodes import Node


def name_of(node: Node) -> str:
    """Return a node's title, behind its namespace where it has one."""
    namespace = getattr(node, "namespace", None)
    return node.title if namespace is None else f"{namespace}/{node.title}"


def names_of(view: View, ids: Collection[str]) -> dict[str, str]:
    """Return what the nodes are called that may be seen."""
    return {id_: name_of(known.node) for id_, known in view.nodes(sorted(ids)).items()} if ids else {}


def called(record: DatasetRecord) -> str:
    """Return what a dataset is called."""
    return f"{record.namespace}/{record.name}"
