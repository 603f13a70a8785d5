"""In which form the rows of each table stand in the graph: a table that is not named here stands as nodes of its own.

What people look at is drawn as arrows between the nodes that they know; what is known of one node is a part of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from catalog.store.indexes import INDEXES
from catalog.store.indexes.column_flows import COLUMN_FLOW
from catalog.store.indexes.contributions import CONTRIBUTION, JOINED
from catalog.store.indexes.flows import ALIAS, FLOW, INLET, OUTLET
from catalog.store.indexes.index import Index
from catalog.store.indexes.keys import KEY_FIELD
from catalog.store.indexes.run_states import ACCESS, FLOWING, MOMENT, RUN_STATE
from catalog.store.indexes.search import FACET, LISTED, SEARCH, SUFFIX, UNRECORDED, WORD
from catalog.store.indexes.table import Kind, Merge, Table
from catalog.store.touches import KEPT
from graph_schema.cypher.rows import Form, Rows
from graph_schema.registry import STRUCTURAL, TYPES

SENTENCE: Final = Table(
    "sentence",
    (("kind", Kind.TEXT), ("source", Kind.ID), ("target", Kind.ID), ("entry", Kind.INTEGER)),
    key=3,
    prefix=3,
    merge=(Merge.LEAST,),
    known="entry",
)
"""Every edge once, with the first entry that states it, however often it is stated; ACCESS has those of runs' data."""

_BITS: Final = (("chunk", Kind.INTEGER), ("bits", Kind.VALUE))

WORD_SET: Final = Table(
    "word_set",
    (("term", Kind.TEXT), ("aspect", Kind.TEXT), *_BITS),
    key=3,
    prefix=3,
    orders=(("chunk", "term", "aspect"),),
)
"""The words, of which what is inside them is found too."""

MARK_SET: Final = Table("mark_set", (("term", Kind.TEXT), ("aspect", Kind.TEXT), *_BITS), key=3, prefix=3)
"""The terms that are found by their beginnings alone, but the name and digest of a key: these its node carries."""

LIST_SET: Final = Table(
    "list_set",
    (("name", Kind.TEXT), ("value", Kind.TEXT), *_BITS, ("whole", Kind.VALUE)),
    key=3,
    prefix=3,
    orders=(("name", "chunk", "value"),),
)
"""Of a value that is too long for an index, `whole` is all of it."""

SETS: Final = (WORD_SET, MARK_SET, LIST_SET)

SENTENCES: Final = tuple(sorted(kind for kind in TYPES if kind not in FLOWING))

_ELSEWHERE: Final = frozenset(
    {MOMENT.name, WORD.name, SUFFIX.name, FACET.name, LISTED.name, UNRECORDED.name, KEY_FIELD.name}
)
"""The moments of runs are the times of their records, nodes carry by what they are looked up, and what is searched for
stands in sets of nodes."""


@lru_cache(maxsize=64)
def rows_of(table: Table) -> Rows:
    """Return the form of a table's rows."""
    texts = frozenset(name for name, kind in table.columns[: table.key] if kind is not Kind.INTEGER)
    form, types, source, target, kind, hubs = _FORMS.get(table.name, (Form.NODE, (), "", "", "", frozenset()))
    return Rows(
        table.name,
        table.names,
        table.key,
        texts,
        form,
        types,
        source,
        target,
        kind,
        hubs,
        ordered=table.name == CONTRIBUTION.name,
        orders=table.orders,
        inside="term" if table is WORD_SET else "",
    )


_Shape = tuple[Form, tuple[str, ...], str, str, str, frozenset[str]]
_NONE: Final = frozenset[str]()
_HUB: Final = frozenset({"hub"})
_FORMS: Final[dict[str, _Shape]] = {
    RUN_STATE.name: (Form.PROPERTIES, (), "", "", "", _NONE),
    JOINED.name: (Form.PROPERTIES, (), "", "", "", _NONE),
    ACCESS.name: (Form.ARROW, tuple(sorted(FLOWING)), "run", "target", "kind", _NONE),
    SENTENCE.name: (Form.ARROW, SENTENCES, "source", "target", "kind", _NONE),
    FLOW.name: (Form.ARROW, ("FEEDS",), "source", "target", "", _NONE),
    ALIAS.name: (Form.ARROW, ("FEEDS",), "source", "target", "", _NONE),
    INLET.name: (Form.ARROW, ("FEEDS",), "source", "hub", "", _HUB),
    OUTLET.name: (Form.ARROW, ("FEEDS",), "hub", "target", "", _HUB),
    CONTRIBUTION.name: (Form.ARROW, ("CONTRIBUTED_TO",), "run", "target", "", _NONE),
    COLUMN_FLOW.name: (Form.ARROW, ("DERIVES_FROM",), "target", "source", "", _NONE),
}

TABLES: Final[tuple[Table, ...]] = (
    SENTENCE,
    *SETS,
    *(table for index in INDEXES for table in index.tables if table.name not in _ELSEWHERE),
)
"""Every table whose rows this store keeps, in the order in which they are written."""

PROPERTIES: Final = tuple(table for table in TABLES if rows_of(table).form is Form.PROPERTIES)
"""The tables whose rows are properties of the node that they are about."""


def is_kept(table: Table) -> bool:
    """Tell whether rows of the table are stored as such."""
    return table.name not in _ELSEWHERE


def kept_of(index: Index) -> tuple[Table, ...]:
    """Return the tables in which an index stands."""
    return (*filter(is_kept, index.tables), *(SETS if index is SEARCH else ()))


def is_structural(kind: str) -> bool:
    """Tell whether an edge follows from what its ends are: of such there is nothing but the sentence."""
    return kind in STRUCTURAL


def touched_place(number: int) -> str:
    """Return where it is kept what a batch touched: in a ring, so that none is taken away."""
    return f"keys_{number % KEPT}"
