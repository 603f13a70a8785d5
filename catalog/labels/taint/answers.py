"""What is answered about the labels that assets have wherever they came from: each with why, and what took it away."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from catalog.labels.taint.model import Passage
from catalog.reading import Complete, Completeness
from graph_schema.aspects.labels import Coding


class EffectiveOrigin(StrEnum):
    """How an asset came to a label."""

    ASSERTED = "ASSERTED"
    """A principal's record says so of it."""
    CLAIMED = "CLAIMED"
    """An emitter says so of it."""
    SUGGESTED = "SUGGESTED"
    """Nothing but suggestions says so, of it or of what it was made of; it counts as present."""
    INFERRED = "INFERRED"
    """It flowed in."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A step on a way: from which dataset or model version, and column, to which, how, by which job and run."""

    source: str
    source_column: str | None
    target: str
    target_column: str | None
    passage: Passage
    masked: bool | None
    job: str | None
    run: str | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Why a label is there: where and by which entries it was said, and the hops from there."""

    origin: str
    origin_column: str | None
    kind: str
    """As it was at the origin."""
    entries: tuple[int, ...]
    """That said so at the origin."""
    hops: tuple[Hop, ...]

    @property
    def every_entry(self) -> tuple[int, ...]:
        """Return all that is cited: the catalog of these entries alone has the label."""
        return tuple(sorted({*self.entries, *(entry for hop in self.hops for entry in hop.entries)}))


@dataclass(frozen=True, slots=True)
class EffectiveLabel:
    """A kind of PHI that an asset holds, or has to be taken to hold.

    `codes` is empty where it may be of any letter. `unstated` tells whether the shown way passes where no column
    lineage is said; `way` is None where it was said of the asset itself, or rights hide it.
    """

    kind: str
    codes: tuple[Coding, ...]
    origin: EffectiveOrigin
    entries: tuple[int, ...]
    way: Way | None = None
    unstated: bool = False


@dataclass(frozen=True, slots=True)
class ClearedLabel:
    """What an attestation took away on a step into an asset, and whether the asset has the kind by another way."""

    kind: str
    codes: tuple[Coding, ...]
    column: str | None
    source: str | None
    source_column: str | None
    job: str | None
    attestation: str
    entry: int
    remains: bool


@dataclass(frozen=True, slots=True)
class TrustedLineage:
    """That fields took nothing on the steps of a job into an asset, since its column lineage is taken for complete."""

    job: str | None
    """None where rights hide it."""
    entry: int
    trusted_by: str
    since: int
    until: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class EffectiveLabels:
    """All labels of an asset or column, by kind; sensitivity is by union, confidentiality the highest.

    `trusted` is what was taken for complete on the steps into it: of a field that these do not mention, or of a whole
    that has such fields.
    """

    asset: str
    column: str | None
    labels: tuple[EffectiveLabel, ...]
    cleared: tuple[ClearedLabel, ...]
    sensitivity: tuple[Coding, ...]
    confidentiality: str | None
    trusted: tuple[TrustedLineage, ...] = ()
    attested: tuple[str, ...] = ()
    """The attestations that took anything away on any step behind it, by id."""
    completeness: Completeness = field(default_factory=Complete)
    later: frozenset[str] = frozenset()
    """The columns that its dataset has and that came after it was made, of what never changes."""


@dataclass(frozen=True, slots=True)
class Why:
    """The shortest ways by which a kind of PHI came to an asset, none where it has none or rights hide them all."""

    ways: tuple[Way, ...]
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class SupposedLabels:
    """What an attestation that nobody made yet would take away on the steps into an asset.

    `before` are the labels that the asset has, `after` those that it would have, each with the way by which it remains.
    """

    asset: str
    cleared: tuple[ClearedLabel, ...]
    before: tuple[EffectiveLabel, ...]
    after: tuple[EffectiveLabel, ...]
    completeness: Completeness
