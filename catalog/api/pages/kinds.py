"""Which page shows a node of a kind, and links to nodes by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.view import View
from graph_schema.identity import label_of, node_id
from graph_schema.nodes import Dataset, Job, Model, ModelVersion, Node, Snapshot

ADDRESS_OF: Final[Mapping[str, str]] = {
    "Dataset": "dataset",
    "Job": "job",
    "Model": "model",
    "ModelVersion": "model-version",
    "Run": "run",
}
"""By the label of a node: the page that shows it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A thing by its name and kind, with the page that shows it, None where none does."""

    page: str | None
    id: str
    name: str
    kind: str

    @classmethod
    def to(cls, identifier: str, name: str) -> Link:
        """Return the link to a node; a state of a dataset leads to its dataset."""
        label = label_of(identifier)
        if label == "State":
            identifier = f"Dataset:{identifier.partition(':')[2].partition('.')[0]}"
        return cls(ADDRESS_OF.get(label_of(identifier)), identifier, name, label)


def tail(identifier: str) -> str:
    """Return what tells a node from all others of its kind."""
    return identifier.partition(":")[2]


def name_of(node: Node) -> str:
    """Return what a node is called where nothing beside it says more."""
    match node:
        case ModelVersion():
            return f"{node.model} {node.version}"
        case Snapshot():
            return f"{node.dataset}@{node.version}"
    return node.title


def reference(node: Node) -> dict[str, object] | None:
    """Return how a record names a node, None for one of a kind that records name by a text."""
    match node:
        case Dataset() | Job() | Model():
            return {"namespace": node.namespace, "name": node.name}
        case ModelVersion():
            return {"model": {"namespace": node.namespace, "name": node.model}, "version": node.version}
        case Snapshot():
            return {"dataset": {"namespace": node.namespace, "name": node.dataset}, "digest": node.version}
    return None


def links_to(view: View, ids: Iterable[str]) -> dict[str, Link]:
    """Return the links to the nodes that may be seen, all named in one call."""
    found = {}
    for one, known in view.nodes(sorted(set(ids))).items():
        node = known.node
        if isinstance(node, Snapshot):
            dataset = node_id("Dataset", (node.namespace, node.dataset))
            found[one] = Link(ADDRESS_OF["Dataset"], dataset, name_of(node), "Snapshot")
        else:
            found[one] = Link.to(one, name_of(node))
    return found
