"""Which writes count, and which edges follow: decisions over fetched facts, no I/O.

The numbers in docstrings are those of the ten rules of time in `graph_schema.bitemporal`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from catalog.lineage.model import LineageEdge
from graph_schema.bitemporal import BARE, Access, Contribution, RunFold


class Write(NamedTuple):
    """A true contribution: `run` by `job` put the dataset named `name` into a new state at `at`."""

    at: int
    run: str | None
    tie: str
    name: str
    job: str | None
    how: str
    access: Access
    entry: int


def write_order(write: Write) -> tuple[int, str, str, str, str]:
    """Return what writes to one dataset are compared by."""
    return write.at, write.run or "", write.tie, write.name, write.job or ""


def judge(candidate: Contribution, fold: RunFold | None) -> Write | None:
    """Return the write that the candidate is at the fold's point in time, or None where it is none (rule 4)."""
    if candidate.how == "registered":
        return Write(
            candidate.at,
            candidate.run,
            candidate.tie,
            candidate.target,
            candidate.job,
            "registered",
            BARE,
            candidate.entry,
        )
    if fold is None or candidate.at not in fold.effective_at:
        return None
    access = fold.outputs.get((candidate.target, candidate.job))
    if access is None:
        return None
    return Write(candidate.at, candidate.run, "", candidate.target, candidate.job, "ran", access, candidate.entry)


def in_force(writes: Collection[Write]) -> list[Write]:
    """Return for each job its newest write, but none before the newest replacement of the whole (rule 6)."""
    if len(writes) < 2:  # noqa: PLR2004  as most datasets have it
        return list(writes)
    ordered = sorted(writes, key=write_order)
    base = max((place for place, write in enumerate(ordered) if write.access.replaces), default=0)
    return list({write.job: write for write in ordered[base:]}.values())


def edge_order(edge: LineageEdge) -> tuple[str, ...]:
    """Return what the edges of an answer are sorted by."""
    return (
        edge.source,
        edge.target,
        edge.how,
        edge.job or "",
        edge.run or "",
        f"{edge.valid_from:+021d}",
        str(edge.past),
        "" if edge.column is None else repr(edge.column),
    )
