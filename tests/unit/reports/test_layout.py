from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.boxes import PADDING, labelled
from reports.document import Box, Graph
from reports.drawing import document_of
from reports.edge_numbers import NUMBER_HEIGHT, SIGN, number_width, rectangle
from reports.layout import MOST_NODES, lay_out
from reports.text import clean, width_of
from reports.vertices import Arrow, Vertex
from tests.support.dossier import clinical_dossier

ZONES = (None, "LANDING", "CURATED", "FEATURE_STORE", "TRAINING", "EVALUATION", "ARTIFACT", "UNHEARD_OF")


def node(name: str, zone: str | None, *, root: bool = False, raw_feed: bool = False) -> Vertex:
    return Vertex(id=f"Dataset:{name}", name=name, kind="Dataset", zone=zone, root=root, raw_feed=raw_feed)


def edge(source: str, target: str) -> Arrow:
    return Arrow(source=f"Dataset:{source}", target=f"Dataset:{target}")


def name_in(box: Box) -> str:
    return "".join(label.text for label in box.labels if label.style == "name")


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


@given(lineages(), st.data())
def test_no_number_and_no_mark_lies_on_another_or_on_a_box(
    lineage: tuple[list[Vertex], list[Arrow]], data: st.DataObject
) -> None:
    nodes, edges = lineage
    several = st.sets(st.sampled_from(("CAME", "LABEL")))
    edges = [replace(one, marks=tuple(sorted(data.draw(several)))) for one in edges]
    graph = drawn(nodes, edges)
    written = [
        *(rectangle(path.at, number_width(path.number), NUMBER_HEIGHT) for path in graph.paths if path.has_room),
        *(rectangle(at, SIGN, SIGN) for path in graph.paths for at in path.signs),
    ]
    boxes = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in graph.boxes]
    for one, other in (*combinations(written, 2), *product(written, boxes)):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(path.has_room for path in drawn(*lineage).paths)


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
    assert [" ".join(band.lines) for band in graph.bands] == ["landing", "curated", "training", "artifact"]
    assert [band.x for band in graph.bands] == sorted(band.x for band in graph.bands)


def test_a_node_without_a_zone_is_said_to_have_none() -> None:
    assert [" ".join(band.lines) for band in drawn([node("ghost", None)], []).bands] == ["zone not recorded"]


def test_the_model_stands_at_the_end_and_the_raw_feeds_at_the_beginning() -> None:
    model = Vertex(id="ModelVersion:m", name="m 1", kind="ModelVersion", root=True)
    feed = node("feed", "LANDING", raw_feed=True)
    nodes = (model, node("training", "TRAINING"), node("landed", "LANDING"), feed, node("kept", "CURATED"))
    graph = lay_out(nodes, (), "A lineage")
    assert [" ".join(band.lines) for band in graph.bands] == ["raw feeds", "landing", "curated", "training", "model"]
    assert max(graph.boxes, key=lambda box: box.x).root


def test_a_history_that_begins_in_a_later_zone_is_shown_there() -> None:
    assert [" ".join(band.lines) for band in drawn([node("feed", "CURATED", raw_feed=True)], []).bands] == ["curated"]


NAMES = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=60)


@given(NAMES, st.integers(50, 104))
def test_a_name_is_wrapped_in_its_box_and_nothing_of_it_is_left_out(name: str, width: int) -> None:
    labels = labelled(name, (("detail", "dataset"),), width)
    shown = {style: "".join(each.text for each in labels.lines if each.style == style) for style in ("place", "name")}
    whole = re.sub(r"\s", "", clean(name))
    if "…" not in shown["place"] + shown["name"]:
        assert re.sub(r"\s", "", shown["place"] + shown["name"]) == whole
    else:
        assert len(labels.lines) >= 9
    assert [each.y for each in labels.lines] == sorted({each.y for each in labels.lines})
    assert labels.lines[-1].y < labels.height


@given(
    st.text(st.characters(categories=("L", "M", "N", "P", "Zs")), min_size=300, max_size=1_000), st.integers(50, 104)
)
def test_a_name_too_long_for_its_box_is_cut_with_a_mark_inside_of_it(name: str, width: int) -> None:
    lines = [label.text for label in labelled(name, (), width, parted=False).lines]
    if len(lines) == 8:
        assert any(line.endswith("…") for line in lines)
    assert "attached evidence" not in "".join(lines)
    assert max(map(width_of, lines)) * 300 * 70 <= (width - 2 * PADDING) * 10_000


def test_a_name_shows_its_end_first_and_breaks_where_a_reader_sees_it() -> None:
    texts = [(label.text, label.style) for label in labelled("fhir://ehr.a.example/professional-claims", (), 58).lines]
    assert texts == [
        ("professional", "name"),
        ("-claims", "name"),
        ("fhir://", "place"),
        ("ehr.a.example/", "place"),
    ]


