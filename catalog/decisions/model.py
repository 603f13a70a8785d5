"""What is asked and decided of access. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graph_schema.aspects.access import AccessDecision, Circumstances, Target


class StatedBy(StrEnum):
    """Who states what a decision rests on."""

    REGISTERED = "REGISTERED"
    """A record of the catalog."""
    DERIVED = "DERIVED"
    """The catalog, from records."""
    CLAIMED = "CLAIMED"
    """The caller, in the request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for access, as the catalog writes names."""

    principal: str
    action: str
    target: Target
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class Decided:
    """What a request comes to: why, by which policies, and what would have to be kept to or recorded.

    `stated` are the attributes that were known, each with who states it. What `lasts` stays so until something comes to
    be known, or anything that was said begins or ends.
    """

    allowed: bool
    reasons: tuple[str, ...]
    policies: tuple[str, ...] = ()
    policy_set: str | None = None
    obligations: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    stated: tuple[tuple[str, StatedBy], ...] = ()
    lasts: bool = False

    def recorded_of(self, asked: Asked) -> dict[str, Any]:
        """Return what is recorded of a request and of what it came to, but its time."""
        return {
            "principal": asked.principal,
            "action": asked.action,
            "target": asked.target.to_json(),
            "circumstances": asked.circumstances.to_json(),
            "allowed": self.allowed,
            "reasons": self.reasons,
            "policies": self.policies,
            "policy_set": self.policy_set,
            "obligations": self.obligations,
            "refrains": self.refrains,
            "awaits": self.awaits,
        }


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision as it was recorded: its content, by which entry, through whom it was asked, and when."""

    content: AccessDecision
    entry: int
    asked_by: str
    at: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are asked for: those of which each field that is given holds, word for word.

    `of` is the id of a principal, a dataset, a column or a model version. `since` and `until` are when a decision was
    recorded, half-open; `correlation` is what the caller was given as the id of its answer.
    """

    of: str | None = None
    principal: str | None = None
    action: str | None = None
    namespace: str | None = None
    allowed: bool | None = None
    reason: str | None = None
    obligation: str | None = None
    policy: str | None = None
    policy_set: str | None = None
    purpose: str | None = None
    project: str | None = None
    protocol: str | None = None
    site: str | None = None
    place: str | None = None
    environment: str | None = None
    network: str | None = None
    asked_by: str | None = None
    correlation: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Redecided:
    """A decision as it was recorded, and what it comes to when it is decided again."""

    recorded: DecisionRecord
    again: Decided


@dataclass(frozen=True, slots=True)
class Logged:
    """Some of the decisions that are asked for, the newest first, and how many among them cannot be shown.

    `erased` and `hidden` are as in `Replay`; they lie among those that were looked at.
    """

    decisions: tuple[DecisionRecord, ...]
    erased: int
    hidden: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of deciding again: how many were, how many were erased since, which came to something else.

    `hidden` are those of the period, and of whomever or whatever was named, that are on what may not be seen: whatever
    else was asked for, as what they say is not to be told. `after` is the entry to go on from, None where all were
    looked at.
    """

    decided: int
    erased: int
    hidden: int
    changed: tuple[Redecided, ...]
    after: int | None
