"""Where the number of an edge stands in a drawing, and the marks of an edge: on its line, and on nothing else that is
written there.

A line leaves boxes through the gap between two columns, in which no box stands, and passes a column in a lane of its
own. Only in these two a number is placed, from the middle of the line outwards, where no other number, mark or head of
an arrow is. What finds no place is not drawn: the table beside a drawing has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from reports.document import Path
from reports.geometry import EDGE, Points

NUMBER_HEIGHT: Final = 8
SIGN: Final = 10
"""How wide and how high a mark is."""
_DIGIT, _AROUND = 4, 3
_HEAD, _HEAD_HEIGHT = 5, 6
_MANY: Final = 1_000
"""Of so many edges each is tried at fewer places."""
_FEWER, _MOST = 8, 40
_BUCKET: Final = 16

Rectangle = tuple[int, int, int, int]
"""Left, top, right and bottom."""


def number_width(number: str) -> int:
    """Return how wide the number of an edge is."""
    return _DIGIT * len(number) + _AROUND


def rectangle(at: tuple[int, int], width: int, height: int) -> Rectangle:
    """Return what is covered by something of this size whose middle lies here."""
    left, top = at[0] - width // 2, at[1] - height // 2
    return left, top, left + width, top + height


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a drawing stand: one after the other, each as wide, between them gaps of one width."""

    wide: int
    gap: int

    def stretch(self, x: int) -> int:
        """Return the number of the column or gap in which something lies: the even ones are columns."""
        column, beside = divmod(x - EDGE, self.wide + self.gap)
        return 2 * column + (beside >= self.wide)

    def gap_between(self, left: int, right: int) -> int | None:
        """Return the number of the gap in which all of this stretch lies, None where it does not."""
        number = self.stretch(left)
        return number if number % 2 and self.stretch(right - 1) == number else None

    def passed(self, one: tuple[int, int], other: tuple[int, int]) -> int | None:
        """Return the left of the column that an edge passes between these points, in a lane or below a box of it."""
        left, right = min(one[0], other[0]), max(one[0], other[0])
        column = left + (EDGE - left) % (self.wide + self.gap)
        is_passed = (
            one[1] == other[1] and column - left in {0, EDGE} and self.wide <= right - left <= self.wide + 2 * EDGE
        )
        return column if is_passed else None


class _Taken:
    """What is covered already, by the column or gap and by height."""

    def __init__(self) -> None:
        self._taken: defaultdict[tuple[int, int], list[Rectangle]] = defaultdict(list)

    def take(self, stretch: int, covered: Rectangle) -> None:
        for bucket in range(covered[1] // _BUCKET, covered[3] // _BUCKET + 1):
            self._taken[stretch, bucket].append(covered)

    def is_free(self, stretch: int, covered: Rectangle) -> bool:
        left, top, right, bottom = covered
        for bucket in range(top // _BUCKET, bottom // _BUCKET + 1):
            for other in self._taken.get((stretch, bucket), ()):
                if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                    return False
        return True


def numbered(paths: Sequence[Path], columns: Columns, marks: Sequence[int]) -> tuple[Path, ...]:
    """Return the edges, each with the places of its number and of as many marks as are given for it.

    Marks are placed before numbers, and what may lie in few places before what may lie in many.
    """
    taken = _Taken()
    for path in paths:
        x, y = path.points[-1]
        taken.take(columns.stretch(x - 1), (x - _HEAD, y - _HEAD_HEIGHT // 2, x, y + _HEAD_HEIGHT // 2))
    most = _FEWER if len(paths) > _MANY else _MOST
    found = list(paths)
    order = sorted(range(len(paths)), key=lambda place: (_freedom(paths[place].points), place))
    for place in order:
        if marks[place]:
            signs = (_free_place(paths[place].points, (SIGN, SIGN), columns, taken, most) for _ in range(marks[place]))
            found[place] = replace(found[place], signs=tuple(at for at in signs if at is not None))
    for place in order:
        path = paths[place]
        size = number_width(path.number), NUMBER_HEIGHT
        at = _free_place(path.points, size, columns, taken, most)
        found[place] = replace(found[place], at=at or _middle_of(path.points), has_room=at is not None)
    return tuple(found)


def _freedom(points: Points) -> tuple[int, int]:
    return len(points), sum(abs(one[1] - other[1]) for one, other in pairwise(points))


def _free_place(
    points: Points, size: tuple[int, int], columns: Columns, taken: _Taken, most: int
) -> tuple[int, int] | None:
    """Return where on a line something of this size lies on nothing else, and take that place; None if nowhere."""
    for stretch, at in _places(points, size[0], columns, most):
        covered = rectangle(at, *size)
        if taken.is_free(stretch, covered):
            taken.take(stretch, covered)
            return at
    return None


def _places(points: Points, width: int, columns: Columns, most: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the places of a line at which something so wide lies in a lane or a gap, and the number of that."""
    pieces = [(one, other, columns.passed(one, other)) for one, other in pairwise(points)]
    for one, _, left in reversed(pieces):
        if left is None:
            continue
        middle, room = left + columns.wide // 2, (columns.wide - width) // 2
        for away in range(0, room, width + 1):
            for x in dict.fromkeys((middle - away, middle + away)):
                yield columns.stretch(left), (x, one[1])
    for one, other, left in reversed(pieces):
        if left is not None:
            continue
        for at in _on_curve(one, other, most):
            begin = at[0] - width // 2
            gap = columns.gap_between(begin - 1, begin + width + 1)
            if gap is not None:
                yield gap, at


def _on_curve(one: tuple[int, int], other: tuple[int, int], most: int) -> Iterator[tuple[int, int]]:
    """Yield points of a stretch, from its middle outwards: of a line, or of the cubic curve as which it is drawn."""
    across, down = other[0] - one[0], other[1] - one[1]
    steps = 2 * max(2, min(most, abs(down) // 4 or abs(across)) // 2)
    for away in range(steps // 2):
        for step in dict.fromkeys((steps // 2 - away, steps // 2 + away)):
            yield _point(one, across, down, step, steps)


def _point(one: tuple[int, int], across: int, down: int, step: int, steps: int) -> tuple[int, int]:
    """Return the point of the cubic curve at step / steps; its control points lie halfway across (see `html.curve`)."""
    if down == 0:
        return one[0] + across * step // steps, one[1]
    x = across * (3 * step * (steps - step) * steps + 2 * step**3) // (2 * steps**3)
    return one[0] + x, one[1] + down * (3 * step**2 * steps - 2 * step**3) // steps**3


def _middle_of(points: Points) -> tuple[int, int]:
    (x, y), (other_x, other_y) = points[-2:]
    return (x + other_x) // 2, (y + other_y) // 2
