"""The explorer by keys alone: no mouse, no field that is filled in but by typing where the tab key led."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from graph_schema.nodes import Job, ModelVersion
from tests.e2e.conftest import Open, Server, command, recorded
from tests.e2e.test_explorer import VISITS
from tests.support.records import JOB, MODEL, RUN, declaration, event, registration, seal

pytestmark = pytest.mark.timeout(200)
_MOST = 250
"""So many stops are passed at most until what one wants is reached."""
_STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const { width, height } = one.getBoundingClientRect();
  const name = one.getAttribute("aria-label") ?? (one.labels?.length
    ? [...one.labels[0].childNodes].filter((part) => part !== one).map((part) => part.textContent).join(" ")
    : one.textContent);
  return { name: name.trim().replace(/\\s+/g, " "), href: one.href?.toString() ?? "", field: one.name ?? "",
    seen: width > 0 && height > 0, kind: one.tagName };
}"""


@dataclass(frozen=True)
class Keys:
    """Whoever works in a page by its keyboard."""

    page: Page

    def to(self, name: str = "", *, href: str = "", field: str = "") -> dict[str, Any]:
        """Go by the tab key to the next stop that is called so, leads there or is that field; whole names only."""
        for _ in range(_MOST):
            self.page.keyboard.press("Tab")
            stop: dict[str, Any] | None = self.page.evaluate(_STOP)
            if stop is None:
                continue
            assert stop["seen"], stop
            wanted = (not name or re.fullmatch(name, stop["name"]), href in stop["href"], field in {"", stop["field"]})
            if all(wanted):
                return stop
        raise AssertionError(f"no stop is called {name or href or field} on {self.page.url}")

    def press(self, name: str = "", *, href: str = "", key: str = "Enter") -> None:
        """Go to a link or button and press it."""
        self.to(name, href=href)
        self.page.keyboard.press(key)

    def type(self, name: str, text: str) -> None:
        """Go to a field and type into it; of a choice its first letters choose."""
        self.to(name)
        self.page.keyboard.type(text)

    def skip(self) -> None:
        """Go past what stands on every page, by its first stop."""
        self.page.keyboard.press("Tab")
        expect(self.page.locator(".skip")).to_be_focused()
        self.page.keyboard.press("Enter")

    def at(self, title: str) -> None:
        """Hold the page to its title, and skip to its content."""
        expect(self.page.locator("h1")).to_contain_text(re.compile(title))
        self.skip()


def _key(data: Path, name: str, *words: str, by: str = "") -> str:
    every = ("key", "create", name, "--kind", "person", *words)
    made = command(data, *every, LINEWARD_KEY=by) if by else command(data, *every)
    assert made.returncode == 0, made.stderr
    found = re.search(rb"lw_[a-z2-7]{10}_[A-Za-z0-9_-]{43}", made.stdout)
    assert found
    return found[0].decode()


def _sign_in(keys: Keys, key: str) -> None:
    """Sign in where the field has the focus from the beginning."""
    expect(keys.page.get_by_label("Your API key")).to_be_focused()
    keys.page.keyboard.type(key)
    keys.page.keyboard.press("Enter")
    expect(keys.page.locator("h1")).not_to_have_text("Sign in")


def _proven(keys: Keys) -> None:
    expect(keys.page.locator("#proof")).to_have_text(re.compile("^Verified in your browser"))


def _declare(keys: Keys) -> None:
    """Find the dataset, and declare it after a first try that is refused."""
    keys.page.keyboard.press("Tab")
    keys.to("Search datasets.*")
    keys.page.keyboard.type("visits")
    expect(keys.page).to_have_url(re.compile("q=visits"))
    expect(keys.page.locator("#q")).to_be_focused()
    keys.press("visits", href=f"dataset?id={VISITS.replace(':', '%3A')}")
    keys.at("visits")
    keys.press("Declare it")
    keys.at("Declare dataset")
    keys.type("Persons", "many")
    keys.press("Record it")
    alert = keys.page.get_by_role("alert")
    expect(alert).to_contain_text("persons is a whole number")
    keys.press("persons is a whole number.*")
    expect(keys.page.get_by_label("Persons")).to_be_focused()
    keys.page.keyboard.press("ControlOrMeta+A")
    keys.page.keyboard.type("12")
    keys.type("Owner", "Example unit")
    keys.press("Record it")
    _proven(keys)


