"""Releases and deployments are held to the policies in force: what they deny is refused, names what decided, and is
recorded as a decision that comes to the same again.
"""

from __future__ import annotations

import re
from concurrent.futures import Future
from typing import Any

import orjson
import pytest

from catalog.access.keys import local_actor
from catalog.access.model import Actor
from catalog.decisions import promotion
from catalog.decisions.log import access_decisions, decisions_logged, replay
from catalog.decisions.model import Asked, Decided, DecisionRecord, Wanted
from catalog.decisions.queries import decide
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.ledger.protocol import Draft, Receipt
from catalog.policies.model import PolicySet
from catalog.policies.rules import digest_of_files
from catalog.view import View
from tests.support.deployments import deployment, release, rollback
from tests.support.gate_story import MODEL, QUESTION, GateStory
from tests.support.records import House, access_grant, policies

GRANTED = """@id("granted-release")
@reason("A grant covers this.")
permit (
  principal,
  action in [Lineward::Action::"promote", Lineward::Action::"deploy"],
  resource is Lineward::ModelVersion
)
when { context.granted };
@id("not-at-south")
@reason("South has not agreed.")
forbid (principal, action == Lineward::Action::"deploy", resource)
when { context has place && context.place == "South" };
"""
TESTS = """tests:
  - {name: A, action: promote, resource: {type: ModelVersion}, context: {purpose: TREAT, granted: true}, expect: PERMIT}
  - {name: B, action: deploy, resource: {type: ModelVersion}, context: {purpose: TREAT, place: South}, expect: DENY}
"""
OF_MODEL = {"target_kind": "MODEL_VERSION", **MODEL, "version": "1"}


def publishing(text: str = GRANTED, tests: str = TESTS) -> dict[str, Any]:
    files = [{"path": "release.cedar", "text": text}, {"path": "tests/release.yaml", "text": tests}]
    return {"kind": "publish_policies", "files": files, "reason": "A test"}


@pytest.fixture
def story(house: House) -> GateStory:
    told = GateStory(house).tell()
    told.entries["gate"] = told.house.ask_gate(QUESTION).receipt.index
    return told


def say(story: GateStory, payload: dict[str, Any], actor: str = "engineer") -> int:
    return story.house.record(payload, story.actors[actor]).receipt.index


def granting(story: GateStory) -> dict[str, Any]:
    """A grant to the engineer, of an hour."""
    given = {"actions": ["promote", "deploy"], "target": OF_MODEL, "purposes": ["TREAT"], "until": story.at(3600)}
    story.house.clock.now -= 3600
    return access_grant(story.actors["engineer"].principal, **given)


def grant(story: GateStory) -> int:
    return say(story, granting(story), "steward")


def test_without_a_policy_of_it_roles_and_the_gate_decide(story: GateStory) -> None:
    say(story, policies(), "steward")
    say(story, release(model_version={"model": MODEL, "version": "1"}))


def test_what_no_policy_permits_is_refused_and_recorded_once_it_is(story: GateStory) -> None:
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}}
    digest = say(story, publishing(), "steward")
    with pytest.raises(SenderError, match="quote in `gate` an evaluation"):
        say(story, release(**of))
    quoting: dict[str, Any] = {**of, "gate": story.entries["gate"]}
    for made in (release, deployment):
        with pytest.raises(AskerError, match="No policy permits this") as raised:
            say(story, made(**quoting))
        assert raised.value.status == 403
    grant(story)
    entry = say(story, release(**quoting))
    body = orjson.loads(story.house.ledger.entry(entry).body or b"")
    assert body["added"]["policies"] == ["granted-release"]
    assert body["added"]["policy_set"].startswith("sha256:"), digest
    say(story, deployment(**quoting))


def test_what_a_policy_forbids_names_it(story: GateStory) -> None:
    say(story, publishing(), "steward")
    grant(story)
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}, "gate": story.entries["gate"]}
    with pytest.raises(AskerError, match=r"South has not agreed\. This is decided by not-at-south"):
        say(story, deployment(**of, place="South"))


def test_a_deployment_is_judged_at_its_date_by_the_set_of_now(story: GateStory) -> None:
    """The grant was over then, or had not begun; that the set was published later does not help."""
    before = story.at(-1)
    story.house.clock.now += 60
    say(story, publishing(), "steward")
    grant(story)
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}, "gate": story.entries["gate"]}
    with pytest.raises(AskerError, match="No policy permits this"):
        say(story, deployment(**of, valid_from=before))
    story.house.clock.now += 600
    now = story.at(0)
    story.house.clock.now += 7200
    with pytest.raises(AskerError, match="No policy permits this"):
        say(story, deployment(**of))
    say(story, deployment(**of, valid_from=now))


