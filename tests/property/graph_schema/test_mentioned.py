"""What a facet mentions, read without its origins, against what is read with them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph_schema.column_lineage import (
    ColumnLineage,
    Mentioned,
    dataset_of,
    mentioned_by_column_lineage,
    mentioned_by_entry,
    read_column_lineage,
    read_entry,
)

NAMES = st.sampled_from(["raw", "raw.rows", "rows._element.ward", ""])
ODD: st.SearchStrategy[Any] = st.sampled_from([None, 7, [], {}])
HOWS = st.fixed_dictionaries({"type": st.sampled_from(["DIRECT", "INDIRECT"])})
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "namespace": NAMES | ODD,
        "name": NAMES | ODD,
        "field": NAMES | ODD,
        "type": st.sampled_from(["DATASET", "JOB"]) | ODD,
        "transformations": st.lists(
            st.fixed_dictionaries({"type": st.sampled_from(["DIRECT", "INDIRECT"])}), max_size=2
        )
        | ODD,
    },
)
LISTS = st.lists(ITEMS | ODD, max_size=3) | ODD
FIELDS = st.dictionaries(NAMES, st.fixed_dictionaries({}, optional={"inputFields": LISTS, "inputs": LISTS}) | ODD) | ODD
FACETS = st.fixed_dictionaries({}, optional={"fields": FIELDS, "dataset": LISTS, "inputs": LISTS})


def mentioned(lineage: ColumnLineage | None) -> Mentioned:
    found = lineage or ColumnLineage()
    sources = {dataset_of(one.source) for one in found.origins()}
    return Mentioned(frozenset(found.fields), frozenset((one.namespace, one.name) for one in sources))


@given(FACETS)
def test_it_is_what_is_read_with_the_origins(facet: dict[str, Any]) -> None:
    assert mentioned_by_column_lineage(facet) == mentioned(read_column_lineage(facet))
    assert mentioned_by_entry(facet) == mentioned(read_entry(facet).columns)
