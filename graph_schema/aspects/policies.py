"""What is said of sets of policies: that one was published, and the files that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class PolicyFile(Part):
    """One file of a set."""

    path: Annotated[str, "Its path in the set, with slashes."]
    text: Annotated[str, "What stands in it, byte for byte."]


@dataclass(frozen=True, slots=True)
class PolicyObjection(Part):
    """That policies of ingest object to an entry, which was let in all the same."""

    policies: Annotated[tuple[str, ...], "The policies that object."]
    reasons: Annotated[tuple[str, ...], "Why."]
    policy_set: Annotated[str, "The digest of their set."]


@dataclass(frozen=True, slots=True)
class QuarantineRelease(Part):
    """That entries are let in that policies of ingest had kept out."""

    entries: Annotated[tuple[int, ...], "The ledger indexes."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class Publication(Part):
    """That a set of policies holds from then on, in place of the one before."""

    reason: Annotated[str, "Why."]
