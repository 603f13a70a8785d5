"""How the fonts of the reports for scripts beside Latin, Greek and Cyrillic are cut out of Noto's, and what they cover.

`python -m tests.support.fonts FOLDER` makes them, and `coverage.json`, anew out of what FOLDER holds: the packages
that `SOURCES` names, unpacked. All of them are under the SIL Open Font License 1.1 and reserve no name that a subset
would bear; Plex reserves its own, so its files stay as IBM made them.

A character is left out where another spelling looks the same: presentation forms of Arabic and Hebrew letters,
ideographs and letters that normalisation (NFC) replaces, jamo that join to a syllable. A report shows their escapes.
"""

from __future__ import annotations

import hashlib
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

import reports

FONTS: Final = Path(reports.__file__).parent / "fonts"
MARKS: Final = frozenset({"Mn", "Mc", "Me"})


def characters_of(font: Path) -> set[int]:
    """Return the characters that a font maps to glyphs."""
    with TTFont(font, lazy=True) as opened:
        return set(opened.getBestCmap())


def covered(fonts: Path = FONTS) -> dict[str, set[int]]:
    """Return what each family covers: the visible characters that every style of it has."""
    families: dict[str, set[int]] = {}
    for path in sorted(fonts.glob("*.[ot]tf")):
        with TTFont(path, lazy=True) as font:
            family = font["name"].getBestFamilyName()
        found = {code for code in characters_of(path) if chr(code).isprintable()}
        families[family] = families.get(family, found) & found
    return families


def _hebrew() -> set[int]:
    return set(range(0x0590, 0x0600))


def _arabic() -> set[int]:
    return {*range(0x0600, 0x0700), *range(0x0750, 0x0780), *range(0x0870, 0x0900)}


def _thai() -> set[int]:
    return set(range(0x0E00, 0x0E80))


def _devanagari() -> set[int]:
    return {*range(0x0900, 0x0980), *range(0xA8E0, 0xA900)}


def _east_asian() -> set[int]:
    """Return what the character sets of mainland China, Taiwan, Japan and Korea hold, and all ideographs of GBK."""
    by_two = ((first, second) for first in range(0x81, 0xFF) for second in range(0x40, 0xFF))
    pairs = [bytes(pair) for pair in by_two]
    held = {
        ord(one)
        for codec in ("gb2312", "big5", "euc_jp", "euc_kr")
        for pair in pairs
        if len(one := pair.decode(codec, "ignore")) == 1 and not one.isascii()
    }
    symbols = {*range(0x3001, 0x3100), *range(0xFF01, 0xFFA0), *range(0xFFE0, 0xFFE7)}
    latin = set().union(*(covered()[family] for family in ("IBM Plex Sans", "IBM Plex Mono")))
    wanted = (held | symbols | set(range(0x4E00, 0x9FA6))) - latin
    return {code for code in wanted if unicodedata.category(chr(code)) not in MARKS}


@dataclass(frozen=True, slots=True)
class Source:
    """A font to cut from: the file in the package, what is kept of it, and which member where it is a collection."""

    package: str
    file: str
    digest: str
    kept: Callable[[], set[int]]
    number: int = -1


def _google(script: str, kept: Callable[[], set[int]], regular: str, semibold: str) -> dict[str, Source]:
    package = f"npm @expo-google-fonts/noto-sans-{script.lower()}"
    return {
        f"NotoSans{script}-{style[3:]}.ttf": Source(package, f"NotoSans{script}_{style}.ttf", digest, kept)
        for style, digest in (("400Regular", regular), ("600SemiBold", semibold))
    }


SOURCES: Final = {
    "NotoSansArabic-Bold.ttf": Source(
        "apt fonts-noto-core",
        "NotoSansArabic-Bold.ttf",
        "ded6fc7359ca36d15d7aab9ef0c066e21ce48b26a069994d6602fa2cb9a1b952",
        _arabic,
    ),
    "NotoSansArabic-Regular.ttf": Source(
        "apt fonts-noto-core",
        "NotoSansArabic-Regular.ttf",
        "504d7407d86875acf7d04dfaa0fd7524d0b8797723bc4aa18022f29db25b0b6e",
        _arabic,
    ),
    **_google(
        "Devanagari",
        _devanagari,
        regular="084a94d89eb54aafb93a056e15425c34fd859f6342875165d304837b3bcfc2d2",
        semibold="5f8764f341ed1badfd382540277386c97b2a711399cb273c4854c3097588287b",
    ),
    **_google(
        "Hebrew",
        _hebrew,
        regular="e0ee753f09733337b9236221018d4bf71fd6d06c87dd76bbc83120514bc55911",
        semibold="9abe8cafd04882a1733438a853b6933268f56680dc45eee1497ebb95b5f38216",
    ),
    **_google(
        "Thai",
        _thai,
        regular="9acb585d8662ca4ed1b1cf5889dfa1393f8555103b3986e1ea1e3af4faef70bd",
        semibold="2e0c06600ac07f9e22c9d360d3e3b37651af9aff9d2dd4b418ba9fd6856c51ea",
    ),
    "NotoSansCJKsc-Regular.otf": Source(
        "apt fonts-noto-cjk",
        "NotoSansCJK-Regular.ttc",
        "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
        _east_asian,
        number=2,
    ),
}
"""Each committed file by what it is cut from.

Noto Sans Arabic is 2.005, the last that has one glyph for a letter: later ones make it of a stroke and its dots, and
what is copied from a PDF then has the letter twice. No bold of the East Asian one: that is five megabytes more.
"""


def _cut(source: Path, target: Path, wanted: set[int], number: int) -> None:
    # What a joined script is shaped by stays whole; forms of one language, vertical setting and hints are left out.
    options = subset.Options(
        font_number=number, hinting=False, recalc_timestamp=False, layout_features=[] if number >= 0 else ["*"]
    )
    options.drop_tables += ["BASE", "DSIG", "MVAR", "STAT", "VORG", "vhea", "vmtx"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14, 16, 17]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={code for code in wanted if _unambiguous(chr(code))})
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def _unambiguous(character: str) -> bool:
    return character.isprintable() and unicodedata.normalize("NFC", character) == character


def _ranges(codes: Iterable[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for code in sorted(codes):
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def main(folder: Path) -> None:
    """Make every committed font that is cut out of another, then what all of them cover."""
    for name, source in SOURCES.items():
        (path,) = folder.rglob(source.file)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != source.digest:
            sys.exit(
                f"{path} has the SHA-256 {digest}, not that of the file that {name} was cut from ({source.package})"
            )
        _cut(path, FONTS / name, source.kept(), source.number)
    ranges = {family: _ranges(codes) for family, codes in covered().items()}
    (FONTS / "coverage.json").write_text(json.dumps(ranges, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
