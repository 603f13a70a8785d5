"""The least fixed point over what flows into datasets and model versions, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from catalog.labels.taint.equations import ANY, COLUMN, NO_PARTS, TAKEN, UNKNOWN, Apart, Equation, Line, State, Values


def solve(
    values: Values,
    component: Mapping[str, Equation],
    state_of: Callable[[str], State],
    apart_of: Callable[[str], Apart],
) -> dict[str, State]:
    """Return the least states that satisfy the equations of assets that flow into each other, given those of others."""
    found = {
        whole: State({key: values.of_text(text) for key, text in one.seeds.items()}, one.has_members)
        for whole, one in component.items()
    }
    bound = [
        _Bound(
            equation,
            found[whole],
            [found[one] if one in found else state_of(one) for one in equation.sources],
            [values.how(text) for text in equation.hows],
            apart_of,
        )
        for whole, equation in component.items()
    ]
    again = True
    while again:
        again = False
        for one in bound:
            if _follow(values, one):
                again = len(bound) > 1 or one.equation.is_circular
    return found


class _Bound(NamedTuple):
    """An equation with the states that it speaks of."""

    equation: Equation
    state: State
    others: Sequence[State]
    hows: Sequence[int]
    apart_of: Callable[[str], Apart]

    @property
    def has_members(self) -> bool:
        """Tell whether any field that flows in may have members."""
        return self.state.has_members or any(one.has_members for one in self.others)

    @property
    def is_attested(self) -> bool:
        """Tell whether attestations cover anything that flows in."""
        return any(text[0] == "[" for text in self.equation.hows)


def _follow(values: Values, bound: _Bound) -> bool:
    """Follow each flow into an asset once; return whether a place has become another."""
    places: dict[str, int] = bound.state.places  # type: ignore[assignment]  # it is being made
    changed = (_follow_members if bound.has_members else _follow_fields)(values, bound, places)
    taken = _taken(values, bound)
    if taken != bound.state.attested:
        places[TAKEN] = taken
        changed = True
    if bound.equation.is_joined:
        before = now = places.get(ANY, 0)
        for part in {number for key, number in places.items() if key not in NO_PARTS}:
            now = values.join(now, values.carried(part, values.same))
        if now != before:
            places[ANY] = now
            changed = True
    return changed


def _follow_members(values: Values, bound: _Bound, places: dict[str, int]) -> bool:
    """Follow each flow where fields may have members."""
    changed = False
    for line in bound.equation.lines:
        before = now = places.get(line[0], 0)
        for marks, by in _inflow(values, bound, line):
            now = values.join(now, values.carried(marks, by))
        if now != before:
            places[line[0]] = now
            changed = True
    return changed


def _follow_fields(values: Values, bound: _Bound, places: dict[str, int]) -> bool:
    """Follow each flow where no field has members: an estate has millions of these, so nothing is called for one."""
    hows, behind = bound.hows, values.behind
    sources = [*(one.places for one in bound.others), places]
    changed = False
    for line in bound.equation.lines:
        before = now = places.get(line[0], 0)
        parts = iter(line)
        next(parts)
        for number, at, how in zip(parts, parts, parts, strict=True):
            marks = sources[number].get(at)
            if marks is None and at[0] == UNKNOWN:
                marks = values.of_unknown(bound.others[number], at[1:], bound.apart_of(bound.equation.sources[number]))
            if marks:
                come = behind.get((marks, hows[how]))
                if come is None:
                    come = values.carried(marks, hows[how])
                if come != now:
                    now = values.join(now, come)
        if now != before:
            places[line[0]] = now
            changed = True
    return changed


def _taken(values: Values, bound: _Bound) -> int:
    """Return by which attestations anything was taken away on the way into an asset, or before."""
    found = bound.state.attested
    for number in {one.places[TAKEN] for one in bound.others if TAKEN in one.places}:
        found = values.join(found, number)
    if bound.is_attested:
        for marks, by in (each for line in bound.equation.lines for each in _inflow(values, bound, line)):
            found = values.join(found, values.taken(marks, by))
    return found


def _inflow(values: Values, bound: _Bound, line: Line) -> Iterator[tuple[int, int]]:
    """Yield what each flow into a place takes, and how."""
    parts = iter(line)
    key = next(parts)
    for number, at, how in zip(parts, parts, parts, strict=True):
        source = bound.state if number < 0 else bound.others[number]
        by = bound.hows[how]
        marks = source.places.get(at, 0)
        if at[0] == UNKNOWN:
            marks = values.of_unknown(source, at[1:], bound.apart_of(bound.equation.sources[number]))
        elif source.has_members and key[0] != ANY and at[0] == COLUMN:
            marks = values.with_members(source, at, marks, by)
        if marks:
            yield marks, by
