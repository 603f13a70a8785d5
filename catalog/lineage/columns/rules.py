"""What a write said of its columns: decisions over fetched facts, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import orjson

from catalog.lineage.model import Dependency, Derivation
from catalog.mappings.model import MappedFlow
from catalog.store.indexes.column_flows import ColumnStatement
from graph_schema.column_lineage import (
    COLUMN_LINEAGE,
    LINEAGE,
    ColumnLineage,
    Entry,
    Origin,
    read_column_lineage,
    read_entry,
)
from graph_schema.nodes import Column, Dataset
from ingest_hooks.memo import Memo


class Stated(NamedTuple):
    """What one write says of its columns, by which facet, and the entry that says it."""

    lineage: ColumnLineage
    facet: str
    entry: int


def stated(statements: Iterable[ColumnStatement]) -> Stated | None:
    """Return what a write says of its columns (rule 10): an explicit lineage facet is the whole truth for its entries.

    Of each facet the newest counts, whole. An explicit facet that names datasets and no columns bounds what
    columnLineage may name. None where nothing of columns is said.
    """
    newest = [one for one in _newest(statements, LINEAGE) if one.value is not None]
    entries = [_read(LINEAGE, one.value) for one in newest if one.value is not None]
    explicit = [entry.columns for entry in entries if entry.columns is not None]
    if explicit:
        whole = explicit[0]
        for more in explicit[1:]:
            whole = whole.joined(more)
        return Stated(whole, LINEAGE, min(one.entry for one in newest))
    for one in _newest(statements, COLUMN_LINEAGE):
        if one.value is not None:
            found = _read(COLUMN_LINEAGE, one.value).columns or ColumnLineage()
            if entries:
                sources: frozenset[Dataset] = frozenset().union(*(entry.sources for entry in entries))
                found = found.within(sources)
            return Stated(found, COLUMN_LINEAGE, one.entry) if found.fields or found.whole else None
    return None


def stated_by_mapping(flows: Sequence[MappedFlow]) -> Stated | None:
    """Return what a mapping of the site reads of columns in one facet, None where that names none of the output."""
    fields: dict[str, dict[Origin, None]] = {}
    for flow in flows:
        if flow.column is not None:
            source = flow.source
            of = source if flow.source_column is None else Column(source.namespace, source.name, flow.source_column)
            fields.setdefault(flow.column, {})[Origin(of, False, ())] = None
    if not fields:
        return None
    return Stated(ColumnLineage({name: tuple(some) for name, some in fields.items()}), flows[0].facet, flows[0].entry)


_OF_MAPPING: Final = "mapped:"


def how_of_mapping(flow: MappedFlow) -> str:
    """Return what stands for the facet and the mapping in a flow between columns ever stated."""
    return f"{_OF_MAPPING}{flow.facet}\n{flow.mapping}"


def mapping_of(how: str) -> tuple[str, str] | None:
    """Return the facet and the mapping that stand in a flow between columns, None where no mapping reads it."""
    if not how.startswith(_OF_MAPPING):
        return None
    facet, _, mapping = how.removeprefix(_OF_MAPPING).partition("\n")
    return facet, mapping


def _newest(statements: Iterable[ColumnStatement], facet: str) -> Sequence[ColumnStatement]:
    """Return what the newest event with the facet says: more than one value where a job's names the target twice."""
    some = [one for one in statements if one.facet == facet]
    order = max((one.order for one in some), default=None)
    return [one for one in some if one.order == order]


_READ: Final[Memo[tuple[str, str], Entry]] = Memo(32_000_000)
_BYTES_OF_A_CHARACTER: Final = 4
"""How much larger a value is once it was read, more or less."""


def _read(facet: str, value: str) -> Entry:
    """Return what a value says: the writes of a job mostly say the same, and so do walks."""
    found = _READ.get((facet, value), None)
    if found is None:
        read = orjson.loads(value)
        found = Entry(frozenset(), read_column_lineage(read)) if facet == COLUMN_LINEAGE else read_entry(read)
        _READ.keep((facet, value), found, _BYTES_OF_A_CHARACTER * len(value))
    return found


def derivation(origin: Origin, facet: str, *, whole: bool = False, collapsed: int = 0) -> Derivation:
    """Return how a column, or a dataset as a `whole`, derives from the origin."""
    narrow = Dependency.INDIRECT if origin.indirect else Dependency.DIRECT
    return Derivation(Dependency.DATASET_WIDE if whole else narrow, origin.transformations, facet, collapsed)


LINK = Derivation(Dependency.DATASET_WIDE)
"""Between a dataset as a whole and a column of it."""
UNSTATED = Derivation(Dependency.UNSTATED)
CARRIED = Derivation(Dependency.DIRECT)
"""Between a column and the same column under another name of its dataset."""
