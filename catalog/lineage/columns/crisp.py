"""Column lineage that is in the data: each hop at the time at which its reader read, as between datasets (rule 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.lineage.columns.loader import ColumnLoader, Key
from catalog.lineage.columns.rules import CARRIED, LINK, UNSTATED, Stated, derivation
from catalog.lineage.model import Confidence, Dependency, Derivation, FlowKind, LineageEdge, Walk
from catalog.lineage.rules import Contributed, Hop
from catalog.lineage.walk import EDGES_A_NODE, Cut, Walked
from graph_schema.column_lineage import LINEAGE, ColumnLineage, Origin, dataset_of
from graph_schema.identity import label_of
from graph_schema.nodes import Column


class Derived(NamedTuple):
    """That a column or whole, as one write left it, was made of another, as its reader found it."""

    source: Key
    where: Hop
    target: Key
    by: Contributed
    derivation: Derivation
    confidence: Confidence
    known_from: int
    how: str


@dataclass(slots=True)
class ColumnWalked(Walked):
    """A walk between columns: how many pairs stand in edges of wholes too, and which writes said nothing of columns."""

    unstated: set[tuple[str, str]] = field(default_factory=set)
    """(dataset, run or job that wrote it)."""
    stopped: set[str] = field(default_factory=set)
    """The nodes that were written by these."""

    @property
    def collapsed(self) -> int:
        """Return how many pairs of columns stand in edges of wholes."""
        return sum(edge.column.collapsed for edge in self.edges if edge.column is not None)

    def stop(self, dataset: str, by: str | None, target: str) -> None:
        """Note that a write of the dataset said nothing of columns."""
        self.unstated.add((dataset, by or ""))
        self.stopped.add(target)

    def join(self, other: Walked) -> None:
        """Add another walk from the same roots."""
        Walked.join(self, other)
        if isinstance(other, ColumnWalked):
            self.unstated |= other.unstated
            self.stopped |= other.stopped


class Crisp:
    """The walks, each (column, write) followed once, level by level."""

    def __init__(self, loader: ColumnLoader, walk: Walk, listed: Iterable[Key]) -> None:
        """Walk through this loader; the listed columns are there, whether or not a write names them."""
        self._loader = loader
        self._walk = walk
        self._listed = frozenset(listed)
        self._followed: set[tuple[Key, Contributed, bool, bool]] = set()
        self._wholes: set[tuple[Key, Contributed]] = set()

    def upstream(self, roots: Mapping[Key, Iterable[Hop]]) -> ColumnWalked:
        """Walk to what the roots were made of."""
        loader, walk = self._loader, self._walk
        loader.load_ids(roots)
        walked = ColumnWalked({loader.id(key): 0 for key in sorted(roots, key=loader.id)})
        taken = _Taken(loader, walk, walked, up=True)
        front = {key: set(hops) for key, hops in roots.items()}
        for level in range(walk.depth + 1):
            if not front or walked.cut:
                break
            front = _behind(taken.take(level, list(self._derived(front))))
        return taken.finished()

    def downstream(self, roots: Iterable[Key], reached: Mapping[str, Key]) -> ColumnWalked:
        """Walk to what was made of the roots: back from all that they ever reached, then forward over what was found.

        `reached` are columns and wholes by id, and hold all that can be met.
        """
        loader, walk = self._loader, self._walk
        loader.load_ids([*roots, *reached.values()])
        start = sorted(set(roots), key=loader.id)
        leaving: dict[tuple[Key, Contributed], list[Derived]] = defaultdict(list)
        of_roots: dict[Key, list[Derived]] = defaultdict(list)
        for one in self._back({*reached.values(), *start}):
            of_roots[one.source].append(one)
            for left in (one.by,) if _is_link(one) else loader.contributed(one.where):
                leaving[one.source, left].append(one)
        walked = ColumnWalked({loader.id(key): 0 for key in start})
        taken = _Taken(loader, walk, walked, up=False)
        front = [one for key in start for one in of_roots[key] if not _is_link(one)]
        passed: set[Derived] = set()
        for level in range(walk.depth + 1):
            front = [one for one in dict.fromkeys(front) if one not in passed]
            front += [link for one in front for link in leaving[one.target, one.by] if _is_link(link)]
            front = list(dict.fromkeys(front))
            passed.update(front)
            if not front or walked.cut:
                break
            front = [further for one in taken.take(level, front) for further in leaving[one.target, one.by]]
        self._add_unsaid(taken)
        return taken.finished()

    def _back(self, keys: set[Key]) -> list[Derived]:
        """Return all that was derived of these, walked back from each as it is at the time of the view."""
        loader = self._loader
        now = {dataset: {loader.now(dataset)} for dataset in {key.dataset for key in keys}}
        front = {key: now[key.dataset] for key in keys}
        found: dict[Derived, None] = {}
        for _ in range(self._walk.depth + 1):
            if not front:
                break
            some = [one for one in self._derived(front) if one.source in keys and not _is_unsaid(one)]
            found.update(dict.fromkeys(some))
            front = _behind(some)
        loader.load(one.where for one in found)
        return list(found)

    def _derived(self, front: Mapping[Key, Iterable[Hop]]) -> Iterator[Derived]:
        """Yield what lies behind a frontier, in order of the targets' ids."""
        loader = self._loader
        loader.load(hop for hops in front.values() for hop in hops)
        self._load_models(front)
        loader.load_ids(front)
        for key in sorted(front, key=loader.id):
            for hop in sorted(front[key], key=repr) if len(front[key]) > 1 else front[key]:  # type: ignore[arg-type]
                for one in loader.contributed(hop):
                    # A column that was read is reached by more than one that nobody names.
                    wider = hop.reader is not None and self._has_whole(one)
                    mark = key, one, wider, loader.spelling.folds(key.dataset, hop.at)
                    if mark not in self._followed:
                        self._followed.add(mark)
                        yield from self._into(key, hop, one)

    def _load_models(self, front: Mapping[Key, Iterable[Hop]]) -> None:
        loader = self._loader
        models = [hop for key, hops in front.items() if label_of(key.dataset) == "ModelVersion" for hop in hops]
        written = {one for hop in models for one in loader.contributed(hop)}
        loader.load(source.hop(one) for one in written for source in loader.sources(one))

    def _into(self, key: Key, hop: Hop, one: Contributed) -> Iterator[Derived]:
        """Yield what one write made a column or whole of, of the dependencies that are asked for."""
        wanted = self._walk.dependencies
        for each in self._made_of(key, hop, one):
            if each.derivation.dependency in wanted:
                yield each
        statement, whole = self._loader.stated(one, hop), Key(key.dataset)
        if statement is None or Dependency.DATASET_WIDE not in wanted or label_of(key.dataset) == "ModelVersion":
            return
        if (whole, one) not in self._wholes and (key == whole or self._reaches(key, hop, statement)):
            self._wholes.add((whole, one))
            for origin, collapsed in self._lineage(statement).whole:
                how = derivation(origin, statement.facet, whole=True, collapsed=collapsed)
                yield self._of(origin, whole, one, statement, how)

    def _made_of(self, key: Key, hop: Hop, one: Contributed) -> Iterator[Derived]:
        statement = self._loader.stated(one, hop)
        if label_of(key.dataset) == "ModelVersion":
            yield from self._trained(key, one, statement)
        elif statement is None:
            yield from self._unsaid(key, one)
        else:
            for origin in self._lineage(statement).fields.get(key.name or "", ()):
                yield self._of(origin, key, one, statement, derivation(origin, statement.facet))
            if key.name is not None and self._reaches(key, hop, statement):
                link, known = LINK._replace(facet=statement.facet), max(one.entry, statement.entry)
                yield Derived(Key(key.dataset), hop, key, one, link, _confidence(one, statement), known, one.how)

    def _of(self, origin: Origin, target: Key, one: Contributed, statement: Stated, how: Derivation) -> Derived:
        """Return that it was made of one origin, as its reader found that."""
        where, known = self._loader.where(one, dataset_of(origin.source))
        source = Key(where.dataset)
        if isinstance(origin.source, Column) and label_of(where.dataset) == "Dataset":
            source = self._loader.column(where.dataset, origin.source.name, where.at)
        return Derived(
            source,
            where,
            target,
            one,
            how,
            _confidence(one, statement),
            max(known, one.entry, statement.entry),
            one.how,
        )

    def _has_whole(self, one: Contributed) -> bool:
        statement = self._loader.stated(one)
        return statement is not None and statement.lineage.has_whole

    def _lineage(self, statement: Stated) -> ColumnLineage:
        return statement.lineage.expanded() if self._walk.expand_fan_out else statement.lineage

    def _reaches(self, key: Key, hop: Hop, statement: Stated) -> bool:
        """Tell whether what reaches the whole dataset reaches the column: one that was read, or that is named there."""
        lineage = self._lineage(statement)
        return lineage.has_whole and (hop.reader is not None or key.name in lineage.fields or key in self._listed)

    def _unsaid(self, key: Key, one: Contributed) -> Iterator[Derived]:
        """Yield what a write that says nothing of columns read as a whole; what it renamed, it carried along."""
        whole, plain = Key(key.dataset), False
        for source in self._loader.sources(one):
            where, known = source.hop(one), max(one.entry, source.known_from)
            if source.how == "renamed":
                if key.name is not None:
                    carried = self._loader.column(source.dataset, key.name, where.at)
                    yield Derived(carried, where, key, one, CARRIED, source.confidence, known, source.how)
            elif source.dataset != key.dataset:
                plain = True
                yield Derived(Key(source.dataset), where, whole, one, UNSTATED, source.confidence, known, source.how)
        if plain and key.name is not None:
            where = Hop(key.dataset, one.at, one.reader)
            yield Derived(whole, where, key, one, UNSTATED, Confidence.INFERRED, one.entry, one.how)

    def _trained(self, key: Key, one: Contributed, statement: Stated | None) -> Iterator[Derived]:
        """Yield what a model version was made of: what is said, else each column of what it was trained on: which of
        them it took, nobody says.
        """
        loader = self._loader
        if statement is not None:
            lineage = statement.lineage.expanded()
            for origin in dict.fromkeys(origin for some in lineage.fields.values() for origin in some):
                yield self._of(origin, key, one, statement, derivation(origin, statement.facet))
            for origin in lineage.wide:
                yield self._of(origin, key, one, statement, derivation(origin, statement.facet, whole=True))
            return
        for source in loader.sources(one):
            where = source.hop(one)
            names = {
                name
                for other in loader.contributed(where)
                if (statement := loader.stated(other, where)) is not None
                for name in statement.lineage.fields
            }
            known = max(one.entry, source.known_from)
            for name in sorted(names) or (None,):
                column = Key(source.dataset, name)
                yield Derived(column, where, key, one, UNSTATED, source.confidence, known, source.how)

    def _add_unsaid(self, taken: _Taken) -> None:
        """Add the datasets that were written from those of the walk without a word on columns: it stops at them."""
        loader, walk, walked = self._loader, self._walk, taken.walked
        if walked.cut or Dependency.UNSTATED not in walk.dependencies:
            return
        columns: dict[str, list[Key]] = defaultdict(list)
        for identifier, depth in walked.depths.items():
            key = loader.key(identifier)
            if key is not None and depth < walk.depth and label_of(key.dataset) == "Dataset":
                columns[key.dataset].append(key)
        datasets = loader.datasets
        datasets.load_names(columns)
        names = sorted({name for dataset in columns for name in datasets.names(dataset)})
        fed = datasets.neighbours(names, "out")
        datasets.load_names(fed)
        resolved = {datasets.resolve(one, datasets.valid_at) for one in fed} - columns.keys()
        hops = [loader.now(dataset) for dataset in sorted(resolved) if label_of(dataset) == "Dataset"]
        loader.load(hops)
        for hop in hops:
            for one in loader.contributed(hop):
                if loader.stated(one) is None:
                    for source in loader.sources(one):
                        if source.dataset in columns and source.how != "renamed":
                            known = max(one.entry, source.known_from)
                            whole, target = Key(source.dataset), Key(hop.dataset)
                            where = source.hop(one)
                            statement = Derived(
                                whole, where, target, one, UNSTATED, source.confidence, known, source.how
                            )
                            taken.stop(columns[source.dataset], statement)