def test_going_back_is_a_deployment(story: GateStory) -> None:
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}}
    running = say(story, deployment(**of, gate=story.entries["gate"]))
    say(story, publishing(), "steward")
    again = {**story.said["registers"], "version": "2"}
    story.house.record(again)
    with pytest.raises(SenderError, match="quote in `gate`"):
        say(story, {**rollback(running, "2"), "model_version": {"model": MODEL, "version": "2"}})


def test_what_cannot_be_evaluated_is_refused_and_the_operator_finds_why(
    story: GateStory, caplog: pytest.LogCaptureFixture
) -> None:
    story.house.append(publishing("forbid (principal"), "steward")
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}, "gate": story.entries["gate"]}
    with pytest.raises(AskerError, match="could not be evaluated"):
        say(story, release(**of))
    assert re.fullmatch(r"the set sha256:[0-9a-f]{64} cannot be read", vars(caplog.records[0])["reason"])


def test_x1_what_errs_is_named_in_the_log_by_policy_without_a_value(
    story: GateStory, caplog: pytest.LogCaptureFixture
) -> None:
    careless = """@id("careless") forbid (principal, action == Lineward::Action::"promote", resource)
    when {context.device.managed || context.place == "Sampletown"};"""
    story.house.append(publishing(careless), "steward")
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}, "gate": story.entries["gate"]}
    with pytest.raises(AskerError, match="could not be evaluated"):
        say(story, release(**of))
    (one,) = {vars(each)["reason"] for each in caplog.records if each.message == "policies cannot be evaluated"}
    assert one == "error while evaluating policy `careless`: record does not have the attribute `device`"


QUOTED: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}}
BY_ROLE = """@id("engineers")
@reason("Engineers release.")
permit (principal, action == Lineward::Action::"promote", resource is Lineward::ModelVersion)
when { principal.roles.contains("engineer") };
"""
OF_ROLE = """tests:
  - name: A
    action: promote
    principal: {roles: [engineer]}
    resource: {type: ModelVersion}
    context: {purpose: TREAT}
    expect: PERMIT
"""


def refused(story: GateStory, payload: dict[str, Any]) -> DecisionRecord:
    """Return the decision by which a record of the engineer's is refused."""
    return refused_of(story, payload, story.actors["engineer"])


def refused_of(story: GateStory, payload: dict[str, Any], actor: Actor) -> DecisionRecord:
    """Return the decision by which a record is refused, the only entry that is written."""
    size = story.house.ledger.size()
    with pytest.raises(AskerError) as raised:
        story.house.record(payload, actor)
    story.house.project()
    assert raised.value.detail.endswith(f" The refusal is entry {size}.")
    assert story.house.ledger.size() == size + 1
    (found,) = decisions_logged(story.house.view(), story.house.ledger, Wanted(), 1).decisions
    assert (found.entry, found.content.allowed) == (size, False)
    return found


