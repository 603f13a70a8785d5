"""How far identifiers are gone, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from catalog.reading import Complete, Completeness
from graph_schema.vocabulary.words import DeidentificationState


class Regime(StrEnum):
    """By which law it is counted: data may be de-identified by one and personal by the other."""

    HIPAA = "HIPAA"
    """45 CFR 164.514: de-identified by a determination or by what was removed."""
    GDPR = "GDPR"
    """Article 4(5) and recital 26: personal for whoever can get the key."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The state that was declared of a dataset by a law, and by which entry."""

    state: DeidentificationState
    entry: int


@dataclass(frozen=True, slots=True)
class HeldLabel:
    """A label that a dataset holds by all that flowed in: a kind of PHI, its codes, whether it is only suggested, and
    whether it came by a step of which no column lineage is said.
    """

    kind: str
    codes: tuple[str, ...]
    """Empty where it may be any letter."""
    suggested: bool
    entries: tuple[int, ...]
    unstated: bool = False


@dataclass(frozen=True, slots=True)
class CodedBy:
    """That codes in a dataset stand for persons, for whoever has the key; None where nobody said who or where."""

    holder: str | None
    place: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class StateReason:
    """Why the state is no better than this."""

    state: DeidentificationState
    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EffectiveState:
    """The worse of what was said of a dataset and of what it holds, with what makes it no better."""

    regime: Regime
    stated: DeidentificationState | None
    state: DeidentificationState
    because: tuple[StateReason, ...]
    """That decides, the entries behind each."""
    entries: tuple[int, ...]
    completeness: Completeness = field(default_factory=Complete)
