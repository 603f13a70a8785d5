"""Every index there is, each after those that it uses: a new one is a module here and a line below."""

from __future__ import annotations

from typing import Final

from catalog.store.indexes.boundaries import BOUNDARIES
from catalog.store.indexes.column_coverage import COLUMN_COVERAGE
from catalog.store.indexes.column_flows import COLUMN_FLOWS
from catalog.store.indexes.contributions import CONTRIBUTIONS
from catalog.store.indexes.facet_keys import FACET_KEYS
from catalog.store.indexes.flows import FLOWS
from catalog.store.indexes.grounds import GROUNDS
from catalog.store.indexes.in_force import IN_FORCE_NOW
from catalog.store.indexes.index import Index
from catalog.store.indexes.keys import KEYS
from catalog.store.indexes.label_work import LABEL_WORK
from catalog.store.indexes.named_in_facets import NAMED_IN_FACETS
from catalog.store.indexes.pointers import POINTERS
from catalog.store.indexes.producers import PRODUCERS
from catalog.store.indexes.record_states import RECORD_STATES
from catalog.store.indexes.runs import RUNS
from catalog.store.indexes.schemas import SCHEMAS
from catalog.store.indexes.search import SEARCH
from catalog.store.indexes.uses import USES

INDEXES: Final[tuple[Index, ...]] = (
    RUNS,
    FLOWS,
    CONTRIBUTIONS,
    IN_FORCE_NOW,
    SEARCH,
    COLUMN_FLOWS,
    COLUMN_COVERAGE,
    KEYS,
    FACET_KEYS,
    USES,
    PRODUCERS,
    POINTERS,
    NAMED_IN_FACETS,
    GROUNDS,
    RECORD_STATES,
    SCHEMAS,
    LABEL_WORK,
    BOUNDARIES,
)
