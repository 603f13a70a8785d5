"""The explorer in a real browser: what people do there, on any screen, with and without JavaScript."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Page, expect

from catalog.api.pages.lineage_graph.asked import beginnings
from catalog.ledger.keys import SiteKeys
from graph_schema.nodes import Column, Dataset, Job, Model, ModelVersion
from reports.standalone.container import canonical, put, take
from reports.standalone.verification import verify
from tests.e2e.conftest import DESKTOP, Open, Server, Start, command, recorded
from tests.integration.catalog.api.pages.test_hostile_names import DATASET as HOSTILE_SET
from tests.integration.catalog.api.pages.test_hostile_names import HOSTILE
from tests.support.browser import Watched
from tests.support.issued import Issuer, changed, leaves
from tests.support.records import (
    CURATED,
    DIGEST,
    JOB,
    MANIFEST,
    MODEL,
    RAW,
    RUN,
    attestation,
    declaration,
    event,
    registration,
    run_node,
)
from tests.support.typed import typed

VISITS, FEED = Dataset(**CURATED).id, Dataset(**RAW).id
_VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
PAGES = {
    "home": "/",
    "work": "/explorer/work",
    "record": "/explorer/record",
    "record of a dataset": f"/explorer/record?id={VISITS}",
    "form": f"/explorer/record?kind=declare_dataset&id={VISITS}&value=%2Fencryption_keys%2F0%2Fkey%3Dmade-up",
    "labels": "/explorer/labels",
    "attestation": f"/explorer/attestation?id={Job(**JOB).id}&method=SAFE_HARBOR&codes=H&scope=All&result=None",
    "mappings": "/explorer/mappings?mapping=ours&facet=schema&on=dataset&pointer=/fields&target=owner&reason=Ours",
    "safe": "/explorer/safe?question=sharing",
    "dataset": f"/explorer/dataset?id={VISITS}",
    "lineage": f"/explorer/lineage?id={VISITS}",
    "marked lineage": f"/explorer/lineage?id={VISITS}&node={FEED}&mark=choke_points&label=direct_identifier&since=1",
    "drift": f"/explorer/drift?id={VISITS}",
    "history": f"/explorer/history?id={VISITS}&aspect=schema",
    "use": f"/explorer/use?id={VISITS}&purpose=HRESCH",
    "consent": f"/explorer/consent?id={FEED}",
    "evidence": f"/explorer/evidence?id={VISITS}",
    "model": f"/explorer/model?id={Model(**MODEL).id}",
    "model version": f"/explorer/model-version?id={ModelVersion(MODEL['namespace'], MODEL['name'], '1').id}"
    "&purpose=HOPERAT&place=North&for=production",
    "access": f"/explorer/access?id={VISITS}",
    "versions": f"/explorer/versions?id={ModelVersion(MODEL['namespace'], MODEL['name'], '1').id}",
    "job": f"/explorer/job?id={Job(**JOB).id}",
    "run": f"/explorer/run?id={run_node().id}",
    "findings": "/explorer/findings",
    "approvals": f"/explorer/approvals?id={VISITS}",
    "approval": "/explorer/approval?request=7",
    "ledger": "/explorer/ledger",
    "entry": "/explorer/entry?index=0",
    "consistency": "/explorer/consistency?old=3&new=7",
    "verify": "/explorer/verify",
    "operation": "/explorer/operation",
    "principals": "/explorer/principals",
    "policies": "/explorer/policies",
    "another time": f"/explorer/dataset?id={VISITS}&known=3",
    "a run of another time": f"/explorer/run?id={run_node().id}&known=3",
    "nothing": "/explorer/dataset?id=Dataset:none",
}
pytestmark = pytest.mark.timeout(300)


def test_one_searches_as_one_types_opens_a_dataset_and_follows_its_lineage(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/")
    expect(page.locator(".who")).to_contain_text("local principal")
    page.locator("#q").press_sequentially("visits", delay=20)
    expect(page).to_have_url(re.compile(r"q=visits"))
    expect(page.locator("#q")).to_be_focused()
    found = page.locator(".finds").get_by_role("link", name="visits", exact=True).first
    page.locator(".choice[value=Dataset]").check()
    expect(page).to_have_url(re.compile("label=Dataset"))
    expect(page.locator(".choice[value=Dataset]")).to_be_checked()
    found.click()
    expect(page.locator("h1")).to_have_text("visits")
    expect(page.locator("#approvals h2")).to_contain_text("for approval")  # it came by a request of its own
    expect(page.locator("#findings h2")).to_contain_text("finding")
    page.get_by_role("link", name="All of its lineage").click()
    expect(page.locator("svg.picture")).to_be_visible()
    page.locator("svg.picture a").first.click()
    expect(page).to_have_url(re.compile("(node|edge)="))
    expect(page.locator("h1")).to_contain_text("visits")
    page.go_back()
    expect(page).not_to_have_url(re.compile("(node|edge)="))
    page.go_back()
    expect(page).to_have_url(re.compile("/explorer/dataset"))
    tab.check()


_OF_FILES = {"record", "verify"}
"""Commands that pages name with a file that somebody has to write first."""
_NAMED = {
    "dataset": "visits",
    "lineage": "visits",
    "model version": "readmission",
    "job": "curate",
}


def test_the_command_that_a_page_names_answers_of_the_same_thing(server: Server, tmp_path: Path) -> None:
    run = set()
    for name, address in PAGES.items():
        page = httpx2.get(f"{server.url}{address}", headers={"Accept": "text/html"}, trust_env=False, timeout=60).text
        found = re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)
        line = shlex.split(html.unescape(found[-1])) if found and name != "nothing" else ["lineward", "verify"]
        if line[1] in _OF_FILES or tuple(line) in run:
            continue
        run.add(tuple(line))
        words, given = (line[1:-2], line[-1]) if "<<<" in line else (line[1:], "")
        done = typed(tmp_path / "data", *words, stdin=given.encode())
        # 1 says no: what was asked for is not so.
        assert done.code in {0, 1} or "No set of policies was published" in done.err, (name, line, done.err)
        assert _NAMED.get(name, "") in done.out, (name, line, done.out)
    assert len(run) > len(PAGES) // 2


def test_an_entry_is_verified_in_the_browser_and_a_forged_one_is_not(open_: Open, server: Server) -> None:
    tab = open_()
    for index in (0, 3, 6):
        tab.page.goto(f"{server.url}/explorer/entry?index={index}")
        page = httpx2.get(tab.page.url, headers={"Accept": "text/html"}, trust_env=False, timeout=60).text
        expect(tab.page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
        expect(tab.page.locator("#body-proof")).to_have_text(re.compile("^Verified in your browser"))
        (body,) = re.findall(r'id="entry-body">(.*?)</code>', page, re.DOTALL)
        assert tab.page.locator("#entry-body").text_content() == html.unescape(body)
        expect(tab.page.locator(".facts")).to_contain_text(re.findall(r'data-of="recorded_at">(.*?)<', page)[0])
    forged: list[Callable[[str], str]] = []

    def forge(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=forged[-1](answer.text()))

    tab.page.route("**/explorer/entry?index=2", forge)

    def look(change: Callable[[str], str]) -> tuple[str, str]:
        """Return what is found of the entry and of its body where the page was changed on its way."""
        forged.append(change)
        tab.page.goto(f"{server.url}/explorer/entry?index=2")
        expect(tab.page.locator("#proof")).to_have_text(re.compile("^(Verified|This does not verify)"))
        if tab.page.locator("#proof.good").count():
            expect(tab.page.locator("#body-proof")).to_have_text(re.compile("^(Verified|This does not verify)"))
        return tab.page.locator("#proof").inner_text(), tab.page.locator("#body-proof").text_content() or ""

    assert look(lambda page: page.replace("local", "other"))[0].startswith("This does not verify")
    for name in ("root", "leaf", "path"):
        entry, _ = look(partial(_changed_in, before=f'data-{name}="', at=5))
        assert entry.startswith("Verified" if name == "leaf" else "This does not verify"), name
    for name in ("salt", "body"):
        entry, body = look(partial(_changed_in, before=f'data-{name}="', at=6))
        assert (entry.split()[0], body.split(":")[0]) == ("Verified", "This does not verify"), name
    # What stands beside the bytes is put right by what they say.
    for change in (lambda page: page.replace("record.declare_dataset</span>", "record.tag</span>"), _other_body):
        entry, body = look(change)
        assert (entry.split()[0], body.split()[0]) == ("Verified", "Verified")
        expect(tab.page.locator("h1")).to_contain_text("declare_dataset")
        assert "another owner" not in tab.page.locator("#entry-body").inner_text()
    tab.check()


def _changed_in(page: str, before: str, at: int) -> str:
    """Return a page with another character so many behind a text, without one so many before its end."""
    place = (page.index(before) + len(before) + at) if before else len(page) + at
    return page[:place] + ("1" if page[place] != "1" else "2") + page[place + 1 :]


def _other_body(page: str) -> str:
    """Return the page with another owner in the body as it is read."""
    head, mark, rest = page.partition('id="entry-body">')
    return head + mark + re.sub(r"(owner&#34;: &#34;)[^&]*", r"\1another owner", rest)


def test_the_browser_finds_that_the_ledger_only_grew_and_every_forged_proof(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/explorer/ledger")
    page.get_by_role("link", name="Whether the ledger only grew").click()
    forged = 0
    for old, new in combinations_with_replacement(range(1, 9), 2):
        if (old, new) in {(3, 7), (4, 8), (5, 5)}:
            page.goto(f"{server.url}/explorer/consistency?old={old}&new={new}")
            expect(page.locator("#consistency")).to_have_text(re.compile("^Verified in your browser"))
        proof = httpx2.get(f"{server.url}/explorer/consistency?old={old}&new={new}", trust_env=False, timeout=60).text
        given = [re.findall(f'data-{name}="([^"]*)"', proof)[0] for name in ("old-root", "new-root", "path")]
        assert _consistent(page, old, new, *given), (old, new)
        other = "0" * 64
        for wrong in (
            (other, *given[1:]),
            (given[0], other, given[2]),
            (*given[:2], f"{given[2]} {other}".strip()),
            (*given[:2], " ".join(given[2].split()[:-1]) if given[2] else other),
        ):
            forged += 1
            assert not _consistent(page, old, new, *wrong), (old, new, wrong)
    assert forged == 36 * 4
    tab.check()


def _consistent(page: Page, old: int, new: int, *given: str) -> bool:
    found: bool = page.evaluate(
        "async ([old, size, before, after, path]) => {"
        " const { consistent } = await import(new URL('proof.mjs', location.href).href);"
        " const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));"
        " return consistent(old, size, before, after, path ? path.split(' ').map(bytes) : []); }",
        [str(old), str(new), *given],
    )
    return found


def test_all_of_it_works_without_javascript(open_: Open, server: Server) -> None:
    tab = open_(java_script_enabled=False)
    page = tab.page
    page.goto(f"{server.url}/")
    page.locator("#q").fill("visits")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"\?q=visits"))
    page.locator(".finds").get_by_role("link", name="visits", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("visits")
    page.get_by_role("combobox", name="For").fill("HRESCH")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".decision")).to_be_visible()
    page.goto(f"{server.url}/explorer/lineage?id={VISITS}&grain=dataset")
    page.locator(f'svg.picture a[href*="&node={quote(_beginning(FEED))}"]').click()
    page.locator("#panel").get_by_role("link", name="Collapse its site").click()
    expect(page.locator("main")).to_contain_text("Collapsed: 1")
    page.get_by_role("link", name="Expand all").click()
    expect(page.locator("main")).not_to_contain_text("Collapsed: 1")
    page.goto(f"{server.url}/explorer/findings")
    page.locator("details", has_text="Decide").first.locator("summary").last.click()
    page.get_by_label("Reason").first.fill("Seen to")
    page.get_by_role("button", name="Acknowledge").first.click()
    expect(page).to_have_url(re.compile("/explorer/findings$"))
    expect(page.locator("main")).to_contain_text("Seen to")
    page.goto(f"{server.url}/explorer/record?kind=declare_dataset&id={VISITS}")
    page.get_by_label("Persons").fill("many")
    page.get_by_label("Site").fill("North")
    page.get_by_role("button", name="Record it").last.click()
    expect(page.get_by_role("alert")).to_contain_text("persons is a whole number")
    page.get_by_label("Persons").fill("12")
    page.get_by_role("button", name="Record it").last.click()
    expect(page.locator("main")).to_contain_text('"site": "North"')
    tab.complaints = [one for one in tab.complaints if "422" not in one]
    tab.check()


def test_a_page_is_moved_through_time_by_a_slider_and_keys_alone(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    for place in (f"dataset?id={VISITS}", f"lineage?id={VISITS}&grain=dataset", f"model-version?id={_VERSION}"):
        page.goto(f"{server.url}/explorer/{place}")
        page.locator("details.when summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        slider = page.get_by_role("slider", name="as far as it was known by")
        expect(slider).to_have_attribute("aria-valuetext", "now")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^entry #\d, \d{4}-\d\d-\d\d [\d:]+ UTC: \w"))
        expect(page).to_have_url(re.compile(r"known=\d.*#known-slider$"))
        expect(page.get_by_role("status").first).to_contain_text("You look at what was true")
        # One goes on from where one left it, and back leads to where one was.
        expect(slider).to_be_focused()
        expect(page.get_by_label("as far as it was known by").first).to_have_value(re.compile(r"^\d$"))
        page.keyboard.press("End")
        expect(page).not_to_have_url(re.compile("known="))
        expect(slider).to_have_attribute("aria-valuetext", "now")
        page.go_back()
        expect(slider).to_have_attribute("aria-valuetext", re.compile("^entry #"))
        assert tab.wide_by() <= 0
        assert tab.violations() == []
    tab.check()


def test_one_walks_the_picture_by_keys_and_keeps_ones_place(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/explorer/lineage?id={VISITS}&direction=both&grain=dataset")
    picture = page.get_by_role("application", name="Picture of the lineage")
    expect(picture).to_be_visible()
    page.evaluate("window.samePage = true")
    picture.focus()
    page.keyboard.press("ArrowRight")
    focused = page.locator("a[data-key]:focus")
    expect(focused).to_have_attribute("data-key", _beginning(VISITS))
    expect(focused).to_have_attribute("aria-label", re.compile("what is asked about, written by curate"))
    page.keyboard.press("ArrowLeft")
    expect(focused).to_have_attribute("aria-label", re.compile(r"^visits landing/ dataset raw feed.*, step 1 of \d"))
    _walk_flows(page)
    picture.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    for key in ("+", "+", "-"):
        page.keyboard.press(key)
    expect(page.locator(".world")).to_have_attribute("transform", re.compile(r"scale\(2\.8\)"))  # in the next frame
    before = page.locator(".world").get_attribute("transform")
    places = _places(page)
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("Whole name")
    expect(page).to_have_url(re.compile("node=Dataset"))
    expect(page.locator(".world")).to_have_attribute("transform", before or "")
    page.get_by_role("link", name="Collapse its zone").click()
    expect(page.locator("#panel")).to_contain_text("1 thing in this box")
    expect(page.locator("main")).to_contain_text("Collapsed: 1 in")
    now = _places(page)
    assert {key: place for key, place in places.items() if key != _beginning(FEED)}.items() <= now.items()
    page.go_back()
    page.go_back()
    expect(page.locator("#panel")).to_have_count(0)
    assert _places(page) == places
    assert page.evaluate("window.samePage") is True
    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + box["height"] - 60, steps=3)
    page.mouse.up()
    expect(page.locator(".world")).not_to_have_attribute("transform", before or "")
    expect(page).not_to_have_url(re.compile("edge="))
    tab.check()


def _beginning(key: str) -> str:
    """Return what a picture of few things calls one."""
    return beginnings([key])[key]


def _walk_flows(page: Page) -> None:
    """Go from a node to its flows by keys, to their ends and to what is known of one, and back."""
    page.keyboard.press("e")
    flow = page.locator(".number:focus")
    expect(flow).to_have_attribute(
        "aria-label", re.compile(r"^Flow \d, 1 of \d: from visits to visits, step 1 of \d, through curate")
    )
    expect(page.locator(".flow.followed")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator("a[data-key]:focus")).to_have_attribute("data-key", _beginning(VISITS))
    page.keyboard.press("Shift+E")
    expect(flow).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("edge=Dataset"))
    expect(page.locator("#panel")).to_be_visible()
    page.go_back()
    expect(page.locator("#panel")).to_have_count(0)


def test_each_flow_of_the_picture_is_reached_and_opened_by_keys_alone(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/explorer/lineage?id={VISITS}&direction=both&grain=dataset")
    page.get_by_role("application", name="Picture of the lineage").focus()
    page.keyboard.press("Tab")
    flow, several = page.locator(".number:focus"), page.locator("svg.picture .number").count()
    met = set()
    for _ in range(several):
        heard = flow.get_attribute("aria-label") or ""
        assert re.match(r"Flow \d+: from .+ to .+, through ", heard)
        expect(page.locator(".flow.followed")).to_have_count(1)
        met.add(heard)
        page.keyboard.press("ArrowDown")
    assert len(met) == several >= 1
    # All of them are one stop: the next one is behind the picture, and back again is where one was.
    expect(flow).to_have_attribute("aria-label", re.compile("^Flow 1: "))
    page.keyboard.press("Tab")
    expect(page.locator("svg.picture :focus")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    expect(flow).to_have_attribute("aria-label", re.compile("^Flow 1: "))
    page.keyboard.press("Escape")
    expect(page.locator("a[data-key]:focus")).to_have_attribute("data-key", _beginning(VISITS))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    expect(page).to_have_url(re.compile("edge=Dataset"))
    assert tab.violations() == []
    tab.check()


def test_that_a_step_is_attested_is_heard_of_its_flow(open_: Open, server: Server, tmp_path: Path) -> None:
    key = _key(tmp_path / "data", "testperson-alpha", "steward")
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=server.url, trust_env=False, timeout=60, headers=headers) as client:
        recorded(client, attestation())
    tab = open_()
    page = tab.page
    lineage = f"{server.url}/explorer/lineage?id={VISITS}&direction=both"
    page.goto(lineage)
    _sign_in(page, key)
    expect(page.locator("h1")).to_have_text("visits")
    # In the list the flow's row tells it; of a flow on another page of the list its line does.
    for address in (lineage, f"{lineage}&after=1"):
        page.goto(address)
        page.get_by_role("application", name="Picture of the lineage").focus()
        page.keyboard.press("Tab")
        heard = re.compile(r"^Flow 1: from visits to readmission 1, .*\battested$")
        expect(page.locator(".number:focus")).to_have_attribute("aria-label", heard)
    assert [one for one in tab.complaints if not re.search("40[13]", one)] == []


def test_text_is_laid_out_of_what_one_sees_of_a_large_picture_and_all_of_it_without_scripts(
    open_: Open, reported: Server
) -> None:
    many = [{**RAW, "name": f"feeds/set-{number:03}"} for number in range(250)]
    with httpx2.Client(base_url=reported.url, trust_env=False, timeout=60) as client:
        made = event() | {"inputs": many, "outputs": [{**CURATED, "name": "of-many"}]}
        assert client.post("/api/v1/lineage", json=made).status_code == 201
    address = f"{reported.url}/explorer/lineage?id={Dataset(CURATED['namespace'], 'of-many').id}&draw=all&grain=dataset"
    shown = (
        "[...document.querySelectorAll('svg.picture .box > text')].filter((one) => one.getClientRects().length).length"
    )
    seen = """(box) => {
      const { left, right, top, bottom } = document.querySelector(".canvas").getBoundingClientRect();
      const name = document.querySelector(`.box${box} .name`).getBoundingClientRect();
      return name.height > 9 && name.left > left && name.right < right && name.top > top && name.bottom < bottom;
    }"""
    plain = open_(java_script_enabled=False).page
    plain.goto(address)
    names = plain.locator("svg.picture .box > text")
    several = names.count()
    assert several == len(many) + 2  # the run had read another before
    assert all(names.nth(number).is_visible() for number in (0, 125, 250))
    written = plain.locator(".canvas .numbers text")
    assert written.count() == several - 1
    assert all(written.nth(number).is_visible() for number in (0, 125, 249))
    tab = open_()
    page = tab.page
    page.goto(address)
    expect(page.locator(".live .near")).not_to_have_count(0)
    # One begins where one asked, large enough to be read, and nothing lies upon the drawing's upper edge.
    assert page.evaluate(seen, ":has(.root)")
    tools, canvas = page.locator(".tools").bounding_box(), page.locator(".canvas").bounding_box()
    assert tools is not None
    assert canvas is not None
    assert tools["y"] + tools["height"] <= canvas["y"]
    assert 0 < page.evaluate(shown) < 100
    assert 1 < page.locator("svg.picture .number:visible").count() < 100
    picture = page.get_by_role("application", name="Picture of the lineage")
    picture.focus()
    page.keyboard.press("e")
    for _ in range(3):  # the flows stand far from one another, and each is drawn before one goes there
        page.keyboard.press("Shift+E")
        expect(page.locator(".number:focus")).to_be_visible()
    expect(page.locator(".flow.followed")).to_have_count(1)
    # What is chosen is brought into sight beside the panel that tells of it.
    page.locator("svg.picture a").first.dispatch_event("click")
    expect(page.locator("#panel")).to_be_visible()
    expect(page.locator(".box.chosen .near")).to_have_count(1)
    assert page.evaluate(seen, ".chosen")
    page.get_by_role("link", name="Close").click()
    expect(page.locator("#panel")).to_have_count(0)
    picture.focus()
    page.keyboard.press("0")
    expect(page.locator("svg.picture.far")).to_have_count(1)
    assert page.evaluate(shown) == 0
    page.emulate_media(media="print")
    assert page.evaluate(shown) == several
    tab.check()


def test_of_the_flows_between_the_columns_of_two_datasets_the_one_that_is_pointed_at_is_opened(
    open_: Open, reported: Server
) -> None:
    names = [f"column_{number}" for number in range(5)]
    fields = {name: {"inputFields": [{**RAW, "field": name}]} for name in names}
    output = {**CURATED, "name": "of-columns", "facets": {"columnLineage": {"fields": fields}}}
    with httpx2.Client(base_url=reported.url, trust_env=False) as client:
        made = event() | {"inputs": [RAW], "outputs": [output]}
        assert client.post("/api/v1/lineage", json=made).status_code == 201
    root = Dataset(CURATED["namespace"], "of-columns")
    sets = ((RAW["namespace"], RAW["name"]), (root.namespace, root.name))
    tab = open_()
    page = tab.page
    page.goto(f"{reported.url}/explorer/lineage?id={root.id}&grain=column")
    line = page.locator(".live .flow")
    expect(line).to_have_count(1)
    for place, name in enumerate(names):
        page.evaluate(_POINT_AT, place)
        meant = [Column(space, dataset, name).id[: len("Column:") + 6] for space, dataset in sets]
        expect(page).to_have_url(re.compile("edge=" + ".*".join(map(quote, meant))))
        expect(page.locator("#between h3")).to_have_count(1)
        page.go_back()
        expect(page.locator("#panel")).to_have_count(0)
    tab.check()


_POINT_AT = """(place) => {
  const line = document.querySelector(".live .flow");
  const [, x, y] = [...line.getAttribute("d").matchAll(/M(\\d+) (\\d+)/g)][place];
  const { x: clientX, y: clientY } = new DOMPoint(+x + 3, +y).matrixTransform(line.getScreenCTM());
  line.dispatchEvent(new MouseEvent("click", { clientX, clientY, bubbles: true }));
}"""
"""Clicks where a stretch of the picture's one line begins."""


