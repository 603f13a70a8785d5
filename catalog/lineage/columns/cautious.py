"""Column lineage ever stated: every pair of columns that anything stated, whatever became of the run (rule 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from catalog.lineage.columns.crisp import ColumnWalked
from catalog.lineage.columns.loader import ColumnLoader, Key
from catalog.lineage.columns.rules import CARRIED, UNSTATED, mapping_of
from catalog.lineage.datasets import confidence_of
from catalog.lineage.model import Confidence, Dependency, Derivation, Direction, FlowKind, LineageEdge, Walk
from catalog.lineage.walk import EDGES_A_NODE, Cut, breadth_first
from catalog.store.protocol import ColumnFlow, Flow, How
from graph_schema.facts import ALWAYS
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset

_CARRYING = frozenset({"alias", "renamed"})
"""The flows between datasets along which a column keeps its name."""


def _is_plain(flow: Flow) -> bool:
    """Tell whether a job wrote a dataset, so that it may say which columns it took."""
    return flow.how in {"ran", "declared"} and label_of(flow.target) == "Dataset"


class Cautious:
    """The walk over what was stated, a frontier at a time."""

    def __init__(self, loader: ColumnLoader, walk: Walk) -> None:
        self._loader = loader
        self._walk = walk
        self._view = loader.datasets.view
        self._inwards = walk.direction is Direction.UPSTREAM
        self._hows: dict[str, How] = {}
        self._flows: dict[str, list[Flow]] = {}
        self._columns: dict[str, list[str]] = {}
        self._has_stated: dict[tuple[str, str | None], bool] = {}
        """Of which datasets each job ever stated anything of columns, and of which nothing."""
        self._met: set[str] = set()
        """What was reached by more than that a dataset was read."""
        self._dense = False
        self.unstated: set[tuple[str, str]] = set()
        self.stopped: set[str] = set()

    def walked(self, roots: Iterable[str]) -> ColumnWalked:
        """Walk from columns, wholes and model versions."""
        start = sorted(roots)
        self._met.update(start)
        walk = self._walk
        found = breadth_first(start, walk.direction, walk.depth, walk.budget, self._expand)
        walked = ColumnWalked(found.depths, found.edges, found.more, found.cut)
        walked.unstated = {one for one in self.unstated if one[0] in walked.depths}
        walked.stopped = self.stopped & walked.depths.keys()
        walked.leave(Cut.EDGES, int(self._dense))
        return walked

    def _expand(self, front: list[str], limit: int) -> Iterator[LineageEdge]:
        """Yield what lies behind a frontier."""
        here = [one for one in front if one in self._met or label_of(one) != "Dataset"]
        self._loader.datasets.load_nodes(here)
        keys = {one: key for one in here if (key := self._loader.key(one)) is not None}
        by_dataset: dict[str, list[Key]] = defaultdict(list)
        for key in keys.values():
            by_dataset[key.dataset].append(key)
        self._load_flows(by_dataset, limit)
        for edge in self._called([*self._stated(keys, by_dataset), *self._between(by_dataset)]):
            if edge.column is not None and edge.column.dependency in self._walk.dependencies:
                if edge.column.dependency is not Dependency.UNSTATED or label_of(edge.target) == "ModelVersion":
                    self._met.update((edge.source, edge.target))
                yield edge

    def _called(self, edges: list[LineageEdge]) -> Iterable[LineageEdge]:
        """Return the edges between columns as they are called."""
        loader = self._loader
        if loader.spelling.is_idle:
            return edges
        loader.load_called(end for edge in edges for end in (edge.source, edge.target))
        return [edge._replace(source=loader.called(edge.source), target=loader.called(edge.target)) for edge in edges]

    def prefetch(self, keys: Mapping[str, Key]) -> None:
        """Fetch in a handful of calls what is around columns and wholes, by id, that the walk can meet."""
        datasets = {key.dataset for key in keys.values()}
        way: Literal["in", "out"] = "in" if self._inwards else "out"
        limit = EDGES_A_NODE * self._walk.budget
        found = self._loader.flows(datasets, way, limit)
        if len(found) > limit:
            return
        self._enter(sorted(datasets), found)
        wide = (one for one in datasets if label_of(one) == "Dataset")
        flows = self._loader.column_flows({*keys, *wide}, way)
        self._load_hows(flows)
        if not self._inwards:
            self._load_columns(flow.target for flow in flows if flow.target == flow.target_dataset)
        self._load_stated(found)

    def _load_hows(self, flows: Iterable[ColumnFlow]) -> None:
        new = {flow.how for flow in flows} - self._hows.keys()
        mapped = {how: read for how in new if (read := mapping_of(how)) is not None}
        self._hows |= {how: How(facet, False, ()) for how, (facet, _) in mapped.items()}
        new -= mapped.keys()
        if new:
            self._hows |= self._view.transformations(new)

    def _load_stated(self, flows: Iterable[Flow]) -> None:
        """Fetch whether jobs ever stated anything of columns of what they wrote."""
        new = sorted({(flow.target, flow.job) for flow in flows if _is_plain(flow)} - self._has_stated.keys(), key=repr)
        stated = self._view.columns_stated_by(new) if new else set()
        self._has_stated |= {one: one in stated for one in new}

    def _load_flows(self, datasets: Iterable[str], limit: int) -> None:
        new = sorted(set(datasets) - self._flows.keys())
        found = self._loader.flows(new, "in" if self._inwards else "out", limit)
        self._dense |= len(found) > limit
        self._enter(new, found)

    def _enter(self, new: Sequence[str], found: Iterable[Flow]) -> None:
        for one in new:
            self._flows[one] = []
        for flow in found:
            self._flows[flow.target if self._inwards else flow.source].append(flow)
        joining = self._loader.datasets
        joining.load_names(new)
        for one in new:
            self._flows[one] = [
                flow for flow in self._flows[one] if flow.how != "alias" or not joining.is_apart(*flow[:2])
            ]
            for other, entry in joining.joined(one):
                source, target = (other, one) if self._inwards else (one, other)
                self._flows[one].append(Flow(source, target, None, "alias", ALWAYS, entry))
        self._loader.spelling.load(new)

    def _stated(self, keys: dict[str, Key], by_dataset: dict[str, list[Key]]) -> Iterator[LineageEdge]:
        """Yield what facets say."""
        loader = self._loader
        wide = (one for one in by_dataset if label_of(one) == "Dataset")
        at = loader.datasets.valid_at
        asked = sorted({*wide, *(one for key in keys.values() for one in loader.every_id(key, at=at))})
        flows = loader.column_flows(asked, "in" if self._inwards else "out")
        self._load_hows(flows)
        wholes = {flow.target_dataset for flow in flows if flow.target == flow.target_dataset}
        if not self._inwards:
            self._load_columns(wholes)
        links: dict[LineageEdge, tuple[int, int]] = {}
        for flow in flows:
            how = self._hows[flow.how]
            if not self._inwards and flow.source == flow.source_dataset and flow.source not in keys:
                # It is said of the whole dataset: which of its columns went in, it is not.
                for key in by_dataset[flow.source]:
                    yield self._edge(flow, self._loader.id(key), flow.source, UNSTATED)
            if flow.target != flow.target_dataset:
                yield self._edge(flow, flow.source, flow.target, self._derivation(how))
                continue
            columns = by_dataset[flow.target] if self._inwards else self._columns_of(flow.target)
            for edge in self._whole(flow, how, [key for key in columns if key.name is not None]):
                if edge.source != flow.target:
                    yield edge
                    continue
                # Whatever reaches the whole, it reaches a column in one way, first when the first did.
                bare, point = edge._replace(valid_from=0, known_from=0), (edge.valid_from, edge.known_from)
                links[bare] = min(point, links.get(bare, point))
        for bare, (valid_from, entry) in links.items():
            yield bare._replace(valid_from=valid_from, known_from=entry)

    def _columns_of(self, dataset: str) -> list[Key]:
        called = dict.fromkeys(map(self._loader.called, self._columns[dataset]))
        return [key for one in called if (key := self._loader.key(one)) is not None]

    def _whole(self, flow: ColumnFlow, how: How, columns: Sequence[Key]) -> Iterator[LineageEdge]:
        """Yield what reaches a whole dataset, and these columns of it."""
        loader, whole = self._loader, flow.target
        if how.fields and self._walk.expand_fan_out:
            yield from (
                self._edge(flow, flow.source, loader.id(key), self._derivation(how))
                for key in columns
                if key in {loader.column(key.dataset, name, loader.datasets.valid_at) for name in how.fields}
            )
            return
        derived = Derivation(Dependency.DATASET_WIDE, how.transformations, how.facet, len(how.fields))
        yield self._edge(flow, flow.source, whole, derived)
        link = Derivation(Dependency.DATASET_WIDE, (), how.facet)
        yield from (self._edge(flow, whole, loader.id(key), link) for key in columns)

    def _between(self, by_dataset: dict[str, list[Key]]) -> Iterator[LineageEdge]:
        """Yield what follows from flows between datasets: other names, model versions, writes without a word."""
        flows = [flow for one in by_dataset for flow in self._flows[one]]
        loader = self._loader
        others = {flow.source if self._inwards else flow.target for flow in flows if flow.how in _CARRYING}
        loader.datasets.load_nodes(others)
        trained = [flow for flow in flows if flow.how == "registered"]
        if self._inwards:
            self._load_columns({flow.source for flow in trained})
        plain = [flow for flow in flows if _is_plain(flow)]
        self._load_stated(plain)
        for flow in flows:
            if flow.how in _CARRYING:
                yield from self._carried(flow, by_dataset)
        for flow in trained:
            yield from self._trained(flow, by_dataset)
        for flow in flows:
            if flow.how == FlowKind.MAPPED:
                for mapping in self._loader.mappings_without_columns(flow.source, flow.target):
                    yield from (edge._replace(mapping=mapping) for edge in self._unsaid(flow, by_dataset))
        for flow in plain:
            if not self._has_stated[flow.target, flow.job] and flow.source != flow.target:
                yield from self._unsaid(flow, by_dataset)

    def _carried(self, flow: Flow, by_dataset: dict[str, list[Key]]) -> Iterator[LineageEdge]:
        loader = self._loader
        here, there = (flow.target, flow.source) if self._inwards else (flow.source, flow.target)
        if not isinstance(loader.datasets.node(there), Dataset):
            return
        for key in by_dataset[here]:
            other = loader.id(Key(there, key.name))
            ends = (other, loader.id(key)) if self._inwards else (loader.id(key), other)
            yield self._flow(flow, *ends, CARRIED)

    def _trained(self, flow: Flow, by_dataset: dict[str, list[Key]]) -> Iterator[LineageEdge]:
        if self._inwards:
            for one in self._columns[flow.source] or (flow.source,):
                yield self._flow(flow, one, flow.target, UNSTATED)
        else:
            for key in by_dataset[flow.source]:
                yield self._flow(flow, self._loader.id(key), flow.target, UNSTATED)

    def _unsaid(self, flow: Flow, by_dataset: dict[str, list[Key]]) -> Iterator[LineageEdge]:
        """Yield a flow between datasets of which nobody said which columns it took: the walk stops behind it."""
        near = flow.target if self._inwards else flow.source
        yield self._flow(flow, flow.source, flow.target, UNSTATED)
        for key in by_dataset[near]:
            if key.name is not None:
                ends = (near, self._loader.id(key)) if self._inwards else (self._loader.id(key), near)
                yield self._flow(flow, *ends, UNSTATED)
        self.unstated.add((flow.target, flow.job or ""))
        self.stopped.add(flow.target)
        if self._inwards:
            self.stopped.update(self._loader.id(key) for key in by_dataset[near])

    def _load_columns(self, datasets: Iterable[str]) -> None:
        """Fetch the columns that anything was ever said of."""
        new = sorted(set(datasets) - self._columns.keys())
        found = self._loader.columns_of(new)
        nodes = self._loader.datasets
        nodes.load_nodes(one for some in found.values() for one in some)
        self._loader.spelling.load(new)
        for one, some in found.items():
            self._columns[one] = [each for each in some if isinstance(nodes.node(each), Column)]

    @staticmethod
    def _derivation(how: How) -> Derivation:
        narrow = Dependency.INDIRECT if how.indirect else Dependency.DIRECT
        return Derivation(narrow, how.transformations, how.facet)

    @staticmethod
    def _edge(flow: ColumnFlow, source: str, target: str, derivation: Derivation) -> LineageEdge:
        mapped = mapping_of(flow.how)
        return LineageEdge(
            source,
            target,
            FlowKind.RAN if mapped is None else FlowKind.MAPPED,
            flow.job,
            None,
            Confidence.STATED if mapped is None else Confidence.MAPPED,
            flow.valid_from,
            flow.entry,
            column=derivation,
            mapping=None if mapped is None else mapped[1],
        )

    @staticmethod
    def _flow(flow: Flow, source: str, target: str, derivation: Derivation) -> LineageEdge:
        return LineageEdge(
            source,
            target,
            flow.how,
            flow.job,
            None,
            confidence_of(flow.how),
            flow.valid_from,
            flow.entry,
            column=derivation,
        )
