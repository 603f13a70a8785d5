"""The question and the answer of lineage, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from catalog.reading import Complete, Completeness
from graph_schema.column_lineage import Transformation
from graph_schema.identity import label_of


class Direction(StrEnum):
    """Which way to walk."""

    UPSTREAM = "UPSTREAM"
    """Towards where data came from."""
    DOWNSTREAM = "DOWNSTREAM"
    """Towards what came of it."""
    BOTH = "BOTH"
    """Both ways."""
    CONNECTED = "CONNECTED"
    """Both ways from everything that is met: jobs, and the datasets that they ever read or wrote, at whatever outcome.
    The depth counts steps from one job to another over a dataset that both use."""


class Grain(StrEnum):
    """What the nodes of an answer are."""

    DATASET = "DATASET"
    """Datasets and model versions, whatever their state."""
    SNAPSHOT = "SNAPSHOT"
    """Exact states of datasets, and model versions."""
    RUN = "RUN"
    """Runs, connected by what one wrote and another read."""
    COLUMN = "COLUMN"
    """Columns, and datasets as a whole where something reaches all of their columns."""


class BorderSide(StrEnum):
    """Which way data crosses the border of the estate."""

    INGRESS = "INGRESS"
    """Data comes in."""
    EGRESS = "EGRESS"
    """Data goes out."""


class BorderReason(StrEnum):
    """Why a dataset lies at the border."""

    NOTHING_WRITES_IT = "NOTHING_WRITES_IT"
    """Something reads it, and nothing that is known writes it."""
    NOTHING_READS_IT = "NOTHING_READS_IT"
    """Something writes it, and nothing that is known reads it."""
    OUTSIDE = "OUTSIDE"
    """It lies in a namespace that is not the estate's own."""


class FlowScope(StrEnum):
    """Which flows count: those that made the data what it is, or every one that was ever stated."""

    CURRENT = "CURRENT"
    """What is in the data at the time asked about: flows of runs that completed, and were not replaced since."""
    EVER_STATED = "EVER_STATED"
    """Every flow that anything ever stated, whatever became of the run, and whatever was replaced since."""


class Confidence(StrEnum):
    """How an edge came to be known."""

    STATED = "STATED"
    """A lineage facet, a version, a declaration or a registration names both ends."""
    COLUMN_LINEAGE = "COLUMN_LINEAGE"
    """Column lineage of the output names it."""
    MAPPED = "MAPPED"
    """A facet names it as a mapping that the site recorded reads that."""
    INFERRED = "INFERRED"
    """From inputs times outputs, or from what was in force when the run started."""
    START_UNKNOWN = "START_UNKNOWN"
    """Inferred, and the run's start was not reported, so that its earliest event stands for it."""


class FlowKind(StrEnum):
    """How data came from one end of an edge to the other."""

    RAN = "ran"
    """A run, or a job that no run is named of, read the one and wrote the other."""
    DECLARED = "declared"
    """A lineage facet of a job or dataset says so."""
    REGISTERED = "registered"
    """A model version names the snapshots that it was trained or evaluated on."""
    RENAMED = "renamed"
    """The one was given the other's name."""
    MAPPED = "mapped"
    """A facet of the one names the other, as a mapping of the site reads it."""
    ALIAS = "alias"
    """The one is another name of the other's data."""
    VERSION = "version"
    """The one is a version of the model that the other names."""
    THROUGH = "through"
    """Only datasets in memory lie between the two."""
    READ = "read"
    """A job read the one, or is to read it by design; of what is connected alone."""
    WROTE = "wrote"
    """A job wrote the other, or is to write it by design; of what is connected alone."""
    HIDDEN = "hidden"
    """Only what rights hide lies between the two."""


class Dependency(StrEnum):
    """In which way a column, or a dataset as a whole, depends on another."""

    DIRECT = "DIRECT"
    """Its values are made of the other's, or it is not said how they enter."""
    INDIRECT = "INDIRECT"
    """The other only decides what is there: a condition, a sort or a group of this column alone."""
    DATASET_WIDE = "DATASET_WIDE"
    """The other decides what is there in the whole dataset, such as a filter or join, and so reaches every column."""
    UNSTATED = "UNSTATED"
    """Data of the one dataset went into the other, and nobody said of which columns: the walk stops there."""


