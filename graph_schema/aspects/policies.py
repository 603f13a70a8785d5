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
class Publication(Part):
    """That a set of policies holds from then on, in place of the one before."""

    reason: Annotated[str, "Why."]
