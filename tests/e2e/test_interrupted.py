"""What goes wrong between a page and its server: pressed twice, slow, signed out, refused; axe finds nothing there."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, Server
from tests.e2e.test_explorer import _VERSION, VISITS, _key, _sign_in

pytestmark = pytest.mark.timeout(200)
_LED = "(links) => links.map((one) => one.href)"


def _ask(page: Page, server: Server, use_case: str) -> None:
    """Fill in a request for an approval, and press twice."""
    page.goto(f"{server.url}/explorer/approvals?id={_VERSION}")
    page.get_by_label("What it is to be used for").fill(use_case)
    page.get_by_label("Why").fill("Ready for review")
    page.get_by_role("button", name="Ask", exact=True).dblclick()
    expect(page.locator("h1")).to_contain_text("requested")
    page.goto(f"{server.url}/explorer/approvals?id={_VERSION}")
    expect(page.get_by_role("row").filter(has_text=use_case)).to_have_count(1)


def test_a_form_that_is_pressed_twice_writes_once(open_: Open, server: Server) -> None:
    tab = open_()
    _ask(tab.page, server, "The made-up north ward")
    tab.check()
    _ask(open_(java_script_enabled=False).page, server, "The made-up south ward")


def test_a_slow_answer_is_announced_and_what_waits_is_not_sent_again(open_: Open, server: Server) -> None:
    tab = open_()
    page = tab.page
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/health/live", hold)
    page.goto(f"{server.url}/explorer/record?kind=declare_dataset&id={VISITS}")
    page.get_by_label("Site", exact=True).fill("North")
    for _ in range(2):
        page.get_by_role("button", name="Record it").last.click()
        expect(page.locator(".progress")).to_have_text("It is sent, and not answered yet.")
    assert len(held) == 1
    assert tab.violations() == []
    held[0].continue_()
    expect(page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))
    page.goto(f"{server.url}/explorer/work")
    needed = page.locator("#work a").evaluate_all(_LED)
    page.route("**/?q=*", hold)
    page.goto(f"{server.url}/")
    # What is read into another page leads where it does on its own.
    expect(page.locator("#work a").nth(1)).to_be_visible()
    assert page.locator("#work a").evaluate_all(_LED) == needed != []
    expect(page).to_have_title("Lineward")
    page.locator("#q").press_sequentially("visits")
    expect(page.get_by_text("It is looked for, and not answered yet.")).to_be_visible()
    expect(page.locator("#q")).to_be_focused()
    held[-1].continue_()
    expect(page).to_have_url(re.compile("q=visits"))
    expect(page.get_by_text("It is looked for, and not answered yet.")).to_have_count(0)
    tab.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_whose_session_ended_while_searching_signs_in_and_goes_on(
    open_: Open, server: Server, tmp_path: Path, scheme: str
) -> None:
    key = _key(tmp_path / "data", "testperson-alpha", "engineer")
    tab = open_(color_scheme=scheme)
    page = tab.page
    page.goto(server.url)
    _sign_in(page, "lw_wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    assert tab.violations() == []
    _sign_in(page, key)
    page.locator("#q").press_sequentially("vis")
    expect(page).to_have_url(re.compile("q=vis"))
    approvals = page.context.new_page()
    approvals.goto(f"{server.url}/explorer/approvals?id={_VERSION}")
    approvals.get_by_label("What it is to be used for").fill("The made-up north ward")
    approvals.get_by_label("Why").fill("Ready for review")
    second = page.context.new_page()
    second.goto(server.url)
    second.get_by_role("button", name="Everywhere").click()
    page.locator("#q").press_sequentially("its")
    expect(page.locator("h1")).to_have_text("Sign in")
    approvals.get_by_role("button", name="Ask", exact=True).click()
    expect(approvals.get_by_role("alert")).to_contain_text("Nobody is signed in any more")
    given_back = type(tab)(approvals, server.url)
    assert given_back.violations() == []
    _sign_in(page, key)
    expect(page.locator("#q")).to_have_value("visits")
    expect(page.locator(".finds").get_by_role("link", name="visits", exact=True).first).to_be_visible()
    for address, status in (
        (f"/explorer/record?kind=define_principal&id={VISITS}", 403),
        ("/explorer/nowhere", 404),
        ("/explorer/entry?index=many", 422),
        (f"/explorer/use?id={VISITS}&purpose=nothing", 422),
    ):
        answer = page.goto(f"{server.url}{address}")
        assert answer is not None
        assert answer.status == status, address
        assert tab.violations() == [], address
        assert tab.wide_by() <= 0
    assert [one for one in tab.complaints if not re.search("40[0134]|422", one)] == []


@pytest.mark.parametrize("eyes", [{"forced_colors": "active"}, {}, {"reduced_motion": "reduce"}])
def test_axe_finds_nothing_for_whoever_sets_a_browser_otherwise(
    open_: Open, server: Server, eyes: dict[str, Any]
) -> None:
    tab = open_(**eyes)
    page = tab.page
    with nullcontext() if eyes else tab.plain():
        for address in (
            "/",
            f"/explorer/dataset?id={VISITS}",
            f"/explorer/lineage?id={VISITS}&node={VISITS}&grain=dataset",
            f"/explorer/record?kind=declare_dataset&id={VISITS}",
            "/explorer/findings",
        ):
            page.goto(f"{server.url}{address}")
            assert tab.violations() == [], address
            # Text twice as large (WCAG 1.4.4) widens no page.
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert tab.wide_by() <= 0, address
            running = page.evaluate("document.getAnimations().length")
            assert running == 0
