"""What is asked of safety, what is known of a dataset for it, and what that comes to. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from graph_schema.aspects.safe_use import SafeUse
from graph_schema.nodes import Node
from graph_schema.vocabulary.words import SafeQuestion


class Outcome(StrEnum):
    """What a condition comes to."""

    PASS = "PASS"  # noqa: S105  no password
    """It holds, by what is recorded."""
    FAIL = "FAIL"
    """It does not hold, by what is recorded."""
    UNKNOWN = "UNKNOWN"
    """What would decide is not recorded, or was not looked through: never safe."""


class Condition(StrEnum):
    """What is asked of a dataset."""

    STATE = "STATE"
    """How far identifiers are gone."""
    ZONE = "ZONE"
    """Where in the estate it lies."""
    LABELS = "LABELS"
    """Which kinds of PHI are in it, by its own labels and by what it was made of."""
    USE = "USE"
    """What it may be used for."""
    REFRAINS = "REFRAINS"
    """What must not be done with it."""
    FINDINGS = "FINDINGS"
    """What is wrong with it."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What one question asks for: shipped with the catalog, or as an authorised person's record has it."""

    question: SafeQuestion
    content: SafeUse
    entry: int | None = None
    """The entry of the record, None for what is shipped."""
    by: str | None = None
    since: int | None = None


class Stated(NamedTuple):
    """What is recorded of one field, and the entry that says so."""

    value: str
    entry: int


@dataclass(frozen=True, slots=True)
class Present:
    """A kind of PHI that is in a dataset or in what it was made of, where it was said, and by which entries."""

    kind: str
    dataset: str
    """What the dataset is called that it is in."""
    entries: tuple[int, ...]
    column: str | None = None
    """The column that it was said of, of the origin where there is one; None where it was said of the whole."""
    origin: str | None = None
    """What it came from is called; None where it was said of the dataset itself."""
    upstream: bool = False
    """Whether it was said of what the dataset was made of, and nothing decides whether it came along."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """What a purpose comes to: permitted (PASS), denied (FAIL), or for a person to decide (UNKNOWN)."""

    outcome: Outcome
    text: str
    entries: tuple[int, ...] = ()
    refrains: Mapping[str, tuple[int, ...]] | None = None
    """The HL7 refrain codes that lie on it, with the entries that say so; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """An open finding: which rule, how severe, and the entries behind it."""

    rule: str
    severity: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a dataset, as far as its safety depends on it."""

    state: Stated | None = None
    zone: Stated | None = None
    classified: int | None = None
    """The entry that says which kinds of PHI it holds, or that it holds none; None where nobody said."""
    labels: tuple[Present, ...] = ()
    unseen: str | None = None
    """Why not all that it was made of was looked through; None where all was."""
    uses: Mapping[str, Permitted] | None = None
    """By purpose; None where that is not known."""
    findings: tuple[Wrong, ...] | None = None
    """None where they are not known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one condition comes to, in words, with the entries that it rests on."""

    condition: Condition
    outcome: Outcome
    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Safety:
    """Whether a dataset is safe for a use: PASS where every condition holds, FAIL where one does not, else UNKNOWN."""

    dataset: str
    definition: Definition
    outcome: Outcome
    reasons: tuple[Reason, ...]


Place = tuple[int, str, str]
"""By what a search sorts: (rank, title, id)."""


@dataclass(frozen=True, slots=True)
class SafeHit:
    """A safe dataset that was found; `cursor` continues after it."""

    id: str
    node: Node
    safety: Safety
    cursor: Place


@dataclass(frozen=True, slots=True)
class SafePage:
    """The safe ones among what was looked at, in the order of a search; `after` continues behind the last of those."""

    definition: Definition
    hits: tuple[SafeHit, ...]
    examined: int
    """How many candidates were judged for this page."""
    after: Place | None
    more: bool
    """Whether there are candidates that were not judged yet."""
