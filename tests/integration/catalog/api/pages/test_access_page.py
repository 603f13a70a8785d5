"""Who has access to a thing, and which jobs use it, as a page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from graph_schema.nodes import Dataset
from graph_schema.times import format_time
from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BROWSER, shown
from tests.support.records import CURATED, RAW, access_grant, ending_grant

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

DAY = 86_400


def words(catalog: Catalog, address: str, headers: dict[str, str]) -> str:
    answer = catalog.client.get(f"/explorer/{address}", headers={**BROWSER, **headers})
    assert answer.status_code == 200, answer.text
    return shown(answer).words


def test_grants_in_force_and_over_and_the_jobs_that_use_it_stand_by_name(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.fill()
    steward = key_of(catalog, "testperson-alpha", "steward")
    for name in ("ada", "grace"):
        key_of(catalog, name, "engineer")
    until = format_time(int((time.time() + 20 * DAY) * 1_000_000))
    entries = {}
    for name in ("ada", "grace"):
        answer = catalog.record(access_grant(name, until=until), **steward)
        assert answer.status_code == 201, answer.text
        entries[name] = answer.json()["index"]
        catalog.caught_up()
    ended = catalog.record(ending_grant(entries["ada"], "ada"), **steward)
    assert ended.status_code == 201, ended.text
    catalog.caught_up()
    at = f"access?id={Dataset(**CURATED).id}"
    found = words(catalog, at, steward)
    assert "2 principals were ever granted or permitted access" in found
    assert "1 has a grant that is in force" in found
    assert "ada no grant in force" in found
    assert "grace has a grant" in found
    assert f"by testperson-alpha #{entries['grace']}" in found
    assert f"ended #{ended.json()['index']}" in found
    assert "curate writes it" in found
    assert "curate reads it" in words(catalog, f"access?id={Dataset(**RAW).id}", steward)
    assert "Nobody was ever granted" in words(catalog, f"access?id={Dataset(**RAW).id}", steward)
    monkeypatch.setattr("catalog.api.pages.access._FIRST", 1)
    first = catalog.client.get(f"/explorer/{at}", headers={**BROWSER, **steward})
    (following,) = [one["href"] for one in shown(first).of("a") if one.get("rel") == "next"]
    rest = words(catalog, following, steward)
    assert "grace has a grant" in rest
    assert "ada no grant" not in rest
