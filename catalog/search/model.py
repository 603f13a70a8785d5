"""What a search asks and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph_schema.nodes import Node


class SearchKind(StrEnum):
    """What can be found, by its label."""

    DATASET = "Dataset"
    """Named collections of data."""
    JOB = "Job"
    """Transformations that can run many times."""
    SNAPSHOT = "Snapshot"
    """Exact states of datasets."""
    MODEL_VERSION = "ModelVersion"
    """Trained models, by version."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to find among what is current: words (each a prefix), facet values by aspect, and mandatory fields missing.

    `labels` are node labels, `filters` and `facets` of `queries.FACETS`, `gaps` mandatory fields of a dataset (see
    `assets.rules.MANDATORY`).
    """

    text: str = ""
    labels: tuple[str, ...] = tuple(SearchKind)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    after: tuple[str, str] | None = None
    first: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One find: node, first entry, and the aspects now in force, parsed; `cursor` continues after it."""

    id: str
    node: Node
    entry: int
    current: Mapping[str, object]
    cursor: tuple[str, str]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits by (title, id), the total, the counts of each facet asked for, and whether more follow."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    more: bool
