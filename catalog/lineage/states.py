"""Lineage at the grain of exact states: which snapshot was made from which, by which run (rules 5 and 9).

A state is a Snapshot where the writer named a version, a derived `State` where it did not, a ModelVersion, or, where no
writer is known, the Dataset itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.lineage.contributions import Contributions
from catalog.lineage.datasets import edge_of
from catalog.lineage.declarations import Declared
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence, LineageEdge, Walk
from catalog.lineage.rules import Contributed, Hop, Source
from catalog.lineage.seals import Seals
from graph_schema.bitemporal import Place
from graph_schema.identity import label_of, node_id, split_state_id
from graph_schema.nodes import Node, Snapshot


@dataclass(frozen=True, slots=True)
class StateRead:
    """That a state was read: the state, by which name, how that is known."""

    state: str
    source: Source
    confidence: Confidence
    writer: str | None = None
    """The run that left the state, where that is known."""


class States:
    """Reads and writes of exact states, judged in a loader; every method takes a whole frontier."""

    def __init__(self, loader: LineageLoader, walk: Walk) -> None:
        self.loader = loader
        self.walk = walk
        self.found = Contributions(loader)
        self._seals = Seals(loader.view)
        self._bound: set[str] = set()
        """The snapshots that only a seal, which names no run, binds to what put them there."""
        self.where: dict[str, tuple[str | None, str | None]] = {}
        """State or snapshot id to (dataset, run), as far as the walk came across it."""

    def reads(self, readers: Collection[Contributed]) -> Mapping[Contributed, Sequence[StateRead]]:
        """Return which states each was made of: the version that it names, else all that was in force (rule 5)."""
        loader = self.loader
        sources = self.found.sources.of(list(dict.fromkeys(readers)), dated=False)
        hops = [source.hop(one) for one, some in sources.items() for source in some if not source.version]
        held = self.found.in_force(hops)
        read = {source.name for some in sources.values() for source in some}
        loader.load_nodes(read.union(each.name for some in held.values() for each in some))
        return {
            one: [read for source in some for read in self._reads(source, held.get(source.hop(one), ()))]
            for one, some in sources.items()
        }

    def _reads(self, source: Source, held: Sequence[Contributed]) -> Iterator[StateRead]:
        if label_of(source.dataset) == "ModelVersion":
            stated = source.version is not None or source.dataset == source.name
            yield StateRead(source.dataset, source, Confidence.STATED if stated else source.confidence)
            return
        if source.version is not None:
            state = self.loader.snapshot(source.name, source.version) or source.dataset
            self.where.setdefault(state, (source.name, None))
            yield StateRead(state, source, Confidence.STATED)
            return
        if not any(each.run for each in held):
            yield StateRead(source.dataset, source, source.confidence)
        for each in sorted(held, key=lambda one: one.order):
            if each.run:
                yield StateRead(self._state(each), source, source.confidence, each.run)

    def _state(self, one: Contributed) -> str:
        if one.how == "registered" or one.run is None:
            return one.name
        if label_of(one.dataset) == "ModelVersion":
            return one.dataset
        state = self.loader.state(one.name, one.run, one.access.version)
        if state != one.name:
            self.where[state] = (one.name, one.run)
        return state

    def producers(self, states: Sequence[str]) -> dict[str, list[Contributed]]:
        """Return who put each state there: the newest that took effect, or all that tried where none did."""
        loader = self.loader
        snapshots = [state for state in states if label_of(state) == "Snapshot"]
        derived = {state: pair for state in states if (pair := split_state_id(state))}
        loader.load_nodes([*snapshots, *(dataset for dataset, _ in derived.values())])
        loader.load_generated(snapshots)
        loader.load_runs({run for _, run in derived.values()})
        made: dict[str, list[Contributed]] = {}
        for state in snapshots:
            node = loader.node(state)
            if isinstance(node, Snapshot):
                dataset = node_id("Dataset", (node.namespace, node.dataset))
                self.where.setdefault(state, (dataset, None))
                made[state] = self._chosen(
                    one
                    for run in loader.generated_by(state)
                    for one in self._writes_of(run, dataset, version=node.version)
                    # A seal may name the run of a state that its emitter left without a version.
                    or self._writes_of(run, dataset, version=None)
                )
        made |= self._sealed_at([state for state in snapshots if not loader.generated_by(state)])
        for state, (dataset, run) in derived.items():
            self.where[state] = (dataset, run)
            made[state] = self._chosen(self._writes_of(run, dataset, version=None))
        for state, found in made.items():
            if found:
                self.where[state] = (found[0].name, found[0].run)
        return made

    def _sealed_at(self, snapshots: Sequence[str]) -> dict[str, list[Contributed]]:
        """Return for snapshots of which no run is named what was in force when they were sealed, or else verified."""
        loader = self.loader
        self._seals.load(snapshots)
        sealed = {one: at for one in snapshots if (at := self._seals.at(one)) is not None}
        named = {one: self.where[one][0] for one in sealed if one in self.where}
        loader.load_names(dataset for dataset in named.values() if dataset)
        hops = {
            one: Hop(loader.resolve(dataset, sealed[one]), sealed[one]) for one, dataset in named.items() if dataset
        }
        held = self.found.in_force(hops.values())
        found = {
            one: [each for each in held[hop] if each.run and not _is_another(loader.node(one), each)]
            for one, hop in hops.items()
        }
        self._bound.update(one for one, some in found.items() if some)
        return {one: sorted(some, key=lambda each: each.order) for one, some in found.items()}

    def _attempts_on(self, models: Sequence[str]) -> dict[str, list[Contributed]]:
        """Return for model versions that nothing put there the attempts that named them."""
        wrote = self.loader.view.edges(models, ("WROTE",), "in") if models else ()
        self.loader.load_runs({edge.source for edge in wrote})
        return {
            model: self._chosen(
                one
                for run in sorted({edge.source for edge in wrote if edge.target == model})
                for one in self._writes_of(run, model, version=None)
            )
            for model in models
        }

    def _writes_of(self, run: str, dataset: str, *, version: str | None) -> list[Contributed]:
        fold = self.loader.fold(run)
        places: list[tuple[int, Place]] = []
        for attempt in fold.attempts if fold else ():
            for place, access in attempt.outputs.items():
                if place[0] == dataset and access.version == version:
                    places.append((attempt.number, place))
        self.loader.load_names([dataset])
        return [self.found.written(run, number, place) for number, place in places]

    def _chosen(self, found: Iterable[Contributed]) -> list[Contributed]:
        ordered = sorted(found, key=lambda one: one.order)
        completed = [one for one in ordered if one.how == "ran"]
        if completed:
            return completed if self.walk.include_past else completed[-1:]
        return ordered

    def upstream(self, front: Sequence[str], sources: frozenset[str] | None = None) -> Iterator[LineageEdge]:
        """Yield the edges into each state, only from `sources` where given."""
        made = self.producers(front)
        models = [state for state in front if label_of(state) == "ModelVersion"]
        past: set[Contributed] = set()
        if models:
            hops = {model: Hop(model, self.loader.valid_at) for model in models}
            self.loader.load_names(models)
            held = self.found.in_force(hops.values())
            every = self.found.every(hops.values()) if self.walk.include_past else held
            tried = self._attempts_on([model for model, hop in hops.items() if not every[hop]])
            for model, hop in hops.items():
                made[model] = sorted(every[hop], key=lambda one: one.order) or tried.get(model, [])
                past.update(one for one in every[hop] if one not in held[hop])
        for state, declared in self._mapped_into(made, front).items():
            made[state] = [*made.get(state, ()), *declared]
        reads = self.reads([one for some in made.values() for one in some])
        for state, some in sorted(made.items()):
            for one in some:
                for read in reads[one]:
                    if sources is None or read.state in sources:
                        yield self._edge(read, state, one, past=one in past)

    def _mapped_into(
        self, made: Mapping[str, Sequence[Contributed]], front: Collection[str]
    ) -> dict[str, list[Contributed]]:
        """Return what mappings read in the facets that were in force when each state came about, and of one that still
        is, in those that are now; of a dataset of which no writer is known, in those that are now.

        What another job says of what it left itself is said of that state. Of a model version it is among what is in
        force.
        """
        loader = self.loader
        if loader.mapped.is_idle:
            return {}
        alone = self._without_writer(one for one in front if label_of(one) == "Dataset")
        places: dict[str, list[tuple[str, int, Contributed | None]]] = {
            one: [(one, loader.valid_at, None)] for one in alone
        }
        left = {state: some for state, some in made.items() if label_of(state) != "ModelVersion"}
        now = self.found.in_force([Hop(one.dataset, loader.valid_at) for some in left.values() for one in some])
        lasting = {_identity(one) for some in now.values() for one in some}
        for state, some in left.items():
            for one in some:
                if one.how == "ran":
                    times = [one.at, *([loader.valid_at] if _identity(one) in lasting else ())]
                    places.setdefault(state, []).extend((one.dataset, at, one) for at in times)
        loader.load_mapped((dataset, at) for some in places.values() for dataset, at, _ in some)
        found: dict[str, list[Contributed]] = {}
        for state, several in places.items():
            read: dict[Declared, Contributed] = {}
            for dataset, at, by in several:
                for declared in loader.mapped_into(dataset, at):
                    if by is None or not self._is_of_another(declared, by):
                        read.setdefault(declared, self.found.declared(declared, dataset, at))
            found[state] = list(read.values())
        return found

    def _without_writer(self, datasets: Iterable[str]) -> set[str]:
        """Return the datasets of which nobody is known to have written what is in them now."""
        return {one for one, states in self.of_datasets(list(datasets)).items() if not states}

    def _is_of_another(self, declared: Declared, by: Contributed) -> bool:
        """Tell whether it is what another job's run says of its own output."""
        run = declared.mapped[0].run
        if run is None or declared.job == by.job:
            return False
        self.loader.load_runs([run])
        fold = self.loader.fold(run)
        return fold is not None and any(flow.target in fold.ever_wrote for flow in declared.mapped)

    def _fed_by_mapping(self, front: Collection[str]) -> set[str]:
        """Return the states of which mappings may read in some facet that the datasets of these states feed them."""
        loader = self.loader
        if loader.mapped.is_idle:
            return set()
        datasets = self._datasets(front)
        loader.load_names(datasets)
        names = sorted({name for one in datasets for name in loader.names(one)})
        fed = sorted({flow.target for flow in loader.mapped.flows(names, "out")})
        loader.load_names(fed)
        around = sorted({name for one in fed for name in loader.every_name(one)})
        loader.load_names(around)
        at = loader.valid_at
        hops = [Hop(one, at) for one in dict.fromkeys(loader.resolve(name, at) for name in around)]
        every = [one for some in self.found.every(hops).values() for one in some]
        loader.load_nodes(one.name for one in every)
        sealed = self._seals.of_datasets(frozenset(one for one in around if label_of(one) == "Dataset"))
        return {*(self._state(one) for one in every), *self._without_writer(hop.dataset for hop in hops), *sealed}

    def _edge(self, read: StateRead, target: str, one: Contributed, *, past: bool) -> LineageEdge:
        edge = edge_of(one, read.source, past=past)
        confidence = Confidence.INFERRED if target in self._bound else read.confidence
        # Of a state it is said what a run made of which: that this was by renaming is said of the datasets.
        how = "ran" if edge.how == "renamed" else edge.how
        return edge._replace(source=read.state, target=target, how=how, confidence=confidence)

    def downstream(self, front: Sequence[str]) -> Iterator[LineageEdge]:
        """Yield the edges out of each state: those edges into what its readers left that start at it."""
        readers = self.readers(front)
        snapshots = [state for state in front if label_of(state) == "Snapshot"]
        trained = self.loader.view.edges(snapshots, ("TRAINED_ON",), "in") if snapshots else []
        targets = {edge.source for edge in trained}
        produced = self.loader.view.edges(sorted(readers), ("PRODUCED",), "out") if readers else []
        targets |= {edge.target for edge in produced}
        targets |= self.left(readers) | self._sealed(readers) | self._fed_by_mapping(front)
        return self.upstream(sorted(targets), frozenset(front))

    def _sealed(self, runs: Iterable[str]) -> set[str]:
        """Return the snapshots that seals say the runs generated, for states that their emitters did not version, and
        those sealed of what the runs wrote without naming any.
        """
        runs = list(runs)
        bare = [
            run
            for run in runs
            if (fold := self.loader.fold(run)) and any(access.version is None for access in fold.outputs.values())
        ]
        generated = self.loader.view.edges(sorted(bare), ("GENERATED",), "out") if bare else ()
        wrote = {name for run in runs if (fold := self.loader.fold(run)) for name, _ in fold.outputs}
        names = {other for name in wrote for other in self.loader.names(name)}
        sealed = self._seals.of_datasets(frozenset(name for name in names if label_of(name) == "Dataset"))
        self.loader.load_generated(sealed)
        return {edge.target for edge in generated} | {one for one in sealed if not self.loader.generated_by(one)}

    def left(self, runs: Iterable[str]) -> set[str]:
        """Return the states that the runs left, or tried to leave."""
        folds = {run: fold for run in runs if (fold := self.loader.fold(run))}
        self.loader.load_nodes(name for fold in folds.values() for name, _ in fold.outputs)
        return {
            self.loader.version_of(name, access.version) or self.loader.state(name, run, access.version)
            for run, fold in folds.items()
            for attempt in fold.attempts
            for (name, _), access in attempt.outputs.items()
        }

    def readers(self, states: Sequence[str]) -> set[str]:
        """Return the runs that may have read one of the states."""
        loader = self.loader
        snapshots = [state for state in states if label_of(state) == "Snapshot"]
        datasets = self._datasets(states)
        loader.load_names(datasets)
        names = sorted({name for dataset in datasets for name in loader.names(dataset)})
        found = loader.view.edges(snapshots, ("USED",), "in") if snapshots else []
        if names:
            found = [*found, *loader.view.edges(names, ("READ", "WROTE"), "in")]
        # Who renames a dataset reads it, and drops its old name.
        runs = {edge.source for edge in found if edge.kind != "WROTE" or edge.data.get("mode") == "DROP"}
        loader.load_runs(runs)
        return runs | loader.halves.writers(runs)

    def _datasets(self, states: Collection[str]) -> set[str]:
        """Return what the states are states of: by name, or the model version."""
        snapshots = [state for state in states if label_of(state) == "Snapshot"]
        self.loader.load_nodes(snapshots)
        datasets = {state for state in states if label_of(state) in {"Dataset", "ModelVersion"}}
        datasets |= {pair[0] for state in states if (pair := split_state_id(state))}
        for state in snapshots:
            node = self.loader.node(state)
            if isinstance(node, Snapshot):
                datasets.add(node_id("Dataset", (node.namespace, node.dataset)))
        return datasets

    def of_datasets(self, datasets: Sequence[str]) -> dict[str, list[str]]:
        """Return the states that the datasets are in now: one for each job whose newest contribution is in force."""
        hops = {dataset: Hop(dataset, self.loader.valid_at) for dataset in datasets}
        held = self.found.in_force(hops.values())
        self.loader.load_nodes(one.name for some in held.values() for one in some)
        return {
            dataset: sorted({self._state(one) for one in held[hop] if one.run or one.how == "registered"})
            for dataset, hop in hops.items()
        }


def _identity(one: Contributed) -> tuple[object, ...]:
    """Return what tells a contribution of a run from any other, whoever made the value."""
    return one.run, one.attempt, one.name, one.job, one.at


def _is_another(snapshot: Node | None, one: Contributed) -> bool:
    """Tell whether a write names a digest that is not the snapshot's: then something else lay there."""
    version = one.access.version
    return version is not None and version.startswith(_DIGEST) and version != getattr(snapshot, "version", None)


_DIGEST = "sha256:"
