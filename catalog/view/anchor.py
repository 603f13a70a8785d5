"""What a view is anchored in: the ledger that its graph is projected from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.ledger.protocol import Ledger
from catalog.reading import TERMS, AsOf, ReadPoint, Terms


@dataclass(frozen=True, slots=True)
class Anchor:
    """The ledger that the graph is projected from, so that a view can say where it was taken and whether it is whole.

    `began` is the reader's one clock reading, in microseconds UTC; `at_least` the index it was promised to see;
    `terms` how long the site waits; `ancestors` of each disease what it is a kind of, None without an ontology.
    """

    ledger: Ledger
    projection: str
    began: int
    at_least: int = -1
    terms: Terms = TERMS
    ancestors: Mapping[str, frozenset[str]] | None = field(default=None, compare=False)
    points: dict[AsOf, ReadPoint] = field(default_factory=dict, compare=False)
    """The read points that were asked for: the tree's root is worked out once for each."""
