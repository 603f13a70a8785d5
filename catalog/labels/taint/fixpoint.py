"""The labels that flow: the least fixed point over flows, and the shortest ways by which one came."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Final

from catalog.labels.taint.model import Clearance, Cleared, Flow, Mark, Part, Path, Place, Taint
from catalog.labels.taint.rules import clearing, passed
from graph_schema.vocabulary.words import PhiKind

_KINDS: Final = ("", *(kind.value for kind in PhiKind))

Seeds = Mapping[Place, frozenset[Mark]]
Covering = Callable[[Flow], Iterable[Clearance]]
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
    while waiting:
        place, new = waiting.popleft()
        for flow in out.get(place, ()):
            carried = set()
            for mark in new:
                if not _is_judged(flow, mark, judged):
                    gone = clearing(flow, mark, covering(flow), recipient=recipient)
                    if gone is None:
                        carried.add(passed(mark, flow.passage))
                    else:
                        cleared[flow.target].add(gone)
            more = carried - found[flow.target]
            if more:
                found[flow.target] |= more
                waiting.append((flow.target, frozenset(more)))
    return Taint(
        {place: frozenset(marks) for place, marks in found.items() if marks},
        {place: tuple(sorted(some)) for place, some in cleared.items()},
    )


def _is_judged(flow: Flow, mark: Mark, judged: Judged) -> bool:
    return flow.source.part is Part.ASSERTED and (flow.target, mark.kind) in judged


def paths(
    seeds: Seeds,
    stated_by: Mapping[tuple[Place, Mark], tuple[int, ...]],
    flows: Iterable[Flow],
    covering: Covering,
    goals: Iterable[tuple[Place, Mark]],
    *,
    judged: Judged = frozenset(),
    recipient: str | None = None,
    most: int = 3,
) -> tuple[Path, ...]:
    """Return at most so many ways by which any of the marks came to its place: the fewest steps first, then the
    smallest ids; of those along the same flows one.

    `stated_by` are the entries that said each seed. A way meets no place twice with the same mark, and begins where the
    mark was said.
    """
    into: dict[Place, list[Flow]] = defaultdict(list)
    for flow in flows:
        into[flow.target].append(flow)
    order = count()
    heap: list[tuple[int, tuple[tuple[Place, Mark], ...], int, tuple[Flow, ...]]] = []
    for goal in sorted(goals):
        heapq.heappush(heap, (0, (goal,), next(order), ()))
    visits: dict[tuple[Place, Mark], int] = defaultdict(int)
    found: list[Path] = []
    while heap and len(found) < most:
        steps, met, _, way = heapq.heappop(heap)
        place, mark = met[0]
        visits[met[0]] += 1
        if visits[met[0]] > most:
            continue
        if mark in seeds.get(place, ()):
            if all((one.origin, one.flows) != (place, way) for one in found):
                found.append(Path(place, mark, stated_by.get((place, mark), ()), way))
            continue
        for flow, before in _behind(place, mark, into, covering, judged, recipient):
            at = (flow.source, before)
            if at not in met:
                heapq.heappush(heap, (steps + 1, (at, *met), next(order), (flow, *way)))
    return tuple(found)


def _behind(
    place: Place,
    mark: Mark,
    into: Mapping[Place, list[Flow]],
    covering: Covering,
    judged: Judged,
    recipient: str | None,
) -> Iterator[tuple[Flow, Mark]]:
    """Yield each flow that can have carried the mark here, with what it was before."""
    for flow in sorted(into.get(place, ()), key=repr):
        for before in _before(mark, flow):
            if not _is_judged(flow, before, judged) and not clearing(flow, before, covering(flow), recipient=recipient):
                yield flow, before


def _before(mark: Mark, flow: Flow) -> Iterator[Mark]:
    """Yield what becomes the mark on a flow."""
    for kind in _KINDS:
        before = mark._replace(kind=kind)
        if passed(before, flow.passage) == mark:
            yield before
