"""What stands in a box of a drawing: the last part of a name, where it lies, and what it is; wrapped, not shortened.

Widths are estimated, in thousandths of a letter's height and as whole numbers, because the lines go into bytes that
must be the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from reports.breaking import segments
from reports.document import Label, LabelStyle
from reports.text import clean, starts_cluster, width_of

PADDING = 4
_SIZES: dict[LabelStyle | Literal["zone"], int] = {"name": 70, "place": 64, "detail": 64, "doubt": 64, "zone": 76}
_FIRST, _NAME_STEP, _STEP, _GAP, _BELOW, _LEAST = 10, 8, 7, 9, 5, 30
_MOST_LINES = 8
_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]+")
# Of the heavier of the two committed weights, rounded up; what is not named here is as wide as it is high.
_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|! ", 330),
    **dict.fromkeys("frt()[]-/I", 450),
    **dict.fromkeys("aceksvxyzJL?", 560),
    **dict.fromkeys("bdghnopqu0123456789_+=~", 600),
    **dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ&", 730),
    **dict.fromkeys("mwM@", 900),
}


@dataclass(frozen=True, slots=True)
class Labels:
    """The lines of a box, and the height that they need."""

    lines: tuple[Label, ...]
    height: int


def labelled(name: str, details: tuple[tuple[LabelStyle, str], ...], width: int, *, parted: bool = True) -> Labels:
    """Return what stands in a box of this width: the name's last part, where that lies, and the details; the name as
    it is where it shall not be `parted`.
    """
    whole = _DIGEST.sub(r"\1…", clean(name, noted=False))
    place, last = _parted(whole) if parted else ("", whole)
    lines: list[Label] = []
    y = _FIRST
    parts: tuple[tuple[LabelStyle, str], ...] = (("name", last), ("place", place), *details)
    before: LabelStyle | None = None
    for style, text in parts:
        if not text:
            continue
        for line in _kept(_wrapped(text, width - 2 * PADDING, _SIZES[style]), width, _SIZES[style]):
            y += 0 if before is None else _step(before, style)
            lines.append(Label(line, style, y))
            before = style
    return Labels(tuple(lines), max(y + _BELOW, _LEAST))


def wrapped(text: str, width: int, style: LabelStyle | Literal["zone"]) -> tuple[str, ...]:
    """Return the lines of a text above boxes of this width."""
    return tuple(_wrapped(text, width - PADDING, _SIZES[style]))


def fitted(text: str, width: int) -> str:
    """Return as much of a text as one line of a box of this width has room for."""
    whole, size = clean(text, noted=False), _SIZES["detail"]
    return whole if _wide(whole, size) <= (width - 2 * PADDING) * 10_000 else _cut(whole, width, size)


def _cut(whole: str, width: int, size: int) -> str:
    """Return as much of a text as fits with a mark that more of it follows."""
    room = (width - 2 * PADDING) * 10_000
    end = len(whole)
    while end > 0 and (_wide(f"{whole[:end]}…", size) > room or (end < len(whole) and not starts_cluster(whole, end))):
        end -= 1
    return f"{whole[:end]}…"


def _step(before: LabelStyle, style: LabelStyle) -> int:
    """Return how far a line stands below the one before it."""
    if before in {"name", "place"} and style != before:
        return _GAP
    return _NAME_STEP if style == "name" else _STEP


def _parted(name: str) -> tuple[str, str]:
    """Return where something lies and its own name: what stands before the last slash, and after it."""
    place, slash, last = name.rpartition("/")
    return (place + slash, last) if last and place.strip("/") else ("", name)


def _wrapped(text: str, room: int, size: int) -> list[str]:
    """Return the lines of a text, broken where a reader sees that it goes on."""

    def fits(part: str) -> bool:
        return _wide(part.rstrip(), size) <= room * 10_000

    lines: list[str] = []
    current = ""
    for word in re.findall(r"\S+\s*", text):
        for part in (piece for segment in segments(word, fits) for piece in _fitting(segment, fits)):
            if current and not fits(current + part):
                lines.append(current.rstrip())
                current = part.lstrip()
            else:
                current += part
    return [*lines, current.rstrip()]


def _fitting(part: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Yield a part of a word, in pieces where it is wider than a line."""
    if fits(part):
        yield part
        return
    start = whole = 0
    for end in range(1, len(part) + 1):
        if whole > start and not fits(part[start:end]):
            yield part[start:whole]
            start = whole
        if end < len(part) and starts_cluster(part, end):
            whole = end
    yield part[start:]


def _wide(text: str, size: int) -> int:
    """Return the width in ten-thousandths of a point; `size` is in tenths of a point."""
    return sum(_WIDTHS.get(letter) or 1_000 * (width_of(letter) > 0) for letter in text) * size


def _kept(lines: list[str], width: int, size: int) -> list[str]:
    if len(lines) <= _MOST_LINES:
        return lines
    half = _MOST_LINES // 2
    return [*lines[: half - 1], _cut(lines[half - 1], width, size), *lines[-half:]]
