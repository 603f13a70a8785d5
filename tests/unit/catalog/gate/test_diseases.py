"""Disease specific research through the gate: what is studied decides, and what a project registers beats a claim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.gate.asking import AskGate
from catalog.gate.queries import asked_again, gate, gate_evaluations
from catalog.safe_use.model import Outcome
from catalog.use.model import Requester
from graph_schema.vocabulary.words import GateCheckName
from tests.support.gate_story import EVALUATION, LANDED, QUESTION, TRAINING, VERSION, GateStory
from tests.support.records import House, ending_project, project
from tests.support.uses import permission

WIDER, KIND, OTHER = (f"MONDO:900000{number}" for number in (1, 2, 3))
ONTOLOGY = {WIDER: frozenset[str](), KIND: frozenset({WIDER}), OTHER: frozenset[str]()}
RESEARCH: dict[str, Any] = {"permitted_use": {"purposes": ["MLTRAINING", "HRESCH"], "duo": ["NRES"]}}
OF_ONE = permission(
    "board-ds", of={"dataset": TRAINING}, terms=[{"code": "DS", "diseases": [WIDER]}], purposes=["MLTRAINING", "HRESCH"]
)
ASKED = replace(QUESTION, purpose="HRESCH")


@pytest.fixture
def story(house: House) -> GateStory:
    house.ancestors = ONTOLOGY
    declared = {f"declares {one['name']}": RESEARCH for one in (LANDED, TRAINING, EVALUATION)}
    told = GateStory(house, instead=declared, before=(OF_ONE,)).tell()
    house.record(project(diseases=[OTHER]), told.actors["steward"])
    return told


def came_to(story: GateStory, *diseases: str, project: str | None = None) -> Outcome:
    question = replace(ASKED, diseases=frozenset(diseases), requester=Requester(project=project))
    found = gate(story.house.view(), question)
    assert found is not None
    return next(one.outcome for one in found.checks if one.check is GateCheckName.USE_DEPLOYMENT)


def test_every_disease_that_is_studied_has_to_be_covered(story: GateStory) -> None:
    assert came_to(story) is Outcome.FAIL
    assert came_to(story, WIDER) is came_to(story, KIND) is came_to(story, KIND, WIDER) is Outcome.PASS
    assert came_to(story, KIND, OTHER) is Outcome.FAIL


def test_without_the_ontology_a_kind_is_unknown(story: GateStory) -> None:
    story.house.ancestors = None
    assert came_to(story, WIDER) is Outcome.PASS
    assert came_to(story, KIND) is Outcome.UNKNOWN


def test_what_a_declared_project_studies_beats_what_is_asked(story: GateStory) -> None:
    assert came_to(story, KIND, project="made-up project") is Outcome.FAIL
    assert came_to(story, KIND, project="undeclared") is Outcome.PASS
    story.house.record(ending_project(), story.actors["steward"])
    assert came_to(story, KIND, project="made-up project") is Outcome.PASS


def test_g6_an_evaluation_binds_the_diseases_and_is_asked_again_with_them(story: GateStory) -> None:
    asked = replace(ASKED, diseases=frozenset({KIND}))
    story.house.ask_gate(asked)
    story.house.ask_gate(ASKED)
    of_kind, of_none = gate_evaluations(story.house.view(), [VERSION])[VERSION]
    assert [one.diseases for one in (of_kind, of_none)] == [{KIND}, set()]
    assert asked_again(of_kind) == asked
    assert of_kind.checks[GateCheckName.USE_DEPLOYMENT] is Outcome.PASS
    assert of_none.checks[GateCheckName.USE_DEPLOYMENT] is Outcome.FAIL


@pytest.mark.parametrize("wrong", ["diabetes", "MONDO:12"])
def test_what_is_no_disease_is_one_clear_error(wrong: str) -> None:
    fields = {"model": {"namespace": "m", "name": "n"}, "version": "1", "purpose": "HRESCH", "place": "North"}
    with pytest.raises(SenderError, match="is an id of the disease ontology MONDO") as raised:
        AskGate.read({**fields, "diseases": [wrong]})
    assert raised.value.pointer.startswith("/diseases")
