"""The colours of reports: what is read stands out from what is behind it, on pages light and dark and on paper."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

_TEMPLATES = files("reports") / "templates"
_CSS = (_TEMPLATES / "report.css").read_text("utf-8")
_BLOCK = re.compile(r":root \{(.*?)\}", re.DOTALL)
_COLOUR = re.compile(r"--([a-z-]+): #([0-9a-f]{3}|[0-9a-f]{6})\b")
TONES = ("none", "good", "warn", "bad")
READ = [
    *((text, behind) for text in ("ink", "soft", "accent", "warn", "bad") for behind in ("paper", "wash")),
    *((tone, f"{tone}-wash") for tone in TONES),
    ("on-accent", "accent"),
]
"""What is read, and on what it may stand: text of any style on the page or in a box, a mark, a table's head."""
SEEN = [("line", "paper"), ("line", "wash"), ("good", "wash"), ("accent", "paper")]
"""What is no text and has to be seen: the edges of a drawing, and what shows where the keyboard is."""

OF_TEXT, OF_GRAPHICS = 4.5, 3.0
"""The least contrast: WCAG 2.2, 1.4.3 and 1.4.11."""


def palettes() -> dict[str, dict[str, str]]:
    light, dark = (found for block in _BLOCK.findall(_CSS) if (found := dict(_COLOUR.findall(block))))
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.2 defines it."""
    digits = "".join(2 * one for one in colour) if len(colour) == len("fff") else colour
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_read_stands_out(scheme: str) -> None:
    colours = palettes()[scheme]
    read = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in READ}
    seen = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in SEEN}
    assert {pair: value for pair, value in read.items() if value < OF_TEXT} == {}
    assert {pair: value for pair, value in seen.items() if value < OF_GRAPHICS} == {}


def test_both_palettes_and_paper_have_the_same_colours() -> None:
    light, dark = palettes().values()
    assert light.keys() == dark.keys()
    # On paper they are those of the light page.
    paper = set(re.findall(r'rgb\("#([0-9a-f]{6})"\)', (_TEMPLATES / "report.typ").read_text("utf-8")))
    assert paper <= set(light.values())


def test_the_contrast_is_that_of_the_guidelines() -> None:
    assert (round(contrast("000", "ffffff"), 1), round(contrast("777777", "fff"), 2)) == (21.0, 4.48)
