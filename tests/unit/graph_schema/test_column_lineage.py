from __future__ import annotations

from typing import Any

import pytest

from graph_schema.column_lineage import Origin, Transformation, address, pairs, read_column_lineage, read_entries
from graph_schema.column_lineage import read_entry as read
from graph_schema.nodes import Column, Dataset

CLEAN = Dataset("lake", "clean")
Json = dict[str, Any]


def origin(field: str, **transformation: object) -> Json:
    return {"namespace": "lake", "name": "raw", "field": field, "transformations": [transformation]}


def found(facet: Json) -> list[tuple[Column | Dataset, Origin]]:
    return [(node, one) for node, one, _ in pairs(CLEAN, read_column_lineage(facet))]


def test_a_field_derives_from_its_input_fields_as_each_transformation_says() -> None:
    facet = {"fields": {"a": {"inputFields": [origin("x", type="direct", subtype="identity", masking=False)]}}}
    said = Transformation("DIRECT", "IDENTITY", None, masking=False)
    assert found(facet) == [
        (Column("lake", "clean", "a"), Origin(Column("lake", "raw", "x"), indirect=False, transformations=(said,)))
    ]


def test_a_source_that_enters_directly_and_indirectly_is_both() -> None:
    one = origin("x", type="DIRECT")
    one["transformations"].append({"type": "INDIRECT", "subtype": "CONDITIONAL", "description": "x > ?"})
    (_, plain), (_, deciding) = found({"fields": {"a": {"inputFields": [one]}}})
    assert (plain.indirect, deciding.indirect) == (False, True)
    assert deciding.transformations == (Transformation("INDIRECT", "CONDITIONAL", "x > ?", None),)


@pytest.mark.parametrize("transformation", [{"type": "DIRECT"}, {"type": "DIRECT", "masking": "no"}])
def test_absent_masking_means_unknown(transformation: Json) -> None:
    ((_, one),) = found({"fields": {"a": {"inputFields": [origin("x", **transformation)]}}})
    assert [each.masking for each in one.transformations] == [None]


@pytest.mark.parametrize("transformation", [{}, {"masking": None}])
def test_a_transformation_that_says_nothing_is_none(transformation: Json) -> None:
    ((_, one),) = found({"fields": {"a": {"inputFields": [origin("x", **transformation)]}}})
    assert one == Origin(Column("lake", "raw", "x"), indirect=False, transformations=())


@pytest.mark.parametrize(("old", "masking"), [("MASKED", True), ("IDENTITY", None)])
def test_the_deprecated_transformation_type_stands_in_for_missing_ones(old: str, masking: Any) -> None:
    item = {"namespace": "lake", "name": "raw", "field": "x"}
    field = {"inputFields": [item], "transformationType": old, "transformationDescription": "as it was"}
    ((_, one),) = found({"fields": {"a": field}})
    assert one.transformations == (Transformation("DIRECT", old, "as it was", masking),)


def test_what_reaches_the_whole_dataset_is_said_of_the_dataset() -> None:
    ((node, one),) = found({"dataset": [origin("k", type="INDIRECT", subtype="JOIN")]})
    assert (node, one.source) == (CLEAN, Column("lake", "raw", "k"))


def fanned(count: int, of: int) -> Json:
    filtered = origin("k", type="INDIRECT", subtype="FILTER")
    return {
        f"f{number}": {"inputFields": [origin(f"x{number}", type="DIRECT"), *([filtered] if number < count else [])]}
        for number in range(of)
    }


def test_a_near_cartesian_indirect_fan_out_becomes_dataset_wide_and_can_be_expanded() -> None:
    lineage = read_column_lineage({"fields": fanned(9, 10)})
    assert [(len(one.fields), one.origin.source) for one in lineage.fan_outs] == [(9, Column("lake", "raw", "k"))]
    assert [count for _, count in lineage.whole] == [9]
    assert len(list(pairs(CLEAN, lineage))) == 11
    expanded = lineage.expanded()
    assert not expanded.whole
    assert sum(len(some) for some in expanded.fields.values()) == 19


@pytest.mark.parametrize(("count", "of"), [(7, 10), (2, 2)])
def test_an_indirect_origin_of_few_fields_stays_one_of_the_column(count: int, of: int) -> None:
    assert not read_column_lineage({"fields": fanned(count, of)}).whole


def test_a_direct_origin_of_every_field_stays_one_of_each() -> None:
    fields = {f"f{number}": {"inputFields": [origin("k", type="DIRECT")]} for number in range(9)}
    assert not read_column_lineage({"fields": fields}).whole


@pytest.mark.parametrize(
    "facet",
    [
        {},
        {"fields": []},
        {"fields": {"a": 1}},
        {"dataset": [{"name": "raw"}, 7]},
        {"fields": {"a": {"inputFields": [{"namespace": "lake", "name": "raw", "type": "DATASET"}]}}},
        {"dataset": [{"namespace": "lake", "name": "raw", "field": 7}]},
    ],
)
def test_a_part_of_the_wrong_type_says_nothing(facet: Json) -> None:
    assert found(facet) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", "plain"),
        ("a.b", "a.b"),
        ("visits._element.ward", "visits[].ward"),
        ("visits._element._element", "visits[][]"),
        ("visits[].ward", "visits[].ward"),
        ("properties.value._0", "properties.value._0"),
        ("_element", "_element"),
        ("an_element", "an_element"),
    ],
)
def test_a_nested_field_has_one_address(name: str, expected: str) -> None:
    assert address(name) == expected


def test_an_explicit_lineage_facet_names_sources_columns_and_whole_datasets() -> None:
    raw = {"namespace": "lake", "name": "raw", "type": "DATASET"}
    entry = read(
        {
            "inputs": [raw, {**raw, "name": "keys", "field": "k", "transformations": [{"type": "INDIRECT"}]}],
            "fields": {"a": {"inputs": [{**raw, "field": "x"}, {"type": "JOB"}, {**raw, "name": "other"}]}},
        }
    )
    assert {one.name for one in entry.sources} == {"raw", "keys", "other"}
    assert entry.columns is not None
    assert [one.source for one in entry.columns.fields["a"]] == [Column("lake", "raw", "x"), Dataset("lake", "other")]
    assert [one.source for one in entry.columns.wide] == [Column("lake", "keys", "k")]


def test_an_explicit_lineage_facet_without_a_field_says_nothing_of_columns() -> None:
    assert read({"inputs": [{"namespace": "lake", "name": "raw", "type": "DATASET"}]}).columns is None


def test_the_entries_of_a_job_are_those_of_datasets() -> None:
    named = {"namespace": "lake", "name": "clean", "type": "DATASET"}
    facet = {"entries": [named, {"type": "JOB"}, 7, {"type": "DATASET"}]}
    assert [dataset for dataset, _ in read_entries(facet)] == [CLEAN]
