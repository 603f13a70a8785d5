"""What put datasets into their states, and what each of these writes said of columns: fetched for a whole frontier."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple

from catalog.lineage.columns.rules import Stated, how_of_mapping, stated, stated_by_mapping
from catalog.lineage.contributions import Contributions
from catalog.lineage.datasets import FOLLOWED, OLDER_RUNS, attempts
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Walk
from catalog.lineage.rules import Contributed, Hop, Source
from catalog.lineage.walk import Cut
from catalog.store.indexes.column_flows import ColumnFlow, ColumnStatement
from graph_schema.bitemporal import Flow, has_begun
from graph_schema.identity import label_of
from graph_schema.nodes import Column, Dataset, ModelVersion


class Key(NamedTuple):
    """A column of a dataset by its address, or the dataset as a whole; a model version is a whole."""

    dataset: str
    name: str | None = None


class ColumnLoader:
    """Contributions and their columns around a walk. `load` fetches in bulk; the other methods only judge."""

    def __init__(self, loader: LineageLoader, walk: Walk) -> None:
        """Fetch through this loader what such a walk follows."""
        self.datasets = loader
        self.found = Contributions(loader)
        self.current: set[Contributed] = set()
        """What was met in force, and not only as what had been replaced already."""
        self.cut: Counter[Cut] = Counter()
        self._walk = walk
        self._contributed: dict[Hop, tuple[Contributed, ...]] = {}
        self._sources: dict[Contributed, dict[str, Source]] = {}
        self._statements: dict[tuple[str, str | None], list[ColumnStatement]] = {}
        self._stated: dict[Contributed, Stated | None] = {}
        self._of_group: Counter[tuple[str, str | None]] = Counter()
        self._keys: dict[str, Key] = {}
        self._ids: dict[Key, str] = {}
        self._named: dict[str, Dataset] = {}
        self._spelled: dict[tuple[Contributed, Hop], Stated] = {}
        self._flows: dict[tuple[str, str], list[ColumnFlow]] = {}
        self._columns: dict[str, list[str]] = {}
        self._between: dict[tuple[str, str], list[Flow]] = {}
        self.spelling = loader.column_names

    def now(self, dataset: str) -> Hop:
        """Return the question what is in force on a dataset for whoever asks."""
        return Hop(dataset, self.datasets.valid_at)

    def prefetch(self, datasets: Iterable[str]) -> None:
        """Fetch in a handful of calls who put the datasets into their states, whoever reads them."""
        loader = self.datasets
        wanted = sorted(set(datasets))
        loader.load_names(wanted)
        names = sorted({name for dataset in wanted for name in loader.names(dataset)})
        self.found.prefetch((name, loader.valid_at) for name in names)
        loader.load_declarations(names)
        held = self.found.in_force([self.now(dataset) for dataset in wanted])
        self._load_stated({one for some in held.values() for one in some})

    def load(self, hops: Iterable[Hop]) -> None:
        """Fetch what is in force on datasets and model versions as their readers found them, and what was said of its
        columns. Of one job and dataset, and in all, only so many are followed, the newest first.
        """
        new = [hop for hop in dict.fromkeys(hops) if hop not in self._contributed]
        if not new:
            return
        loader = self.datasets
        loader.load_names(hop.dataset for hop in new)
        held = {hop: list(some) for hop, some in self.found.in_force(new).items()}
        self.current.update(one for some in held.values() for one in some)
        if self._walk.include_past:
            for hop, every in self.found.every(new).items():
                held[hop] += [one for one in every if one not in held[hop]]
        if self._walk.include_attempts:
            for one in attempts(self.found, new):
                for hop in new:
                    if hop.dataset == one.dataset and has_begun(one.read_at, hop.at):
                        held[hop].append(one)
        met = {one for some in held.values() for one in some} - self._sources.keys()
        fresh = [one for one in sorted(met, key=_newest, reverse=True) if self._has_room(one)]
        for one, sources in self.found.sources.of(fresh).items():
            self._sources[one] = {source.name: source for source in sources}
        self._load_stated(frozenset(fresh))
        for hop, some in held.items():
            self._contributed[hop] = tuple(one for one in some if one in self._sources)
        loader.load_nodes({hop.dataset for hop in new if label_of(hop.dataset) == "Dataset"})
        read = {source.dataset for one in fresh for source in self._sources[one].values()}
        self.spelling.load({*(hop.dataset for hop in new), *read})

    def _has_room(self, one: Contributed) -> bool:
        if self._of_group[one.group] >= OLDER_RUNS or len(self._sources) >= FOLLOWED:
            self.cut[Cut.OLDER_RUNS] += 1
            return False
        self._of_group[one.group] += 1
        return True

    def _load_stated(self, contributed: AbstractSet[Contributed]) -> None:
        asks = {ask for one in contributed for name in self._names(one) for ask in ((name, _by(one)), (name, None))}
        new = sorted(asks - self._statements.keys(), key=repr)
        found: dict[tuple[str, str | None], list[ColumnStatement]] = defaultdict(list)
        for statement in self.datasets.view.column_lineage(new) if new else ():
            found[statement.dataset, statement.by].append(statement)
        for ask in new:
            self._statements[ask] = found[ask]
        for one in contributed - self._stated.keys():
            if one.declared is not None and one.declared.mapped:
                self._stated[one] = stated_by_mapping(one.declared.mapped)
                continue
            self._stated[one] = stated(self._stated_with(one)) or stated(self._stated_of_itself(one))

    def _names(self, one: Contributed) -> tuple[str, ...]:
        """Return the datasets under whose names its columns are stated: of a model version those of its model."""
        if label_of(one.name) == "Dataset":
            return (one.name,)
        self.datasets.load_names([one.name])
        return tuple(sorted(name for name in self.datasets.names(one.name) if label_of(name) == "Dataset"))

    def _stated_with(self, one: Contributed) -> list[ColumnStatement]:
        """Return what was said with it: by its job where that declares it, else by its attempt."""
        by = _by(one)
        if by is None or one.how == "mapped":
            return []
        statement = [each for name in self._names(one) for each in self._statements.get((name, by), ())]
        if one.run is None:
            return [each for each in statement if has_begun(each.valid_from, one.read_at)]
        fold = self.datasets.fold(one.run)
        if fold is None or not fold.opened:
            return statement
        began = fold.opened[one.attempt - 1] if one.attempt else None
        ended = fold.opened[one.attempt] if one.attempt < len(fold.opened) else None
        return [
            each
            for each in statement
            if (began is None or each.order >= began) and (ended is None or each.order < ended)
        ]

    def _stated_of_itself(self, one: Contributed) -> list[ColumnStatement]:
        """Return what was said of the dataset by itself: it stands until a write says otherwise."""
        if one.how == "mapped":
            return []
        at = one.at if one.how != "declared" else one.read_at
        statement = (each for name in self._names(one) for each in self._statements.get((name, None), ()))
        return [each for each in statement if has_begun(each.valid_from, at)]

    def contributed(self, hop: Hop) -> tuple[Contributed, ...]:
        """Return what is in force there, as far as it is followed."""
        return self._contributed[hop]

    def stated(self, one: Contributed, hop: Hop | None = None) -> Stated | None:
        """Return what it says of columns, None where it says nothing; by their names there and then."""
        statement = self._stated[one]
        if statement is None or hop is None or not self.spelling.folds(hop.dataset, hop.at):
            return statement
        found = self._spelled.get((one, hop))
        if found is None:
            lineage = statement.lineage.renamed(lambda name: self.spelling.name(hop.dataset, name, hop.at))
            found = self._spelled[one, hop] = statement._replace(lineage=lineage)
        return found

    def column(self, dataset: str, name: str, at: int) -> Key:
        """Return a column by how it is called at a time."""
        self.spelling.load((dataset,))
        return Key(dataset, self.spelling.name(dataset, name, at))

    def facet(self, one: Contributed, name: str) -> ColumnStatement | None:
        """Return the newest facet of that name that was said with it, else by the dataset's own events."""
        for statement in (self._stated_with(one), self._stated_of_itself(one)):
            some = [each for each in statement if each.facet == name]
            newest = max(some, key=lambda each: each.order, default=None)
            if newest is not None and newest.value is not None:
                return newest
        return None

    def sources(self, one: Contributed) -> Collection[Source]:
        """Return what it read."""
        return self._sources[one].values()

    def where(self, one: Contributed, dataset: Dataset) -> tuple[Hop, int]:
        """Return where a dataset that its columns are said to derive from was read, and the entry that tells of it."""
        identifier = dataset.id
        self._named[identifier] = dataset
        source = self._sources[one].get(identifier)
        if source is not None:
            return source.hop(one), source.known_from
        self.datasets.load_names([identifier])
        return Hop(self.datasets.resolve(identifier, one.read_at), one.read_at, one.reader), one.entry

    def column_flows(self, ids: Iterable[str], way: Literal["in", "out"]) -> list[ColumnFlow]:
        """Return what derives from columns and wholes, or what they derive from, each fetched once; in order."""
        wanted = sorted(set(ids))
        new = [one for one in wanted if (way, one) not in self._flows]
        if new:
            self._enter(new, [*self.datasets.view.column_flows(new, way), *self._mapped(new, way)], way)
        found = (flow for one in wanted for flow in self._flows[way, one])
        return sorted(found, key=lambda flow: (flow.target, flow.source, flow.job or "", *flow[3:6]))

    def reach_ahead(self, ids: Iterable[str], way: Literal["in", "out"], depth: int, limit: int) -> None:
        """Fetch for `column_flows` all that lies within so many flows, if it is not too much."""
        new = [one for one in ids if (way, one) not in self._flows]
        # What mappings read no store can walk.
        found = (
            self.datasets.view.column_reach(new, way, depth, limit) if new and self.datasets.mapped.is_idle else None
        )
        if found is None:
            return
        self._enter([one for one in found.ids if (way, one) not in self._flows], found.flows, way)
        if way == "out":
            ends = {(flow.target, flow.target_dataset) for flow in found.flows}
            ends |= {(flow.source, flow.source_dataset) for flow in found.flows}
            self.columns_of(end for end, dataset in ends if end == dataset)

    def _enter(self, new: Collection[str], flows: Iterable[ColumnFlow], way: Literal["in", "out"]) -> None:
        fresh = frozenset(new)
        for one in fresh:
            self._flows[way, one] = []
        for flow in flows:
            near = flow.target if way == "in" else flow.source
            if near in fresh:
                self._flows[way, near].append(flow)

    def flows(self, datasets: Iterable[str], way: Literal["in", "out"], limit: int) -> list[Flow]:
        """Return the flows between datasets into or out of these, each dataset's fetched once and in order.

        More than the limit are not all of them; see `View.flows`.
        """
        wanted = sorted(set(datasets))
        new = [one for one in wanted if (way, one) not in self._between]
        found = self.datasets.flows(new, way, limit) if new else []
        held = [flow for one in wanted for flow in self._between.get((way, one), ())]
        if len(found) <= limit:
            self._between.update({(way, one): [] for one in new})
            for flow in found:
                self._between[way, flow.target if way == "in" else flow.source].append(flow)
        return [*held, *found]

    def columns_of(self, datasets: Iterable[str]) -> dict[str, list[str]]:
        """Return the columns of datasets that anything was ever said of, each dataset's fetched once."""
        wanted = sorted(set(datasets))
        new = [one for one in wanted if one not in self._columns]
        for one in new:
            self._columns[one] = []
        for edge in self.datasets.view.edges(new, ("HAS_COLUMN",), "out") if new else ():
            self._columns[edge.source].append(edge.target)
        return {one: self._columns[one] for one in wanted}

    def _mapped(self, ids: Sequence[str], way: Literal["in", "out"]) -> Iterator[ColumnFlow]:
        """Yield what mappings of the site read of these columns and wholes in facets."""
        loader = self.datasets
        if loader.mapped.is_idle or not ids:
            return
        loader.load_nodes(ids)
        keys = {one: key for one in ids if (key := self.key(one)) is not None}
        flows = [one for one in loader.mapped.flows({key.dataset for key in keys.values()}, way) if one.column]
        loader.load_nodes(one.target for one in flows)
        for one in flows:
            target = loader.node(one.target)
            if isinstance(target, Dataset):
                self._named |= {one.target: target, one.source.id: one.source}
                made, of = self.id(Key(one.target, one.column)), self.id(Key(one.source.id, one.source_column))
                if (made if way == "in" else of) in keys:
                    how = how_of_mapping(one)
                    yield ColumnFlow(made, of, one.job, how, one.valid_from, one.entry, one.target, one.source.id)

    def mappings_without_columns(self, source: str, target: str) -> list[str]:
        """Return the mappings of the site that read in a facet that one dataset feeds the other, and no column."""
        read = [one for one in self.datasets.mapped.flows([target], "in") if one.source.id == source]
        return sorted({one.mapping for one in read} - {one.mapping for one in read if one.column is not None})

    def load_called(self, ids: Iterable[str]) -> None:
        """Fetch what `called` needs."""
        wanted = set(ids)
        self.datasets.load_nodes(wanted)
        self.spelling.load({key.dataset for one in wanted if (key := self.key(one)) is not None})

    def called(self, identifier: str) -> str:
        """Return the id of a column, as it is called at the view's time, of any spelling's; else the same."""
        key = self.key(identifier)
        if key is None or key.name is None:
            return identifier
        return self.id(self.column(key.dataset, key.name, self.datasets.valid_at))

    def every_id(self, key: Key, *, at: int | None = None) -> Iterable[str]:
        """Return the ids of a column under all spellings that it has at a time, or ever; of a whole its own."""
        if key.name is None:
            return (self.id(key),)
        names = self.spelling.spellings(key.dataset, key.name)
        if at is not None:
            names = frozenset(name for name in names if self.spelling.name(key.dataset, name, at) == key.name)
        return [self.id(Key(key.dataset, name)) for name in sorted(names)]

    def load_ids(self, keys: Iterable[Key]) -> None:
        """Fetch what `id` needs."""
        self.datasets.load_nodes({key.dataset for key in keys if key.name is not None} - self._named.keys())

    def id(self, key: Key) -> str:
        """Return the id of a column or whole."""
        if key.name is None:
            return key.dataset
        found = self._ids.get(key)
        if found is None:
            node = self._named.get(key.dataset) or self.datasets.node(key.dataset)
            if node is None:
                raise LookupError(f"{key.dataset} was not fetched")
            namespace, dataset = node.key
            found = self._ids[key] = Column(namespace, dataset, key.name).id
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
            self._ids[found] = identifier
            return found
        return Key(identifier) if isinstance(node, Dataset | ModelVersion) else None


def _by(one: Contributed) -> str | None:
    """Return who said it: the run, or the job that declares; None for the dataset's own events."""
    return one.run or one.job


def _newest(one: Contributed) -> tuple[object, ...]:
    return *one.order, one.dataset, one.how
