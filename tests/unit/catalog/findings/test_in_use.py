"""What is found of model versions in use: approvals that ended, a gate that fails today, and what comes after a
retirement. Each is so as soon as it is asked, by an entry or by the clock alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.findings.estate.model import EstateFinding
from catalog.findings.estate.reading import ESTATE_RULES
from catalog.findings.queries import Wanted, finding_details, findings, findings_on
from catalog.findings.rules import FindingState, Rule
from catalog.gate.queries import deployed_cases
from catalog.reading import LATEST, AsOf, Rights
from catalog.view import Anchor, View
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time
from graph_schema.vocabulary.words import GateCheckName
from tests.support.cold import forget
from tests.support.counting import Counting
from tests.support.deployments import deployment, ending_deployment, release, retirement
from tests.support.gate_story import (
    ANSWERED,
    MODEL,
    QUESTION,
    TRAIN,
    TRAIN_JOB,
    VERSION,
    GateStory,
    cleared,
    published,
    snapshot,
)
from tests.support.records import House, decision, finding_record, request

DAY = 86_400
OF: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}}


@pytest.fixture
def story(house: House) -> GateStory:
    return GateStory(house, before=(published(ANSWERED),)).tell()


def found(view: View, rule: Rule, state: FindingState = FindingState.OPEN) -> EstateFinding | None:
    """Return what the rule finds on the version."""
    every = findings(view, Wanted(rules=frozenset({rule}), states=frozenset({state})))
    shown = {one.subject: one for one in finding_details(view, every, every.keys).values()}
    assert shown.keys() <= {VERSION}
    return shown.get(VERSION)


def later(house: House, days: float) -> View:
    moment = house.clock.micros() + int(days * DAY * 1_000_000)
    return View(house.store, LATEST, anchor=Anchor(house.ledger, "1", moment))


def deploy(story: GateStory, **more: Any) -> None:
    """Deploy the version by an evaluation that the gate let pass."""
    if "gate" not in more:
        more["gate"] = story.house.ask_gate(QUESTION).receipt.index
    story.say("deploys", deployment(**OF, **more), "engineer")


def outside(story: GateStory) -> None:
    story.say("finds otherwise", {**story.said["assesses the change"], "status": "OUTSIDE"}, "clinician")


def test_the_gate_is_asked_of_all_that_runs_in_hardly_more_calls_than_of_two(house: House) -> None:
    story = GateStory(house, before=(published("require: [CODE, VIEW_COMPLETE]\n"),)).tell()
    versions = []
    for number in range(2, 10):
        data, of = {"namespace": "lake", "name": f"training {number}"}, {"model": MODEL, "version": str(number)}
        story.say(f"declares {number}", cleared(data, "TRAINING"), "steward")
        story.say(f"seals {number}", story.sealed(data, "TRAINING"), "steward")
        registered = {**story.registered(version=str(number)), "trained_on": [snapshot(data)]}
        story.say(f"registers {number}", registered, "engineer")
        versions.append(ModelVersion(MODEL["namespace"], MODEL["name"], str(number)).id)
        asked = house.ask_gate(replace(QUESTION, of=versions[-1])).receipt.index
        story.say(f"deploys {number}", deployment(model_version=of, gate=asked), "engineer")

    def calls(some: list[str]) -> int:
        forget()
        with house.store.reading() as reader:
            counting = Counting(reader)
            found = deployed_cases(View(counting, LATEST, anchor=Anchor(house.ledger, "1", house.clock.micros())), some)
        assert {id_: [one.against for one in each] for id_, each in found.items()} == {id_: [None] for id_ in some}
        return sum(counting.calls.values())

    assert calls(versions) <= calls(versions[:2]) + len(versions)


class TestApprovalLasts:
    def test_an_approval_that_expires_while_a_release_rests_on_it_is_found_by_the_clock_alone(
        self, house: House
    ) -> None:
        until = format_time(house.clock.micros() + 30 * DAY * 1_000_000)
        story = GateStory(house, instead={"approves CLINICAL": {"expires_at": until}}).tell()
        assert found(later(house, 40), Rule.APPROVAL_LASTS) is None
        story.say("releases", release(**OF), "engineer")
        assert found(later(house, 20), Rule.APPROVAL_LASTS) is None
        one = found(later(house, 40), Rule.APPROVAL_LASTS)
        assert one is not None
        assert one.text == "The clinical approval has expired. It is released into production."
        cited = ("asks for CLINICAL", "approves CLINICAL", "releases")
        assert one.entries == tuple(story.entries[name] for name in cited)
        assert format_time(one.since or 0) == until

    def test_one_that_a_change_upstream_invalidates_names_the_entry(self, story: GateStory) -> None:
        deploy(story)
        assert found(story.house.view(), Rule.APPROVAL_LASTS) is None
        story.say("registers anew", {**story.said["registers"], "artifact_digest": "sha256:" + "c" * 64}, "engineer")
        one = found(story.house.view(), Rule.APPROVAL_LASTS)
        assert one is not None
        assert one.text.startswith("The clinical approval is invalidated: ")
        assert one.text.count(" approval is invalidated: ") == 2
        assert one.text.endswith(". It runs at North in production.")
        assert {story.entries["registers anew"], story.entries["deploys"]} <= set(one.entries)
        assert one.known == story.entries["registers anew"]
        assert found(story.house.view(AsOf(known_at=one.known - 1)), Rule.APPROVAL_LASTS) is None

    def test_a_condition_that_nobody_met_is_found(self, house: House) -> None:
        requiring = {"approves GOVERNANCE": {"requires": ["The monitoring plan is filed"]}}
        story = GateStory(house, instead=requiring).tell()
        story.say("releases", release(**OF), "engineer")
        one = found(house.view(), Rule.APPROVAL_LASTS)
        assert one is not None
        assert one.text.startswith("The governance approval holds only once conditions are met that nobody met. ")
        met = {
            "kind": "meet_condition",
            "request": story.entries["asks for GOVERNANCE"],
            "text": "The monitoring plan is filed",
            "evidence": "made-up plan 7",
        }
        story.say("meets it", met, "engineer")
        assert found(house.view(), Rule.APPROVAL_LASTS) is None

    def test_one_that_was_never_given_is_not(self, house: House) -> None:
        story = GateStory(house, instead={"approves CLINICAL": {"decision": "DENY"}}).tell()
        story.say("releases", release(**OF), "engineer")
        assert found(house.view(), Rule.APPROVAL_LASTS) is None

    def test_another_of_its_kind_in_its_place_ends_it(self, story: GateStory) -> None:
        deploy(story)
        story.say("registers anew", {**story.said["registers"], "artifact_digest": "sha256:" + "c" * 64}, "engineer")
        for kind, who in (("CLINICAL", "clinician"), ("GOVERNANCE", "officer")):
            story.say(f"asks again for {kind}", request(subject=OF, approval_kind=kind), "engineer")
            index = story.entries[f"asks again for {kind}"]
            story.say(f"approves {kind} again", decision(index, conditions=[]), who)
        assert found(story.house.view(), Rule.APPROVAL_LASTS) is None
        closed = found(story.house.view(), Rule.APPROVAL_LASTS, FindingState.CLOSED)
        assert closed is not None
        assert closed.text.startswith("The clinical approval is invalidated: ")
        assert closed.ended == story.entries["approves GOVERNANCE again"]

    def test_once_nothing_runs_it_is_over(self, story: GateStory) -> None:
        deploy(story)
        story.say("registers anew", {**story.said["registers"], "artifact_digest": "sha256:" + "c" * 64}, "engineer")
        story.house.clock.now += 60
        story.say("ends it", ending_deployment(story.entries["deploys"]), "engineer")
        assert found(story.house.view(), Rule.APPROVAL_LASTS) is None
        closed = found(story.house.view(), Rule.APPROVAL_LASTS, FindingState.CLOSED)
        assert closed is not None
        assert (closed.until or 0) - (closed.since or 0) >= 60_000_000

    def test_the_gate_counts_it_in_the_check_of_approvals(self, house: House) -> None:
        until = format_time(house.clock.micros() + 30 * DAY * 1_000_000)
        other = request(subject=OF, approval_kind="SAFETY")
        story = GateStory(house).tell()
        house.act_as("warden", "approver")
        story.actors["warden"] = house.act_as("warden", "approver")
        story.say("asks for SAFETY", other, "engineer")
        story.say("approves SAFETY", decision(story.entries["asks for SAFETY"], expires_at=until), "warden")
        story.say("releases", release(**OF), "engineer")
        house.clock.now += 31 * DAY
        assert story.outcomes()[GateCheckName.APPROVALS] == "FAIL"
        assert GateCheckName.FINDINGS not in story.outcomes()


class TestGateHolds:
    def test_a_running_version_that_the_gate_lets_pass_is_not_found(self, story: GateStory) -> None:
        deploy(story)
        assert found(story.house.view(), Rule.GATE_HOLDS) is None

    def test_one_that_fails_by_what_is_recorded_since_is_found_with_check_and_entries(self, story: GateStory) -> None:
        deploy(story)
        outside(story)
        one = found(story.house.view(), Rule.GATE_HOLDS)
        assert one is not None
        assert one.text == (
            "It runs at North in production, and the gate does not let it pass today: change plan FAIL."
        )
        assert {story.entries["deploys"], story.entries["finds otherwise"]} <= set(one.entries)
        assert one.known == story.entries["finds otherwise"]
        assert found(story.house.view(AsOf(known_at=one.known - 1)), Rule.GATE_HOLDS) is None

    def test_one_that_fails_by_the_clock_alone_is_found(self, story: GateStory) -> None:
        deploy(story)
        assert found(later(story.house, 80), Rule.GATE_HOLDS) is None
        one = found(later(story.house, 100), Rule.GATE_HOLDS)
        assert one is not None
        assert "inputs verified UNKNOWN" in one.text

    def test_one_that_quotes_no_evaluation_is_found(self, story: GateStory) -> None:
        deploy(story, gate=None)
        one = found(story.house.view(), Rule.GATE_HOLDS)
        assert one is not None
        assert one.text == "It runs at North in production, and nothing shows that the gate let it pass."

    def test_what_the_gate_did_not_let_pass_then_is_found(self, story: GateStory) -> None:
        outside(story)
        deploy(story)
        one = found(story.house.view(), Rule.GATE_HOLDS)
        assert one is not None
        assert one.text.endswith("and the gate said FAIL of it then.")

    def test_another_artifact_is_found(self, story: GateStory) -> None:
        deploy(story)
        story.say("registers anew", {**story.said["registers"], "artifact_digest": "sha256:" + "c" * 64}, "engineer")
        one = found(story.house.view(), Rule.GATE_HOLDS)
        assert one is not None
        assert one.text.endswith("is registered with another artifact than the gate let pass.")

    def test_what_runs_no_more_is_not(self, story: GateStory) -> None:
        deploy(story)
        outside(story)
        story.say("ends it", ending_deployment(story.entries["deploys"]), "engineer")
        assert found(story.house.view(), Rule.GATE_HOLDS) is None

    def test_the_gate_does_not_ask_what_it_said_itself(self, story: GateStory) -> None:
        deploy(story)
        outside(story)
        assert story.outcomes() == {
            GateCheckName.CHANGE_PLAN: "FAIL",
            GateCheckName.EVALUATION_SPLIT: "UNKNOWN",
        }

    def test_a_graph_that_lags_is_no_reason_against_what_runs(self, story: GateStory) -> None:
        deploy(story)
        project = story.house.project
        story.house.project = lambda: None  # type: ignore[method-assign]
        story.house.send({**story.said["trains"], "eventTime": "2026-01-01T00:00:00Z", "eventType": "RUNNING"})
        assert story.outcomes()[GateCheckName.VIEW_COMPLETE] == "UNKNOWN"
        assert found(story.house.view(), Rule.GATE_HOLDS) is None
        story.house.project = project  # type: ignore[method-assign]

    def test_who_may_see_the_models_alone_gets_the_same_answer_and_no_entry_of_the_rest(self, story: GateStory) -> None:
        deploy(story)
        story.say("labels", {**story.said["verifies training"], "result": "MISMATCH", "differing": ["part-0.csv"]})
        rights = Rights(namespaces=frozenset({"models"}))
        whole, part = (found(story.house.view(rights=one), Rule.GATE_HOLDS) for one in (Rights(), rights))
        assert whole is not None
        assert part is not None
        assert part.text == whole.text
        assert story.entries["labels"] in set(whole.entries) - set(part.entries)

    def test_accepted_until_a_date_it_is_not_open(self, story: GateStory) -> None:
        deploy(story)
        outside(story)
        story.say("accepts", finding_record("accept_finding", VERSION, "GATE_HOLDS", until="2999-01-01T00:00:00Z"))
        assert found(story.house.view(), Rule.GATE_HOLDS) is None
        assert found(story.house.view(), Rule.GATE_HOLDS, FindingState.ACCEPTED) is not None

    def test_it_asks_the_gate_once_for_each_that_runs_whatever_ran_before(self, story: GateStory) -> None:
        """The gate is asked for live deployments alone; that more ended adds nothing."""

        def calls() -> int:
            counted = Counting(story.house.store)
            view = View(counted, LATEST, anchor=Anchor(story.house.ledger, "1", story.house.clock.micros()))
            findings(view, Wanted(rules=frozenset({Rule.GATE_HOLDS})))
            return counted.calls.total()

        deploy(story)
        few = calls()
        for _ in range(5):
            deploy(story, gate=None)
            story.say("ends it", ending_deployment(story.entries["deploys"]), "engineer")
        assert calls() == few


class TestRetirementKept:
    def test_a_version_that_is_retired_and_runs_nowhere_is_not_found(self, story: GateStory) -> None:
        story.say("retires", retirement(**OF), "steward")
        assert found(story.house.view(), Rule.RETIREMENT_KEPT) is None

    def test_a_retirement_that_is_recorded_late_finds_what_happened_since(self, story: GateStory) -> None:
        early = format_time(story.house.clock.micros() - 1_000_000)
        story.house.clock.now += 60
        story.say("asks for SAFETY", request(subject=OF, approval_kind="SAFETY"), "engineer")
        story.say("approves SAFETY", decision(story.entries["asks for SAFETY"]), "clinician")
        deploy(story)
        story.say("retires", retirement(**OF, valid_from=early), "steward")
        one = found(story.house.view(), Rule.RETIREMENT_KEPT)
        assert one is not None
        assert one.text.startswith("It is retired, and after that ")
        assert "its safety approval was decided on" in one.text
        assert "it was deployed at North" in one.text
        assert {story.entries[name] for name in ("retires", "approves SAFETY", "deploys")} <= set(one.entries)
        assert one.known == story.entries["retires"]

    def test_what_goes_on_after_it_is_found_until_it_ends(self, story: GateStory) -> None:
        deploy(story)
        story.house.clock.now += 60
        story.say("retires", retirement(**OF), "steward")
        one = found(story.house.view(), Rule.RETIREMENT_KEPT)
        assert one is not None
        assert one.text == "It is retired, and after that it runs at North."
        story.house.clock.now += 60
        story.say("ends it", ending_deployment(story.entries["deploys"]), "engineer")
        assert found(story.house.view(), Rule.RETIREMENT_KEPT) is None
        closed = found(story.house.view(), Rule.RETIREMENT_KEPT, FindingState.CLOSED)
        assert closed is not None
        assert closed.ended == story.entries["ends it"]

    def test_a_run_that_used_it_then_is_found(self, story: GateStory) -> None:
        story.say("retires", retirement(**OF), "steward")
        read = {**MODEL, "facets": {"datasetType": {"datasetType": "MODEL"}, "version": {"datasetVersion": "1"}}}
        at = story.at(120)
        used = {**story.said["trains"], "eventTime": at, "inputs": [read], "job": {**TRAIN_JOB, "name": "score"}}
        used["run"] = {"runId": TRAIN[:-1] + "f"}
        story.say("scores", used)
        one = found(story.house.view(), Rule.RETIREMENT_KEPT)
        assert one is not None
        assert one.text == "It is retired, and after that a run used it."
        assert story.entries["scores"] in one.entries


def test_a_rule_that_nobody_contributes_to_is_an_error_and_no_silence() -> None:
    from catalog.findings.estate.in_use import GateCases  # noqa: PLC0415  the seam alone

    (rule,) = [one for one in ESTATE_RULES if one.rule is Rule.GATE_HOLDS]
    assert isinstance(rule.cases, GateCases)
    with pytest.raises(RuntimeError, match=r"import catalog\.gate\.queries"):
        GateCases()(None, [])  # type: ignore[arg-type]


def test_findings_on_the_version_have_all_three(story: GateStory) -> None:
    deploy(story)
    story.say("registers anew", {**story.said["registers"], "artifact_digest": "sha256:" + "c" * 64}, "engineer")
    story.house.clock.now += 1
    story.say("retires", retirement(**OF), "steward")
    every = {one.rule for one in findings_on(story.house.view(), [VERSION])[VERSION]}
    assert {Rule.APPROVAL_LASTS, Rule.GATE_HOLDS, Rule.RETIREMENT_KEPT} <= every
