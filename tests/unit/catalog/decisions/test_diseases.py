"""Disease specific research through access and promotion: a request claims diseases, a project registers them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from catalog.decisions import promotion
from catalog.decisions.asking import Problem, read
from catalog.decisions.log import replay
from catalog.decisions.model import Asked, Decided, StatedBy, Wanted
from catalog.decisions.queries import decide
from catalog.errors import AskerError
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.times import format_time
from tests.support.deployments import deployment
from tests.support.gate_story import MODEL, QUESTION, GateStory
from tests.support.records import CURATED, House, declaration, member, policies, project, protocol
from tests.support.uses import permission

WIDER, KIND, OTHER = (f"MONDO:900000{number}" for number in (1, 2, 3))
ONTOLOGY = {WIDER: frozenset[str](), KIND: frozenset({WIDER}), OTHER: frozenset[str]()}
MAY = 'permit (principal, action, resource) when { context.use == "PERMIT" };\n'
STATED = {"purposes": ["HRESCH"], "duo": ["NRES"]}


@pytest.fixture
def study(house: House) -> House:
    house.ancestors = ONTOLOGY
    house.record(declaration(dataset=CURATED, permitted_use=STATED))
    terms = [{"code": "DS", "diseases": [WIDER]}]
    house.record(permission("board-ds", of={"dataset": CURATED}, terms=terms, purposes=["HRESCH"]))
    house.act_as("grace", "engineer")
    house.record(project())
    house.record(member())
    house.record(policies(MAY))
    return house


def decided(house: House, *diseases: str, **more: Any) -> Decided:
    around = Circumstances(purpose="HRESCH", diseases=diseases, **more)
    target = Target("DATASET", CURATED["namespace"], CURATED["name"])
    return decide(house.view(), Asked("grace", "read", target, around))


def test_a_claimed_disease_decides_on_disease_specific_data(study: House) -> None:
    assert decided(study, KIND).allowed
    assert ("context.diseases", StatedBy.CLAIMED) in decided(study, KIND).stated
    assert not decided(study).allowed
    assert not decided(study, OTHER).allowed
    assert not decided(study, KIND, OTHER).allowed


def test_what_a_project_registers_beats_a_requests_own_claim(study: House) -> None:
    within = {"project": "made-up project"}
    assert decided(study, KIND, **within).allowed
    study.record(project(diseases=[OTHER]))
    assert not decided(study, KIND, **within).allowed
    assert ("context.diseases", StatedBy.REGISTERED) in decided(study, **within).stated
    study.record(project(diseases=[KIND]))
    assert decided(study, OTHER, **within).allowed
    assert decided(study, **within).allowed
    assert decided(study, KIND).allowed, "outside the project the claim counts"


def test_what_is_registered_of_project_and_protocol_has_to_be_covered_both(study: House) -> None:
    within = {"project": "made-up project", "protocol": "made-up protocol"}
    study.record(project(diseases=[KIND]))
    study.record(protocol(diseases=[OTHER]))
    assert not decided(study, KIND, **within).allowed
    study.record(protocol(diseases=[WIDER]))
    assert decided(study, **within).allowed


def test_somebody_elses_project_lends_no_disease(study: House) -> None:
    study.record(project(project="another project", diseases=[KIND]))
    assert not decided(study, project="another project").allowed


def test_policies_may_ask_for_the_diseases(study: House) -> None:
    text = f'permit (principal, action, resource) when {{ context has diseases && context.diseases == ["{KIND}"] }};\n'
    study.record(policies(text))
    assert decided(study, KIND).allowed
    assert not decided(study).allowed
    assert not decided(study, KIND, OTHER).allowed


def test_a_request_spells_diseases_as_records_do_and_what_is_none_is_denied_unrecorded(study: House) -> None:
    def asked(diseases: object) -> Asked | Problem:
        return read(
            {
                "subject": {"type": "principal", "id": "grace"},
                "action": {"name": "read"},
                "resource": {
                    "type": "dataset",
                    "id": CURATED["name"],
                    "properties": {"namespace": CURATED["namespace"]},
                },
                "context": {"purpose": "HRESCH", "diseases": diseases},
            },
            study.intake.redactor,
        )

    found = asked(["http://purl.obolibrary.org/obo/MONDO_9000002"])
    assert isinstance(found, Asked)
    assert found.circumstances.diseases == (KIND,)
    wrong = asked(["Jane Roe's own illness"])
    assert isinstance(wrong, Problem)
    assert "MONDO" in wrong.sentence
    assert "Jane" not in wrong.sentence
    unsaid = asked("MONDO:9000002")
    assert isinstance(unsaid, Asked)
    assert unsaid.circumstances.diseases == ()


def test_a_recorded_decision_is_decided_again_with_its_diseases(study: House) -> None:
    target = Target("DATASET", CURATED["namespace"], CURATED["name"])
    for diseases in ((KIND,), (OTHER,), ()):
        at = AsOf(study.clock.micros(), study.ledger.size() - 1)
        asked = Asked("grace", "read", target, Circumstances(purpose="HRESCH", diseases=diseases))
        found = decide(study.view(at), asked)
        assert found.allowed == (diseases == (KIND,))
        when = {"at": format_time(at.valid_at), "known_at": at.known_at}
        study.decide_access(**found.recorded_of(asked), **when)
    found_again = replay(study.view(), study.ledger, Wanted(), 9)
    assert (found_again.decided, found_again.changed) == (3, ())


def test_a_promotion_is_for_the_diseases_that_the_gate_was_asked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = GateStory(house).tell()
    entry = house.ask_gate(replace(QUESTION, diseases=frozenset({KIND}))).receipt.index
    files = [{"path": "release.cedar", "text": f'@id("a") @reason("b")\n{MAY}'}]
    files[0]["text"] = files[0]["text"].replace("action,", 'action == Lineward::Action::"deploy",')
    house.record(
        {"kind": "publish_policies", "files": files, "reason": "A test"},
        story.actors["steward"],
    )
    met: list[tuple[str, ...]] = []

    def judged(view: View, asked: Asked, **more: Any) -> Decided:
        met.append(asked.circumstances.diseases)
        return replace(decide(view, asked, **more), allowed=False)

    monkeypatch.setattr(promotion, "decide", judged)
    quoting: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}, "gate": entry}
    with pytest.raises(AskerError):
        house.record(deployment(**quoting), story.actors["engineer"])
    assert met == [(KIND,)]
    house.project()
    body = orjson.loads(house.ledger.entry(house.ledger.size() - 1).body or b"")
    assert body["record"]["circumstances"]["diseases"] == [KIND]
    replay(house.view(), house.ledger, Wanted(), 9)
    assert met == [(KIND,), (KIND,)]
