"""Which run and which job is a part of which: identities alone, as parent facets and roots name them.

No state is taken from a child or a parent, and no data flows by any of this. Only where the parent of a run ended, and
nothing was said of the run since, is it shown as closed with its parent, and that as inferred.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.assets.model import RunState
from catalog.reading import Complete, Completeness, Truncated
from catalog.view import View
from graph_schema.bitemporal import RunFold
from graph_schema.facts import NOW, Edge
from graph_schema.nodes import Run

MOST: Final = 10_000
"""Runs or jobs that a tree may have at the most."""

_PART: Final = ("IS_PART_OF",)
_PARENT: Final = ("HAS_PARENT",)
_DEPENDS: Final = ("DEPENDS_ON",)
States = Mapping[RunState | None, int]
"""How many runs are in each state, None where no event of them is known."""


@dataclass(frozen=True, slots=True)
class Closed:
    """That a run without an end of its own was closed with a run above it: inferred, and no state of the run itself."""

    parent: str
    """The run that ended."""
    state: RunState
    at: int
    """When it ended, in microseconds UTC."""


@dataclass(frozen=True, slots=True)
class RunGroup:
    """The runs of one job that one run started: a task's one run, or its many where it is mapped over a list."""

    parent: str
    job: str | None
    depth: int
    runs: tuple[str, ...]
    """In the order in which the ledger first named them."""
    states: States
    """As their own events say, but those without an end that were closed with a run above them as that ended."""
    closed: int = 0
    """How many of them were so."""


@dataclass(frozen=True, slots=True)
class RunTree:
    """All runs below one, as far as depth and budget go; each where it was met first."""

    root: str
    groups: tuple[RunGroup, ...]
    """By depth, then as the ledger first named their runs."""
    states: States
    """Of all runs below the root, likewise."""
    completeness: Completeness
    closed: int = 0


@dataclass(frozen=True, slots=True)
class JobBelow:
    """A job below another: what it is a part of, and how many steps down."""

    job: str
    parent: str
    depth: int


@dataclass(frozen=True, slots=True)
class JobTree:
    """All jobs below one, as far as depth and budget go; each where it was met first."""

    root: str
    jobs: tuple[JobBelow, ...]
    """By depth, then as the ledger first named them."""
    completeness: Completeness


