"""What fed the half of a stream that only writes: what the halves that only read took in (rule 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from catalog.view import View
from graph_schema.bitemporal import Half, RunFold
from graph_schema.facts import Edge

_PART: Final = ("IS_PART_OF",)


class Fed(NamedTuple):
    """A name that another half read, and the first entry by which it is known that this fed the half that writes."""

    name: str
    known_from: int


@dataclass(slots=True)
class Halves:
    """The halves of streams around a walk, each run looked at once, and always for a whole frontier."""

    view: View
    fetch: Callable[[Iterable[str]], None]
    """Fetch runs."""
    fold: Callable[[str], RunFold | None]
    """Return a run that was fetched."""
    _fed: dict[str, tuple[Fed, ...]] = field(default_factory=dict)

    def load(self, runs: Iterable[str]) -> None:
        """Fetch what fed those of the runs, which were fetched, that are halves that write."""
        new = {run for run in runs if run not in self._fed and (half := self._half(run)) and half.writes}
        if not new:
            return
        for run, beside in self._siblings(new).items():
            found: dict[str, int] = {}
            for other, known in beside.items():
                half, own = self._half(other), self._half(run)
                if half is None or own is None or not half.feeds(own):
                    continue
                fold = self.fold(other)
                for name in half.reads:
                    by = max(known, half.entry, own.entry, fold.known_from[name] if fold else 0)
                    found[name] = min(by, found.get(name, by))
            self._fed[run] = tuple(Fed(*one) for one in sorted(found.items()))

    def fed(self, run: str) -> tuple[Fed, ...]:
        """Return what fed a run that was loaded, by name; nothing where it is no half that writes."""
        return self._fed.get(run, ())

    def writers(self, runs: Collection[str]) -> set[str]:
        """Return the halves that were fed by those of the runs, which were fetched, that are halves that read."""
        reading = {run for run in runs if (half := self._half(run)) and half.reads}
        beside = {other for some in self._siblings(reading).values() for other in some} if reading else set()
        return {other for other in beside if (half := self._half(other)) and half.writes}

    def _half(self, run: str) -> Half | None:
        fold = self.fold(run)
        return fold.half if fold else None

    def _siblings(self, runs: Collection[str]) -> Mapping[str, dict[str, int]]:
        """Return and fetch the runs beside each below a parent that streams."""
        above = [edge for edge in self.view.edges(sorted(runs), _PART, "out") if self._joins(edge)]
        self.fetch(edge.target for edge in above)
        streams = {
            parent: fold.entries[0]
            for parent in {edge.target for edge in above}
            if (fold := self.fold(parent)) and fold.streams
        }
        below = self.view.edges(sorted(streams), _PART, "in") if streams else []
        self.fetch(edge.source for edge in below)
        children: dict[str, dict[str, int]] = defaultdict(dict)
        for edge in below:
            if self._joins(edge):
                _keep(children[edge.target], edge.source, edge.entry)
        found: dict[str, dict[str, int]] = {run: {} for run in runs}
        for edge in above:
            for other, entry in children.get(edge.target, {}).items():
                if other != edge.source:
                    _keep(found[edge.source], other, max(entry, edge.entry, streams[edge.target]))
        return found

    def _joins(self, edge: Edge) -> bool:
        """Tell whether a half names its parent, not only its root, by an event that says that it streams."""
        half = self._half(edge.source)
        named = edge.source != edge.target and not edge.data.get("root")
        return named and half is not None and edge.order in half.events


def _keep(known: dict[str, int], run: str, entry: int) -> None:
    known[run] = min(entry, known.get(run, entry))
