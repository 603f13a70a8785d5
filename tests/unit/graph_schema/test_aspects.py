"""An aspect's value has one shape: what does not have it is refused, what has it comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.aspects import ASPECTS, Facet, ShapeError, as_json
from graph_schema.aspects.approvals import Decision, Signer
from graph_schema.aspects.events import Event, Io
from graph_schema.aspects.labels import Coding, Tag
from graph_schema.aspects.shape import described, reader, writer
from graph_schema.aspects.snapshots import ForeignRef, ManifestFile, Seal
from graph_schema.builder import FactBuilder
from graph_schema.facts import Facts, Statement
from graph_schema.nodes import Approval, Column, Dataset, Snapshot
from graph_schema.registry import UnregisteredError, check_facts
from tests.support.facts import run_node

SEAL = Seal(
    manifest=(ManifestFile("part-0", 3, "sha256:aa"),),
    foreign=(ForeignRef("delta", "12"),),
    role="TRAINING",
    locked=True,
    files=1,
    size_bytes=3,
)
SHAPED = [aspect for aspect in ASPECTS if not isinstance(aspect.shape, Facet)]


@pytest.mark.parametrize("aspect", SHAPED, ids=lambda aspect: aspect.name)
@given(data=st.data())
def test_a_value_comes_back_from_its_json(aspect: Any, data: st.DataObject) -> None:
    value = data.draw(st.from_type(aspect.shape))
    written = writer(aspect.shape)(value)
    assert reader(aspect.shape)(written) == value
    assert as_json(aspect.name, value) == as_json(aspect.name, written) == written


def test_what_is_as_it_is_by_default_is_left_out() -> None:
    assert Event("START").to_json() == {"type": "START"}
    assert Event("START", window=True).to_json() == {"type": "START", "window": True}
    assert Io(inputs=()).to_json() == {"inputs": []}
    assert Tag("ASSERT", "CLAIMED", (Coding("urn:x", "H"),)).to_json() == {
        "stance": "ASSERT",
        "origin": "CLAIMED",
        "codes": [{"system": "urn:x", "code": "H"}],
    }


def test_a_part_within_a_part_is_read_and_written() -> None:
    decision = Decision("APPROVE", "APPROVAL", "It holds", Signer("Testperson Alpha", "UTC"), (), "sha256:aa")
    assert Decision.from_json(decision.to_json() | {"more": 1}) == decision


@pytest.mark.parametrize(
    ("aspect", "value"),
    [
        ("seal", {**SEAL.to_json(), "locked": "yes"}),
        ("seal", {**SEAL.to_json(), "files": True}),
        ("seal", {**SEAL.to_json(), "manifest": "part-0"}),
        ("seal", {**SEAL.to_json(), "manifest": [{"path": "part-0"}]}),
        ("seal", {name: part for name, part in SEAL.to_json().items() if name != "role"}),
        ("seal", [SEAL.to_json()]),
        ("seal", Event("START")),
        ("owner", {"name": "Testperson Alpha"}),
        ("phi_category", "CLINICAL_NOTE"),
        ("phi.CLINICAL_NOTE", {"stance": "ASSERT"}),
        ("colour", "red"),
    ],
)
def test_a_value_of_another_shape_is_refused_without_being_quoted(aspect: str, value: object) -> None:
    with pytest.raises(ShapeError) as refused:
        as_json(aspect, value)
    assert "part-0" not in str(refused.value)
    assert "Testperson" not in str(refused.value)


def test_a_facet_is_kept_as_it_came() -> None:
    assert as_json("schema", [1, {"odd": None}]) == [1, {"odd": None}]
    assert as_json("facet:spark_plan", "text") == "text"


def test_every_member_is_described_by_a_sentence() -> None:
    found = [(aspect.name, member) for aspect in SHAPED for member in described(aspect.shape)]
    assert len(found) > len(SHAPED)
    assert [(name, member) for name, member in found if not member.sentence.endswith(".")] == []
    assert ("seal", "manifest[].path") in {(name, member.name) for name, member in found}


@pytest.mark.parametrize(
    ("node", "aspect", "value"),
    [
        (run_node("r"), "owner", "Testperson Alpha"),
        (Approval("1"), "schema", {"fields": []}),
        (Dataset("n", "d"), "seal", SEAL),
        (run_node("r"), "phi.CLINICAL_NOTE", Tag("ASSERT", "ASSERTED")),
        (Column("n", "d", "c"), "facet:spark_plan", "text"),
    ],
)
def test_an_aspect_is_refused_of_a_kind_of_node_that_it_is_not_said_of(node: Any, aspect: str, value: object) -> None:
    with pytest.raises(UnregisteredError, match="is said of"):
        FactBuilder(0, 0, "").add_statement(node, aspect, value)
    made_by_hand = Statement(node.id, aspect, "{}", "own", None, None, 0, 2, "", 0)
    with pytest.raises(UnregisteredError, match="is said of"):
        check_facts(Facts(statements=(made_by_hand,)))


def test_two_seals_that_differ_in_one_member_are_two_statements() -> None:
    builder = FactBuilder(0, 0, "")
    for seal in (SEAL, replace(SEAL), replace(SEAL, locked=False)):
        builder.add_statement(Snapshot("n", "d", "v"), "seal", seal)
    assert len(builder.build().statements) == 2
