"""The laws of labels that flow, over random flows, against the rule said as plainly and slowly as it can be."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from catalog.labels.taint.fixpoint import Search, Seeds, carrying, taint
from catalog.labels.taint.model import Clearance, Flow, Mark, Part, Passage, Path, Place, Taint
from catalog.labels.taint.rules import LETTERS, clearing, passed
from graph_schema.aspects.labels import Treatment
from graph_schema.vocabulary.words import DeidentificationMethod, PhiKind, Technique

PLACES = [
    *(Place(Part.COLUMN, f"Column:{name}", name) for name in "abcd"),
    Place(Part.ASSERTED, "Dataset:d"),
    Place(Part.ALL_FIELDS, "Dataset:d"),
    Place(Part.ANY, "Dataset:d"),
]
MARKS = [Mark(kind.value, letter) for kind in PhiKind for letter in LETTERS[:2]]
JOBS = ("Job:one", "Job:two")
SEEDS = st.dictionaries(
    st.sampled_from(PLACES), st.frozensets(st.sampled_from(MARKS), min_size=1, max_size=3), max_size=3
)
FLOWS = st.lists(
    st.builds(
        Flow,
        st.sampled_from(PLACES),
        st.sampled_from(PLACES),
        st.sampled_from(Passage),
        st.sampled_from((True, False, None)),
        st.none() | st.sampled_from(JOBS),
    ),
    max_size=10,
)
CLEARANCES = st.builds(
    Clearance,
    id=st.sampled_from("xyz"),
    entry=st.integers(0, 9),
    method=st.sampled_from(DeidentificationMethod),
    treatments=st.lists(st.builds(Treatment, st.sampled_from(LETTERS[:2]), st.sampled_from(Technique)), max_size=2).map(
        tuple
    ),
    columns=st.none() | st.frozensets(st.sampled_from("abcd"), max_size=2),
    indirect=st.booleans(),
)
ATTESTED = st.dictionaries(st.sampled_from(JOBS), st.lists(CLEARANCES, max_size=2), max_size=2)
JUDGED = st.frozensets(
    st.tuples(st.sampled_from(PLACES), st.sampled_from([one.value for one in PhiKind])),
    max_size=2,
)
Attested = dict[str, list[Clearance]]
Judged = frozenset[tuple[Place, str]]


def covering(attested: Attested):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return lambda flow: attested.get(flow.job or "", ())


def plain(seeds: Seeds, flows: Iterable[Flow], attested: Attested, judged: Judged) -> set[tuple[Place, Mark]]:
    """Look at every flow until nothing more comes."""
    some = list(flows)
    found = {(place, mark) for place, marks in seeds.items() for mark in marks}
    while True:
        more = set()
        for place, mark in found:
            for flow in some:
                said = flow.source.part is Part.ASSERTED and (flow.target, mark.kind) in judged
                if flow.source == place and not said and not clearing(flow, mark, attested.get(flow.job or "", ())):
                    more.add((flow.target, passed(mark, flow.passage)))
        if more <= found:
            return found
        found |= more


def flat(seeds: Seeds, flows: Iterable[Flow], attested: Attested, judged: Judged) -> set[tuple[Place, Mark]]:
    found = taint(seeds, flows, covering(attested), judged=judged)
    return {(place, mark) for place, marks in found.marks.items() for mark in marks}


@given(SEEDS, FLOWS, ATTESTED, JUDGED)
def test_it_is_the_least_fixed_point(seeds: Seeds, flows: list[Flow], attested: Attested, judged: Judged) -> None:
    assert flat(seeds, flows, attested, judged) == plain(seeds, flows, attested, judged)


@given(SEEDS, FLOWS, ATTESTED, st.randoms())
def test_order_and_repetition_change_nothing(
    seeds: Seeds, flows: list[Flow], attested: Attested, random: object
) -> None:
    shuffled = flows + flows
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before = taint(seeds, flows, covering(attested))
    after = taint(dict(reversed(list(seeds.items()))), shuffled, covering(attested))
    assert (after.marks, after.cleared) == (before.marks, before.cleared)


@given(SEEDS, SEEDS, FLOWS, FLOWS, ATTESTED, JUDGED)
def test_a_flow_or_an_assertion_more_takes_no_label_away(
    seeds: Seeds, more: Seeds, flows: list[Flow], others: list[Flow], attested: Attested, judged: Judged
) -> None:
    joined = {place: seeds.get(place, frozenset()) | more.get(place, frozenset()) for place in {*seeds, *more}}
    assert flat(seeds, flows, attested, judged) <= flat(joined, [*flows, *others], attested, judged)


@given(SEEDS, FLOWS, ATTESTED, ATTESTED)
def test_an_attestation_more_adds_none_and_one_less_restores_what_it_cleared(
    seeds: Seeds, flows: list[Flow], attested: Attested, more: Attested
) -> None:
    both = {job: [*attested.get(job, ()), *more.get(job, ())] for job in {*attested, *more}}
    assert flat(seeds, flows, both, frozenset()) <= flat(seeds, flows, attested, frozenset())
    everything = flat(seeds, flows, {}, frozenset())
    assert everything == plain(seeds, flows, {}, frozenset())
    found = taint(seeds, flows, covering(attested))
    if not found.cleared:
        assert flat(seeds, flows, attested, frozenset()) == everything


def test_steps_that_say_unlike_things_of_masking_are_cleared_alike() -> None:
    first, second = PLACES[:2]
    clearance = Clearance(
        id="x",
        entry=1,
        method=DeidentificationMethod.SAFE_HARBOR,
        treatments=(Treatment(LETTERS[0], Technique.REMOVED),),
        indirect=True,
    )
    flows = [Flow(first, second, Passage.INDIRECT, masked, JOBS[0]) for masked in (None, True)]
    found = taint({first: frozenset({MARKS[0]})}, flows, covering({JOBS[0]: [clearance]}))
    assert {one.flow.masked for one in found.cleared[second]} == {None, True}


@given(SEEDS, FLOWS, ATTESTED, JUDGED)
def test_what_is_cleared_says_so_truly(seeds: Seeds, flows: list[Flow], attested: Attested, judged: Judged) -> None:
    found = taint(seeds, flows, covering(attested), judged=judged)
    for place, some in found.cleared.items():
        for one in some:
            assert one.flow.target == place
            assert one.mark in found.marks[one.flow.source]
            assert any(each.id == one.by for each in attested[one.flow.job or ""])


@given(SEEDS, FLOWS, ATTESTED, JUDGED)
def test_each_label_has_ways_that_give_it_and_the_shortest_first(
    seeds: Seeds, flows: list[Flow], attested: Attested, judged: Judged
) -> None:
    found = taint(seeds, flows, covering(attested), judged=judged)
    search = searching(flows, attested, judged, found)
    for place, marks in found.marks.items():
        for mark in marks:
            ways = search.paths([(place, mark)])
            assert ways == every_way(seeds, flows, attested, judged, (place, mark))[:3]
            assert 1 <= len(ways) <= 3
            lengths = [len(way.flows) for way in ways]
            assert lengths == sorted(lengths)
            assert lengths[0] == distance(seeds, flows, attested, judged, (place, mark))
            for way in ways:
                alone = taint({way.origin: frozenset({way.mark})}, way.flows, covering(attested), judged=judged)
                assert mark in alone.marks[place]
                met = [(way.origin, way.mark)]
                for flow in way.flows:
                    met.append((flow.target, passed(met[-1][1], flow.passage)))
                assert len(set(met)) == len(met)


def searching(flows: list[Flow], attested: Attested, judged: Judged, found: Taint) -> Search:
    """Return the search for ways of a fixed point that was found."""

    def steps(place: Place) -> dict[Mark, int]:
        return {mark: found.steps[place, mark] for mark in found.marks.get(place, ())}

    carried = carrying(
        lambda place, _mark: {flow for flow in flows if flow.target == place},
        covering(attested),
        steps,
        judged=lambda place, kind: (place, kind) in judged,
    )
    return Search(lambda _place, _mark: (), carried, steps)


def every_way(
    seeds: Seeds, flows: list[Flow], attested: Attested, judged: Judged, goal: tuple[Place, Mark]
) -> tuple[Path, ...]:
    """Go back along every flow from the goal, three times through each mark of a place, the fewest flows first."""
    heap: list[tuple[int, tuple[tuple[Place, Mark], ...], int, tuple[Flow, ...]]] = [(0, (goal,), 0, ())]
    number, visits, found = 0, Counter[tuple[Place, Mark]](), list[Path]()
    befores = list({*MARKS, *(passed(one, Passage.INDIRECT) for one in MARKS)})
    while heap:
        steps, met, _, way = heapq.heappop(heap)
        place, mark = met[-1]
        visits[met[-1]] += 1
        if visits[met[-1]] > 3:
            continue
        if mark in seeds.get(place, ()):
            if all((one.origin, one.flows) != (place, way) for one in found):
                found.append(Path(place, mark, (), way))
            continue
        for flow in sorted({one for one in flows if one.target == place}, key=repr):
            for before in befores:
                at = (flow.source, before)
                judges = flow.source.part is Part.ASSERTED and (flow.target, before.kind) in judged
                cleared = clearing(flow, before, attested.get(flow.job or "", ()))
                if passed(before, flow.passage) == mark and not judges and not cleared and at not in met:
                    number += 1
                    heapq.heappush(heap, (steps + 1, (*met, at), number, (flow, *way)))
    return tuple(found)


def distance(
    seeds: Seeds, flows: list[Flow], attested: Attested, judged: Judged, goal: tuple[Place, Mark]
) -> int | None:
    """Return the fewest flows from any seed to the goal, forwards."""
    reached = {(place, mark): 0 for place, marks in seeds.items() for mark in marks}
    waiting = deque(reached)
    while waiting:
        place, mark = at = waiting.popleft()
        for flow in flows:
            said = flow.source.part is Part.ASSERTED and (flow.target, mark.kind) in judged
            if flow.source == place and not said and not clearing(flow, mark, attested.get(flow.job or "", ())):
                behind = flow.target, passed(mark, flow.passage)
                if behind not in reached:
                    reached[behind] = reached[at] + 1
                    waiting.append(behind)
    return reached.get(goal)
