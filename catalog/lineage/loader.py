"""What a walk has fetched so far around its datasets: each thing once, and always for a whole frontier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from catalog.assets.column_names import ColumnNames
from catalog.lineage.declarations import OF_DATASETS, Declared, declared_by
from catalog.lineage.halves import Fed, Halves
from catalog.lineage.models import Models
from catalog.mappings.flows import MappedFlows
from catalog.mappings.model import MappedFlow
from catalog.names.loading import Names
from catalog.names.rules import UnderName
from catalog.store.indexes.flows import flow_order
from catalog.store.protocol import Direction as Way
from catalog.store.protocol import Flow
from catalog.view import View
from graph_schema.bitemporal import RunFold
from graph_schema.facts import ALWAYS, Edge, Statement, holds
from graph_schema.identity import label_of, state_id
from graph_schema.nodes import Dataset, Node, Snapshot


class LineageLoader:
    """The facts around a walk. `load_…` fetches in bulk what is not known yet; the other methods only look it up."""

    def __init__(self, view: View, *, renamed: bool = False) -> None:
        """Read through this view; `renamed` takes the names that datasets had before for names of them as well."""
        self.view = view
        self.valid_at = view.as_of.valid_at
        self._named = Names(view, renamed=renamed, beside=("IS_VERSION_OF",))
        self._versions_of: dict[str, str | None] = {}
        self._names: dict[str, Collection[str]] = {}
        self._folds: dict[str, RunFold | None] = {}
        self._designed: dict[str, frozenset[str]] = {}
        self._declared: dict[str, list[list[Statement]]] = {}
        self._trained: dict[str, list[Edge]] = {}
        self._nodes: dict[str, Node | None] = {}
        self._reached: dict[tuple[tuple[str, ...], Way, int, int], frozenset[str] | None] = {}
        self._models = Models(view)
        self._generated: dict[str, frozenset[str]] = {}
        self.mapped = MappedFlows(view)
        """What mappings of the site read in facets."""
        self._fed: dict[str, tuple[Fed, ...]] = {}

    def load_names(self, ids: Iterable[str]) -> None:
        """Fetch the names around the datasets, and the versions of models that they name."""
        new = sorted({name for name in ids if name not in self._versions_of})
        if not new:
            return
        self._versions_of.update(dict.fromkeys(new))
        self._named.load(new)
        self._models.load(new, self._named.beside)
        self._named.beside.clear()
        named = {one: dataset for one in new if (dataset := self._models.dataset_of(one))}
        self._versions_of |= named
        self.load_names(named.values())

    @property
    def halves(self) -> Halves:
        """Return what fed halves of streams; `load` what is looked up of them."""
        # Not kept: an object that holds the loader's methods would keep alive with it all that its view has fetched.
        return Halves(self.view, self.load_runs, self.fold, self._fed)

    @cached_property
    def column_names(self) -> ColumnNames:
        """Return how columns of datasets are spelled."""
        return ColumnNames(self._named)

    def namespace(self, namespace: str) -> str:
        """Return the namespace that stands for one by the rules at the view's time."""
        return self._named.namespace(namespace)

    def names(self, name: str) -> Collection[str]:
        """Return every name that ever stood for the dataset or it for them, itself included; of a model version the
        names of its model as well.
        """
        found = self._names.get(name)
        if found is None:
            dataset = self._versions_of.get(name)
            found = self._named.names(name)
            if dataset is not None:
                found = {*found, *self._named.names(dataset)}
            if name in self._versions_of:
                self._names[name] = found
        return found

    def every_name(self, name: str) -> Collection[str]:
        """Return the names, and the versions of the model that any of them names."""
        names = self.names(name)
        versions = {version for one in names for version in self.versions(one).values()}
        return {*names, *versions} if versions else names

    def resolve(self, name: str, at: int, version: str | None = None) -> str:
        """Return the dataset that the name stood for at a time, or the model version where it names a model; see
        `catalog.names.rules` and `Models.resolve`.
        """
        return self._models.resolve(self._named.resolve(name, at), at, version)

    def joined(self, name: str) -> list[tuple[str, int]]:
        """Return the names that stewards or rules join to this one, each with the entry that says so."""
        return self._named.joined(name)

    def bears_on(self, judged: UnderName, other: UnderName) -> bool:
        """Tell whether what was judged of a name is judged of what was said under another; see `Names`."""
        return self._named.bears_on(judged, other)

    def belongs(self, name: str, stated_at: int, at: int) -> str:
        """Return the dataset to which belongs what was said under the name at one time, as it is called at another."""
        return self._named.belongs(name, stated_at, at)

    def renamed(self, name: str) -> list[tuple[str, int]]:
        """Return the names that this one was ever renamed to, each with the entry that first says so."""
        return self._named.renamed(name)

    def is_apart(self, one: str, other: str) -> bool:
        """Tell whether a steward took back that two names are one."""
        return frozenset((one, other)) in self._named.apart

    def load_runs(self, runs: Iterable[str]) -> None:
        """Fetch what was said of the runs, and the names of what they read and wrote."""
        new = sorted({run for run in runs if run not in self._folds})
        if not new:
            return
        found = self.view.runs(new)
        self._folds |= found
        named: set[str] = set()
        for fold in found.values():
            if fold:
                named |= fold.ever_read | fold.ever_wrote
                for attempt in fold.attempts:
                    for access in attempt.outputs.values():
                        named |= access.sources or frozenset()
                        named |= {access.renamed_from} if access.renamed_from else frozenset()
        self.load_names(named)

    def has_run(self, run: str) -> bool:
        """Tell whether the run was fetched."""
        return run in self._folds

    def fold(self, run: str) -> RunFold | None:
        """Return the run at this point in time."""
        return self._folds[run]

    def known_from(self, run: str, *names: str) -> int:
        """Return the entry by which the run's access to all the names was known."""
        fold = self._folds[run]
        if fold is None:
            return 0
        known, newest = fold.known_from, 0
        for name in names:
            newest = max(newest, known.get(name, 0))
        return newest

    def load_trained(self, models: Iterable[str]) -> None:
        """Fetch what registrations of the model versions name as trained or evaluated on."""
        new = sorted({model for model in models if model not in self._trained})
        if not new:
            return
        for model in new:
            self._trained[model] = []
        for edge in self.view.edges(new, ("TRAINED_ON",), "out"):
            self._trained[edge.source].append(edge)
        every = [edge for model in new for edge in self._trained[model]]
        self.load_names(edge.data["dataset"] for edge in every)
        self.load_nodes(edge.target for edge in every)

    def trained_on(self, model: str, tie: str) -> list[Edge]:
        """Return the TRAINED_ON facts of the record that registered the model version."""
        return [edge for edge in self._trained.get(model, ()) if edge.tie == tie]

    def load_declarations(self, targets: Iterable[str]) -> None:
        """Fetch what is said by design about the datasets: by jobs that ever declared that they produce them, and by
        events about datasets themselves.
        """
        new = sorted({target for target in targets if target not in self._designed})
        if not new:
            return
        self.load_names(new)
        names = sorted({name for target in new for name in self.names(target)})
        designed: dict[str, set[str]] = defaultdict(set)
        for edge in self.view.edges(names, ("PRODUCES", "FEEDS"), "in"):
            designed[edge.target].add(edge.source if edge.kind == "PRODUCES" else edge.target)
        subjects = sorted(set().union(*designed.values()) - self._declared.keys())
        stated: dict[tuple[str, str], list[Statement]] = defaultdict(list)
        for statement in self.view.statements(subjects, ("io", *OF_DATASETS)) if subjects else ():
            stated[statement.subject, statement.aspect].append(statement)
        self._declared.update({subject: [] for subject in subjects})
        for (subject, _), some in stated.items():
            self._declared[subject].append(sorted(some, key=lambda one: one.order))
            self.load_names(name for one in some for declared in declared_by([one]) for name in declared.names)
        for target in new:
            self._designed[target] = frozenset(one for name in self.names(target) for one in designed.get(name, ()))

    def is_declared(self, target: str) -> bool:
        """Tell whether anything was ever declared to feed the dataset, or a mapping reads that in a facet."""
        return bool(self._designed.get(target)) or self.mapped.carries(self.names(target))

    def load_mapped(self, places: Iterable[tuple[str, int]]) -> None:
        """Fetch what mappings read in facets of datasets at a time, and the names of what that names."""
        if self.mapped.is_idle:
            return
        asked = [(name, at) for dataset, at in places for name in self.names(dataset)]
        self.mapped.load(asked)
        self.load_names(flow.source.id for place in asked for flow in self.mapped.in_force(*place))

    def mapped_into(self, target: str, at: int) -> list[Declared]:
        """Return what mappings read in the facets in force of a dataset at a time, under the names that it had then."""
        if self.mapped.is_idle:
            return []
        self.load_mapped([(target, at)])
        together: dict[tuple[object, ...], dict[MappedFlow, None]] = defaultdict(dict)
        for name in sorted(self.names(target)):
            for flow in self.mapped.in_force(name, at):
                if self.resolve(flow.target, flow.valid_from) == target:
                    together[(*flow[2:8], flow.column is None)][flow] = None
        return [
            Declared(one.job, frozenset(flow.source.id for flow in flows), one.valid_from, one.entry, tuple(flows))
            for flows in together.values()
            for one in list(flows)[:1]
        ]

    def flows(self, ids: Sequence[str], direction: Way, limit: int | None = None) -> list[Flow]:
        """Return the flows ever stated, as `View.flows`; those that mappings read in facets, and those between a model
        version and the dataset that a registration tells it is, among them.
        """
        found = self.view.flows(ids, direction, limit)
        read = self.mapped.flows(ids, direction)
        registered = self.registered(ids, direction, found)
        if not read and not registered:
            return found
        more = (Flow(one.source.id, one.target, one.job, "mapped", one.valid_from, one.entry) for one in read)
        return sorted({*found, *more, *registered}, key=flow_order)

    def registered(self, ids: Sequence[str], direction: Way, stated: Collection[Flow] = ()) -> list[Flow]:
        """Return the flows between model versions and the datasets that registrations alone tell they are, but those
        that are stated anyway.
        """
        self.load_names(ids)
        known = {(flow.source, flow.target) for flow in stated if flow.how == "version"}
        return [
            Flow(one.version, one.dataset, None, "version", ALWAYS, one.entry)
            for name in dict.fromkeys(ids)
            for one in self._models.registered(name)
            if (one.version if direction == "out" else one.dataset) == name
            if (one.version, one.dataset) not in known
        ]

    def neighbours(self, ids: Sequence[str], direction: Way) -> frozenset[str]:
        """Return the other ends of these flows."""
        read = self.mapped.flows(ids, direction)
        ends = {one.target if direction == "out" else one.source.id for one in read}
        ends |= {one.target if direction == "out" else one.source for one in self.registered(ids, direction)}
        return self.view.neighbours(ids, direction) | ends

    def reach(self, ids: Sequence[str], direction: Way, depth: int, limit: int) -> frozenset[str] | None:
        """Return what lies within so many flows, as `View.reach`, and behind the names that stewards or rules join to
        what is met; None too where mappings read flows. It is looked for once.
        """
        if not self.mapped.is_idle:
            return None
        asked = tuple(sorted(ids)), direction, depth, limit
        if asked not in self._reached:
            self._reached[asked] = self._reach(ids, direction, depth, limit)
        return self._reached[asked]

    def _reach(self, ids: Sequence[str], direction: Way, depth: int, limit: int) -> frozenset[str] | None:
        reached: set[str] = set(ids)
        front = list(ids)
        while front:
            met = self.view.reach(front, direction, depth, limit)
            if met is None or len(reached | met) > limit:
                return None
            self.load_names(met)
            reached |= met
            front = sorted({name for one in met for name in self.every_name(one)} - reached)
            reached.update(front)
        return frozenset(reached)

    def declarations(self, target: str, at: int) -> list[Declared]:
        """Return what was declared to feed a dataset at a time: by each job with its newest declaration, where that
        names the dataset as an output, and by its own events.
        """
        subjects = sorted(self._designed.get(target, ()))
        newest = [
            held
            for subject in subjects
            for some in self._declared[subject]
            if (held := next((one for one in reversed(some) if holds(one, at)), None))
        ]
        found = []
        for one in declared_by(newest):
            outputs = [name for name in one.outputs if self.resolve(name, at) == target]
            if outputs:
                sources = frozenset(source for name in outputs for source in one.sources_of(name))
                found.append(Declared(one.job, sources, one.valid_from, one.entry))
        return found

    def load_generated(self, snapshots: Iterable[str]) -> None:
        """Fetch the runs that are said to have generated the snapshots."""
        new = sorted({one for one in snapshots if one not in self._generated})
        if not new:
            return
        runs: dict[str, set[str]] = defaultdict(set)
        for edge in self.view.edges(new, ("GENERATED",), "in"):
            runs[edge.target].add(edge.source)
        for one in new:
            self._generated[one] = frozenset(runs.get(one, ()))
        self.load_runs(run for some in runs.values() for run in some)

    def generated_by(self, snapshot: str) -> frozenset[str]:
        """Return these runs."""
        return self._generated.get(snapshot, frozenset())

    def dataset_of(self, version: str) -> str | None:
        """Return the dataset by which emitters name the model of a version, None of anything else."""
        return self._models.dataset_of(version)

    def versions(self, name: str) -> Mapping[str, str]:
        """Return the versions of the model that a dataset names, by what they are called; none of another dataset."""
        return self._models.versions(name)

    def version_of(self, name: str, version: str | None) -> str | None:
        """Return the version, by what it is called, of the model that a dataset names, None where there is none."""
        return None if version is None else self.versions(name).get(version)

    def attempted_version(self, name: str) -> str | None:
        """Return the last version, by name, of the model that a dataset names, where none ever took effect."""
        return self._models.attempted(name)

    def made(self, version: str) -> list[int]:
        """Return when a model version was written or registered, ascending."""
        return self._models.made(version)

    def load_nodes(self, ids: Iterable[str]) -> None:
        """Fetch the nodes themselves."""
        new = sorted({identifier for identifier in ids if identifier not in self._nodes})
        if not new:
            return
        known = self.view.nodes(new)
        for identifier in new:
            self._nodes[identifier] = known[identifier].node if identifier in known else None

    def node(self, identifier: str) -> Node | None:
        """Return the node, None where it was not known by then."""
        return self._nodes.get(identifier)

    def snapshot(self, dataset: str, version: str) -> str | None:
        """Return the id of a version of a dataset whose node was fetched, None where it is no dataset."""
        node = self._nodes.get(dataset)
        return Snapshot(node.namespace, node.name, version).id if isinstance(node, Dataset) else None

    def state(self, dataset: str, run: str, version: str | None) -> str:
        """Return the id of the state in which the run left or found the dataset: a snapshot where it has a version, and
        a model version itself.
        """
        if label_of(dataset) == "ModelVersion":
            return dataset
        return (version and self.snapshot(dataset, version)) or state_id(dataset, run)
