"""What is asked and decided of access. Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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

    `stated` are the attributes that were known, each with who states it.
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


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision as it was recorded: its content, by which entry, through whom it was asked, and when."""

    content: AccessDecision
    entry: int
    asked_by: str
    at: int
