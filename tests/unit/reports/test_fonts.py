"""The committed fonts, and what `coverage.json` says of them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from reports.making import made_with
from reports.pdf import committed_fonts
from tests.support.fonts import FONTS, SOURCES, characters_of, covered

FILES = sorted(FONTS.glob("*.[ot]tf"))
MOST_BYTES = 6 << 20
TEMPLATE = (FONTS.parent / "templates" / "report.typ").read_text()


def test_a_character_counts_as_covered_where_every_style_of_a_family_has_it() -> None:
    ranges = json.loads((FONTS / "coverage.json").read_text())
    committed = {
        family: {code for first, last in each for code in range(first, last + 1)} for family, each in ranges.items()
    }
    assert committed == covered()


def test_the_template_names_every_family_that_a_character_may_be_covered_by() -> None:
    used = set(re.findall(r'"((?:IBM|Noto) [^"]+)"', TEMPLATE))
    assert used == set(covered()) == set(committed_fonts().families())


@pytest.mark.parametrize("name", SOURCES)
def test_a_cut_font_holds_what_its_source_was_asked_for_and_nothing_ambiguous(name: str) -> None:
    found = characters_of(FONTS / name)
    # Whoever cuts a sign that is mirrored from right to left keeps its mirror image too.
    assert all(unicodedata.mirrored(chr(code)) for code in found - SOURCES[name].kept())
    assert all(unicodedata.normalize("NFC", chr(code)) == chr(code) for code in found)


@pytest.mark.parametrize(
    ("codec", "ranges"),
    [
        ("gb2312", [(0x4E00, 0x9FA5)]),
        ("gbk", [(0x4E00, 0x9FA5)]),
        ("big5", [(0x4E00, 0x9FA5)]),
        ("shift_jis", [(0x3041, 0x3093), (0x30A1, 0x30F6), (0x4E00, 0x9FA5)]),
        ("euc_kr", [(0x4E00, 0x9FA5), (0xAC00, 0xD7A3)]),
    ],
)
def test_a_national_character_set_is_covered(codec: str, ranges: list[tuple[int, int]]) -> None:
    found = characters_of(FONTS / "NotoSansCJKsc-Regular.otf")
    wanted = {
        code for first, last in ranges for code in range(first, last + 1) if len(chr(code).encode(codec, "ignore")) == 2
    }
    assert len(wanted) > 2_000
    assert wanted <= found


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("NotoSansArabic-Regular.ttf", 0x0620, 0x06FF),
        ("NotoSansHebrew-Regular.ttf", 0x0591, 0x05F4),
        ("NotoSansThai-Regular.ttf", 0x0E01, 0x0E5B),
        ("NotoSansDevanagari-Regular.ttf", 0x0900, 0x097F),
    ],
)
def test_a_script_is_covered_whole(name: str, first: int, last: int) -> None:
    assigned = {
        code
        for code in range(first, last + 1)
        if chr(code).isprintable() and unicodedata.normalize("NFC", chr(code)) == chr(code)
    }
    assert assigned <= characters_of(FONTS / name)


def test_the_fonts_beside_plex_take_less_than_six_mebibytes() -> None:
    assert sum((FONTS / name).stat().st_size for name in SOURCES) < MOST_BYTES


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_font_comes_with_its_licence_and_no_subset_bears_a_reserved_name(path: Path) -> None:
    licence = (FONTS / ("OFL.txt" if path.name.startswith("IBM") else "OFL-Noto.txt")).read_text()
    assert "SIL OPEN FONT LICENSE" in licence
    with TTFont(path, lazy=True) as font:
        owner, family = font["name"].getDebugName(0), font["name"].getBestFamilyName()
    if path.name in SOURCES:
        assert "Reserved Font Name" not in owner
        assert not {"Plex", "Source"} & set(family.split())
        assert f"\n{path.stem.partition('-')[0]}: Copyright" in licence


def _note(read: list[str], contents: Iterable[tuple[str, bytes]]) -> str:
    read += [name for name, _ in contents]
    return ""


def test_another_font_is_another_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr("reports.making._digest_of", lambda contents: _note(read, contents))
    made_with.__wrapped__("model-dossier/1")
    assert {path.name for path in FILES} | {"coverage.json"} <= set(read)
