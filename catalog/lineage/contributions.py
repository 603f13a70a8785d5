"""What was in force on a dataset as its reader found it: the judge of rules 4 and 6.

An index proposes candidates, newest first; here each is held against the fold of its run, and where one is refuted or
left out, the next is looked at, and more are fetched. So what comes out never depends on how many are fetched at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from catalog.lineage.candidates import Candidates, Fetched, Needs, first_at
from catalog.lineage.declarations import Declared
from catalog.lineage.loader import LineageLoader
from catalog.lineage.rules import (
    Contributed,
    Effect,
    Hop,
    Reader,
    effect_of,
    is_in_place,
)
from catalog.lineage.sources import Sources
from graph_schema.bitemporal import BARE, RECORD_RANK, Attempt, Contribution, Place, has_begun
from graph_schema.facts import NOW

_ALL: Final = 2**31 - 1
_AT_ONCE: Final = 2
"""Of each list of candidates: the second tells that no other is of the same time, and is next where one is left out."""
_DEEPER: Final = 16
_AGAIN: Final = 8
"""Of each list under a name that was asked for before: whoever comes back to it comes from many times."""


class Contributions:
    """Who put datasets and model versions into their states, judged through a loader; always for a whole frontier."""

    def __init__(self, loader: LineageLoader) -> None:
        """Judge what this loader fetches."""
        self.loader = loader
        self.sources = Sources(loader)
        self._fetched: dict[str, list[Fetched]] = {}
        self._found_at: dict[tuple[str, int], Fetched] = {}
        self._judged: dict[tuple[str, str | None, int, str | None, str], Contributed | None] = {}
        self._declared: dict[tuple[Declared, str, int], Contributed] = {}
        self._held: dict[Hop, list[Contributed]] = {}
        self._readers: dict[tuple[str, int, Place], Contributed] = {}
        self._in_place: dict[tuple[str | None, int, str], bool] = {}
        self._plain: dict[str, bool] = {}
        self._written: dict[tuple[str, int, Place], Contributed] = {}

    def in_force(self, hops: Collection[Hop]) -> Mapping[Hop, Sequence[Contributed]]:
        """Return for each hop the contributions in force on its dataset as its reader found it (rule 6): with their
        run, attempt and job, in no order. `sources` says what each read, and when.
        """
        pending = [hop for hop in dict.fromkeys(hops) if hop not in self._held]
        if pending:
            self.loader.load_declarations(hop.dataset for hop in pending)
            self.loader.load_mapped((hop.dataset, hop.at) for hop in pending)
        while pending:
            needs, again = Needs(), []
            for hop in pending:
                found = self._answer(hop, needs)
                if found is None:
                    again.append(hop)
                else:
                    self._held[hop] = found
            self._fetch(self._thinned(needs), ahead=needs.asks)
            pending = again
        return {hop: self._held[hop] for hop in hops}

    def _thinned(self, needs: Needs) -> Needs:
        """Return the needs without the asks that others probably answer: whoever is left without is asked for again."""
        of: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for (name, at), newest in needs.asks.items():
            of[name].append((at, newest))
        asks: dict[tuple[str, int], int] = {}
        for name, several in of.items():
            several.sort(reverse=True)
            held = self._fetched.get(name)
            pace, answered = held[-1].pace if held else 0, NOW + 1
            for at, newest in several:
                if at < answered:
                    asks[name, at] = newest
                    answered = at - pace * max(newest - _AT_ONCE, 0)
        return Needs(asks, needs.runs)

    def every(self, hops: Collection[Hop]) -> Mapping[Hop, Sequence[Contributed]]:
        """Return for each hop all that ever contributed to its dataset up to its time, oldest first, but ends."""
        self.loader.load_declarations(hop.dataset for hop in hops)
        self.prefetch({(hop.dataset, hop.at) for hop in hops}, _ALL)
        rows: dict[Hop, set[Contribution]] = {}
        for hop in hops:
            fetched = [self._best(name, hop.at) for name in self.loader.names(hop.dataset)]
            rows[hop] = {
                row for one in fetched if one for some in one.lists.values() for row in some if row.at <= hop.at
            }
        self._load_runs({row.run for some in rows.values() for row in some if row.run})
        found = {}
        for hop, some in rows.items():
            every = (self._true(row, hop.dataset) for row in some)
            kept = [one for one in every if one and one.effect is not Effect.ENDED and not _is_own(one, hop.reader)]
            found[hop] = sorted(kept, key=lambda one: one.order)
        return found

    def newest_by_job(self, dataset: str, at: int) -> dict[str | None, int]:
        """Return when each job last contributed to a dataset by a time, whatever was replaced since."""
        while True:
            needs = Needs()
            found = self._newest(Hop(dataset, at), at, needs, None, passed=None)
            if not needs:
                return {job: one.at for job, one in found.items()}
            self._fetch(needs)

    def prefetch(self, asks: Iterable[tuple[str, int]], newest: int = _AT_ONCE) -> None:
        """Fetch the candidates for (dataset, time) in one call, and the runs of the newest in another."""
        wanted = list(asks)
        self.loader.load_names(dataset for dataset, _ in wanted)
        needs = Needs()
        for dataset, at in wanted:
            for name in self.loader.names(dataset):
                held = self._best(name, at)
                if held is None or held.newest < newest:
                    needs.asks[name, at] = newest
        self._fetch(needs, ahead=needs.asks)

    def _fetch(self, needs: Needs, ahead: Collection[tuple[str, int]] = ()) -> None:
        """Fetch what is missing, and the runs of the newest candidates under names at times that are looked at next."""
        by_count: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for ask, newest in needs.asks.items():
            by_count[newest].append(ask)
        for newest, asks in by_count.items():
            rows: dict[str, list[Contribution]] = defaultdict(list)
            for row in self.loader.view.contributions(sorted(asks), newest):
                rows[row.target].append(row)
            every = {name: Candidates(rows.get(name, ())) for name in dict.fromkeys(name for name, _ in asks)}
            for name, at in asks:
                self._fetched.setdefault(name, []).append(every[name].fetched(at, newest))
                self._found_at.pop((name, at), None)
        runs = set(needs.runs)
        for name, at in ahead:
            best = self._best(name, at)
            for some in (best.replacing, *best.lists.values()) if best else ():
                place = first_at(some, at)
                runs.update(row.run for row in some[place : place + 1] if row.run)
        self._load_runs(runs)

    def _load_runs(self, runs: Iterable[str]) -> None:
        self.loader.load_runs(runs)

    def _best(self, name: str, at: int) -> Fetched | None:
        """Return what was fetched of a name that answers at a time, and most of it."""
        place = name, at
        best = self._found_at.get(place)
        if best is None:
            for one in self._fetched.get(name, ()):
                if one.since <= at <= one.upto and (best is None or one.newest > best.newest):
                    best = one
            if best is not None:
                self._found_at[place] = best
        return best

    def _only(self, hop: Hop) -> list[Contributed] | None:
        """Return what is in force where that is plain to see, as of most datasets: one job writes it, nothing replaced
        it, and nothing is declared of it; None where it is not.
        """
        dataset, at, reader, before = hop
        plain = self._plain.get(dataset)
        if plain is None:
            plain = len(self.loader.names(dataset)) == 1 and not self.loader.is_declared(dataset)
            self._plain[dataset] = plain
        if before or not plain:
            return None
        fetched = self._best(dataset, at)
        if fetched is None or fetched.replacing or len(fetched.lists) != 1:
            return None
        [rows] = fetched.lists.values()
        place = first_at(rows, at)
        if place == len(rows) or (place + 1 < len(rows) and rows[place + 1].at == rows[place].at):
            return None
        row = rows[place]
        if row.how != "ran" or row.run is None or not self.loader.has_run(row.run):
            return None
        one = self._true(row, dataset)
        return None if one is None or one.in_place or _is_own(one, reader) else [one]

    def _answer(self, hop: Hop, needs: Needs) -> list[Contributed] | None:
        """Return what is in force, None where something is missing to say so."""
        plain = self._only(hop)
        if plain is not None:
            return plain
        at, reader = hop.at, hop.reader
        unfetched = [name for name in self.loader.names(hop.dataset) if self._held_of(name, at, needs) is None]
        if unfetched:
            return None
        found = self._newest_in_force(hop, at, needs)
        if found is not None and not found and reader is not None and reader.at > at:
            at = reader.at  # nobody reads what is not there: then as at its completion
            found = self._newest_in_force(hop, at, needs)
        if found is None:
            return None
        if reader is not None and reader.run and self._writes_in_place(reader, hop.dataset):
            found = self._newest_in_force(hop, at, needs, passed=reader.job)
            if found is None:
                return None
        return self._with_declarations(hop.dataset, at, found)

    def _newest_in_force(
        self, hop: Hop, at: int, needs: Needs, passed: str | None = None
    ) -> dict[str | None, Contributed] | None:
        """Return of each job the newest contribution that stands, without in-place ones of the job passed over."""
        missing = Needs()
        base = self._base(hop, at, missing)
        found = self._newest(hop, at, missing, base, passed=passed)
        if missing:
            needs.runs |= missing.runs
            for ask, newest in missing.asks.items():
                needs.asks[ask] = max(newest, needs.asks.get(ask, 0))
            return None
        if base is not None:
            order = base.order
            found = {job: one for job, one in found.items() if one.order >= order}
        return {job: one for job, one in found.items() if one.effect is not Effect.ENDED}

    def _base(self, hop: Hop, at: int, needs: Needs) -> Contributed | None:
        """Return the newest replacement of the whole."""
        base: Contributed | None = None
        for name in self.loader.names(hop.dataset):
            fetched = self._held_of(name, at, needs)
            if fetched is None:
                continue
            for one in self._scan(fetched.replacing, fetched.newest, hop, at, name, needs):
                if one.effect is not Effect.WROTE and (base is None or one.order > base.order):
                    base = one
                if base is not None and one.at < base.at:
                    break
        return base

    def _newest(
        self, hop: Hop, at: int, needs: Needs, base: Contributed | None, *, passed: str | None
    ) -> dict[str | None, Contributed]:
        """Return the newest contribution of each job; what is older than the base may be missing."""
        found: dict[str | None, Contributed] = {}
        for name in self.loader.names(hop.dataset):
            fetched = self._held_of(name, at, needs)
            if fetched is None:
                continue
            for (job, in_place), rows in fetched.lists.items():
                passes = passed is not None and job == passed
                if passes and in_place:
                    continue
                top: Contributed | None = None
                since = None if base is None else base.at
                for one in self._scan(rows, fetched.newest, hop, at, name, needs, since):
                    if top is not None and one.at < top.at:
                        break
                    if passes and one.in_place:
                        continue
                    if top is None or one.order > top.order:
                        top = one
                if top is not None and (job not in found or top.order > found[job].order):
                    found[job] = top
        return found

    def _held_of(self, name: str, at: int, needs: Needs) -> Fetched | None:
        fetched = self._best(name, at)
        if fetched is None:
            newest = _AGAIN if name in self._fetched else _AT_ONCE
            needs.asks[name, at] = max(newest, needs.asks.get((name, at), 0))
        return fetched

    def _scan(
        self,
        rows: Sequence[Contribution],
        newest: int,
        hop: Hop,
        at: int,
        name: str,
        needs: Needs,
        since: int | None = None,
    ) -> Iterator[Contributed]:
        """Yield the true contributions of a list, newest first, but the reader's own and what it renamed away.

        Whoever has what is looked for stops; who comes to the end of what is not all is told what is missing.
        """
        for row in rows[first_at(rows, at) :]:
            if since is not None and row.at < since:
                return
            if row.run and row.how == "ran" and not self.loader.has_run(row.run):
                needs.runs.add(row.run)
                return
            one = self._true(row, hop.dataset)
            if one is None or _is_own(one, hop.reader) or (hop.before and one.at == hop.at and one.access.replaces):
                continue
            yield one
        if len(rows) == newest and not (since is not None and rows[-1].at < since):
            needs.asks[name, at] = max(min(newest * _DEEPER, _ALL), needs.asks.get((name, at), 0))

    def _true(self, row: Contribution, dataset: str) -> Contributed | None:
        """Return the contribution that a candidate is, None where it is none or is to another dataset (rule 4)."""
        key = row.target, row.job, row.at, row.run, row.tie
        if key not in self._judged:
            self._judged[key] = self._judge(row)
        one = self._judged[key]
        return one if one is not None and one.dataset == dataset else None

    def _judge(self, row: Contribution) -> Contributed | None:
        loader = self.loader
        dataset = loader.resolve(row.target, row.at)
        if row.how == "registered":
            read_at, number, known = row.at, 0, True
            if row.run:
                self._load_runs([row.run])
                fold = loader.fold(row.run)
                if fold:
                    number = bisect_right(fold.opened, (row.at, RECORD_RANK, row.tie))
                    attempt = fold.attempts[number]
                    read_at, known = row.at if attempt.streams else attempt.started_at, attempt.start_known
            return Contributed(
                row.at,
                Effect.WROTE,
                row.run,
                number,
                row.tie,
                row.target,
                dataset,
                row.job,
                "registered",
                BARE,
                row.entry,
                in_place=False,
                read_at=read_at,
                start_known=known,
            )
        fold = loader.fold(row.run) if row.run else None
        place = row.target, row.job
        written = fold.written(place, row.at) if fold else None
        if written is None:
            return None
        dataset = loader.resolve(row.target, row.at, written.outputs[place].version)
        return self._contributed(row, dataset, written, place)

    def _contributed(self, row: Contribution, dataset: str, attempt: Attempt, place: Place) -> Contributed:
        access, read_at = attempt.outputs[place], attempt.read_at(place, row.at)
        in_place = is_in_place(access, read=self._reads(attempt, dataset, read_at))
        return Contributed(
            row.at,
            effect_of(access, in_place=in_place),
            row.run,
            attempt.number,
            "",
            row.target,
            dataset,
            row.job,
            "ran",
            access,
            row.entry,
            in_place=in_place,
            read_at=read_at,
            start_known=attempt.start_known,
        )

    def _reads(self, attempt: Attempt, dataset: str, at: int) -> bool:
        names, inputs = self.loader.names(dataset), attempt.inputs
        if len(names) == 1:
            return dataset in inputs
        return any(name in inputs and self.loader.resolve(name, at) == dataset for name in names)

    def _writes_in_place(self, reader: Reader, dataset: str) -> bool:
        """Tell whether the reader's attempt wrote the dataset that it read, and did not end it."""
        key = reader.run, reader.attempt, dataset
        held = self._in_place.get(key)
        if held is None:
            held = self._in_place[key] = any(self._in_place_of(reader, dataset))
        return held

    def _in_place_of(self, reader: Reader, dataset: str) -> Iterator[bool]:
        fold = self.loader.fold(reader.run) if reader.run else None
        if fold is None:
            return
        attempt = fold.attempts[reader.attempt]
        for name in self.loader.names(dataset):
            place = name, reader.job
            moments = attempt.effects.get(place, ())
            if any(self.loader.resolve(name, at) == dataset for at in moments):
                read = self._reads(attempt, dataset, attempt.read_at(place, moments[-1]))
                yield is_in_place(attempt.outputs[place], read=read)

    def _with_declarations(self, dataset: str, at: int, found: dict[str | None, Contributed]) -> list[Contributed]:
        """Return the contributions, with a later declaration of a job in place of its own (rule 6)."""
        own: list[Contributed] = []
        for declaration in self.loader.declarations(dataset, at):
            held = None if declaration.job is None else found.get(declaration.job)
            if declaration.job is None:
                own.append(self.declared(declaration, dataset, at))
            elif held is None or not has_begun(declaration.valid_from, held.at):
                found[declaration.job] = self.declared(declaration, dataset, at)
        own += [self.declared(read, dataset, at) for read in self.loader.mapped_into(dataset, at)]
        return [*found.values(), *own]

    def declared(self, declaration: Declared, dataset: str, at: int) -> Contributed:
        """Return what is declared as a contribution: what it names is looked at as it is when the walk meets it, what a
        run's facet names as it was when that took effect.
        """
        mapped = declaration.mapped
        if mapped and mapped[0].run is not None:
            at = declaration.valid_from
        key = declaration, dataset, at
        if key not in self._declared:
            self._declared[key] = Contributed(
                declaration.valid_from,
                Effect.WROTE,
                None,
                0,
                "",
                dataset,
                dataset,
                declaration.job,
                "mapped" if mapped else "declared",
                BARE,
                declaration.entry,
                in_place=False,
                read_at=at,
                declared=declaration,
            )
        return self._declared[key]

    def written(self, run: str, number: int, place: Place) -> Contributed:
        """Return what an attempt contributed to a place when it last took effect, of a run that was fetched, or what
        it would have.
        """
        fold = self.loader.fold(run)
        assert fold is not None  # noqa: S101  whoever asks has it
        attempt = fold.attempts[number]
        moments = attempt.effects.get(place, ())
        if not moments:
            return self.attempted(run, number, place)
        key = run, number, place
        if key not in self._written:
            known = self.loader.known_from(run, place[0])
            row = Contribution(place[0], place[1], moments[-1], run, "ran", "", known)
            dataset = self.loader.resolve(place[0], moments[-1], attempt.outputs[place].version)
            self._written[key] = self._contributed(row, dataset, attempt, place)
        return self._written[key]

    def attempted(self, run: str, number: int, place: Place) -> Contributed:
        """Return what an attempt that had no effect would have contributed to a place, of a run that was fetched."""
        key = run, number, place
        if key not in self._readers:
            fold = self.loader.fold(run)
            assert fold is not None  # noqa: S101  whoever asks has it
            attempt = fold.attempts[number]
            access = attempt.outputs.get(place, BARE)
            ended = self.loader.valid_at if attempt.ended_at is None else attempt.ended_at
            self._readers[key] = Contributed(
                max(attempt.started_at, ended),
                effect_of(access, in_place=False),
                run,
                number,
                "",
                place[0],
                self.loader.resolve(place[0], attempt.started_at, access.version) if place[0] else "",
                place[1],
                "attempted",
                access,
                self.loader.known_from(run, place[0]),
                in_place=False,
                read_at=attempt.started_at if attempt.streams else attempt.read_at(place, 0),
                start_known=attempt.start_known,
            )
        return self._readers[key]


def _is_own(one: Contributed, reader: Reader | None) -> bool:
    return reader is not None and reader.run is not None and (one.run, one.attempt) == (reader.run, reader.attempt)
