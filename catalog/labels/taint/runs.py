"""Which runs took each step of the data, and which of them came after what is asked about was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from catalog.view import View
from graph_schema.bitemporal import has_begun
from graph_schema.facts import Edge


class Carried(NamedTuple):
    """A step: a job wrote what stands for a target out of what stands for a source; each is a node."""

    job: str
    target: str
    source: str


class Ran(NamedTuple):
    """A run that wrote, by its node, and from when to when events said so."""

    run: str | None
    first: int
    last: int


class CarryingRuns:
    """The runs that took steps.

    `made_at` is when what is asked about was made, in microseconds UTC, None of what changes on. A run that is known to
    have begun after it is no part of that: whatever was sealed or registered before a run began cannot hold what the
    run wrote. One that had begun is, however late it ended and its events came, and so is one whose beginning nobody
    stated.
    """

    def __init__(
        self, view: View, of: Callable[[str], str], members: Callable[[str], Sequence[str]], made_at: int | None
    ) -> None:
        self._view = view
        self._of = of
        """What stands for a dataset or model version."""
        self._members = members
        """All names of what stands for a dataset or model version."""
        self._made_at = made_at
        self._wrote: dict[tuple[str, str], list[Ran]] = {}
        self._read: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        """Which runs of a job read a source, and when last."""
        self._later: frozenset[str] = frozenset()

    def load(self, steps: Collection[Carried], *, attested: bool = False) -> None:
        """Fetch the runs of these steps, which may all be of jobs of which somebody attested something."""
        if not steps:
            return
        jobs = {one.job for one in steps}
        wrote: dict[tuple[str, str], dict[str | None, list[int]]] = defaultdict(lambda: defaultdict(list))
        for edge in self._accesses({one.target for one in steps}, ("WROTE", "PRODUCED"), jobs, attested=attested):
            wrote[edge.job or "", self._of(edge.target)][edge.run].append(edge.valid_from)
        for edge in self._accesses({one.source for one in steps}, ("READ",), jobs, attested=attested):
            reading = self._read[edge.job or "", self._of(edge.target)]
            reading[edge.run or ""] = max(edge.valid_from, reading.get(edge.run or "", edge.valid_from))
        found = {key: [Ran(run, min(at), max(at)) for run, at in runs.items()] for key, runs in wrote.items()}
        self._wrote |= found
        self._later |= self._begun_later(run for some in found.values() for run in some)

    def taking(self, step: Carried) -> list[Ran]:
        """Return the runs that wrote the target and read the source, all that wrote it where none is known to have read
        that; those that came later count only where there are no others.
        """
        runs = self._all(step)
        return [run for run in runs if run.run not in self._later] or runs

    def came_later(self, step: Carried, since: int) -> bool:
        """Tell whether runs took a step that events tell of from a time on, and each of those began after what is asked
        about was made.
        """
        reading = self._read.get((step.job, step.source), {})
        # What a run reads after its last write flows from then on.
        runs = [run for run in self._all(step) if max(run.last, reading.get(run.run or "", run.last)) >= since]
        return bool(runs) and all(run.run in self._later for run in runs)

    def _all(self, step: Carried) -> list[Ran]:
        runs = self._wrote.get((step.job, step.target), [])
        reading = self._read.get((step.job, step.source), ())
        return [run for run in runs if run.run in reading] or runs

    def _begun_later(self, runs: Iterable[Ran]) -> frozenset[str]:
        made_at = self._made_at
        if made_at is None:
            return frozenset()
        asked = {run.run for run in runs if run.run is not None and not has_begun(run.first, made_at)}
        folds = self._view.runs(asked)
        first = {run: fold.attempts[0] for run, fold in folds.items() if fold is not None}
        return frozenset(
            run for run, one in first.items() if one.start_known and not has_begun(one.started_at, made_at)
        )

    def _accesses(
        self, wholes: Iterable[str], kinds: Sequence[str], jobs: Collection[str], *, attested: bool
    ) -> list[Edge]:
        names = sorted({name for whole in wholes for name in self._members(whole)})
        if attested:
            return self._view.edges(names, kinds, "in", attested=jobs)
        return [edge for edge in self._view.edges(names, kinds, "in") if edge.job in jobs]
