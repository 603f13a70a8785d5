"""The names under which labels flow: what is one dataset, whatever it was called, and its columns, is one node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from catalog.assets.column_names import ColumnNames
from catalog.labels.taint.model import Part, Place
from catalog.lineage.loader import LineageLoader
from graph_schema.facts import ALWAYS
from graph_schema.identity import label_of


@dataclass
class Groups:
    """Datasets under all the names that they ever had, model versions, and their columns, each as one node."""

    loader: LineageLoader
    names: dict[str, str] = field(default_factory=dict)
    """Each name to what stands for all of them here."""
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The addresses of every column that anything was ever said of, by what stands for the dataset."""
    joins: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """The entries by which several names are one."""

    def load(self, ids: Collection[str]) -> None:
        """Fetch the names around datasets and model versions."""
        self.loader.load_names(ids)
        for one in ids:
            if one not in self.names:
                some = tuple(sorted(self._same(one)))
                self.members[some[0]] = some
                self.names.update(dict.fromkeys(some, some[0]))

    def _same(self, one: str) -> Collection[str]:
        if label_of(one) != "Dataset":
            return (one,)
        return {name for name in self.loader.names(one) if label_of(name) == "Dataset"} | {one}

    def of(self, one: str) -> str:
        """Return what stands for a dataset or model version."""
        return self.names.get(one, one)

    def shown(self, whole: str, asked: Collection[str] = ()) -> str:
        """Return by which of its names a dataset is shown: as it is called now, of several one that was asked for."""
        called = {self.loader.belongs(one, ALWAYS, self.loader.valid_at) for one in self.members.get(whole, (whole,))}
        return self.current(min(called & set(asked) or called))

    def current(self, name: str) -> str:
        """Return what a name means at present."""
        return self.loader.resolve(name, self.loader.valid_at)

    @cached_property
    def _spelling(self) -> ColumnNames | None:
        """The spellings of columns, None where every name is one."""
        spelling = self.loader.column_names
        return None if spelling.is_idle else spelling

    def address(self, dataset: str, name: str) -> str:
        """Return how a column is called here."""
        spelling = self._spelling
        return name if spelling is None else spelling.name(self.of(dataset), name, self.loader.valid_at)

    def spelled(self, whole: str) -> tuple[tuple[str, ...], frozenset[str]] | None:
        """Return the columns by which those of a dataset are spelled; None where each name is what it is."""
        return None if self._spelling is None else self._spelling.spelled(whole)

    def column(self, dataset: str, name: str) -> Place:
        """Return the place of a column of a dataset, which is known from now on."""
        place = self.place(dataset, name)
        self.columns[place.node].add(place.detail)
        return place

    def place(self, dataset: str, name: str) -> Place:
        """Return the place of a column of which nothing need be known."""
        return Place(Part.COLUMN, self.of(dataset), self.address(dataset, name))

    def any(self, dataset: str) -> Place:
        """Return the place of all of a dataset or model version."""
        return Place(Part.ANY, self.of(dataset))
