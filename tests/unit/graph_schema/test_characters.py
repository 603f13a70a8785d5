from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.characters import escape_hidden, escape_json

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
