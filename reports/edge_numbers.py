"""Where the number of an edge stands in a drawing, and the marks of an edge: on its line, and on nothing else that is
written there; a number and its marks beside each other where the line is short.

A line leaves boxes through the gap between two columns, in which no box stands, and passes a column in a lane of its
own. Only in these two a number is placed, from the middle of the line outwards, where no other number, mark or head of
an arrow is. What finds no place is not drawn: the table beside a drawing has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from reports.geometry import EDGE, Points

NUMBER_HEIGHT: Final = 8
SIGN: Final = 10
"""How wide and how high a mark is."""
_DIGIT, _AROUND = 4, 3
_HEAD, _HEAD_HEIGHT = 5, 6
_MANY: Final = 1_000
"""Of so many edges each is tried at fewer places."""
_FEWER, _MOST = 4, 40
_BUCKET: Final = 16
_WHOLE: Final = 1 << 16
"""What a share of a stretch is counted in."""

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

    def passed(self, one: tuple[int, int], other: tuple[int, int]) -> int | None:
        """Return the left of the column that an edge passes between these points, in a lane or below a box of it."""
        if one[1] != other[1]:
            return None
        left, right = min(one[0], other[0]), max(one[0], other[0])
        column = left + (EDGE - left) % (self.wide + self.gap)
        is_across = column - left in {0, EDGE} and self.wide <= right - left <= self.wide + 2 * EDGE
        return column if is_across else None


class Line(NamedTuple):
    """An edge that is to be numbered: the points that it passes, its number, and how many marks it has."""

    points: Points
    number: str
    marks: int = 0


class Placed(NamedTuple):
    """Where the number of an edge lies, whether it lies there on nothing else, and where its marks lie."""

    at: tuple[int, int]
    has_room: bool
    signs: tuple[tuple[int, int], ...] = ()


def placed(lines: Sequence[Line], columns: Columns) -> list[Placed]:
    """Return where the numbers and marks of edges lie.

    Marks are placed before numbers, and what may lie in few places before what may lie in many.
    """
    room = _Room(columns, _FEWER if len(lines) > _MANY else _MOST)
    for x, y in sorted({line.points[-1] for line in lines}):
        room.take(columns.stretch(x - 1), (x - _HEAD, y - _HEAD_HEIGHT // 2, x, y + _HEAD_HEIGHT // 2))
    order = sorted(range(len(lines)), key=lambda place: (_freedom(lines[place].points), place))
    signs: dict[int, tuple[tuple[int, int], ...]] = {}
    for place in order:
        points, _, marks = lines[place]
        if marks:
            several = (room.of(points, SIGN, SIGN, beside=True) for _ in range(marks))
            signs[place] = tuple(at for at in several if at is not None)
    found: dict[int, Placed] = {}
    for place in order:
        points, number, marks = lines[place]
        at = room.of(points, number_width(number), NUMBER_HEIGHT, beside=marks > 0)
        found[place] = Placed(at or _middle_of(points), at is not None, signs.get(place, ()))
    return [found[place] for place in range(len(lines))]


class _Room:
    """What is covered already, by the column or gap and by height, and what is still free."""

    def __init__(self, columns: Columns, most: int) -> None:
        self._columns, self._most = columns, most
        self._taken: defaultdict[tuple[int, int], list[Rectangle]] = defaultdict(list)

    def take(self, stretch: int, covered: Rectangle) -> None:
        for bucket in range(covered[1] // _BUCKET, covered[3] // _BUCKET + 1):
            self._taken[stretch, bucket].append(covered)

    def of(self, points: Points, width: int, height: int, *, beside: bool) -> tuple[int, int] | None:
        """Return where on a line something of this size lies on nothing else, and take that place; None if nowhere.

        What may lie `beside` the line, does where it has to, in a gap.
        """
        for away in (0, -SIGN, SIGN) if beside else (0,):
            for stretch, (x, y) in self._places(points, width):
                covered = rectangle((x, y + away), width, height)
                if (not away or stretch % 2) and self._is_free(stretch, covered):
                    self.take(stretch, covered)
                    return x, y + away
        return None

    def _is_free(self, stretch: int, covered: Rectangle) -> bool:
        left, top, right, bottom = covered
        for bucket in range(top // _BUCKET, bottom // _BUCKET + 1):
            for other in self._taken.get((stretch, bucket), ()):
                if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                    return False
        return True

    def _places(self, points: Points, width: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield the places of a line at which something so wide lies in a lane or a gap, and the number of that."""
        gaps, columns = [], self._columns
        for one, other in pairwise(reversed(points)):
            left = columns.passed(one, other)
            if left is None:
                gaps.append((other, one))
                continue
            middle, room = left + columns.wide // 2, (columns.wide - width) // 2
            for away in range(0, room, width + 1):
                for x in dict.fromkeys((middle - away, middle + away)):
                    yield columns.stretch(left), (x, one[1])
        for one, other in gaps:
            yield from self._in_gaps(one, other, width)

    def _in_gaps(
        self, one: tuple[int, int], other: tuple[int, int], width: int
    ) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield the places of a stretch that lie in gaps, from its middle outwards.

        It is a line, or a cubic curve whose control points lie halfway across (as `html.curve` draws it).
        """
        columns = self._columns
        across, down = other[0] - one[0], other[1] - one[1]
        steps = 2 * max(2, min(self._most, max(abs(down) // 4, abs(across))) // 2)
        for along, aside in _curve(steps) if down else _line(steps):
            x, y = one[0] + across * along // _WHOLE, one[1] + down * aside // _WHOLE
            gap = columns.stretch(x)
            begin = EDGE + gap // 2 * (columns.wide + columns.gap) + columns.wide
            if gap % 2 and begin < x - width // 2 and x - width // 2 + width < begin + columns.gap:
                yield gap, (x, y)


@cache
def _curve(steps: int) -> tuple[tuple[int, int], ...]:
    """Return how far a curve has come across and down at each of so many steps, from the middle outwards."""
    return tuple(
        (
            _WHOLE * (3 * step * (steps - step) * steps + 2 * step**3) // (2 * steps**3),
            _WHOLE * (3 * step**2 * steps - 2 * step**3) // steps**3,
        )
        for step in _outwards(steps)
    )


@cache
def _line(steps: int) -> tuple[tuple[int, int], ...]:
    return tuple((_WHOLE * step // steps, 0) for step in _outwards(steps))


def _outwards(steps: int) -> Iterator[int]:
    for away in range(steps // 2):
        yield from dict.fromkeys((steps // 2 - away, steps // 2 + away))


def _freedom(points: Points) -> tuple[int, int]:
    return len(points), abs(points[0][1] - points[-1][1])


def _middle_of(points: Points) -> tuple[int, int]:
    (x, y), (other_x, other_y) = points[-2:]
    return (x + other_x) // 2, (y + other_y) // 2
