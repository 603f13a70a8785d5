from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.policy_labels import PolicyLabelError, parse


def test_the_label_for_research_alone_is_state_purpose_and_refrains() -> None:
    found = parse("De-identified,  research only, no export")
    assert (found.state, found.method, found.purposes) == ("DE_IDENTIFIED", None, ("HRESCH",))
    assert found.refrains == ("NORDSCLW", "NOREUSE", "ORCON")
    assert found.words == "de-identified, research only, no export"
    assert not found.warnings


def test_a_limited_data_set_for_treatment_is_read_with_a_warning() -> None:
    found = parse("limited data set, treatment use")
    assert (found.state, found.method, found.purposes) == (None, "LIMITED_DATA_SET", ("TREAT",))
    assert "164.514(e)(3)(i)" in found.warnings[0]
    assert not parse("limited data set, research use, public health use").warnings


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("de-identified, reserch only", "Did you mean research only"),
        ("anonymous", "Its parts are raw, de-identified"),
        ("raw, de-identified", "two states"),
        ("de-identified, limited data set", "two states"),
        ("research only, treatment use", "names another"),
        ("research only, treatment only", "names another"),
        ("research only, research use", "names another"),
        ("", "words with commas"),
        ("raw,,research use", "words with commas"),
    ],
)
def test_what_is_no_label_is_told_with_what_would_be(text: str, told: str) -> None:
    with pytest.raises(PolicyLabelError, match=told):
        parse(text)


STATES = ("raw", "de-identified", "pseudonymized", "aggregated", "limited data set")
PURPOSES = ("research", "treatment", "payment", "operations", "public health", "model training")


@given(
    st.sampled_from([None, *STATES]),
    st.sets(st.sampled_from(PURPOSES), max_size=6),
    st.sets(st.sampled_from(["no export", "no relinking", "no integration"])),
    st.booleans(),
)
def test_a_label_is_the_same_again_in_words(state: str | None, uses: set[str], refrains: set[str], only: bool) -> None:  # noqa: FBT001
    how = "only" if only and len(uses) == 1 else "use"
    parts = [*([state] if state else []), *(f"{use} {how}" for use in sorted(uses)), *sorted(refrains)]
    if parts:
        found = parse(", ".join(parts))
        assert parse(found.words) == found
        assert all(code in hl7.PURPOSE_OF_USE for code in found.purposes)
        assert all(code in hl7.REFRAINS for code in found.refrains)
