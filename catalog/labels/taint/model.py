"""What flows, where it flows, and what is found, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from graph_schema.aspects.labels import Coding, Treatment


class Part(StrEnum):
    """Which part of a dataset, model version or snapshot a label stands on."""

    __hash__ = str.__hash__

    ASSERTED = "ASSERTED"
    """The whole, as it was said of: it counts for each column that nobody judged."""
    ALL_FIELDS = "ALL_FIELDS"
    """Every field, as something flowed into the whole."""
    OTHER_FIELDS = "OTHER_FIELDS"
    """Every field that one column lineage does not mention, as something flowed into these."""
    COLUMN = "COLUMN"
    """One column."""
    ANY = "ANY"
    """The join of all of it."""


class Place(NamedTuple):
    """Where a label stands: on which part of which dataset or model version, by its id."""

    part: Part
    node: str
    detail: str = ""
    """Of a column its address; of other fields a digest of those that are mentioned."""


class Mark(NamedTuple):
    """One thing that flows: a kind of PHI with one code of it, or a sensitivity or confidentiality without a kind.

    A label without a code could hold anything: it flows as every letter of 45 CFR 164.514(b)(2)(i).
    """

    kind: str
    coding: Coding
    suggested: bool = False
    """Whether nothing but suggestions says so: it counts as present all the same."""


class Passage(StrEnum):
    """How a label enters what lies behind it."""

    __hash__ = str.__hash__

    DIRECT = "DIRECT"
    """A value is made of the value: the kind stays."""
    INDIRECT = "INDIRECT"
    """A value decides what is there, as in a join or filter: a derived feature with the same codes."""
    UNMENTIONED = "UNMENTIONED"
    """No column lineage says how: the kind stays."""
    TRAINED = "TRAINED"
    """A model was trained on it, or wrote it: the kind stays."""
    SAME = "SAME"
    """It is the same data: under another name, as a part of a whole, as a whole of its parts."""


class Flow(NamedTuple):
    """That labels flow from one place to another, by a job's step where one is known, as cited entries say."""

    source: Place
    target: Place
    passage: Passage
    masked: bool | None = None
    """Whether it was said that values are masked on the way; None is unknown, and clears nothing."""
    job: str | None = None
    entries: tuple[int, ...] = ()
    called: tuple[str, str] | None = None
    """By which names the step read and wrote, where it says so of datasets as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What an attestation that covers a step takes away there.

    Whether it covers the step (job, version, run, authority, time) was judged before; see `labels.rules.uncovered`.
    """

    id: str
    entry: int
    method: str
    treatments: tuple[Treatment, ...]
    columns: frozenset[str] | None = None
    """The addresses of the output's columns that it is about; None is the dataset as a whole."""
    indirect: bool = False
    """Whether it names what was only derived through a join, filter or the like."""
    options: frozenset[str] = frozenset()
    """DICOM de-identification options that were applied, PS3.16 CID 7050."""
    later: frozenset[str] = frozenset()
    """The addresses of columns that came later than it, where it names none: nobody looked at these."""
    recipients: frozenset[str] = frozenset()
    """Who alone may be the recipient; empty is anybody inside."""


class Cleared(NamedTuple):
    """That a mark was taken away on a flow by an attestation."""

    flow: Flow
    mark: Mark
    by: str
    entry: int


@dataclass(frozen=True, slots=True)
class Taint:
    """The least fixed point: the marks of every place that has any, and what was cleared on each way into a place."""

    marks: Mapping[Place, frozenset[Mark]]
    cleared: Mapping[Place, tuple[Cleared, ...]]
    steps: Mapping[tuple[Place, Mark], int]
    """How many flows each mark of each place is from where it was said, by the shortest way."""


@dataclass(frozen=True, slots=True)
class Path:
    """Why a mark is at a place: where it was said, by which entries, and each flow on the way."""

    origin: Place
    mark: Mark
    """As it was at the origin."""
    entries: tuple[int, ...]
    """That said so at the origin."""
    flows: tuple[Flow, ...]