def _places(page: Page) -> dict[str, str]:
    """Return where each box of the picture stands."""
    found: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('a[data-key]')].map((one) =>"
        " [one.dataset.key, one.querySelector('.box').getAttribute('transform')]))"
    )
    return found


@pytest.mark.timeout(400)
@pytest.mark.parametrize("width", [320, DESKTOP, 3840])
def test_no_page_is_wider_than_its_screen_and_axe_finds_nothing(open_: Open, server: Server, width: int) -> None:
    titles: list[str] = []
    for scheme in ("light", "dark") if width == DESKTOP else ("light",):
        tab = open_(width, color_scheme=scheme)
        # In the dark every page is looked at without its scripts, and those that a script draws with them as well.
        passes = [(PAGES, scheme == "light")]
        if scheme == "dark":
            passes.append(({name: address for name, address in PAGES.items() if "lineage" in name}, True))
        for pages, has_scripts in passes:
            with nullcontext() if has_scripts else tab.plain():
                for name, address in pages.items():
                    answer = tab.page.goto(f"{server.url}{address}")
                    assert answer is not None
                    assert answer.status == (404 if name == "nothing" else 200), name
                    assert tab.wide_by() <= 0, name
                    assert width != DESKTOP or tab.violations() == [], name
                    assert tab.page.locator(".canvas.live").count() == (has_scripts and "lineage" in name), name
                    lists = tab.page.locator("details.changes[open] li, .legend li[data-mark]")
                    assert lists.count() >= 2 * (name == "marked lineage"), name
                    if scheme == "light" and width == DESKTOP:
                        titles.append(tab.page.title())
                        _reach_all_by_keys(tab.page, name)
        tab.complaints = [one for one in tab.complaints if "404" not in one]
        tab.check()
    # A page says in its title what it is, and what it is of.
    assert len(set(titles)) >= len(titles) - 6, Counter(titles).most_common(6)


