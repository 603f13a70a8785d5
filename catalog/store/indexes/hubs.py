"""What flows: from node to node, and through the hub that one run or declaration is where it names many."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NamedTuple, TypeVar

from graph_schema.aspects.events import Io
from graph_schema.bitemporal import Flow, earliest
from graph_schema.facts import ALWAYS, Edge, Statement
from graph_schema.identity import label_of

Ends = TypeVar("Ends")


class Inlet(NamedTuple):
    """A hub takes in data of `source`, from a time on and by an entry."""

    source: str
    valid_from: int
    entry: int


class Outlet(NamedTuple):
    """What a hub took in reached `target` by `job`, from a time on and by an entry."""

    target: str
    job: str | None
    how: str
    """ran, registered or declared."""
    valid_from: int
    entry: int


PAIRS_AN_END: Final = 8
"""A run that read 16 datasets and wrote 16 still stands in an index flow by flow: so a walk meets one row for a
thousand runs of its job. From there on pairs would outgrow what was said."""


DECLARING: Final = frozenset({"io", "lineage_sources", "column_lineage_sources"})
"""The aspects that declare flows: of a job, and of a dataset whose own event says what feeds it."""


MANY_ENDS: Final = 500
"""So much read and written that one more event of the run must not go through all of it again."""


@dataclass(frozen=True, slots=True)
class Hub:
    """What one run or one declaration read and wrote: data of each source reached each target.

    It says as much as sources × targets flows and takes sources + targets rows.
    """

    key: str
    """The run's id, or what names the declaration."""
    inlets: tuple[Inlet, ...] = ()
    outlets: tuple[Outlet, ...] = ()

    @property
    def ends(self) -> tuple[frozenset[str], frozenset[tuple[str, str | None, str]]]:
        """Return the sources, and the targets with how each was reached."""
        return frozenset(one.source for one in self.inlets), frozenset(one[:3] for one in self.outlets)

    @property
    def is_wide(self) -> bool:
        """Tell whether its flows are so many more than its ends that they are joined when read, never stored."""
        sources, targets = self.ends
        return outgrows(len(sources), len(targets)) or len(sources) + len(targets) > MANY_ENDS

    def flows(self, sources: Container[str] | None = None, targets: Container[str] | None = None) -> Iterator[Flow]:
        """Yield the flows that leave these sources and reach these targets, all where None."""
        read = _points((one.source, one[1:]) for one in self.inlets if sources is None or one.source in sources)
        written = _points((one[:3], one[3:]) for one in self.outlets if targets is None or one.target in targets)
        for (target, job, how), writes in written.items():
            for source, reads in read.items():
                points = [(max(r[0], w[0]), max(r[1], w[1])) for r in reads for w in writes]
                for valid_from, entry in points if len(points) == 1 else earliest(points):
                    yield Flow(source, target, job, how, valid_from, entry)


def hub_of_run(run: str, reads: Iterable[Edge], writes: Iterable[Edge], produced: Iterable[Edge]) -> Hub:
    """Return everything that the run ever read and wrote, whatever its state and windows."""
    inlets = (Inlet(edge.target, edge.valid_from, edge.entry) for edge in reads)
    outlets = (
        *(Outlet(edge.target, edge.job, "ran", edge.valid_from, edge.entry) for edge in writes),
        *(Outlet(edge.target, edge.job, "registered", edge.valid_from, edge.entry) for edge in produced),
    )
    return Hub(run, tuple(dict.fromkeys(inlets)), tuple(dict.fromkeys(outlets)))


def hubs_of_records(statements: Iterable[Statement]) -> Iterator[Hub]:
    """Yield what jobs are declared to read and write and what datasets are declared to be fed by, a hub for each
    declaration.
    """
    for statement in statements:
        if statement.value is None or statement.aspect not in DECLARING:
            continue
        subject, point = statement.subject, (statement.valid_from, statement.entry)
        if statement.aspect == "io":
            declared = Io.from_json(statement.data)
            job, sources, targets = subject, declared.taken_in, dict.fromkeys(declared.outputs or ())
        else:
            job, sources, targets = None, tuple(dict.fromkeys(statement.data)), {subject: None}
        declaration = blake2b(f"{statement.aspect}{statement.value}".encode(), digest_size=8)
        yield Hub(
            f"{subject}.{statement.entry}.{declaration.hexdigest()}",
            tuple(Inlet(source, *point) for source in sources),
            tuple(Outlet(target, job, "declared", *point) for target in targets),
        )


def renames(writes: Iterable[Edge]) -> Iterator[Flow]:
    """Yield the flow from the old name of each output that was renamed."""
    for edge in writes:
        old = edge.data.get("renamed_from")
        if old:
            yield Flow(old, edge.target, edge.job, "renamed", edge.valid_from, edge.entry)


def flows_of_edges(edges: Iterable[Edge]) -> Iterator[Flow]:
    """Yield the flows that single edges state: at every time aliases both ways and models' versions; training sets."""
    for edge in edges:
        if edge.kind == "IS_ALIAS_OF" and not edge.data.get("ended"):
            yield Flow(edge.source, edge.target, None, "alias", ALWAYS, edge.entry)
            yield Flow(edge.target, edge.source, None, "alias", ALWAYS, edge.entry)
        elif edge.kind == "IS_VERSION_OF" and label_of(edge.target) == "Dataset":
            yield Flow(edge.source, edge.target, None, "version", ALWAYS, edge.entry)
        elif edge.kind == "TRAINED_ON":
            yield Flow(edge.data["dataset"], edge.source, edge.job, "registered", edge.valid_from, edge.entry)


def outgrows(one: int, other: int) -> bool:
    """Tell whether all pairs of so many and so many are to be joined when read, and not stored one by one."""
    return one * other > PAIRS_AN_END * (one + other)


def _points(ends: Iterable[tuple[Ends, tuple[int, int]]]) -> dict[Ends, list[tuple[int, int]]]:
    points: dict[Ends, list[tuple[int, int]]] = {}
    for key, point in ends:
        points.setdefault(key, []).append(point)
    return {key: earliest(found) for key, found in points.items()}
