"""The moments of a thing: its page is moved through all of them, in either time, by links and fields alone."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from catalog.api.pages import moments
from graph_schema.nodes import Dataset
from tests.support.pages import BASE, BROWSER, shown
from tests.support.records import CURATED, VERSION, declaration

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

OF = f"id={Dataset(**CURATED).id}"
_STEP = re.compile(r'href="([^"]+)#moments">(Earlier|Later): ')


def page(catalog: Catalog, at: str) -> str:
    answer = catalog.client.get(at, headers=BROWSER)
    assert answer.status_code == 200, (at, answer.text)
    text: str = answer.text
    return text


def steps(text: str, time: str) -> dict[str, str]:
    """Return where a page leads in one time: to the moment earlier, and to the one later."""
    section = text.partition('id="moments"')[2].partition("</section>")[0]
    valid, _, known = section.partition('list="known-moments"')
    found = {way: html.unescape(there) for there, way in _STEP.findall(known if time == "known" else valid)}
    return {way: urljoin(f"{BASE}/explorer/", there).removeprefix(BASE) for way, there in found.items()}


def named(at: str, time: str) -> str:
    return parse_qs(urlsplit(at).query).get(time, ["now"])[0]


@pytest.fixture
def changed(filled: Catalog) -> Catalog:
    """A catalog in which a dataset got four owners after a pipeline had written it."""
    for number in range(4):
        said = {"owner": f"unit {number}", "valid_from": f"2026-02-0{number + 1}T00:00:00Z"}
        assert filled.record(declaration(dataset=CURATED, **said)).status_code == 201
    filled.caught_up()
    return filled


@pytest.mark.parametrize("most", [3, 100])
def test_one_steps_back_through_every_moment_and_forth_again(
    changed: Catalog, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(moments, "MOST", most)
    evidence = page(changed, f"/explorer/evidence?{OF}")
    entries = re.findall(r'<th scope="row"[^>]*><a href="entry\?index=(\d+)', evidence)
    for time, expected in (("known", entries), ("valid", None)):
        at, back = f"/explorer/dataset?{OF}&moments=1", []
        while (at_earlier := steps(page(changed, at), time).get("Earlier")) is not None:
            at = at_earlier
            back.append(named(at, time))
        forth = []
        while (at_later := steps(page(changed, at), time).get("Later")) is not None:
            forth.append(named(at, time))
            at = at_later
        assert forth == back[::-1], time
        assert named(at, time) == "now"
        assert expected is None or forth == expected
        assert len(forth) > 4


def test_at_a_moment_the_whole_page_is_of_then_and_the_banner_says_so(changed: Catalog) -> None:
    now = page(changed, f"/explorer/dataset?{OF}&moments=1")
    assert "unit 3" in now
    earlier = steps(now, "known")["Earlier"]
    then = page(changed, earlier)
    assert "unit 2" not in now.partition("<main")[2]
    for _ in range(2):
        then = page(changed, steps(then, "known")["Earlier"])
    assert "unit 1" in then
    assert "unit 3" not in then
    assert "You look at what was true" in shown(changed.client.get(earlier, headers=BROWSER)).words
    # What was known later is no moment of what was true, as far as it was known then.
    valid = then.partition('id="valid-moments"')[2].partition("</datalist>")[0]
    assert "2026-02-02" in valid
    assert "2026-02-03" not in valid


def test_the_page_stands_at_the_last_moment_before_its_time(changed: Catalog) -> None:
    text = page(changed, f"/explorer/dataset?{OF}&valid=2026-02-02T12:00:00Z")
    assert named(steps(text, "valid")["Earlier"], "valid") == "2026-02-01T00:00:00Z"
    assert named(steps(text, "valid")["Later"], "valid") == "2026-02-03T00:00:00Z"
    # It goes on from there in either time, and a place in a list is left behind.
    text = page(changed, f"/explorer/dataset?{OF}&valid=2026-02-02T12:00:00Z&after=1")
    known = steps(text, "known")["Earlier"]
    assert named(known, "valid") == "2026-02-02T12:00:00Z"
    assert "after" not in known


@pytest.mark.parametrize("at", [f"lineage?{OF}&direction=upstream", f"model-version?id={VERSION}", f"dataset?{OF}"])
def test_moments_are_read_where_they_are_asked_for_alone(filled: Catalog, at: str) -> None:
    text = page(filled, f"/explorer/{at}")
    assert 'id="moments"' not in text
    (link,) = re.findall(r'href="([^"]+)#moments">Move through its changes', text)
    there = urljoin(f"{BASE}/explorer/", html.unescape(link)).removeprefix(BASE)
    assert steps(page(filled, there), "known").keys() == {"Earlier"}
    held = shown(filled.client.get(there, headers=BROWSER))
    for name, value in parse_qs(urlsplit(at).query).items():
        assert any(fields.get(name) == value[0] for _, fields in held.forms), name
