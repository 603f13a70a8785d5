"""Column lineage that is in the data: each hop at the time at which its reader read, as between datasets (rule 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.lineage.columns.loader import ColumnLoader, Contributed, Key
from catalog.lineage.columns.rules import CARRIED, LINK, UNSTATED, Stated, derivation
from catalog.lineage.model import Confidence, Dependency, Derivation, LineageEdge, Walk
from catalog.lineage.rules import Hop as Place
from catalog.lineage.walk import EDGES_A_NODE, Cut, Walked
from graph_schema.column_lineage import ColumnLineage, dataset_of
from graph_schema.identity import label_of
from graph_schema.nodes import Column


class Hop(NamedTuple):
    """That a column or whole, as one write left it, was made of another, as its reader found it."""

    source: Key
    place: Place
    target: Key
    by: Contributed
    derivation: Derivation
    entry: int
    """The ledger entry that says so, 0 where nothing does."""


@dataclass(slots=True)
class ColumnWalked(Walked):
    """A walk between columns: how many pairs stand in edges of wholes too, and which writes said nothing of columns."""

    collapsed: int = 0
    unstated: set[tuple[str, str]] = field(default_factory=set)
    """(dataset, run or job that wrote it)."""
    stopped: set[str] = field(default_factory=set)
    """The nodes that were written by these."""

    def stop(self, dataset: str, by: str | None, source: str, target: str) -> None:
        """Note that a write of the dataset said nothing of columns: behind the source the walk does not go on."""
        self.unstated.add((dataset, by or ""))
        self.stopped.add(target)
        if label_of(source) == "Dataset" and label_of(target) == "Dataset":
            self.more.add(source)

    def join(self, other: Walked) -> None:
        """Add another walk from the same roots."""
        Walked.join(self, other)
        if isinstance(other, ColumnWalked):
            self.collapsed += other.collapsed
            self.unstated |= other.unstated
            self.stopped |= other.stopped


class Crisp:
    """The walks, each (column, write) followed once, level by level."""

    def __init__(self, loader: ColumnLoader, walk: Walk) -> None:
        self._loader = loader
        self._walk = walk
        self._listed: dict[Key, bool] = {}

    def asked(self, keys: Iterable[Key]) -> dict[Key, tuple[Place, ...]]:
        """Return the columns as a person asks for them, at the time of the view."""
        at = self._loader.datasets.valid_at
        return {key: (Place(key.dataset, at),) for key in keys}

    def upstream(self, roots: Mapping[Key, Iterable[Place]]) -> ColumnWalked:
        """Walk to what the roots were made of."""
        loader, walk = self._loader, self._walk
        loader.load_ids(roots)
        walked = ColumnWalked({loader.id(key): 0 for key in sorted(roots, key=loader.id)})
        front = {key: set(places) for key, places in roots.items()}
        followed: set[tuple[Key, Contributed]] = set()
        for level in range(walk.depth + 1):
            if not front:
                break
            hops = list(self._hops(front, followed))
            front = self._take(walked, hops, level)
            if walked.truncated:
                break
        return walked

    def _take(self, walked: ColumnWalked, hops: list[Hop], level: int) -> dict[Key, set[Place]]:
        """Add a level's edges as far as depth and budget go; return what is behind them."""
        loader, walk = self._loader, self._walk
        loader.load_ids(hop.source for hop in hops)
        left = EDGES_A_NODE * walk.budget - len(walked.edges)
        new = sorted({loader.id(hop.source) for hop in hops[: max(left, 0)]} - walked.depths.keys())
        room = walk.budget - len(walked.depths) if level < walk.depth else 0
        kept = new[: max(room, 0)]
        walked.leave(Cut.EDGES, len(hops) - max(left, 0))
        walked.leave(Cut.NODES, len(new) - len(kept) if level < walk.depth else 0)
        walked.depths.update(dict.fromkeys(kept, level + 1))
        behind: dict[Key, set[Place]] = defaultdict(set)
        for hop in hops[: max(left, 0)]:
            source, target = loader.id(hop.source), loader.id(hop.target)
            if source not in walked.depths or target not in walked.depths:
                walked.more.add(target)
                continue
            self._add(walked, hop)
            if _is_unsaid(hop):
                walked.stop(hop.target.dataset, hop.by.by, source, target)
            else:
                behind[hop.source].add(hop.place)
        return behind

    def _hops(self, front: Mapping[Key, Iterable[Place]], followed: set[tuple[Key, Contributed]]) -> Iterator[Hop]:
        """Yield what lies behind a frontier, in order of the targets' ids."""
        loader = self._loader
        loader.load(place for places in front.values() for place in places)
        self._load_models(front)
        loader.load_ids(front)
        for key in sorted(front, key=loader.id):
            for place in sorted(front[key], key=repr):
                for one in loader.contributed(place):
                    if (key, one) not in followed:
                        followed.add((key, one))
                        yield from self._into(key, place, one, followed)

    def _load_models(self, front: Mapping[Key, Iterable[Place]]) -> None:
        loader = self._loader
        models = [place for key, places in front.items() if label_of(key.dataset) == "ModelVersion" for place in places]
        loader.load({read for place in models for one in loader.contributed(place) for read in one.inputs.values()})

    def _into(self, key: Key, place: Place, one: Contributed, followed: set[tuple[Key, Contributed]]) -> Iterator[Hop]:
        """Yield what one write made a column or whole of, of the dependencies that are asked for."""
        for hop in self._made_of(key, place, one):
            if hop.derivation.dependency in self._walk.dependencies:
                yield hop
        said = self._loader.stated(one)
        whole = Key(key.dataset)
        if said is None or Dependency.DATASET_WIDE not in self._walk.dependencies:
            return
        if key == whole or ((whole, one) not in followed and self._reaches(key, place, said)):
            followed.add((whole, one))
            yield from self._whole(whole, one, said)

    def _made_of(self, key: Key, place: Place, one: Contributed) -> Iterator[Hop]:
        loader = self._loader
        if label_of(key.dataset) == "ModelVersion":
            yield from self._trained(key, one)
            return
        said = loader.stated(one)
        if said is None:
            yield from self._unsaid(key, one)
            return
        for origin in self._lineage(said).fields.get(key.name or "", ()):
            source = loader.source(one, dataset_of(origin.source))
            name = origin.source.name if isinstance(origin.source, Column) else None
            yield Hop(Key(source.dataset, name), source, key, one, derivation(origin, said.facet), said.entry)
        if key.name is not None and self._reaches(key, place, said):
            yield Hop(Key(key.dataset), place, key, one, LINK._replace(facet=said.facet), said.entry)

    def _lineage(self, said: Stated) -> ColumnLineage:
        return said.lineage.expanded() if self._walk.expand_fan_out else said.lineage

    def _whole(self, whole: Key, one: Contributed, said: Stated) -> Iterator[Hop]:
        """Yield what reaches the whole dataset."""
        for origin, collapsed in self._lineage(said).whole:
            source = self._loader.source(one, dataset_of(origin.source))
            name = origin.source.name if isinstance(origin.source, Column) else None
            how = derivation(origin, said.facet, whole=True, collapsed=collapsed)
            yield Hop(Key(source.dataset, name), source, whole, one, how, said.entry)

    def _reaches(self, key: Key, place: Place, said: Stated) -> bool:
        """Tell whether what reaches the whole dataset reaches the column: one that was read, or that is named there."""
        lineage = self._lineage(said)
        named = place.reader is not None or key.name in lineage.fields or self._listed.get(key, False)
        return bool(lineage.whole) and named

    def note_listed(self, keys: Iterable[Key]) -> None:
        """Note columns that are there, whether or not a write names them."""
        self._listed.update(dict.fromkeys(keys, True))

    def _unsaid(self, key: Key, one: Contributed) -> Iterator[Hop]:
        """Yield what a write that says nothing of columns read as a whole; what it renamed, it carried along."""
        if one.how == "renamed" and key.name is not None:
            for place in one.inputs.values():
                yield Hop(Key(place.dataset, key.name), place, key, one, CARRIED, 0)
            return
        whole = Key(key.dataset)
        for place in one.inputs.values():
            if place.dataset != key.dataset:
                yield Hop(Key(place.dataset), place, whole, one, UNSTATED, 0)
        if key.name is not None and any(place.dataset != key.dataset for place in one.inputs.values()):
            yield Hop(whole, Place(key.dataset, one.at, one.reader), key, one, UNSTATED, 0)

    def _trained(self, key: Key, one: Contributed) -> Iterator[Hop]:
        """Yield each column of what a model version was made of: which of them it took, nobody says."""
        loader = self._loader
        for place in one.inputs.values():
            names = {
                name
                for other in loader.contributed(place)
                if (said := loader.stated(other)) is not None
                for name in said.lineage.fields
            }
            for name in sorted(names) or (None,):
                yield Hop(Key(place.dataset, name), place, key, one, UNSTATED, 0)

    def edge(self, hop: Hop) -> LineageEdge:
        """Return a hop as an edge of an answer."""
        loader, one = self._loader, hop.by
        named = hop.place.dataset
        confidence = one.confidence
        if confidence is Confidence.STATED and hop.derivation.dependency is Dependency.UNSTATED and one.how == "ran":
            confidence = Confidence.INFERRED
        return LineageEdge(
            loader.id(hop.source),
            loader.id(hop.target),
            one.how,
            one.job,
            one.run,
            confidence,
            one.at,
            loader.known_from(one, named, hop.entry),
            past=one.past,
            column=hop.derivation,
        )

    def downstream(self, roots: Iterable[Key], reached: Mapping[str, Key]) -> ColumnWalked:
        """Walk to what was made of the roots: back from all that they ever reached, then forward over what was found.

        `reached` are columns and wholes by id, and hold all that can be met.
        """
        loader, walk = self._loader, self._walk
        loader.load_ids([*roots, *reached.values()])
        start = sorted(set(roots), key=loader.id)
        leaving: dict[tuple[Key, Contributed], list[Hop]] = defaultdict(list)
        of_roots: dict[Key, list[Hop]] = defaultdict(list)
        for hop in self._back({*reached.values(), *start}):
            of_roots[hop.source].append(hop)
            for one in (hop.by,) if _is_link(hop) else loader.contributed(hop.place):
                leaving[hop.source, one].append(hop)
        walked = ColumnWalked({loader.id(key): 0 for key in start})
        front = [hop for key in start for hop in of_roots[key] if not _is_link(hop)]
        passed: set[Hop] = set()
        for level in range(walk.depth + 1):
            front = [hop for hop in dict.fromkeys(front) if hop not in passed]
            front += [link for hop in front for link in leaving[hop.target, hop.by] if _is_link(link)]
            passed.update(front)
            if not front:
                break
            met = self._forward(walked, list(dict.fromkeys(front)), level)
            if walked.truncated:
                break
            front = [further for hop in met for further in leaving[hop.target, hop.by]]
        self._add_unsaid(walked)
        return walked

    def _back(self, keys: set[Key]) -> list[Hop]:
        """Return every hop between these, walked back from each as it is at the time of the view."""
        front: dict[Key, set[Place]] = {key: set(places) for key, places in self.asked(keys).items()}
        followed: set[tuple[Key, Contributed]] = set()
        found: dict[Hop, None] = {}
        for _ in range(self._walk.depth + 1):
            if not front:
                break
            hops = [hop for hop in self._hops(front, followed) if hop.source in keys and not _is_unsaid(hop)]
            found.update(dict.fromkeys(hops))
            front = defaultdict(set)
            for hop in hops:
                front[hop.source].add(hop.place)
        self._loader.load(hop.place for hop in found)
        return list(found)

    def _forward(self, walked: ColumnWalked, front: list[Hop], level: int) -> list[Hop]:
        """Add a level's edges as far as depth and budget go; return those over which the walk goes on."""
        loader, walk = self._loader, self._walk
        front.sort(
            key=lambda hop: (loader.id(hop.source), loader.id(hop.target), repr(hop.derivation), hop.by.by or "")
        )
        left = max(EDGES_A_NODE * walk.budget - len(walked.edges), 0)
        new = sorted({loader.id(hop.target) for hop in front[:left]} - walked.depths.keys())
        room = walk.budget - len(walked.depths) if level < walk.depth else 0
        kept = new[: max(room, 0)]
        walked.leave(Cut.EDGES, len(front) - left)
        walked.leave(Cut.NODES, len(new) - len(kept) if level < walk.depth else 0)
        walked.depths.update(dict.fromkeys(kept, level + 1))
        met: list[Hop] = []
        for hop in front[:left]:
            if loader.id(hop.target) in walked.depths and loader.id(hop.source) in walked.depths:
                self._add(walked, hop)
                met.append(hop)
            else:
                walked.more.add(loader.id(hop.source))
        return met

    def _add(self, walked: ColumnWalked, hop: Hop) -> None:
        edge = self.edge(hop)
        if edge not in walked.edges:
            walked.edges.add(edge)
            walked.collapsed += hop.derivation.collapsed

    def _add_unsaid(self, walked: ColumnWalked) -> None:
        """Add the datasets that were written from those of the walk without a word on columns: it stops at them."""
        loader, walk = self._loader, self._walk
        if walked.truncated or Dependency.UNSTATED not in walk.dependencies:
            return
        columns: dict[str, list[Key]] = defaultdict(list)
        for identifier, depth in walked.depths.items():
            key = loader.key(identifier)
            if key is not None and depth < walk.depth and label_of(key.dataset) == "Dataset":
                columns[key.dataset].append(key)
        names = sorted({name for dataset in columns for name in loader.datasets.names(dataset)})
        fed = loader.datasets.view.neighbours(names, "out")
        loader.datasets.load_names(fed)
        at = loader.datasets.valid_at
        places = [
            Place(dataset, at) for dataset in sorted({loader.datasets.resolve(one, at) for one in fed} - columns.keys())
        ]
        loader.load(places)
        for place in places:
            for one in loader.contributed(place):
                if loader.stated(one) is None and one.how != "renamed" and label_of(place.dataset) == "Dataset":
                    read = {input_.dataset: input_ for input_ in one.inputs.values() if input_.dataset in columns}
                    for dataset, where in sorted(read.items()):
                        self._stop(
                            walked, columns[dataset], Hop(Key(dataset), where, Key(place.dataset), one, UNSTATED, 0)
                        )

    def _stop(self, walked: ColumnWalked, columns: list[Key], hop: Hop) -> None:
        loader = self._loader
        whole, target = loader.id(hop.source), loader.id(hop.target)
        depth = min(walked.depths[loader.id(key)] for key in columns)
        new = {whole, target} - walked.depths.keys()
        if len(walked.depths) + len(new) > self._walk.budget:
            walked.leave(Cut.NODES, len(new))
            return
        walked.depths.setdefault(whole, depth + 1)
        walked.depths.setdefault(target, depth + 1)
        self._add(walked, hop)
        for key in columns:
            if key.name is not None:
                self._add(walked, Hop(key, hop.place, hop.source, hop.by, UNSTATED, 0))
        walked.stop(hop.target.dataset, hop.by.by, "", target)
        walked.more.add(target)


def _is_link(hop: Hop) -> bool:
    """Tell whether it leads from a dataset as a whole to a column of it."""
    return hop.source == Key(hop.target.dataset) and hop.target.name is not None


def _is_unsaid(hop: Hop) -> bool:
    return hop.derivation.dependency is Dependency.UNSTATED and label_of(hop.target.dataset) != "ModelVersion"
