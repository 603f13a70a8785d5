"""How pages write names, digests and fields."""

from __future__ import annotations

import pytest

from catalog.api.pages.rendering import LONGEST, name
from catalog.api.pages.words import field

DIGEST = "3b2aef6f4abe" + "0123456789abcdef" * 3 + "0123"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"curated/stays@sha256:{DIGEST}", "curated/stays@sha256:3b2aef6f4abe…"),
        (DIGEST, DIGEST),
        (f"sha256:{DIGEST}/part", f"sha256:{DIGEST}/part"),
        ("a" * (LONGEST + 1), f"{'a' * (LONGEST // 2)} … {'a' * (LONGEST // 2)}"),
    ],
)
def test_a_list_shows_of_a_name_what_tells_it_apart(text: str, shown: str) -> None:
    assert name(text) == shown
    assert name(text, None) == text


def test_a_field_is_read_as_words() -> None:
    read = {"owner": "Owner", "phi_category": "PHI category", "gdpr_state": "GDPR state"}
    assert {one: field(one) for one in read} == read
