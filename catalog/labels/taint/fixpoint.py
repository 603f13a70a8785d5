"""The labels that flow: the least fixed point over flows, and the shortest ways by which one came."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count

from catalog.labels.taint.model import Clearance, Cleared, Flow, Mark, Part, Passage, Path, Place, Taint
from catalog.labels.taint.rules import clearing, passed, preceding

Seeds = Mapping[Place, frozenset[Mark]]
Covering = Callable[[Flow], Sequence[Clearance]]
"""The attestations that cover the step of a flow."""
Judged = frozenset[tuple[Place, str]]
"""Each column and kind that an authorised person rejected: what is said of the whole does not count there."""


def taint(
    seeds: Seeds,
    flows: Iterable[Flow],
    covering: Covering,
    *,
    judged: Judged = frozenset(),
    recipient: str | None = None,
) -> Taint:
    """Return the least set of marks that holds the seeds and what every flow carries on of them.

    The order of seeds and flows changes nothing; a flow or a seed more takes no mark away.
    """
    out: dict[Place, list[Flow]] = defaultdict(list)
    for flow in flows:
        out[flow.source].append(flow)
    found: dict[Place, set[Mark]] = defaultdict(set)
    cleared: dict[Place, set[Cleared]] = defaultdict(set)
    waiting: deque[tuple[Place, frozenset[Mark]]] = deque()
    for place, marks in seeds.items():
        found[place] |= marks
        waiting.append((place, marks))
    steps = {(place, mark): 0 for place, marks in seeds.items() for mark in marks}
    while waiting:
        place, new = waiting.popleft()
        for flow in out.get(place, ()):
            carried = set()
            clearances = () if flow.passage is Passage.SAME else covering(flow)
            for mark in new:
                if not _is_judged(flow, mark, judged):
                    gone = clearing(flow, mark, clearances, recipient=recipient) if clearances else None
                    if gone is None:
                        carried.add(passed(mark, flow.passage))
                    else:
                        cleared[flow.target].add(gone)
            more = carried - found[flow.target]
            if more:
                found[flow.target] |= more
                waiting.append((flow.target, frozenset(more)))
                far = 1 + min(steps[place, mark] for mark in new)
                steps.update(((flow.target, mark), far) for mark in more)
    return Taint(
        {place: frozenset(marks) for place, marks in found.items() if marks},
        {place: tuple(sorted(some, key=repr)) for place, some in cleared.items()},
        steps,
    )


def _is_judged(flow: Flow, mark: Mark, judged: Judged) -> bool:
    return flow.source.part is Part.ASSERTED and (flow.target, mark.kind) in judged


Steps = Callable[[Place], Mapping[Mark, int]]
"""How far each mark of a place is from where it was said."""
Carrying = Callable[[Place, Mark], Iterable[tuple[Flow, Mark]]]
"""Each flow that carried a mark to a place, with what it was before."""


def carrying(  # all that the fixed point followed from
    into: Callable[[Place, Mark], Iterable[Flow]],
    covering: Covering,
    steps: Steps,
    *,
    judged: Callable[[Place, str], bool] = lambda _place, _kind: False,
    recipient: str | None = None,
) -> Carrying:
    """Return what tells which of the flows into a place carried a mark, in an order that nothing but they decide."""

    def carried(place: Place, mark: Mark) -> Iterator[tuple[Flow, Mark]]:
        for flow in sorted(into(place, mark), key=repr):
            for before in preceding(mark, flow.passage):
                if (
                    before in steps(flow.source)
                    and not (flow.source.part is Part.ASSERTED and judged(place, before.kind))
                    and not clearing(flow, before, covering(flow), recipient=recipient)
                ):
                    yield flow, before

    return carried


class Search:
    """The search for ways by which marks came: of one fixed point, for any number of goals."""

    def __init__(self, stated_by: Callable[[Place, Mark], tuple[int, ...]], carrying: Carrying, steps: Steps) -> None:
        """Ask of places when the search comes there: the entries that said a mark of one, what carried one there, and
        how far each of its marks is from where it was said.
        """
        self._stated_by = stated_by
        self._carrying = carrying
        self._steps = steps
        self._behind: dict[tuple[Place, Mark], list[tuple[Flow, Mark]]] = {}

    def behind(self, place: Place, mark: Mark) -> Sequence[tuple[Flow, Mark]]:
        """Return each flow that carried a mark into a place, with what it was before."""
        if (place, mark) not in self._behind:
            self._behind[place, mark] = list(self._carrying(place, mark))
        return self._behind[place, mark]

    def paths(self, goals: Iterable[tuple[Place, Mark]], most: int = 3) -> tuple[Path, ...]:
        """Return at most so many ways by which any of the marks came to its place: the fewest steps first, then the
        smallest ids, beginning at the goal; of those along the same flows one.

        A way meets no place twice with the same mark, and begins where the mark was said. What is nearest to where it
        was said is looked at first, so that nothing is asked of places beside the ways but what flows into these.
        """
        order = count()
        heap: list[tuple[int, tuple[tuple[Place, Mark], ...], int, tuple[Flow, ...]]] = []
        for place, mark in goals:
            if (far := self._steps(place).get(mark)) is not None:
                heapq.heappush(heap, (far, ((place, mark),), next(order), ()))
        visits: dict[tuple[Place, Mark], int] = defaultdict(int)
        found: list[Path] = []
        while heap and len(found) < most:
            _, met, _, way = heapq.heappop(heap)
            place, mark = met[-1]
            visits[met[-1]] += 1
            if visits[met[-1]] > most:
                continue
            if not self._steps(place)[mark]:
                if all((one.origin, one.flows) != (place, way) for one in found):
                    found.append(Path(place, mark, self._stated_by(place, mark), way))
                continue
            for flow, before in self.behind(place, mark):
                at = (flow.source, before)
                if at not in met:
                    far = len(met) + self._steps(flow.source)[before]
                    heapq.heappush(heap, (far, (*met, at), next(order), (flow, *way)))
        return tuple(found)
