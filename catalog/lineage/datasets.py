"""Lineage at dataset grain: current, what is now in the data; ever stated, every flow that anything stated.

Current lineage is walked over contributions, each followed once: every hop is judged at its reader's time (rule 6), so
that a dataset may be met at several times. It is shown once, with the newest run of each job between two datasets.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.lineage.contributions import Contributions
from catalog.lineage.loader import LineageLoader
from catalog.lineage.model import Confidence, Direction, FlowKind, LineageEdge, Walk
from catalog.lineage.rules import Contributed, Hop, Source
from catalog.lineage.walk import EDGES_A_NODE, Cut, Walked
from catalog.store.protocol import Direction as Way
from graph_schema.facts import ALWAYS

OLDER_RUNS: Final = 256
"""How many contributions of one job to one dataset a walk follows: two jobs in a circle have as many as they ran."""
FOLLOWED: Final = 10_000
"""How many contributions a walk follows in all."""

_AT_ONCE: Final = 256
_AHEAD = 4
"""How many times the budget is fetched ahead: lineage ever stated holds current lineage and more."""


@dataclass(slots=True)
class _Follower:
    """Follows contributions to what they read, each once, and remembers what was in force where they read it."""

    found: Contributions
    walk: Walk
    within: frozenset[str] | None = None
    """The names to which a walk is kept, all where None."""
    followed: dict[Contributed, Sequence[Source]] = field(default_factory=dict)
    """What was followed, to what it read."""
    current: set[Contributed] = field(default_factory=set)
    """What was met in force, and not only as what had been replaced already."""
    cut: Counter[Cut] = field(default_factory=Counter)
    left: set[str] = field(default_factory=set)
    """The datasets into which something was not followed since the edges were too many."""
    _hops: dict[Contributed, list[tuple[Source, Hop]]] = field(default_factory=dict)
    _of_group: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _drawn: int = 0

    def follow(self, hops: Collection[Hop]) -> list[Contributed]:
        """Return the contributions in force at the hops that were not followed before, newest first; no more than say
        `EDGES_A_NODE` sources for each node of the budget.
        """
        wanted = [hop for hop in hops if self.within is None or hop.dataset in self.within]
        met = {one for some in self.found.in_force(wanted).values() for one in some}
        self.current |= met
        if self.walk.include_past:
            met.update(one for some in self.found.every(wanted).values() for one in some)
        if self.walk.include_attempts:
            met.update(attempts(self.found, wanted))
        new = [one for one in sorted(met, key=_order, reverse=True) if one not in self.followed and self._has_room(one)]
        for place in range(0, len(new), _AT_ONCE):
            if self._drawn > EDGES_A_NODE * self.walk.budget:
                self.cut[Cut.EDGES] += len(new) - place
                self.left.update(one.dataset for one in new[place:])
                return new[:place]
            for one, sources in self.found.sources.of(new[place : place + _AT_ONCE]).items():
                self.followed[one] = sources
                self._drawn += len(sources)
        return new

    def hops(self, one: Contributed) -> Sequence[tuple[Source, Hop]]:
        """Return what one that was followed read, each with the question what was in force on that."""
        found = self._hops.get(one)
        if found is None:
            reader = one.reader
            found = self._hops[one] = [(source, source.hop_of(reader)) for source in self.followed[one]]
        return found

    def _has_room(self, one: Contributed) -> bool:
        if self._of_group[one.group] >= OLDER_RUNS or len(self.followed) >= FOLLOWED:
            self.cut[Cut.OLDER_RUNS] += 1
            return False
        self._of_group[one.group] += 1
        return True

    def behind(self, hops: Collection[Hop]) -> dict[Hop, list[Contributed]]:
        """Return for each hop what of all that was followed it led to."""
        held = {hop: list(some) for hop, some in self.found.in_force(hops).items()}
        if self.walk.include_past:
            for hop, some in self.found.every(hops).items():
                held[hop] = [*held[hop], *(one for one in some if one not in held[hop])]
        return {hop: [one for one in some if one in self.followed] for hop, some in held.items()}


def _order(one: Contributed) -> tuple[object, ...]:
    return one.at, one.effect, one.run or "", one.attempt, one.tie, one.name, one.job or "", one.dataset, one.how


def edge_of(one: Contributed, source: Source, *, past: bool = False) -> LineageEdge:
    """Return that data of a source reached what a contribution wrote."""
    attempt = one.how == "attempted"
    mapped = one.mapped
    return LineageEdge(
        source.dataset,
        one.dataset,
        source.how,
        one.job,
        one.run if mapped is None else mapped.run,
        source.confidence,
        one.read_at if attempt else one.at,
        source.known_from,
        past=past and not attempt,
        attempt=attempt,
        mapping=None if mapped is None else mapped.mapping,
    )


def edges_of(taken: Iterable[tuple[Contributed, Source]], current: Collection[Contributed]) -> set[LineageEdge]:
    """Return the edges, of one (source, target, how, job) in current lineage only that of the newest run."""
    newest: dict[tuple[object, ...], tuple[tuple[int, str, int, str], Contributed, Source]] = {}
    for one, source in taken:
        attempt, past = one.how == "attempted", one not in current
        valid_from, run = one.read_at if attempt else one.at, one.run or ""
        key: tuple[object, ...] = source.dataset, one.dataset, source.how, one.job, one.mapped and one.mapped.mapping
        if past or attempt:
            key = (*key, run, valid_from, past, attempt)
        newness = valid_from, run, source.known_from, source.confidence
        held = newest.get(key)
        if held is None or newness > held[0]:
            newest[key] = newness, one, source
    return {edge_of(one, source, past=one not in current) for _, one, source in newest.values()}


def reached(loader: LineageLoader, walk: Walk, roots: Sequence[str], direction: Direction) -> frozenset[str] | None:
    """Return what the walk can meet, its names fetched as well, None where that is far more than its budget.

    Current lineage lies within lineage ever stated, and that the store can walk by itself.
    """
    way: Way = "in" if direction is Direction.UPSTREAM else "out"
    around = loader.reach(roots, way, walk.depth + 1, walk.budget * _AHEAD)
    if around is not None:
        loader.load_names((*roots, *around))
    return around


def prefetch(found: Contributions, walk: Walk, roots: Sequence[str], direction: Direction) -> frozenset[str] | None:
    """Fetch in a handful of calls what the walk can meet, where that is not far more than its budget; return it."""
    loader = found.loader
    around = reached(loader, walk, roots, direction)
    if around is None:
        return None
    names = sorted({name for target in around for name in loader.every_name(target)})
    found.prefetch((name, loader.valid_at) for name in names)
    loader.load_declarations(names)
    return frozenset(names)


def upstream(loader: LineageLoader, walk: Walk, roots: Sequence[str]) -> Walked:
    """Return what the datasets and model versions are made of, back to the depth asked for, within the budget."""
    found = Contributions(loader)
    prefetch(found, walk, roots, Direction.UPSTREAM)
    follower, taken = _Follower(found, walk), _Taken(walk, roots, direction=Direction.UPSTREAM)
    hops = [Hop(root, loader.valid_at) for root in taken.walked.depths]
    for level in range(walk.depth + 1):
        passed = follower.follow(hops)
        taken.take(level, [(one, source) for one in passed for source in follower.followed[one]])
        depths = taken.walked.depths
        hops = list(
            dict.fromkeys(hop for one in passed for source, hop in follower.hops(one) if source.dataset in depths)
        )
        if not hops or taken.walked.cut:
            break
    return taken.finished(follower)


def downstream(loader: LineageLoader, walk: Walk, roots: Sequence[str]) -> Walked:
    """Return what the datasets are now in: of which they are upstream, and the edges on the ways there.

    One shared walk back from all that lineage ever stated reaches from them, kept within that; then forward over it.
    """
    found, taken = Contributions(loader), _Taken(walk, roots, direction=Direction.DOWNSTREAM)
    around = prefetch(found, walk, roots, Direction.DOWNSTREAM)
    if around is None:
        around = _around(loader, walk, roots, taken.walked.cut)
    loader.load_names(around)
    within = frozenset(name for one in around for name in loader.every_name(one))
    loader.load_names(within)
    found.sources.keep_to(within)
    follower = _Follower(found, walk, within)
    hops = [Hop(name, loader.valid_at) for name in sorted(within) if loader.resolve(name, loader.valid_at) == name]
    for _ in range(walk.depth + 1):
        new = follower.follow(hops)
        hops = list(dict.fromkeys(hop for one in new for _, hop in follower.hops(one)))
        if not hops:
            break
    _forward(follower, taken, frozenset(roots))
    return taken.finished(follower)


def _around(loader: LineageLoader, walk: Walk, roots: Sequence[str], cut: Counter[Cut]) -> frozenset[str]:
    """Return what the roots ever fed, level by level, until it is far more than the budget."""
    reached, front = set(roots), set(roots)
    for _ in range(walk.depth + 1):
        loader.load_names(front)
        names = sorted({name for one in front for name in loader.every_name(one)})
        front = set(loader.neighbours(names, "out")) - reached
        room = walk.budget * _AHEAD - len(reached)
        if len(front) > room:
            cut[Cut.NODES] += len(front) - room
            front = set(sorted(front)[:room])
        reached |= front
        if not front:
            break
    return frozenset(reached)


def _forward(follower: _Follower, taken: _Taken, roots: frozenset[str]) -> None:
    """Take level by level what was made of the roots, over contributions that were followed back."""
    read = [(one, source, hop) for one in follower.followed for source, hop in follower.hops(one)]
    hops = dict.fromkeys(hop for _, _, hop in read if follower.within is None or hop.dataset in follower.within)
    behind = follower.behind(hops)
    readers: dict[Contributed, list[tuple[Contributed, Source]]] = defaultdict(list)
    front = [(one, source) for one, source, _ in read if source.dataset in roots]
    for one, source, hop in read:
        for each in behind.get(hop, ()):
            readers[each].append((one, source))
    reached: set[Contributed] = set()
    for level in range(taken.walk.depth + 1):
        taken.take(level, front)
        new = {one for one, _ in front if one.dataset in taken.walked.depths} - reached
        reached |= new
        front = [pair for one in sorted(new, key=_order) for pair in readers[one]]
        if not front or taken.walked.cut:
            break


class _Taken:
    """The nodes and edges of an answer, taken level by level as far as its budget goes."""

    def __init__(self, walk: Walk, roots: Iterable[str], direction: Direction) -> None:
        self.walk = walk
        self.walked = Walked(dict.fromkeys(sorted(roots), 0))
        self._up = direction is Direction.UPSTREAM
        self._pairs: list[tuple[Contributed, Source]] = []

    def take(self, level: int, found: Sequence[tuple[Contributed, Source]]) -> None:
        """Take the new nodes of a level, none at the last, and what connects those that were taken."""
        walk, walked = self.walk, self.walked
        far = {source.dataset if self._up else one.dataset for one, source in found}
        new = sorted(far - walked.depths.keys())
        room = max(walk.budget - len(walked.depths), 0) if level < walk.depth else 0
        walked.depths.update(dict.fromkeys(new[:room], level + 1))
        if level < walk.depth and len(new) > room:
            walked.cut[Cut.NODES] += len(new) - room
        for one, source in found:
            end, near = (source.dataset, one.dataset) if self._up else (one.dataset, source.dataset)
            if end not in walked.depths:
                walked.more.add(near)
            else:
                self._pairs.append((one, source))

    def finished(self, follower: _Follower) -> Walked:
        """Return the answer with its edges, no more than `EDGES_A_NODE` for each node of the budget."""
        walked, most = self.walked, EDGES_A_NODE * self.walk.budget
        edges = edges_of(self._pairs, follower.current)
        if len(edges) > most:
            kept = sorted(edges, key=lambda edge: (walked.depths[edge.source if self._up else edge.target], edge[:5]))
            walked.cut[Cut.EDGES] += len(edges) - most
            walked.more |= {edge.target if self._up else edge.source for edge in kept[most:]}
            edges = set(kept[:most])
        walked.edges = edges
        walked.more |= follower.left & walked.depths.keys()
        walked.cut.update(follower.cut)
        return walked


def attempts(found: Contributions, hops: Collection[Hop]) -> Iterator[Contributed]:
    """Yield for each job the attempts without effect on the datasets that started since its newest contribution."""
    loader = found.loader
    loader.load_names(hop.dataset for hop in hops)
    names = sorted({name for hop in hops for name in loader.names(hop.dataset)})
    tried: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
    for edge in loader.view.edges(names, ("WROTE",), "in"):
        tried[edge.target].add((edge.source, edge.job))
    loader.load_runs(run for some in tried.values() for run, _ in some)
    for dataset, at in sorted({(hop.dataset, hop.at) for hop in hops}):
        since: dict[str | None, int] | None = None
        for name in sorted(loader.names(dataset)):
            for run, job in sorted(tried[name], key=str):
                fold = loader.fold(run)
                for attempt in fold.attempts if fold else ():
                    place = name, job
                    if place not in attempt.outputs or place in attempt.effects or attempt.started_at > at:
                        continue
                    one = found.attempted(run, attempt.number, place)
                    if one.dataset != dataset:
                        continue
                    if since is None:
                        since = found.newest_by_job(dataset, at)
                    if attempt.started_at >= since.get(job, attempt.started_at):
                        yield one


_STATED: Final = frozenset({"declared", "registered", "renamed", "alias", "version"})


def confidence_of(how: str) -> Confidence:
    """Return how a flow that was ever stated came to be known."""
    if how == FlowKind.MAPPED:
        return Confidence.MAPPED
    return Confidence.STATED if how in _STATED else Confidence.INFERRED


def ever_stated(loader: LineageLoader, direction: Direction, front: list[str], limit: int) -> list[LineageEdge]:
    """Return every flow ever stated into or out of the nodes, whatever was replaced or failed since (rule 7).

    A name that a steward joined to another, or that a rule takes for one with it, is one step from it without any job,
    as a symlink is; what a steward took back is none. Where there are more than `limit`, more than that of them.
    """
    way: Way = "in" if direction is Direction.UPSTREAM else "out"
    flows = loader.view.flows(front, way, limit)
    loader.load_names(front)
    return (
        [
            LineageEdge(
                flow.source,
                flow.target,
                flow.how,
                flow.job,
                None,
                confidence_of(flow.how),
                flow.valid_from,
                flow.entry,
            )
            for flow in (*flows, *loader.registered(front, way, flows))
            if flow.how != "alias" or not loader.is_apart(flow.source, flow.target)
        ]
        + [
            LineageEdge(*ends, "alias", None, None, Confidence.STATED, ALWAYS, entry)
            for one in front
            for other, entry in loader.joined(one)
            for ends in [(other, one) if direction is Direction.UPSTREAM else (one, other)]
        ]
        + [
            LineageEdge(
                flow.source.id,
                flow.target,
                FlowKind.MAPPED,
                flow.job,
                None,
                Confidence.MAPPED,
                flow.valid_from,
                flow.entry,
                mapping=flow.mapping,
            )
            for flow in loader.mapped.flows(front, way)
        ]
    )
