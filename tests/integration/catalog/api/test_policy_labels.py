from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

QUERY = """
query Parse($text: String!) { parsePolicyLabel(text: $text) { __typename
  ... on PolicyLabel { state method words warnings purposes { code } refrains { code } }
  ... on Problem { message } } }
"""


def parsed(catalog: Catalog, text: str) -> dict[str, Any]:
    found: dict[str, Any] = catalog.data(QUERY, text=text)["parsePolicyLabel"]
    return found


def test_a_label_in_words_is_read_into_codes(catalog: Catalog) -> None:
    found = parsed(catalog, "de-identified, research only, no export")
    assert found["state"] == "DE_IDENTIFIED"
    assert [one["code"] for one in found["purposes"]] == ["HRESCH"]
    assert {one["code"] for one in found["refrains"]} == {"ORCON", "NORDSCLW", "NOREUSE"}
    assert parsed(catalog, "limited data set, treatment use")["warnings"]
    assert "Did you mean research only?" in parsed(catalog, "reserch only")["message"]
