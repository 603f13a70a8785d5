"""Where a word may break, the same in page and PDF: where a reader sees that it goes on, and else nowhere.

A line that ends with a slash, a colon or an @, or begins with a dot, an underscore or a hyphen, is no whole name; one
that ends with a hyphen would read as a word divided by the typesetter. What is copied stays whole in any case.

Between ideographs a line breaks by itself. Letters that join or bear marks are never cut within a cluster of them, and
what runs from right to left is a chunk by itself, so that it turns the order of nothing beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from graph_schema.characters import runs
from reports.text import LEADING_VOWELS, starts_cluster, width_of

LONG_WORD = 18
_WORD = re.compile(r"(\S+)")
# What a typesetter breaks after by itself, so that such a word must be kept together.
_JOINED = re.compile(r"[^\s-][-/:._@|?&=]+[^\s]")
_AFTER = re.compile(r"(?<=[/:@|?&=,;])(?=[^/:@|?&=,;\s])")
_BEFORE = re.compile(r"(?<=[^._-])(?=[._-]+[^._-])")
# A line of such letters is read on by itself: a digest, a key.
_CHUNK = 8
_MARKS = "\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
_ORDINARY = re.compile(rf"[._-]*(?:[^\W\d_]|[{_MARKS}]){{1,24}}\W*")
# Thai and what is written with ideographs: a word is not seen to end.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3000-\u9fff\uac00-\ud7a3\uff00-\uffef]")
# Kana that may begin a line, ideographs, syllables of Hangul.
_IDEOGRAPHS = re.compile("([あいうえおか-ちつ-もやゆよら-ろわ-んアイウエオカ-チツ-モヤユヨラ-ロワ-ン㐀-鿿가-힣]+)")
# Arabic, Devanagari and Thai join or bear marks: cut as often as Latin letters they could not be read.
_JOINING = re.compile("[\u0600-\u0e7f]")
_LONG_JOINING = 18

Pieces = list[str | list[str]]


def pieces(text: str, longest: int = LONG_WORD) -> Pieces:
    """Return a text as pieces: a string breaks at its blanks, a list of chunks between two of them and nowhere else.

    A word longer than `longest` has chunks of at most that many letters.
    """
    found: Pieces = []
    for stretch, turned in runs(text):
        for part in _turned(stretch, longest) if turned else _straight(stretch, longest):
            if isinstance(part, str) and found and isinstance(found[-1], str):
                found[-1] += part
            else:
                found.append(part)
    return found


def _turned(stretch: str, longest: int) -> Iterator[str | list[str]]:
    """Yield a stretch from right to left as one chunk; where a word of it is too long, as one for each word."""
    words = _WORD.split(stretch)
    if all(width_of(word) <= longest for word in words):
        yield [stretch]
        return
    for word in filter(None, words):
        yield word if word.isspace() else chunks(word, longest)


def _straight(stretch: str, longest: int) -> Iterator[str | list[str]]:
    for part in filter(None, _WORD.split(stretch)):
        if part.isspace() or (width_of(part) <= longest and not _JOINED.search(part)):
            yield part
        elif width_of(part) <= longest or not _IDEOGRAPHS.search(part):
            yield chunks(part, longest)
        else:
            for each in filter(None, _IDEOGRAPHS.split(part)):
                yield each if width_of(each) <= longest or _IDEOGRAPHS.fullmatch(each) else chunks(each, longest)


def segments(word: str, fits: Callable[[str], bool]) -> list[str]:
    """Return a word in as few pieces as fit, divided where a reader sees that it goes on; one may be too long still."""
    if fits(word):
        return [word]
    return [each for part in _AFTER.split(word) for each in ([part] if fits(part) else _BEFORE.split(part))]


def chunks(word: str, longest: int = LONG_WORD) -> list[str]:
    """Return the chunks of one word, which may break between them."""
    if width_of(word) <= longest:
        return [word]
    found: list[str] = []
    for segment in _AFTER.split(word):
        for each in [segment] if width_of(segment) <= longest else _BEFORE.split(segment):
            found += [each] if width_of(each) <= longest or _is_ordinary(each) else _cut(each, longest)
    return found


def _is_ordinary(word: str) -> bool:
    return _ORDINARY.fullmatch(word) is not None and not _UNSPACED.search(word)


def _cut(text: str, longest: int) -> Iterator[str]:
    """Cut what a reader sees no place in, but for Thai, whose syllables may begin with a vowel."""
    least = min(longest, _LONG_JOINING) if _JOINING.search(text) else _CHUNK
    start = 0
    for at in range(1, len(text)):
        length = at - start
        due = length >= least or (length >= _CHUNK and text[at] in LEADING_VOWELS)
        if due and (starts_cluster(text, at) or length >= 2 * _LONG_JOINING):
            yield text[start:at]
            start = at
    yield text[start:]
