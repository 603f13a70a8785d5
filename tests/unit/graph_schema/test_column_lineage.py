from __future__ import annotations

from typing import Any

import pytest

from graph_schema.column_lineage import Origin, pairs, read_column_lineage
from graph_schema.nodes import Column, Dataset

CLEAN = Dataset("lake", "clean")
Json = dict[str, Any]


def origin(field: str, **transformation: object) -> Json:
    return {"namespace": "lake", "name": "raw", "field": field, "transformations": [transformation]}


def found(facet: Json) -> list[tuple[Column | Dataset, Origin]]:
    return list(pairs(CLEAN, read_column_lineage(facet)))


def test_a_field_derives_from_its_input_fields_as_each_transformation_says() -> None:
    facet = {"fields": {"a": {"inputFields": [origin("x", type="direct", subtype="identity", masking=False)]}}}
    assert found(facet) == [
        (Column("lake", "clean", "a"), Origin(Column("lake", "raw", "x"), "DIRECT", "IDENTITY", masking=False))
    ]


@pytest.mark.parametrize(
    "transformation", [{}, {"type": "DIRECT"}, {"type": "DIRECT", "masking": "no"}, {"masking": None}]
)
def test_absent_masking_means_unknown(transformation: Json) -> None:
    ((_, one),) = found({"fields": {"a": {"inputFields": [origin("x", **transformation)]}}})
    assert one.masking is None


@pytest.mark.parametrize(("old", "masking"), [("MASKED", True), ("IDENTITY", None)])
def test_the_deprecated_transformation_type_stands_in_for_missing_ones(old: str, masking: object) -> None:
    item = {"namespace": "lake", "name": "raw", "field": "x"}
    ((_, one),) = found({"fields": {"a": {"inputFields": [item], "transformationType": old}}})
    assert (one.type, one.subtype, one.masking) == ("DIRECT", old, masking)


def test_what_reaches_the_whole_dataset_is_said_of_the_dataset() -> None:
    ((node, one),) = found({"dataset": [origin("k", type="INDIRECT", subtype="JOIN")]})
    assert (node, one.column) == (CLEAN, Column("lake", "raw", "k"))


def test_a_near_cartesian_indirect_fan_out_becomes_dataset_wide() -> None:
    filtered = origin("k", type="INDIRECT", subtype="FILTER")
    fields = {
        f"f{number}": {"inputFields": [origin(f"x{number}", type="DIRECT"), *([filtered] if number else [])]}
        for number in range(10)
    }
    every = found({"fields": fields})
    assert [one.subtype for node, one in every if node == CLEAN] == ["FILTER"]
    assert len(every) == 11


def test_an_indirect_origin_of_few_fields_stays_one_of_the_column() -> None:
    fields = {f"f{number}": {"inputFields": [origin(f"x{number}", type="INDIRECT")]} for number in range(5)}
    assert all(isinstance(node, Column) for node, _ in found({"fields": fields}))


@pytest.mark.parametrize("facet", [{}, {"fields": []}, {"fields": {"a": 1}}, {"dataset": [{"name": "raw"}, 7]}])
def test_a_part_of_the_wrong_type_says_nothing(facet: Json) -> None:
    assert found(facet) == []
