"""The name that somebody may have meant, and how a closed list is named to whoever wrote none of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

_MOST_LISTED: Final = 12
"""Words of a list that are written out: of a longer one it is said where it stands."""
_LONGEST: Final = 100
"""Characters of what is compared with the names: nobody misspells more."""
_BEGINS: Final = 3
_CORRECT: Final = 3
"""Of so many characters one may be wrong."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that is nearest to another, whatever its case; None where none is near."""
    return next(iter(near(name, names, 1)), None)


def near(name: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the names that are near another, the nearest first, whatever its case, with `-` and blanks as `_`.

    Near is what differs in one of three characters at most (added, left out, another, or swapped with the next), and
    behind that what begins like the other, or is how at least half of the other begins. A name of two characters is
    near none.
    """
    form = _form(name)
    if len(form) > _LONGEST:
        return ()
    by_form = {_form(one): one for one in names}
    apart = {one: _distance(form, one, len(form) // _CORRECT) for one in by_form} if len(form) >= _BEGINS else {}
    alike = sorted((far, order, one) for order, (one, far) in enumerate(apart.items()) if far is not None)
    found = dict.fromkeys((*(one for _, _, one in alike), *(one for one in apart if _begins(one, form))))
    return tuple(by_form[one] for one in found)[:most]


def _begins(one: str, form: str) -> bool:
    return one.startswith(form) or (len(one) >= _BEGINS and len(one) * 2 >= len(form) and form.startswith(one))


def _distance(some: str, other: str, most: int) -> int | None:
    """Return in how many characters two texts differ (optimal string alignment); None where in more than `most`."""
    if abs(len(some) - len(other)) > most or sum(one not in other for one in some) > most:
        return None
    earlier: list[int] = []
    before = list(range(len(other) + 1))
    for index, one in enumerate(some):
        row = [index + 1]
        for at, another in enumerate(other):
            far = min(before[at + 1] + 1, row[at] + 1, before[at] + (one != another))
            if index and at and one == other[at - 1] and some[index - 1] == another:
                far = min(far, earlier[at - 1] + 1)
            row.append(far)
        earlier, before = before, row
    return before[-1] if before[-1] <= most else None


def listed(words: Collection[str], where: str | None) -> str:
    """Return what a word has to be: `one of A, B, C`; of a long list where it stands."""
    if where is not None and len(words) > _MOST_LISTED:
        return f"one of those that {where} lists"
    return f"one of {', '.join(words)}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the question for the names that are near another: `did you mean A, B or C?`; empty where none is."""
    found = meant(name, names)
    return f"did you mean {found}?" if found else ""


def meant(name: str, names: Iterable[str]) -> str:
    """Return the names that are near another as `A, B or C`; empty where none is."""
    *some, last = near(name, names) or ("",)
    return f"{', '.join(some)} or {last}" if some else last


def _form(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")
