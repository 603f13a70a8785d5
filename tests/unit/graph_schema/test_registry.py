from __future__ import annotations

from dataclasses import replace

import pytest

from graph_schema.builder import FactBuilder
from graph_schema.cypher import reading, rows, writing
from graph_schema.edges import Read
from graph_schema.facts import Facts
from graph_schema.nodes import Dataset
from graph_schema.registry import UnregisteredError, check_facts, property_of
from tests.support.facts import run_node


def read() -> Facts:
    builder = FactBuilder(0, 0, "")
    builder.add_edge(Read(run_node("r"), Dataset("n", "d")))
    builder.add_statement(Dataset("n", "d"), "zone", "TRAINING")
    return builder.build()


def test_registered_facts_pass() -> None:
    check_facts(read())


@pytest.mark.parametrize(
    "broken",
    [
        lambda facts: replace(facts, edges=(facts.edges[0]._replace(kind="READS"),)),
        lambda facts: replace(facts, edges=(facts.edges[0]._replace(target=run_node("r").id),)),
        lambda facts: replace(facts, statements=(facts.statements[0]._replace(aspect="colour"),)),
        lambda facts: replace(facts, statements=(facts.statements[0]._replace(subject="Thing:x"),)),
    ],
)
def test_a_fact_of_an_unknown_kind_is_refused(broken: object) -> None:
    with pytest.raises(UnregisteredError):
        check_facts(broken(read()))  # type: ignore[operator]


@pytest.mark.parametrize("name", ["Run) DETACH DELETE (n", "Dataset`", "dataset", ""])
def test_no_identifier_reaches_cypher_but_from_the_registry(name: str) -> None:
    with pytest.raises(UnregisteredError):
        writing.create_nodes(name)
    with pytest.raises(UnregisteredError):
        reading.records_about("kinds", ([name], "out"))
    with pytest.raises(UnregisteredError):
        reading.walked_finds(name)


@pytest.mark.parametrize("name", ["row) DETACH DELETE (n", "row`", "Row", ""])
def test_no_name_of_a_table_or_column_reaches_cypher_but_as_code_declares_it(name: str) -> None:
    with pytest.raises(UnregisteredError):
        rows.under(rows.Rows(name, ("node",), 1, frozenset()), ("node",))
    with pytest.raises(UnregisteredError):
        rows.under(rows.Rows("row", (name,), 1, frozenset()), (name,))
    with pytest.raises(UnregisteredError):
        rows.create(rows.Rows("row", ("a", "b"), 2, frozenset(), rows.Form.ARROW, (name,), "a", "b"))


@pytest.mark.parametrize("name", ["dataset", "code_revision", "record", "lineward"])
def test_rows_of_a_table_never_stand_under_a_label_that_means_another_thing(name: str) -> None:
    with pytest.raises(UnregisteredError):
        rows.under(rows.Rows(name, ("node",), 1, frozenset()), ("node",))


def test_an_aspect_never_hides_a_part_of_the_key() -> None:
    assert property_of("Approval", "request") == "request_stated"
    assert property_of("Dataset", "zone") == "zone"
