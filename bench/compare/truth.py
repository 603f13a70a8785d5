"""An estate's events, with columns, and what is right to answer about it: made by plain walks over its wiring.

Nothing here asks Lineward, or imports what it walks by. Each estate has a namespace of its own, so that several of them
lie in one receiver without meeting.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from bench.estates import NAMESPACE, Estate, Event, run_events
from bench.workloads import COLUMNS, JOBS, column_lineage, facet, large, schema
from bench.workloads import events as restated

DEPTH: Final = 20
READABLE: Final = 500
"""The most things of an answer that anybody reads, and what one page holds."""
_RUNS: Final = UUID("00000000-0000-5000-8000-000000000002")
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What is asked."""

    UPSTREAM = "upstream"
    """The datasets that a dataset comes from."""
    DOWNSTREAM = "downstream"
    """The datasets that come of one."""
    CONNECTED = "connected"
    """The datasets of all jobs within so many job hops of the one that writes a dataset, whichever way."""
    COLUMNS = "columns upstream"
    """The columns, as `dataset#column`, that one comes from."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a thing, and the names that a right answer holds beside what is asked about."""

    kind: Kind
    namespace: str
    dataset: str
    column: str | None
    expected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Made:
    """An estate in a namespace: its events in order, and who reads and writes what."""

    estate: Estate
    namespace: str

    def wiring(self) -> Iterator[tuple[int, str, list[str], list[str]]]:
        """Yield each job's layer, name, inputs and outputs, by names that stand in any receiver's addresses."""
        for layer, job, inputs, outputs in self.estate.wiring():
            yield layer, _plain(job), [_plain(one) for one in inputs], [_plain(one) for one in outputs]

    def events(self) -> Iterator[Event]:
        """Yield START and COMPLETE of each job, layer by layer, each stating all columns and where they come from."""
        source = facet("DatasourceDatasetFacet", name="made-up", uri="s3://made-up-lake")
        for layer, job, inputs, outputs in self.wiring():
            for event in run_events(f"{self.namespace}/{job}", inputs, outputs, _BEGIN + timedelta(hours=layer)):
                event["job"] = {"namespace": self.namespace, "name": job}
                for side, lineage in (("inputs", None), ("outputs", column_lineage(inputs, self.namespace))):
                    event[side] = [
                        {
                            "namespace": self.namespace,
                            "name": one["name"],
                            "facets": {
                                "schema": schema(one["name"], len(COLUMNS)),
                                "dataSource": source,
                                **({} if lineage is None else {"columnLineage": lineage}),
                            },
                        }
                        for one in event[side]
                    ]
                yield event

    def questions(self, count: int, seed: int = 11) -> list[Question]:
        """Return so many questions of each kind, the same for the same seed, none with a larger answer than is read.

        A neighbourhood is as large as it is: there is no smaller one.
        """
        wiring = list(self.wiring())
        above, below = _flows((inputs, outputs) for _, _, inputs, outputs in wiring)
        chance = random.Random(seed)
        sinks, sources = [_plain(one) for one in self.estate.sinks(READABLE)], sorted(below.keys() - above.keys())
        asked = [
            *self._asked(Kind.UPSTREAM, sinks, above, count),
            *self._asked(Kind.DOWNSTREAM, chance.sample(sources, len(sources)), below, count),
        ]
        for dataset in chance.sample(sinks, min(count, len(sinks))):
            near = frozenset(_connected(wiring, dataset) - {dataset})
            asked.append(Question(Kind.CONNECTED, self.namespace, dataset, None, near))
        for one in self._asked(Kind.UPSTREAM, chance.sample(sinks, len(sinks)), above, count):
            column = chance.choice(COLUMNS)
            expected = frozenset(f"{name}#{column}" for name in one.expected)
            asked.append(Question(Kind.COLUMNS, self.namespace, one.dataset, column, expected))
        return asked

    def _asked(
        self, kind: Kind, datasets: Iterable[str], flows: Mapping[str, set[str]], count: int
    ) -> Iterator[Question]:
        for dataset in datasets:
            expected = frozenset(reached(dataset, lambda one: flows.get(one, set()), DEPTH))
            if count and 0 < len(expected) < READABLE:
                count -= 1
                yield Question(kind, self.namespace, dataset, None, expected)


def _plain(name: str) -> str:
    """A slash in a name is one of the path in some receiver's addresses, whatever encodes it."""
    return name.replace("/", ".")


def reached(start: str, step: Callable[[str], Iterable[str]], depth: int) -> set[str]:
    """Return what so many steps lead to, without where they begin."""
    found, last = {start}, {start}
    for _ in range(depth):
        last = {there for here in last for there in step(here)} - found
        found |= last
    return found - {start}


def _flows(ends: Iterable[tuple[list[str], list[str]]]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    above: dict[str, set[str]] = defaultdict(set)
    below: dict[str, set[str]] = defaultdict(set)
    for inputs, outputs in ends:
        for output in outputs:
            above[output].update(inputs)
        for name in inputs:
            below[name].update(outputs)
    return dict(above), dict(below)


def _connected(wiring: list[tuple[int, str, list[str], list[str]]], dataset: str) -> set[str]:
    uses = {job: {*inputs, *outputs} for _, job, inputs, outputs in wiring}
    users: dict[str, set[str]] = defaultdict(set)
    for job, used in uses.items():
        for name in used:
            users[name].add(job)
    writers = {job for _, job, _, outputs in wiring if dataset in outputs}
    jobs = {other for job in writers for other in reached(job, lambda one: _next(one, uses, users), DEPTH)} | writers
    return {name for job in jobs for name in uses[job]}


def _next(job: str, uses: Mapping[str, set[str]], users: Mapping[str, set[str]]) -> set[str]:
    return {other for name in uses[job] for other in users[name]}


def recurring(count: int, namespace: str) -> Iterator[Event]:
    """Yield so many large events of jobs that run again and again, in a namespace and with runs of its own."""
    for event in itertools.islice(restated(large, JOBS, math.ceil(count / (2 * JOBS))), count):
        moved: Event = json.loads(
            json.dumps(event).replace(f'"namespace": "{NAMESPACE}"', f'"namespace": "{namespace}"')
        )
        moved["run"]["runId"] = str(uuid5(_RUNS, f"{namespace}/{moved['run']['runId']}"))
        yield moved


def written(events: Iterable[Event], path: Path) -> tuple[int, int]:
    """Write the events to a file, one a line; return how many there are and how many bytes one has on average."""
    count, size = 0, 0
    with path.open("wb") as file:
        for event in events:
            line = json.dumps(event, separators=(",", ":")).encode()
            file.write(line + b"\n")
            count, size = count + 1, size + len(line)
    return count, size // max(count, 1)


def twice_and_shuffled(events: Iterable[Event], seed: int) -> list[Event]:
    """Return every event twice, in no order that means anything."""
    once: list[Any] = list(events)
    doubled = [*once, *once]
    random.Random(seed).shuffle(doubled)
    return doubled


def as_json(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Return the questions and the right answers, for whoever asks them by other means."""
    return [
        {"kind": one.kind, "namespace": one.namespace, "dataset": one.dataset, "column": one.column, "depth": DEPTH,
         "expected": sorted(one.expected)}
        for one in questions
    ]  # fmt: skip