class TestRefusal:
    def test_it_is_listed_as_a_decision_of_who_tried_and_of_the_version(self, story: GateStory) -> None:
        say(story, publishing(), "steward")
        found = refused(story, deployment(**QUOTED, gate=story.entries["gate"]))
        content = found.content
        assert (content.principal, found.asked_by) == (story.actors["engineer"].principal,) * 2
        assert (content.action, content.reasons) == ("deploy", ("No policy permits this.",))
        assert content.refused is not None
        assert content.refused.to_json() == {"kind": "deploy_model_version"}
        assert (content.circumstances.purpose, content.circumstances.place) == ("TREAT", deployment()["place"])
        of = QUESTION.of
        assert [one.entry for one in access_decisions(story.house.view(), [of])[of]] == [found.entry]

    def test_what_is_permitted_is_in_its_own_entry_alone(self, story: GateStory) -> None:
        say(story, publishing(), "steward")
        grant(story)
        say(story, release(**QUOTED, gate=story.entries["gate"]))
        assert decisions_logged(story.house.view(), story.house.ledger, Wanted(), 9).decisions == ()

    def test_each_attempt_is_recorded_and_is_none_of_the_record(self, story: GateStory) -> None:
        say(story, publishing(), "steward")
        quoting = {**release(**QUOTED), "gate": story.entries["gate"]}
        first, second = refused(story, quoting), refused(story, quoting)
        assert first.entry < second.entry
        grant(story)
        assert story.house.record(quoting, story.actors["engineer"]).receipt.duplicate is False

    def test_what_roles_refuse_or_what_names_no_evaluation_is_no_decision(self, story: GateStory) -> None:
        say(story, publishing(), "steward")
        size = story.house.ledger.size()
        for payload, actor in (
            (release(**QUOTED, gate=story.entries["gate"]), "officer"),
            (release(**QUOTED), "steward"),
        ):
            with pytest.raises((AskerError, SenderError)):
                say(story, payload, actor)
        assert story.house.ledger.size() == size

    def test_to_compare_what_is_not_sent_records_nothing(self, story: GateStory) -> None:
        say(story, publishing(), "steward")
        size = story.house.ledger.size()
        with pytest.raises((AskerError, SenderError)):
            story.house.intake.compare_records(
                [release(**QUOTED, gate=story.entries["gate"])], story.actors["engineer"]
            )
        assert story.house.ledger.size() == size

    def test_what_the_graph_does_not_hold_yet_is_waited_for_before_anything_is_refused(self, story: GateStory) -> None:
        say(story, publishing(), "steward")
        given = granting(story)
        behind = story.house.intake.submit_record(given, story.actors["steward"], "tests").result().receipt.index
        assert story.house.view().known_at < behind
        assert say(story, release(**QUOTED, gate=story.entries["gate"])) == behind + 1

    def test_a_decision_that_cannot_be_written_is_the_operators_matter(
        self, story: GateStory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        say(story, publishing(), "steward")

        def full(_: Draft) -> Future[Receipt]:
            raise OperatorError("The disk is full.", action="Make room.")

        monkeypatch.setattr(story.house.ledger, "append", full)
        with pytest.raises(OperatorError, match="disk"):
            say(story, release(**QUOTED, gate=story.entries["gate"]))


class TestReplay:
    def test_every_refusal_comes_to_the_same_again_whatever_came_after(self, story: GateStory) -> None:
        """Of a record of an earlier date, of who is not registered, by what cannot be evaluated, and by a forbid."""
        before = story.at(-1)
        story.house.clock.now += 60
        quoting = {**QUOTED, "gate": story.entries["gate"]}
        say(story, publishing(), "steward")
        entries = [
            refused(story, release(**quoting)),
            refused(story, deployment(**quoting, valid_from=before)),
            refused_of(story, release(**quoting), local_actor()),
        ]
        assert [one.content.refused and one.content.refused.valid_from for one in entries] == [None, before, None]
        assert entries[2].content.refused is not None
        assert "engineer" in entries[2].content.refused.roles
        assert entries[2].content.unknown == ("principal",)
        grant(story)
        entries.append(refused(story, deployment(**quoting, place="South")))
        story.house.append(publishing("forbid (principal"), "steward")
        entries.append(refused(story, release(**quoting)))
        say(story, publishing(BY_ROLE, OF_ROLE), "steward")
        say(story, release(**quoting))
        story.house.clock.now += 7200
        found = replay(story.house.view(), story.house.ledger, Wanted(), 99)
        assert (found.decided, found.changed) == (len(entries), ())

    def test_by_other_policies_it_comes_to_what_they_would_have_said(self, story: GateStory) -> None:
        say(story, publishing(), "steward")
        refused(story, release(**QUOTED, gate=story.entries["gate"]))

        def again(text: str) -> tuple[bool, tuple[str, ...]]:
            files = {"release.cedar": text}
            instead = PolicySet(digest_of_files(files.items()), files, -1, "", "", 0)
            (changed,) = replay(story.house.view(), story.house.ledger, Wanted(), 9, instead=instead).changed
            return changed.again.allowed, changed.again.reasons

        assert again(BY_ROLE) == (True, ("Engineers release.",))
        silent = 'permit (principal, action == Lineward::Action::"read", resource);'
        assert again(silent) == (True, ("No policy decides on this: it is left to roles and the gate.",))


def test_the_disease_ontology_judges_a_promotion_as_it_does_the_use_of_data(
    story: GateStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that a server is configured with, in the record's admission and in the replay of its refusal."""
    say(story, publishing(), "steward")
    known = {"MONDO:0000002": frozenset({"MONDO:0000001"})}
    met: list[object] = []

    def judged(view: View, asked: Asked, **more: Any) -> Decided:
        met.append(view.ancestors)
        return decide(view, asked, **more)

    monkeypatch.setattr(promotion, "decide", judged)
    story.house.ancestors = known
    refused(story, release(**QUOTED, gate=story.entries["gate"]))
    replay(story.house.view(), story.house.ledger, Wanted(), 9)
    assert met == [known, known]
