"""What a read of mappings gives. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from graph_schema.aspects.mappings import FacetMapping, TagMapping
from graph_schema.nodes import Dataset
from graph_schema.vocabulary.words import MappingTarget, PhiKind


@dataclass(frozen=True, slots=True)
class Rule:
    """A mapping in force: what it says, who recorded it, by which entry and since when."""

    name: str
    content: FacetMapping | TagMapping
    by: str
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class Read:
    """What a mapping reads in one facet: a value, and the column that it is said of."""

    value: str
    column: str | None = None
    kind: PhiKind | None = None
    source: tuple[str, str] | None = None
    """Namespace and name of the dataset that the value names as feeding this one."""
    source_column: str | None = None
    """Of such a value the column that it names of that."""


@dataclass(frozen=True, slots=True)
class Unread:
    """What stands where a mapping looks and is not what it maps to: the sentence holds nothing of the value."""

    why: str


@dataclass(frozen=True, slots=True)
class MappedValue:
    """What a facet in force of a node says by a mapping: a claim of the facet's entry, by its run where one sent it."""

    node: str
    target: MappingTarget
    value: str
    column: str | None
    kind: PhiKind | None
    source: tuple[str, str] | None
    mapping: str
    facet: str
    entry: int
    since: int
    run: str | None
    source_column: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a mapping's value of a node does not stand alone: another says otherwise, or it cannot be read."""

    node: str
    why: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a mapping would do to what was received: counted over `looked_at` nodes that carry the facet."""

    carrying: int
    """How many nodes carry the facet now, as far as they may be seen."""
    looked_at: int
    """How many of them were looked at; fewer than carry it where these are very many."""
    mapped: int
    """How many of these it would say something of."""
    examples: tuple[MappedValue, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    conflicting: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    """How many values there are of each kind of PHI, for PHI_TAG."""
    read: int = 0
    """How many values it would read in all, of which the examples are the first."""


class MappedFlow(NamedTuple):
    """That a facet of a dataset, the target by id, names another as feeding it; `entry` is by which both were known."""

    source: Dataset
    target: str
    job: str | None
    run: str | None
    valid_from: int
    """Since when the facet says so, in UTC microseconds."""
    entry: int
    mapping: str
    facet: str
    column: str | None = None
    source_column: str | None = None
