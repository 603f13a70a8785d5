"""The ten rules of time, as plain and slow as they can be said: what the product is held against.

It works on happenings, not on facts, shares no code with the product, looks at everything for every question, and
names what it finds in tuples: ("A",) a dataset, ("A", "v1") a snapshot, ("A", "@r1") a state that r1 left unversioned,
("M",) the model version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.support.facts import run_node
from tests.support.histories import DATASETS, MODEL, Happening, dataset, ledger, target

RANK = {"START": 0, "RUNNING": 1, "OTHER": 2, "ABORT": 3, "FAIL": 4, "COMPLETE": 5}
TERMINAL = {"ABORT", "FAIL", "COMPLETE"}
REPLACING = {"OVERWRITE", "TRUNCATE", "DROP", "RENAME"}
FOREVER = 10**18
State = tuple[str, ...]


@dataclass(frozen=True, order=True)
class Put:
    """A run or a registration put a dataset into a new state."""

    at: int
    run: str
    tie: str
    name: str
    job: str
    version: str | None
    mode: str | None
    renamed_from: str | None
    registered: bool


@dataclass(frozen=True)
class Told:
    """What a run was at the point in time, folded over its events."""

    state: str
    start: int
    ins: dict[str, str | None]
    outs: dict[str, tuple[str | None, str | None, str | None]]
    job: str
    effective: list[int]
    ever_ins: set[str]
    ever_outs: set[str]


def _order(put: Put) -> tuple[int, str, str, str, str]:
    return put.at, run_node(put.run).id if put.run else "", put.tie, target(put.name).id, put.job


class Reference:
    """Every answer at one (valid_at, known_at)."""

    def __init__(self, happenings: Iterable[Happening], valid_at: int = FOREVER, known_at: int = FOREVER) -> None:
        known = [happening for entry, happening in ledger(happenings) if entry <= known_at]
        self.aliases = sorted((h for h in known if h.alias), key=lambda h: (h.at, 5, h.tie, self._pointed(h)))
        self.valid_at = valid_at
        self.seen = sorted(
            (h for h in known if h.at <= valid_at), key=lambda h: (h.at, RANK[h.type] if h.kind == "run" else 5, h.tie)
        )
        self.runs = {h.run: self._run(h.run) for h in self.seen if h.kind == "run" and h.run}
        self.puts = sorted(self._puts(), key=_order)

    @staticmethod
    def _pointed(happening: Happening) -> str:
        name, pointed = happening.alias or ("", None)
        return dataset(pointed or name).id

    def _run(self, run: str) -> Told:
        events = [h for h in self.seen if h.kind == "run" and h.run == run]
        end = next((h for h in events if h.type in TERMINAL), None)
        start = next((h.at for h in events if h.type == "START"), None)
        windows = [place for place, h in enumerate(events) if h.window]
        in_force = events[windows[-1] :] if windows else events
        ins: dict[str, str | None] = {}
        outs: dict[str, tuple[str | None, str | None, str | None]] = {}
        for h in in_force:
            for name, version in h.ins or ():
                ins[name] = version or ins.get(name)
            for name, version, mode, renamed_from in h.outs or ():
                before = outs.get(name, (None, None, None))
                outs[name] = (version or before[0], mode or before[1], renamed_from or before[2])
        streaming = any(h.streaming for h in events)
        effective = {h.at for h in events if streaming and h.type == "RUNNING"}
        if end and end.type == "COMPLETE":
            effective.add(end.at)
        return Told(
            end.type if end else "RUNNING",
            events[0].at if start is None else start,
            ins,
            outs,
            events[0].job or "",
            sorted(effective),
            {name for h in events for name, _ in h.ins or ()},
            {name for h in events for name, *_ in h.outs or ()},
        )

    def _puts(self) -> Iterable[Put]:
        for run, x in self.runs.items():
            for at in x.effective:
                for name, (version, mode, renamed_from) in x.outs.items():
                    yield Put(at, run, "", name, x.job, version, mode, renamed_from, registered=False)
        for h in self.seen:
            if h.kind == "register":
                yield Put(h.at, h.run or "", h.tie, MODEL, h.job or "", None, None, None, registered=True)

    def resolve(self, name: str, at: int) -> str:
        seen: list[str] = []
        while name not in seen:
            seen.append(name)
            mine = [h for h in self.aliases if h.alias and h.alias[0] == name]
            chosen = [h for h in mine if h.at <= at][-1:] or mine[:1]
            if not chosen or chosen[0].alias is None or chosen[0].alias[1] is None:
                return name
            name = chosen[0].alias[1]
        return min(seen[seen.index(name) :], key=lambda member: dataset(member).id)

    def puts_to(self, name: str) -> list[Put]:
        return [put for put in self.puts if self.resolve(put.name, put.at) == name]

    def current(self, name: str) -> list[Put]:
        puts = self.puts_to(name)
        base = max((place for place, put in enumerate(puts) if put.mode in REPLACING), default=0)
        return list({put.job: put for put in puts[base:]}.values())

    def trained(self, put: Put) -> tuple[tuple[str, str], ...]:
        return next((h.trained for h in self.seen if h.kind == "register" and h.tie == put.tie), ())

    def sources(self, put: Put) -> set[tuple[str, str]]:
        """Return (source, how) of one put."""
        if put.registered and self.trained(put):
            return {(self.resolve(name, put.at), "registered") for name, _ in self.trained(put)}
        how = "registered" if put.registered else "ran"
        ins = self.runs[put.run].ins if put.run in self.runs else ()
        found = {(self.resolve(name, put.at), how) for name in ins if name != put.renamed_from}
        if put.renamed_from and put.run in self.runs:
            found.add((self.resolve(put.renamed_from, put.at), "renamed"))
        return found

    def upstream(self, name: str, *, past: bool = False) -> set[tuple[str, str, str, str]]:
        """Return {(source, job, how, run)} of the dataset or model version (rule 6)."""
        current = self.current(name)
        newest = {put.job: put.at for put in current}
        declared: dict[str, Happening] = {}
        for h in self.seen:
            if h.kind == "job" and (h.ins, h.outs) != (None, None):
                declared[h.job or ""] = h
        found, replaced = set(), set()
        for job, h in declared.items():
            outputs = {self.resolve(output, h.at) for output, *_ in h.outs or ()}
            if name in outputs and (job not in newest or h.at > newest[job]):
                replaced.add(job)
                found |= {(self.resolve(source, h.at), job, "declared", "") for source, _ in h.ins or ()}
        for put in self.puts_to(name) if past else current:
            if past or put.job not in replaced:
                found |= {(source, put.job, how, put.run) for source, how in self.sources(put)}
        return found

    def attempts(self, name: str) -> set[tuple[str, str]]:
        """Return {(run, source)} of the runs that did not complete, for each job those since its newest put."""
        found = set()
        for run, x in self.runs.items():
            if x.effective:
                continue
            for output in x.outs:
                if self.resolve(output, x.start) != name:
                    continue
                last = max((put.at for put in self.puts_to(name) if put.job == x.job), default=-FOREVER)
                if x.start >= last:
                    found |= {(run, self.resolve(source, x.start)) for source in x.ins}
        return found

    def state_of(self, put: Put) -> State:
        if put.registered:
            return (MODEL,)
        return put.name, put.version or f"@{put.run}"

    def read_of(self, run: str, name: str) -> State:
        """Return which state the run read (rule 5)."""
        x = self.runs[run]
        version = x.ins.get(name)
        if version:
            return name, version
        resolved = self.resolve(name, x.start)
        before = [put for put in self.puts_to(resolved) if put.at <= x.start and put.run != run]
        return self.state_of(before[-1]) if before else (resolved,)

    def makers(self, state: State) -> list[str]:
        """Return the run that left the state: the newest completed, else all that tried."""
        name, mark = state
        tried = [
            (x.effective[-1] if x.effective else -1, run_node(run).id, run)
            for run, x in self.runs.items()
            if name in x.outs and (x.outs[name][0] or f"@{run}") == mark
        ]
        completed = sorted(pair for pair in tried if pair[0] >= 0)
        return [run for _, _, run in (completed[-1:] if completed else tried)]

    def upstream_of_state(self, state: State) -> set[tuple[State, str]]:
        """Return {(state, run)} that the state was made from."""
        if state == (MODEL,):
            found: set[tuple[State, str]] = set()
            for put in self.current(MODEL):
                if self.trained(put):
                    found |= {(pair, put.run) for pair in self.trained(put)}
                elif put.run in self.runs:
                    found |= {(self.read_of(put.run, name), put.run) for name in self.runs[put.run].ins}
            return found
        if len(state) == 1:
            return set()
        return {(self.read_of(run, name), run) for run in self.makers(state) for name in self.runs[run].ins}

    def states(self) -> set[State]:
        """Return every state that is spoken of."""
        found: set[State] = {(MODEL,), *((name,) for name in DATASETS)}
        for run, x in self.runs.items():
            found |= {(name, said[0] or f"@{run}") for name, said in x.outs.items()}
            found |= {self.read_of(run, name) for name in x.ins}
        for put in self.puts:
            found |= set(self.trained(put)) if put.registered else set()
        return found

    def upstream_of_run(self, run: str) -> set[str]:
        """Return the runs that left what the run read."""
        found: set[str] = set()
        if run not in self.runs:
            return found
        for name in self.runs[run].ins:
            state = self.read_of(run, name)
            if len(state) == 2:
                found |= set(self.makers(state) if self.runs[run].ins[name] else [self._writer(run, name)])
        return found - {run}

    def _writer(self, run: str, name: str) -> str:
        x = self.runs[run]
        resolved = self.resolve(name, x.start)
        return [put for put in self.puts_to(resolved) if put.at <= x.start and put.run != run][-1].run

    def flows(self) -> set[tuple[str, str]]:
        """Return every flow ever stated (rule 7)."""
        pointed = [(h.alias[0], h.alias[1]) for h in self.aliases if h.alias and h.alias[1]]
        found = {pair for a, b in pointed for pair in ((a, b), (b, a))}
        found |= {(i, o) for x in self.runs.values() for i in x.ever_ins for o in x.ever_outs}
        for h in self.seen:
            if h.kind == "run":
                found |= {(renamed, name) for name, _, _, renamed in h.outs or () if renamed}
            if h.kind == "job":
                found |= {(i, o) for i, _ in h.ins or () for o, *_ in h.outs or ()}
            if h.kind == "register":
                found |= {(name, MODEL) for name, _ in h.trained}
                if h.run in self.runs:
                    found |= {(i, MODEL) for i in self.runs[h.run].ever_ins}
        return found

    def schema(self, name: str) -> str | None:
        """Return the aspect in force: a writer's when its run completed, an owner's at once, a reader's last of all."""
        spoken, read = [], []
        for h in self.seen:
            for said, _, value in h.facets:
                if said != name:
                    continue
                order = (RANK[h.type] if h.kind == "run" else 5, h.tie)
                if h.kind != "run":
                    spoken.append(((h.at, *order), value))
                elif name in {output for output, *_ in h.outs or ()}:
                    effective = self.runs[h.run or ""].effective
                    later = [at for at in effective if at >= h.at]
                    if effective:
                        spoken.append((((later or [h.at])[0], *order), value))
                else:
                    read.append(((h.at, *order), value))
        chosen = max(spoken or read, default=None)
        return chosen[1] if chosen else None
