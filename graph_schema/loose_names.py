"""The loosest forms of a dataset's name: two names that any rule takes for one are alike in them.

An index is keyed by these, and whoever looks there compares exactly, under the rules in force.
"""

from __future__ import annotations

import re
from typing import Final

_DATED: Final = re.compile(r"[\d._-]+")
_PARTITION: Final = re.compile(r"[^=]+=.*", re.DOTALL)


def folded(name: str) -> str:
    """Return the name without case, without empty segments and without those of the form `key=value`."""
    return "/".join(
        segment for segment in name.casefold().split("/") if segment and _PARTITION.fullmatch(segment) is None
    )


def undated(name: str) -> str:
    """Return `folded` without digits, dots, hyphens and underscores, nor segments of which nothing is left then."""
    return "/".join(segment for segment in _DATED.sub("", folded(name)).split("/") if segment)
