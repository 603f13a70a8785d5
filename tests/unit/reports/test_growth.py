"""What is opened and folded in a drawing: everything that was there stays where it was, and nothing overlaps."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import Graph
from reports.growth import Fold, Opened
from reports.layout import MOST_NODES, lay_out
from reports.vertices import Arrow, Vertex, zone_of

ZONES = (None, "LANDING", "CURATED", "FEATURE_STORE", "TRAINING", "EVALUATION", "ARTIFACT")
Lineage = tuple[tuple[Vertex, ...], tuple[Arrow, ...]]


def node(number: int, zone: str | None, rows: int = 0) -> Vertex:
    columns = tuple((f"Column:{number}.{row}", f"column_{row}") for row in range(rows))
    return Vertex(id=f"Dataset:{number}", name=f"area/set {number}", kind="Dataset", zone=zone, rows=columns)


def edge(source: int, target: int) -> Arrow:
    return Arrow(source=f"Dataset:{source}", target=f"Dataset:{target}")


@st.composite
def lineages(generate: st.DrawFn) -> Lineage:
    count = generate(st.integers(1, 20))
    nodes = tuple(node(one, generate(st.sampled_from(ZONES)), generate(st.integers(0, 3))) for one in range(count))
    ends = st.integers(0, count - 1)
    return nodes, tuple(edge(generate(ends), generate(ends)) for _ in range(generate(st.integers(0, 2 * count))))


def places(graph: Graph) -> dict[str, tuple[int, int, int, int]]:
    return {box.node: (box.x, box.y, box.width, box.height) for box in graph.boxes if box.node}


def check(graph: Graph) -> None:
    """Hold a drawing to boxes that overlap nothing and lie inside it, and to edges that end at boxes."""
    for one, other in combinations(graph.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    for box in graph.boxes:
        assert graph.left <= box.x < box.x + box.width <= graph.left + graph.width
        assert graph.top <= box.y < box.y + box.height <= graph.top + graph.height
        assert [band for band in graph.bands if band.x <= box.x < band.x + band.width]
    ends = {box.key for box in graph.boxes} | {row.node for box in graph.boxes for row in box.rows}
    assert {end for path in graph.paths for end in (path.source, path.target)} <= ends


@given(lineages(), st.data())
def test_whatever_is_opened_what_was_there_stays_where_it_was(lineage: Lineage, data: st.DataObject) -> None:
    nodes, edges = lineage
    later = data.draw(st.lists(st.sets(st.sampled_from([one.id for one in nodes[1:]] or [""])), max_size=3))
    steps = tuple(Opened(nodes=frozenset(one) - {""}) for one in later)
    before = places(lay_out(tuple(one for one in nodes if not any(one.id in step.nodes for step in steps)), edges, ""))
    for count in range(len(steps) + 1):
        met = {one for step in steps[count:] for one in step.nodes} - {
            one for step in steps[:count] for one in step.nodes
        }
        graph = lay_out(tuple(one for one in nodes if one.id not in met), edges, "", opened=steps[:count])
        check(graph)
        now = places(graph)
        assert before.items() <= now.items()
        before = now
    assert before.keys() == {one.id for one in nodes}


@given(lineages(), st.data())
def test_whatever_is_folded_all_else_stays_where_it_was(lineage: Lineage, data: st.DataObject) -> None:
    nodes, edges = lineage
    whole = lay_out(nodes, edges, "")
    zones = data.draw(st.sets(st.sampled_from(sorted({zone_of(one) for one in nodes}))))
    folds = tuple(
        Fold(key=f"zone:{zone}", title=f"all of {zone}", nodes=frozenset(n.id for n in nodes if zone_of(n) == zone))
        for zone in sorted(zones)
    )
    graph = lay_out(nodes, edges, "", folds=folds)
    check(graph)
    gone = {one for fold in folds for one in fold.nodes}
    assert places(graph) == {one: place for one, place in places(whole).items() if one not in gone}
    assert sum(box.holds for box in graph.boxes) == len(gone)
    assert {number for path in graph.paths for number in path.numbers} <= {
        number for path in whole.paths for number in path.numbers
    }


def test_what_lies_behind_a_node_is_drawn_as_that_node() -> None:
    nodes = tuple(node(one, "CURATED") for one in range(4))
    edges = (edge(0, 1), edge(1, 2), edge(2, 3))
    behind = Fold(key="Dataset:2", title="", nodes=frozenset({"Dataset:0", "Dataset:1"}))
    graph = lay_out(nodes, edges, "", folds=(behind,))
    assert {box.node: box.holds for box in graph.boxes} == {"Dataset:2": 2, "Dataset:3": 0}
    assert [(path.source, path.target, path.numbers) for path in graph.paths] == [("Dataset:2", "Dataset:3", (3,))]


@pytest.mark.parametrize("zone", ["CURATED", "LANDING"])
def test_a_zone_that_was_too_much_is_opened_beside_what_was_drawn(zone: str) -> None:
    nodes = tuple(node(one, ("CURATED", "LANDING")[one % 2]) for one in range(2 * MOST_NODES))
    edges = tuple(edge(one, one // 3) for one in range(1, len(nodes)))
    before = lay_out(nodes, edges, "")
    after = lay_out(nodes, edges, "", opened=(Opened(zone=zone),))
    check(before)
    check(after)
    assert places(before).items() <= places(after).items()
    assert {f"zone:{zone}"} == {box.key for box in before.boxes} - {box.key for box in after.boxes}
    assert before.note is not None
    assert after.note is not None
    assert zone.lower() in before.note
    assert zone.lower() not in after.note.partition("collapsed")[2]
    whole = lay_out(nodes, edges, "", whole=True)
    assert len(whole.boxes) == len(nodes)
    assert whole.note is None


def test_columns_are_rows_of_their_dataset_and_edges_end_at_them() -> None:
    nodes = (node(0, "LANDING", 3), node(1, "CURATED", 2))
    edges = (Arrow(source="Column:0.2", target="Column:1.0"), edge(0, 1))
    graph = lay_out(nodes, edges, "")
    check(graph)
    first, second = graph.boxes
    assert [row.text for row in first.rows] == ["column_0", "column_1", "column_2"]
    of_columns, of_wholes = graph.paths
    assert of_columns.points[0] == (first.x + first.width, first.y + first.rows[2].y - 2)
    assert of_columns.points[-1] == (second.x, second.y + second.rows[0].y - 2)
    assert of_wholes.points[0] == (first.x + first.width, first.y + first.height // 2)
