"""What a dossier shows of gate, signature, releases and deployments: genuine it verifies, made milder it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from catalog.safe_use.model import Outcome
from graph_schema.vocabulary.words import GateCheckName
from reports.kinds import ModelDossier
from reports.parts.gate import GateAnswer, Verdict
from reports.standalone import verify_lineward
from reports.standalone.derived_gate import ALLOWS
from tests.support.deployments import retirement
from tests.support.gate_story import EVALUATION, LANDED, MODEL, QUESTION, TRAINING, VERSION, GateStory
from tests.support.records import House
from tests.support.uses import permission

OF: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}}


def dossier(house: House) -> ModelDossier:
    found = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert found is not None
    return found


def wrong(house: House, context: ModelDossier) -> set[str]:
    """Return the checks that a report of the context does not pass, once it is issued."""
    file = house.issue_context(context, "json")
    checks = verify_lineward.verify(file, str(house.ledger.verifiers[0])).checks
    return {one.name for one in checks if one.status != "PASS"}


class Released(GateStory):
    """The story, with the gate asked, and the version released and deployed."""

    def release(self) -> Released:
        self.tell()
        self.evaluation = self.house.ask_gate(QUESTION, self.actors["engineer"]).receipt.index
        put = {**OF, "environment": "production"}
        self.say("releases", {"kind": "release_model_version", **put, "gate": self.evaluation, "reason": "Ready"})
        self.say("deploys", {"kind": "deploy_model_version", **put, "place": "North", "gate": self.evaluation})
        self.say(
            "moves", {"kind": "deploy_model_version", **put, "place": "South", "replaces": self.entries["deploys"]}
        )
        return self


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    house = House(tmp_path_factory.mktemp("gate"))
    yield Released(house).release()
    house.close()


def test_a_dossier_shows_what_the_gate_says_at_its_point_and_what_was_recorded(told: Released) -> None:
    found = dossier(told.house)
    assert [one.verdict for one in found.gate] == [told.gate().verdict]
    shown = {one.check: (one.outcome, one.required) for one in found.gate[0].checks}
    assert shown == {one.check: (one.outcome, one.required) for one in told.gate().checks}
    assert [(one.entry, one.by.id) for one in found.evaluations] == [(told.evaluation, "engineer")]
    assert found.questions_left_out == 0
    assert wrong(told.house, found) == set()


def test_a_dossier_shows_the_signature_and_where_the_version_runs(told: Released) -> None:
    found = dossier(told.house)
    assert found.signed is not None
    assert (found.signed.state, found.signed.entries) == (
        "VERIFIED",
        (told.entries["registers the key"], told.entries["registers"]),
    )
    assert [(one.environment, one.gate) for one in found.releases] == [("production", told.evaluation)]
    first, second = found.deployments
    assert (first.live, first.ended and first.ended.entry) == (False, told.entries["moves"])
    assert (second.place, second.live, second.replaces) == ("South", True, told.entries["deploys"])


def test_a_version_that_nobody_asked_the_gate_of_says_so(house: House) -> None:
    GateStory(house).tell()
    found = dossier(house)
    assert (found.gate, found.evaluations, found.releases, found.deployments) == ((), (), (), ())
    assert wrong(house, found) == set()


def test_a_gate_asked_of_a_disease_verifies_and_no_other_disease_is_said(house: House) -> None:
    house.ancestors = {"MONDO:9000002": frozenset({"MONDO:9000001"})}
    research = {"permitted_use": {"purposes": ["MLTRAINING", "HRESCH"], "duo": ["NRES"]}}
    of_one = permission(
        of={"dataset": TRAINING},
        terms=[{"code": "DS", "diseases": ["MONDO:9000001"]}],
        purposes=["MLTRAINING", "HRESCH"],
    )
    declared = {f"declares {one['name']}": research for one in (LANDED, TRAINING, EVALUATION)}
    GateStory(house, instead=declared, before=(of_one,)).tell()
    asked = replace(QUESTION, purpose="HRESCH")
    house.ask_gate(asked)
    house.ask_gate(replace(asked, diseases=frozenset({"MONDO:9000002"})))
    found = dossier(house)
    came_to = {
        one.question.diseases: next(each.outcome for each in one.checks if each.check == "USE_DEPLOYMENT")
        for one in found.gate
    }
    assert came_to == {("MONDO:9000002",): "PASS", (): "FAIL"}
    assert wrong(house, found) == set()
    for disease in ((), ("MONDO:9000001",)):
        first = replace(found.gate[0], question=replace(found.gate[0].question, diseases=disease))
        assert "derived: gate" in wrong(house, replace(found, gate=(first, *found.gate[1:])))


@pytest.mark.parametrize("missing", ["NOT_RETIRED", "COMPONENTS", "CODE"])
def test_no_check_is_left_out_of_an_answer(told: Released, missing: str) -> None:
    """Only files of before there was one lack it: here a recorded evaluation has each."""
    found = dossier(told.house)
    first = found.gate[0]
    cut = replace(first, checks=tuple(one for one in first.checks if one.check != missing))
    assert "derived: gate" in wrong(told.house, replace(found, gate=(cut,)))


ASSESSED = ("change_assessment", "environment_assessment", "feature_assessment", "monitoring_plan")
SAID_OTHERWISE: dict[str, dict[str, Any]] = {
    "change_assessment": {"reason": "Nothing of weight changed"},
    "environment_assessment": {"medium": 0},
    "feature_assessment": {"features": ()},
    "monitoring_plan": {"review_by": "2099-01-01T00:00:00Z"},
}


def test_a_dossier_shows_what_was_assessed_whether_or_not_the_gate_was_asked(house: House) -> None:
    story = GateStory(house).tell()
    found = dossier(house)
    steps = ("assesses the change", "assesses the environment", "lists the features", "plans monitoring")
    assert [getattr(found, part).entry for part in ASSESSED] == [story.entries[step] for step in steps]
    assert found.feature_assessment is not None
    assert [one.feature for one in found.feature_assessment.features] == [
        one["feature"] for one in story.said["lists the features"]["features"]
    ]
    assert wrong(house, found) == set()
    for part, otherwise in SAID_OTHERWISE.items():
        changed = replace(getattr(found, part), **otherwise)
        assert "derived: assessments" in wrong(house, replace(found, **{part: changed}))


def test_what_nobody_assessed_is_shown_as_such(house: House) -> None:
    GateStory(house, leave_out=frozenset({"lists the features", "plans monitoring"})).tell()
    found = dossier(house)
    assert (found.feature_assessment, found.monitoring_plan) == (None, None)
    assert wrong(house, found) == set()


LACKING: dict[str, tuple[str, dict[str, Any]]] = {
    "INPUTS_SEALED": ("seals training", {}),
    "INPUTS_VERIFIED": ("verifies training", {}),
    "SIGNATURE": ("registers the key", {}),
    "EVALUATION_LOCKED": ("seals evaluation", {}),
    "CHANGE_PLAN": ("assesses the change", {}),
    "CODE": ("registers", {"code": {"repository": "https://git.example/p", "revision": "f" * 40}}),
    "ENVIRONMENT": ("registers", {"environment": {"digest": "sha256:" + "e" * 64}}),
    "METRICS": ("registers", {"metrics": []}),
    "EVALUATION_APART": ("registers", {"evaluated_on": []}),
    "COMPONENTS": ("assesses the environment", {}),
    "INPUT_FEATURES": ("lists the features", {}),
    "AGREEMENTS": ("declares the operator", {}),
    "MONITORING": ("plans monitoring", {}),
}
"""By check what is left out of the story, or said otherwise, so that it does not pass."""


def test_what_is_derived_of_a_check_is_tried(told: Released) -> None:
    assert ALLOWS.keys() - LACKING.keys() == {"APPROVALS", "NOT_RETIRED", "USE_DEPLOYMENT", "FINDINGS"}


@pytest.mark.parametrize("check", LACKING)
def test_a_check_that_is_shown_as_passed_against_the_rest_of_the_file_is_found(house: House, check: str) -> None:
    step, said = LACKING[check]
    story = Released(house, **({"instead": {step: said}} if said else {"leave_out": frozenset({step})}))
    story.release()
    assert {one.check: one.outcome for one in story.gate().checks}[GateCheckName(check)] is not Outcome.PASS
    found = dossier(house)
    assert wrong(house, found) == set()
    assert "derived: gate" in wrong(house, replace(found, gate=(milder(found.gate[0], check),)))


def test_a_retired_version_is_shown_as_such_and_not_as_one_that_passes_that(house: House) -> None:
    story = Released(house).release()
    story.say("retires", retirement(**OF), "steward")
    found = dossier(house)
    assert wrong(house, found) == set()
    assert found.gate[0].verdict == "FAIL"
    assert "derived: gate" in wrong(house, replace(found, gate=(milder(found.gate[0], "NOT_RETIRED"),)))


def milder(answer: GateAnswer, check: str) -> GateAnswer:
    """Return the answer with a check that passes, and all that follows of that."""
    checks = tuple(
        replace(one, outcome="PASS", reasons=(replace(one.reasons[0], outcome="PASS"),)) if one.check == check else one
        for one in answer.checks
    )
    entries = {index for one in checks for each in one.reasons for index in each.entries}
    required = {one.outcome for one in checks if one.required}
    verdict: Verdict = "PASS" if required == {"PASS"} else "FAIL" if "FAIL" in required else "UNKNOWN"
    return replace(answer, checks=checks, verdict=verdict, entries=tuple(sorted(entries)))


def test_an_approval_that_does_not_hold_lets_no_check_pass(told: Released) -> None:
    found = dossier(told.house)
    ended = tuple(replace(one, status="EXPIRED") for one in found.approvals)
    assert "derived: gate" in wrong(told.house, replace(found, approvals=ended))


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("releases", {"gate": 1}),
        ("releases", {"environment": "sandbox"}),
        ("deployments", {"live": True, "until": None, "ended": None}),
    ],
)
def test_a_release_or_deployment_that_no_record_makes_so_is_found(
    told: Released, part: str, changed: dict[str, Any]
) -> None:
    found = dossier(told.house)
    first, *others = getattr(found, part)
    for shown in ((replace(first, **changed), *others), tuple(others)):
        forged: dict[str, Any] = {part: shown}
        assert "derived: releases" in wrong(told.house, replace(found, **forged))


def test_a_key_that_ended_before_the_registration_signs_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    told = Released(house).release()
    key = dossier(house).signed
    assert key is not None
    told.say(
        "ends the key",
        {
            "kind": "end_signing_key",
            "fingerprint": key.fingerprint,
            "reason": "It leaked",
            "valid_from": "2026-01-01T00:00:00Z",
        },
        "keeper",
    )
    found = dossier(house)
    assert found.signed is not None
    assert (found.signed.state, wrong(house, found)) == ("INVALID", set())
    assert "derived: signature" in wrong(house, replace(found, signed=replace(found.signed, state="VERIFIED")))
    house.close()