class _Taken:
    """The nodes and edges of an answer, taken level by level as far as its budget goes."""

    def __init__(self, loader: ColumnLoader, walk: Walk, walked: ColumnWalked, *, up: bool) -> None:
        self.walked = walked
        self._loader = loader
        self._walk = walk
        self._up = up
        self._kept: dict[Derived, None] = {}

    def take(self, level: int, found: Sequence[Derived]) -> list[Derived]:
        """Take the new nodes of a level, none at the last, and what connects those that were taken; return that."""
        loader, walk, walked = self._loader, self._walk, self.walked
        loader.load_ids(one.source if self._up else one.target for one in found)
        left = max(EDGES_A_NODE * walk.budget - len(self._kept), 0)
        walked.leave(Cut.EDGES, len(found) - left)
        some = found[:left]
        far = {loader.id(one.source if self._up else one.target) for one in some}
        new = sorted(far - walked.depths.keys())
        room = max(walk.budget - len(walked.depths), 0) if level < walk.depth else 0
        walked.leave(Cut.NODES, len(new) - room if level < walk.depth else 0)
        walked.depths.update(dict.fromkeys(new[:room], level + 1))
        taken: list[Derived] = []
        for one in some:
            source, target = loader.id(one.source), loader.id(one.target)
            if source in walked.depths and target in walked.depths:
                self._kept[one] = None
                if _is_unsaid(one):
                    self._note(one, source, target)
                else:
                    taken.append(one)
            else:
                walked.more.add(target if self._up else source)
        return taken

    def _note(self, one: Derived, source: str, target: str) -> None:
        self.walked.stop(one.target.dataset, one.by.run or one.by.job, target)
        if one.target.name is None:
            self.walked.more.add(source)

    def stop(self, columns: Sequence[Key], one: Derived) -> None:
        """Take what was written from columns without a word on them, behind which the walk does not go on."""
        loader, walked = self._loader, self.walked
        loader.load_ids((one.source, one.target))
        whole, target = loader.id(one.source), loader.id(one.target)
        depth = min(walked.depths[loader.id(key)] for key in columns)
        new = {whole, target} - walked.depths.keys()
        if len(walked.depths) + len(new) > self._walk.budget:
            walked.leave(Cut.NODES, len(new))
            return
        walked.depths.setdefault(whole, depth + 1)
        walked.depths.setdefault(target, depth + 1)
        self._kept[one] = None
        for key in columns:
            if key.name is not None:
                self._kept[one._replace(source=key, target=one.source)] = None
        walked.stop(one.target.dataset, one.by.run or one.by.job, target)
        walked.more.add(target)

    def finished(self) -> ColumnWalked:
        """Return the answer with its edges: of current ones by one job, between two ends, only the newest run's."""
        newest: dict[tuple[object, ...], LineageEdge] = {}
        for one in self._kept:
            edge = self._edge(one)
            key: tuple[object, ...] = (*edge[:4], one.derivation.dependency, edge.mapping)
            if edge.past or edge.attempt:
                key = (*key, edge.run, edge.valid_from, edge.past, edge.attempt)
            held = newest.get(key)
            if held is None or _newness(edge) > _newness(held):
                newest[key] = edge
        self.walked.edges = set(newest.values())
        self.walked.cut.update(self._loader.cut)
        self._loader.cut.clear()
        return self.walked

    def _edge(self, one: Derived) -> LineageEdge:
        loader, by = self._loader, one.by
        attempt = by.how == "attempted"
        return LineageEdge(
            loader.id(one.source),
            loader.id(one.target),
            "ran" if one.how == "attempted" else one.how,
            by.job,
            by.run if by.mapped is None else by.mapped.run,
            one.confidence,
            by.read_at if attempt else by.at,
            one.known_from,
            past=by not in loader.current and not attempt,
            attempt=attempt,
            column=one.derivation,
            mapping=by.mapped and by.mapped.mapping,
        )


def _newness(edge: LineageEdge) -> tuple[object, ...]:
    return edge.valid_from, edge.run or "", edge.known_from, edge.confidence, repr(edge.column)


def _behind(derived: Iterable[Derived]) -> dict[Key, set[Hop]]:
    """Return what is to be followed further: of a whole that a write links to its columns, what reaches it by that
    write was met with the link, and what reaches it by another does not lead there.
    """
    found: dict[Key, set[Hop]] = defaultdict(set)
    for one in derived:
        if not _is_link(one):
            found[one.source].add(one.where)
    return found


def _confidence(one: Contributed, statement: Stated) -> Confidence:
    if one.how == FlowKind.MAPPED:
        return Confidence.MAPPED
    return Confidence.STATED if statement.facet == LINEAGE else Confidence.COLUMN_LINEAGE


def _is_link(one: Derived) -> bool:
    """Tell whether it leads from a dataset as a whole to a column of it."""
    return one.source == Key(one.target.dataset) and one.target.name is not None


def _is_unsaid(one: Derived) -> bool:
    return one.derivation.dependency is Dependency.UNSTATED and label_of(one.target.dataset) != "ModelVersion"
