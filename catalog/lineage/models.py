"""Which version of a model a read or write meant that names none: a dataset by which emitters name a model is a pointer
in time to its newest version, as an alias is to a dataset.

An event may name the version, another of the same run may not, and a reader may name a version of a dataset that only
others say is a model, or only a registration does: a dataset that runs name in a version is the model of its name where
a record registers this version of that. None of them sees the other, so that this is decided when it is read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.view import View
from graph_schema.bitemporal import Contribution, RunFold
from graph_schema.facts import Edge
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, Model, ModelVersion, Snapshot

_ALL = 2**31 - 1


class Registered(NamedTuple):
    """That a model version is what a dataset of its name was read or written as, by a registration; see `Models`."""

    version: str
    dataset: str
    entry: int
    """By which entry both were known."""


@dataclass(slots=True)
class Models:
    """The versions of the models around a walk, fetched for a whole frontier."""

    view: View
    _versions: dict[str, dict[str, str]] = field(default_factory=dict)
    """A model's dataset to its versions: name to id."""
    _dataset: dict[str, str] = field(default_factory=dict)
    """A model version to the dataset by which emitters name its model."""
    _pointers: dict[str, list[tuple[int, bool, str]]] = field(default_factory=dict)
    """A model's dataset to what it stood for: since when, whether itself, which."""
    _registered: dict[str, tuple[Registered, ...]] = field(default_factory=dict)
    """What is known of a dataset's versions by registrations alone, and of a version itself."""

    def load(self, ids: Collection[str], named: Collection[Edge]) -> None:
        """Fetch all versions of the models that the datasets, and the versions among the ids, are of: as IS_VERSION_OF
        facts around them name a dataset, and as registrations do.
        """
        models = {edge.target for edge in named if label_of(edge.target) == "Model"}
        of_model = self._load_registered([one for one in ids if label_of(one) == "Dataset"], models)
        datasets = {edge.target for edge in named if label_of(edge.target) == "Dataset"} | set(of_model.values())
        fresh = sorted(datasets - self._versions.keys())
        if fresh:
            self._load_versions(fresh, of_model)
            self._load_pointers(fresh)

    def _load_registered(self, datasets: Sequence[str], models: Collection[str]) -> dict[str, str]:
        """Return the models to the datasets of their names, where one of these was read or written in a version that a
        record registers.
        """
        found = {*models, *(self.view.lookup("Model", "dataset", datasets) if datasets else ())}
        if not found:
            return {}
        of_model = {
            model: Dataset(known.node.namespace, known.node.name)
            for model, known in self.view.nodes(sorted(found)).items()
            if isinstance(known.node, Model)
        }
        edges = self.view.edges(sorted(of_model), ("IS_VERSION_OF",), "in")
        versions = self.view.nodes(sorted({edge.source for edge in edges}))
        snapshots: dict[str, tuple[Edge, str]] = {}
        for edge in edges:
            version, dataset = versions[edge.source].node if edge.source in versions else None, of_model[edge.target]
            if isinstance(version, ModelVersion):
                snapshots[Snapshot(dataset.namespace, dataset.name, version.version).id] = edge, dataset.id
        for snapshot, known in self.view.nodes(sorted(snapshots)).items() if snapshots else ():
            edge, named = snapshots[snapshot]
            one = Registered(edge.source, named, max(edge.entry, known.entry))
            for place in (edge.source, named):
                self._registered[place] = tuple(dict.fromkeys((*self._registered.get(place, ()), one)))
        return {model: dataset.id for model, dataset in of_model.items() if dataset.id in self._registered}

    def registered(self, name: str) -> Sequence[Registered]:
        """Return which versions a dataset's model has, or which dataset a version is of, by a registration alone."""
        return self._registered.get(name, ())

    def _load_versions(self, datasets: Sequence[str], registered: Mapping[str, str]) -> None:
        named = {edge.source: edge.target for edge in self.view.edges(datasets, ("IS_VERSION_OF",), "in")}
        of_model = dict(registered) | {
            Model(known.node.namespace, known.node.model).id: named[version]
            for version, known in self.view.nodes(sorted(named)).items()
            if isinstance(known.node, ModelVersion)
        }
        every = self.view.edges(sorted(of_model), ("IS_VERSION_OF",), "in")
        nodes = self.view.nodes(sorted({edge.source for edge in every}))
        self._versions |= {dataset: {} for dataset in datasets}
        for edge in every:
            version = nodes[edge.source].node if edge.source in nodes else None
            if isinstance(version, ModelVersion):
                dataset = of_model[edge.target]
                self._versions[dataset][version.version] = edge.source
                self._dataset[edge.source] = dataset

    def _load_pointers(self, datasets: Sequence[str]) -> None:
        ids = sorted({*datasets, *(one for dataset in datasets for one in self._versions[dataset].values())})
        rows = self.view.contributions([(one, self.view.as_of.valid_at) for one in ids], _ALL, by_job=False)
        folds = self.view.runs({row.run for row in rows if row.run})
        pointers: dict[str, set[tuple[int, bool, str]]] = defaultdict(set)
        for row in rows:
            fold = folds.get(row.run) if row.run else None
            if _is_true(row, fold):
                dataset = self._dataset.get(row.target, row.target)
                target = self._versions.get(dataset, {}).get(_version(row, fold) or "", row.target)
                pointers[dataset].add((row.at, target == dataset, target))
        for dataset in datasets:
            self._pointers[dataset] = sorted(pointers[dataset])

    def resolve(self, name: str, at: int, version: str | None = None) -> str:
        """Return what the name of a model stood for at a time: the version named, else the newest version then, else
        the first; itself where it was last written in no version, and any other name.
        """
        versions = self._versions.get(name)
        if versions is None:
            return name
        if version is not None and version in versions:
            return versions[version]
        pointers = self._pointers[name]
        if not pointers:
            return name
        return pointers[max(bisect_right(pointers, (at, True, "￿")) - 1, 0)][2]

    def made(self, version: str) -> list[int]:
        """Return when a model version was written or registered, ascending."""
        dataset = self._dataset.get(version)
        return [] if dataset is None else [at for at, _, one in self._pointers[dataset] if one == version]

    def versions(self, name: str) -> Mapping[str, str]:
        """Return the versions of the model that a dataset names, by what they are called; none of another dataset."""
        return self._versions.get(name, {})

    def attempted(self, name: str) -> str | None:
        """Return the last version, by name, of the model that a dataset names, where none ever took effect."""
        versions = self._versions.get(name)
        return versions[max(versions)] if versions and not self._pointers[name] else None

    def dataset_of(self, name: str) -> str | None:
        """Return the dataset by which emitters name the model of a version."""
        return self._dataset.get(name)


def _version(row: Contribution, fold: RunFold | None) -> str | None:
    """Return the version in which a run wrote a dataset, where any event of it names one."""
    place = row.target, row.job
    attempt = fold.written(place, row.at) if fold is not None else None
    return None if attempt is None else attempt.outputs[place].version


def _is_true(row: Contribution, fold: RunFold | None) -> bool:
    if row.how == "registered":
        return True
    return fold is not None and fold.written((row.target, row.job), row.at) is not None
