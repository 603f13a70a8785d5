"""Which of a graph lie in a circle together, and in which order they follow: strongly connected components by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


def pieces(roots: Iterable[str], following: Mapping[str, Sequence[str]]) -> list[list[list[str]]]:
    """Return all that follows the roots in pieces, those together that follow each other, by level: of one level none
    follows another, and each only such of levels before. Tarjan's algorithm, without recursion.
    """
    found: list[list[str]] = []
    number: dict[str, int] = {}
    least: dict[str, int] = {}
    stack: list[str] = []
    piece_of: dict[str, int] = {}
    for root in sorted(roots):
        if root in number:
            continue
        number[root] = least[root] = len(number)
        stack.append(root)
        walk = [(root, iter(following.get(root, ())))]
        while walk:
            one, rest = walk[-1]
            for other in rest:
                if other not in number:
                    number[other] = least[other] = len(number)
                    stack.append(other)
                    walk.append((other, iter(following.get(other, ()))))
                    break
                if other not in piece_of:
                    least[one] = min(least[one], number[other])
            else:
                walk.pop()
                if walk:
                    least[walk[-1][0]] = min(least[walk[-1][0]], least[one])
                if least[one] == number[one]:
                    piece: list[str] = []
                    while not piece or piece[-1] != one:
                        piece.append(stack.pop())
                        piece_of[piece[-1]] = len(found)
                    found.append(sorted(piece))
    return _in_levels(found, piece_of, following)


def _in_levels(
    found: Sequence[list[str]], piece_of: Mapping[str, int], following: Mapping[str, Sequence[str]]
) -> list[list[list[str]]]:
    """Return the pieces, of which each follows only such behind it, by their level."""
    levels: dict[int, int] = defaultdict(int)
    by_level: dict[int, list[list[str]]] = defaultdict(list)
    for place in range(len(found) - 1, -1, -1):
        level = levels[place]
        by_level[level].append(found[place])
        for one in found[place]:
            for other in following.get(one, ()):
                if piece_of[other] != place:
                    levels[piece_of[other]] = max(levels[piece_of[other]], level + 1)
    return [by_level[level] for level in sorted(by_level)]