def _tag(keys: Keys) -> None:
    """Tag a column, and judge another that a rule suggests."""
    keys.press("visits")
    keys.at("visits")
    keys.press("tag it or a column")
    keys.at("Tag")
    keys.type(r"PHI kind \(needed\)", "quasi")
    keys.type(r"Reason \(needed\)", "A made-up column of dates")
    keys.type("Column", "ward")
    keys.press("Record it")
    expect(keys.page.locator("h1")).to_have_text("Recorded")


def _confirm(keys: Keys) -> None:
    keys.press("Labels")
    keys.at("Labels to judge")
    keys.to("mrn.*")
    keys.page.keyboard.press("Space")
    keys.type("Reason, kept with each record", "Looked at with the made-up unit")
    keys.press("Confirm: it holds this")
    expect(keys.page.get_by_role("status").first).to_contain_text("1 suggestion was confirmed")


def _attest(keys: Keys) -> None:
    """Attest the job after having seen what that would clear."""
    keys.press(href="dataset?id=")
    keys.at("visits")
    keys.press(href=f"job?id={Job(**JOB).id.replace(':', '%3A')}")
    keys.at("curate")
    keys.press("Attest de-identification")
    keys.at("curate")
    keys.type("Letters of .*", "H")
    keys.type("What was looked at", "All columns")
    keys.type("What was found", "None left")
    keys.press("What would it clear\\?")
    expect(keys.page.get_by_role("heading", name="It would take away")).to_be_visible()
    keys.press("Sign and record it")
    _proven(keys)


def _version(keys: Keys) -> None:
    """Lead to the page of the model version from any page."""
    keys.press("Lineward")
    expect(keys.page.locator("#q")).to_be_visible()
    keys.to("Search datasets.*")
    keys.page.keyboard.type("readmission")
    keys.page.keyboard.press("Enter")
    expect(keys.page).to_have_url(re.compile("q=readmission"))
    expect(keys.page.locator("#q")).to_be_focused()
    version = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id.replace(":", "%3A")
    keys.press(href=f"model-version?id={version}")
    keys.at("readmission 1")


def test_the_whole_story_is_done_by_keys_alone(open_: Open, reported: Server, tmp_path: Path) -> None:
    with httpx2.Client(base_url=reported.url, trust_env=False, timeout=60) as client:
        made = event(run=RUN[:-1] + "9", schema={"fields": [{"name": "mrn", "type": "STRING"}, {"name": "dob"}]})
        assert client.post("/api/v1/lineage", json=made).status_code == 201
        for record in (declaration(), seal(), registration()):
            recorded(client, record)
    roles = [part for role in ("steward", "engineer", "admin") for part in ("--role", role)]
    steward = _key(tmp_path / "data", "testperson-alpha", *roles)
    approver = _key(tmp_path / "data", "testperson-gamma", "--role", "approver", "--approves", "clinical", by=steward)
    tab = open_()
    keys, page = Keys(tab.page), tab.page
    page.goto(reported.url)
    _sign_in(keys, steward)
    _declare(keys)
    _tag(keys)
    _confirm(keys)
    _attest(keys)
    _version(keys)
    keys.press("All of them, and ask for one")
    keys.at("Approvals of")
    keys.type("Of whom", "clin")
    keys.type("What it is to be used for", "The made-up north ward")
    keys.type("Why", "Ready for review")
    keys.press("Ask")
    expect(page.locator("h1")).to_contain_text("requested")
    keys.press("Sign out")
    _sign_in(keys, approver)
    keys.press("Approvals")
    keys.at("Approvals")
    keys.press(r"#\d+")
    keys.at("requested")
    keys.type(r"Decision \(needed\)", "appr")
    keys.type(r"Meaning \(needed\)", "appr")
    keys.type(r"Reason \(needed\)", "The figures hold")
    keys.type("Your API key, once more", approver)
    keys.press("Sign")
    expect(page.locator("h1")).to_contain_text("approved")
    _version(keys)
    keys.type("For the purpose", "HOPERAT")
    keys.type("at place", "North")
    keys.press("Ask the gate")
    expect(page.locator("#gate .decision")).to_be_visible()
    keys.press("JSON")
    expect(page.locator("body")).to_contain_text("The made-up north ward", timeout=30_000)
    assert [one for one in tab.complaints if not re.search("40[13]|422", one)] == []
    assert tab.elsewhere == []
