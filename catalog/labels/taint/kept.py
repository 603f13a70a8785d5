"""The marks of places: found of all that lies behind some assets, or read of what a follower keeps, place by place."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from catalog.labels.taint.equations import Apart, Equation, State, Values, inflows, key_of, place_of
from catalog.labels.taint.fetching import Wanted
from catalog.labels.taint.fixpoint import Search, carrying, taint
from catalog.labels.taint.groups import Groups
from catalog.labels.taint.loading import load_around
from catalog.labels.taint.model import Cleared, Flow, Mark, Part, Passage, Place
from catalog.labels.taint.rules import clearing, preceding
from catalog.labels.taint.sources import Sources
from catalog.labels.taint.walking import DEPTH
from catalog.lineage.loader import LineageLoader
from catalog.reading import Completeness
from catalog.view import View

_NONE: Final[Mapping[Mark, int]] = {}
_AHEAD: Final = ((DEPTH, 500), (6, 100))
"""How many flows are gone back at once, where no more than so many assets lie there; else the next."""
_Goal = tuple[Place, Mark]


class Loaded:
    """All that lies behind some assets, and its fixed point."""

    def __init__(self, sources: Sources, recipient: str | None = None) -> None:
        """Find the fixed point, for a recipient where one is named."""
        self._sources = sources
        self._recipient = recipient
        self._found = taint(sources.seeds, sources.flows, sources.covering, judged=sources.judged, recipient=recipient)
        self._steps: dict[Place, dict[Mark, int]] = defaultdict(dict)
        for (place, mark), steps in self._found.steps.items():
            self._steps[place][mark] = steps
        self._cleared: dict[str, list[Cleared]] = defaultdict(list)
        for place, some in self._found.cleared.items():
            self._cleared[place.node] += some

    @property
    def completeness(self) -> Completeness | None:
        """Return what ended the search for what lies behind, None where nothing did."""
        return self._sources.completeness

    def sources(self, _node: str) -> Sources:
        """Return what was loaded of an asset."""
        return self._sources

    def steps(self, place: Place) -> Mapping[Mark, int]:
        """Return the marks of a place, each with how far it is from where it was said."""
        return self._steps.get(place, _NONE)

    def cleared(self, node: str) -> Sequence[Cleared]:
        """Return what attestations took away on the way into an asset."""
        return self._cleared.get(node, ())

    def attested(self, node: str) -> Collection[str]:
        """Return the attestations that took anything away on any step behind an asset, by id."""
        return self._attested.get(node, ())

    @cached_property
    def _attested(self) -> Mapping[str, set[str]]:
        found = {node: {one.by for one in some} for node, some in self._cleared.items()}
        waiting = deque(found)
        after: dict[str, set[str]] = defaultdict(set)
        for flow in self._sources.flows if found else ():
            after[flow.source.node].add(flow.target.node)
        while waiting:
            node = waiting.popleft()
            for target in after[node]:
                held = found.setdefault(target, set())
                if not found[node] <= held:
                    held |= found[node]
                    waiting.append(target)
        return found

    def is_part(self, part: Place, place: Place) -> bool:
        """Tell whether a place has what another of its asset has."""
        return (part, place) in self._parts

    @cached_property
    def _parts(self) -> frozenset[tuple[Place, Place]]:
        return frozenset((flow.source, flow.target) for flow in self._sources.flows if flow.passage is Passage.SAME)

    def place(self, asset: str, column: str | None) -> Place:
        """Return the place of an asset that was asked for, or of a column of it."""
        groups = self._sources.groups
        return groups.any(asset) if column is None else groups.column(asset, column)

    def prepare(self, goals: Iterable[_Goal], most: int = 1, wholes: Collection[str] = ()) -> None:
        """Fetch what the shortest ways to marks ask for, and all of some assets: nothing, since it is there."""

    def search(self) -> Search:
        """Return a search for ways."""
        sources = self._sources
        into: dict[Place, list[Flow]] = defaultdict(list)
        for flow in sources.flows:
            into[flow.target].append(flow)
        carried = carrying(
            lambda place, _mark: into.get(place, ()),
            sources.covering,
            self.steps,
            judged=lambda place, kind: (place, kind) in sources.judged,
            recipient=self._recipient,
        )
        return Search(lambda place, mark: sources.stated_by.get((place, mark), ()), carried, self.steps)


class Kept:
    """What a follower keeps of now, and of the places on the ways that are asked for what flows into them.

    A way is gone back from one place to the next by what is kept, which tells where labels came from, but neither by
    which jobs nor by which entries. What lies behind is fetched at once where it is little, else what is near, else
    what is met alone; what the ways to several marks meet at once is fetched together. What flows into the places on
    the ways is then read of these alone.
    """

    completeness: Completeness | None = None

    def __init__(self, view: View, assets: Iterable[str], columns: Sequence[tuple[str, str]]) -> None:
        """Ask for assets, and for columns of them, by (asset, name)."""
        self._view = view.unredacted
        self._values = Values()
        self._equation_texts: dict[str, str] = {}
        """What is kept of what was fetched; read once a way meets it, since that takes longer than to fetch it."""
        self._ahead = list(_AHEAD)
        self._looked_behind: set[str] = set()
        """The assets from which it was gone back, and what was fetched with them."""
        self._equations: dict[str, Equation | None] = {}
        self._aparts: dict[str, Apart] = {}
        self._state_texts: dict[str, str] = {}
        self._states: dict[str, State] = {}
        self._sources: dict[str, Sources] = {}
        """By what stands for each asset around which was read."""
        self._named: dict[str, Sources] = {}
        """By every name that was met."""
        self._entire: set[str] = set()
        """What stands for each asset of which all was read."""
        self._met: dict[str, set[Place]] = defaultdict(set)
        """Of each other asset around which was read, the places into which it was."""
        self._into: dict[Place, list[Flow]] = defaultdict(list)
        self._columns = columns
        self._loader = LineageLoader(self._view, renamed=True)
        self._groups = Groups(self._loader)
        """The assets that were asked for."""
        self._groups.load(sorted({*assets, *(asset for asset, _ in columns)}))
        self._loader.column_names.load(self._groups.members)
        self._load_states(self._groups.members)
        # A column without labels is told from one that nobody named by what flows into its asset.
        self._load_equations(
            {
                one.node
                for one in (self.place(*each) for each in columns)
                if key_of(one) not in self._state(one.node).places
            }
        )

    def place(self, asset: str, column: str | None) -> Place:
        """Return the place of an asset that was asked for, or of a column of it."""
        return self._groups.any(asset) if column is None else self._groups.column(asset, column)

    def _load(self, met: Iterable[Place], wholes: Iterable[str] = ()) -> None:
        """Read what flows into the places that ways met, and all of some assets."""
        some = {place for place in met if place.node not in self._entire}
        entire = ({self._groups.of(one) for one in wholes} - self._entire) | {
            place.node for place in some if not self._is_kept(place)
        }
        new = {place.node for place in some if place.node not in entire and place not in self._met[place.node]}
        if not entire and not new:
            return
        for place in some:
            self._met[place.node].add(place)
        places = [place for node in sorted(new) for place in sorted(self._met[node])]
        self._entire |= entire
        columns = [(asset, name) for asset, name in self._columns if self._groups.of(asset) in entire]
        columns += [(place.node, place.detail) for place in some if place.node in entire and place.part is Part.COLUMN]
        found = load_around(
            self._view,
            Wanted(
                entire,
                places,
                {place.node for place in places if 0 in self.steps(place).values()},
                {
                    source
                    for node in (*entire, *new)
                    if self._equation_texts.get(node) and (equation := self._equation(node)) is not None
                    for source in equation.sources
                },
            ),
            columns,
            self._loader,
        )
        self._named = {**dict.fromkeys(found.groups.names, found), **self._named}
        self._sources.update(dict.fromkeys(entire | new, found))
        wanted = set(places)
        for flow in found.flows:
            if flow.target.node in entire or (flow.target in wanted and not _is_inside(flow)):
                self._into[flow.target].append(flow)

    def _is_kept(self, place: Place) -> bool:
        """Tell whether it is kept what flows into a place: of a column that nothing names it is not."""
        if place.part is not Part.COLUMN or key_of(place) in self._state(place.node).places:
            return True
        equation = self._equation(place.node)
        return equation is not None and equation.has_column(place.detail)

    def sources(self, node: str) -> Sources:
        """Return what was read around an asset."""
        return self._sources.get(node) or self._named[node]

    def _load_ahead(self, nodes: Collection[str]) -> None:
        """Fetch what is kept of all that lies behind assets, where that is little, else of what is near: then no step
        back asks for it.
        """
        self._looked_behind.update(nodes)
        while self._ahead:
            behind = self._view.reach(sorted(nodes), "in", *self._ahead[0])
            if behind is not None:
                self._looked_behind.update(behind)
                self._load_states(behind)
                self._load_equations(behind)
                break
            del self._ahead[0]

    def _load_states(self, nodes: Iterable[str]) -> None:
        new = sorted(set(nodes) - self._state_texts.keys())
        found = self._view.label_states(new) if new else {}
        self._state_texts.update((one, found[one].text if one in found else "") for one in new)

    def _state(self, node: str) -> State:
        state = self._states.get(node)
        if state is None:
            self._load_states([node])
            state = self._states[node] = self._values.state(self._state_texts[node])
        return state

    def _load_equations(self, nodes: Iterable[str]) -> None:
        new = sorted(set(nodes) - self._equation_texts.keys())
        found = self._view.label_equations(new) if new else {}
        self._equation_texts.update((one, found[one].text if one in found else "") for one in new)

    def _equation(self, node: str) -> Equation | None:
        if node not in self._equations:
            self._load_equations([node])
            text = self._equation_texts[node]
            self._equations[node] = Equation.of(text) if text else None
        return self._equations[node]

    def _number(self, place: Place) -> int:
        state = self._state(place.node)
        number = state.places.get(key_of(place), 0)
        if number or not state.places or self._is_kept(place):
            return number
        return self._values.of_unknown(state, place.detail, self._apart(place.node))

    def steps(self, place: Place) -> Mapping[Mark, int]:
        """Return the marks of a place, each with how far it is from where it was said."""
        return self._values.steps(self._number(place))

    def cleared(self, node: str) -> Iterator[Cleared]:
        """Yield what attestations take away on the way into an asset."""
        sources = self.sources(node)
        flows = [flow for flow in sources.flows if flow.target.node == node and sources.covering(flow)]
        self._load_states({flow.source.node for flow in flows})
        gone = set()
        for flow in flows:
            for one in self._with_members(flow):
                for mark in self.steps(one.source):
                    if (each := clearing(one, mark, sources.covering(one))) is not None:
                        gone.add(each)
        yield from gone

    def attested(self, node: str) -> Collection[str]:
        """Return the attestations that took anything away on any step behind an asset, by id."""
        return self._values.attestations(self._state(node).attested)

    def is_part(self, part: Place, place: Place) -> bool:
        """Tell whether a place has what another of its asset has."""
        return any(flow.source == part and flow.passage is Passage.SAME for flow in self._into[place])

    def prepare(self, goals: Iterable[_Goal], most: int = 1, wholes: Collection[str] = ()) -> None:
        """Fetch together what so many of the shortest ways to any of the marks of each place ask for, by kind, and all
        of some assets.
        """
        by_kind: dict[tuple[Place, str], list[tuple[int, Mark]]] = defaultdict(list)
        for place, mark in goals:
            if (far := self.steps(place).get(mark)) is not None:
                by_kind[place, mark.kind].append((far, mark))
        met = self._go_back({(place, min(some)[1]) for (place, _), some in by_kind.items()})
        if most > 1:
            for (place, _), some in by_kind.items():
                self._outline(met).paths([(place, mark) for _, mark in some], most)
        self._load(met, wholes)

    def _go_back(self, goals: set[_Goal]) -> set[Place]:
        """Return the places on the shortest way to each of the marks, whose equations are fetched step by step."""
        met: set[Place] = set()
        front = goals
        while front:
            met.update(place for place, _ in front)
            nodes = {place.node for place, _ in front}
            if unknown := nodes - self._looked_behind:
                self._load_ahead(unknown)
            self._load_equations(nodes)
            self._load_states(
                source
                for place, _ in front
                if (equation := self._equation(place.node)) is not None
                for source in equation.sources
            )
            front = {before for goal in front if (before := self._before(goal)) is not None}
        return met

    def _outline(self, met: set[Place]) -> Search:
        """Return a search for ways by what is kept alone, without jobs and entries; each place that it meets is added
        to those met.
        """
        walked = set(met)

        def stated_by(place: Place, _mark: Mark) -> tuple[int, ...]:
            met.add(place)
            return ()

        def carried(place: Place, mark: Mark) -> Iterable[tuple[Flow, Mark]]:
            if place not in walked:
                walked.update(self._go_back({(place, mark)}))
                met.update(walked)
            equation = self._equation(place.node)
            found: dict[tuple[Flow, Mark], None] = {}
            for at, how in () if equation is None else inflows(equation, place, self._state):
                by, steps = self._values.decides(how), self.steps(at)
                flow = Flow(at, place, by.passage, by.masked)
                for before in preceding(mark, by.passage):
                    if before in steps and by.carried(before) == mark:
                        found[flow, before] = None
            return found

        return Search(stated_by, carried, self.steps)

    def _before(self, goal: _Goal) -> _Goal | None:
        """Return from where a mark came to a place in the fewest steps, of several the smallest; None from nowhere."""
        place, mark = goal
        far = self.steps(place)[mark]
        equation = self._equation(place.node)
        if not far or equation is None:
            return None
        found = [
            (at, before)
            for at, how in inflows(equation, place, self._state)
            for before, steps in self.steps(at).items()
            if steps + 1 == far and self._values.decides(how).carried(before) == mark
        ]
        return min(found, default=None)

    def _stated_by(self, place: Place, mark: Mark) -> tuple[int, ...]:
        self._meet(place, mark)
        return self.sources(place.node).stated_by.get((place, mark), ())

    def _flows_into(self, place: Place, mark: Mark) -> Iterator[Flow]:
        """Yield the flows into a place, which are fetched together with what lies behind it where it was not met."""
        self._meet(place, mark)
        flows = [*self._into[place], *self._inside(place)]
        self._load_states({flow.source.node for flow in flows})
        yield from dict.fromkeys(one for flow in flows for one in self._with_members(flow))

    def _meet(self, place: Place, mark: Mark) -> None:
        """Read around a place that no way led to: all of its asset, since whoever comes there goes on to its parts."""
        if place.node not in self._entire and place not in self._met[place.node]:
            self.prepare([(place, mark)], wholes=[place.node])

    def _inside(self, place: Place) -> Iterator[Flow]:
        """Yield what a place has of other places of its asset, as it is kept."""
        equation = None if place.node in self._entire else self._equation(place.node)
        for at, how in () if equation is None else inflows(equation, place, self._state):
            if at.node == place.node and self._values.decides(how).passage is Passage.SAME:
                yield Flow(at, place, Passage.SAME)

    def _apart(self, node: str) -> Apart:
        if node not in self._aparts:
            self._aparts[node] = Apart.of(self._equation(node))
        return self._aparts[node]

    def _is_judged(self, place: Place, kind: str) -> bool:
        """Tell whether a kind was rejected of a column."""
        if place.node in self._entire:
            return (place, kind) in self.sources(place.node).judged
        return any(at == key_of(place) and each == kind for at, each in self._apart(place.node).judged)

    def _with_members(self, flow: Flow) -> Iterator[Flow]:
        """Yield a flow, and that of each member where it takes a structure."""
        yield flow
        source = flow.source
        if source.part is Part.COLUMN and flow.target.part is not Part.ANY and flow.passage is not Passage.SAME:
            state = self._state(source.node)
            for key in state.members(key_of(source)) if state.has_members else ():
                yield flow._replace(source=place_of(source.node, key))

    def search(self) -> Search:
        """Return a search for ways."""
        carried = carrying(
            self._flows_into,
            lambda flow: self.sources(flow.target.node).covering(flow),
            self.steps,
            judged=self._is_judged,
        )
        return Search(self._stated_by, carried, self.steps)


def _is_inside(flow: Flow) -> bool:
    """Tell whether a flow is that an asset has what its parts have, or they what it has."""
    return flow.passage is Passage.SAME and flow.source.node == flow.target.node
