"""Each check of the gate: a version that fails it and no other, and what it takes for it to be answered at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.gate.queries import gate
from catalog.labels.taint.queries import effective_labels
from catalog.reading import AsOf, Rights
from catalog.safe_use.model import Outcome
from catalog.use.model import Requester
from graph_schema.nodes import Dataset, Snapshot
from graph_schema.times import format_time
from graph_schema.vocabulary.words import GateCheckName, GateVerdict
from tests.support.counting import Counting
from tests.support.deployments import retirement
from tests.support.gate_story import (
    ANSWERED,
    EVALUATION,
    EXTRA,
    LANDED,
    MODEL,
    OPEN,
    QUESTION,
    TRAIN_JOB,
    TRAINING,
    VERSION,
    GateStory,
    cleared,
    manifest,
    published,
    ran,
    snapshot,
)
from tests.support.records import SIGNER_KEY, House, attestation, job_place, place, registration, tag, tombstone
from tests.support.uses import permission

OF: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}}
FAIL, UNKNOWN = Outcome.FAIL, Outcome.UNKNOWN
Payload = dict[str, Any]


@dataclass
class Case:
    """How the story is told otherwise, and what the check then comes to."""

    check: GateCheckName
    outcome: Outcome
    instead: dict[str, Payload] = field(default_factory=dict)
    before: tuple[Payload, ...] = ()
    leave_out: frozenset[str] = frozenset()
    after: Callable[[GateStory], None] | None = None
    also: dict[GateCheckName, Outcome] = field(default_factory=dict)
    """What else it comes to."""


def used(*purposes: str) -> Payload:
    return {"permitted_use": {"purposes": list(purposes), "duo": ["NRES"]}}


BOTH = [*manifest(EVALUATION["name"]), {**manifest(TRAINING["name"])[0], "path": "part-9.csv"}]
PARENT = {"namespace": "models", "name": "made-up-base"}
READS_PARENT = {
    "inputs": [
        TRAINING,
        {**PARENT, "facets": {"datasetType": {"datasetType": "MODEL"}, "lineward_modelVersion": {"version": "1"}}},
    ]
}
LIMITED = permission(
    "board-9",
    of={"dataset": LANDED},
    terms=[{"code": "NRES"}],
    purposes=["MLTRAINING", "TREAT"],
    places=["EU"],
    basis="Made-up law",
)
BASE = registration(
    model=PARENT,
    trained_on=[snapshot(TRAINING)],
    evaluated_on=[],
    run_id=None,
    job=None,
)


FIGURES = registration()["metrics"]
TRAINED_ON_EVALUATION = registration(
    model={"namespace": "models", "name": "another-made-up"},
    trained_on=[snapshot(EVALUATION)],
    evaluated_on=[],
    run_id=None,
    job=None,
)


def state(dataset: Payload) -> Payload:
    """The dataset, in the state that is sealed of it."""
    return {**dataset, "facets": {"version": {"datasetVersion": snapshot(dataset)["digest"]}}}


def overwrite(story: GateStory) -> None:
    at = story.at(5)
    run = "0190d2e6-0000-7000-8000-0000000000e9"
    story.say("overwrites", ran(run, {"namespace": "pipeline", "name": "late"}, [], [EVALUATION], at))


def test_requirements_that_cannot_be_read_are_not_published(house: House) -> None:
    steward = house.act_as("stu", "steward")
    size = house.ledger.size()
    with pytest.raises(SenderError, match=r"gate.yaml, line 2, require: VIEW_COMPLETE is always required") as caught:
        house.record(published("require: [CODE]\n"), steward)
    assert (caught.value.pointer, caught.value.status) == ("/files/0/text", 422)
    assert house.ledger.size() == size


def lag(story: GateStory) -> None:
    house = story.house
    project = house.project
    house.project = lambda: None  # type: ignore[method-assign]
    house.send({**story.said["trains"], "eventTime": "2026-01-01T00:00:00Z", "eventType": "RUNNING"})
    house.project = project  # type: ignore[method-assign]


def wait_for_the_review(story: GateStory) -> None:
    """Plan monitoring for a day alone, and let that pass."""
    soon = format_time(story.house.clock.micros() + 3_600_000_000)
    story.say("plans monitoring anew", {**story.said["plans monitoring"], "review_by": soon}, "clinician")
    story.house.clock.now += 7_200


def publish_unreadable(story: GateStory) -> None:
    """Hold what nobody may publish any more, as a ledger of an older version does."""
    story.house.append(published("require: [CODE]\n"), "steward")


CASES = {
    "G1: an input that nobody sealed": Case(
        GateCheckName.INPUTS_SEALED,
        FAIL,
        {"trains": {"inputs": [TRAINING, EXTRA]}},
        (cleared(EXTRA, "TRAINING"),),
    ),
    "a training run that reports no input": Case(
        GateCheckName.INPUTS_SEALED, UNKNOWN, {"trains": {"inputs": []}, "begins to train": {"inputs": []}}
    ),
    "bytes that are not as sealed": Case(
        GateCheckName.INPUTS_VERIFIED, FAIL, {"verifies training": {"result": "MISMATCH", "differing": ["part-0.csv"]}}
    ),
    "bytes that nobody read again": Case(
        GateCheckName.INPUTS_VERIFIED, UNKNOWN, leave_out=frozenset({"verifies training"})
    ),
    "a kind of PHI that is not allowed in its zone": Case(
        GateCheckName.LABELS, FAIL, before=(tag(dataset=TRAINING, column="ward"),)
    ),
    "data of which nobody says which PHI it holds": Case(
        GateCheckName.LABELS, UNKNOWN, {"declares training-wards": {"phi_category": None}}
    ),
    "data that may not train": Case(GateCheckName.USE_TRAINING, FAIL, {"declares training-wards": used("TREAT")}),
    "terms that later allow training alone": Case(
        GateCheckName.USE_DEPLOYMENT,
        FAIL,
        after=lambda story: story.say(
            "permits less",
            permission("board-8", of={"dataset": TRAINING}, terms=[{"code": "NRES"}], purposes=["MLTRAINING"]),
        ),
        also={GateCheckName.APPROVALS: FAIL},
    ),
    "data that may not be used for the purpose": Case(
        GateCheckName.USE_DEPLOYMENT, FAIL, {"declares training-wards": used("MLTRAINING")}
    ),
    "data that lies where it may not be": Case(
        GateCheckName.RESIDENCY,
        FAIL,
        {"declares landing-wards": {"site": "South"}},
        (
            place("EU", None, place_kind="REGION"),
            place(),
            place("South", None),
            LIMITED,
            {**job_place("North"), "job": TRAIN_JOB},
        ),
    ),
    "an approval that was denied": Case(GateCheckName.APPROVALS, FAIL, {"approves CLINICAL": {"decision": "DENY"}}),
    "an approval that nobody decided": Case(
        GateCheckName.APPROVALS, UNKNOWN, leave_out=frozenset({"approves GOVERNANCE"})
    ),
    "code with changes": Case(
        GateCheckName.CODE, FAIL, {"registers": {"code": {"repository": "r", "revision": "f" * 40, "clean": False}}}
    ),
    "code at which nobody looked": Case(
        GateCheckName.CODE, UNKNOWN, {"registers": {"code": {"repository": "r", "revision": "f" * 40}}}
    ),
    "an environment that is only named": Case(
        GateCheckName.ENVIRONMENT, UNKNOWN, {"registers": {"environment": {"digest": "sha256:" + "e" * 64}}}
    ),
    "a signature that holds for another artifact": Case(
        GateCheckName.SIGNATURE, FAIL, {"registers": {"signature": SIGNER_KEY.sign("sha256:" + "9" * 64, "model")}}
    ),
    "no signature": Case(GateCheckName.SIGNATURE, UNKNOWN, {"registers": {"signature": None}}),
    "evaluation data without a lock": Case(
        GateCheckName.EVALUATION_LOCKED, FAIL, {"seals evaluation": {"locked": False}}
    ),
    "evaluation data that changed": Case(
        GateCheckName.EVALUATION_LOCKED,
        FAIL,
        {"verifies evaluation": {"result": "MISSING", "differing": ["part-0.csv"]}},
    ),
    "evaluation data that another version was trained on": Case(
        GateCheckName.EVALUATION_LOCKED,
        FAIL,
        after=lambda story: story.say("trains another", TRAINED_ON_EVALUATION, "engineer"),
    ),
    "evaluation data that was written to after the lock": Case(GateCheckName.EVALUATION_LOCKED, FAIL, after=overwrite),
    "training data that was deleted": Case(
        GateCheckName.INPUTS_VERIFIED,
        UNKNOWN,
        after=lambda story: story.say("deletes", tombstone(**snapshot(TRAINING)), "steward"),
    ),
    "training data that was made of the evaluation data": Case(
        GateCheckName.EVALUATION_APART,
        FAIL,
        {
            "curates": {
                "inputs": [state(EVALUATION)],
                "outputs": [state(TRAINING)],
            }
        },
    ),
    "a training file among the evaluation data": Case(
        GateCheckName.EVALUATION_APART,
        FAIL,
        {
            "seals evaluation": {"manifest": BOTH, **snapshot(EVALUATION, files=BOTH)},
            "registers": {"evaluated_on": [snapshot(EVALUATION, files=BOTH)]},
            "verifies evaluation": snapshot(EVALUATION, files=BOTH),
        },
    ),
    "G5: a parent of which nothing is known": Case(
        GateCheckName.PARENT_MODELS,
        UNKNOWN,
        {"begins to train": READS_PARENT, "trains": READS_PARENT},
        after=lambda story: story.say("registers the base", BASE),
        also={GateCheckName.APPROVALS: FAIL},
    ),
    "nothing that was measured": Case(GateCheckName.METRICS, UNKNOWN, {"registers": {"metrics": []}}),
    "G3: a figure below what was asked for before": Case(
        GateCheckName.METRICS, FAIL, before=(published("metrics:\n  - name: auroc\n    least: 0.9\n"),)
    ),
    "G3: a figure that was not asked for before": Case(
        GateCheckName.METRICS,
        UNKNOWN,
        after=lambda story: story.say("publishes", published("metrics:\n  - name: auroc\n    least: 0.7\n")),
    ),
    "G3: a subgroup of which nothing was measured": Case(
        GateCheckName.METRICS,
        UNKNOWN,
        before=(published("metrics:\n  - {name: auroc, split: 'test, 80 and older', least: 0.7}\n"),),
    ),
    "G3: a subgroup below what was asked for before": Case(
        GateCheckName.METRICS,
        FAIL,
        {"registers": {"metrics": [*FIGURES, {"name": "auroc", "value": 0.61, "split": "test, 80 and older"}]}},
        (published("metrics:\n  - {name: auroc, split: 'test, 80 and older', least: 0.7}\n"),),
    ),
    "G3: what is asked of every subgroup holds for each that was measured": Case(
        GateCheckName.METRICS,
        FAIL,
        {"registers": {"metrics": [*FIGURES, {"name": "auroc", "value": 0.61, "split": "test, 80 and older"}]}},
        (published("metrics:\n  - {name: auroc, least: 0.7}\n"),),
    ),
    "G8: a change outside the plan": Case(
        GateCheckName.CHANGE_PLAN, FAIL, {"assesses the change": {"status": "OUTSIDE"}}
    ),
    "G8: a change that nobody assessed": Case(
        GateCheckName.CHANGE_PLAN, UNKNOWN, leave_out=frozenset({"assesses the change"})
    ),
    "a version that was retired": Case(
        GateCheckName.NOT_RETIRED, FAIL, after=lambda story: story.say("retires", retirement(**OF), "steward")
    ),
    "G8: an environment that nobody assessed": Case(
        GateCheckName.COMPONENTS, UNKNOWN, leave_out=frozenset({"assesses the environment"})
    ),
    "G8: vulnerabilities above the bounds": Case(
        GateCheckName.COMPONENTS,
        FAIL,
        {"assesses the environment": {"vulnerabilities": {"critical": 1, "high": 0, "medium": 0, "low": 0}}},
    ),
    "G8: vulnerabilities that nobody looked for lately": Case(
        GateCheckName.COMPONENTS, UNKNOWN, {"assesses the environment": {"valid_from": "2026-01-01T00:00:00Z"}}
    ),
    "G8: features that nobody listed": Case(
        GateCheckName.INPUT_FEATURES, UNKNOWN, leave_out=frozenset({"lists the features"})
    ),
    "G8: a feature that labels tell of and nobody listed": Case(
        GateCheckName.INPUT_FEATURES,
        FAIL,
        before=(
            tag(
                dataset=TRAINING,
                column="ward",
                phi_kind="DERIVED_FEATURE",
                codes=[{"system": "protected-characteristic", "code": "RACE"}],
            ),
        ),
    ),
    "G8: a place of which nobody knows who runs it": Case(
        GateCheckName.AGREEMENTS, UNKNOWN, leave_out=frozenset({"declares the operator"})
    ),
    "G8: an agreement of another kind": Case(
        GateCheckName.AGREEMENTS,
        UNKNOWN,
        {"declares the operator": {"agreements": [{"kind": "DUA", "agreement": "made-up agreement 4"}]}},
    ),
    "G8: an agreement that ended": Case(
        GateCheckName.AGREEMENTS,
        FAIL,
        {
            "declares the operator": {
                "agreements": [{"kind": "BAA", "agreement": "made-up agreement 3", "until": "2026-02-01T00:00:00Z"}]
            }
        },
    ),
    "G8: nothing to go back to": Case(GateCheckName.ROLLBACK, UNKNOWN, {"plans monitoring": {"fallback": None}}),
    "G8: use that nobody planned to watch": Case(
        GateCheckName.MONITORING,
        UNKNOWN,
        leave_out=frozenset({"plans monitoring"}),
        also={GateCheckName.ROLLBACK: UNKNOWN},
    ),
    "G8: a plan that is overdue for review": Case(GateCheckName.MONITORING, FAIL, after=wait_for_the_review),
    "G2: a graph that lags": Case(GateCheckName.VIEW_COMPLETE, UNKNOWN, after=lag),
    "requirements that cannot be read": Case(
        GateCheckName.POLICIES,
        UNKNOWN,
        after=publish_unreadable,
    ),
    "an attestation that ended": Case(
        GateCheckName.FINDINGS,
        FAIL,
        after=lambda story: story.say(
            "attests",
            attestation(
                job={"namespace": "pipeline", "name": "curate"},
                run_id=None,
                until="2026-05-01T00:00:00Z",
                valid_from="2026-01-01T00:00:00Z",
            ),
        ),
    ),
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def told(house: House, case: Case) -> GateStory:
    story = GateStory(house, case.leave_out, case.instead, before=case.before).tell()
    if case.after is not None:
        case.after(story)
    return story


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_thing_against_a_version_fails_exactly_its_check(house: House, case: Case) -> None:
    assert told(house, case).outcomes() == OPEN | {case.check: case.outcome, **case.also}


def test_every_check_has_a_version_that_fails_it() -> None:
    assert {case.check for case in CASES.values()} | OPEN.keys() == set(GateCheckName)


def test_a_version_of_which_all_is_recorded_fails_none(house: House) -> None:
    assert GateStory(house).tell().outcomes() == OPEN


@pytest.mark.parametrize("name", sorted(GateStory.NAMES))
def test_g2_no_single_missing_record_lets_a_version_pass(house: House, name: str) -> None:
    whole = GateStory(house, before=(published(ANSWERED),), leave_out=frozenset({name})).tell()
    found = gate(whole.house.view(), QUESTION)
    assert found is None if name == "registers" else found is not None and not found.passes


def test_with_all_of_them_it_passes_by_what_is_asked_for(house: House) -> None:
    story = GateStory(house, before=(published(ANSWERED),)).tell()
    found = story.gate()
    assert (found.verdict, found.policies.entry) == (GateVerdict.PASS, story.entries["says 0"])
    assert {one.check for one in found.checks if not one.required} == OPEN.keys()


@pytest.mark.parametrize(
    ("recipient", "outcome"), [(None, UNKNOWN), ("Made-up clinic", Outcome.PASS), ("Another made-up clinic", FAIL)]
)
def test_l14_who_is_to_have_the_version_is_held_to_the_agreement(
    house: House, recipient: str | None, outcome: Outcome
) -> None:
    agreed = {"agreement": "dua-1", "kind": "DUA", "recipients": ["Made-up clinic"]}
    held = permission(
        "dua", of={"dataset": LANDED}, terms=[{"code": "NRES"}], purposes=["MLTRAINING", "TREAT"], agreement=agreed
    )
    story = GateStory(house, before=(held,)).tell()
    asked = replace(QUESTION, requester=Requester(recipient=recipient))
    found = gate(story.house.view(), asked)
    assert found is not None
    assert {one.outcome for one in found.checks if one.check is GateCheckName.USE_DEPLOYMENT} == {outcome}


@pytest.mark.parametrize(("recipient", "holds"), [("Made-up clinic", False), ("Another made-up clinic", True)])
def test_l11_what_was_attested_for_others_clears_nothing_of_a_version(
    house: House,
    recipient: str,
    holds: bool,  # noqa: FBT001  what is asserted
) -> None:
    story = GateStory(house, before=(tag(dataset=TRAINING, column=None, codes=[]),)).tell()
    letters = [{"system": "safe-harbor", "code": one} for one in "ABCDEFGHIJKLMNOPQR"]
    version = {"model": MODEL, "version": "1"}
    told = {"job": None, "run_id": None, "indirect": True, "recipients": ["Made-up clinic"]}
    story.say("attests", attestation(model_version=version, clears=letters, **told), "steward")
    found = gate(house.view(), replace(QUESTION, requester=Requester(recipient=recipient)))
    assert found is not None
    reasons = [each.text for one in found.checks if one.check is GateCheckName.LABELS for each in one.reasons]
    assert any(text.startswith("The model itself holds direct identifier") for text in reasons) is holds


def test_a_column_that_came_after_the_snapshots_is_in_none_of_them(house: House) -> None:
    def with_schema(names: list[str]) -> Payload:
        fields = [{"name": one, "type": "STRING"} for one in names]
        return {**TRAINING, "facets": {"schema": {"fields": fields}}}

    curate = {"namespace": "pipeline", "name": "curate"}
    story = GateStory(house, before=(published(ANSWERED),))
    story.instead["curates"] = {"outputs": [with_schema(["beds"])]}
    story.tell()
    again = "0190d2e6-0000-7000-8000-0000000000e8"
    story.say("curates again", ran(again, curate, [LANDED], [with_schema(["beds", "mrn"])], story.at(5)))
    data = Dataset(**TRAINING).id
    state = Snapshot(TRAINING["namespace"], TRAINING["name"], snapshot(TRAINING)["digest"]).id
    held = effective_labels(house.view(), [data, state])
    assert ({one.kind for one in held[data].labels}, held[state].labels) == ({"DIRECT_IDENTIFIER"}, ())
    assert GateCheckName.LABELS not in story.outcomes()


def test_g6_a_result_binds_artifact_question_and_policies(house: House) -> None:
    story = GateStory(house).tell()
    found = story.gate()
    assert found.artifact_digest == "sha256:" + "d" * 64
    assert found.question == QUESTION
    assert found.policies.digest.startswith("sha256:")
    assert found.policies.entry is None


def test_as_of_an_earlier_entry_it_says_what_it_said_then(house: House) -> None:
    story = GateStory(house, before=(published(ANSWERED),)).tell()
    then = house.ledger.size() - 1
    assert story.gate().passes
    story.say("denies", {**story.said["assesses the change"], "status": "OUTSIDE"}, "clinician")
    assert story.outcomes() == OPEN | {GateCheckName.CHANGE_PLAN: FAIL}
    assert story.gate(AsOf(known_at=then)).passes


def test_what_rights_hide_is_unknown_and_is_not_named(house: House) -> None:
    story = GateStory(house, before=(published(ANSWERED),)).tell()
    rights = Rights(namespaces=frozenset({"models"}))
    found = story.gate(rights=rights)
    assert found.verdict is GateVerdict.UNKNOWN
    assert "lake" not in str(found.checks)
    assert gate(house.view(rights=Rights(namespaces=frozenset({"lake"}))), QUESTION) is None


def test_what_is_no_model_version_is_not_asked_about(house: House) -> None:
    GateStory(house).tell()
    assert gate(house.view(), replace(QUESTION, of=VERSION + "9")) is None


def test_it_asks_the_store_as_often_whatever_was_read(house: House) -> None:
    def calls(story: GateStory) -> int:
        view = story.house.view()
        counting = Counting(story.house.store)
        view._reader = counting
        assert gate(view, QUESTION) is not None
        return sum(counting.calls.values())

    story = GateStory(house).tell()
    more = [{"namespace": "lake", "name": f"extra-{number}"} for number in range(12)]
    story.house.send({**story.said["trains"], "inputs": [TRAINING, more[0]]})
    few = calls(story)
    story.house.send({**story.said["trains"], "inputs": [TRAINING, *more]})
    # What was known by the event before, and is known otherwise since, is asked for once more.
    assert calls(story) <= few + 1


def split(**more: Any) -> Payload:
    sides = (("train", TRAINING), ("test", EVALUATION))
    return {
        "kind": "declare_split",
        "unit": "PATIENT",
        "parts": [{"part": part, "snapshots": [snapshot(dataset)]} for part, dataset in sides],
        "assignment_digest": "sha256:" + "a" * 64,
        "method": "By lot, once",
        **more,
    }


@pytest.mark.parametrize(("more", "expected"), [({}, Outcome.PASS), ({"shared": 1}, FAIL)])
def test_g4_a_split_by_subject_decides(house: House, more: Payload, expected: Outcome) -> None:
    story = GateStory(house).tell()
    story.say("splits", split(**more))
    found = {one.check: one for one in story.gate().checks}[GateCheckName.EVALUATION_SPLIT]
    assert (found.outcome, found.reasons[0].entries) == (expected, (story.entries["splits"],))
    assert story.gate().passes is (expected is Outcome.PASS)


def test_g4_apart_by_digest_is_not_enough_without_a_split_by_subject(house: House) -> None:
    found = {one.check: one for one in GateStory(house).tell().gate().checks}
    assert found[GateCheckName.EVALUATION_APART].outcome is Outcome.PASS
    assert found[GateCheckName.EVALUATION_SPLIT].outcome is UNKNOWN
    assert "1 model version measured on it" in found[GateCheckName.EVALUATION_LOCKED].reasons[-1].text


def test_g4_data_of_one_snapshot_is_named_where_no_split_is_recorded(house: House) -> None:
    landed = {"inputs": [state(LANDED)]}
    story = GateStory(house, instead={"curates": landed | {"outputs": [state(TRAINING)]}}).tell()
    run = "0190d2e6-0000-7000-8000-0000000000e8"
    held = {"namespace": "pipeline", "name": "hold out"}
    story.say("holds out", {**ran(run, held, [state(LANDED)], [state(EVALUATION)], story.at(-60))})
    found = {one.check: one for one in story.gate().checks}[GateCheckName.EVALUATION_SPLIT]
    assert found.outcome is UNKNOWN
    assert "were both made of one snapshot of lake/landing-wards" in found.reasons[0].text
    story.say("splits", split())
    assert {one.check: one for one in story.gate().checks}[GateCheckName.EVALUATION_SPLIT].outcome is Outcome.PASS
