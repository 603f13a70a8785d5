"""Pages on paper: what is printed is what a page shows, and says where and as of what it was read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Server
from tests.e2e.test_explorer import PAGES, VISITS

pytestmark = pytest.mark.timeout(200)
_A4 = 703
"""So many CSS pixels are between the margins of a page of A4."""
_FOUND = """() => {
  const seen = (one) => one.checkVisibility() && one.getClientRects().length > 0;
  const of = (one) => `${one.outerHTML.slice(0, 90)}`;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const { width } = document.documentElement.getBoundingClientRect();
  const style = (one) => getComputedStyle(one);
  return {
    controls: all("nav, button, select, textarea, input, summary + form").filter(seen).map(of),
    clipped: all("main *").filter((one) => seen(one) && !one.closest("svg") && !one.matches(".sr, .sr *")
      && one.getBoundingClientRect().right > width + 1).map(of),
    broken: all("tbody tr").filter((one) => style(one).breakInside !== "avoid").map(of),
    heads: all("thead").filter((one) => style(one).display !== "table-header-group").map(of),
    folded: all("main details:not(.doing) > :not(summary)")
      .filter((one) => seen(one.parentElement) && !seen(one)).map(of),
    ground: all("body, main, table, td, .banner").map((one) => style(one).colorScheme).filter((one) => one !== "light"),
    addressed: all("main a:not(svg a)").filter((one) => seen(one) && one.origin === location.origin
      && getComputedStyle(one, "::after").content !== "none").map(of),
    printed: all(".printed").filter(seen).map((one) => one.innerText),
  };
}"""


def test_on_paper_each_page_is_whole_without_what_one_does_on_a_screen(open_: Open, server: Server) -> None:
    tab = open_(_A4, color_scheme="dark")
    page = tab.page
    page.emulate_media(media="print")
    for name, address in PAGES.items():
        page.goto(f"{server.url}{address}")
        page.wait_for_load_state("networkidle")
        found = page.evaluate(_FOUND)
        printed = found.pop("printed")
        assert not any(found.values()), (name, found)
        if name == "nothing":
            continue
        (line,) = printed
        there = re.fullmatch(r"(\S+) · read at entry #\d+ of the ledger", line)
        assert there, (name, line)
        if name in {"home", "another time", "model version"}:
            title = page.title()
            page.goto(there[1])
            assert page.title() == title, (name, line)


def test_what_a_page_lists_in_a_form_is_printed_and_the_picture_whole(open_: Open, server: Server) -> None:
    tab = open_(_A4)
    page = tab.page
    page.goto(f"{server.url}/?q=visits")
    page.emulate_media(media="print")
    expect(page.locator(".finds").get_by_role("link", name="visits", exact=True).first).to_be_visible()
    page.emulate_media(media="screen")
    page.goto(f"{server.url}/explorer/dataset?id={VISITS}&known=3")
    page.emulate_media(media="print")
    expect(page.get_by_role("status").first).to_contain_text("You look at what was true now")
    page.emulate_media(media="screen")
    page.goto(f"{server.url}/explorer/lineage?id={VISITS}&direction=both&grain=dataset")
    picture = page.get_by_role("application", name="Picture of the lineage")
    picture.focus()
    for _ in range(6):
        page.keyboard.press("+")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    boxes = page.locator("svg.picture .node")
    whole = picture.bounding_box()
    assert whole is not None
    for place in range(boxes.count()):
        box = boxes.nth(place).bounding_box()
        assert box is not None
        assert whole["x"] <= box["x"]
        assert box["x"] + box["width"] <= whole["x"] + whole["width"] + 1
        assert whole["y"] <= box["y"]
        assert box["y"] + box["height"] <= whole["y"] + whole["height"] + 1
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(picture).not_to_have_attribute("viewBox", re.compile("."))
    tab.check()
