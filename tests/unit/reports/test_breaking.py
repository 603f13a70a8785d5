from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.breaking import LONG_WORD, pieces

TEXTS = st.text(st.sampled_from("aB1/:@._- \u00e9-/.;"), max_size=80)


def chunks_of(text: str, longest: int = LONG_WORD) -> list[list[str]]:
    return [piece for piece in pieces(text, longest) if isinstance(piece, list)]


@given(TEXTS, st.integers(8, 40))
def test_nothing_is_lost_or_added_between_the_pieces(text: str, longest: int) -> None:
    assert "".join(piece if isinstance(piece, str) else "".join(piece) for piece in pieces(text, longest)) == text


@given(TEXTS, st.integers(8, 40))
def test_no_line_that_goes_on_ends_with_a_hyphen(text: str, longest: int) -> None:
    for word in chunks_of(text, longest):
        natural = [chunk for chunk in word[:-1] if len(chunk) != 8]
        assert not any(re.search(r"[^-]-$", chunk) for chunk in natural)


@given(TEXTS, st.integers(8, 40))
def test_no_chunk_is_longer_than_a_line_but_for_an_ordinary_word(text: str, longest: int) -> None:
    for word in chunks_of(text, longest):
        assert all(len(chunk) <= longest or re.fullmatch(r"[^\W\d_]{1,24}\W*", chunk) for chunk in word)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("de-identification state", [["de-identification"]]),
        ("sampletown-pipelines/readmission.train", [["sampletown", "-pipelines/", "readmission.train"]]),
        ("fhir://ehr.sampletown.example/x", [["fhir://", "ehr", ".sampletown", ".example/", "x"]]),
        ("a_name_that_is_long_enough", [["a", "_name", "_that", "_is", "_long", "_enough"]]),
        ("demographic representativeness;", [["representativeness;"]]),
        ("sha256:0123456789abcdef0123", [["sha256:", "01234567", "89abcdef", "0123"]]),
        ("a plain sentence.", []),
    ],
)
def test_a_word_breaks_where_a_reader_sees_that_it_goes_on(text: str, found: list[list[str]]) -> None:
    assert chunks_of(text) == found
