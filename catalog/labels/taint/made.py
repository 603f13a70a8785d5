"""When what never changes was made: what becomes of the data later is no part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from catalog.labels.taint.equations import Equation
from catalog.labels.taint.walking import BUDGET, DEPTH
from catalog.recorded import recorded
from catalog.snapshots.queries import snapshots
from catalog.view import View
from graph_schema.facts import NOW
from graph_schema.identity import label_of


def made_at(view: View, ids: Sequence[str]) -> dict[str, int]:
    """Return when each model version was registered and each snapshot sealed, in microseconds UTC, or when a run last
    wrote it, whichever is later; what changes on, or was not sealed, is absent.

    What a run wrote that began later, and a column that only a later write or declaration brings, are in none of these;
    what turns out later of what was there, is.
    """
    versions = [one for one in ids if label_of(one) == "ModelVersion"]
    states = [one for one in ids if label_of(one) == "Snapshot"]
    found = {one: held["registration"].since for one, held in recorded(view, versions, ("registration",)).items()}
    sealed = snapshots(view, states) if states else {}
    found |= {one: each.seal.sealed_at for one, each in sealed.items() if each.seal is not None}
    for edge in view.edges(sorted(found), ("PRODUCED", "WROTE"), "in") if found else ():
        found[edge.target] = max(edge.valid_from, found[edge.target])
    return found


def stands(view: View, made: Iterable[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Return which of the datasets and model versions, each with when it was made, hold what they held then: nothing
    came later of them or of what lies behind, so that what is kept of now is the answer.

    It is told by what is kept of now (`loading.load_dated`), of a view of now whose labels follow: by two reads for all
    of them where names are one each.
    """
    asked = set(made)
    kept = _Kept(view.unredacted)
    kept.load({one for one, _ in asked})
    return frozenset((one, at) for one, at in asked if kept.since(one) <= at)


class _Kept:
    """Of each asset that was met, what lies right behind it and since when it stands."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._whole: dict[str, str] = {}
        self._sources: dict[str, Sequence[str]] = {}
        self._since: dict[str, int] = {}

    def load(self, assets: Collection[str]) -> None:
        """Read of these and of all that lies behind them, as far as that is looked at."""
        ahead = self._view.reach(sorted(assets), "in", DEPTH, BUDGET)
        front = set(assets) if ahead is None else {*assets, *ahead}
        while front and len(self._whole) <= BUDGET:
            for one in front:
                self._whole[one] = ""
            wholes = set()
            for one, row in self._view.label_equations(sorted(front)).items():
                self._whole[one] = row.whole
                wholes.add(row.whole)
                if row.text:
                    equation = Equation.of(row.text)
                    self._sources[one], self._since[one] = equation.sources, equation.since
            front = {*wholes, *(source for some in self._sources.values() for source in some)} - self._whole.keys()

    def since(self, asset: str) -> int:
        """Return since when all of an asset and of what lies behind stands, NOW where not all of that is kept."""
        found, front = list[int](), [self._whole[asset]]
        met = set(front)
        while front:
            one = front.pop()
            if one not in self._since:
                return NOW
            found.append(self._since[one])
            new = set(self._sources[one]) - met
            met |= new
            front += new
        return max(found)
