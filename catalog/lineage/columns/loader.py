"""What put datasets into their states, and what each of these writes said of columns: fetched for a whole frontier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.lineage import rules
from catalog.lineage.columns.rules import Stated, stated
from catalog.lineage.contributions import Contributions
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence, Walk
from catalog.lineage.rules import Hop as Place
from catalog.lineage.rules import Reader, Source
from catalog.store.indexes.column_flows import Said
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, ModelVersion


class Key(NamedTuple):
    """A column of a dataset by its address, or the dataset as a whole; a model version is a whole."""

    dataset: str
    name: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Contributed:
    """What put a dataset into its state: a write, a registration, a declaration, or what its own events say."""

    target: str
    """The dataset by the name that was written."""
    by: str | None
    """The run, else the job that declares; None for the dataset's own events."""
    job: str | None
    run: str | None
    how: str
    at: int
    entry: int
    confidence: Confidence
    inputs: Mapping[str, Place]
    """What was read, by the name that the reader used."""
    past: bool = False
    read_at: int = 0
    """When what it read was read."""
    reader: Reader | None = None


class ColumnLoader:
    """Contributions and their columns around a walk. `load` fetches in bulk; the other methods only judge."""

    def __init__(self, loader: LineageLoader, walk: Walk) -> None:
        self.datasets = loader
        self._walk = walk
        self._found = Contributions(loader)
        self._contributed: dict[Place, tuple[Contributed, ...]] = {}
        self._made: dict[tuple[rules.Contributed, bool], Contributed] = {}
        self._said: dict[tuple[str, str | None], list[Said]] = {}
        self._stated: dict[Contributed, Stated | None] = {}
        self._keys: dict[str, Key] = {}
        self._named: dict[str, Dataset] = {}

    def load(self, places: Iterable[Place]) -> None:
        """Fetch what put the datasets and model versions into their states, and what was said of their columns."""
        new = sorted({place for place in places if place not in self._contributed}, key=repr)
        if not new:
            return
        loader, found = self.datasets, self._found
        loader.load_names(place.dataset for place in new)
        held = found.in_force(new)
        every = found.every(new) if self._walk.include_past else held
        sources = found.sources([one for place in new for one in (*held[place], *every[place])])
        for place in new:
            past = [one for one in every[place] if one not in held[place]]
            self._contributed[place] = (
                *(self._written(one, sources[one], past=False) for one in held[place]),
                *(self._written(one, sources[one], past=True) for one in past),
            )
        names = sorted({name for place in new for name in loader.names(place.dataset)})
        loader.load_nodes(dataset for dataset in names if label_of(dataset) == "Dataset")
        asks: set[tuple[str, str | None]] = {(name, None) for name in names if label_of(name) == "Dataset"}
        asks |= {(one.target, one.by) for place in new for one in self._contributed[place]}
        for ask in asks:
            self._said.setdefault(ask, [])
        for said in loader.view.column_lineage(sorted(asks, key=repr)):
            self._said[said.dataset, said.by].append(said)
        for place in new:
            self._contributed[place] = self._with_own(place)
            for one in self._contributed[place]:
                self._stated[one] = self._judged(one)

    def _written(self, one: rules.Contributed, sources: Sequence[Source], *, past: bool) -> Contributed:
        """Return a contribution with what it read, as it was when it was read (rule 6); each is made once."""
        key = one, past
        if key not in self._made:
            renamed = one.access.renamed_from is not None
            self._made[key] = Contributed(
                one.name,
                one.run if one.declared is None else one.job,
                one.job,
                one.run,
                "renamed" if renamed else one.how,
                one.at,
                one.entry,
                Confidence.STATED if one.start_known else Confidence.START_UNKNOWN,
                {source.name: source.hop(one) for source in sources},
                past,
                one.read_at,
                one.reader,
            )
        return self._made[key]

    def _with_own(self, place: Place) -> tuple[Contributed, ...]:
        """Return the contributions, or where there is none what events of the dataset itself say of its columns."""
        found = self._contributed[place]
        if found:
            return found
        for name in sorted(self.datasets.names(place.dataset)):
            said = self._said.get((name, None), [])
            if any(one.valid_from <= place.at for one in said):
                newest = max(said, key=lambda one: one.order)
                how = "declared"
                one = Contributed(name, None, None, None, how, newest.valid_from, newest.entry, Confidence.STATED, {})
                return (one,)
        return ()

    def _judged(self, one: Contributed) -> Stated | None:
        found = stated(self._said.get((one.target, one.by), ()))
        # What is said of the dataset by itself stands until a write says otherwise.
        return found if found is not None or one.by is None else stated(self._said.get((one.target, None), ()))

    def contributed(self, place: Place) -> tuple[Contributed, ...]:
        """Return what is in force there."""
        return self._contributed[place]

    def stated(self, one: Contributed) -> Stated | None:
        """Return what it says of columns, None where it says nothing."""
        return self._stated[one]

    def facet(self, one: Contributed, name: str) -> Said | None:
        """Return the newest facet of that name that was said with it, else by the dataset's own events."""
        for by in dict.fromkeys((one.by, None)):
            some = [each for each in self._said.get((one.target, by), ()) if each.facet == name]
            newest = max(some, key=lambda each: each.order, default=None)
            if newest is not None and newest.value is not None:
                return newest
        return None

    def source(self, one: Contributed, dataset: Dataset) -> Place:
        """Return where a dataset that its columns are said to derive from was read."""
        identifier = dataset.id
        self._named[identifier] = dataset
        self.datasets.load_names([identifier])
        held = one.inputs.get(identifier)
        return held or Place(self.datasets.resolve(identifier, one.read_at), one.read_at, one.reader)

    def known_from(self, one: Contributed, named: str, entry: int = 0) -> int:
        """Return the entry by which all of it was known."""
        known = self.datasets.known_from(one.run, named, one.target) if one.run and one.how != "registered" else 0
        return max(one.entry, known, entry)

    def load_ids(self, keys: Iterable[Key]) -> None:
        """Fetch what `id` needs."""
        self.datasets.load_nodes({key.dataset for key in keys if key.name is not None} - self._named.keys())

    def id(self, key: Key) -> str:
        """Return the id of a column or whole."""
        if key.name is None:
            return key.dataset
        node = self._named.get(key.dataset) or self.datasets.node(key.dataset)
        if node is None:
            raise LookupError(f"{key.dataset} was not fetched")
        namespace, dataset = node.key
        found = Column(namespace, dataset, key.name).id
        self._keys[found] = key
        return found

    def key(self, identifier: str) -> Key | None:
        """Return what an id stands for, of those that were fetched or named."""
        if identifier in self._keys:
            return self._keys[identifier]
        node = self.datasets.node(identifier)
        if isinstance(node, Column):
            dataset = Dataset(node.namespace, node.dataset)
            self._named[dataset.id] = dataset
            found = self._keys[identifier] = Key(dataset.id, node.name)
            return found
        return Key(identifier) if isinstance(node, Dataset | ModelVersion) else None
