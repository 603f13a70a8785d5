"""The ten rules of time, as plain and slow as they can be said: what the product is held against.

It works on happenings, not on facts, shares no code with the product, looks at everything for every question, and
names what it finds in tuples: ("A",) a dataset, ("A", "v1") a snapshot, ("A", "@r1") a state that r1 left unversioned,
("M",) the model version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.support.histories import DATASETS, MODEL, Happening, dataset, job_id, ledger, run_id, target

RANK = {"START": 0, "RUNNING": 1, "OTHER": 2, "ABORT": 3, "FAIL": 4, "COMPLETE": 5}
TERMINAL = {"ABORT", "FAIL", "COMPLETE"}
ENDING = {"TRUNCATE", "DROP", "RENAME"}
FOREVER = 10**18
State = tuple[str, ...]


def order(happening: Happening) -> tuple[int, int, str]:
    return happening.at, RANK[happening.type] if happening.kind == "run" else 5, happening.tie


@dataclass(frozen=True)
class Read:
    """A name that was read, in a version if one is named, when, and whether just before a replacement."""

    name: str
    at: int
    how: str
    version: str | None = None
    before: bool = False


@dataclass(frozen=True)
class Put:
    """An attempt, a registration or a declaration put a dataset into a new state."""

    at: int
    run: str | None
    attempt: int
    tie: str
    name: str
    dataset: str
    job: str | None
    how: str
    version: str | None = None
    mode: str | None = None
    reads: tuple[Read, ...] = ()
    in_place: bool = False
    stated: bool = False
    """Whether a record says what it was made of, so that its own run's writes count as well."""

    @property
    def effect(self) -> int:
        if self.mode == "DROP":
            return 0
        return 1 if self.mode in ENDING or (self.mode == "OVERWRITE" and not self.in_place) else 2

    @property
    def order(self) -> tuple[object, ...]:
        return (
            self.at,
            self.effect,
            run_id(self.run) if self.run else "",
            self.attempt,
            self.tie,
            target(self.name).id,
            job_id(self.job) if self.job else "",
        )

    def is_of(self, other: Put | None) -> bool:
        return (
            other is not None
            and not other.stated
            and self.run is not None
            and (self.run, self.attempt) == (other.run, other.attempt)
        )


@dataclass(frozen=True)
class Told:
    """What an attempt was at the point in time, folded over its events."""

    run: str
    number: int
    state: str
    start: int
    end: int | None
    ins: dict[str, str | None]
    outs: dict[str, tuple[str | None, str | None, str | None]]
    job: str
    opened: tuple[int, int, str] | None
    effects: dict[str, list[int]] = field(default_factory=dict)
    streaming: bool = False
    parts: dict[str, tuple[int, set[str]]] = field(default_factory=dict)


