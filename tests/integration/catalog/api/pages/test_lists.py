"""Every list that a page cuts says how much of it is shown, goes on behind the last one, and comes to its end."""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from catalog.api.pages import registry
from graph_schema.nodes import Dataset, Job
from tests.support.pages import BASE, BROWSER, shown
from tests.support.records import CURATED, JOB, access_grant, declaration, event, principal, request

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

_PAGES = "catalog.api.pages."
OF = f"id={Dataset(**CURATED).id}"
LISTS = {
    "home": ("/", "home.FIRST"),
    "dataset": (f"/explorer/dataset?{OF}", "dataset.COLUMNS"),
    "lineage": (f"/explorer/lineage?{OF}", "lineage_graph.context.ROWS"),
    "history": (f"/explorer/history?{OF}&aspect=owner", "history._MOST"),
    "access": (f"/explorer/access?{OF}", "access._FIRST"),
    "evidence": (f"/explorer/evidence?{OF}", "evidence._FIRST"),
    "job": (f"/explorer/job?id={Job(**JOB).id}", "job._RUNS"),
    "labels": ("/explorer/labels", "labels._FIRST"),
    "findings": ("/explorer/findings", "findings._FIRST"),
    "approvals": ("/explorer/approvals", "approvals._FIRST"),
    "ledger": ("/explorer/ledger", "ledger._FIRST"),
    "principals": ("/explorer/principals", "principals._FIRST"),
}
"""Every page with a list that goes on, where there is more than two of it, and what says how many are shown."""
_SHOWN = re.compile(r"\d+ (?:of|to \d+ of) [\d,]+ shown|shown here|\d+ to \d+ of [\d,]+")


def fill(catalog: Catalog) -> None:
    """Record at least five of each thing that a page lists."""
    catalog.fill()
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    for number in range(5):
        run = f"0190d2e6-0000-7000-8000-{number:012d}"
        fields = [{"name": f"mrn_{each}", "type": "string"} for each in range(number + 1)]
        made = event(run=run, at=f"2026-01-0{number + 1}T10:00:00Z", schema={"fields": fields})
        made["inputs"] = [{"namespace": "landing", "name": f"visits-{each}"} for each in range(5)]
        assert catalog.event(made).status_code == 201
        said = {"dataset": CURATED, "owner": f"unit {number}", "valid_from": f"2026-01-0{number + 1}T00:00:00Z"}
        assert catalog.record({"kind": "declare_dataset", **said}).status_code == 201
        assert catalog.record(declaration(dataset={"namespace": "landing", "name": f"v-{number}"})).status_code == 201
        assert catalog.record(request(use_case=f"Made-up use {number}")).status_code == 201
        assert catalog.record(principal(f"made-up-{number}", "steward")).status_code == 201
        catalog.caught_up()
        assert catalog.record(access_grant(f"made-up-{number}", until=until)).status_code == 201
    catalog.caught_up()
    catalog.labels_kept()


def test_every_page_whose_list_goes_on_is_here() -> None:
    # What is safe goes on behind what was judged, whatever of it was found: see the tests of its query.
    assert {*LISTS, "safe"} == {name for name, page in registry.PAGES.items() if "after" in page.parameters}


def next_of(catalog: Catalog, at: str) -> tuple[str | None, str]:
    """Return where a page goes on and what stands in it."""
    answer = catalog.client.get(at, headers=BROWSER)
    assert answer.status_code == 200, (at, answer.text)
    page = shown(answer)
    links = [one["href"] for one in page.of("a") if one.get("rel") == "next"]
    buttons = [one["value"] for one in page.of("button") if one.get("name") == "after"]
    address = links[0] if links else f"?after={buttons[0]}" if buttons else None
    here = None if address is None else urljoin(BASE + at, address).removeprefix(BASE).partition("#")[0]
    return here, page.words


def test_a_list_says_what_it_does_not_show_and_goes_on_to_its_end(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(catalog)
    for name, (address, limit) in LISTS.items():
        module, _, constant = limit.rpartition(".")
        monkeypatch.setattr(importlib.import_module(_PAGES + module), constant, 2)
        seen: list[str] = []
        at: str | None = address
        while at is not None:
            assert at not in seen
            seen.append(at)
            at, words = next_of(catalog, at)
            assert at is None or _SHOWN.search(words), (name, words)
        assert 1 < len(seen) < 60, name
