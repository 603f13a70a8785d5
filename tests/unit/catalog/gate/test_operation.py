"""Rule G8: components, features, agreements, a way back and monitoring, each by what is recorded of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.gate.model import Checked, Reason
from catalog.gate.queries import gate, gone_back_to
from catalog.record import UnknownSubjectError
from catalog.safe_use.model import Outcome
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time
from graph_schema.vocabulary.words import GateCheckName
from tests.support.deployments import release
from tests.support.gate_story import ANSWERED, MODEL, QUESTION, TRAINING, VERSION, GateStory, published
from tests.support.records import (
    House,
    ending_operator,
    environment_assessment,
    feature_assessment,
    monitoring_plan,
    operator,
    place,
    tag,
)

OF: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}}
SECOND: dict[str, Any] = {"model_version": {"model": MODEL, "version": "2"}}


def checked(story: GateStory, name: GateCheckName) -> Checked:
    return next(one for one in story.gate().checks if one.check is name)


def against(story: GateStory, name: GateCheckName) -> list[Reason]:
    """What does not pass of a check."""
    return [one for one in checked(story, name).reasons if one.outcome is not Outcome.PASS]


class TestComponents:
    def test_g8_what_is_installed_and_known_against_it_is_shown_with_its_entry(self, house: House) -> None:
        story = GateStory(house).tell()
        (reason,) = checked(story, GateCheckName.COMPONENTS).reasons
        assert reason.text.startswith("CYCLONEDX sha256:bbbbbbbbbbbb lists what is installed; known against it by ")
        assert reason.text.endswith(": 2 medium, 5 low.")
        assert reason.entries == (story.entries["assesses the environment"],)

    def test_g8_bounds_are_those_of_the_policies(self, house: House) -> None:
        bound = published(ANSWERED + "vulnerabilities: {CRITICAL: 0, MEDIUM: 1}\n")
        story = GateStory(house, before=(bound,)).tell()
        (reason,) = checked(story, GateCheckName.COMPONENTS).reasons
        assert reason.text == "2 medium vulnerabilities of its environment are known, and at most 1 may be."

    def test_g8_the_newest_assessment_counts(self, house: House) -> None:
        story = GateStory(house).tell()
        worse = {"critical": 0, "high": 3, "medium": 0, "low": 0}
        story.say("finds more", environment_assessment(vulnerabilities=worse), "engineer")
        assert checked(story, GateCheckName.COMPONENTS).outcome is Outcome.FAIL
        story.say("mends it", environment_assessment(), "engineer")
        assert checked(story, GateCheckName.COMPONENTS).outcome is Outcome.PASS

    def test_an_environment_that_no_registration_names_is_refused(self, house: House) -> None:
        GateStory(house).tell()
        with pytest.raises(UnknownSubjectError, match="This names an unknown environment: give the digest"):
            house.record(environment_assessment(environment="sha256:" + "0" * 64))


class TestInputFeatures:
    def label(self, story: GateStory, code: str) -> None:
        coded = [{"system": "protected-characteristic", "code": code}]
        more = {"phi_kind": "DERIVED_FEATURE", "codes": coded}
        story.say(f"labels {code}", tag(dataset=TRAINING, column="ward", **more))

    def test_g8_a_feature_that_labels_tell_of_is_named_with_the_entry_of_the_label(self, house: House) -> None:
        story = GateStory(house, leave_out=frozenset({"lists the features"})).tell()
        self.label(story, "AGE")
        (reason,) = checked(story, GateCheckName.INPUT_FEATURES).reasons
        assert reason.outcome is Outcome.UNKNOWN
        assert "by labels there is age, by what came from lake/training-wards" in reason.text
        assert story.entries["labels AGE"] in reason.entries
        story.say("lists them", feature_assessment(**OF), "engineer")
        assert checked(story, GateCheckName.INPUT_FEATURES).outcome is Outcome.PASS
        self.label(story, "NATIONAL_ORIGIN")
        (reason,) = against(story, GateCheckName.INPUT_FEATURES)
        assert reason.outcome is Outcome.FAIL
        assert "what measures national origin" in reason.text

    def test_g8_that_no_feature_measures_such_can_be_recorded(self, house: House) -> None:
        story = GateStory(house, instead={"lists the features": {"features": []}}).tell()
        (reason,) = checked(story, GateCheckName.INPUT_FEATURES).reasons
        assert (reason.outcome, reason.text) == (Outcome.PASS, "No input feature measures such, says engineer.")
        self.label(story, "SEX")
        assert checked(story, GateCheckName.INPUT_FEATURES).outcome is Outcome.FAIL

    def test_g8_each_feature_is_a_reason_with_what_it_measures_and_what_is_done(self, house: House) -> None:
        listed = [
            {"feature": "age_group", "measures": ["AGE"], "mitigation": "Calibrated by group"},
            {"feature": "ward", "measures": ["SEX", "DISABILITY"], "mitigation": "Left out of the score"},
        ]
        story = GateStory(house, instead={"lists the features": {"features": listed}}).tell()
        found = checked(story, GateCheckName.INPUT_FEATURES)
        assert [(one.outcome, one.text, one.entries) for one in found.reasons] == [
            (Outcome.PASS, text, (story.entries["lists the features"],))
            for text in (
                "age_group measures age. What is done: Calibrated by group",
                "ward measures disability, sex. What is done: Left out of the score",
            )
        ]

    def test_g8_what_is_listed_is_shown_beside_what_is_missing(self, house: House) -> None:
        story = GateStory(house).tell()
        self.label(story, "RACE")
        found = checked(story, GateCheckName.INPUT_FEATURES)
        assert found.outcome is Outcome.FAIL
        listed = [one["feature"] for one in story.said["lists the features"]["features"]]
        shown = [one.text for one in found.reasons if one.outcome is Outcome.PASS]
        assert [text.partition(" measures ")[0] for text in shown] == listed

    def test_a_characteristic_that_is_none_names_the_nearest(self, house: House) -> None:
        story = GateStory(house).tell()
        wrong = [{"feature": "x", "measures": ["AGES"], "mitigation": "None is needed"}]
        with pytest.raises(SenderError, match="AGE"):
            house.record(feature_assessment(**OF, features=wrong), story.actors["engineer"])


class TestAgreements:
    def test_g8_who_runs_the_place_around_counts_where_nothing_nearer_is_declared(self, house: House) -> None:
        story = GateStory(house, instead={"declares the operator": {"place": "EU"}}).tell()
        assert checked(story, GateCheckName.AGREEMENTS).outcome is Outcome.UNKNOWN
        story.say("says where it lies", place("North", "EU"))
        assert checked(story, GateCheckName.AGREEMENTS).outcome is Outcome.PASS
        story.say("declares who is nearer", operator(internal=True, agreements=[], operator="the house"))
        (reason,) = checked(story, GateCheckName.AGREEMENTS).reasons
        assert reason.text == "the house runs it, the house itself: no agreement is needed."

    def test_g8_an_agreement_ends_by_the_clock_alone(self, house: House) -> None:
        soon = format_time(house.clock.micros() + 86_400_000_000)
        ends = {"agreements": [{"kind": "BAA", "agreement": "made-up agreement 3", "until": soon}]}
        story = GateStory(house, instead={"declares the operator": ends}).tell()
        assert checked(story, GateCheckName.AGREEMENTS).outcome is Outcome.PASS
        house.clock.now += 86_401
        (reason,) = checked(story, GateCheckName.AGREEMENTS).reasons
        assert reason.outcome is Outcome.FAIL
        assert "made-up agreement 3 with made-up hosting company ended on " in reason.text

    def test_g8_which_kinds_are_needed_is_a_policy(self, house: House) -> None:
        story = GateStory(house, before=(published(ANSWERED + "agreements: [BAA, DUA]\n"),)).tell()
        (reason,) = checked(story, GateCheckName.AGREEMENTS).reasons
        assert (reason.outcome, reason.text) == (
            Outcome.UNKNOWN,
            "No DUA with made-up hosting company is recorded, who runs it there.",
        )

    def test_an_operator_without_agreement_is_refused_and_one_that_ended_is_none(self, house: House) -> None:
        story = GateStory(house).tell()
        with pytest.raises(SenderError, match="Say which agreements bind the operator, or `internal`"):
            house.record(operator(agreements=[]))
        story.say("ends it", ending_operator())
        assert checked(story, GateCheckName.AGREEMENTS).outcome is Outcome.UNKNOWN
        with pytest.raises(SenderError, match="Nobody is declared to run models at this place"):
            house.record(ending_operator())


class TestRollback:
    def second(self, story: GateStory) -> None:
        """Register and release a second version, of which nothing else is recorded."""
        story.say("registers the second", {**story.said["registers"], "version": "2"}, "engineer")
        story.say("releases the second", release(**SECOND), "engineer")

    def test_g8_a_release_that_passes_is_something_to_go_back_to(self, house: House) -> None:
        story = GateStory(house, before=(published(ANSWERED),)).tell()
        quoted = house.ask_gate(QUESTION).receipt.index
        story.say("releases", release(**OF, gate=quoted), "engineer")
        self.second(story)
        of_second = gate(house.view(), replace(QUESTION, of=ModelVersion(MODEL["namespace"], MODEL["name"], "2").id))
        assert of_second is not None
        (reason,) = next(one for one in of_second.checks if one.check is GateCheckName.ROLLBACK).reasons
        assert (reason.outcome, reason.text) == (Outcome.PASS, "One can go back to models/ward-load@1.")
        assert {story.entries["releases"], quoted} <= set(reason.entries)

    def test_g8_one_that_quotes_no_evaluation_is_none_and_says_why(self, house: House) -> None:
        story = GateStory(house, instead={"plans monitoring": {"fallback": None}}).tell()
        self.second(story)
        (reason,) = checked(story, GateCheckName.ROLLBACK).reasons
        assert reason.outcome is Outcome.UNKNOWN
        assert "models/ward-load@2: Its release quotes no evaluation of the gate." in reason.text

    def test_two_versions_that_could_each_replace_the_other_are_judged_once(self, house: House) -> None:
        none = {"plans monitoring": {"fallback": None}}
        required = published(ANSWERED.replace(", ROLLBACK", ""))
        story = GateStory(house, before=(required,), instead=none).tell()
        quoted = house.ask_gate(QUESTION).receipt.index
        story.say("releases", release(**OF, gate=quoted), "engineer")
        self.second(story)
        passes, text, _ = gone_back_to(house.view(), VERSION, quoted)
        assert (passes, text) == (True, "It passed, and passes now.")


class TestMonitoring:
    def test_g8_a_plan_says_until_when_it_is_to_be_reviewed(self, house: House) -> None:
        story = GateStory(house).tell()
        (reason,) = checked(story, GateCheckName.MONITORING).reasons
        assert reason.text == "It is watched by made-up plan 7, to be reviewed by 2999-01-01."

    def test_a_review_that_lies_behind_is_refused(self, house: House) -> None:
        GateStory(house).tell()
        with pytest.raises(SenderError, match="`review_by` lies ahead; this one has passed"):
            house.record(monitoring_plan(**OF, review_by="2025-01-01T00:00:00Z"))


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("assesses the environment", GateCheckName.COMPONENTS),
        ("lists the features", GateCheckName.INPUT_FEATURES),
        ("declares the operator", GateCheckName.AGREEMENTS),
        ("plans monitoring", GateCheckName.MONITORING),
    ],
)
def test_g8_what_no_key_proves_leaves_it_unknown(house: House, name: str, check: GateCheckName) -> None:
    story = GateStory(house).tell()
    house.record(story.said[name])
    (reason,) = against(story, check)
    assert reason.outcome is Outcome.UNKNOWN
    assert reason.text.startswith("Nobody authenticated ")
