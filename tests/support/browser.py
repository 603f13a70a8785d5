"""A real Chromium: the system's own, without anything that it would ask for by itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Dialog, Page, Request, sync_playwright

VARIABLE = "LINEWARD_TEST_BROWSER"
"""Names the browser where it is not called chromium."""
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_AXE = Path(__file__).with_name("axe") / "axe.min.js"


def path_of_browser() -> str | None:
    """Return where Chromium lies, None where there is none."""
    return os.environ.get(VARIABLE) or shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a browser; skips where there is none, but never on CI."""
    path = path_of_browser()
    if path is None:
        if os.environ.get("CI") == "true":
            raise AssertionError("There is no Chromium here: apt-get install chromium.")
        pytest.skip(f"There is no Chromium here: apt-get install chromium, or name one in {VARIABLE}.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A tab, what its pages complained of, and what they asked of anybody but the server."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    _devtools: CDPSession | None = None
    """What keeps scripts off, while they are."""

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._refuse)
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "about:")):
            self.elsewhere.append(request.url)

    def _refuse(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    @contextmanager
    def plain(self) -> Iterator[None]:
        """Open pages as a browser does that runs no scripts, until the block ends; `violations` can be asked for.

        In a context without JavaScript axe would wait forever: no promise of a page is kept there. So scripts are off
        while a page is read, and on while axe looks at what came of it.
        """
        devtools = self.page.context.new_cdp_session(self.page)
        devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})
        self._devtools = devtools
        try:
            yield
        finally:
            devtools.send("Emulation.setScriptExecutionDisabled", {"value": False})
            devtools.detach()
            self._devtools = None

    def check(self) -> None:
        """Hold the tab to no complaint, a violated policy among them, and to no request elsewhere."""
        assert self.complaints == []
        assert self.elsewhere == []

    def wide_by(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return found

    def violations(self) -> list[str]:
        """Return what axe finds on the page, each with the first element that it finds it on."""
        if self._devtools is not None:
            self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": False})
        self.page.evaluate(_axe())
        found: list[dict[str, Any]] = self.page.evaluate("axe.run().then((found) => found.violations)")
        if self._devtools is not None:
            self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


Opened = Callable[..., Watched]


@cache
def _axe() -> str:
    return _AXE.read_text("utf-8")
