from __future__ import annotations

import pytest

from graph_schema import describe
from graph_schema.aspects import ASPECTS
from graph_schema.edges import EdgeKind
from graph_schema.nodes import Node
from graph_schema.registry import EDGES, LABELS, NODES, TYPES, faults, sentence


def test_no_kind_breaks_a_rule() -> None:
    assert list(faults()) == []


@pytest.mark.parametrize("kind", [*NODES, *EDGES], ids=lambda kind: kind.__name__)
def test_every_kind_is_a_frozen_value_with_a_published_sentence(kind: type[Node | EdgeKind]) -> None:
    params = getattr(kind, "__dataclass_params__")  # noqa: B009  # set by the decorator, unknown to the type checker
    assert params.frozen
    assert "__slots__" in vars(kind)
    assert sentence(kind).endswith(".")


@pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.__name__)
def test_a_node_comes_back_from_its_key_with_the_same_id(kind: type[Node]) -> None:
    node = kind(*(f"part {number}" for number in range(len(kind.key_fields()))))
    assert kind.from_key(list(node.key)) == node
    assert kind.from_key(node.key).id == node.id
    assert node.id.startswith(f"{kind.__name__}:")


def test_every_kind_stands_in_the_description_and_in_the_diagram() -> None:
    text, diagram = describe.description(), describe.diagram()
    for name in (*LABELS, *TYPES, *(aspect.name for aspect in ASPECTS)):
        assert f"`{name}`" in text
    for label in LABELS:
        assert f"    {label}\n" in diagram
    for kind in EDGES:
        assert kind.edge_type().lower().replace("_", " ") in diagram
