from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import Graph
from reports.drawing import document_of
from reports.layout import MOST_NODES, Arrow, Vertex, lay_out
from tests.support.dossier import clinical_dossier

ZONES = (None, "LANDING", "CURATED", "FEATURE_STORE", "TRAINING", "EVALUATION", "ARTIFACT", "UNHEARD_OF")


def node(name: str, zone: str | None, *, root: bool = False, raw_feed: bool = False) -> Vertex:
    return Vertex(id=f"Dataset:{name}", name=name, kind="Dataset", zone=zone, root=root, raw_feed=raw_feed)


def edge(source: str, target: str) -> Arrow:
    return Arrow(source=f"Dataset:{source}", target=f"Dataset:{target}")


def drawn(nodes: list[Vertex], edges: list[Arrow]) -> Graph:
    return lay_out(tuple(nodes), tuple(edges), "A lineage")


@st.composite
def lineages(generate: st.DrawFn) -> tuple[list[Vertex], list[Arrow]]:
    count = generate(st.integers(0, 25))
    nodes = [node(str(number), generate(st.sampled_from(ZONES))) for number in range(count)]
    ends = st.integers(0, count)  # the last is no node's: an edge may lead out of what is shown
    edges = [edge(str(generate(ends)), str(generate(ends))) for _ in range(generate(st.integers(0, 2 * count)))]
    return nodes, edges


@given(lineages())
def test_boxes_never_overlap_and_everything_lies_inside_the_drawing(
    lineage: tuple[list[Vertex], list[Arrow]],
) -> None:
    graph = drawn(*lineage)
    assert len(graph.boxes) == len(lineage[0])
    for one, other in combinations(graph.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        above = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or above
    for box in graph.boxes:
        assert 0 <= box.x < box.x + box.width <= graph.width
        assert 0 <= box.y < box.y + box.height <= graph.height
    for path in graph.paths:
        assert all(0 <= x <= graph.width and 0 <= y <= graph.height for x, y in path.points)


@given(lineages())
def test_the_same_lineage_is_drawn_the_same(lineage: tuple[list[Vertex], list[Arrow]]) -> None:
    assert drawn(*lineage) == drawn(*lineage)


def test_zones_are_columns_from_landing_to_artifact() -> None:
    graph = drawn(
        [
            node("a", "ARTIFACT"),
            node("c", "CURATED"),
            node("l", "LANDING"),
            node("t", "TRAINING"),
        ],
        [],
    )
    assert [band.title for band in graph.bands] == ["landing", "curated", "training", "artifact"]
    assert [band.x for band in graph.bands] == sorted(band.x for band in graph.bands)


def test_a_node_without_a_zone_is_said_to_have_none() -> None:
    assert [band.title for band in drawn([node("ghost", None)], []).bands] == ["zone not recorded"]


def test_the_model_stands_at_the_end_and_the_raw_feeds_at_the_beginning() -> None:
    model = Vertex(id="ModelVersion:m", name="m 1", kind="ModelVersion", root=True)
    feed = node("feed", "LANDING", raw_feed=True)
    nodes = (model, node("training", "TRAINING"), node("landed", "LANDING"), feed, node("kept", "CURATED"))
    graph = lay_out(nodes, (), "A lineage")
    assert [band.title for band in graph.bands] == ["raw feeds", "landing", "curated", "training", "model"]
    assert max(graph.boxes, key=lambda box: box.x).root


def test_a_history_that_begins_in_a_later_zone_is_shown_there() -> None:
    assert [band.title for band in drawn([node("feed", "CURATED", raw_feed=True)], []).bands] == ["curated"]


def test_a_long_name_shows_its_end_first() -> None:
    names = ["lake://a.site.example/curated/stays", "x" * 70, "urn:a-very-long-name-without-any-path-in-it"]
    first, second, third = (drawn([node(name, None)], []).boxes[0].lines for name in names)
    assert first == ("curated/stays", "lake://a.site.example")
    assert second[0] == "x" * 20
    assert third[0] == "urn:a-very-long-"


def test_within_a_zone_data_flows_from_left_to_right() -> None:
    graph = drawn([node(n, "CURATED") for n in "cab"], [edge("a", "b"), edge("b", "c")])
    by_name = {box.lines[0]: box.x for box in graph.boxes}
    assert by_name["a"] < by_name["b"] < by_name["c"]


def test_a_cycle_is_drawn_and_not_walked_for_ever() -> None:
    graph = drawn([node("a", "CURATED"), node("b", "CURATED")], [edge("a", "b"), edge("b", "a")])
    assert len(graph.paths) == 2


def test_edges_carry_the_numbers_of_the_table() -> None:
    dossier = clinical_dossier()
    graph = next(block for block in document_of(dossier)[1].blocks if isinstance(block, Graph))
    assert sorted(int(path.number) for path in graph.paths) == list(range(1, len(dossier.edges) + 1))
    numbered = [(str(number), edge) for number, edge in enumerate(dossier.edges, 1)]
    inferred = {number for number, edge in numbered if edge.confidence == "INFERRED"}
    removing = {number for number, edge in numbered if edge.deidentifies}
    assert {path.number for path in graph.paths if path.dashed} == inferred
    assert {path.number for path in graph.paths if path.strong} == removing
    assert removing


@pytest.mark.parametrize(("count", "collapsed"), [(MOST_NODES, False), (MOST_NODES + 1, True), (3_000, True)])
def test_a_large_lineage_shows_what_matters_and_says_what_it_collapsed(count: int, collapsed: bool) -> None:  # noqa: FBT001  # a parameter of the table above
    nodes = [node("root", "ARTIFACT", root=True), node("feed", "LANDING", raw_feed=True)]
    nodes += [node(f"n{number}", "CURATED") for number in range(count - 2)]
    edges = [edge("feed", "n0"), edge("n0", "root"), *(edge(f"n{i}", f"n{i - 1}") for i in range(1, count - 2))]
    graph = drawn(nodes, edges)
    shown = {box.lines[0] for box in graph.boxes}
    assert {"root", "feed", "n0"} <= shown
    assert len(graph.boxes) <= MOST_NODES
    assert any(box.collapsed for box in graph.boxes) is collapsed
    if collapsed:
        assert graph.note is not None
        hidden = count - (len(graph.boxes) - 1)
        assert f"{count:,} nodes" in graph.note
        assert f"{hidden:,} in curated" in graph.note


def test_the_alternative_text_says_what_flows_where() -> None:
    graph = drawn([node("feed", "LANDING"), node("table", "CURATED")], [edge("feed", "table")])
    assert graph.alt == "Lineage of 2 nodes (1 in curated, 1 in landing) and 1 edges: feed to table."
