"""The distances of a drawing, in whole points, and what stands where in it."""

from __future__ import annotations

from typing import Final

GAP_X: Final = 22
GAP_Y: Final = 12
LANE: Final = 8
"""How high an edge is that passes through a column."""
TOP: Final = 24
"""What the names of zones need."""
EDGE: Final = 4

Points = tuple[tuple[int, int], ...]
Places = dict[str, tuple[int, int, int]]
"""The left, middle and width of every node, and of every edge where it passes a column."""
