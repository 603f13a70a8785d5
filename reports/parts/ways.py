"""The ways by which labels flow: each stands once, under a number, whatever columns take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

from reports.document import Cell, Column, Line, Table, cell, cites, code, faint, plain, strong, table, words
from reports.naming import alike

How = Literal["DIRECT", "INDIRECT", "UNMENTIONED", "TRAINED", "SAME"]
Way = tuple[tuple[str, str, str | None], ...]
"""From what, to what, and by which job, step by step."""

_HOW: dict[How, str] = {
    "INDIRECT": "decided by it, as in a join or filter",
    "UNMENTIONED": "no column lineage says how",
    "TRAINED": "trained on it",
    "SAME": "the same data",
}


class Hop(Protocol):
    """A step of a way."""

    @property
    def source(self) -> str:
        """Return what it leaves."""

    @property
    def target(self) -> str:
        """Return what it enters."""

    @property
    def target_column(self) -> str | None:
        """Return the column there; None: the whole."""

    @property
    def how(self) -> How:
        """Return how what is there came of what was here."""

    @property
    def masked(self) -> bool | None:
        """Tell whether values are masked; None: nobody said."""

    @property
    def job(self) -> str | None:
        """Return the job that took the step."""

    @property
    def run(self) -> str | None:
        """Return its run."""

    @property
    def entries(self) -> tuple[int, ...]:
        """Return the entries that say so."""


class Flowing(Protocol):
    """What flowed by a way."""

    @property
    def column(self) -> str | None:
        """Return the column that it came into; None: the whole."""

    @property
    def recorded_of_column(self) -> str | None:
        """Return the column that it was stated of; None: the whole."""

    @property
    def hops(self) -> Sequence[Hop]:
        """Return the steps of its way."""


def way_of(one: Flowing) -> Way:
    """Return the way that something took, whatever the columns."""
    return tuple((hop.source, hop.target, hop.job) for hop in one.hops)


def numbered(all_of: Iterable[Flowing]) -> dict[Way, str]:
    """Return the number of each way, the shorter ones first: W1, W2, …"""
    ways = sorted(dict.fromkeys(way_of(one) for one in all_of if one.hops), key=len)
    return {way: f"W{number}" for number, way in enumerate(ways, 1)}


def columns_along(group: Sequence[Flowing]) -> Iterator[Line]:
    """Yield from which column to which it went, those that differ in the last column alone as one line."""
    for same in alike(group, lambda each: (each.recorded_of_column, _all_but_last_column(each.hops))):
        hops = same[0].hops
        masks = [hop.masked for hop in hops if hop.how == "DIRECT"]
        # Where each step says whether it masks, those that do are marked alone.
        known = bool(masks) and None not in masks
        elsewhere = "; not masked elsewhere" if any(masks) else ", never masked"
        not_masked = faint(elsewhere) if known and not all(masks) else ()
        last = list(dict.fromkeys(each.hops[-1].target_column for each in same))
        columns = {same[0].recorded_of_column, *(hop.target_column for hop in hops), *last}
        if len(columns) == len(set(masks)) == 1 and not any(masks) and all(hop.how == "DIRECT" for hop in hops):
            yield (*words(_column(last[0]), faint("in each")), *not_masked)
            continue
        steps = (words(plain("→"), _column(hop.target_column), _remarks(hop, all_known=known)) for hop in hops[:-1])
        ended = words(plain("→"), *map(_column, last), _remarks(hops[-1], all_known=known))
        yield (*words(_column(same[0].recorded_of_column), *steps, ended), *not_masked)


def _all_but_last_column(hops: Sequence[Hop]) -> tuple[object, ...]:
    each = [(hop.target_column, hop.how, hop.masked) for hop in hops]
    return (*each[:-1], *(one[1:] for one in each[-1:]))


def _column(name: str | None) -> Line:
    return code(name) if name else faint("the whole")


def _remarks(hop: Hop, *, all_known: bool) -> Line:
    """Return what a step is besides being made of what was before."""
    masked = "masked" if hop.masked else "" if all_known or hop.masked is None else "not masked"
    remarks = ", ".join(filter(None, (_HOW.get(hop.how, ""), masked)))
    return faint(f"({remarks})") if remarks else ()


def shown(all_of: Sequence[Flowing], runs: Mapping[tuple[str, str], str]) -> Table:
    """Return the table of the ways: each step once, a way that only goes on from another by that one's number.

    `runs` are the numbers of runs, by job and id.
    """
    known = numbered(all_of)
    took: dict[Way, list[Hop]] = {}
    for one in all_of:
        for number in range(len(one.hops)):
            took.setdefault(way_of(one)[: number + 1], []).append(one.hops[number])
    first: dict[Way, str] = {}
    rows = []
    for way, name in known.items():
        rows.append((cell(strong(name)), _steps(way, first, took, runs)))
        for length in range(1, len(way) + 1):
            first.setdefault(way[:length], name)
    return table(
        "The ways, step by step, with all runs and entries of whatever took them",
        (Column("No.", 1), Column("From, and then to", 19)),
        rows,
    )


def _steps(
    way: Way, first: Mapping[Way, str], took: Mapping[Way, list[Hop]], runs: Mapping[tuple[str, str], str]
) -> Cell:
    """Return the steps of a way, from where it leaves the one that begins alike: `first` is that one's number."""
    behind = next((length for length in range(len(way), 0, -1) if way[:length] in first), 0)
    lines = [plain(way[0][0])]
    if behind:
        lines = [words(faint("as"), strong(first[way[:behind]]), faint("as far as"), plain(way[behind - 1][1]))]
    for number in range(behind, len(way)):
        hops = took[way[: number + 1]]
        names = dict.fromkeys(runs.get((hop.job or "", hop.run or ""), "") for hop in hops)
        _, target, job = way[number]
        lines.append(
            words(
                faint("then"),
                plain(target),
                faint(f"by {job}") if job else (),
                *map(strong, filter(None, names)),
                cites(entry for hop in hops for entry in hop.entries),
            )
        )
    return cell(*lines)
