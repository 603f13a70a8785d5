"""Candidates for what put a dataset into its state, as an index proposes them: listed, fetched, still missing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph_schema.bitemporal import Contribution
from graph_schema.facts import ALWAYS


@dataclass(frozen=True, slots=True)
class Fetched:
    """The newest candidates under one name at or before a time; of no list more than `newest`."""

    upto: int
    newest: int
    lists: dict[tuple[str | None, bool], Sequence[Contribution]]
    """(job, whether it surely read what it wrote) to candidates, newest first."""
    replacing: Sequence[Contribution]
    since: int
    """The newest of each list at or before a time from here up to `upto` is among them."""
    pace: int
    """How long it is from one candidate to the next where they come fastest, 0 where all there are were fetched."""


@dataclass(slots=True)
class Needs:
    """What is missing to answer."""

    asks: dict[tuple[str, int], int] = field(default_factory=dict)
    """(name, time) to how many candidates of each list."""
    runs: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.asks or self.runs)


class Candidates:
    """The candidates under one name, listed as they are judged."""

    def __init__(self, rows: Iterable[Contribution]) -> None:
        """Take them newest first."""
        self._lists: dict[tuple[str | None, bool], list[Contribution]] = {}
        self._replacing: list[Contribution] = []
        for row in rows:
            if row.apart:
                self._lists.setdefault((row.job, False), []).append(row)
                if row.replaces:
                    self._replacing.append(row)
            if row.in_place:
                self._lists.setdefault((row.job, True), []).append(row)
        self._replacing.sort(key=lambda row: row.order, reverse=True)

    def fetched(self, at: int, newest: int) -> Fetched:
        """Return what was fetched by asking for so many at or before a time."""
        if len(self._lists) == 1 and not self._replacing:
            [(key, every)] = self._lists.items()
            only = _newest_at(every, at, newest)
            if len(only) < newest:
                return Fetched(at, newest, {key: only} if only else {}, (), ALWAYS, 0)
            pace = (only[0].at - only[-1].at) // max(newest - 1, 1)
            return Fetched(at, newest, {key: only}, (), only[-1].at, pace)
        lists = {key: part for key, some in self._lists.items() if (part := _newest_at(some, at, newest))}
        replacing = _newest_at(self._replacing, at, newest)
        full = [part for part in (replacing, *lists.values()) if len(part) == newest]
        return Fetched(
            at,
            newest,
            lists,
            replacing,
            max((part[-1].at for part in full), default=ALWAYS),
            min(((part[0].at - part[-1].at) // max(newest - 1, 1) for part in full), default=0),
        )


def _newest_at(rows: Sequence[Contribution], at: int, newest: int) -> Sequence[Contribution]:
    place = first_at(rows, at)
    return rows[place : place + newest]


def first_at(rows: Sequence[Contribution], at: int) -> int:
    """Return the place of the first of candidates, newest first, that is at or before a time."""
    if rows and rows[0].at <= at:
        return 0
    return bisect_left(rows, -at, key=lambda row: -row.at)
