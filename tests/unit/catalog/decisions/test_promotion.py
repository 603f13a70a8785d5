"""Releases and deployments are held to the policies in force: what they deny is refused, and names what decided."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from catalog.errors import AskerError, SenderError
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


def grant(story: GateStory, **more: Any) -> int:
    """A grant to the engineer, of an hour."""
    given = {"actions": ["promote", "deploy"], "target": OF_MODEL, "purposes": ["TREAT"], "until": story.at(3600)}
    story.house.clock.now -= 3600
    return say(story, access_grant(story.actors["engineer"].principal, **given, **more), "steward")


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


def test_what_cannot_be_evaluated_is_refused(story: GateStory) -> None:
    story.house.append(publishing("forbid (principal"), "steward")
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}, "gate": story.entries["gate"]}
    with pytest.raises(AskerError, match="could not be evaluated"):
        say(story, release(**of))
