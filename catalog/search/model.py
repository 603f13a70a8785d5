"""What a search asks and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.reading import Lagging
from catalog.store.protocol import Place
from graph_schema.nodes import Node


@dataclass(frozen=True, slots=True)
class Search:
    """What to find among what is current: words, phrases, beginnings of digests and run ids, facet values, and gaps.

    `labels` are node labels; where there are none, every `SearchKind` is meant, runs only where a text says which:
    nobody looks through all runs. `filters` and `facets` are of `queries.FACETS`, `gaps` mandatory fields of a dataset
    that are missing (see `assets.rules.MANDATORY`). Without `with_aspects` nothing
    is read of what is in force of each find.
    """

    text: str = ""
    labels: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    after: Place | None = None
    first: int = 20
    with_aspects: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One find: node, first entry, and the aspects now in force, parsed; `cursor` continues after it."""

    id: str
    node: Node
    entry: int
    current: Mapping[str, object]
    cursor: Place


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits by (rank, title, id), the total, the counts of each facet asked for, and whether more follow.

    `lagging` says how far effective labels are behind, where they were asked for.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool
    lagging: Lagging | None = None
