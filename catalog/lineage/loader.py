"""What a walk has fetched so far, judged at one point in time: each thing once, and always for a whole frontier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from catalog.lineage.declarations import OF_DATASETS, Declared, declared_by
from catalog.lineage.models import Models
from catalog.lineage.rules import Write, judge, write_order
from catalog.names.loading import Names
from catalog.view import View
from graph_schema.bitemporal import Contribution, RunFold
from graph_schema.facts import Edge, Statement
from graph_schema.identity import label_of, state_id
from graph_schema.nodes import Dataset, Node, Snapshot

_ALL = 2**31 - 1
_DEEPER = 16


class LineageLoader:
    """The facts around a walk. `load_…` fetches in bulk what is not known yet; the other methods only judge."""

    def __init__(self, view: View) -> None:
        """Read through this view."""
        self.view = view
        self.valid_at = view.as_of.valid_at
        self._named = Names(view, beside=("IS_VERSION_OF",))
        self._versions_of: dict[str, str | None] = {}
        self._folds: dict[str, RunFold | None] = {}
        self._writes: dict[str, list[Write]] = {}
        self._declared: dict[str, list[Declared]] = {}
        self._trained: dict[str, list[Edge]] = {}
        self._nodes: dict[str, Node | None] = {}
        self._models = Models(view)
        self._latest: dict[tuple[str, int, str], Write | None] = {}

    def load_names(self, ids: Iterable[str]) -> None:
        """Fetch the names around the datasets, and the versions of models that they name."""
        new = sorted({name for name in ids if name not in self._versions_of})
        if not new:
            return
        self._versions_of.update(dict.fromkeys(new))
        self._named.load(new)
        self._models.load(self._named.beside)
        self._named.beside.clear()
        named = {one: dataset for one in new if (dataset := self._models.dataset_of(one))}
        self._versions_of |= named
        self.load_names(named.values())

    def names(self, name: str) -> Collection[str]:
        """Return every name that ever stood for the dataset or it for them, itself included; of a model version the
        names of its model as well.
        """
        dataset = self._versions_of.get(name)
        own = self._named.names(name)
        return own if dataset is None else {*own, *self._named.names(dataset)}

    def resolve(self, name: str, at: int, version: str | None = None) -> str:
        """Return the dataset that the name stood for at a time, or the model version where it names a model; see
        `catalog.names.rules` and `Models.resolve`.
        """
        return self._models.resolve(self._named.resolve(name, at), at, version)

    def load_runs(self, runs: Iterable[str]) -> None:
        """Fetch what was said of the runs."""
        new = sorted({run for run in runs if run not in self._folds})
        if not new:
            return
        found = self.view.runs(new)
        self._folds |= found
        self.load_names({name for fold in found.values() if fold for name in (*fold.ever_read, *fold.ever_wrote)})

    def fold(self, run: str) -> RunFold | None:
        """Return the run at this point in time."""
        return self._folds[run]

    def known_from(self, run: str, *names: str) -> int:
        """Return the entry by which the run's access to all the names was known."""
        fold = self._folds[run]
        if fold is None:
            return 0
        return max([fold.known_from.get(name, 0) for name in names])

    def load_writes(self, targets: Iterable[str], *, everything: bool = False) -> None:
        """Fetch who put the datasets and model versions into their state: of each job the newest, and the newest
        replacement; all of them where `everything` is asked for.

        A candidate that the fold refutes makes it look further back, so that what comes out never depends on how
        many are fetched at once.
        """
        pending = sorted({target for target in targets if target not in self._writes})
        newest = _ALL if everything else 1
        while pending:
            self.load_names(pending)
            asks = sorted({(name, self.valid_at) for target in pending for name in self.names(target)})
            rows = self.view.contributions(asks, newest)
            self.load_runs(row.run for row in rows if row.run and row.how == "ran")
            by_name: dict[str, list[Contribution]] = defaultdict(list)
            for row in rows:
                by_name[row.target].append(row)
            again = []
            for target in pending:
                candidates = [row for name in self.names(target) for row in by_name[name]]
                self._writes[target] = self._true_writes(candidates, target)
                if not self._settled(candidates, self._writes[target], newest):
                    again.append(target)
            pending, newest = again, min(newest * _DEEPER, _ALL)
        self._load_registrations()

    def _true_writes(self, candidates: Iterable[Contribution], target: str) -> list[Write]:
        judged = [judge(row, self._folds.get(row.run) if row.run else None) for row in candidates]
        found = [write for write in judged if write and self.resolve(write.name, write.at) == target]
        return sorted(found, key=write_order) if len(found) > 1 else found

    def _settled(self, candidates: Sequence[Contribution], writes: Sequence[Write], newest: int) -> bool:
        """Tell whether looking further back could show nothing more."""
        if len(writes) == len(candidates) and not any(row.replaces for row in candidates):
            return True
        asked: dict[tuple[str, str | None], int] = defaultdict(int)
        replacing: dict[str, int] = defaultdict(int)
        for row in candidates:
            asked[row.target, row.job] += 1
            replacing[row.target] += row.replaces
        found = {(write.name, write.job) for write in writes}
        replaced = {write.name for write in writes if write.access.replaces}
        return all(count < newest or group in found for group, count in asked.items()) and all(
            count < newest or name in replaced for name, count in replacing.items()
        )

    def writes(self, target: str) -> list[Write]:
        """Return the true writes that were fetched, oldest first."""
        return self._writes[target]

    def _load_registrations(self) -> None:
        models = [target for target, writes in self._writes.items() if target not in self._trained and writes]
        registered = [target for target in models if any(write.how == "registered" for write in self._writes[target])]
        for target in models:
            self._trained[target] = []
        if not registered:
            return
        for edge in self.view.edges(registered, ("TRAINED_ON",), "out"):
            self._trained[edge.source].append(edge)
        self.load_names(edge.data["dataset"] for target in registered for edge in self._trained[target])
        self.load_runs(write.run for target in registered for write in self._writes[target] if write.run)

    def trained_on(self, write: Write) -> list[Edge]:
        """Return the TRAINED_ON facts of the record that registered the model version."""
        return [edge for edge in self._trained.get(write.name, ()) if edge.tie == write.tie]

    def load_declarations(self, targets: Iterable[str]) -> None:
        """Fetch the jobs that declare by design that they produce the datasets."""
        new = sorted({target for target in targets if target not in self._declared and target.startswith("Dataset:")})
        if not new:
            return
        self.load_names(new)
        names = sorted({name for target in new for name in self.names(target)})
        designed = self.view.edges(names, ("PRODUCES", "FEEDS"), "in")
        declaring = {edge.source if edge.kind == "PRODUCES" else edge.target for edge in designed}
        newest: dict[tuple[str, str], Statement] = {}
        for statement in self.view.statements(sorted(declaring), ("io", *OF_DATASETS)):
            held = newest.get((statement.subject, statement.aspect))
            if held is None or statement.order > held.order:
                newest[statement.subject, statement.aspect] = statement
        declarations = declared_by(newest.values())
        self.load_names(name for one in declarations for name in one.names)
        for target in new:
            self._declared[target] = []
        for one in declarations:
            outputs: dict[str, list[str]] = defaultdict(list)
            for name in one.outputs:
                outputs[self.resolve(name, one.valid_from)].append(name)
            for target in outputs.keys() & set(new):
                sources = frozenset(source for name in outputs[target] for source in one.sources_of(name))
                self._declared[target].append(Declared(one.job, sources, one.valid_from, one.entry))

    def declarations(self, target: str) -> list[Declared]:
        """Return each job's newest declaration that names the dataset among its outputs, and its own."""
        return self._declared.get(target, [])

    def load_latest(self, asks: Collection[tuple[str, int, str]]) -> None:
        """Fetch for each (dataset, time, run) the newest write to the dataset at or before the time by another run."""
        pending = sorted({ask for ask in asks if ask not in self._latest})
        newest = 2
        while pending:
            self.load_names(dataset for dataset, _, _ in pending)
            wanted = sorted({(name, at) for dataset, at, _ in pending for name in self.names(dataset)})
            rows = self.view.contributions(wanted, newest, by_job=False)
            self.load_runs(row.run for row in rows if row.run and row.how == "ran")
            by_name: dict[str, list[Contribution]] = defaultdict(list)
            for row in rows:
                by_name[row.target].append(row)
            again = []
            for ask in pending:
                dataset, at, run = ask
                candidates = [row for name in self.names(dataset) for row in by_name[name] if row.at <= at]
                others = [write for write in self._true_writes(candidates, dataset) if write.run != run]
                self._latest[ask] = others[-1] if others else None
                if any(
                    sum(row.target == name for row in candidates) >= newest
                    and not any(write.name == name for write in others)
                    for name in self.names(dataset)
                ):
                    again.append(ask)
            pending, newest = again, min(newest * _DEEPER, _ALL)

    def latest(self, dataset: str, at: int, run: str) -> Write | None:
        """Return what `load_latest` found."""
        return self._latest[dataset, at, run]

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

    def state(self, dataset: str, run: str, version: str | None) -> str:
        """Return the id of the state in which the run left or found the dataset: a snapshot where it has a version, and
        a model version itself.
        """
        if label_of(dataset) == "ModelVersion":
            return dataset
        node = self._nodes.get(dataset)
        if version is None or not isinstance(node, Dataset):
            return state_id(dataset, run)
        return Snapshot(node.namespace, node.name, version).id
