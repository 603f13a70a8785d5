"""Every address: its methods, under a prefix, by its name in logs and metrics; and the pages at first contact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from catalog.api.addresses import Addresses
from catalog.kinds import OPEN
from tests.integration.catalog.api.test_access import key_of

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

    from tests.integration.catalog.api.conftest import Catalog

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNDESCRIBED = {"/": {"get"}, "/docs": {"get"}, "/openapi.json": {"get"}, "/api/v1/presence": {"post"}}
POLICY = "default-src 'none'"


def addresses(catalog: Catalog) -> dict[str, set[str]]:
    """Return every address with its methods, a made-up value in each place of its path."""
    paths = catalog.client.get("/openapi.json").json()["paths"]
    filled = {path.replace("{form}", "json").replace("{index}", "0"): set(of) for path, of in paths.items()}
    return {**{path.replace("{identifier}", "ModelVersion:none"): of for path, of in filled.items()}, **UNDESCRIBED}


def test_a_method_that_an_address_does_not_take_is_answered_by_those_it_does(catalog: Catalog) -> None:
    for path, described in addresses(catalog).items():
        taken = {method.upper() for method in described} | ({"HEAD"} if "get" in described else set())
        for method in set(METHODS) - taken:
            answer = catalog.client.request(method, path)
            assert (answer.status_code, answer.headers.get("allow")) == (405, ", ".join(sorted(taken))), (method, path)
            if method != "HEAD":
                assert answer.json()["detail"] == f"This address takes {' and '.join(sorted(taken - {'HEAD'}))}."


def test_a_head_is_a_get_without_its_body(filled: Catalog) -> None:
    for path, described in addresses(filled).items():
        if "get" in described:
            got, headed = filled.client.get(path), filled.client.head(path)
            assert headed.status_code == got.status_code, path
            assert headed.content == b""


def test_every_address_answers_under_a_prefix_and_with_a_slash_behind_it(serve: Callable[..., Catalog]) -> None:
    catalog = serve(prefix="/lineward")
    for path, described in addresses(catalog).items():
        if "get" in described and path != "/":
            for asked in (f"/lineward{path}", f"/any/other{path}", f"{path}/"):
                answer = catalog.client.get(asked, follow_redirects=False)
                assert answer.status_code == catalog.client.get(path).status_code, asked


def test_the_start_page_stands_under_the_prefix_that_is_set(serve: Callable[..., Catalog]) -> None:
    catalog = serve(prefix="/lineward/")
    sent = catalog.client.get("/lineward", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (308, "/lineward/")
    assert catalog.client.get("/lineward/").text == catalog.client.get("/").text
    assert catalog.client.get("/elsewhere/").status_code == 404


def test_an_address_that_is_none_says_where_they_are_listed(catalog: Catalog) -> None:
    answer = catalog.client.get("/wherever")
    assert answer.status_code == 404
    assert "/docs" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("/", ("", "/")),
        ("/health/live", ("", "/health/live")),
        ("/a/b/health/live/", ("/a/b", "/health/live")),
        ("/graphql/health/live", ("/graphql", "/health/live")),
        ("/healthy", ("", "/healthy")),
        ("/nothing/here/", ("", "/nothing/here/")),
    ],
)
def test_an_address_is_found_behind_whatever_stands_before_it(path: str, split: tuple[str, str]) -> None:
    assert Addresses(("/", "/health/live", "/graphql")).split(path) == split


def test_the_start_page_says_what_this_is_how_it_stands_and_where_to_go(serve: Callable[..., Catalog]) -> None:
    catalog = serve(organisation="Sampletown <General>\u202e")
    page = catalog.client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith(POLICY)
    assert "of Sampletown &lt;General&gt;\\u{202E}, version" in page.text
    assert "ready</span>" in page.text
    for link in ("graphql", "docs", "openapi.json", "health/ready", "health/live", "api/v1/ledger/keys"):
        assert f'href="{link}"' in page.text
        assert catalog.client.get(f"/{link}").status_code == 200, link
    assert catalog.client.get("/explorer/page.css").status_code == 200


def test_the_start_page_says_why_it_is_not_ready(
    serve: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = serve()
    monkeypatch.setattr(type(catalog.service), "projection_stopped", lambda _: "The projection waits: no disk.")
    page = catalog.client.get("/")
    assert page.status_code == 200
    assert "not ready" in page.text
    assert "The projection waits: no disk." in page.text


def test_the_documentation_shows_every_address_and_every_kind_of_record(catalog: Catalog) -> None:
    page = catalog.client.get("/docs").text
    paths = catalog.client.get("/openapi.json").json()["paths"]
    for path, operations in paths.items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page
    for kind in OPEN:
        assert f'<h3 id="{kind}">' in page
    assert "<code>retention.period_days</code> (required)" in page


def test_everything_that_an_address_takes_is_described(catalog: Catalog) -> None:
    paths = catalog.client.get("/openapi.json").json()["paths"]
    taken = [(path, one) for path, of in paths.items() for each in of.values() for one in each.get("parameters", ())]
    assert taken
    assert [(path, one["name"]) for path, one in taken if not one.get("description", "").endswith(".")] == []


def test_logs_and_metrics_name_the_route_and_logs_the_principal(catalog: Catalog, lines: io.StringIO) -> None:
    headers = key_of(catalog, "testengineer-rho", "engineer", "monitor")
    catalog.ask("{ readPoint { ledgerIndex } }", headers)
    catalog.client.get("/graphql")
    catalog.client.get("/docs")
    catalog.client.head("/nothing/here")
    written = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["message"] == "request"]
    assert [(line["method"], line["route"], line.get("principal")) for line in written] == [
        ("POST", "/graphql", "testengineer-rho"),
        ("GET", "/graphql", None),
        ("GET", "/docs", None),
        ("HEAD", "unknown", None),
    ]
    assert headers["Authorization"].split()[1] not in lines.getvalue()
    metrics: Any = catalog.client.get("/metrics", headers=headers).text
    assert 'lineward_requests_total{route="/graphql",status="200"} 2.0' in metrics
