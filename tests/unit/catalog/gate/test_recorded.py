"""What the gate said is recorded, ends, is asked again, and is let pass by two persons alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import AskerError, SenderError
from catalog.gate.model import GateEvaluation
from catalog.gate.queries import asked_again, gate, gate_evaluations, quoted
from catalog.reading import AsOf
from catalog.record import UnknownSubjectError
from catalog.safe_use.model import Outcome
from graph_schema.vocabulary.words import GateCheckName, GateVerdict
from tests.support.deployments import deployment, release, retirement
from tests.support.gate_story import ANSWERED, MODEL, QUESTION, VERSION, GateStory, published
from tests.support.records import House, delegation, gate_override, principal

PASSING = (published(ANSWERED),)
DAY = 86_400


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def asked(house: House) -> GateEvaluation:
    """Ask the gate, record what it says, and read that."""
    entry = house.ask_gate(QUESTION).receipt.index
    return next(one for one in gate_evaluations(house.view(), [VERSION])[VERSION] if one.entry == entry)


def overriding(evaluation: int, **more: Any) -> dict[str, Any]:
    return gate_override(evaluation, model_version={"model": MODEL, "version": "1"}, **more)


def overridden(house: House) -> tuple[GateStory, GateEvaluation]:
    """A version that two persons let pass, and what the gate said before."""
    story = GateStory(house).tell()
    found = asked(house)
    for who in ("clinician", "officer"):
        story.say(who, overriding(found.entry), who)
    return story, found


def test_g6_what_is_recorded_binds_all_that_was_asked_and_ends(house: House) -> None:
    GateStory(house, before=PASSING).tell()
    found = asked(house)
    assert asked_again(found) == QUESTION
    assert (found.verdict, found.artifact_digest) == (GateVerdict.PASS, "sha256:" + "d" * 64)
    assert found.holds_until - found.valid_at == 30 * DAY * 1_000_000
    assert found.known_at == found.entry - 1
    assert found.checks.keys() == set(GateCheckName)


def test_a_recorded_evaluation_is_had_again_equal(house: House) -> None:
    story = GateStory(house, before=PASSING).tell()
    recorded = asked(house)
    story.say("assesses anew", {**story.said["assesses the change"], "status": "OUTSIDE"}, "clinician")
    again = gate(house.view(AsOf(recorded.valid_at, recorded.known_at)), asked_again(recorded))
    assert again is not None
    assert again.verdict is recorded.verdict
    assert {one.check: one.outcome for one in again.checks} == recorded.checks


def test_recording_changes_nothing_of_what_the_gate_says(house: House) -> None:
    story = GateStory(house).tell()
    before = story.gate()
    house.ask_gate(QUESTION)
    assert story.gate().checks == before.checks


def test_g6_a_deployment_quotes_what_passed_and_passes_again_at_its_date(house: House) -> None:
    story = GateStory(house, before=PASSING).tell()
    found = asked(house)
    assert quoted(house.view(), VERSION, found.entry).outcome is Outcome.PASS
    late = quoted(house.view(AsOf(found.holds_until)), VERSION, found.entry)
    assert (late.outcome, late.text[:8]) == (Outcome.FAIL, "It held ")
    story.say("assesses anew", {**story.said["assesses the change"], "status": "OUTSIDE"}, "clinician")
    again = quoted(house.view(), VERSION, found.entry)
    assert (again.outcome, again.text) == (Outcome.FAIL, "Asked again, it does not pass: CHANGE_PLAN.")
    assert {found.entry, story.entries["assesses anew"]} <= set(again.entries)


def test_g6_another_artifact_is_not_the_one_that_passed(house: House) -> None:
    story = GateStory(house, before=PASSING).tell()
    found = asked(house)
    story.say("registers anew", story.registered(artifact_digest="sha256:" + "9" * 64), "engineer")
    assert quoted(house.view(), VERSION, found.entry).text == "The version is registered with another artifact since."


def test_what_did_not_pass_or_is_no_evaluation_cannot_be_quoted(house: House) -> None:
    story = GateStory(house).tell()
    found = asked(house)
    assert quoted(house.view(), VERSION, found.entry).outcome is Outcome.FAIL
    assert quoted(house.view(), VERSION, story.entries["registers"]).outcome is Outcome.UNKNOWN


def test_g7_two_persons_let_it_pass_until_a_time_and_the_checks_keep_their_values(house: House) -> None:
    story = GateStory(house).tell()
    found = asked(house)
    story.say("first", overriding(found.entry), "clinician")
    assert story.gate().verdict is GateVerdict.UNKNOWN
    story.say("second", overriding(found.entry, until="2027-01-01T00:00:00Z"), "officer")
    let = story.gate()
    assert (let.verdict, let.passes) == (GateVerdict.BY_EXCEPTION, True)
    assert let.exception == (story.entries["first"], story.entries["second"])
    assert {one.check: one.outcome for one in let.checks} == found.checks
    assert story.gate(AsOf(let.exception_until or 0)).verdict is GateVerdict.UNKNOWN
    assert asked(house).holds_until <= (let.exception_until or 0)


def test_g7_an_override_is_of_that_evaluation_alone(house: House) -> None:
    story, _ = overridden(house)
    assert story.gate().passes
    story.say("publishes", published("holds_days: 3\n"))
    assert not story.gate().passes


def test_g7_one_person_alone_nobody_proven_and_whoever_made_it_let_nothing_pass(house: House) -> None:
    story = GateStory(house).tell()
    found = asked(house)
    story.say("first", overriding(found.entry), "clinician")
    with pytest.raises(AskerError, match="the second one is another person"):
        house.record(overriding(found.entry, reason="Once more"), story.actors["clinician"])
    with pytest.raises(AskerError, match="none that a key proved"):
        house.record(overriding(found.entry))
    maker = house.act_as("engineer", "engineer", "approver")
    with pytest.raises(AskerError, match="Whoever registered a version"):
        house.record(overriding(found.entry), maker)
    assert not story.gate().passes


def test_g7_who_is_one_person_with_the_first_is_no_second(house: House) -> None:
    story = GateStory(house).tell()
    found = asked(house)
    story.say("first", overriding(found.entry), "clinician")
    house.record(delegation("officer"), story.actors["clinician"])
    with pytest.raises(AskerError, match="clinician, who is one person with you, let it pass"):
        house.record(overriding(found.entry), story.actors["officer"])
    for name in ("clinician", "clinician-2"):
        house.record({**principal(name, "approver"), "person": "made-up-1"})
    with pytest.raises(AskerError, match="clinician, who is one person with you, let it pass"):
        house.record(overriding(found.entry), house.key_of("clinician-2"))
    for name in ("engineer", "maker-2"):
        house.record({**principal(name, "approver"), "person": "made-up-2"})
    with pytest.raises(AskerError, match="Whoever registered a version"):
        house.record(overriding(found.entry), house.key_of("maker-2"))
    assert not story.gate().passes


def one_person(name: str) -> dict[str, Any]:
    return {**principal(name, "approver"), "person": "made-up-1"}


def test_g7_who_becomes_known_as_one_person_later_is_no_second(house: House) -> None:
    story, found = overridden(house)
    before = house.ledger.size() - 1
    assert story.gate().verdict is GateVerdict.BY_EXCEPTION
    for name in ("clinician", "officer"):
        house.record(one_person(name))
    now = story.gate()
    assert (now.verdict, now.exception, now.exception_until) == (GateVerdict.UNKNOWN, (), None)
    assert story.gate(AsOf(known_at=before)).verdict is GateVerdict.BY_EXCEPTION
    third = house.record(overriding(found.entry), house.act_as("another", "approver")).receipt.index
    assert story.gate().exception == (story.entries["clinician"], story.entries["officer"], third)


def test_g7_what_is_delegated_after_both_signed_makes_them_no_one_person(house: House) -> None:
    story, _ = overridden(house)
    house.record(delegation("officer"), story.actors["clinician"])
    assert story.gate().verdict is GateVerdict.BY_EXCEPTION


def test_g7_the_maker_by_another_principal_lets_nothing_pass_whenever_that_is_known(house: House) -> None:
    story, _ = overridden(house)
    for name in ("engineer", "officer"):
        house.record(one_person(name))
    assert story.gate().verdict is GateVerdict.UNKNOWN


def test_a1_g7_a_delegate_of_the_maker_lets_nothing_pass_nor_assesses_the_change(house: House) -> None:
    story = GateStory(house).tell()
    found = asked(house)
    maker = house.act_as("engineer", "engineer", "approver")
    house.record(delegation("officer"), maker)
    for refused in (overriding(found.entry), story.assessed()):
        with pytest.raises(AskerError, match="You are one person, by a record or a delegation"):
            house.record(refused, story.actors["officer"])
    house.record(delegation("officer", approval_kinds=[]), maker)
    with pytest.raises(AskerError, match="You are one person"):
        house.record(overriding(found.entry), story.actors["officer"])
    story.say("first", overriding(found.entry), "clinician")
    assert house.record(overriding(found.entry), house.act_as("another", "approver")).receipt.index
    assert story.gate().verdict is GateVerdict.BY_EXCEPTION


def test_a1_g7_what_a_delegate_of_the_maker_signed_in_an_older_ledger_counts_for_nothing(house: House) -> None:
    story = GateStory(house).tell()
    found = asked(house)
    story.say("first", overriding(found.entry), "clinician")
    house.record(delegation("officer"), house.act_as("engineer", "engineer", "approver"))
    house.append(overriding(found.entry), "officer")
    let = story.gate()
    assert (let.verdict, [one.counts for one in let.overrides]) == (GateVerdict.UNKNOWN, [True, False])


def test_a1_who_is_one_person_with_the_maker_assessed_no_change(house: House) -> None:
    story = GateStory(house, before=PASSING).tell()
    assert story.gate().verdict is GateVerdict.PASS
    for name in ("engineer", "clinician"):
        house.record(one_person(name))
    plan = next(one for one in story.gate().checks if one.check is GateCheckName.CHANGE_PLAN)
    assert (plan.outcome, plan.reasons[0].text) == (
        Outcome.UNKNOWN,
        "Who registered the version held it against the plan of changes; another person has to.",
    )


def test_g7_a_version_that_is_retired_passes_by_no_exception(house: House) -> None:
    story, found = overridden(house)
    before = house.ledger.size() - 1
    assert story.gate().verdict is GateVerdict.BY_EXCEPTION
    story.say("retires", retirement(model_version={"model": MODEL, "version": "1"}), "steward")
    retired = story.gate()
    assert (retired.verdict, retired.exception) == (GateVerdict.FAIL, ())
    assert story.gate(AsOf(known_at=before)).verdict is GateVerdict.BY_EXCEPTION
    with pytest.raises(SenderError, match="is retired since"):
        house.record(overriding(found.entry, reason="Once more"), house.act_as("another", "approver"))


def test_an_override_of_nothing_or_of_what_passes_is_refused(house: House) -> None:
    story = GateStory(house, before=PASSING).tell()
    found = asked(house)
    officer = story.actors["officer"]
    with pytest.raises(SenderError, match="nothing to override"):
        house.record(overriding(found.entry), officer)
    with pytest.raises(UnknownSubjectError, match="that entry is none"):
        house.record(overriding(0), officer)
    with pytest.raises(SenderError, match="lies ahead"):
        house.record(overriding(found.entry, until="2020-01-01T00:00:00Z"), officer)


def test_whoever_registered_a_version_does_not_assess_it(house: House) -> None:
    story = GateStory(house, leave_out=frozenset({"assesses the change"})).tell()
    maker = story.actors["engineer"]
    with pytest.raises(AskerError, match="another principal has to"):
        house.record(story.assessed(), maker)


def test_g6_what_quotes_an_evaluation_is_judged_again_at_its_own_date_and_place(house: House) -> None:
    story = GateStory(house, before=(published(ANSWERED),)).tell()
    entry = house.ask_gate(QUESTION).receipt.index
    of = {"model_version": {"model": MODEL, "version": "1"}, "gate": entry}

    def against(payload: dict[str, Any]) -> list[str]:
        warnings = house.record({**payload, **of}, story.actors["engineer"]).warnings
        return [one.partition(" quotes ")[2] for one in warnings if one.startswith("The evaluation of the gate")]

    assert (against(release()), against(deployment())) == ([], [])
    assert against(deployment(place="South")) == ["does not carry it: Asked again, it does not pass: AGREEMENTS."]
    early = deployment(valid_from=story.at(-DAY))
    assert against(early) == ["does not carry it: No artifact of the version was registered by then."]
    story.say("denies", {**story.said["assesses the change"], "status": "OUTSIDE"}, "clinician")
    assert against(release(environment="trial")) == ["does not carry it: Asked again, it does not pass: CHANGE_PLAN."]
    of["gate"] = house.ask_gate(QUESTION).receipt.index
    assert against(deployment()) == ["does not carry it: The gate said FAIL then."]
