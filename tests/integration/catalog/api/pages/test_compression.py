"""Pages are compressed for whoever takes that, and never for what a page of another site asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.pages import BROWSER, shown

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.integration.catalog.api.conftest import Catalog


def ask(catalog: Catalog, address: str, **headers: str) -> Response:
    found: Response = catalog.client.get(address, headers={**BROWSER, **headers})
    return found


@pytest.mark.parametrize("address", ["/", "/explorer/findings", "/explorer/page.css", "/explorer/lineage.mjs", "/docs"])
@pytest.mark.parametrize("taken", ["gzip", "br, gzip;q=0.5", "GZIP"])
def test_a_page_is_compressed_for_a_browser_that_takes_it(catalog: Catalog, address: str, taken: str) -> None:
    plain = ask(catalog, address, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    sent = ask(catalog, address, **{"Accept-Encoding": taken, "Sec-Fetch-Site": "same-origin"})
    assert sent.headers["content-encoding"] == "gzip"
    assert sent.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(sent.headers["content-length"]) < len(plain.content) / 2
    assert len(sent.content) == len(plain.content)


@pytest.mark.parametrize("taken", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "x-gzip-made-up"])
def test_a_page_is_sent_as_it_is_to_whoever_does_not(catalog: Catalog, taken: str) -> None:
    assert "content-encoding" not in ask(catalog, "/", **{"Accept-Encoding": taken}).headers


@pytest.mark.parametrize(("site", "coding"), [("cross-site", None), ("same-site", None), ("none", "gzip")])
def test_nothing_is_compressed_that_a_page_of_another_site_asks_for(
    catalog: Catalog, site: str, coding: str | None
) -> None:
    found = ask(catalog, "/?q=made-up", **{"Accept-Encoding": "gzip", "Sec-Fetch-Site": site})
    assert found.headers.get("content-encoding") == coding


def test_a_head_says_how_long_what_is_compressed_would_be(catalog: Catalog) -> None:
    headers = {**BROWSER, "Accept-Encoding": "gzip"}
    head = catalog.client.head("/explorer/page.css", headers=headers)
    assert head.headers["content-length"] == ask(catalog, "/explorer/page.css").headers["content-length"]
    assert head.content == b""


def test_no_two_pages_hold_the_same_token_for_their_forms(catalog: Catalog) -> None:
    first, second = (shown(ask(catalog, "/explorer/approvals")).forms for _ in range(2))
    tokens = [{held["form_token"] for _, held in forms if "form_token" in held} for forms in (first, second)]
    assert tokens[0]
    assert not tokens[0] & tokens[1]