def parents(view: View, runs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the runs that each run is a part of, the one last named first; one without any is absent.

    A root counts where nothing says what is between.
    """
    direct: dict[str, list[Edge]] = defaultdict(list)
    roots: dict[str, list[Edge]] = defaultdict(list)
    for edge in view.edges(runs, _PART, "out"):
        if edge.source != edge.target:
            (roots if _is_root(edge) else direct)[edge.source].append(edge)
    found = {}
    for run in dict.fromkeys(runs):
        named = sorted(direct[run] or roots[run], key=lambda edge: (edge.order, edge.target), reverse=True)
        if named:
            found[run] = tuple(dict.fromkeys(edge.target for edge in named))
    return found


def closed_with(view: View, runs: Sequence[str]) -> dict[str, Closed]:
    """Return by which run above them those of the runs were closed that began and have no end of their own.

    That is the nearest above whose newest attempt ended, by the parents last named, where no event of the run, nor of
    one in between, is later than that end. Others are absent.
    """
    folds = view.runs(runs)
    open_ = [run for run, fold in folds.items() if fold is not None and fold.ended_at is None]
    above: dict[str, str] = {}
    front = open_
    while front:
        found = parents(view, front)
        above |= {run: named[0] for run, named in found.items()}
        new = sorted({above[run] for run in front if run in above} - folds.keys())
        folds |= view.runs(new)
        front = [run for run in new if (fold := folds[run]) is None or fold.ended_at is None]
    closed = {}
    for run in open_:
        if (one := _closed(run, above, folds)) is not None:
            closed[run] = one
    return closed


def _closed(run: str, above: Mapping[str, str], folds: Mapping[str, RunFold | None]) -> Closed | None:
    here, last, passed = run, -NOW, {run}
    while True:
        fold = folds.get(here)
        if fold is not None:
            if fold.ended_at is not None:
                return Closed(here, RunState(fold.state), fold.ended_at) if last <= fold.ended_at else None
            last = max(last, fold.last_at)
        if here not in above or above[here] in passed:
            return None
        here = above[here]
        passed.add(here)


def child_edges(view: View, runs: Sequence[str]) -> list[Edge]:
    """Return the edges by which runs are parts of these, without those by which they are only the root of what has
    another parent.
    """
    edges = [edge for edge in view.edges(runs, _PART, "in") if edge.source != edge.target]
    below = sorted({edge.source for edge in edges if _is_root(edge)})
    above = view.edges(below, _PART, "out") if below else []
    placed = {edge.source for edge in above if not _is_root(edge) and edge.source != edge.target}
    return [edge for edge in edges if not _is_root(edge) or edge.source not in placed]


def _is_root(edge: Edge) -> bool:
    return edge.value != "{}" and bool(edge.data.get("root"))


def roots(view: View, runs: Sequence[str]) -> dict[str, str]:
    """Return the uppermost run above each, by the parents last named; one that is a part of nothing is absent.

    Where parents go round in a circle it is the smallest id of them.
    """
    above: dict[str, tuple[str, ...]] = {}
    front = list(dict.fromkeys(runs))
    while front:
        found = parents(view, front)
        above |= {run: found.get(run, ()) for run in front}
        front = sorted({named[0] for named in found.values()} - above.keys())
    tops = {}
    for run in dict.fromkeys(runs):
        way, here = [run], run
        while above[here] and above[here][0] not in way:
            here = above[here][0]
            way.append(here)
        top = min(way[way.index(above[here][0]) :]) if above[here] else here
        if top != run:
            tops[run] = top
    return tops


def run_tree(view: View, root: str, depth: int = 10, limit: int = 1000) -> RunTree:
    """Return the runs below a run, with a handful of calls a level; `limit` is the most of them, up to `MOST`."""
    limit, groups, cut = min(limit, MOST), list[RunGroup](), set[str]()
    seen, front, level = {root}, [root], 0
    while front:
        level += 1
        edges = child_edges(view, front)
        if level > depth:
            cut |= {edge.target for edge in edges if edge.source not in seen}
            break
        known = view.nodes(sorted({edge.source for edge in edges} - seen))
        named = {one: each.node for one, each in known.items() if isinstance(each.node, Run)}
        parent = {edge.source: edge.target for edge in sorted(edges, key=lambda edge: (edge.order, edge.target))}
        below = sorted(named, key=lambda one: (known[one].entry, one))
        left = max(limit + 1 - len(seen), 0)
        cut |= {parent[one] for one in below[left:]}
        front = below[:left]
        seen.update(front)
        folds, closed = view.runs(front), closed_with(view, front)
        together: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        for one in front:
            job = named[one].executed
            together[parent[one], None if job is None else job.id].append(one)
        for (above, of), runs in together.items():
            ended = {one: closed[one].state for one in runs if one in closed}
            states = Counter(
                None if (fold := folds[one]) is None else ended.get(one, RunState(fold.state)) for one in runs
            )
            groups.append(RunGroup(above, of, level, tuple(runs), dict(states), len(ended)))
    total: Counter[RunState | None] = Counter()
    for group in groups:
        total.update(group.states)
    inferred = sum(group.closed for group in groups)
    return RunTree(root, tuple(groups), dict(total), _whole(limit, len(seen) - 1, cut), inferred)


def job_tree(view: View, root: str, depth: int = 10, limit: int = 1000) -> JobTree:
    """Return the jobs below a job, likewise."""
    limit, jobs, cut = min(limit, MOST), list[JobBelow](), set[str]()
    seen, front, level = {root}, [root], 0
    while front:
        level += 1
        edges = [edge for edge in view.edges(front, _PARENT, "in") if edge.source not in seen]
        if level > depth:
            cut |= {edge.target for edge in edges}
            break
        first: dict[str, Edge] = {}
        for edge in sorted(edges, key=lambda edge: (edge.entry, edge.target)):
            first.setdefault(edge.source, edge)
        parent = {one: edge.target for one, edge in first.items()}
        below = sorted(first, key=lambda one: (first[one].entry, one))
        left = max(limit + 1 - len(seen), 0)
        cut |= {parent[one] for one in below[left:]}
        front = below[:left]
        seen.update(front)
        jobs += [JobBelow(one, parent[one], level) for one in front]
    return JobTree(root, tuple(jobs), _whole(limit, len(seen) - 1, cut))


def _whole(limit: int, reached: int, cut: set[str]) -> Completeness:
    return Truncated(limit, reached, tuple(sorted(cut))) if cut else Complete()


def parent_jobs(view: View, jobs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the jobs that each job is a part of, as runs of it ever said, ascending; one without any is absent."""
    return _ends(view, jobs, _PARENT, outwards=True)


def child_jobs(view: View, jobs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the jobs that are a part of each job, likewise."""
    return _ends(view, jobs, _PARENT, outwards=False)


def jobs_before(view: View, jobs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the jobs that each job depends on, as runs ever said, ascending; one without any is absent."""
    return _ends(view, jobs, _DEPENDS, outwards=True)


def jobs_after(view: View, jobs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the jobs that depend on each job, likewise."""
    return _ends(view, jobs, _DEPENDS, outwards=False)


def _ends(view: View, jobs: Sequence[str], kinds: tuple[str, ...], *, outwards: bool) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for edge in view.edges(jobs, kinds, "out" if outwards else "in"):
        here, there = (edge.source, edge.target) if outwards else (edge.target, edge.source)
        found[here].add(there)
    return {job: tuple(sorted(found[job])) for job in dict.fromkeys(jobs) if job in found}


def of_same_id(view: View, runs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the runs of other jobs under the id of each run, by their jobs; one whose id is its own is absent.

    Only those count that sent events.
    """
    known = {one: each.node for one, each in view.nodes(runs).items() if isinstance(each.node, Run)}
    every = view.runs_of_ids(sorted({node.run_id for node in known.values()}))
    found = {}
    for one, node in known.items():
        same = [run.id for run in every.get(node.run_id, ())]
        if one in same and len(same) > 1:
            found[one] = tuple(run for run in same if run != one)
    sent = view.runs({run for several in found.values() for run in several} | found.keys()) if found else {}
    shared = {one: tuple(run for run in several if sent[run]) for one, several in found.items() if sent[one]}
    return {one: several for one, several in shared.items() if several}
