"""The marks of assets at their places, and what of the ways by which they came may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

from catalog.labels.model import Label
from catalog.labels.taint.addresses import is_within
from catalog.labels.taint.answers import (
    ClearedLabel,
    EffectiveLabel,
    EffectiveLabels,
    EffectiveOrigin,
    Hop,
    TrustedLineage,
    Way,
)
from catalog.labels.taint.fixpoint import Search
from catalog.labels.taint.kept import Kept, Loaded
from catalog.labels.taint.model import Flow, Mark, Part, Passage, Path, Place
from catalog.labels.taint.rules import LETTERS, passed
from catalog.reading import Complete, Completeness
from catalog.view import View
from graph_schema.aspects.labels import Coding
from graph_schema.facts import Edge
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.words import Confidentiality, TagOrigin

SUPPOSED: Final = "supposed"
"""What stands for the id of an attestation that nobody made."""
MOST_WAYS: Final = 3
"""How many ways are shown by which a label came."""


class _Clearing(NamedTuple):
    """What is shown as one of what attestations took away."""

    kind: str
    column: str | None
    source: Place
    job: str | None
    by: str
    entry: int


class Judge:
    """The marks of assets, and what of the ways by which they came may be shown."""

    def __init__(self, view: View, marked: Kept | Loaded, asked: Iterable[str]) -> None:
        self._view = view
        self._marked = marked
        self._asked = frozenset(asked)
        self._used: dict[str, list[Edge]] = {}
        """What runs read and wrote of each name that was looked up."""
        self._used_by = 0
        """By which entry that was known."""

    def prepare(self, places: Iterable[Place]) -> None:
        """Fetch together what is told of places, and what the shortest way to each kind there asks for."""
        some = list(places)
        goals = [(place, mark) for place in some for mark in self._marked.steps(place) if mark.kind]
        self._marked.prepare(goals, wholes={place.node for place in some})

    def why(self, place: Place, kind: str, asset: str) -> list[Way]:
        """Return the shortest ways by which a kind came to a place of an asset."""
        marks = self._marks(place, kind)
        self._marked.prepare([(place, mark) for mark in marks], MOST_WAYS)
        return self._ways({place: marks}, MOST_WAYS, asset)[place]

    def flowing_in(self, place: Place, kind: str) -> frozenset[str]:
        """Return the other assets from which a kind flows into a place: not what came of that place, in a circle."""
        stated_here = place if place.part is Part.COLUMN else Place(Part.ASSERTED, place.node)
        found: set[str] = set()
        front = [(place, mark) for mark in self._marks(place, kind)]
        met = set(front)
        while front:
            for flow, before in self._search.behind(*front.pop()):
                goal = flow.source, before
                if flow.source.node != place.node:
                    if self._is_stated_beside(goal, stated_here):
                        found.add(self._shown(flow.source.node))
                elif goal not in met:
                    met.add(goal)
                    front.append(goal)
        return frozenset(found)

    def _is_stated_beside(self, goal: tuple[Place, Mark], stated_here: Place) -> bool:
        """Tell whether a mark of a place came from anywhere but one place; what is nearest is looked at first."""
        order = count()
        heap, met = [(0, next(order), goal)], {goal}
        while heap:
            _, _, (place, mark) = heappop(heap)
            if not self._marked.steps(place)[mark]:
                if place != stated_here:
                    return True
                continue
            for flow, before in self._search.behind(place, mark):
                at = flow.source, before
                if at not in met:
                    met.add(at)
                    heappush(heap, (self._marked.steps(flow.source)[before], next(order), at))
        return False

    @cached_property
    def _search(self) -> Search:
        return self._marked.search()

    def completeness(self) -> Completeness:
        """Return whether all that lies behind was looked at."""
        found = self._marked.completeness
        return Complete() if found is None else found

    def place(self, asset: str, column: str | None) -> Place:
        """Return the place of an asset, or of a column of it."""
        return self._marked.place(asset, column)

    def _marks(self, place: Place, kind: str | None = None) -> frozenset[Mark]:
        return frozenset(one for one in self._marked.steps(place) if kind is None or one.kind == kind)

    def labels(self, asked: str, asset: str, column: str | None) -> EffectiveLabels:
        """Return the labels of an asset or a column, as of the id by which it was asked for."""
        place = self.place(asset, column)
        by_kind: dict[str, set[Mark]] = defaultdict(set)
        for mark in self._marks(place):
            by_kind[mark.kind].add(mark)
        sensitive = {one.coding for one in by_kind.pop("", ())}
        levels = {one.code for one in sensitive if one.system == hl7.CONFIDENTIALITY}
        return EffectiveLabels(
            asked,
            column,
            tuple(self._label(asset, place, kind, marks) for kind, marks in sorted(by_kind.items())),
            tuple(self._taken_away(place, frozenset(by_kind))),
            tuple(sorted(one for one in sensitive if one.system != hl7.CONFIDENTIALITY)),
            next((one.value for one in reversed(Confidentiality) if one.value in levels), None),
            self._trusted(place),
            tuple(sorted(self._marked.attested(place.node))),
            self.completeness(),
            frozenset(one.detail for one in self._marked.sources(asset).later if one.node == place.node),
        )

    def _trusted(self, place: Place) -> tuple[TrustedLineage, ...]:
        """Return what was taken for complete of the steps into a place, by entry."""
        found = {
            one.trust.entry: one.trust
            for one in self._marked.sources(place.node).trusted.get(place.node, ())
            if place.part is not Part.COLUMN or not is_within(place.detail, one.mentioned)
        }
        seen = self._view.visible({one.job for one in found.values()}) if found else frozenset()
        self._view.cite(*found)
        return tuple(
            TrustedLineage(
                one.job if one.job in seen else None, entry, one.trusted_by, one.since, one.until, one.reason
            )
            for entry, one in sorted(found.items())
        )

    def _label(self, asset: str, place: Place, kind: str, marks: set[Mark]) -> EffectiveLabel:
        codes = {one.coding for one in marks}
        shown = () if codes.issuperset(LETTERS) else tuple(sorted(codes))
        stated = [one for one in self._stated(place) if one.kind == kind]
        proper = [one for one in stated if one.origin != TagOrigin.SUGGESTED]
        if proper:
            origin = min((EffectiveOrigin(one.origin) for one in proper), key=list(EffectiveOrigin).index)
            entries = sorted({tag.entry for one in proper for tag in one.history if tag.stance == one.tag.stance})
            return EffectiveLabel(kind, shown, origin, self._view.cite(*entries))
        sure = [one for one in marks if not one.suggested]
        origin = EffectiveOrigin.INFERRED if sure else EffectiveOrigin.SUGGESTED
        ways = self._ways({place: sure or marks}, 1, asset)[place]
        if not ways:
            return EffectiveLabel(kind, shown, origin, ())
        way = ways[0]
        unstated = any(hop.passage is Passage.UNMENTIONED for hop in way.hops)
        return EffectiveLabel(kind, shown, origin, self._view.cite(*way.every_entry), way, unstated)

    def _stated(self, place: Place) -> Sequence[Label]:
        """Return the labels that were said of a place itself, of a whole those of its parts too."""
        held = self._marked.sources(place.node).labels
        if place.part is Part.COLUMN:
            return held.get(place, ())
        return [label for at, some in held.items() if at.node == place.node for label in some]

    def _taken_away(self, place: Place, kinds: frozenset[str]) -> Iterable[ClearedLabel]:
        found: dict[_Clearing, set[Coding]] = defaultdict(set)
        for one in self._marked.cleared(place.node):
            target = one.flow.target
            if place.part is Part.COLUMN and not self._reaches(target, place):
                continue
            column = target.detail if target.part is Part.COLUMN else None
            kind = passed(one.mark, one.flow.passage).kind
            source = one.flow.source._replace(node=self._shown(one.flow.source.node))
            found[_Clearing(kind, column, source, one.flow.job, one.by, one.entry)].add(one.mark.coding)
        seen = self._view.visible({end for one in found for end in (one.source.node, one.job) if end})
        for each, codes in sorted(found.items(), key=repr):
            is_seen = each.source.node in seen
            if each.by != SUPPOSED:
                self._view.cite(each.entry)
            yield ClearedLabel(
                each.kind,
                () if codes.issuperset(LETTERS) else tuple(sorted(codes)),
                each.column,
                each.source.node if is_seen else None,
                _column(each.source) if is_seen else None,
                each.job if each.job in seen else None,
                each.by,
                each.entry,
                each.kind in kinds,
            )

    def _reaches(self, target: Place, place: Place) -> bool:
        """Tell whether what was cleared on the way into a part of an asset was so on the way into a column."""
        return target == place or self._marked.is_part(target, place)

    def _ways(self, goals: Mapping[Place, Iterable[Mark]], most: int, asset: str) -> dict[Place, list[Way]]:
        """Return the shortest ways to each place, all of one asset, that may be shown."""
        found = {}
        every = {place: self._search.paths([(place, mark) for mark in marks], most) for place, marks in goals.items()}
        self._load_accesses(flow for some in every.values() for path in some for flow in path.flows)
        for place, some in every.items():
            found[place] = [way for one in some if (way := self._way(one, asset)) is not None]
        return found

    def _shown(self, node: str, asset: str | None = None) -> str:
        """Return by which of its names a dataset is shown: on a way to an asset, that is called as it was asked for."""
        groups = self._marked.sources(node).groups
        if asset is not None and groups.of(asset) == node:
            return groups.current(asset)
        return groups.shown(node, self._asked)

    def _way(self, path: Path, asset: str) -> Way | None:
        """Return a way as it is shown, without the steps inside a dataset; None where rights hide any of it."""
        flows = [
            flow for flow in path.flows if flow.source.node != flow.target.node or flow.passage is not Passage.SAME
        ]
        nodes = {path.origin.node, *(end.node for flow in flows for end in (flow.source, flow.target))}
        shown = {one: self._shown(one, asset) for one in nodes}
        if not self._view.visible(shown.values()).issuperset(shown.values()):
            return None
        entries = {*path.entries, *self._joins(path.origin.node)}
        hops = []
        seen = self._view.visible({flow.job for flow in flows if flow.job}, counted=False)
        for flow in flows:
            run, cited = self._cited(flow)
            hops.append(
                Hop(
                    shown[flow.source.node],
                    _column(flow.source),
                    shown[flow.target.node],
                    _column(flow.target),
                    flow.passage,
                    flow.masked,
                    flow.job if flow.job in seen else None,
                    run,
                    tuple(sorted({*cited, *self._joins(flow.target.node)})),
                )
            )
        return Way(shown[path.origin.node], _column(path.origin), path.mark.kind, tuple(sorted(entries)), tuple(hops))

    def _ends(self, flow: Flow) -> tuple[Sequence[str], Sequence[str]]:
        """Return under which names the ends of a flow may have been read and written."""
        if flow.called is not None:
            return flow.called[:1], flow.called[1:]
        source, target = flow.source.node, flow.target.node
        sources, targets = self._marked.sources(source), self._marked.sources(target)
        return sources.groups.members[source], targets.groups.members[target]

    def _joins(self, node: str) -> tuple[int, ...]:
        """Return the entries by which several names of an asset are one."""
        return self._marked.sources(node).groups.joins.get(node, ())

    def _load_accesses(self, flows: Iterable[Flow]) -> None:
        """Fetch which runs read and wrote the ends of flows."""
        steps = [flow for flow in flows if flow.job is not None and flow.passage is not Passage.SAME]
        # Later ones are not cited.
        last = max((max(flow.entries) for flow in steps), default=0)
        if last > self._used_by:
            self._used, self._used_by = {}, last
        ends = {name for flow in steps for names in self._ends(flow) for name in names}
        new = sorted(ends - self._used.keys())
        self._used.update((one, []) for one in new)
        whole, kinds = self._view.unredacted, ("READ", "WROTE", "PRODUCED")
        for edge in whole.edges(new, kinds, "in", known_by=self._used_by) if new else ():
            self._used[edge.target].append(edge)

    def _accesses(self, names: Iterable[str]) -> Iterator[Edge]:
        return (edge for name in names for edge in self._used[name])

    def _cited(self, flow: Flow) -> tuple[str | None, frozenset[int]]:
        """Return the run that first took a step, and the entries that say so: its output and its input, each once."""
        stated = frozenset(flow.entries)
        if flow.job is None or flow.passage is Passage.SAME:
            return None, stated
        last = max(stated)
        wrote: dict[str, set[int]] = defaultdict(set)
        read: dict[str, set[int]] = defaultdict(set)
        sources, targets = self._ends(flow)
        for edge in self._accesses(targets):
            if edge.kind != "READ" and edge.job == flow.job and edge.run and edge.entry <= last:
                wrote[edge.run].add(edge.entry)
        for edge in self._accesses(sources):
            if edge.kind == "READ" and edge.job == flow.job and edge.run in wrote and edge.entry <= last:
                read[edge.run].add(edge.entry)
        for run in sorted(wrote):
            if last in wrote[run] | read[run]:
                outputs = {last} if last in wrote[run] else wrote[run]
                inputs = read[run] if last not in read[run] else {last}
                seen = self._view.visible([run], counted=False)
                return run if run in seen else None, stated | outputs | ({min(inputs)} if inputs else set())
        return None, stated


def _column(place: Place) -> str | None:
    return place.detail if place.part is Part.COLUMN else None
