"""Rules G1 to G4 and G8 over one case that was read once: each sentence by the value that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from catalog.findings.separation import Apartness
from catalog.gate.loading import Loaded, load
from catalog.gate.model import Case, Checked, Training, Used
from catalog.gate.rules import judge
from catalog.reading import Completeness, Lagging, Redacted, Truncated
from catalog.safe_use.model import Outcome
from graph_schema.vocabulary.words import GateCheckName
from tests.support.gate_story import QUESTION, GateStory
from tests.support.records import House

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Return what the gate read of a version of which all is recorded."""
    house = House(tmp_path_factory.mktemp("gate"))
    GateStory(house).tell()
    found = load(house.view(), QUESTION)
    assert found is not None
    yield found
    house.close()


def came_to(loaded: Loaded, check: GateCheckName, case: Case) -> Checked:
    return next(one for one in judge(case, loaded.asked) if one.check is check)


def training(loaded: Loaded, change: Callable[[Training], Training]) -> Case:
    return replace(loaded.case, training=change(loaded.case.training))


def without_seals(one: Training) -> Training:
    return replace(one, snapshots={id_: replace(each, seal=None, seals=()) for id_, each in one.snapshots.items()})


def test_g1_a_registered_snapshot_that_nobody_sealed_fails_whatever_its_run_read(loaded: Loaded) -> None:
    case = training(loaded, lambda one: replace(without_seals(one), reads=()))
    found = came_to(loaded, GateCheckName.INPUTS_SEALED, case)
    assert found.outcome is FAIL
    assert [one.text for one in found.reasons if one.outcome is FAIL] == [
        "The training snapshot of lake/training-wards is not sealed."
    ]


def test_g1_a_state_that_its_run_names_and_nobody_sealed_fails(loaded: Loaded) -> None:
    (run,) = loaded.case.training.roots
    dataset = loaded.case.training.reads[0].dataset
    case = training(loaded, lambda one: replace(one, used=(Used(run, dataset, "Snapshot:made-up", 7),)))
    found = came_to(loaded, GateCheckName.INPUTS_SEALED, case)
    (against,) = [one for one in found.reasons if one.outcome is FAIL]
    assert (found.outcome, against.entries) == (FAIL, (7,))
    assert against.text.endswith("that nobody sealed.")


@pytest.mark.parametrize(
    "seen", [Lagging(1), Lagging(0, (5,)), Redacted(1), Truncated(10, 10)], ids=lambda seen: type(seen).__name__
)
def test_g2_a_view_that_is_not_complete_is_unknown(loaded: Loaded, seen: Completeness) -> None:
    assert came_to(loaded, GateCheckName.VIEW_COMPLETE, loaded.case).outcome is PASS
    found = came_to(loaded, GateCheckName.VIEW_COMPLETE, replace(loaded.case, completeness=seen))
    assert (found.outcome, found.required) == (UNKNOWN, True)


@pytest.mark.parametrize("split", ["train", "Training"])
def test_g3_what_was_measured_on_the_training_data_alone_is_no_figure(loaded: Loaded, split: str) -> None:
    def on_training(one: Training) -> Training:
        assert one.registration is not None
        metrics = tuple(replace(each, split=split) for each in one.registration.metrics)
        return replace(one, registration=replace(one.registration, metrics=metrics))

    assert came_to(loaded, GateCheckName.METRICS, loaded.case).outcome is PASS
    assert came_to(loaded, GateCheckName.METRICS, training(loaded, on_training)).outcome is UNKNOWN


def test_g4_a_lock_that_is_younger_than_the_training_fails(loaded: Loaded) -> None:
    began = loaded.case.training.began_at
    assert began is not None

    def locked_at(at: int) -> Outcome:
        def locked(one: Training) -> Training:
            held = {
                id_: replace(each, seals=tuple(replace(seal, sealed_at=at) for seal in each.seals))
                for id_, each in one.snapshots.items()
            }
            return replace(one, snapshots=held)

        return came_to(loaded, GateCheckName.EVALUATION_LOCKED, training(loaded, locked)).outcome

    assert (locked_at(began), locked_at(began + 1)) == (PASS, FAIL)


def test_g4_how_many_versions_were_measured_on_the_locked_data_is_shown(loaded: Loaded) -> None:
    found = came_to(loaded, GateCheckName.EVALUATION_LOCKED, replace(loaded.case, evaluations=7))
    assert any("locked before training; 7 model versions measured on it." in one.text for one in found.reasons)


@pytest.mark.parametrize(
    ("result", "outcome"), [(Apartness.APART, PASS), (Apartness.OVERLAP, FAIL), (Apartness.UNKNOWN, UNKNOWN)]
)
def test_g4_files_that_are_shared_fail_and_files_that_nobody_listed_are_unknown(
    loaded: Loaded, result: Apartness, outcome: Outcome
) -> None:
    assert loaded.case.separation is not None
    compared = replace(loaded.case, separation=replace(loaded.case.separation, result=result), findings=())
    assert came_to(loaded, GateCheckName.EVALUATION_APART, compared).outcome is outcome
    assert came_to(loaded, GateCheckName.EVALUATION_APART, replace(compared, separation=None)).outcome is UNKNOWN


def test_g8_what_the_maker_assessed_themselves_is_unknown(loaded: Loaded) -> None:
    assert came_to(loaded, GateCheckName.CHANGE_PLAN, loaded.case).outcome is PASS
    found = came_to(loaded, GateCheckName.CHANGE_PLAN, replace(loaded.case, change_by_maker=True))
    assert found.outcome is UNKNOWN
