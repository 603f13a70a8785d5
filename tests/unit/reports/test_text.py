from __future__ import annotations

import json
import struct
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reports
from reports.text import LONGEST_SHOWN, clean

FONTS = Path(reports.__file__).parent / "fonts"


def characters_of(font: bytes) -> set[int]:
    """Return the characters that a font maps, from its cmap subtables of format 4 and 12 (OpenType, cmap)."""
    tables = struct.unpack(">H", font[4:6])[0]
    records = (struct.unpack(">4sLLL", font[12 + 16 * i : 28 + 16 * i]) for i in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    subtables = struct.unpack(">H", font[start + 2 : start + 4])[0]
    mapped: set[int] = set()
    for i in range(subtables):
        platform, _, offset = struct.unpack(">HHL", font[start + 4 + 8 * i : start + 12 + 8 * i])
        at = start + offset
        (form,) = struct.unpack(">H", font[at : at + 2])
        if platform in {0, 3} and form == 12:
            (groups,) = struct.unpack(">L", font[at + 12 : at + 16])
            for group in range(groups):
                first, last, _ = struct.unpack(">LLL", font[at + 16 + 12 * group : at + 28 + 12 * group])
                mapped |= set(range(first, last + 1))
        elif platform in {0, 3} and form == 4:
            (doubled,) = struct.unpack(">H", font[at + 6 : at + 8])
            ends = struct.unpack(f">{doubled // 2}H", font[at + 14 : at + 14 + doubled])
            starts = struct.unpack(f">{doubled // 2}H", font[at + 16 + doubled : at + 16 + 2 * doubled])
            mapped |= {
                c for first, last in zip(starts, ends, strict=True) for c in range(first, last + 1) if c < 0xFFFF
            }
    return mapped


def committed_coverage() -> set[int]:
    ranges = json.loads((FONTS / "coverage.json").read_text())
    return {code for first, last in ranges for code in range(first, last + 1)}


def test_a_character_counts_as_covered_where_every_weight_of_the_text_font_or_the_code_font_has_it() -> None:
    sans = set.intersection(*(characters_of(font.read_bytes()) for font in FONTS.glob("IBMPlexSans-*.ttf")))
    covered = sans | characters_of((FONTS / "IBMPlexMono-Regular.ttf").read_bytes())
    assert committed_coverage() == {code for code in covered if chr(code).isprintable()}


def test_every_font_comes_with_its_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("plain text", "plain text"),
        ("two\n lines\tand  more ", "two lines and more"),
        ("a\x00b\x1b[31mc\x7f", "a\\u{0}b\\u{1B}[31mc\\u{7F}"),
        ("user\u202etxt.exe", "user\\u{202E}txt.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u{200B}width\\u{FEFF}"),
        ("ok \U0001f600", "ok \\u{1F600}"),
        ("患者", "\\u{60A3}\\u{8005}"),
        ("שלום", "\\u{5E9}\\u{5DC}\\u{5D5}\\u{5DD}"),
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
    assert {ord(character) for character in shown} <= committed_coverage()
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
