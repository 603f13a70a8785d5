from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.characters import runs
from reports.breaking import LONG_WORD, pieces

TEXTS = st.text(st.sampled_from("aB1/:@._- \u00e9-/.;"), max_size=80)
SCRIPTS = st.text(st.sampled_from("a/ 1._-甲アー」한क्षिก้เمבַ"), max_size=120)


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
        ("De-identification of it", [["De-identification"]]),
        ("demographic representativeness;", [["representativeness;"]]),
        ("sha256:0123456789abcdef0123", [["sha256:", "01234567", "89abcdef", "0123"]]),
        ("a plain sentence.", []),
        ("אדם לדוגמה 12, x", [["אדם לדוגמה"]]),
        ("raw/אבג.12.דהו_v2", [["אבג"], ["דהו"]]),
        ("شخص " + "م" * 40, [["شخص"], ["م" * 18, "م" * 18, "مممم"]]),
        ("测试人员甲" * 8, []),
        ("患者ID_001_測試データ患者患者患者", []),
        ("ー" * 20, [["ーーーーーーーー", "ーーーーーーーー", "ーーーー"]]),
        ("เกม" * 8, [["เกมเกมเกม", "เกมเกมเกม", "เกมเกม"]]),
    ],
)
def test_a_word_breaks_where_a_reader_sees_that_it_goes_on(text: str, found: list[list[str]]) -> None:
    assert chunks_of(text) == found


@given(SCRIPTS, st.integers(8, 40))
def test_nothing_of_any_script_is_lost_or_added_between_the_pieces(text: str, longest: int) -> None:
    assert "".join(piece if isinstance(piece, str) else "".join(piece) for piece in pieces(text, longest)) == text


@given(SCRIPTS, st.integers(8, 40))
def test_what_runs_from_right_to_left_is_a_chunk_by_itself(text: str, longest: int) -> None:
    for piece in pieces(text, longest):
        for chunk in [piece] if isinstance(piece, str) else piece:
            leftward = [unicodedata.bidirectional(one) in {"R", "AL"} for one in chunk]
            assert not any(leftward) or (isinstance(piece, list) and list(runs(chunk)) == [(chunk, True)])


@pytest.mark.parametrize("word", ["الاستراتيجيات", "प्रयोगशालाओं", "representativeness", "באוניברסיטאות"])
def test_an_ordinary_word_is_whole_in_a_narrow_column_too(word: str) -> None:
    assert pieces(word, 8) == [[word]]


def test_a_cut_parts_neither_a_conjunct_nor_a_mark_nor_a_vowel_from_its_letter() -> None:
    for cluster in ("क्षि", "เก้"):
        (word,) = chunks_of(cluster * 30)
        assert len(word) > 3
        assert all(len(chunk) % len(cluster) == 0 for chunk in word)
