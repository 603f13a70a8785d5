"""The page of a lineage: what is expanded, collapsed, marked and taken along, over a pipeline of two sites."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from catalog.api.pages.lineage_graph.asked import beginnings
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset, ModelVersion
from reports.layout import MOST_NODES
from tests.integration.catalog.api.test_access import key_of
from tests.support import made_up_lineage as made
from tests.support.pages import BROWSER, Shown, shown
from tests.support.records import CURATED, DIGEST, MODEL, declaration, event, registration, run_node, seal, tag

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.integration.catalog.api.conftest import Catalog

ROOT = made.dataset(made.CLEARED)


def get(catalog: Catalog, **asked: object) -> Response:
    address = f"/explorer/lineage?{urlencode({'id': ROOT, **asked}, doseq=True)}"
    found: Response = catalog.client.get(address, headers=BROWSER)
    assert found.status_code == 200, found.text
    return found


def page(catalog: Catalog, **asked: object) -> Shown:
    return shown(get(catalog, **asked))


def taken(catalog: Catalog, **asked: object) -> dict[str, Any]:
    found: dict[str, Any] = get(catalog, **asked, **{"as": "json"}).json()
    return found


def places(found: dict[str, Any]) -> dict[str, tuple[int, int, int, int]]:
    return {one["key"]: (one["x"], one["y"], one["width"], one["height"]) for one in found["boxes"]}


def named(*names: str) -> set[str]:
    return {made.dataset(name) for name in names}


def test_a_node_is_expanded_by_itself_and_what_was_there_stays_where_it_was(pipeline: Catalog) -> None:
    near = {made.JOINED, made.TRAINING, made.EVALUATION, made.REPORT, made.CLEARED}
    steps: list[dict[str, object]] = [
        {},
        {"open": [made.dataset(made.JOINED)]},
        {"open": [made.dataset(made.JOINED), made.dataset(made.FEEDS[2])]},
    ]
    found = [places(taken(pipeline, depth=1, **step)) for step in steps]
    assert [found[0].keys(), found[1].keys(), found[2].keys()] == [
        named(*near),
        named(*near, *made.FEEDS),
        named(*near, *made.FEEDS, made.BEHIND),
    ]
    assert found[0].items() <= found[1].items() <= found[2].items()
    panel = page(pipeline, depth=1, node=made.dataset(made.JOINED))
    assert "Expand: one step more from here" in panel.words
    closed = page(pipeline, depth=1, node=made.dataset(made.JOINED), **steps[1])
    assert "Take back what it was expanded by" in closed.words
    assert taken(pipeline, depth=1, open="Dataset:none")["boxes"] == taken(pipeline, depth=1)["boxes"]
    # What changed, and the ways between two, are no walks that go on from a node.
    before = {"since": pipeline.service.ledger.size() - 1, "depth": 1}
    assert "Expand:" not in page(pipeline, node=made.dataset(made.JOINED), **before).words
    assert places(taken(pipeline, **before, **steps[1])) == found[0]
    many = f"/explorer/lineage?{urlencode({'id': ROOT, 'open': [f'Dataset:{one}' for one in range(21)]}, doseq=True)}"
    assert pipeline.client.get(many, headers=BROWSER).status_code == 422


@pytest.mark.parametrize(
    ("asked", "gone"),
    [
        ({"by": "zone"}, set(made.FEEDS[:2])),
        ({"fold": "site:South"}, {made.FEEDS[2]}),
        ({"by": "job"}, {made.TRAINING, made.EVALUATION}),
        ({"fold": f"job:{made.job('split')}"}, {made.TRAINING, made.EVALUATION}),
        ({"fold": made.dataset(made.JOINED)}, set(made.FEEDS)),
    ],
)
def test_what_is_collapsed_moves_nothing_and_is_counted(
    pipeline: Catalog, asked: dict[str, object], gone: set[str]
) -> None:
    whole, found = taken(pipeline, depth=2), taken(pipeline, depth=2, **asked)
    hidden = {node for one in found["collapsed"] for node in one["nodes"]}
    assert hidden == named(*gone)
    left = {key: place for key, place in places(whole).items() if key not in hidden}
    assert left.items() <= places(found).items()
    assert sum(box["standsFor"] for box in found["boxes"]) == len(hidden)
    assert len(found["flows"]) + found["flowsInsideCollapsed"] == len(whole["flows"])
    words = page(pipeline, depth=2, **asked).words
    for one in found["collapsed"]:
        assert one["title"] in words
    opened = page(pipeline, depth=2, node=found["collapsed"][0]["key"], **asked)
    assert "Expand" in opened.words


def test_only_the_ways_between_two_are_shown_and_what_each_of_them_passes(pipeline: Catalog) -> None:
    found = taken(pipeline, between=made.dataset(made.BEHIND), mark="choke_points")
    way = (made.BEHIND, made.FEEDS[2], made.JOINED, made.CLEARED)
    assert {box["name"]: box["marks"] for box in found["boxes"]} == {
        f"lake/{name}": ["CHOKE_POINT"] if name in way[1:-1] else [] for name in way
    }
    assert [one["marks"] for one in found["flows"]] == [["CHOKE_POINT"]] * 3
    shown_page = page(pipeline, between=made.dataset(made.BEHIND), mark="choke_points")
    assert "1 way is known within 20 steps" in shown_page.words
    assert "On each of them lies a step that an attestation covers" in shown_page.words
    assert "No flow is known" in page(pipeline, id=made.dataset(made.TRAINING), between=made.dataset(made.REPORT)).words


def test_a_label_is_shown_where_it_was_said_and_where_it_was_cleared(pipeline: Catalog) -> None:
    found = taken(pipeline, depth=2, label="direct_identifier")
    marks = {box["name"].removeprefix("lake/"): box["marks"] for box in found["boxes"] if box["marks"]}
    assert marks == {
        made.FEEDS[0]: ["LABEL_ORIGIN"],
        made.JOINED: ["LABEL"],
        # Of the dataset as a whole; by way of the column it is still there.
        made.CLEARED: ["LABEL", "CLEARED"],
        **{name: ["LABEL"] for name in (made.TRAINING, made.EVALUATION, made.REPORT)},
    }
    (cleared,) = [one for one in found["flows"] if "CLEARED" in one["marks"]]
    assert (cleared["from"]["name"], cleared["to"]["name"], cleared["attested"]) == (made.JOINED, made.CLEARED, True)
    words = page(pipeline, depth=2, label="direct_identifier").words
    assert re.search(rf"said of {made.FEEDS[0]}\s+#\d+", words)
    assert re.search(rf"cleared on the way into {made.CLEARED} by clear\s+#\d+ , where it remains by another", words)


def test_what_came_and_what_went_since_is_told_apart(pipeline: Catalog) -> None:
    before = pipeline.service.ledger.size() - 1
    pipeline.event(made.step("join", 90, made.FEEDS[:2], (made.JOINED,), "2026-02-01T10:00:00Z"))
    pipeline.event(made.step("clear", 91, (made.JOINED,), (made.CLEARED,), "2026-02-02T10:00:00Z"))
    pipeline.event(made.step("publish", 92, (made.CLEARED,), ("artifact/table",), "2026-02-03T10:00:00Z"))
    pipeline.caught_up()
    pipeline.labels_kept()
    found = taken(pipeline, depth=2, since=before)
    assert {box["name"]: box["marks"] for box in found["boxes"] if box["marks"]} == {
        f"lake/{made.FEEDS[2]}": ["WENT"],
        "lake/artifact/table": ["CAME"],
    }
    assert {(one["to"]["name"], *one["marks"]) for one in found["flows"] if one["marks"]} == {
        (made.JOINED, "WENT"),
        ("artifact/table", "CAME"),
    }
    answer = get(pipeline, depth=2, since=before).text
    for mark in ("came", "went"):  # the head of an edge is drawn as its line
        assert re.search(rf'<path class="flow[^"]* {mark}"', answer)
        assert len(re.findall(rf'<path class="head[^"]* {mark}" d="M[^M"]*"', answer)) == 1
    words = page(pipeline, depth=2, since=before).words
    assert "1 node and 1 flow came, 1 node and 1 flow went" in " ".join(words.split())
    assert made.dataset(made.FEEDS[2]) not in places(taken(pipeline, depth=2))
    assert "What went is shown as well" in words
    later = page(pipeline, depth=2, since=pipeline.service.ledger.size() - 1).words
    assert "Nothing came and nothing went since then" in later
    assert "What went" not in later
    # The same between two times, as far as it is known now.
    assert taken(pipeline, depth=2, since="2026-01-15T00:00:00Z")["flows"] == found["flows"]


def test_what_is_labelled_otherwise_since_is_marked_listed_and_counted(pipeline: Catalog) -> None:
    steward = key_of(pipeline, "testperson-gamma", "steward")
    before = pipeline.service.ledger.size() - 1
    feed = {"namespace": made.NAMESPACE, "name": made.FEEDS[1]}
    assert pipeline.record(tag(dataset=feed, column="age"), **steward).status_code == 201
    pipeline.caught_up()
    pipeline.labels_kept()
    found = taken(pipeline, depth=2, since=before)
    marks = {box["name"]: box["marks"] for box in found["boxes"] if box["marks"]}
    assert marks[f"lake/{made.FEEDS[1]}"] == ["CHANGED"]
    assert {mark for several in marks.values() for mark in several} == {"CHANGED"}
    assert {box["key"] for box in found["boxes"] if box["marks"]} <= {one["of"] for one in found["changes"]}
    (said,) = [one for one in found["changes"] if one["of"] == made.dataset(made.FEEDS[1])]
    assert (said["mark"], said["entries"]) == ("CAME", [before + 1])
    assert re.fullmatch(r"[a-z ]+( \([A-R](, [A-R])*\))?, [a-z ]+", said["what"])  # no system of codes in it
    words = " ".join(page(pipeline, depth=2, since=before).words.split())
    assert f"labels or use changed since: {len(marks)} box" in words
    assert re.search(rf"{made.FEEDS[1]} ?: {re.escape(said['what'])} #{before + 1}", words)


def test_columns_are_of_what_was_chosen_alone(pipeline: Catalog) -> None:
    every, one = (taken(pipeline, grain="column", depth=1, **more) for more in ({}, {"column": "ward"}))
    assert len(every["flows"]) > len(one["flows"]) > 0
    assert places(one).keys() == named(made.JOINED, made.CLEARED, made.TRAINING, made.EVALUATION, made.REPORT)
    rows = [
        text
        for text in page(pipeline, grain="column", depth=1, column="ward").of("tspan")
        if text.get("class", "").startswith("row")
    ]
    assert len(rows) == 5
    assert [one["value"] for one in page(pipeline, grain="column").of("input") if one.get("name") == "column"] == list(
        made.COLUMNS
    )
    # In a list of columns each is named with its dataset, as commands do, and a file has its own id.
    ends = {(end["name"], end["id"]) for flow in one["flows"] for end in (flow["from"], flow["to"])}
    assert {name for name, _ in ends} == {
        f"{name}.ward" for name in (made.JOINED, made.CLEARED, made.TRAINING, made.EVALUATION, made.REPORT)
    }
    assert {label_of(identifier) for _, identifier in ends} == {"Column"}
    assert {column["id"] for box in one["boxes"] for column in box["columns"]} == {identifier for _, identifier in ends}
    assert f"{made.JOINED}.ward" in page(pipeline, grain="column", depth=1, column="ward").words
    expanded = taken(pipeline, grain="column", depth=1, column="ward", open=made.dataset(made.JOINED))
    assert places(one).items() <= places(expanded).items()
    assert named(*made.FEEDS) <= places(expanded).keys()


def test_a_column_that_only_a_schema_names_is_not_called_hidden(catalog: Catalog) -> None:
    step = event()
    step["outputs"][0]["facets"] = {"schema": {"fields": [{"name": "age", "type": "int"}]}}
    assert catalog.event(step).status_code == 201
    catalog.caught_up()
    asked: dict[str, object] = {"id": Dataset(**CURATED).id, "grain": "column", "column": "age"}
    names = {flow[end]["name"] for flow in taken(catalog, **asked)["flows"] for end in ("from", "to")}
    assert f"{CURATED['name']}.age" in names
    assert "hidden" not in names


def test_flows_that_the_picture_has_no_line_for_are_listed_and_counted(pipeline: Catalog) -> None:
    """What decides of every column leads to the dataset as a whole, and from there to each: inside of one box."""
    assert "not drawn" not in page(pipeline, grain="column").words
    step = made.step("filter", 9, (made.JOINED,), ("curated/filtered",), "2026-01-09T10:00:00Z")
    facet = step["outputs"][0]["facets"]["columnLineage"]
    facet["dataset"] = [{"namespace": made.NAMESPACE, "name": made.JOINED, "field": "ward"}]
    assert pipeline.event(step).status_code == 201
    pipeline.caught_up()
    asked: dict[str, object] = {"id": made.dataset("curated/filtered"), "grain": "column", "direction": "upstream"}
    flows = taken(pipeline, **asked)["flows"]
    inside = [one["number"] for one in flows if one["from"]["box"] == one["to"]["box"]]
    found = page(pipeline, **asked)
    assert f"{len(inside)} flows of it are not drawn, inside of one box" in found.words
    lines = [one for one in found.of("path") if "data-edge" in one]
    # The flows between the columns of two datasets are stretches of one line.
    assert sum(one["d"].count("M") for one in lines) == len(flows) - len(inside)
    assert all(len(one["data-rows"].split()) == one["d"].count("M") for one in lines)
    assert len({one["data-edge"] for one in lines}) == len(lines) < len(flows) - len(inside)
    assert len(inside) == len(made.COLUMNS)


def test_whatever_the_form_offers_of_a_thing_is_answered(catalog: Catalog) -> None:
    """A model version is walked by exact states: what was ever stated of it, was stated of datasets."""
    for one in (declaration(), seal(), registration()):
        assert catalog.event(event(version={"datasetVersion": DIGEST})).status_code == 201
        assert catalog.record(one).status_code == 201
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
    for root, offered in (
        (version, ["own", "dataset", "snapshot", "column"]),
        (run_node().id, ["own", "run"]),
        (Dataset(**CURATED).id, ["own", "dataset", "snapshot", "column"]),
    ):
        form = page(catalog, id=root)
        (grains,) = re.findall(r'name="grain">(.*?)</select>', get(catalog, id=root).text)
        assert re.findall('value="([a-z]+)"', grains) == offered
        assert all(page(catalog, id=root, grain=one) for one in offered)
        has_ever = "everything ever stated" in form.words
        assert has_ever == (root != run_node().id)
        if has_ever:
            found = page(catalog, id=root, flows="ever")
            assert "--ever-stated" in found.words
            assert taken(catalog, id=root, flows="ever")["flows"] or root == version


def test_a_reader_hears_what_a_box_is_and_goes_to_what_is_known_of_it(pipeline: Catalog) -> None:
    found = page(pipeline, depth=2)
    drawn = places(taken(pipeline, depth=2)).keys()
    boxes = {one["href"].partition("&node=")[2].partition("#")[0]: one for one in found.of("a") if "aria-label" in one}
    links = {key: boxes[quote(short)] for key, short in beginnings(drawn).items() if quote(short) in boxes}
    assert links.keys() == drawn
    assert links[ROOT]["aria-label"] == (
        "cleared lake/curated/ dataset de-identified attested, what is asked about, written by clear"
    )
    joined = links[made.dataset(made.JOINED)]
    assert joined["aria-label"] == (
        "joined lake/curated/ dataset de-identified not attested, step 1 of 2, written by join"
    )
    feed = links[made.dataset(made.FEEDS[2])]
    assert feed["aria-label"] == "set-2 lake/feeds/ dataset RAW, step 2 of 2, more behind it"
    panel = shown(pipeline.client.get(f"/explorer/{feed['href'].partition('#')[0]}", headers=BROWSER))
    assert "Collapse its site, South" in panel.words
    edge = f"{made.dataset(made.JOINED)},{ROOT}"
    flow = page(pipeline, depth=2, edge=edge)
    assert "an attestation covers the step" in flow.words
    assert [one for one in flow.of("aside") if one.get("id") == "panel"]
    assert not page(pipeline, depth=2, node="Dataset:none", edge="").of("aside")


def test_inputs_and_outputs_are_counted_in_words(pipeline: Catalog) -> None:
    panels = {name: page(pipeline, depth=2, node=made.dataset(name)) for name in (made.JOINED, made.FEEDS[2])}
    shown_of = {
        name: shown(pipeline.client.get(f"/explorer/dataset?id={made.dataset(name)}", headers=BROWSER)).words
        for name in (made.JOINED, made.BEHIND)
    }
    assert f"{len(made.FEEDS)} inputs" in shown_of[made.JOINED]
    assert "1 output" in shown_of[made.JOINED]
    assert "0 inputs" in shown_of[made.BEHIND]
    assert f"{len(made.FEEDS)} inputs" in panels[made.JOINED].words
    assert "the walk stopped before that" in panels[made.FEEDS[2]].words
    assert "Collapse what lies behind it" in panels[made.JOINED].words
    assert "Collapse what lies behind it" not in panels[made.FEEDS[2]].words
    # Of what nothing wrote there is no step that somebody could attest.
    assert "Attested" in panels[made.JOINED].words
    assert "Attested" not in panels[made.FEEDS[2]].words


def test_every_file_holds_exactly_what_is_shown(pipeline: Catalog) -> None:
    asked: dict[str, object] = {"depth": 2, "by": "zone", "label": "direct_identifier"}
    found = taken(pipeline, **asked)
    rows = list(csv.DictReader(io.StringIO(get(pipeline, **asked, **{"as": "csv"}).text)))
    assert [int(row["number"]) for row in rows] == [one["number"] for one in found["flows"]]
    assert {row["drawn_from"] for row in rows} == {"", "2 in raw feeds"}
    drawn = shown(get(pipeline, **asked, **{"as": "svg"}))
    moved = [one["transform"] for one in drawn.of("g") if one.get("class", "").startswith("box")]
    on_page = [one["transform"] for one in page(pipeline, **asked).of("g") if one.get("class", "").startswith("box")]
    assert moved == on_page == [f"translate({box['x']} {box['y']})" for box in found["boxes"]]
    image = get(pipeline, **asked, **{"as": "png"})
    assert image.headers["content-type"] == "image/png"
    assert image.content.startswith(b"\x89PNG\r\n")


def test_much_is_collapsed_by_zone_until_it_is_expanded(catalog: Catalog) -> None:
    feeds = tuple(f"feeds/set-{number}" for number in range(MOST_NODES + 10))
    catalog.event(made.step("join", 1, feeds, (made.CLEARED,), "2026-01-01T10:00:00Z"))
    catalog.caught_up()
    first = taken(catalog, depth=1)
    (several,) = [box for box in first["boxes"] if box["standsFor"]]
    assert several["key"] == "zone:raw feeds"
    assert len(first["boxes"]) - 1 + several["standsFor"] == len(feeds) + 1
    text = page(catalog, depth=1).words
    assert f"collapsed by zone: {several['standsFor']} in raw feeds" in text
    assert "Draw all" in text
    opened = taken(catalog, depth=1, open="zone:raw feeds")
    assert len(opened["boxes"]) == len(feeds) + 1
    kept = {key: place for key, place in places(first).items() if key != several["key"]}
    assert kept.items() <= places(opened).items()
    assert len(taken(catalog, depth=1, draw="all")["boxes"]) == len(feeds) + 1


def test_a_label_that_flowed_in_from_what_is_not_shown_is_said_to_be_held(pipeline: Catalog) -> None:
    words = page(
        pipeline, id=made.dataset(made.TRAINING), depth=1, direction="downstream", label="direct_identifier"
    ).words
    assert "said of nothing that is shown: it flowed in from what lies behind; cleared nowhere here" in words
    assert "nothing that is shown holds it" in page(pipeline, depth=1, label="imaging_pixels").words
