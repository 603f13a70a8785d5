"""What a judge of use walked to beside what it was asked for is what a walk from there alone meets."""

from __future__ import annotations

import tempfile
from itertools import permutations
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.lineage.model import Direction
from catalog.use.closure import closure
from catalog.use.queries import UseJudge
from graph_schema.nodes import Dataset
from tests.support.records import House, joining
from tests.support.uses import flow, named

NAMES = "abcdef"
FLOWS = st.lists(st.sampled_from(list(permutations(NAMES, 2))), min_size=1, max_size=8, unique=True)
SOME = st.sets(st.sampled_from(NAMES), min_size=1, max_size=3)


@given(FLOWS, st.sampled_from(NAMES), SOME, SOME, st.integers(2, 20_000))
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=40)
def test_what_lies_behind_is_the_same_whatever_else_was_walked_to(
    flows: list[tuple[str, str]], asked: str, beside: set[str], meant: set[str], budget: int
) -> None:
    ids = {name: Dataset(**named(name)).id for name in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        for number, (source, target) in enumerate(flows, 1):
            flow(house, number, source, target)
        house.append(joining(named("a"), named("f")), "ada")
        house.project()
        view, roots = house.view(), sorted(ids[name] for name in meant)
        judge = UseJudge(view, [ids[asked]], budget, beside=[ids[name] for name in sorted(beside)])
        found, expected = judge.behind(roots), closure(view, roots, Direction.UPSTREAM, budget)
        house.close()
    if not meant <= {asked, *beside}:
        assert found is None
        return
    assert found is not None
    assert (found.roots, found.nodes, found.edges) == (expected.roots, expected.nodes, expected.edges)
    assert (found.truncated, found.open, found.hidden) == (expected.truncated, expected.open, expected.hidden)
