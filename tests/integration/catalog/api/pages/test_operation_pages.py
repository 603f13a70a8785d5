"""Who may act and by which policies, as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BROWSER, Shown, shown
from tests.support.records import policies

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog


def page(catalog: Catalog, address: str, headers: dict[str, str] | None = None, status: int = 200) -> Shown:
    answer = catalog.client.get(f"/explorer/{address}", headers={**BROWSER, **(headers or {})})
    assert answer.status_code == status, answer.text
    return shown(answer)


def test_principals_stand_by_name_with_roles_and_keys_but_no_secret(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "0 principals are defined" in page(catalog, "principals").words
    headers = key_of(catalog, "testperson-alpha", "steward")
    other = key_of(catalog, "testperson-beta", "engineer", "approver")
    secret = other["Authorization"].split()[1]
    catalog.caught_up()
    found = page(catalog, "principals", headers).words
    assert "2 principals are defined; 2 keys were issued and not revoked" in found
    assert secret.split("_")[1] in found
    assert secret not in found
    assert "engineer approver" in found
    monkeypatch.setattr("catalog.api.pages.principals._FIRST", 1)
    first = page(catalog, "principals", headers)
    (following,) = [one["href"] for one in first.of("a") if one.get("rel") == "next"]
    assert "testperson-beta" not in first.words
    assert "testperson-beta" in page(catalog, following, headers).words


def test_the_policies_in_force_are_shown_file_by_file(catalog: Catalog) -> None:
    assert "No set of policies was ever published" in page(catalog, "policies").words
    for text in (
        "permit (principal, action, resource);\n",
        "permit (principal, action, resource);\n// The later one.\n",
    ):
        answer = catalog.record(policies(text))
        assert answer.status_code == 201, answer.text
        catalog.caught_up()
    found = page(catalog, "policies?file=made_up.cedar").words
    assert "2 publications" in found
    assert '@id("made-up")' in found
    assert "// The later one." in found
    page(catalog, "policies?file=none.cedar", status=404)
