"""Which nodes a principal may see: by the namespaces and sites that its rights name, and by nothing else.

What has a namespace of its own is judged by it; a dataset by the sites that hold it as well, at any time, so that no
answer about the past shows more; a state, snapshot or column as its dataset; a run as its job; an approval, an
attestation, an evaluation or a finding as what it is about. What belongs to no namespace (a person, a code revision) is
for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from catalog.reading import Rights
from catalog.store import touches
from catalog.store.protocol import KnownNode, StoreReader
from graph_schema.identity import label_of, split_state_id
from graph_schema.nodes import Column, Dataset, Finding, Node, Run, Site, Snapshot

_ABOUT: Final[Mapping[str, str]] = {
    "Approval": "CONCERNS",
    "Attestation": "COVERS",
    "Deployment": "DEPLOYS",
    "Division": "DIVIDES",
    "Transfer": "APPLIES_TO",
    "Undertaking": "MEETS",
    "UseStatement": "APPLIES_TO",
}
"""The edges by which a node of no namespace leads to what it is judged as: to all of these, and to one at least."""


def known_nodes(reader: StoreReader, ids: Sequence[str], known_at: int) -> dict[str, KnownNode]:
    """Return those of the nodes that were known, in the order asked; a dataset that only a facet names is one."""
    found = reader.nodes(ids, known_at)
    missing = [one for one in ids if one not in found and label_of(one) == "Dataset"]
    named = reader.named_in_facets(missing, known_at) if missing else ()
    if not named:
        return found
    ghosts: dict[str, KnownNode] = {}
    for one in named:
        held = ghosts.get(one.dataset)
        if held is None or one.entry < held.entry:
            ghosts[one.dataset] = KnownNode(Dataset(one.namespace, one.name), one.entry)
    return {one: known for one in ids if (known := found.get(one) or ghosts.get(one)) is not None}


class Visibility:
    """What rights hide in one state of the store; each node is judged once."""

    def __init__(self, reader: StoreReader, rights: Rights, known_at: int) -> None:
        """Judge by what was known at a ledger index."""
        self._reader = reader
        self._rights = rights
        self._known_at = known_at
        self._judged: dict[str, bool] = {}
        self._needs: dict[str, frozenset[str]] = {}
        """As what nodes were judged that are judged as others."""

    def of(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of the ids that may be seen; one that nobody named may not."""
        wanted = frozenset(ids)
        if self._rights.unbounded:
            return wanted
        self._judge(wanted - self._judged.keys())
        return frozenset(one for one in wanted if self._judged[one])

    def looked_at(self, ids: Iterable[str]) -> Iterator[int]:
        """Yield what is looked at to judge these, which were; see `catalog.store.touches`."""
        every: set[str] = set()
        front = set(ids)
        while front:
            every |= front
            front = {needed for one in front for needed in self._needs.get(one, ())} - every
        asked = sorted(every)
        yield from touches.nodes(asked)
        for label, kind in _ABOUT.items():
            yield from touches.edges([one for one in asked if label_of(one) == label], (kind,), "out")
        if self._rights.sites is not None:
            yield from touches.edges([one for one in asked if label_of(one) == "Dataset"], ("IS_HELD_AT",), "out")

    def _judge(self, ids: Collection[str]) -> None:
        if not ids:
            return
        states = {one: pair for one in ids if (pair := split_state_id(one))}
        known = known_nodes(self._reader, [one for one in ids if one not in states], self._known_at)
        # What is judged as something else: an id to the ids of which it needs every one.
        others: dict[str, set[str]] = defaultdict(set, {one: set(pair) for one, pair in states.items()})
        datasets: dict[str, Dataset] = {}
        for identifier in ids:
            node = known[identifier].node if identifier in known else None
            if isinstance(node, Column | Snapshot):
                others[identifier].add(Dataset(node.namespace, node.dataset).id)
            elif isinstance(node, Run):
                # What a run id alone names belongs to no job that could be seen.
                others[identifier] |= {job.id for job in (node.executed,) if job is not None}
            elif isinstance(node, Finding):
                others[identifier].add(node.subject)
            elif isinstance(node, Dataset):
                datasets[identifier] = node
            elif node is not None and identifier not in states:
                self._judged[identifier] = self._named(node)
        self._follow([one for one in ids if label_of(one) in _ABOUT], others)
        self._judge_datasets(datasets)
        for identifier in ids:
            self._judged.setdefault(identifier, False)
        self._judge({one for needed in others.values() for one in needed} - self._judged.keys())
        self._needs.update((identifier, frozenset(needed)) for identifier, needed in others.items())
        for identifier, needed in others.items():
            self._judged[identifier] = bool(needed) and all(self._judged[one] for one in needed)

    def _follow(self, ids: Collection[str], others: dict[str, set[str]]) -> None:
        kinds = sorted({_ABOUT[label_of(one)] for one in ids})
        for edge in self._reader.edges(sorted(ids), kinds, "out", known_at=self._known_at) if ids else ():
            if edge.kind == _ABOUT[label_of(edge.source)]:
                others[edge.source].add(edge.target)
        for identifier in ids:
            self._judged[identifier] = False

    def _named(self, node: Node) -> bool:
        if isinstance(node, Site):
            return self._rights.holds_at((node.name,))
        namespace = getattr(node, "namespace", None)
        return namespace is None or self._rights.holds(namespace)

    def _judge_datasets(self, datasets: Mapping[str, Dataset]) -> None:
        held: dict[str, set[str]] = defaultdict(set)
        if self._rights.sites is not None and datasets:
            edges = self._reader.edges(sorted(datasets), ("IS_HELD_AT",), "out", known_at=self._known_at)
            known = self._reader.nodes(sorted({edge.target for edge in edges}), self._known_at)
            for edge in edges:
                held[edge.source].add(known[edge.target].node.title)
        for identifier, node in datasets.items():
            self._judged[identifier] = self._named(node) and self._rights.holds_at(held[identifier])