def _reach_all_by_keys(page: Page, name: str) -> None:
    """Go into a page by its first stop, and hold each stop behind it to being seen while it is the one."""
    page.keyboard.press("Tab")
    skip = page.locator(".skip:focus")
    expect(skip, name).to_have_text("Skip to the content")
    assert (skip.bounding_box() or {"height": 0})["height"] > 10, name
    page.keyboard.press("Enter")
    expect(page.locator("main"), name).to_be_focused()
    unseen, stops, first = [], 0, page.url
    for _ in range(400):
        page.keyboard.press("Tab")
        found = page.evaluate(_STOP)
        if found is None:
            break
        stops += 1
        if not found["seen"]:
            unseen.append(found["html"])
    assert unseen == [], name
    assert stops > 2, name
    assert page.url.partition("#")[0] == first.partition("#")[0], name


_STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one.matches(".skip")) return null;
  const shown = one.closest("svg") ? one.querySelector(".node") ?? one : one;
  const { outlineStyle, strokeWidth } = getComputedStyle(shown);
  const { width, height } = one.getBoundingClientRect();
  const marked = outlineStyle !== "none" || parseFloat(strokeWidth) >= 3 || one.matches("svg, .number");
  // The button of the calendar is inside of a field for dates, and the browser's own, with a ring of its own.
  const calendar = one.matches("[type=date]");
  return { seen: (marked || calendar) && width > 0 && height > 0, html: one.outerHTML.slice(0, 120) };
}"""


def test_a_report_is_verified_without_being_sent(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
    files = {
        form: httpx2.get(f"{server.url}/api/v1/reports/model-dossier/{version}.{form}", trust_env=False, timeout=60)
        for form in ("pdf", "html", "json")
    }
    page.goto(f"{server.url}/explorer/ledger")
    page.get_by_role("link", name="Verify a report or proof file").click()
    expect(page.get_by_label("Report or proof")).to_be_visible()
    page.wait_for_load_state("load")  # what the page itself is made of has come
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    verdict = page.locator("#verdict")
    for form, answer in files.items():
        assert answer.status_code == 200
        one: Any = {"name": f"report.{form}", "mimeType": "application/octet-stream", "buffer": answer.content}
        page.get_by_label("Report or proof").set_input_files(one)
        expect(verdict).to_contain_text(f"Everything that a browser checks of report.{form} holds")
        expect(verdict.locator("h2")).to_have_text(re.compile("^NOT VERIFIED: report MPD-"))
        assert verdict.locator(".tag.fail").count() == 0
        assert verdict.locator(".tag.unknown").count() == 1
        one["buffer"] = answer.content.replace(b"readmission", b"readmissiom", 1)
        page.get_by_label("Report or proof").set_input_files(one)
        expect(verdict.locator("h2")).to_have_text(re.compile("^FAILED"))
        # What was issued before format 2 was put together otherwise.
        pages, evidence = take(answer.content)
        one["buffer"] = put(pages, canonical(json.loads(evidence) | {"format": "lineward.report/1"}))
        page.get_by_label("Report or proof").set_input_files(one)
        expect(verdict.locator("h2")).to_have_text(re.compile("^FAILED"))
        expect(verdict).to_contain_text("The file is of format 1, which lineward verify reads; ask for the report anew")
    key = page.get_by_label("Key of the log")
    key.fill("")
    page.get_by_label("Report or proof").set_input_files(
        {"name": "report.json", "mimeType": "application/json", "buffer": files["json"].content}
    )
    expect(verdict).to_contain_text("What was given as the key is no verifier key")
    page.evaluate(
        "() => { const data = new DataTransfer(); data.items.add(new File(['<b>no report'], 'a \\u202egnp.txt'));"
        " dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true })); }"
    )
    expect(verdict).to_contain_text("is no PDF, no HTML page and no JSON object")
    expect(verdict).to_contain_text("a \\u{202E}gnp.txt")
    assert requests == []
    tab.check()


def test_an_entry_with_its_proof_is_taken_along_and_verified_without_being_sent(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/explorer/entry?index=3")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Take the proof along").click()
    proof = Path(downloading.value.path()).read_text()
    page.get_by_role("link", name="verify it here").click()
    expect(page.get_by_label("Report or proof")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.wait_for_load_state("load")  # what the page itself is made of has come
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    verdict = page.locator("#verdict")

    def given(text: str) -> None:
        one: Any = {"name": "entry.tlog-proof", "mimeType": "text/plain", "buffer": text.encode()}
        page.get_by_label("Report or proof").set_input_files(one)

    given(proof)
    expect(verdict.locator("h2")).to_have_text("VERIFIED: entry #3")
    expect(verdict).to_contain_text("by local, is in the tree of")
    head, extra, index, *rest = proof.split("\n")
    other = base64.b64encode(base64.b64decode(extra.removeprefix("extra ")).replace(b"local", b"other")).decode()
    for wrong, sentence in (
        ([head, f"extra {other}", index, *rest], "#3 is not in the tree"),
        ([head, extra, "index 2", *rest], "#2 is not in the tree"),
        ([head, extra, index, *rest[1:]], "#3 is not in the tree"),
        ([head, index, *rest], "does not hold the entry's own bytes"),
        ([head, extra, index, *rest[:-2], _changed_in(rest[-2], "", -9), ""], "is not signed by"),
    ):
        given("\n".join(wrong))
        expect(verdict.locator("h2")).to_have_text(re.compile("^FAILED"))
        expect(verdict).to_contain_text(sentence)
    key = page.get_by_label("Key of the log")
    own = key.input_value()
    key.fill(own.replace("ledger", "other"))
    given(proof)
    expect(verdict.locator("h2")).to_have_text(re.compile("^FAILED"))
    key.fill(str(SiteKeys.generate("log.example").verifiers[0]))
    given(proof)
    expect(verdict).to_contain_text(f"is of the log {own.partition('+')[0]}, and the keys above are of log.example")
    assert requests == []
    tab.check()


def test_the_browser_finds_of_every_changed_report_what_the_verifier_does(
    open_: Open, server: Server, tmp_path: Path
) -> None:
    told = Issuer(tmp_path)
    page = open_().page
    page.goto(f"{server.url}/explorer/verify")
    found: Counter[str] = Counter()
    try:
        file = told.issue("json")
        pages, evidence = take(file)
        values = json.loads(evidence)
        paths = list(leaves(values))
        shapes = {tuple(0 if type(step) is int else step for step in path): path for path in paths}
        proofs = [path for path in shapes.values() if "evidence" in path or path[-1] == "leaf" or path[1:2] == _POINT]
        chosen = [*proofs, *paths[:: len(paths) // 8]]
        changes = [put(pages, canonical(changed(values, path))) for path in chosen]
        for form in ("pdf", "html"):
            whole = told.issue(form)
            changes += [whole, *(whole[:at] + b"0" + whole[at + 1 :] for at in range(9, len(whole), len(whole) // 4))]
            changes += [whole + b" ", whole[:-1], whole.replace(b"MPD-", b"MPE-", 1)]
        other = httpx2.get(f"{server.url}/api/v1/ledger/keys", trust_env=False, timeout=60).text
        every = [(one, told.key) for one in (file, *changes, b"", b"{}", b"%PDF-1.7 made up", b"{\xff}")]
        for one, key in (*every, (file, other), (file, f"{other} {told.key}"), (file, "made up")):
            expected = _checks(verify(one, key).to_json())
            given = base64.b64encode(one).decode()
            seen = page.evaluate(_VERIFY, [given, key])
            assert _checks(seen) == expected, one[:80]
            if key == other:
                assert _detail(seen) == _detail(verify(one, key).to_json())
                assert "of another log than the key" in _detail(seen)
            found.update(name for name, status in expected.items() if status == "FAIL")
    finally:
        told.close()
    assert found.keys() == {"file", "key", "checkpoint signature", "read point", "leaf hashes", "inclusion proofs"} | {
        "entries as shown",
        "disclosed bodies",
        "citations",
        "signature records",
        "issued",
        "pages",
        "number",
    }


_POINT = ("read_point",)
_VERIFY = """async ([file, key]) => {
  const { verify } = await import(new URL("verify.mjs", location.href).href);
  return verify(Uint8Array.from(atob(file), (each) => each.charCodeAt(0)), key);
}"""


def _detail(found: dict[str, Any]) -> str:
    return next(str(one["detail"]) for one in found["checks"] if one["name"] == "checkpoint signature")


def _checks(found: dict[str, Any]) -> dict[str, str]:
    """Return what each check came to, but for what a browser does not derive."""
    return {one["name"]: one["status"] for one in found["checks"] if not one["name"].startswith("deriv")}


def _key(data: Path, name: str, *roles: str, by: str = "") -> str:
    """Make a key for a person, and return it."""
    options = [part for role in roles for part in ("--role", role)]
    approves = ["--approves", "clinical"] if "approver" in roles else []
    words = ("key", "create", name, *(("--kind", "person", *options, *approves) if roles else ()))
    made = command(data, *words, LINEWARD_KEY=by) if by else command(data, *words)
    assert made.returncode == 0, made.stderr
    (key,) = re.findall(rb"lw_[a-z2-7]{10}_[A-Za-z0-9_-]{43}", made.stdout)
    return str(key.decode())


def _sign_in(page: Page, key: str) -> None:
    page.get_by_label("Your API key").fill(key)
    page.get_by_role("button", name="Sign in").click()


def _judge(page: Page, url: str, column: str, button: str) -> None:
    """Tick a column of the work list, and judge it."""
    page.goto(f"{url}/explorer/labels")
    page.locator("li", has_text=column).get_by_role("checkbox").check()
    page.get_by_label("Reason").fill("Looked at with the made-up unit")
    if button:
        page.get_by_role("button", name=button).click()


def _declare_and_tag(page: Page, url: str) -> None:
    """Declare the dataset after a first try that is refused, and tag a column of it."""
    page.goto(f"{url}/explorer/dataset?id={VISITS}")
    page.get_by_role("link", name="Declare it").click()
    page.get_by_label("Owner").fill("Example unit")
    page.get_by_role("group", name="Retention").locator("summary").click()
    page.get_by_label("Period days").fill("soon")
    page.get_by_label("Policy class").select_option("RESEARCH")
    page.get_by_role("button", name="Record it").last.click()
    page.get_by_role("alert").get_by_role("link", name="period_days is a whole number.").click()
    expect(page.get_by_label("Owner")).to_have_value("Example unit")
    page.get_by_label("Period days").fill("365")
    page.get_by_role("button", name="Record it").last.click()
    expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
    page.get_by_role("link", name="visits", exact=True).first.click()
    expect(page.locator("#record")).to_contain_text("Example unit")
    page.get_by_role("link", name="tag it or a column").click()
    page.get_by_label("PHI kind").select_option("QUASI_IDENTIFIER")
    page.get_by_label("Reason").fill("A made-up column of dates")
    page.get_by_label("Column", exact=True).fill("ward")
    page.get_by_role("group", name="Codes").locator("summary").click()
    page.get_by_label("System").fill("made-up")
    page.get_by_role("button", name="One more row").click()
    expect(page.get_by_label("System")).to_have_count(2)
    expect(page.get_by_label("System").first).to_have_value("made-up")
    page.get_by_label("System").first.fill("")
    page.get_by_role("button", name="Record it").first.click()
    expect(page.locator("h1")).to_have_text("Recorded")
    expect(page.get_by_role("listitem")).to_contain_text("No schema of the dataset has this column")


def _attest(page: Page, url: str) -> None:
    """Attest the job after having seen what that would clear."""
    page.goto(f"{url}/explorer/job?id={Job(**JOB).id}")
    page.get_by_role("link", name="Attest de-identification").click()
    for label, text in (("Letters of", "H"), ("What was looked at", "All columns"), ("What was found", "None left")):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="What would it clear?").click()
    expect(page.get_by_role("heading", name="It would take away")).to_be_visible()
    page.get_by_role("button", name="Sign and record it").click()
    expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))


def _record(page: Page, **fields: str) -> None:
    """Fill in the form of a record by the pointers of its fields, `__` between their parts, and record it."""
    closed = page.locator("form.recording details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    for name, text in fields.items():
        field = page.locator(f'form.recording [name="/{name.replace("__", "/")}"]')
        if field.first.evaluate("(one) => one.type") == "checkbox":
            page.locator(f'form.recording [name="/{name}"][value="{text}"]').check()
        elif field.evaluate("(one) => one.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)
    page.get_by_role("button", name="Record it").first.click()


def _seal(page: Page, url: str) -> None:
    """Seal the state that the pipeline reported, which locks it as well."""
    page.goto(f"{url}/explorer/dataset?id={VISITS}")
    page.get_by_role("link", name="seal it").click()
    manifest = page.get_by_role("group", name="Manifest")
    page.locator('[name="/manifest/0/path"]').fill("still to be told")
    manifest.get_by_role("button", name="One more row").click()
    files = {f"manifest__{row}__{name}": str(value) for row, one in enumerate(MANIFEST) for name, value in one.items()}
    _record(page, **files, role="TRAINING", locked="true")
    expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))


def _register(page: Page, url: str) -> None:
    """Register a version that was trained on that state, and lead to its page."""
    page.goto(f"{url}/explorer/record")
    page.get_by_role("link", name="Register model version").click()
    state = {"dataset__namespace": CURATED["namespace"], "dataset__name": CURATED["name"], "digest": DIGEST}
    made = registration()
    fields = {
        "model__namespace": MODEL["namespace"],
        "model__name": MODEL["name"],
        "version": "1",
        "artifact_digest": made["artifact_digest"],
        "intended_use": made["intended_use"],
        **{f"{of}__0__{name}": text for of in ("trained_on", "evaluated_on") for name, text in state.items()},
        **{f"code__{name}": str(value).lower() for name, value in made["code"].items()},
        **{f"environment__{name}": text for name, text in made["environment"].items()},
        **{f"metrics__0__{name}": str(value) for name, value in made["metrics"][0].items()},
    }
    _record(page, **fields)
    expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))


def _release(page: Page, version: str) -> None:
    """Ask the gate, record what it says, and release and deploy by that."""
    for kind in ("release it", "deploy it"):
        page.goto(version)
        page.get_by_label("For the purpose").fill("HOPERAT")
        page.get_by_label("at place").fill("North")
        page.get_by_role("button", name="Ask the gate").click()
        expect(page.locator("#gate .decision")).to_be_visible()
        page.get_by_role("button", name="Record what it says").click()
        page.get_by_role("link", name=kind).click()
        expect(page.locator('[name="/gate"]')).to_have_value(re.compile(r"^\d+$"))
        _record(page, **({"reason": "The made-up trial met its aims"} if kind == "release it" else {}))
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^(Recorded|#\d+)"))
    page.goto(version)
    expect(page.locator("#releases")).to_contain_text("Released into production")
    expect(page.locator("#deployments")).to_contain_text("Runs at North in production")


def _request(page: Page, version: str) -> str:
    """Ask for an approval of a version, and return the address of the request."""
    page.goto(version)
    page.get_by_role("link", name="All of them, and ask for one").click()
    page.get_by_label("Of whom").select_option("CLINICAL")
    page.get_by_label("What it is to be used for").fill("The made-up north ward")
    page.get_by_label("Why").fill("Ready for review")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("h1")).to_contain_text("requested")
    return page.url


def _sign(page: Page, key: str) -> None:
    """Decide on the request that the page shows: nothing is signed by a wrong key, and nothing typed is lost."""
    expect(page.get_by_text("digest of its content sha256:")).to_be_visible()
    page.get_by_label("Decision").select_option("APPROVE")
    page.get_by_label("Meaning").select_option("APPROVAL")
    page.get_by_label("Reason").fill("The figures hold")
    page.get_by_label("Your API key").fill(f"{key[:-4]}aaaa")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The key is not valid here")
    expect(page.get_by_label("Reason")).to_have_value("The figures hold")
    expect(page.get_by_label("Your API key")).to_have_value("")
    page.get_by_label("Your API key").fill(key)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("h1")).to_contain_text("approved")


def test_all_that_people_do_from_a_declaration_to_the_dossier_is_done_through_pages(
    open_: Open, reported: Server, tmp_path: Path
) -> None:
    with httpx2.Client(base_url=reported.url, trust_env=False, timeout=60) as client:
        made = event(run=RUN[:-1] + "9", schema={"fields": [{"name": "mrn", "type": "STRING"}, {"name": "dob"}]})
        assert client.post("/api/v1/lineage", json=made).status_code == 201
    steward = _key(tmp_path / "data", "testperson-alpha", "steward", "engineer", "admin")
    version = f"{reported.url}/explorer/model-version?id={ModelVersion(MODEL['namespace'], MODEL['name'], '1').id}"
    tab, other = open_(), open_()
    page = tab.page
    page.goto(f"{reported.url}/explorer/labels")
    _sign_in(page, steward)
    expect(page.locator("h1")).to_contain_text("Labels")
    page.goto(f"{reported.url}/explorer/record?kind=define_principal")
    who = {"principal": "testperson-gamma", "display_name": "Testperson Gamma", "principal_kind": "PERSON"}
    _record(page, **who, roles="approver", approves="CLINICAL")
    expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
    # A key itself stands in no page: whoever runs the machine makes it, and hands it over.
    approver = _key(tmp_path / "data", "testperson-gamma", by=steward)
    _declare_and_tag(page, reported.url)
    _seal(page, reported.url)
    _judge(page, reported.url, "mrn", "Confirm")
    expect(page.get_by_role("status").first).to_contain_text("1 suggestion was confirmed")
    _attest(page, reported.url)
    _register(page, reported.url)
    there = _request(page, version)
    assert page.get_by_role("button", name="Sign", exact=True).count() == 0
    # A form of a session that ended writes nothing.
    _judge(page, reported.url, "dob", "")
    second = page.context.new_page()
    second.goto(version)
    second.get_by_role("button", name="Everywhere").click()
    expect(second.locator("h1")).to_have_text("Sign in")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody is signed in any more")
    expect(page.locator("main")).to_contain_text("Looked at with the made-up unit")
    page = other.page
    page.goto(there)
    _sign_in(page, approver)
    _sign(page, approver)
    page.goto(f"{reported.url}/explorer/labels")
    expect(page.locator("li", has_text="dob")).to_be_visible()
    page = tab.page
    page.goto(f"{reported.url}/explorer/record")
    _sign_in(page, steward)
    expect(page.locator("h1")).to_contain_text("Record something")
    _release(page, version)
    page.locator("section", has_text="Dossier").get_by_role("button", name="JSON").click()
    expect(page.locator("body")).to_contain_text("The made-up north ward", timeout=30_000)
    assert [one for one in (*tab.complaints, *other.complaints) if not re.search("40[13]|422", one)] == []
    assert tab.elsewhere == other.elsewhere == []


def test_a_server_that_is_lost_under_a_form_loses_nothing_that_was_typed(
    open_: Open, server: Server, start: Start, tmp_path: Path
) -> None:
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/explorer/record?kind=tag&id={VISITS}")
    page.get_by_label("PHI kind").select_option("CLINICAL_NOTE")
    page.get_by_label("Reason").fill("Typed while it went away")
    reader = page.context.new_page()
    reader.goto(f"{server.url}/")
    picture = page.context.new_page()
    picture.goto(f"{server.url}/explorer/lineage?id={VISITS}")
    server.stop()
    page.get_by_role("button", name="Record it").last.click()
    expect(page.get_by_role("alert")).to_have_text(
        re.compile("^The server cannot be reached, so that nothing was sent")
    )
    expect(page.get_by_label("Reason")).to_have_value("Typed while it went away")
    reader.locator("#q").press_sequentially("visits", delay=20)
    expect(reader.get_by_role("alert")).to_have_text(re.compile("^The server cannot be reached: what you see"))
    picture.locator("svg.picture a").first.click()
    expect(picture.get_by_role("alert")).to_be_visible()
    expect(picture.locator("svg.picture")).to_be_visible()
    start(tmp_path / "data", LINEWARD_PORT=server.url.rpartition(":")[2])
    # The process that held the session is gone: what was typed is shown, and sent by a second look.
    page.get_by_role("button", name="Record it").last.click()
    expect(page.locator("main")).to_contain_text("Typed while it went away", timeout=20_000)
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
    reader.locator("#q").press_sequentially(" ", delay=20)
    expect(reader.locator(".finds").get_by_role("link", name="visits", exact=True).first).to_be_visible()
    expect(reader.get_by_role("alert")).to_have_count(0)
    assert [one for one in tab.complaints if "ERR_CONNECTION_REFUSED" not in one and "403" not in one] == []


def test_back_leads_to_what_one_saw_and_a_form_that_is_sent_again_from_there_writes_once(
    open_: Open, server: Server
) -> None:
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/")
    page.locator("#q").press_sequentially("visits", delay=20)
    page.locator(".choice[value=Dataset]").check()
    expect(page).to_have_url(re.compile("q=visits.*label=Dataset"))
    page.locator(".finds").get_by_role("link", name="visits", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("visits")
    page.go_back()
    expect(page.locator("#q")).to_have_value("visits")
    expect(page.locator(".choice[value=Dataset]")).to_be_checked()
    expect(page.locator(".finds").get_by_role("link", name="visits", exact=True).first).to_be_visible()
    page.go_forward()
    page.get_by_role("link", name="tag it or a column").click()
    form = page.url
    entries = []
    for _ in range(2):
        page.get_by_label("PHI kind").select_option("CLINICAL_NOTE")
        page.get_by_label("Reason").fill("Seen in the made-up notes")
        page.get_by_role("button", name="Record it").first.click()
        expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
        entries.append(page.url)
        page.go_back()
        expect(page).to_have_url(form)
        expect(page.get_by_label("Reason")).to_be_visible()
    assert entries[0] == entries[1]
    page.go_forward()
    expect(page).to_have_url(entries[0])
    tab.check()


def test_two_tabs_of_one_person_take_nothing_from_each_other(open_: Open, server: Server) -> None:
    first = open_()
    second = Watched(first.page.context.new_page(), server.url)
    then = f"{server.url}/explorer/dataset?id={VISITS}&known=6"
    reader = first.page.context.new_page()
    reader.goto(then)
    reader.wait_for_load_state("networkidle")  # findings and approvals come by requests of their own
    before = reader.locator("main").inner_text()
    for tab in (first, second):
        tab.page.goto(f"{server.url}/explorer/record?kind=declare_dataset&id={VISITS}")
    for tab, label, text in ((second, "Site", "North"), (first, "Owner", "Unit of the first tab")):
        tab.page.get_by_label(label, exact=True).fill(text)
        tab.page.get_by_role("button", name="Record it").first.click()
        expect(tab.page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
    for tab in (first, second):
        tab.page.goto(f"{server.url}/explorer/findings")
        tab.page.locator("details", has_text="Decide").first.locator("summary").last.click()
    for tab, reason in ((first, "Seen in the first"), (second, "Seen in the second")):
        tab.page.get_by_label("Reason").first.fill(reason)
        tab.page.get_by_role("button", name="Acknowledge").first.click()
        expect(tab.page.locator("main")).to_contain_text(reason)
    reader.reload()
    reader.wait_for_load_state("networkidle")
    assert reader.locator("main").inner_text() == before
    reader.get_by_role("link", name="Back to now").click()
    expect(reader.locator("#record")).to_contain_text("Unit of the first tab")
    expect(reader.locator("#record")).to_contain_text("North")
    for tab in (first, second):
        tab.check()


def test_names_that_would_be_more_than_names_are_letters_in_a_real_browser(open_: Open, reported: Server) -> None:
    """In a browser a script that stands in a name would run, and a name without end would widen the page."""
    with httpx2.Client(base_url=reported.url, trust_env=False, timeout=60) as client:
        made = event(schema={"fields": [{"name": HOSTILE, "type": HOSTILE, "description": HOSTILE}]})
        made["job"], made["inputs"], made["outputs"] = (
            JOB,
            [{**RAW}],
            [{**HOSTILE_SET, "facets": made["outputs"][0]["facets"]}],
        )
        assert client.post("/api/v1/lineage", json=made).status_code == 201
        recorded(client, declaration(dataset=HOSTILE_SET, owner=HOSTILE, clinical_purpose=HOSTILE))
    of = Dataset(**HOSTILE_SET).id
    for width in (320, DESKTOP):
        tab = open_(width)
        for address in (
            "/",
            *(f"/explorer/{name}?id={of}" for name in ("dataset", "lineage", "history", "record", "use")),
        ):
            tab.page.goto(f"{reported.url}{address}")
            tab.page.wait_for_load_state("networkidle")
            assert tab.wide_by() <= 0, (width, address)
        tab.page.goto(f"{reported.url}/explorer/lineage?id={of}&direction=both&grain=column")
        tab.page.get_by_role("application", name="Picture of the lineage").focus()
        for key in ("ArrowRight", "e", "Enter"):
            tab.page.keyboard.press(key)
        tab.page.goto(f"{reported.url}/")
        tab.page.locator("#q").fill(HOSTILE[:200])
        tab.page.wait_for_load_state("networkidle")
        tab.page.goto(f"{reported.url}/explorer/record?kind=tag&id={of}")
        tab.page.get_by_label("PHI kind").select_option("CLINICAL_NOTE")
        tab.page.get_by_label("Reason").fill(HOSTILE)
        tab.page.get_by_role("button", name="Record it").first.click()
        expect(tab.page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
        tab.check()


def test_one_signs_in_by_a_key_and_out_again(open_: Open, server: Server, tmp_path: Path) -> None:
    key = _key(tmp_path / "data", "testperson-alpha", "steward")
    tab = open_()
    page = tab.page
    page.goto(f"{server.url}/explorer/findings?severity=high")
    expect(page.locator("h1")).to_have_text("Sign in")
    _sign_in(page, "lw_wrong")
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    _sign_in(page, key)
    expect(page).to_have_url(re.compile(r"/explorer/findings\?severity=high$"))
    expect(page.locator(".who")).not_to_contain_text("local principal")
    assert page.evaluate("document.cookie") == ""
    assert key not in page.content()
    # A link on another site's page carries no cookie, and leads there all the same.
    page.set_content(f'<a href="{server.url}/explorer/ledger">there</a>')
    page.get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text("Ledger")
    other = page.context.new_page()
    other.goto(f"{server.url}/")
    other.get_by_role("button", name="Sign out", exact=True).click()
    expect(other.locator("h1")).to_have_text("Sign in")
    page.reload()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert [one for one in tab.complaints if "401" not in one] == []
    assert tab.elsewhere == []
