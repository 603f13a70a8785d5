from __future__ import annotations

from typing import Any

import pytest

from ingest_hooks.openlineage.contradictions import contradictions
from ingest_hooks.openlineage.event import read_event
from tests.support.columns import column_lineage, indirect, name_of, ran

FACET = column_lineage({"o": ["raw.a"]})


def pointers(event: dict[str, Any]) -> list[str]:
    found = list(contradictions(read_event(event)))
    assert {flag.code for flag in found} <= {"column-lineage-contradicts-inputs"}
    return [flag.pointer for flag in found]


@pytest.mark.parametrize("inputs", [["other"], []])
def test_column_lineage_that_contradicts_the_inputs_is_flagged(inputs: list[str]) -> None:
    event = ran("job", inputs, {"first": {}, "out": FACET})
    assert pointers(event) == ["/outputs/1/facets/columnLineage"]


def test_a_source_of_the_whole_dataset_contradicts_them_too() -> None:
    event = ran("job", ["raw"], {"out": column_lineage({"o": ["raw.a"]}, [indirect("keys.k")])})
    assert pointers(event) == ["/outputs/0/facets/columnLineage"]


@pytest.mark.parametrize("inputs", [["raw", "other"], None])
def test_what_is_among_them_or_has_no_list_contradicts_nothing(inputs: list[str] | None) -> None:
    assert pointers(ran("job", inputs, {"out": FACET})) == []


def test_another_name_of_an_input_is_among_them() -> None:
    event = ran("job", ["location"], {"out": FACET})
    event["inputs"][0]["facets"] = {"symlinks": {"identifiers": [{**name_of("raw"), "type": "TABLE"}]}}
    assert pointers(event) == []


def test_the_output_itself_was_read_where_it_is_named() -> None:
    assert pointers(ran("job", [], {"raw": FACET})) == []


@pytest.mark.parametrize("facet", [7, [], {"fields": 7}, {"fields": {"o": {"inputFields": [7, {"name": "raw"}]}}}])
def test_a_part_of_the_wrong_type_contradicts_nothing(facet: Any) -> None:
    assert pointers(ran("job", [], {"out": {"columnLineage": facet}})) == []
