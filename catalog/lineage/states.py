"""Lineage at the grain of exact states: which snapshot was made from which, by which run (rules 5 and 9).

A state is a Snapshot where the writer named a version, a derived `State` where it did not, a ModelVersion, or, where no
writer is known, the Dataset itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence, LineageEdge, Walk
from catalog.lineage.rules import Write, in_force, write_order
from graph_schema.bitemporal import RunFold
from graph_schema.identity import label_of, node_id, split_state_id
from graph_schema.nodes import Snapshot


@dataclass(frozen=True, slots=True)
class StateRead:
    """That a run read a state: the state, the dataset by the name that the run used, and how that is known."""

    state: str
    dataset: str
    confidence: Confidence
    writer: str | None = None
    """The run that left the state, where that is known."""


class States:
    """Reads and writes of exact states, judged in a loader; every method takes a whole frontier."""

    def __init__(self, loader: LineageLoader, walk: Walk) -> None:
        self.loader = loader
        self.walk = walk
        self.where: dict[str, tuple[str | None, str | None]] = {}
        """State or snapshot id to (dataset, run), as far as the walk came across it."""

    def reads(self, runs: Iterable[str]) -> dict[str, list[StateRead]]:
        """Return which states each run read: the version it names, else what was newest when it started (rule 5)."""
        loader = self.loader
        wanted = sorted(set(runs))
        loader.load_runs(wanted)
        folds = {run: fold for run in wanted if (fold := loader.fold(run))}
        loader.load_latest(
            [
                (loader.resolve(name, fold.started_at), fold.started_at, run)
                for run, fold in folds.items()
                for name, access in fold.inputs.items()
                if access.version is None
            ]
        )
        loader.load_nodes(name for fold in folds.values() for name in fold.inputs)
        self._load_writers(folds)
        return {run: [self._read(run, fold, name) for name in sorted(fold.inputs)] for run, fold in folds.items()}

    def _load_writers(self, folds: dict[str, RunFold]) -> None:
        writes = [
            write
            for run, fold in folds.items()
            for name, access in fold.inputs.items()
            if access.version is None
            and (write := self.loader.latest(self.loader.resolve(name, fold.started_at), fold.started_at, run))
        ]
        self.loader.load_nodes(write.name for write in writes)

    def _read(self, run: str, fold: RunFold, name: str) -> StateRead:
        version = fold.inputs[name].version
        dataset = self.loader.resolve(name, fold.started_at, version)
        confidence = Confidence.INFERRED if fold.start_known else Confidence.START_UNKNOWN
        if label_of(dataset) == "ModelVersion":
            return StateRead(dataset, name, Confidence.STATED if version or dataset == name else confidence)
        if version is not None:
            state = self.loader.state(name, run, version)
            self.where.setdefault(state, (name, None))
            return StateRead(state, name, Confidence.STATED)
        write = self.loader.latest(self.loader.resolve(name, fold.started_at), fold.started_at, run)
        if write is None or write.run is None:
            return StateRead(self.loader.resolve(name, fold.started_at), name, confidence)
        return StateRead(self._state(write), name, confidence, write.run)

    def _state(self, write: Write) -> str:
        if write.how == "registered" or write.run is None:
            return write.name
        state = self.loader.state(write.name, write.run, write.access.version)
        if state != write.name:
            self.where[state] = (write.name, write.run)
        return state

    def producers(self, states: Sequence[str]) -> dict[str, list[Write]]:
        """Return who put each state there: the newest completed run, or all that tried where none completed."""
        loader = self.loader
        snapshots = [state for state in states if label_of(state) == "Snapshot"]
        derived = {state: pair for state in states if (pair := split_state_id(state))}
        generated = defaultdict(set)
        for edge in loader.view.edges(snapshots, ("GENERATED",), "in") if snapshots else ():
            generated[edge.target].add(edge.source)
        runs = {run for found in generated.values() for run in found} | {run for _, run in derived.values()}
        loader.load_runs(runs)
        loader.load_nodes([*snapshots, *(dataset for dataset, _ in derived.values())])
        made: dict[str, list[Write]] = {}
        for state in snapshots:
            node = loader.node(state)
            if isinstance(node, Snapshot):
                dataset = node_id("Dataset", (node.namespace, node.dataset))
                self.where.setdefault(state, (dataset, None))
                found = [
                    write
                    for run in generated[state]
                    for write in self._writes_of(run, dataset, version=node.version)
                    # A seal may name the run of a state that its emitter left without a version.
                    or self._writes_of(run, dataset, version=None)
                ]
                made[state] = self._chosen(found)
        for state, (dataset, run) in derived.items():
            self.where[state] = (dataset, run)
            made[state] = self._chosen(self._writes_of(run, dataset, version=None))
        for state, writes in made.items():
            if writes:
                self.where[state] = (writes[0].name, writes[0].run)
        return made

    def _writes_of(self, run: str, dataset: str, *, version: str | None) -> list[Write]:
        fold = self.loader.fold(run)
        if fold is None:
            return []
        at = fold.effective_at[-1] if fold.effective_at else fold.started_at
        how = "ran" if fold.effective_at else "attempted"
        return [
            Write(at, run, "", name, job, how, access, self.loader.known_from(run, name))
            for (name, job), access in fold.outputs.items()
            if name == dataset and access.version == version
        ]

    def _chosen(self, writes: list[Write]) -> list[Write]:
        completed = sorted((write for write in writes if write.how == "ran"), key=write_order)
        if completed:
            return completed if self.walk.include_past else completed[-1:]
        return sorted(writes, key=write_order)

    def upstream(self, front: Sequence[str], sources: frozenset[str] | None = None) -> Iterator[LineageEdge]:
        """Yield the edges into each state, only from `sources` where given."""
        made = self.producers(front)
        models = [state for state in front if label_of(state) == "ModelVersion"]
        if models:
            self.loader.load_writes(models, everything=self.walk.include_past)
            for model in models:
                writes = self.loader.writes(model)
                held = in_force(writes)
                made[model] = writes if self.walk.include_past else held
                trained = (edge for write in made[model] for edge in self._trained(write, past=write not in held))
                yield from (edge for edge in trained if sources is None or edge.source in sources)
        inferred = {
            (state, write)
            for state, writes in made.items()
            for write in writes
            if write.run and not self.loader.trained_on(write)
        }
        reads = self.reads(write.run for _, write in inferred if write.run)
        if sources is not None:
            reads = {run: [read for read in some if read.state in sources] for run, some in reads.items()}
        for state, write in sorted(inferred, key=lambda pair: (pair[0], write_order(pair[1]))):
            for read in reads.get(write.run or "", ()):
                yield self._edge(read, state, write)

    def _trained(self, write: Write, *, past: bool) -> Iterator[LineageEdge]:
        for edge in self.loader.trained_on(write):
            self.where.setdefault(edge.target, (edge.data["dataset"], None))
            yield LineageEdge(
                edge.target,
                write.name,
                "registered",
                write.job,
                write.run,
                Confidence.STATED,
                write.at,
                edge.entry,
                past=past,
            )

    def _edge(self, read: StateRead, target: str, write: Write) -> LineageEdge:
        known = self.loader.known_from(write.run, read.dataset, write.name) if write.run else write.entry
        how = "registered" if write.how == "registered" else "ran"
        return LineageEdge(
            read.state,
            target,
            how,
            write.job,
            write.run,
            read.confidence,
            write.at,
            max(known, write.entry if write.how == "registered" else 0),
            attempt=write.how == "attempted",
        )

    def downstream(self, front: Sequence[str]) -> Iterator[LineageEdge]:
        """Yield the edges out of each state: those edges into what its readers left that start at it."""
        readers = self.readers(front)
        snapshots = [state for state in front if label_of(state) == "Snapshot"]
        trained = self.loader.view.edges(snapshots, ("TRAINED_ON",), "in") if snapshots else []
        targets = {edge.source for edge in trained}
        produced = self.loader.view.edges(sorted(readers), ("PRODUCED",), "out") if readers else []
        targets |= {edge.target for edge in produced}
        targets |= self.left(readers) | self._sealed(readers)
        return self.upstream(sorted(targets), frozenset(front))

    def _sealed(self, runs: Iterable[str]) -> set[str]:
        """Return the snapshots that seals say the runs generated, for states that their emitters did not version."""
        bare = [
            run
            for run in runs
            if (fold := self.loader.fold(run)) and any(access.version is None for access in fold.outputs.values())
        ]
        generated = self.loader.view.edges(sorted(bare), ("GENERATED",), "out") if bare else ()
        return {edge.target for edge in generated}

    def left(self, runs: Iterable[str]) -> set[str]:
        """Return the states that the runs left, or tried to leave."""
        folds = {run: fold for run in runs if (fold := self.loader.fold(run))}
        self.loader.load_nodes(name for fold in folds.values() for name, _ in fold.outputs)
        return {
            self.loader.state(name, run, access.version)
            for run, fold in folds.items()
            for (name, _), access in fold.outputs.items()
        }

    def readers(self, states: Sequence[str]) -> dict[str, list[StateRead]]:
        """Return the runs that may have read one of the states, each with all that it read."""
        loader = self.loader
        snapshots = [state for state in states if label_of(state) == "Snapshot"]
        loader.load_nodes(snapshots)
        datasets = {state for state in states if label_of(state) in {"Dataset", "ModelVersion"}}
        datasets |= {pair[0] for state in states if (pair := split_state_id(state))}
        for state in snapshots:
            node = loader.node(state)
            if isinstance(node, Snapshot):
                datasets.add(node_id("Dataset", (node.namespace, node.dataset)))
        loader.load_names(datasets)
        names = sorted({name for dataset in datasets for name in loader.names(dataset)})
        found = loader.view.edges(snapshots, ("USED",), "in") if snapshots else []
        if names:
            found = [*found, *loader.view.edges(names, ("READ",), "in")]
        return self.reads(edge.source for edge in found)

    def of_datasets(self, datasets: Sequence[str]) -> dict[str, list[str]]:
        """Return the states that the datasets are in now: one for each job whose newest write is in force."""
        self.loader.load_writes(datasets)
        held = {dataset: in_force(self.loader.writes(dataset)) for dataset in datasets}
        self.loader.load_nodes(write.name for writes in held.values() for write in writes)
        return {dataset: sorted({self._state(write) for write in writes}) for dataset, writes in held.items()}
