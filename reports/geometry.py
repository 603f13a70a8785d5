"""The distances of a drawing, in whole points, what stands where in it, and the ways that edges take between boxes."""

from __future__ import annotations

from typing import Final

from reports.document import Box

GAP_X: Final = 22
GAP_Y: Final = 12
LANE: Final = 8
"""How high an edge is that passes through a column."""
TOP: Final = 24
"""What the names of zones need."""
EDGE: Final = 4
BELOW: Final = GAP_Y // 2
"""How far below a box an edge passes that leads back; the drawing ends so far below its last box."""

Points = tuple[tuple[int, int], ...]
Places = dict[str, tuple[int, int, int]]
"""The left, middle and width of every node, and of every edge where it passes a column."""


def straight(source: Box, target: Box) -> Points:
    """Return the points of an edge from the middle of one box's right side to that of the other's left side."""
    if target.x <= source.x:
        return around(source, target)
    return (source.x + source.width, _middle(source)), (target.x, _middle(target))


def around(source: Box, target: Box, between: Points = ()) -> Points:
    """Return the points of an edge that leads back: out at the right side, along below both boxes, in at the left.

    `between` are the points that it passes from the left of the one to the right of the other. A box at the side of a
    drawing has `EDGE` beside it, any other a gap.
    """
    right, left = source.x + source.width, target.x
    below, ends_below = source.y + source.height + BELOW, target.y + target.height + BELOW
    out, in_ = right + EDGE, left - EDGE
    if source.x == target.x:
        under: Points = ((out, below), (in_, below))
    else:
        under = ((out, below), (source.x, below), *between, (left + target.width, ends_below), (in_, ends_below))
    return (right, _middle(source)), (out, _middle(source)), *under, (in_, _middle(target)), (left, _middle(target))


def at_rows(points: Points, first: int | None, last: int | None) -> Points:
    """Return the points of an edge that begins and ends at rows of its boxes, at these heights, None for the box's."""
    turns = 2 if points[-1][0] <= points[0][0] else 1
    if first is not None:
        points = (*((x, first) for x, _ in points[:turns]), *points[turns:])
    if last is not None:
        points = (*points[:-turns], *((x, last) for x, _ in points[-turns:]))
    return points


def _middle(box: Box) -> int:
    return box.y + box.height // 2