def test_a_digest_is_shown_by_its_first_digits_and_the_legend_says_so() -> None:
    graph = drawn([node(f"lake/table sha256:{'0123456789abcdef' * 4}", "CURATED")], [])
    assert "sha256:0123456789ab…" in "".join(name_in(box) for box in graph.boxes).replace(" ", "")
    assert "…" in {key.text for key in graph.legend}


def test_the_legend_explains_what_is_drawn_and_nothing_else() -> None:
    raw = Vertex(id="Snapshot:a", name="a", kind="Snapshot", deid_state="RAW", raw_feed=True)
    model = Vertex(id="ModelVersion:m", name="m 1", kind="ModelVersion", root=True)
    arrow = Arrow(source=raw.id, target=model.id, inferred=True)
    keys = {(key.sample, key.text) for key in lay_out((raw, model), (arrow,), "A lineage").legend}
    words = {("word", text) for text in ("snapshot", "model version", "raw feed", "RAW")}
    assert keys == words | {("root", ""), ("edge", ""), ("dashed", "")}
    assert lay_out((), (), "A lineage").legend == ()


@pytest.mark.parametrize(("attested", "word"), [(True, "attested"), (False, "not attested"), (None, "")])
def test_a_state_that_was_only_declared_is_not_drawn_like_one_that_is_attested(
    attested: bool | None,  # noqa: FBT001  # a parameter of the table above
    word: str,
) -> None:
    vertex = Vertex(id="Dataset:a", name="a", kind="Dataset", deid_state="DE_IDENTIFIED", attested=attested)
    graph = lay_out((vertex,), (), "A lineage")
    labels = {label.text: label.style for label in graph.boxes[0].labels}
    assert labels.get("not attested") == ("doubt" if attested is False else None)
    assert {key.text for key in graph.legend} - {"dataset", "de-identified", word} == set()
    assert (word in labels) is (word != "")


@pytest.mark.parametrize(("columns", "turned"), [(1, False), (6, False), (7, True), (12, True)])
def test_only_a_drawing_of_many_columns_needs_a_turned_page(columns: int, turned: bool) -> None:  # noqa: FBT001  # a parameter of the table above
    names = [f"n{number}" for number in range(columns)]
    graph = drawn([node(name, "CURATED") for name in names], [edge(*pair) for pair in pairwise(names)])
    assert len({box.x for box in graph.boxes}) == columns
    assert graph.turned is turned
    assert turned or graph.width <= 470


def test_within_a_zone_data_flows_from_left_to_right() -> None:
    graph = drawn([node(n, "CURATED") for n in "cab"], [edge("a", "b"), edge("b", "c")])
    by_name = {name_in(box): box.x for box in graph.boxes}
    assert by_name["a"] < by_name["b"] < by_name["c"]


def test_what_has_no_zone_stands_behind_what_it_is_made_of() -> None:
    names = ("feed", "LANDING"), ("set", "TRAINING"), ("model", None), ("scores", "ARTIFACT")
    graph = drawn([node(*one) for one in names], [edge(a, b) for (a, _), (b, _) in pairwise(names)])
    assert [name_in(box) for box in sorted(graph.boxes, key=lambda box: box.x)] == [name for name, _ in names]
    assert [band.lines for band in graph.bands][2] == ("zone not recorded",)
    for path in graph.paths:
        assert all(one[0] <= other[0] for one, other in pairwise(path.points))


def test_an_edge_that_leads_back_goes_around_the_boxes_that_it_joins() -> None:
    graph = drawn([node("a", "CURATED"), node("b", "TRAINING")], [edge("a", "b"), edge("b", "a")])
    (back,) = [path for path in graph.paths if path.source == "Dataset:b"]
    for box in graph.boxes:
        for x, y in back.points[1:-1]:
            assert not (box.x < x < box.x + box.width and box.y < y < box.y + box.height)
    assert min(y for _, y in back.points[2:-2]) > max(box.y + box.height for box in graph.boxes)


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
    shown = {name_in(box) for box in graph.boxes}
    assert {"root", "feed", "n0"} <= shown
    assert len(graph.boxes) <= MOST_NODES
    assert any(box.collapsed for box in graph.boxes) is collapsed
    if collapsed:
        assert graph.note is not None
        hidden = count - (len(graph.boxes) - 1)
        assert f"{count:,} nodes" in graph.note
        assert f"{hidden:,} in curated" in graph.note


def test_however_many_feeds_there_are_what_the_drawing_is_of_is_drawn() -> None:
    feeds = [node(f"feed {number}", "LANDING", raw_feed=True) for number in range(2 * MOST_NODES)]
    nodes = [*feeds, node("root", "CURATED", root=True)]
    graph = drawn(nodes, [edge(one.name, "root") for one in feeds])
    assert [name_in(box) for box in graph.boxes if box.root] == ["root"]


def test_the_alternative_text_says_what_flows_where() -> None:
    graph = drawn([node("feed", "LANDING"), node("table", "CURATED")], [edge("feed", "table")])
    assert graph.alt == "Lineage of 2 nodes (1 in curated, 1 in landing) and 1 edges: feed to table."
