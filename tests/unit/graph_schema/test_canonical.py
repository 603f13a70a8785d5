"""Canonical JSON is that of RFC 8785 for what is hashed, and equal values give equal text."""

from __future__ import annotations

import hashlib
import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from catalog import canonical as catalog_canonical
from graph_schema.canonical import canonical_bytes, canonical_text, digest_of

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    _TEXT | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
)


@given(_VALUES)
def test_what_is_hashed_is_the_canonical_json_of_the_standard(value: object) -> None:
    assert digest_of(value) == "sha256:" + hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]


@given(_VALUES)
def test_the_fast_way_of_the_catalog_writes_the_same_bytes(value: object) -> None:
    assert catalog_canonical.canonical_bytes(value) == canonical_bytes(value)


@given(st.floats(min_value=1e-3, max_value=1e15) | st.booleans() | st.none())
def test_a_fraction_without_an_exponent_is_the_same_in_both_ways(value: object) -> None:
    assert catalog_canonical.canonical_bytes(value) == canonical_bytes(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_no_form_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical_text({"figure": value})
