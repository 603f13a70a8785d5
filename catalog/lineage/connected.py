"""The undirected neighbourhood: jobs and datasets, connected wherever a job reads or writes a dataset.

It is coarser than lineage: whatever a job ever used counts, at whatever outcome, and it goes on both ways from
everything it meets. A step leads from one job to another over a dataset that both use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.errors import SenderError
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence, FlowKind, Grain, LineageEdge, Walk
from catalog.lineage.walk import EDGES_A_NODE, Cut, Walked
from catalog.mappings.model import MappedFlow
from catalog.store.indexes.uses import WRITES
from catalog.store.protocol import Use
from graph_schema.identity import label_of, node_id
from graph_schema.nodes import ModelVersion, Snapshot

ROOTS: Final = frozenset({"Dataset", "Job", "ModelVersion", "Snapshot", "State"})
"""The kinds of node that it begins at."""


def check_connected(walk: Walk) -> None:
    """Hold a question of a neighbourhood to what it can ask.

    Raises:
        SenderError: a grain other than that of datasets, no root, or a root that no job reads or writes.
    """
    if walk.grain not in {None, Grain.DATASET}:
        raise SenderError(
            "What is connected has dataset grain only: ask for that grain, or for none.", pointer="/grain", status=422
        )
    wrong = sorted({label_of(root) for root in walk.roots} - ROOTS) or ([] if walk.roots else ["nothing"])
    if wrong:
        raise SenderError(
            f"What is connected does not start at {', '.join(wrong)}: it starts at {', '.join(sorted(ROOTS))}.",
            pointer="/of",
            status=422,
        )


def neighbourhood(loader: LineageLoader, walk: Walk, roots: Sequence[str]) -> Walked:
    """Return the jobs within `walk.depth` steps of those of the roots, and all datasets that these jobs use.

    A dataset begins with the jobs that write it, and where none does with those that read it. A node's depth counts the
    jobs on the way to it, itself included; a root's is 0. Nodes are taken in the order of their ids within a step, so
    that two stores truncate alike.
    """
    found = _Neighbourhood(loader, walk, Walked(dict.fromkeys(_beginnings(loader, roots), 0)))
    for depth in range(1, walk.depth + 2):
        if not found.go_on(depth):
            break
    return found.finished()


def _beginnings(loader: LineageLoader, roots: Sequence[str]) -> list[str]:
    """Return the jobs, and the datasets and model versions under the names that they have now."""
    loader.load_nodes(root for root in roots if label_of(root) in {"Snapshot", "ModelVersion"})
    found, datasets = set(), set()
    for root in roots:
        node = loader.node(root)
        if isinstance(node, Snapshot):
            datasets.add(node_id("Dataset", (node.namespace, node.dataset)))
        elif label_of(root) == "State":
            datasets.add("Dataset:" + root.partition(":")[2].partition(".")[0])
        elif label_of(root) == "Dataset":
            datasets.add(root)
        else:
            found.add(root)
    loader.load_names(datasets)
    return sorted(found | {_resolved(loader, dataset) for dataset in datasets})


def _resolved(loader: LineageLoader, name: str) -> str:
    """Return what a name stands for; where that is a model of which no version took effect, the last version by name:
    uses count at whatever outcome.
    """
    found = loader.resolve(name, loader.valid_at)
    return loader.attempted_version(found) or found


@dataclass(slots=True)
class _Neighbourhood:
    """A walk of steps from job to job."""

    loader: LineageLoader
    walk: Walk
    walked: Walked
    _pending: dict[str, set[str]] = field(default_factory=dict)
    """The jobs of the next step, each with the datasets that lead to it."""
    _edges: dict[tuple[str, str, str], LineageEdge] = field(default_factory=dict)

    def __post_init__(self) -> None:
        roots = list(self.walked.depths)
        jobs = {root: {root} for root in roots if label_of(root) == "Job"}
        things = self._with_mapped([root for root in roots if label_of(root) != "Job"], 0)
        uses = self._users([*things, *self._names_of_models(things)])
        written = {dataset for dataset, _, how in uses if how in WRITES}
        for dataset, job, how in uses:
            if how in WRITES or dataset not in written:
                jobs.setdefault(job, set()).add(dataset)
        self._pending = jobs

    def _names_of_models(self, roots: Iterable[str]) -> Iterator[str]:
        """Yield the dataset under whose name emitters read and write the model of a version."""
        for root in roots:
            node = self.loader.node(root)
            if isinstance(node, ModelVersion):
                yield node_id("Dataset", (node.namespace, node.model))

    def go_on(self, depth: int) -> bool:
        """Take the step to the jobs that wait; tell whether there may be another."""
        jobs = self._admit(self._pending, depth)
        found = [use for use in self.loader.view.uses(jobs) if use.job]
        self.loader.load_names({use.dataset for use in found})
        uses = self._meant(found)
        by_dataset: dict[str, set[str]] = defaultdict(set)
        for use in uses:
            by_dataset[self._resolved(use.dataset)].add(use.job or "")
        fresh = self._with_mapped(self._admit(by_dataset, depth), depth)
        self._draw(uses)
        after: dict[str, set[str]] = {}
        for dataset, job, _ in self._users(fresh):
            if job not in self.walked.depths:
                after.setdefault(job, set()).add(dataset)
        self._pending = after
        if depth > self.walk.depth:
            self.walked.more.update(*after.values())
        return bool(after) and not self.walked.cut

    def _with_mapped(self, things: Sequence[str], depth: int) -> list[str]:
        """Add what is connected with datasets as a mapping of the site reads it in facets: no job lies between."""
        loader, every, front = self.loader, list(things), list(things)
        while front and not loader.mapped.is_idle:
            loader.load_names(front)
            names = sorted({name for one in front for name in loader.names(one)})
            found = {*loader.mapped.flows(names, "in"), *loader.mapped.flows(names, "out")}
            ends = [(flow, flow.source.id, flow.target) for flow in sorted(found, key=repr)]
            loader.load_names(end for _, *both in ends for end in both)
            beside: dict[str, set[str]] = defaultdict(set)
            drawn = []
            for flow, *both in ends:
                source, target = map(self._resolved, both)
                beside[source].add(target)
                beside[target].add(source)
                drawn.append((flow, source, target))
            known = self.walked.depths.keys() | set()
            self._admit(beside, depth)
            front = sorted(self.walked.depths.keys() - known)
            every += front
            for flow, source, target in drawn:
                if {source, target} <= self.walked.depths.keys():
                    self._draw_mapped(flow, source, target)
        return every

    def _draw_mapped(self, flow: MappedFlow, source: str, target: str) -> None:
        edge = LineageEdge(
            source,
            target,
            FlowKind.MAPPED,
            flow.job,
            None,
            Confidence.MAPPED,
            flow.valid_from,
            flow.entry,
            mapping=flow.mapping,
        )
        held = self._edges.setdefault((source, target, f"mapped {flow.mapping}"), edge)
        if (edge.valid_from, edge.known_from) < (held.valid_from, held.known_from):
            self._edges[source, target, f"mapped {flow.mapping}"] = edge

    def _admit(self, wanted: Mapping[str, set[str]], depth: int) -> list[str]:
        """Add those of the nodes that are new, as far as the budget goes; return all of the wanted that are in."""
        new = sorted(wanted.keys() - self.walked.depths.keys())
        room = max(self.walk.budget - len(self.walked.depths), 0)
        self.walked.depths.update(dict.fromkeys(new[:room], depth))
        if len(new) > room:
            self.walked.cut[Cut.NODES] += len(new) - room
            self.walked.more.update(*(wanted[one] & self.walked.depths.keys() for one in new[room:]))
        return sorted({*new[:room], *(one for one in wanted if self.walked.depths.get(one) == 0)})

    def _users(self, datasets: Iterable[str]) -> list[tuple[str, str, str]]:
        """Return (dataset, job, how) for each use of the datasets under any name that they have now."""
        here = set(datasets)
        self.loader.load_names(here)
        names = {name for dataset in here for name in self.loader.names(dataset)}
        names |= {version for name in names for version in self.loader.versions(name).values()}
        uses = self._meant(self.loader.view.uses(sorted(names))) if names else []
        found = ((self._resolved(use.dataset), use.job, use.how) for use in uses)
        return [(dataset, job, how) for dataset, job, how in found if job is not None and dataset in here]

    def _meant(self, uses: Sequence[Use]) -> list[Use]:
        """Return the uses without those of a model by its dataset's name where the job names the version as well.

        All uses that the jobs make of the models' versions have to be among them.
        """
        named = {
            (use.job, use.how in WRITES, dataset)
            for use in uses
            if (dataset := self.loader.dataset_of(use.dataset)) is not None
        }
        return [use for use in uses if (use.job, use.how in WRITES, use.dataset) not in named]

    def _resolved(self, name: str) -> str:
        return _resolved(self.loader, name)

    def _draw(self, uses: Collection[Use]) -> None:
        for use in uses:
            dataset, job = self._resolved(use.dataset), use.job or ""
            if dataset not in self.walked.depths:
                continue
            wrote = use.how in WRITES
            source, target = (job, dataset) if wrote else (dataset, job)
            how = FlowKind.WROTE if wrote else FlowKind.READ
            edge = LineageEdge(source, target, how, job, None, Confidence.STATED, use.valid_from, use.entry)
            held = self._edges.setdefault((source, target, how), edge)
            if (edge.valid_from, edge.known_from) < (held.valid_from, held.known_from):
                self._edges[source, target, how] = edge
        if len(self._edges) > EDGES_A_NODE * self.walk.budget:
            self.walked.cut[Cut.EDGES] = len(self._edges) - EDGES_A_NODE * self.walk.budget
            self.walked.more.update(use.job or "" for use in uses)

    def finished(self) -> Walked:
        """Return the walk with as many edges as an answer holds."""
        kept = sorted(self._edges)[: EDGES_A_NODE * self.walk.budget]
        self.walked.edges = {self._edges[key] for key in kept}
        return self.walked
