"""What fed the half of a stream that only writes: what the halves that only read took in (rule 4).

Two runs that stream are halves of one stream where the one only reads and the other only writes, and both are parts of
one run that streams. The one that a parent facet means is that of its run id: of the job that the facet names, else,
where that is spelled otherwise or not named, the only one that sent events under the id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from catalog.view import View
from graph_schema.bitemporal import Half, RunFold
from graph_schema.facts import Edge
from graph_schema.nodes import Run

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
    _fed: dict[str, tuple[Fed, ...]]
    """What was looked up before."""

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
        found: dict[str, dict[str, int]] = {run: {} for run in runs}
        above = [edge for edge in self.view.edges(sorted(runs), _PART, "out") if self._joins(edge)]
        if not above:
            return found
        meant = self._meant({edge.target for edge in above})
        self.fetch(meant.values())
        streams = {
            parent: fold.entries[0] for parent in set(meant.values()) if (fold := self.fold(parent)) and fold.streams
        }
        spelled = sorted(name for name, parent in meant.items() if parent in streams)
        below = self.view.edges(spelled, _PART, "in") if spelled else []
        self.fetch(edge.source for edge in below)
        children: dict[str, dict[str, int]] = defaultdict(dict)
        for edge in below:
            if self._joins(edge):
                _keep(children[meant[edge.target]], edge.source, edge.entry)
        for edge in above:
            parent = meant[edge.target]
            for other, entry in children.get(parent, {}).items():
                if other != edge.source:
                    _keep(found[edge.source], other, max(entry, edge.entry, streams[parent]))
        return found

    def _meant(self, parents: Collection[str]) -> dict[str, str]:
        """Return the run that each of these, and each other run of their run ids, means as a parent."""
        nodes = self.view.nodes(sorted(parents))
        run_ids = {known.node.run_id for known in nodes.values() if isinstance(known.node, Run)}
        sent = self.view.runs_of_ids(run_ids)
        meant: dict[str, str] = {one: one for one in parents}
        named = self.view.nodes(self.view.lookup("Run", "run_id", sorted(run_ids))) if run_ids else {}
        for one, known in named.items():
            if isinstance(known.node, Run):
                runs = {run.id for run in sent.get(known.node.run_id, ())}
                meant[one] = one if one in runs or len(runs) != 1 else next(iter(runs))
        return meant

    def _joins(self, edge: Edge) -> bool:
        """Tell whether a half names its parent, not only its root, by an event that says that it streams."""
        half = self._half(edge.source)
        named = edge.source != edge.target and not edge.data.get("root")
        return named and half is not None and edge.order in half.events


def _keep(known: dict[str, int], run: str, entry: int) -> None:
    known[run] = min(entry, known.get(run, entry))