class Reference:
    """Every answer at one (valid_at, known_at)."""

    def __init__(self, happenings: Iterable[Happening], valid_at: int = FOREVER, known_at: int = FOREVER) -> None:
        known = [happening for entry, happening in ledger(happenings) if entry <= known_at]
        self.aliases = sorted((h for h in known if h.alias), key=lambda h: (h.at, 5, h.tie, self._pointed(h)))
        self.valid_at = valid_at
        self.seen = sorted((h for h in known if h.at <= valid_at), key=order)
        names = sorted({h.run for h in self.seen if h.kind == "run" and h.run})
        self.runs = {run: self._attempts(run) for run in names}
        self.puts = sorted(self._puts(), key=lambda put: put.order)

    @staticmethod
    def _pointed(happening: Happening) -> str:
        name, pointed = happening.alias or ("", None)
        return dataset(pointed or name).id

    # Rule 3

    def _attempts(self, run: str) -> list[Told]:
        events = [h for h in self.seen if h.kind == "run" and h.run == run]
        groups: list[list[Happening]] = [[]]
        for place, h in enumerate(events):
            ended = any(x.type in TERMINAL for x in groups[-1])
            started = any(x.type == "START" for x in groups[-1])
            later = [x.type for x in events[place + 1 :] if x.type == "START" or x.type in TERMINAL]
            if h.type == "START" and ended and (started or (later and later[0] != "START")):
                groups.append([])
            groups[-1].append(h)
        return [self._attempt(run, number, group, events) for number, group in enumerate(groups)]

    def _attempt(self, run: str, number: int, events: list[Happening], every: list[Happening]) -> Told:
        end = next((h for h in events if h.type in TERMINAL), None)
        starts = [h.at for h in events if h.type == "START" and (end is None or order(h) < order(end))]
        windows = [place for place, h in enumerate(events) if h.window]
        ins: dict[str, str | None] = {}
        outs: dict[str, tuple[str | None, str | None, str | None]] = {}
        for h in events[windows[-1] :] if windows else events:
            for name, version in h.ins or ():
                ins[name] = version or ins.get(name)
            for name, said in h.written():
                before = outs.get(name, (None, None, None))
                outs[name] = (said[0] or before[0], said[1] or before[1], said[2] or before[2])
        start = starts[0] if starts else events[0].at
        told = Told(
            run,
            number,
            end.type if end else "RUNNING",
            start,
            end.at if end else None,
            ins,
            outs,
            events[0].job or "",
            order(events[0]) if number else None,
            streaming=any(h.streaming for h in every),
        )
        self._effects(told, events, every)
        return told

    # Rule 4

    def _effects(self, told: Told, events: list[Happening], every: list[Happening]) -> None:
        done = [told.end] if told.state == "COMPLETE" and told.end is not None else []
        for name in told.outs:
            if told.streaming:
                naming = [h.at for h in events if h.ins or h.written()]
                first = min(h.at for h in events if name in dict(h.written()))
                moments = sorted({at for at in (*naming, *done) if at >= first})
            elif name in self._instances(every):
                told.parts[name] = self._part(name, told, events, every)
                moments = self._own_end(name, events, done)
            else:
                moments = list(done)
            if moments:
                told.effects[name] = moments

    @staticmethod
    def _instances(every: list[Happening]) -> set[str]:
        """Return the outputs that some STARTs of the run name and others do not, of events that read something."""
        starts = [{name for name, _ in h.written()} for h in every if h.type == "START"]
        naming = [names for names in starts if names]
        if len(starts) < 2 or not naming:
            return set()
        apart = {name for names in naming for name in names} - naming[0].intersection(*naming)
        return {name for name in apart if any(h.ins and name in dict(h.written()) for h in every)}

    @staticmethod
    def _own_end(name: str, events: list[Happening], done: list[int]) -> list[int]:
        ends = [h for h in events if h.type == "COMPLETE"]
        if not any(h.written() for h in ends):
            return list(done)
        return [h.at for h in ends if name in dict(h.written())][:1]

    @staticmethod
    def _part(name: str, told: Told, events: list[Happening], every: list[Happening]) -> tuple[int, set[str]]:
        here = [h for h in events if name in dict(h.written())]
        anywhere = [h for h in every if name in dict(h.written())]
        starts = [h.at for h in here if h.type == "START"]
        read = {source for h in here for source, _ in h.ins or ()}
        return min(starts, default=told.start), read or {source for h in anywhere for source, _ in h.ins or ()}

    def _puts(self) -> Iterable[Put]:
        for attempts in self.runs.values():
            for x in attempts:
                for name, moments in x.effects.items():
                    yield from (self.put_of(x, name, at) for at in moments)
        for h in self.seen:
            if h.kind == "register":
                yield self._registered(h)

    def put_of(self, x: Told, name: str, at: int, how: str = "ran", became: str | None = None) -> Put:
        version, mode, renamed_from = x.outs.get(name, (None, None, None))
        read_at = at if x.streaming else x.parts[name][0] if name in x.parts else x.start
        ins = {one: said for one, said in x.ins.items() if name not in x.parts or one in x.parts[name][1]}
        reads = [Read(one, read_at, "ran", said) for one, said in ins.items() if one != renamed_from]
        if renamed_from:
            reads.append(Read(renamed_from, at if how == "ran" else read_at, "renamed", None, before=True))
        reads += [Read(one, read_at, "ran") for one in sorted(self.fed(x.run, name))]
        resolved = became or (self.resolve(name, at) if name else "")
        in_place = mode not in ENDING and any(self.resolve(one, read_at) == resolved for one in x.ins)
        return Put(
            at,
            x.run,
            x.number,
            "",
            name,
            resolved,
            x.job or None,
            how,
            version,
            mode,
            tuple(reads),
            how == "ran" and in_place,
        )

    def fed(self, run: str, name: str) -> set[str]:
        """Return what other halves of its stream read, of a run that only writes; "" is all that it wrote."""
        said = [h for h in self.seen if h.kind == "run" and h.run == run]
        if any(h.ins for h in said) or (name and not any(h.streaming and name in dict(h.written()) for h in said)):
            return set()
        if not any(h.streaming and h.written() for h in said):
            return set()
        found: set[str] = set()
        for parent in {h.parent for h in said if h.streaming} & self.streaming():
            beside = {h.run for h in self.seen if h.streaming and h.parent == parent and h.run != run}
            for other in beside:
                events = [h for h in self.seen if h.kind == "run" and h.run == other]
                if not any(h.written() for h in events):
                    found |= {one for h in events if h.streaming for one, _ in h.ins or ()}
        return found

    def streaming(self) -> set[str | None]:
        """Return the runs that say that they stream."""
        return {h.run for h in self.seen if h.kind == "run" and h.streaming}

    def _registered(self, h: Happening) -> Put:
        attempts = self.runs.get(h.run or "", [])
        number = max((x.number for x in attempts if x.opened is None or x.opened <= order(h)), default=0)
        reads = tuple(Read(name, h.at, "registered", version) for name, version in h.trained)
        stated = bool(reads)
        if not reads and attempts:
            x = attempts[number]
            at = h.at if x.streaming else x.start
            reads = tuple(Read(name, at, "registered", version) for name, version in x.ins.items())
        return Put(h.at, h.run, number, h.tie, MODEL, MODEL, h.job, "registered", reads=reads, stated=stated)

    # Rule 8

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

    # Rules 5 and 6

    def hop(self, put: Put, read: Read) -> tuple[str, int, bool]:
        """Return which dataset a put read, at what time it is to be looked at, and whether just before it."""
        name = self.resolve(read.name, read.at)
        at = read.at
        if read.version:
            made = [x.at for x in self.puts if x.dataset == name and x.version == read.version and not x.is_of(put)]
            past = [moment for moment in made if moment <= at]
            at = max(past) if past else min(made, default=at)
        return name, at, read.before

    def standing(self, name: str, at: int, by: Put | None, before: bool) -> list[Put]:  # noqa: FBT001
        puts = [
            put
            for put in self.puts
            if put.dataset == name
            and put.at <= at
            and not put.is_of(by)
            and not (before and put.at == at and (put.mode in ENDING or put.mode == "OVERWRITE"))
        ]
        base = max((place for place, put in enumerate(puts) if put.effect < 2), default=0)
        return [put for put in puts[base:] if put.effect > 0]

    def in_force(self, name: str, at: int, by: Put | None = None, before: bool = False) -> list[Put]:  # noqa: FBT001, FBT002
        if by is not None and not self.standing(name, at, by, before):
            at = max(at, by.at)
        puts = self.standing(name, at, by, before)
        if by is not None and any(put.dataset == name and put.in_place and put.is_of(by) for put in self.puts):
            puts = [put for put in puts if not (put.job == by.job and put.in_place)]
        found = {put.job: put for put in puts}
        declared: dict[str, Happening] = {}
        for h in self.seen:
            if h.kind == "job" and h.at <= at and (h.ins, h.outs) != (None, None):
                declared[h.job or ""] = h
        for job, h in declared.items():
            names = {self.resolve(output, at) for output, *_ in h.outs or ()}
            if name in names and (job not in found or h.at > found[job].at):
                reads = tuple(Read(source, at, "declared") for source in dict.fromkeys(one for one, _ in h.ins or ()))
                found[job] = Put(h.at, None, 0, h.tie, name, name, job, "declared", reads=reads)
        return list(found.values())

    def walk(
        self, root: str, *, past: bool = False, attempts: bool = False
    ) -> tuple[set[tuple[str, str, str, str]], dict[Put, list[tuple[str, list[Put]]]]]:
        """Return {(source, target, job, how)} of all that the dataset is made of, and what each put on the way read."""
        edges: set[tuple[str, str, str, str]] = set()
        seen: dict[Put, list[tuple[str, list[Put]]]] = {}
        front = self.met(root, self.valid_at, past=past, attempts=attempts)
        while front:
            put = front.pop()
            if put in seen:
                continue
            seen[put] = []
            for read in put.reads:
                name, at, before = self.hop(put, read)
                edges.add((name, put.dataset, put.job or "", read.how))
                behind = self.met(name, at, put, before, past=past, attempts=attempts)
                seen[put].append((name, behind))
                front += behind
        return edges, seen

    def met(
        self,
        name: str,
        at: int,
        by: Put | None = None,
        before: bool = False,  # noqa: FBT001, FBT002
        *,
        past: bool = False,
        attempts: bool = False,
    ) -> list[Put]:
        found = self.in_force(name, at, by, before)
        if past:
            found += [
                put
                for put in self.puts
                if put.dataset == name and put.at <= at and put.effect > 0 and not put.is_of(by) and put not in found
            ]
        if attempts:
            found += self.attempts(name, at)
        return found

    def attempts(self, name: str, at: int | None = None) -> list[Put]:
        """Return what did not complete, for each job since its newest put."""
        at = self.valid_at if at is None else at
        found = []
        for told in self.runs.values():
            for x in told:
                for output in x.outs:
                    if output in x.effects or x.start > at:
                        continue
                    became = self.resolve(output, x.start)
                    puts = [put for put in self.puts if put.dataset == became and put.job == x.job and put.at <= at]
                    last = max((put.at for put in puts), default=-FOREVER)
                    if became == name and x.start >= last:
                        end = self.valid_at if x.end is None else x.end
                        one = self.put_of(x, output, max(x.start, end), "attempted", became)
                        if x.streaming:
                            reads = tuple(Read(r.name, x.start, r.how, r.version, r.before) for r in one.reads)
                            one = Put(**{**one.__dict__, "reads": reads})
                        found.append(one)
        return found

    def upstream(self, name: str, *, past: bool = False) -> set[tuple[str, str, str, str]]:
        """Return {(source, job, how, run)} of the dataset or model version."""
        puts = self.met(name, self.valid_at, past=past)
        return {
            (self.hop(put, read)[0], put.job or "", read.how, put.run or "" if put.how != "declared" else "")
            for put in puts
            for read in put.reads
        }

    def above(self, name: str) -> set[str]:
        """Return all that the dataset is made of."""
        return {source for source, *_ in self.walk(name)[0]}

    # Rule 9

    def state_of(self, put: Put) -> State:
        if put.how == "registered":
            return (MODEL,)
        return put.name, put.version or f"@{put.run}"

    def states_read(self, put: Put) -> set[State]:
        """Return the states that a put was made of."""
        found: set[State] = set()
        for read in put.reads:
            if read.version:
                found.add((read.name, read.version))
                continue
            name, at, before = self.hop(put, read)
            held = [one for one in self.in_force(name, at, put, before) if one.run]
            found |= {self.state_of(one) for one in held} or {(name,)}
        return found

    def tried(self, x: Told, name: str) -> Put:
        if name in x.effects:
            return self.put_of(x, name, x.effects[name][-1])
        end = self.valid_at if x.end is None else x.end
        became = self.resolve(name, x.start) if name else ""
        one = self.put_of(x, name, max(x.start, end), "attempted", became)
        if x.streaming:
            reads = tuple(Read(r.name, x.start, r.how, r.version, r.before) for r in one.reads)
            one = Put(**{**one.__dict__, "reads": reads})
        return one

    def makers(self, state: State) -> list[Put]:
        """Return who left the state: the newest that took effect, else all that tried."""
        name, mark = state
        every = [
            self.tried(x, name)
            for told in self.runs.values()
            for x in told
            if name in x.outs and (x.outs[name][0] or f"@{x.run}") == mark
        ]
        completed = sorted((put for put in every if put.how == "ran"), key=lambda put: put.order)
        return completed[-1:] or every

    def upstream_of_state(self, state: State) -> set[tuple[State, str]]:
        """Return {(state, run)} that the state was made from."""
        if state == (MODEL,):
            puts = self.in_force(MODEL, self.valid_at)
        elif len(state) == 1:
            return set()
        else:
            puts = self.makers(state)
        return {(read, put.run or "") for put in puts for read in self.states_read(put)}

    def states(self) -> set[State]:
        """Return every state that is spoken of."""
        found: set[State] = {(MODEL,), *((name,) for name in DATASETS)}
        for told in self.runs.values():
            for x in told:
                found |= {(name, said[0] or f"@{x.run}") for name, said in x.outs.items()}
                found |= {read for name in x.outs for read in self.states_read(self.tried(x, name))}
                found |= self.states_read(self.tried(x, ""))
        for put in self.puts:
            found |= self.states_read(put)
        return found

    def upstream_of_run(self, run: str) -> set[str]:
        """Return the runs that left what the run read."""
        found: set[str] = set()
        for x in self.runs.get(run, ()):
            put = self.tried(x, "")
            for read in put.reads:
                if read.version:
                    found |= {one.run or "" for one in self.makers((read.name, read.version))}
                    continue
                name, at, before = self.hop(put, read)
                found |= {one.run or "" for one in self.in_force(name, at, put, before)}
        return found - {run, ""}

    # Rule 7

    def flows(self) -> set[tuple[str, str]]:
        """Return every flow ever stated."""
        pointed = [(h.alias[0], h.alias[1]) for h in self.aliases if h.alias and h.alias[1]]
        found = {pair for a, b in pointed for pair in ((a, b), (b, a))}
        ever: dict[str, tuple[set[str], set[str]]] = {}
        for h in self.seen:
            if h.kind == "run" and h.run:
                ins, outs = ever.setdefault(h.run, (set(), set()))
                ins |= {name for name, _ in h.ins or ()}
                outs |= {name for name, _ in h.written()}
        found |= {(i, o) for ins, outs in ever.values() for i in ins for o in outs}
        for parent in self.streaming() - {None}:
            below = {h.run for h in self.seen if h.streaming and h.parent == parent}
            halves = [h for h in self.seen if h.run in below and h.streaming and bool(h.ins) != bool(h.written())]
            found |= {
                (i, o) for one in halves for i, _ in one.ins or () for other in halves for o, _ in other.written()
            }
        for h in self.seen:
            if h.kind == "run":
                found |= {(renamed, name) for name, _, _, renamed in h.outs or () if renamed}
            if h.kind == "job":
                found |= {(i, o) for i, _ in h.ins or () for o, *_ in h.outs or ()}
            if h.kind == "register":
                found |= {(name, MODEL) for name, _ in h.trained}
                found |= {(i, MODEL) for i in ever.get(h.run or "", (set(), set()))[0]}
        return found

    def schema(self, name: str) -> str | None:
        """Return the aspect in force: a writer's when its attempt completed, an owner's at once, a reader's last."""
        spoken, read = [], []
        for h in self.seen:
            for said, _, value in h.facets:
                if said != name:
                    continue
                place = (RANK[h.type] if h.kind == "run" else 5, h.tie)
                if h.kind != "run":
                    spoken.append(((h.at, *place), value))
                elif name in {output for output, *_ in h.outs or ()}:
                    attempts = self.runs[h.run or ""]
                    x = [one for one in attempts if one.opened is None or one.opened <= order(h)][-1]
                    if x.streaming:
                        spoken.append(((h.at, *place), value))
                    elif x.state == "COMPLETE" and x.end is not None:
                        spoken.append(((max(h.at, x.end), *place), value))
                else:
                    read.append(((h.at, *place), value))
        chosen = max(spoken or read, default=None)
        return chosen[1] if chosen else None
