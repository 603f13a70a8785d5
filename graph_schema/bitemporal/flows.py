"""What the indexes of lineage hold: that data flowed, and what may have put a dataset into its state."""

from __future__ import annotations

from typing import NamedTuple


class Flow(NamedTuple):
    """Data of `source` reached `target` by `job`, at whatever outcome: one row of the index of flows."""

    source: str
    target: str
    job: str | None
    how: str
    """ran, renamed, declared, registered, version or alias."""
    valid_from: int
    entry: int


class Contribution(NamedTuple):
    """A candidate for what put a dataset or model version into its state at a time.

    The index proposes, `fold_run` disposes: a candidate of a run is true at (validAt, knownAt) only where the fold of
    that run there has `at` among the times at which the target's place took effect. A registration is always true.
    """

    target: str
    job: str | None
    at: int
    run: str | None
    how: str
    """ran or registered."""
    tie: str
    """For a registration, the tie of its record; else empty."""
    entry: int
    replaces: bool = False
    """Whether any fact of the run says that it replaced the whole: such a candidate bounds what is still in force."""
    in_place: bool = False
    """Whether it is among the newest of those of its job that surely read the target."""
    apart: bool = True
    """Whether it is among the newest of those of its job that may not have."""

    @property
    def order(self) -> tuple[int, str, str]:
        """Return what contributions to one target are compared by."""
        return self.at, self.run or "", self.tie
