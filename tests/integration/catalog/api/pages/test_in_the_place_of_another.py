"""A form that is written in the place of another: offered where that one delegated it, and taken as far as both may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from graph_schema.nodes import Dataset
from tests.integration.catalog.api.pages.test_sign_in import signed_in
from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import shown
from tests.support.records import CURATED, event

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.integration.catalog.api.conftest import Catalog

OF = Dataset(**CURATED).id
DECLARE = f"/explorer/record?kind=declare_dataset&id={OF}"


def body(catalog: Catalog, index: int) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(catalog.service.ledger.entry(index).body or b"")
    return found


def offered(client: TestClient, page: str) -> list[str]:
    """Return in whose place the form of a page may be sent, in its own order; none where it does not ask."""
    found, inside = [], False
    for tag, given in shown(client.get(page)).elements:
        inside = given.get("name") == "on_behalf_of" if tag == "select" else inside
        found += [given.get("value", "")] if inside and tag == "option" else []
    return found


def send(client: TestClient, page: str, action: str, **fields: str | list[str]) -> Response:
    token = next(held["form_token"] for form, held in shown(client.get(page)).forms if form.get("action") == action)
    answer: Response = client.post(f"/explorer/{action}", data={"form_token": token, **fields})
    return answer


@pytest.fixture
def ada(catalog: Catalog) -> TestClient:
    """An engineer to whom grace, a steward, delegated declarations and tags."""
    catalog.event(event(schema={"fields": [{"name": "mrn", "type": "STRING"}]}))
    grace = key_of(catalog, "grace", "steward")
    client = signed_in(catalog, key_of(catalog, "ada", "steward")["Authorization"].split()[1])
    assert offered(client, DECLARE) == offered(client, "/explorer/labels") == []
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    given = {"kind": "delegate_access", "to": "ada", "records": ["declare_dataset", "tag"], "reason": "She is away"}
    assert catalog.record({**given, "until": until}, **grace).status_code == 201
    catalog.caught_up()
    return client


def test_x7_a_record_by_hand_is_for_oneself_or_for_whom_one_may_act(catalog: Catalog, ada: TestClient) -> None:
    assert offered(ada, DECLARE) == ["", "grace"]
    assert offered(ada, f"/explorer/record?kind=permit_use&id={OF}") == []
    size = catalog.service.ledger.size()
    fields = {"kind": "declare_dataset", "id": OF, "/owner": "hers"}
    assert send(ada, DECLARE, "record", **fields).status_code == 303
    assert "on_behalf_of" not in body(catalog, size)
    assert send(ada, DECLARE, "record", **fields, on_behalf_of="grace").status_code == 303
    assert body(catalog, size + 1)["on_behalf_of"]["principal"] == "grace"
    # Whom nobody delegated anything for is refused, and stays chosen with all that was typed.
    refused = send(ada, DECLARE, "record", **fields, on_behalf_of="rita")
    assert refused.status_code == 403
    page = shown(refused)
    assert "No delegation in force lets you write declare_dataset" in page.words
    assert ("option", {"value": "rita", "selected": ""}) in page.elements
    assert '"on_behalf_of": "rita"' in page.words
    assert catalog.service.ledger.size() == size + 2


def test_x7_labels_are_judged_in_the_place_of_another(catalog: Catalog, ada: TestClient) -> None:
    assert offered(ada, "/explorer/labels") == ["", "grace"]
    (tick,) = [one["value"] for one in shown(ada.get("/explorer/labels")).of("input") if one.get("name") == "of"]
    size = catalog.service.ledger.size()
    judged = {"stance": "confirm", "reason": "Looked at", "of": tick, "on_behalf_of": "grace"}
    assert send(ada, "/explorer/labels", "judge-labels", **judged).status_code == 303
    assert body(catalog, size)["on_behalf_of"]["principal"] == "grace"
