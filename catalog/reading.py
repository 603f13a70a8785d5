"""At which point an answer was taken and whether it is whole: no answer is silently partial."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Final

from graph_schema.facts import NOW


@dataclass(frozen=True, slots=True)
class AsOf:
    """What was true at `valid_at` (microseconds UTC), as far as it was known by `known_at` (a ledger index)."""

    valid_at: int = NOW
    known_at: int = NOW

    @property
    def moment(self) -> int:
        """Return the valid time as a moment that an expiry can be compared with: the clock's where it is now."""
        return time.time_ns() // 1_000 if self.valid_at == NOW else self.valid_at


LATEST = AsOf()
"""Everything that is known, as it stands now."""


NO_SITE: Final = ""
"""What stands for the site of a dataset of which nobody recorded where it is held."""

_REMEMBERED: Final = 10_000


class Names:
    """The names that a rule permits, each judged when it is first asked for; equal to others of the same `source`.

    `source` is all that the answers follow from.
    """

    __slots__ = ("_judged", "_permits", "_source")

    def __init__(self, source: Hashable, permits: Callable[[str], bool]) -> None:
        """Judge by this."""
        self._source = source
        self._permits = permits
        self._judged: dict[str, bool] = {}

    def __contains__(self, name: str) -> bool:
        """Tell whether the name is permitted."""
        found = self._judged.get(name)
        if found is None:
            found = self._permits(name)
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            self._judged[name] = found
        return found

    def __eq__(self, other: object) -> bool:
        """Tell whether both follow from the same."""
        return isinstance(other, Names) and self._source == other._source

    def __hash__(self) -> int:
        """Return what both have in common that follow from the same."""
        return hash(self._source)


@dataclass(frozen=True, slots=True)
class Rights:
    """What a principal may see: nodes of these namespaces, datasets held at these sites; None sets no bound.

    A dataset of which nobody recorded where it is held is held at `NO_SITE`.
    """

    namespaces: frozenset[str] | Names | None = None
    sites: frozenset[str] | Names | None = None

    @property
    def unbounded(self) -> bool:
        """Tell whether nothing is hidden."""
        return self.namespaces is None and self.sites is None

    def narrowed(self, other: Rights) -> Rights:
        """Return what both let be seen."""
        return Rights(_both(self.namespaces, other.namespaces), _both(self.sites, other.sites))

    def holds(self, namespace: str) -> bool:
        """Tell whether what lies in this namespace may be seen, as far as that decides."""
        return self.namespaces is None or namespace in self.namespaces

    def holds_at(self, sites: Collection[str]) -> bool:
        """Tell whether a dataset held at these sites, none where nobody said, may be seen as far as that decides."""
        held = self.sites
        return held is None or all(one in held for one in sites or (NO_SITE,))


def _both(one: frozenset[str] | Names | None, other: frozenset[str] | Names | None) -> frozenset[str] | Names | None:
    if one is None or other is None or one == other:
        return other if one is None else one
    return Names(("both", one, other), lambda name: name in one and name in other)


EVERYTHING: Final = Rights()
"""What every reader may see."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a site waits, in days: before a determination ends, and until a suggestion is to be judged."""

    near_days: int = 90
    judged_days: int = 30


TERMS: Final = Terms()
"""Those of a site that says nothing else."""


@dataclass(frozen=True, slots=True)
class ReadPoint:
    """Where an answer was taken: the two times, and the ledger's size and root that the graph was projected from."""

    valid_at: int
    known_at: int
    ledger_size: int
    ledger_root: str
    projection: str
    """The version of the projection: the graph is a function of it and of the ledger's prefix."""


@dataclass(frozen=True, slots=True)
class Complete:
    """Nothing was left out."""


@dataclass(frozen=True, slots=True)
class Lagging:
    """The graph is `behind` entries behind the ledger, or `quarantined` entries could affect the answer."""

    behind: int
    quarantined: tuple[int, ...] = ()
    at_index: int = -1
    """The last entry that the graph does hold."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """Rights hide `hidden` nodes, and the graph may be behind as well."""

    hidden: int
    lagging: Lagging | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Why something that was asked for is not in the answer, as a code, and how many of it."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Truncated:
    """A bound ended the answer: `reached` of `limit`; the walk goes on from `frontier`; `reasons` says which.

    Rights may hide `hidden` nodes of it, and the graph may be behind, as well.
    """

    limit: int
    reached: int
    frontier: tuple[str, ...] = ()
    hidden: int = 0
    lagging: Lagging | None = None
    reasons: tuple[Left, ...] = ()


Completeness = Complete | Truncated | Redacted | Lagging
