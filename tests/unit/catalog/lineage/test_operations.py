"""What happened along an edge: a copy only where something states it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.lineage.model import Direction, Grain, Walk
from catalog.lineage.operations import Operation, OperationFound, OperationReason, operations
from catalog.lineage.queries import lineage
from graph_schema.nodes import Dataset
from tests.support.events import Json, dataset, run_event
from tests.support.records import House, naming_rule

SCHEMA = {"schema": {"fields": [{"name": "id", "type": "int"}, {"name": "ward", "type": "string"}]}}
OUT = Dataset("lake", "out").id
OTHER = "018f4a3e-0000-7000-8000-00000000000f"


def identity(column: str, **more: Any) -> Json:
    transformation = {"type": "DIRECT", "subtype": "IDENTITY", "masking": False, **more}
    return {"inputFields": [dataset("raw", field=column, transformations=[transformation])]}


def columns(**fields: Json) -> Json:
    return {"columnLineage": {"fields": {"id": identity("id"), "ward": identity("ward"), **fields}}}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def found(
    house: House,
    facets: Json | None = None,
    reads: Json | None = None,
    *,
    grain: Grain = Grain.DATASET,
    **more: Any,
) -> tuple[Operation, OperationReason]:
    house.send(
        run_event(
            inputs=[dataset("raw", facets={**SCHEMA, **(reads or {})})],
            outputs=[dataset("out", facets={**SCHEMA, **(facets or {})})],
            **more,
        )
    )
    view = house.view()
    (edge,) = lineage(view, Walk((OUT,), Direction.UPSTREAM, grain)).edges
    one: OperationFound = operations(view, [edge])[edge]
    return one.operation, one.reason


COPY, WRITE, UNKNOWN = Operation.COPY, Operation.WRITE, Operation.UNKNOWN


def test_nothing_stated_is_unknown(house: House) -> None:
    assert found(house) == (UNKNOWN, OperationReason.NOT_STATED)


@pytest.mark.parametrize("grain", [Grain.DATASET, Grain.SNAPSHOT])
def test_every_column_the_same_and_unmasked_is_a_copy(house: House, grain: Grain) -> None:
    assert found(house, columns(), grain=grain) == (COPY, OperationReason.COLUMNS)


def test_a_column_of_which_masking_is_not_said_leaves_it_open(house: House) -> None:
    unsaid = columns(ward=identity("ward", masking=None))
    assert found(house, unsaid) == (UNKNOWN, OperationReason.MASKING_UNKNOWN)


@pytest.mark.parametrize(
    "ward",
    [
        identity("ward", masking=True),
        identity("ward", subtype="TRANSFORMATION"),
        identity("ward", type="INDIRECT", subtype="FILTER"),
        identity("id"),
        {"inputFields": [*identity("ward")["inputFields"], *identity("id")["inputFields"]]},
    ],
    ids=["masked", "transformed", "only filtered by", "another column", "of two"],
)
def test_a_column_that_is_not_the_same_makes_it_a_write(house: House, ward: Json) -> None:
    assert found(house, columns(ward=ward)) == (WRITE, OperationReason.COLUMNS)


def test_a_column_that_is_left_out_makes_it_a_write(house: House) -> None:
    wider = {"schema": {"fields": [*SCHEMA["schema"]["fields"], {"name": "mrn"}]}}
    assert found(house, columns(), wider) == (WRITE, OperationReason.COLUMNS)


def test_columns_of_which_nothing_is_said_leave_it_open(house: House) -> None:
    some = {"columnLineage": {"fields": {"id": identity("id")}}}
    assert found(house, some) == (UNKNOWN, OperationReason.COLUMNS_MISSING)


def test_equal_digests_are_a_copy(house: House) -> None:
    digest = {"lineward_snapshot": {"digest": "sha256:" + "a" * 64}}
    assert found(house, digest, digest) == (COPY, OperationReason.SAME_DIGEST)


def test_equal_versions_that_are_no_digests_say_nothing(house: House) -> None:
    version = {"version": {"datasetVersion": "3"}}
    assert found(house, version, version)[0] is UNKNOWN


@pytest.mark.parametrize("kind", ["COPY", "export"])
def test_the_kind_of_job_says_that_it_copies(house: House, kind: str) -> None:
    job = {"jobType": {"jobType": kind, "processingType": "BATCH", "integration": "MADE_UP"}}
    assert found(house, job=job) == (COPY, OperationReason.JOB_TYPE)


def test_columns_come_before_the_kind_of_job(house: House) -> None:
    job = {"jobType": {"jobType": "COPY", "processingType": "BATCH", "integration": "MADE_UP"}}
    changed = columns(ward=identity("ward", subtype="AGGREGATION"))
    assert found(house, changed, job=job) == (WRITE, OperationReason.COLUMNS)


@pytest.mark.parametrize("place", ["output", "run", "job"])
def test_what_the_emitter_calls_it_comes_first(house: House, place: str) -> None:
    named = {"lineward_operation": {"operation": "write"}}
    copied = {"output": {**columns(), **named}}.get(place, columns())
    more: dict[str, Any] = {} if place == "output" else {place: named}
    assert found(house, copied, **more) == (WRITE, OperationReason.STATED)


def test_the_entries_that_say_so_are_named(house: House) -> None:
    found(house, columns())
    view = house.view()
    (edge,) = lineage(view, Walk((OUT,), Direction.UPSTREAM)).edges
    assert operations(view, [edge])[edge].entries == (0,)


FOLDED = naming_rule(namespace="lake")


def upper(one: Json) -> Json:
    return {**one, "name": one["name"].upper()}


def shouted() -> Json:
    """Column lineage that spells the source and its columns in upper case."""
    fields = columns()["columnLineage"]["fields"]
    return {
        "columnLineage": {
            "fields": {
                name: {"inputFields": [{**upper(one), "field": one["field"].upper()} for one in said["inputFields"]]}
                for name, said in fields.items()
            }
        }
    }


def test_case_and_odd_characters_byte_for_byte_another_spelling_is_another_source(house: House) -> None:
    facets = {**SCHEMA, **shouted()}
    house.send(run_event(inputs=[dataset("raw", facets=SCHEMA)], outputs=[dataset("out", facets=facets)]))
    view = house.view()
    edges = lineage(view, Walk((OUT,), Direction.UPSTREAM)).edges
    assert {edge.source for edge in edges} == {Dataset("lake", name).id for name in ("raw", "RAW")}
    (edge,) = (edge for edge in edges if edge.source == Dataset("lake", "raw").id)
    assert operations(view, [edge])[edge][:2] == (WRITE, OperationReason.COLUMNS)


@pytest.mark.parametrize("facets", [shouted(), columns()], ids=["origins in upper case", "origins as written"])
def test_case_and_odd_characters_under_a_rule_that_folds_letters_a_copy_is_one(house: House, facets: Json) -> None:
    house.record(FOLDED)
    assert found(house, facets) == (COPY, OperationReason.COLUMNS)


def test_a_version_under_another_spelling_of_the_dataset_is_that_of_the_edge(house: House) -> None:
    house.record(FOLDED)
    digest = {"lineward_snapshot": {"digest": "sha256:" + "a" * 64}}
    house.send(run_event(inputs=[dataset("raw")], outputs=[dataset("out")], minute=0, run_id=OTHER))
    house.send(run_event(inputs=[dataset("RAW", facets=digest)], outputs=[dataset("OUT", facets=digest)], minute=3))
    view = house.view()
    (edge,) = lineage(view, Walk((OUT,), Direction.UPSTREAM)).edges
    assert edge.target == OUT
    assert operations(view, [edge])[edge][:2] == (COPY, OperationReason.SAME_DIGEST)


def test_an_origin_under_an_alias_of_the_source_is_the_source(house: House) -> None:
    alias = {"symlinks": {"identifiers": [{"namespace": "hive", "name": "db.raw", "type": "TABLE"}]}}
    fields = columns()["columnLineage"]["fields"]
    named = {
        name: {"inputFields": [{**one, "namespace": "hive", "name": "db.raw"} for one in said["inputFields"]]}
        for name, said in fields.items()
    }
    assert found(house, {"columnLineage": {"fields": named}}, alias) == (COPY, OperationReason.COLUMNS)
