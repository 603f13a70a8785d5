"""What of a lineage is collapsed into which box."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.api.pages.lineage_graph.asked import By
from catalog.api.pages.lineage_graph.folding import Collapsed, Grouping, collapsed, has_behind, titled

NODES = {
    "Dataset:root": Grouping("CURATED", "North", "Job:last"),
    "Dataset:a": Grouping("CURATED", "North", "Job:first"),
    "Dataset:b": Grouping("CURATED", "", "Job:first"),
    "Dataset:c": Grouping("LANDING", "North"),
    "Dataset:d": Grouping("LANDING", "South"),
}
FLOWS = (
    ("Dataset:a", "Dataset:root"),
    ("Dataset:b", "Dataset:root"),
    ("Dataset:c", "Dataset:a"),
    ("Dataset:d", "Dataset:a"),
    ("Dataset:d", "Dataset:b"),
)
ROOTS = ("Dataset:root",)


def folds(by: By = By.NOTHING, *folded: str, opened: tuple[str, ...] = ()) -> dict[str, set[str]]:
    found = collapsed(NODES, FLOWS, ROOTS, by, folded, opened)
    return {one.key: {name.partition(":")[2] for name in one.nodes} for one in found}


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (By.NOTHING, {}),
        (By.ZONE, {"zone:CURATED": {"a", "b"}, "zone:LANDING": {"c", "d"}}),
        (By.SITE, {"site:North": {"a", "c"}}),
        (By.JOB, {"job:Job:first": {"a", "b"}}),
    ],
)
def test_all_of_a_kind_is_collapsed_but_the_root_and_what_is_alone(by: By, found: dict[str, set[str]]) -> None:
    assert folds(by) == found


def test_one_of_a_kind_is_left_open_and_one_alone_is_collapsed_when_named() -> None:
    assert folds(By.ZONE, opened=("zone:CURATED",)) == {"zone:LANDING": {"c", "d"}}
    assert folds(By.NOTHING, "site:South", "zone:NONE") == {"site:South": {"d"}}


def test_behind_a_node_lies_what_is_reached_through_it_alone() -> None:
    assert folds(By.NOTHING, "Dataset:a") == {"Dataset:a": {"c"}}
    assert folds(By.NOTHING, "Dataset:a", "Dataset:b") == {"Dataset:a": {"c"}}
    assert folds(By.NOTHING, "Dataset:root") == {}


_NAMES = st.sampled_from(sorted(NODES))


@given(st.lists(st.tuples(_NAMES, _NAMES), max_size=12), _NAMES)
def test_what_can_be_collapsed_behind_a_node_is_offered_and_nothing_else(
    flows: list[tuple[str, str]], node: str
) -> None:
    assert has_behind(node, flows, ROOTS) == bool(collapsed(NODES, flows, ROOTS, By.NOTHING, (node,), ()))


def test_a_box_is_called_by_how_many_it_stands_for_and_of_what() -> None:
    several = frozenset({"Dataset:a", "Dataset:b"})
    names = [
        titled(Collapsed(key, several), lambda job: f"<{job}>")
        for key in ("zone:FEATURE_STORE", "site:North", "site:", "job:Job:first")
    ]
    assert names == ["2 in feature store", "2 at North", "2 without a site", "2 by <Job:first>"]


@st.composite
def lineages(generate: st.DrawFn) -> tuple[dict[str, Grouping], list[tuple[str, str]]]:
    names = [f"Dataset:{one}" for one in range(generate(st.integers(1, 12)))]
    word = st.sampled_from(["", "x", "y"])
    nodes = {one: Grouping(generate(word), generate(word), generate(word)) for one in names}
    return nodes, generate(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=20))


@given(lineages(), st.sampled_from(By), st.data())
def test_each_node_is_collapsed_once_at_the_most_and_no_root_is(
    lineage: tuple[dict[str, Grouping], list[tuple[str, str]]], by: By, data: st.DataObject
) -> None:
    nodes, flows = lineage
    words = st.sampled_from([*nodes, "zone:", "zone:x", "site:x", "site:y", "job:x"])
    folded, opened = data.draw(st.lists(words)), data.draw(st.lists(words))
    root = next(iter(nodes))
    found = collapsed(nodes, flows, (root,), by, folded, opened)
    every = [name for one in found for name in one.nodes]
    assert len(every) == len(set(every))
    assert root not in every
    assert not {one.key for one in found} & set(every)
    assert len({one.key for one in found}) == len(found)
