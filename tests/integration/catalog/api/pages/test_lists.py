"""Every list that a page cuts says how much of it is shown, goes on behind the last one, and comes to its end."""

from __future__ import annotations

import html
import importlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

from catalog.access.keys import local_actor
from catalog.api.pages import registry
from graph_schema.nodes import Dataset, Job, Model, Run
from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BASE, BROWSER, shown
from tests.support.records import (
    CURATED,
    JOB,
    MODEL,
    VERSION,
    access_grant,
    declaration,
    delegation,
    event,
    facet_mapping,
    principal,
    registration,
    request,
    tag,
    tag_mapping,
)
from tests.unit.catalog.policies.test_ingest import by_spark, ruled

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.catalog.api.conftest import Catalog

_PAGES = "catalog.api.pages."
OF = f"id={Dataset(**CURATED).id}"
WARDS = Dataset("curated", "wards")
_READS = "on=dataset&pointer=/columns&value=/class&column=/name&target=phi_tag&phi_kind=direct_identifier"
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
    "safe": ("/explorer/safe?question=sharing", "safe._FIRST"),
}
"""Every page with a list that goes on, where there is more than two of it, and what says how many are shown."""
ABOUT = {
    "dataset": (f"/explorer/dataset?id={WARDS.id}", {"upstream", "steps"}),
    "lineage": (f"/explorer/lineage?{OF}&direction=upstream&node={Dataset(**CURATED).id}", {"arriving", "columns"}),
    "access": (f"/explorer/access?{OF}", {"used", "grants"}),
    "consent": (f"/explorer/consent?{OF}", {"touched"}),
    "drift": (f"/explorer/drift?{OF}", set[str]()),
    "use": (f"/explorer/use?{OF}&purpose=HRESCH", {"reasons", "statements"}),
    "versions": (f"/explorer/versions?id={VERSION}", {"data", "environment", "artifact"}),
    "mappings": (
        f"/explorer/mappings?mapping=m&facet=acme_privacy&reason=Ours&{_READS}",
        {"mappings", "examples"},
    ),
    "principals": ("/explorer/principals", {"keys", "delegations"}),
    "job": (f"/explorer/job?id={Job(**JOB).id}", {"code"}),
    "run": (f"/explorer/run?id={Run.of(Job(**JOB), '0190d2e6-0000-7000-8000-000000000004').id}", {"reads"}),
    "model": (f"/explorer/model?id={Model(**MODEL).id}", {"versions"}),
    "model-version": (
        f"/explorer/model-version?id={VERSION}&purpose=HOPERAT",
        {"versions", "registrations", "reasons"},
    ),
    "attestation": (
        f"/explorer/attestation?id={Job(**JOB).id}&method=SAFE_HARBOR&codes=C+H&since=2026-01-01&scope=All&result=No",
        {"outputs", "clearances"},
    ),
    "work": ("/explorer/work", {"tasks"}),
    "operation": ("/explorer/operation", {"producers", "quarantine"}),
    "policies": ("/explorer/policies", set[str]()),
    "ledger": ("/explorer/ledger", {"checkpoints"}),
}
"""Every page with lists beside others, and the names of those of which there is enough here to be cut."""
_CUTS = (
    *(
        "access._JOBS",
        "access._GRANTS",
        "attestation._OUTPUTS",
        "attestation._CLEARED",
        "consent._MOST",
        "ledger._CHECKPOINTS",
        "lineage_graph.panel._MOST",
    ),
    *("mappings._MOST", "model_version._REGISTRATIONS", "operation._MOST", "page.MOST", "policies._FILES"),
    *("policies._PUBLICATIONS", "principals._KEYS", "principals._DELEGATIONS", "run._MOST", "use._MOST"),
    *("versions._MOST", "work._MOST", "work._SHOWN"),
)
_GOES_ON = re.compile(
    r'rel="next" href="([^"]+)#([a-z0-9-]+)">Next [a-z]+</a> <span class="quiet">(\d+) to (\d+) of (\d+)'
)
_PLACE = re.compile(
    r'(?:rel="next" href="([^"]+)#([a-z0-9-]+)">Next [a-z]+</a> )?<span class="quiet">(\d+) to (\d+) of (\d+)</span>'
    r' <a href="[^"]+#([a-z0-9-]+)">From the first'
)
_SHOWN = re.compile(r"\d+ (?:of|to \d+ of) [\d,]+ shown|shown here|judged for this page|\d+ to \d+ of [\d,]+")


def fill(catalog: Catalog) -> None:
    """Record at least five of each thing that a page lists."""
    catalog.fill()
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    for number in range(5):
        run = f"0190d2e6-0000-7000-8000-{number:012d}"
        fields = [{"name": f"mrn_{each}", "type": "string"} for each in range(number + 1)]
        made = event(run=run, at=f"2026-01-0{number + 1}T10:00:00Z", schema={"fields": fields})
        made["inputs"] = [{"namespace": "landing", "name": f"visits-{each}"} for each in range(5)]
        code = {"type": "git", "url": "https://git.example/made-up", "version": f"{number}" * 40}
        made["job"] = {**made["job"], "facets": {"sourceCodeLocation": code}}
        made["producer"] = f"https://made-up.example/{number}"
        assert catalog.event(made).status_code == 201
        said = {"dataset": CURATED, "owner": f"unit {number}", "valid_from": f"2026-01-0{number + 1}T00:00:00Z"}
        assert catalog.record({"kind": "declare_dataset", **said}).status_code == 201
        said = {"dataset": {"namespace": "landing", "name": f"v-{number}"}, "deidentification_state": "AGGREGATED"}
        assert catalog.record(declaration(**said)).status_code == 201
        assert catalog.record(request(use_case=f"Made-up use {number}")).status_code == 201
        assert catalog.record(principal(f"made-up-{number}", "steward")).status_code == 201
        catalog.caught_up()
        assert catalog.record(access_grant(f"made-up-{number}", until=until)).status_code == 201
    catalog.caught_up()
    catalog.labels_kept()