class Derivation(NamedTuple):
    """How an edge between columns came about."""

    dependency: Dependency
    transformations: tuple[Transformation, ...] = ()
    facet: str | None = None
    """The facet that says so: columnLineage, or lineage; None where it follows from a name, a record or nothing."""
    collapsed: int = 0
    """How many pairs of columns the edge stands for, where an emitter repeated it for nearly every column."""


@dataclass(frozen=True, slots=True)
class ColumnCounts:
    """What a walk between columns took together, and where it had to stop."""

    collapsed: int = 0
    """How many pairs of columns stand in edges of whole datasets."""
    unstated: int = 0
    """How many writes on the way said nothing of columns."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A question: from which nodes, which way, at which grain (None: the roots' own), how far."""

    roots: tuple[str, ...]
    direction: Direction
    grain: Grain | None = None
    depth: int = 3
    flows: FlowScope = FlowScope.CURRENT
    include_past: bool = False
    include_attempts: bool = False
    include_in_memory: bool = False
    """With datasets that only ever lie in memory, which a walk leaves out unless it is between runs."""
    budget: int = 2000
    columns: tuple[str, ...] = ()
    """At column grain: the addresses of the columns of the roots that are asked about; all of them where none."""
    dependencies: tuple[Dependency, ...] = tuple(Dependency)
    """At column grain: which edges are followed."""
    expand_fan_out: bool = False
    """At column grain: whether what an emitter repeats for nearly every column is shown of each."""


class LineageEdge(NamedTuple):
    """Data flowed from `source` to `target`.

    `how` is ran, declared, registered, renamed, alias, or hidden where only what rights hide lies between; `run` is set
    where one run did it; `valid_from` is when it took effect, `known_from` the first entry by which it was known.
    """

    source: str
    target: str
    how: str
    job: str | None
    run: str | None
    confidence: Confidence
    valid_from: int
    known_from: int
    past: bool = False
    attempt: bool = False
    column: Derivation | None = None
    """How it came about, between columns."""
    mapping: str | None = None
    """The mapping of the site that reads it in a facet."""


@dataclass(frozen=True, slots=True)
class LineageNode:
    """A node of an answer: its distance from the nearest root, and whether the walk stopped at it with more behind."""

    id: str
    depth: int
    more: bool = False
    dataset: str | None = None
    """For a state that no emitter versioned, and for a snapshot: the dataset it is a state of."""
    run: str | None = None
    """For such a state: the run that left it."""
    hidden: int = 0
    """How many nodes next to it rights hide."""
    column: str | None = None
    """For a column: its address in the dataset."""
    unstated: bool = False
    """Whether a write said nothing of columns here, so that the walk between columns does not go on through it."""


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """An answer: nodes by (depth, id), edges in their own order."""

    roots: tuple[str, ...]
    grain: Grain
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    completeness: Completeness = field(default_factory=Complete)
    """What ended the walk and what rights hide; how far the graph is, its view says."""
    columns: ColumnCounts | None = None
    """At column grain: what was taken together, and where nothing is said of columns."""
    in_memory: int = 0
    """How many datasets in memory, or states of them, are left out."""
    made_elsewhere: frozenset[str] = frozenset()
    """Nodes that are no raw feeds though nothing in the answer flows into them: made of data in memory, or models."""

    @property
    def sources(self) -> frozenset[str]:
        """Return the raw feeds of a walk upstream: what nothing flows into, where the recorded history begins.

        Not one at which the walk stopped, nor one next to which something is hidden: there may be more behind it.
        """
        targets = {edge.target for edge in self.edges if not edge.attempt}
        return frozenset(
            node.id
            for node in self.nodes
            if not (node.id in targets or node.more or node.hidden or node.id in self.made_elsewhere)
            and label_of(node.id) != "ModelVersion"
        )
