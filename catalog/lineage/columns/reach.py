"""What column lineage can meet, fetched ahead: a few calls however many levels, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from catalog.lineage.columns.loader import ColumnLoader, Key
from catalog.lineage.model import Direction
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset

_SPARE: Final = 2
"""How many times as much as can be met is fetched: with each column its dataset."""


class Reached(NamedTuple):
    """Columns and wholes by id, at least all that a walk can meet unless there were too many."""

    keys: dict[str, Key]
    whole: bool


def reach(loader: ColumnLoader, roots: Iterable[Key], direction: Direction, depth: int, limit: int) -> Reached:
    """Return what the roots ever reached, or were ever made of, within so many steps: pairs that were stated, wholes
    with the columns of theirs, and the same columns under other names of their datasets.
    """
    return _Reach(loader, direction, limit).of(roots, depth)


class _Reach:
    def __init__(self, loader: ColumnLoader, direction: Direction, limit: int) -> None:
        self._loader = loader
        self._inwards = direction is Direction.UPSTREAM
        self._way: Literal["in", "out"] = "in" if self._inwards else "out"
        self._limit = limit
        self._dataset: dict[str, str] = {}
        """The dataset of each column or whole that was met."""
        self._looked: set[str] = set()
        """The datasets whose other names and models were looked for."""

    def of(self, roots: Iterable[Key], depth: int) -> Reached:
        keys = sorted(set(roots), key=repr)
        self._loader.load_ids(keys)
        front = {self._loader.id(key): key.dataset for key in keys}
        self._fetch(front, depth)
        self._dataset |= front
        step = 0
        while front and len(self._dataset) <= self._limit:
            met = self._step(front) if step <= depth else {}
            step += 1
            if not met:
                met, step = self._named_otherwise(), 0
                self._fetch(met, depth)
            front = {one: dataset for one, dataset in met.items() if one not in self._dataset}
            self._dataset |= front
        self._loader.datasets.load_nodes([*self._dataset, *self._dataset.values()])
        found = {one: key for one in self._spelled(self._dataset) if (key := self._loader.key(one)) is not None}
        return Reached(found, len(self._dataset) <= self._limit)

    def _fetch(self, front: dict[str, str], depth: int) -> None:
        """Fetch ahead what lies behind columns and wholes that were not met before."""
        asked = self._asked({one: dataset for one, dataset in front.items() if one not in self._dataset})
        self._loader.reach_ahead(asked, self._way, depth + 1, _SPARE * self._limit)

    def _asked(self, front: dict[str, str]) -> list[str]:
        """Return the columns under all their spellings, and their datasets as wholes."""
        wholes = (one for one in front.values() if label_of(one) == "Dataset")
        return sorted({*self._spelled(front), *wholes})

    def _step(self, front: dict[str, str]) -> dict[str, str]:
        flows = self._loader.column_flows(self._asked(front), self._way)
        if self._inwards:
            return {flow.source: flow.source_dataset for flow in flows}
        met = {flow.target: flow.target_dataset for flow in flows}
        met |= {flow.source: flow.source_dataset for flow in flows if flow.source == flow.source_dataset}
        wholes = sorted(met.keys() & set(met.values()))
        if wholes:
            met |= {one: whole for whole, some in self._loader.columns_of(wholes).items() for one in some}
        return met

    def _spelled(self, ids: Iterable[str]) -> list[str]:
        """Return the columns under all their spellings, wholes as they are."""
        loader = self._loader
        if loader.spelling.is_idle:
            return list(ids)
        some = list(ids)
        loader.load_called(some)
        keys = [key for one in some if (key := loader.key(one)) is not None]
        return [*some, *(one for key in keys for one in loader.every_id(key))]

    def _joined(self, datasets: Iterable[str]) -> dict[str, str]:
        """Return the same columns under the names that stewards or rules join to those of the datasets."""
        loader = self._loader
        loader.datasets.load_names(datasets)
        others = {
            one: [name for name in loader.datasets.names(one) if name != one and label_of(name) == "Dataset"]
            for one in datasets
        }
        here = [one for one, dataset in self._dataset.items() if others.get(dataset)]
        loader.datasets.load_nodes([*here, *(name for some in others.values() for name in some)])
        keys = {one: key for one in here if (key := loader.key(one)) is not None}
        return {
            loader.id(Key(name, key.name)): name
            for key in keys.values()
            for name in others.get(key.dataset, ())
            if isinstance(loader.datasets.node(name), Dataset)
        }

    def _named_otherwise(self) -> dict[str, str]:
        """Return the same columns under other names, and the model versions that were made of the datasets."""
        loader = self._loader
        new = sorted(set(self._dataset.values()) - self._looked)
        self._looked.update(new)
        flows = loader.flows(new, self._way, self._limit)
        carried = [flow for flow in flows if flow.how in {"alias", "renamed"}]
        trained = [flow for flow in flows if flow.how == "registered"]
        ends = {end for flow in carried for end in (flow.source, flow.target)}
        here = [one for one, dataset in self._dataset.items() if dataset in ends]
        loader.datasets.load_nodes([*here, *ends])
        met = self._joined(new)
        for flow in carried:
            near, far = (flow.target, flow.source) if self._inwards else (flow.source, flow.target)
            if isinstance(loader.datasets.node(far), Dataset):
                for one in here:
                    key = loader.key(one)
                    if key is not None and key.dataset == near:
                        met[loader.id(Key(far, key.name))] = far
        if self._inwards:
            sources = sorted({flow.source for flow in trained})
            columns = self._loader.columns_of(sources)
            return met | {one: model for model, some in columns.items() for one in some} | {one: one for one in sources}
        return met | {flow.target: flow.target for flow in trained}
