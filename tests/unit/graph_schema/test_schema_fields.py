"""The fields of a schema facet by their addresses."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from graph_schema.schema_fields import fields_of, fields_of_text

_FIELDS = st.recursive(
    st.fixed_dictionaries({"name": st.sampled_from(("a", "b.c", "d[]", "")), "type": st.sampled_from(("INT", "", 3))}),
    lambda field: st.fixed_dictionaries(
        {"name": st.sampled_from(("a", "e")), "type": st.just("STRUCT"), "fields": st.lists(field, max_size=3)}
    ),
    max_leaves=8,
)


@given(st.lists(_FIELDS, max_size=6), st.sampled_from((0, 5_000)))
def test_fields_read_from_a_text_are_those_of_the_facet_however_long_and_often(fields: list[object], more: int) -> None:
    text = json.dumps({"fields": fields, "padding": "x" * more})
    assert dict(fields_of_text(text)) == dict(fields_of_text(text)) == fields_of(json.loads(text))
