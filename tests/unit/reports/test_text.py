from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reports
from graph_schema.characters import runs
from reports.text import LONGEST_SHOWN, beginning, clean, width_of

SCRIPTS = {
    "simplified Chinese": "测试人员甲",
    "traditional Chinese": "測試人員甲、喆",
    "Japanese": "試験担当者アルファ・てすと",
    "Korean": "시험자 알파",
    "Arabic": "شخص تجريبي ألف",
    "Persian": "شخص آزمایشی یک",
    "Urdu": "آزمائشی شخص الف",
    "Hebrew": "אדם לדוגמה אלף",
    "pointed Hebrew": "שָׁלוֹם",
    "Thai": "ผู้ทดสอบที่หนึ่ง น้ำ",
    "Hindi": "परीक्षण व्यक्ति हाँ हां क्षत्रिय",
}
"""Made up: a person for tests, alpha; and letters that only shaping puts together."""

UNCOVERED = {"Georgian": "\u10d0", "Tamil": "\u0ba4", "Khmer": "\u1780", "emoji": "\U0001f600", "Yi": "\ua000"}


def families() -> dict[str, set[str]]:
    ranges = json.loads((Path(reports.__file__).parent / "fonts" / "coverage.json").read_text())
    return {
        family: {chr(code) for first, last in each for code in range(first, last + 1)}
        for family, each in ranges.items()
    }


def clusters(text: str) -> list[str]:
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character).startswith("M"):
            found[-1] += character
        else:
            found.append(character)
    return found


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_a_name_is_shown_in_its_own_script(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("character", UNCOVERED.values(), ids=UNCOVERED)
def test_what_no_font_covers_is_an_escape(character: str) -> None:
    assert clean(f"a{character}b") == f"a\\u{{{ord(character):X}}}b"


@pytest.mark.parametrize(
    "text",
    [
        "\ufe8d",  # alef as a presentation form
        "\ufb2a",  # shin with its dot
        "\uf900",  # an ideograph twice in a Korean character set
        "\u1112\u1161\u11ab",  # a syllable in its jamo
        "\u2f08",  # a radical that looks like the ideograph
        "\u304b\u3099",  # ga of two
    ],
)
def test_what_looks_like_another_spelling_is_an_escape(text: str) -> None:
    assert "\\u{" in clean(text)
    assert clean(unicodedata.normalize("NFKC", text)) == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("text", ["a\u093e", "שׁ\u0e34", "甲\u064b", "\u093e", "ก\u093e\u0902"])
def test_a_mark_on_a_letter_of_another_script_is_an_escape_since_no_font_has_both(text: str) -> None:
    assert "\\u{" in clean(text)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("plain text", "plain text"),
        ("two\n lines\tand  more ", "two lines and more"),
        ("a\x00b\x1b[31mc\x7f", "a\\u{0}b\\u{1B}[31mc\\u{7F}"),
        ("user\u202etxt.exe", "user\\u{202E}txt.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u{200B}width\\u{FEFF}"),
        ("ok \U0001f600", "ok \\u{1F600}"),
        ("患者", "患者"),
        ("אב\u202eגד", "אב\\u{202E}גד"),
        ("می\u200cشود", "می\\u{200C}شود"),
        ("Łódź · Ångström · λ · Ж · → ✓", "Łódź · Ångström · λ · Ж · → ✓"),
        ("#let x = [*a*] $y$ @z <b>", "#let x = [*a*] $y$ @z <b>"),
        ("\ud800", "\\u{D800}"),
        ("", ""),
    ],
)
def test_text_is_shown_harmless_and_readable(given_text: str, shown: str) -> None:
    assert clean(given_text) == shown


@given(st.text(st.characters(codec=None), max_size=2000))
def test_whatever_is_given_what_is_shown_is_covered_visible_and_short(text: str) -> None:
    shown = clean(text)
    known = families().values()
    assert all(any(set(cluster) <= family for family in known) for cluster in clusters(shown))
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in shown)
    assert len(shown) < LONGEST_SHOWN + 100
    assert shown == " ".join(shown.split())


@given(st.text(st.sampled_from("abcé λ→"), max_size=200))
def test_what_can_be_shown_is_shown_as_it_is(text: str) -> None:
    assert clean(text) == " ".join(text.split())


def test_a_very_long_token_keeps_both_ends_and_says_where_the_whole_is() -> None:
    shown = clean("a" * 10_000 + "z")
    assert shown.startswith("aaaa")
    assert shown.endswith("z [10,001 characters; whole in the attached evidence]")


@given(st.text(st.sampled_from("aक्षिाก้เ甲שָ·"), max_size=2000))
def test_a_long_text_is_cut_where_every_mark_keeps_its_letter(text: str) -> None:
    known = families().values()
    assert all(any(set(cluster) <= family for family in known) for cluster in clusters(clean(text)))


def test_every_covered_character_that_runs_to_the_left_is_found_as_such() -> None:
    left = {one for family in families().values() for one in family if unicodedata.bidirectional(one) in {"R", "AL"}}
    assert len(left) > 250
    assert all(list(runs(one)) == [(one, True)] for one in left)


@pytest.mark.parametrize(("text", "wide"), [("abc", 3), ("甲アa", 5), ("שָׁ", 1), ("ที่", 1), ("한", 2), ("", 0)])
def test_a_text_is_as_wide_as_its_letters(text: str, wide: int) -> None:
    assert width_of(text) == wide


@given(st.text(st.sampled_from("abक्षिก้เ甲アשָ"), max_size=80), st.integers(4, 40))
def test_a_beginning_fits_and_parts_no_mark_from_its_letter(text: str, most: int) -> None:
    text = clean(text)
    start = beginning(text, most)
    rest = text.removeprefix(start)
    assert start + rest == text
    assert width_of(start) <= most
    assert not rest or (width_of(text) > most and not unicodedata.category(rest[0]).startswith("M"))
