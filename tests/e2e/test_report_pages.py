"""Reports as pages, in a real browser: by axe, at the width of a phone, in the dark, and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from reports.kinds import REPORTS
from tests.support.browser import Watched

_GOLDEN = Path(__file__).parents[1] / "golden" / "reports"
PHONE, WIDE = 320, 1280


@pytest.mark.timeout(200)
@pytest.mark.parametrize("name", REPORTS)
def test_axe_finds_nothing_on_a_report_and_no_screen_is_too_narrow_for_it(browser: Browser, name: str) -> None:
    address = (_GOLDEN / f"{name}.html").as_uri()
    for scheme in ("light", "dark"):
        # The page runs no scripts by its own policy, which would keep axe off too.
        context = browser.new_context(viewport={"width": WIDE, "height": 900}, color_scheme=scheme, bypass_csp=True)
        try:
            tab = Watched(context.new_page(), "file://")
            tab.page.goto(address)
            assert tab.violations() == [], scheme
            for width in (WIDE, PHONE):
                tab.page.set_viewport_size({"width": width, "height": 900})
                assert tab.wide_by() <= 0, width
            tab.check()
        finally:
            context.close()
