"""Which jobs feed which, as explicit lineage facets say: no dataset is named between them, and no data is walked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from catalog.store.protocol import Direction
from catalog.view import View
from graph_schema.identity import label_of


def fed_by(view: View, jobs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the jobs that feed each job, by id, ascending; one that none feeds is absent."""
    return _other_ends(view, jobs, "in")


def feeding(view: View, jobs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the jobs that each job feeds, likewise."""
    return _other_ends(view, jobs, "out")


def _other_ends(view: View, jobs: Sequence[str], direction: Direction) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for edge in view.edges(jobs, ("FEEDS",), direction):
        of, other = (edge.target, edge.source) if direction == "in" else (edge.source, edge.target)
        if label_of(other) == "Job":
            found[of].add(other)
    return {job: tuple(sorted(others)) for job, others in found.items()}
