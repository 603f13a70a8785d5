"""What a page leaves to the request of a part: where it is asked for, that it is that alone, and a link without it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from catalog.api.pages.words import field, worded
from graph_schema.nodes import Dataset, Principal
from tests.integration.catalog.api.pages.test_pages import clinical, get
from tests.support import made_up_lineage
from tests.support.clinical_story import CLEARED, VERSION
from tests.support.deployments import deployment
from tests.support.pages import BASE, shown
from tests.support.records import CURATED, RAW, declaration, event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

__all__ = ["clinical"]

OF = {
    "dataset": f"/explorer/dataset?id={Dataset('lake', CLEARED).id}&known=30",
    "model-version": f"/explorer/model-version?id={VERSION}",
}


@pytest.mark.parametrize("at", OF.values(), ids=list(OF))
def test_findings_and_approvals_come_by_requests_of_their_own_and_by_links(clinical: Catalog, at: str) -> None:
    page = shown(get(clinical, at))
    parts = {one["hx-select"]: one for one in page.of("div") if one.get("hx-get")}
    assert parts.keys() == {"#found", "#requests"}
    links = {one["href"] for one in page.of("a") if "href" in one}
    for chosen, part in parts.items():
        assert part["hx-get"] in links  # without JavaScript
        assert ("known=30" in part["hx-get"]) == ("known=30" in at)
        there = shown(get(clinical, urljoin(BASE + at, part["hx-get"]).removeprefix(BASE)))
        assert [one for _, one in there.elements if f"#{one.get('id')}" == chosen]
        # What names the section stands in what comes into it.
        named = {"#found": "findings-title", "#requests": "list"}[chosen]
        assert [one for one in there.of("h2") if one.get("id") == named]


def test_findings_on_one_thing_are_those_that_graphql_tells_of_it(catalog: Catalog) -> None:
    catalog.fill()
    catalog.record(declaration(dataset={"namespace": "landing", "name": "another"}, owner=None))
    catalog.caught_up()
    for one in (Dataset(**CURATED).id, Dataset(**RAW).id):
        page = shown(get(catalog, f"/explorer/findings?id={one}"))
        told = catalog.data("query($id: ID!) { node(id: $id) { ... on Dataset { findings { text } } } }", id=one)
        texts = [each["text"] for each in told["node"]["findings"]]
        number = len(texts)
        assert f"{number} finding{'' if number == 1 else 's'}" in page.words
        assert all(text in page.words for text in texts)
        assert f"--subject {one}" in page.words
    assert get(catalog, f"/explorer/findings?id={Dataset('none', 'there').id}").status_code == 404


def test_a_column_shows_why_it_has_its_labels_what_was_cleared_and_where_it_came_from(pipeline: Catalog) -> None:
    pipeline.labels_kept()
    labels = "{ labels { phiKind because } cleared { phiKind } }"
    query = (
        "query($id: ID!) { node(id: $id) { ... on Dataset { columns { nodes {"
        f" name origins {{ entry }} effectiveLabels {labels} }} }} }} }} }}"
    )
    met = 0
    for name in (made_up_lineage.JOINED, made_up_lineage.CLEARED):
        at = f"/explorer/dataset?id={made_up_lineage.dataset(name)}"
        whole = shown(get(pipeline, at))
        links = [one["href"] for one in whole.of("a") if "column=" in one.get("href", "")]
        told = pipeline.data(query, id=made_up_lineage.dataset(name))["node"]["columns"]["nodes"]
        assert len(told) == len(links) > 0
        for link, one in zip(links, told, strict=True):
            page = shown(get(pipeline, urljoin(f"{BASE}/explorer/", link).removeprefix(BASE)))
            section = page.words[page.words.index(f"Column {one['name']}") :]
            assert ("Derived from" in section) == bool(one["origins"])
            for label in one["effectiveLabels"]["labels"]:
                assert worded(label["phiKind"]) in section
                assert all(f"#{entry}" in section for entry in label["because"][:12])
                met += 1
    assert met
    at = f"/explorer/dataset?id={made_up_lineage.dataset(made_up_lineage.CLEARED)}"
    assert get(pipeline, f"{at}&column=none").status_code == 404


def test_the_models_that_run_on_a_dataset_are_told_where_they_are_asked_for(catalog: Catalog) -> None:
    catalog.fill()
    at = f"/explorer/dataset?id={Dataset(**RAW).id}"
    assert "None that was made of it runs anywhere." in shown(get(catalog, f"{at}&live=1")).words
    assert catalog.record(deployment()).status_code == 201
    catalog.caught_up()
    [link] = [one for one in shown(get(catalog, at)).of("a") if one.get("hx-select") == "#live"]
    found = shown(get(catalog, urljoin(f"{BASE}/explorer/", link["href"]).removeprefix(BASE).partition("#")[0]))
    told = catalog.data(
        "query($of: ID!) { liveModels(of: $of) { ... on LiveModels { models {"
        " deployments { placeName } entries } } } }",
        of=Dataset(**RAW).id,
    )["liveModels"]["models"]
    assert len(told) == 1
    section = found.words[found.words.index("Models that run on it") :]
    assert told[0]["deployments"][0]["placeName"] in section
    assert all(f"#{entry}" in section for entry in told[0]["entries"])


def test_all_values_of_a_facet_are_shown_where_the_address_asks_for_them(catalog: Catalog) -> None:
    for number in range(12):
        named = {"namespace": "landing", "name": f"visits-{number}"}
        assert catalog.record(declaration(dataset=named, site=f"site-{number:02}")).status_code == 201
    catalog.caught_up()
    page = shown(get(catalog, "/"))
    [more] = [one for one in page.of("button") if one.get("name") == "every"]
    assert (more["value"], "and 4 more" in page.words) == ("site", True)
    whole = shown(get(catalog, "/?every=site"))
    values = [one["value"] for one in whole.of("input") if one.get("name") == "site"]
    assert sorted(values) == [f"site-{number:02}" for number in range(12)]
    # It stays so while one types on.
    assert whole.forms[0][1]["every"] == "site"
    assert "and 4 more" in shown(get(catalog, "/?every=none")).words


def test_what_is_not_recorded_is_called_on_the_home_page_as_on_a_datasets(catalog: Catalog) -> None:
    assert catalog.event(event()).status_code == 201
    catalog.caught_up()
    labels = {one["value"] for one in shown(get(catalog, "/")).of("input") if one.get("name") == "gap"}
    words = shown(get(catalog, "/")).words
    assert labels
    assert all(field(one) in words for one in labels)


def test_the_entries_behind_a_thing_are_asked_for_by_a_command_that_lists_them(clinical: Catalog) -> None:
    of = Dataset("lake", CLEARED).id
    for identifier in (of, VERSION, Principal("local").id):
        page = get(clinical, f"/explorer/evidence?id={identifier}").text
        assert re.findall(r"<code>(lineward .*?)</code>", page) == [f"lineward ledger entries --about {identifier}"]
    later = get(clinical, f"/explorer/evidence?id={of}&after=3").text
    assert f"<code>lineward ledger entries --about {of} --after 3</code>" in later
