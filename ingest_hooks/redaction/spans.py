"""What a finder gives: from where to where something stands, and of which kind it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """Characters `start` to `end` of a text, and what kind of thing they are."""

    start: int
    end: int
    kind: str


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; those that overlap become one, of the kind of the longest."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start < result[-1].end:
            last = result[-1]
            kind = max(last, span, key=lambda one: one.end - one.start).kind
            result[-1] = Span(last.start, max(last.end, span.end), kind)
        else:
            result.append(span)
    return result
