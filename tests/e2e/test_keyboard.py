"""A whole approval by keys alone: asked for by one person, decided by another, no mouse and no script that clicks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open, Server
from tests.e2e.test_explorer import _VERSION, _key

pytestmark = pytest.mark.timeout(200)
_MOST = 150
"""So often the tab key is pressed at the most to reach something."""


def _go_to(page: Page, place: Locator) -> None:
    """Press the tab key until the focus is there, and is seen."""
    expect(place).to_be_visible()
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        if place.evaluate("(one) => one === document.activeElement"):
            ring = place.evaluate("(one) => getComputedStyle(one).outlineStyle")
            assert ring != "none"
            return
    raise AssertionError(f"the tab key does not lead to {place}")


def _sign_in(page: Page, key: str) -> None:
    expect(page.locator("h1")).to_have_text("Sign in")
    _go_to(page, page.get_by_label("Your API key"))
    page.keyboard.type(key)
    page.keyboard.press("Enter")


def _choose(page: Page, label: str, word: str) -> None:
    """Choose of a list by typing what stands there."""
    field = page.get_by_label(label)
    _go_to(page, field)
    page.keyboard.type(word)
    expect(field.locator("option:checked")).to_have_text(re.compile(word, re.IGNORECASE))


def test_an_approval_is_asked_for_decided_and_found_by_keys_alone(open_: Open, server: Server, tmp_path: Path) -> None:
    data = tmp_path / "data"
    engineer = _key(data, "testperson-alpha", "engineer", "admin")
    approver = _key(data, "testperson-gamma", "approver", by=engineer)
    asking, deciding = open_(), open_()
    page = asking.page
    page.goto(f"{server.url}/explorer/model-version?id={_VERSION}")
    _sign_in(page, engineer)
    there = page.get_by_role("link", name="All of them, and ask for one")
    page.wait_for_load_state("networkidle")
    _go_to(page, there)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ask for one")).to_be_visible()
    # What stands before the content on each page is passed by one key.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _choose(page, "Of whom", "clinical")
    for label, text in (("What it is to be used for", "The made-up north ward"), ("Why", "Ready for review")):
        _go_to(page, page.get_by_label(label))
        page.keyboard.type(text)
    _go_to(page, page.get_by_role("button", name="Ask", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("requested", timeout=30_000)
    page = deciding.page
    page.goto(f"{server.url}/explorer/work")
    _sign_in(page, approver)
    request = asking.page.url.partition("request=")[2]
    _go_to(page, page.get_by_role("link", name=f"request #{request}"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("requested")
    _choose(page, "Decision", "approve")
    _choose(page, "Meaning", "approval")
    _go_to(page, page.get_by_label("Reason"))
    page.keyboard.type("The figures hold")
    _go_to(page, page.get_by_label("Your API key"))
    page.keyboard.type(approver)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("approved", timeout=30_000)
    asking.page.reload()
    expect(asking.page.locator("h1")).to_contain_text("approved")
    for tab in (asking, deciding):
        tab.check()
