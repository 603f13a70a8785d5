from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.characters import escape_hidden, escape_json, runs

ANYTHING = st.text(st.characters(codec=None), max_size=200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("raw.visits", "raw.visits"),
        ("Łódź · λ · 患者 · שלום · 😀", "Łódź · λ · 患者 · שלום · 😀"),
        ("\x1b[31mred\x07", "\\u{1B}[31mred\\u{7}"),
        ("\x9b2J", "\\u{9B}2J"),
        ("two\nlines\tand\rmore", "two\\u{A}lines\\u{9}and\\u{D}more"),
        ("txt\u202eexe", "txt\\u{202E}exe"),
        ("visits\u200b", "visits\\u{200B}"),
        ("a\u00a0b\u2003c\u3000d", "a\\u{A0}b\\u{2003}c\\u{3000}d"),
        ("tag\U000e0041", "tag\\u{E0041}"),
        ("blank\u2800\u3164", "blank\\u{2800}\\u{3164}"),
        ("lone \ud800", "lone \\u{D800}"),
        ("private \ue000", "private \\u{E000}"),
        ("cafe\u0301", "cafe\\u{301}"),
        ("a\u0337b", "a\\u{337}b"),
        ("\u0301first", "\\u{301}first"),
        ("Ж\u20dd", "Ж\\u{20DD}"),
        ("हिन्दी", "हिन्दी"),
        ("हां में हाँ", "हां में हाँ"),
        ("কাঁচ ผู้ทดสอบที่", "কাঁচ ผู้ทดสอบที่"),
        ("\u03c5\u0301\u0327", "\u03c5\\u{301}\\u{327}"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_shown_and_what_can_stays(text: str, shown: str) -> None:
    assert escape_hidden(text) == shown


def test_marks_piled_upon_one_another_are_shown() -> None:
    piled = "ש" + "\u05b8" * 6
    assert escape_hidden(piled).count("\\u{5B8}") == 2


@given(ANYTHING)
def test_whatever_is_shown_is_printable_in_one_order_and_the_same_when_shown_again(text: str) -> None:
    shown = escape_hidden(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in shown)
    assert escape_hidden(shown) == shown


@given(st.text(st.sampled_from("abcé λ→患\\{}"), max_size=100))
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert escape_hidden(text) == text


@given(st.dictionaries(ANYTHING, ANYTHING, max_size=5))
def test_json_holds_the_same_after_its_hidden_characters_are_escaped(value: dict[str, str]) -> None:
    document = escape_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(document) == json.loads(json.dumps(value))
    assert document.isprintable()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", ["plain"]),
        ("אדם לדוגמה 12, x", ["<אדם לדוגמה>", " 12, x"]),
        ("raw/אבג.12.דהו_v2", ["raw/", "<אבג>", ".12.", "<דהו>", "_v2"]),
        ("שם, שם", ["<שם>", ", ", "<שם>"]),
        ('בן-דוד צה"ל', ['<בן-דוד צה"ל>']),
        ("ملف ٣ (ألف)", ["<ملف ٣>", " (", "<ألف>", ")"]),
        ("", []),
    ],
)
def test_a_stretch_from_right_to_left_ends_where_an_identifier_has_its_parts(text: str, parts: list[str]) -> None:
    assert [f"<{part}>" if turned else part for part, turned in runs(text)] == parts


@given(st.text(st.sampled_from("aב ج-.1_'甲"), max_size=60))
def test_runs_are_the_whole_text_and_hold_all_that_runs_to_the_left(text: str) -> None:
    parts = list(runs(text))
    assert "".join(part for part, _ in parts) == text
    for part, turned in parts:
        ways = {unicodedata.bidirectional(one) for one in part}
        assert part
        assert bool(ways & {"R", "AL"}) == turned
        assert not turned or not ways & {"L", "EN"}


def test_every_character_that_runs_to_the_left_is_found_as_such() -> None:
    left = {chr(code) for code in range(0x110000) if unicodedata.bidirectional(chr(code)) in {"R", "AL"}}
    visible = {one for one in left if escape_hidden(f"א{one}") == f"א{one}"}
    assert len(visible) > 1_500
    assert all(list(runs(one)) == [(one, True)] for one in visible)
