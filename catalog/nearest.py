"""The name that somebody may have meant, and how a closed list is named to whoever wrote none of it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Final

_MOST_LISTED: Final = 12
"""Words of a list that are written out: of a longer one it is said where it stands."""
_LONGEST: Final = 100
"""Characters of what is compared with the names: nobody misspells more."""
_BEGINS: Final = 3


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that is nearest to another, whatever its case; None where none is near."""
    return next(iter(near(name, names, 1)), None)


def near(name: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the names that are near another, the nearest first, whatever its case, with `-` and blanks as `_`.

    Those that are spelt alike stand before those that begin so.
    """
    by_form = {_form(one): one for one in names}
    form = _form(name)
    if len(form) > _LONGEST:
        return ()
    begun = [one for one in by_form if one.startswith(form)] if len(form) >= _BEGINS else []
    found = dict.fromkeys((*difflib.get_close_matches(form, by_form, most), *begun))
    return tuple(by_form[one] for one in found)[:most]


def listed(words: Collection[str], where: str | None) -> str:
    """Return what a word has to be: `one of A, B, C`; of a long list where it stands."""
    if where is not None and len(words) > _MOST_LISTED:
        return f"one of those that {where} lists"
    return f"one of {', '.join(words)}"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the question for the names that are near another: `did you mean A, B or C?`; empty where none is."""
    *some, last = near(name, names) or ("",)
    return f"did you mean {', '.join(some)}{' or ' if some else ''}{last}?" if last else ""


def _form(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")
