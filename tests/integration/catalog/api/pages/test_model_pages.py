"""The pages of a model and of its versions: what each was built from, the raw feeds behind it, what to go back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_schema.nodes import Model, ModelVersion
from tests.integration.catalog.api.pages.test_pages import clinical, get
from tests.support.clinical_story import VERSION
from tests.support.pages import shown
from tests.support.records import MODEL, registration
from tests.support.records import VERSION as OF

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

__all__ = ["clinical"]


def test_a_model_shows_its_versions_the_newest_first_and_leads_to_each(catalog: Catalog) -> None:
    catalog.fill()
    assert catalog.record(registration(version="2")).status_code == 201
    retired = {"kind": "retire_model_version", "model_version": {"model": MODEL, "version": "1"}, "reason": "Made up"}
    assert catalog.record(retired).status_code == 201
    catalog.caught_up()
    page = shown(get(catalog, f"/explorer/model?id={Model(**MODEL).id}"))
    assert "2 versions" in page.words
    links = [one["href"] for one in page.of("a") if one.get("href", "").startswith("model-version?")]
    assert len(links) == 2
    assert links[1] == f"model-version?id={OF.replace(':', '%3A')}"
    assert page.words.count("Made up") == 1
    assert "nowhere" in page.words
    before = shown(get(catalog, f"/explorer/model?id={Model(**MODEL).id}&known=6"))
    assert "1 version" in before.words
    assert get(catalog, f"/explorer/model?id={Model('none', 'there').id}").status_code == 404


def test_a_version_shows_its_code_its_environment_and_the_raw_feeds_behind_it(clinical: Catalog) -> None:
    told = clinical.data(
        "query($id: ID!) { node(id: $id) { ... on ModelVersion { feeds { nodes { nodes { name } } }"
        " registration { code { repository revision } environment { digest } } trainedOn { digest } } } }",
        id=VERSION,
    )["node"]
    page = shown(get(clinical, f"/explorer/model-version?id={VERSION}"))
    built = told["registration"]
    for one in (built["code"]["revision"], built["code"]["repository"], built["environment"]["digest"]):
        assert one in page.words
    assert all(one["digest"] in page.words for one in told["trainedOn"])
    [part] = [one for one in page.of("section") if one.get("hx-select") == "#feeds"]
    feeds = shown(get(clinical, f"/explorer/{part['hx-get']}"))
    names = [one["name"] for one in told["feeds"]["nodes"]["nodes"]]
    assert names
    assert f"{len(names)} raw feeds" in feeds.words
    assert all(name in feeds.words for name in names)
    assert not [one for one in feeds.of("section") if one.get("hx-select") == "#feeds"]


def test_what_to_go_back_to_is_told_with_the_reason_of_each_release(catalog: Catalog) -> None:
    catalog.fill()
    released = {
        "kind": "release_model_version",
        "model_version": {"model": MODEL, "version": "1"},
        "environment": "production",
        "reason": "Made up",
    }
    assert catalog.record(registration(version="2")).status_code == 201
    assert catalog.record(released).status_code == 201
    catalog.caught_up()
    other = ModelVersion(MODEL["namespace"], MODEL["name"], "2").id
    page = shown(get(catalog, f"/explorer/model-version?id={other}&back=production"))
    assert "There is none to go back to." in page.words
    assert "Its release quotes no evaluation of the gate." in page.words
    assert f"lineward model rollback-target {other} --environment production" in page.words
    elsewhere = shown(get(catalog, f"/explorer/model-version?id={other}&back=staging"))
    assert "Its release quotes no evaluation" not in elsewhere.words