def test_every_page_whose_list_goes_on_is_here() -> None:
    assert LISTS.keys() == {name for name, page in registry.PAGES.items() if "after" in page.parameters}


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
    for limit in ("MOST_JUDGED", "AT_ONCE"):
        monkeypatch.setattr(f"catalog.safe_use.queries.{limit}", 2)
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


def test_every_list_beside_others_is_here() -> None:
    assert ABOUT.keys() == {name for name, page in registry.PAGES.items() if "behind" in page.parameters}


def fill_beside(catalog: Catalog) -> None:
    """Record at least two of each thing that is listed beside others, or of one thing in a list of things."""
    fill(catalog)
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")
    for made in (facet_mapping(), tag_mapping(), access_grant("made-up-0", until=until, reason="Once more")):
        assert catalog.record(made).status_code == 201
    for number in range(2):
        use = declaration(dataset={"namespace": "landing", "name": f"visits-{number}"})
        assert catalog.record(use).status_code == 201
    columns = {"columns": [{"name": f"ward_{number}", "class": "open"} for number in range(2)]}
    made = event(run="0190d2e6-0000-7000-8000-000000000077", at="2026-01-08T10:00:00Z", acme_privacy=columns)
    made["inputs"] = [{"namespace": "landing", "name": f"visits-{number}"} for number in range(2)]
    made["outputs"].append({"namespace": WARDS.namespace, "name": WARDS.name})
    loaded = event(run="0190d2e6-0000-7000-8000-000000000078", at="2026-01-08T09:00:00Z")
    loaded["job"] = {"namespace": "landing", "name": "loading"}
    loaded["inputs"], loaded["outputs"] = [{"namespace": "ehr", "name": "export"}], made["inputs"]
    for one in (made, loaded):
        assert catalog.event(one).status_code == 201
    born = {"phi_kind": "QUASI_IDENTIFIER", "column": "born", "codes": [{"system": "safe-harbor", "code": "C"}]}
    for said in ({"dataset": one, **born} for one in made["inputs"]):
        assert catalog.record(tag(**said)).status_code == 201
    assert catalog.record(tag(dataset=loaded["inputs"][0])).status_code == 201
    alpha = key_of(catalog, "testperson-alpha", "approver", "engineer")
    key_of(catalog, "testperson-beta", "approver", "engineer")
    catalog.service.intake.issue_key("testperson-alpha", local_actor(), "tests")[1].result()
    given: dict[str, Any] = {"to": "testperson-beta", "until": until, "reason": "While away"}
    access = {"kind": "delegate_access", "actions": ["read"], "records": ["tag"], **given}
    for made in (delegation(**given), access):
        answer = catalog.record(made, **alpha)
        assert answer.status_code == 201, answer.text
    assert catalog.record(ruled()).status_code == 201
    for number in range(2):
        assert catalog.event(by_spark(run=f"0190d2e6-0000-7000-8000-1000000000{number:02}")).status_code == 201


def test_a_list_beside_others_goes_on_to_its_end_by_itself(
    serve: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = serve(owner=True)
    fill_beside(catalog)
    for version in ("2", "3", "1"):
        assert catalog.record(registration(version=version, intended_use="Made up again")).status_code == 201
        catalog.service.ledger.checkpoint()
    catalog.caught_up()
    for cut in _CUTS:
        module, _, constant = cut.rpartition(".")
        monkeypatch.setattr(importlib.import_module(_PAGES + module), constant, 1)
    for name, (address, lists) in ABOUT.items():
        first = catalog.client.get(address, headers=BROWSER).text
        going_on = {found[2]: found for found in _GOES_ON.finditer(first)}
        assert lists <= {one.partition("-")[0] for one in going_on}, (name, going_on.keys())
        for one, link in going_on.items():
            seen, at = [int(link[3])], html.unescape(link[1])
            while at:
                answer = catalog.client.get(urljoin(f"{BASE}/explorer/", at), headers=BROWSER)
                assert answer.status_code == 200, (at, answer.text)
                (place,) = [found for found in _PLACE.finditer(answer.text) if one in (found[2], found[6])]
                seen.append(int(place[3]))
                assert int(place[3]) == int(place[4])
                at = html.unescape(place[1] or "")
                # The other lists stay where they are, save those of what was shown before.
                inside = {each for each in going_on if one == "outputs" and each.startswith("clearances-")}
                assert {found[2] for found in _GOES_ON.finditer(answer.text)} | {one} >= going_on.keys() - inside
            assert seen == list(range(1, int(link[5]) + 1)), (name, one)


def test_a_list_that_goes_on_behind_what_is_not_there_says_so(catalog: Catalog) -> None:
    catalog.fill()
    catalog.caught_up()
    answer = catalog.client.get(f"/explorer/dataset?{OF}&behind=snapshots:gone", headers=BROWSER)
    assert answer.status_code == 422
    assert "leave it out to begin anew" in shown(answer).words
