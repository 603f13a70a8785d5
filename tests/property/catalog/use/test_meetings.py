"""Where statements come together that cannot all be kept, on random estates, held against sets of what lies behind."""

from __future__ import annotations

import tempfile
from itertools import combinations, permutations
from pathlib import Path

import networkx as nx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.use.meetings import meetings
from graph_schema.nodes import Dataset, UseStatement
from tests.support.records import House
from tests.support.uses import flow, named, permission

NAMES = "abcde"
SINCE = "2026-01-01T00:00:00Z"
CLASHING = {frozenset({"POA", "NPOA"}), frozenset({"POA", "HMB"})}
FLOWS = st.lists(st.sampled_from(list(permutations(NAMES, 2))), min_size=2, max_size=7, unique=True)
STATED = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["POA", "NPOA", "HMB", "GRU"]), min_size=2)
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=25)


@given(FLOWS, STATED)
@example([("a", "b"), ("b", "a")], {"a": "POA", "b": "HMB"})
@quick
def test_u15_what_is_of_no_use_lies_where_two_come_together_or_behind_it_and_nowhere_else(
    flows: list[tuple[str, str]], stated: dict[str, str]
) -> None:
    drawn = nx.DiGraph(flows)
    stated = {name: term for name, term in stated.items() if name in drawn}
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        for number, (source, target) in enumerate(flows, 1):
            flow(house, number, source, target)
        for name, term in stated.items():
            house.record(
                permission(f"of-{name}", of={"dataset": named(name)}, terms=[{"code": term}], valid_from=SINCE)
            )
        found = meetings(house.view(), [UseStatement(f"of-{name}").id for name in stated])
        house.close()
    ids = {Dataset(**named(name)).id: name for name in NAMES}
    told = {ids[id_]: {one.statements for one in some} for id_, some in found.items()}
    behind = {name: {name, *nx.ancestors(drawn, name)} for name in drawn}
    of_no_use = {
        name: {
            (one, other)
            for one, other in combinations([each for each in stated if each in behind[name]], 2)
            if frozenset({stated[one], stated[other]}) in CLASHING
        }
        for name in drawn
    }
    for name, pairs in told.items():
        clashing = {frozenset(f"of-{one}" for one in pair) for pair in of_no_use[name]}
        assert {frozenset(pair) for pair in pairs} <= clashing
    for name, pairs in of_no_use.items():
        assert not pairs or any(each in told for each in behind[name])
    if not any(of_no_use.values()):
        assert told == {}
