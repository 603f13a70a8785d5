"""The address of a form: whoever reloads or mails what it was answered by comes to the page that it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

from catalog.api.pages import registry
from tests.support.pages import BASE, BROWSER, shown, walk
from tests.support.records import event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog


def test_the_address_of_each_form_leads_to_the_page_that_it_stands_on(filled: Catalog) -> None:
    assert filled.event(event(schema={"fields": [{"name": "mrn"}]})).status_code == 201
    filled.caught_up()
    met = set[str]()
    for at, page in walk(filled.client, most=80).items():
        here = page.request.url
        for form, _ in shown(page).forms:
            address = urljoin(str(here), form.get("address", ""))
            action = address.removeprefix(f"{BASE}/explorer/").partition("?")[0]
            if form.get("method") != "post" or action in registry.PAGES:
                continue
            answer = filled.client.get(address, headers=BROWSER, follow_redirects=False)
            assert answer.status_code == 303, (at, address)
            found = filled.client.get(urljoin(address, answer.headers["location"]), headers=BROWSER)
            assert found.status_code == 200, (at, address)
            if action not in {"sign-out", "dossier"}:
                assert found.request.url.path == here.path, (at, address)
            met.add(action)
    assert met >= {"judge-labels", "request-approval", "decide-finding", "dossier"}


@pytest.mark.parametrize("name", [*registry.ACTIONS, "sign-out"])
def test_the_bare_address_of_a_form_is_no_dead_end(filled: Catalog, name: str) -> None:
    answer = filled.client.get(f"/explorer/{name}?made-up=1", headers=BROWSER)
    assert answer.status_code in {200, 404}  # a page that is about something says that nothing is named
    assert "application/problem+json" not in answer.headers["content-type"]
    assert answer.request.url.path != f"/explorer/{name}" or name in registry.PAGES


def posted(catalog: Catalog, address: str, **fields: Any) -> Any:
    forms = shown(catalog.client.get("/explorer/findings", headers=BROWSER)).forms
    token = next(held["form_token"] for _, held in forms if "form_token" in held)
    data = {"form_token": token, **fields}
    return catalog.client.post(f"/explorer/{address}", data=data, headers={**BROWSER, "Origin": BASE})


def test_a_form_that_comes_back_keeps_the_address_of_its_page(filled: Catalog) -> None:
    for address in ("record?kind=tag", f"record?kind=tag&id={_dataset(filled)}"):
        back = posted(filled, address, kind="tag")
        assert back.status_code == 422
        again = [one for one, _ in shown(back).forms if one.get("method") == "post"]
        assert [one["address"].replace("%3A", ":") for one in again] == [address]
        assert shown(filled.client.get(f"/explorer/{address}", headers=BROWSER)).of("h1")


def _dataset(catalog: Catalog) -> str:
    found = catalog.data("{ search(first: 1, filter: {kinds: [DATASET]}) { nodes { id } } }")
    return str(found["search"]["nodes"][0]["id"])
