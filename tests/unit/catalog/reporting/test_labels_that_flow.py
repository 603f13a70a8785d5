"""The labels that flowed to a model version and its data, each by a way that the verifier holds to the entries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from reports.kinds import ModelDossier
from reports.parts.effective_labels import EffectiveLabel
from reports.standalone.verify_lineward import verify
from tests.support.clinical_story import CLEARED, JOINED, PATIENTS, TRAINING, Story, story

MODEL = "readmission 1.1.0"


@cache
def told() -> tuple[Story, ModelDossier]:
    made = story()
    return made, made.dossier()


def failing(made: ModelDossier) -> set[str]:
    """Return which checks fail of a dossier that somebody has issued."""
    teller, _ = told()
    result = verify(teller.issue(made, "json"), str(teller.house.ledger.verifiers[0]))
    return {check.name for check in result.checks if check.status != "PASS"}


def own() -> EffectiveLabel:
    return next(one for one in told()[1].effective if one.asset == MODEL)


def test_a_label_of_a_feed_is_shown_on_the_model_with_one_way() -> None:
    label = own()
    assert (label.kind, label.origin, label.recorded_of) == ("DIRECT_IDENTIFIER", "INFERRED", f"lake/{PATIENTS}")
    targets = [hop.target.removeprefix("lake/") for hop in label.hops]
    assert targets == [JOINED, CLEARED, TRAINING, MODEL]
    assert all(hop.entries for hop in label.hops)
    assert failing(told()[1]) == set()


def test_what_an_attestation_took_away_names_it_and_whether_the_kind_came_otherwise() -> None:
    _, made = told()
    attested = next(one.entries for one in made.deidentification if one.attested_by)
    found = {(one.kind, one.remains) for one in made.cleared if set(one.entries) <= set(attested)}
    # Neither the sex that the schema suggests nor the letters G, I and K are among what was attested.
    assert found == {("DIRECT_IDENTIFIER", True), ("QUASI_IDENTIFIER", True)}


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "CLINICAL_NOTE"},
        {"origin": "CERTAIN"},
        {"unstated": False},
        {"recorded_of": "lake/evaluation/readmission_eval"},
        {"recorded_kind": "CLINICAL_NOTE"},
        {"hops": ()},
        {"asset": f"lake/{CLEARED}"},
        {"recorded_of": None, "hops": (), "recorded_by": ()},
        {"entries": (1,)},
    ],
)
def test_a_label_that_no_way_leads_to_is_refused(forged: dict[str, Any]) -> None:
    _, made = told()
    others = tuple(one for one in made.effective if one != own())
    assert "derived: labels that flow" in failing(replace(made, effective=(replace(own(), **forged), *others)))


def test_a_label_of_the_version_that_its_training_data_holds_cannot_be_left_out() -> None:
    _, made = told()
    assert "derived: labels that flow" in failing(
        replace(made, effective=tuple(one for one in made.effective if one.asset != MODEL))
    )


@pytest.mark.parametrize(
    "forged",
    [{"job": "curation/evaluate"}, {"run": "0198f1c2-0006-7000-8000-00000000c1a1"}, {"source": f"lake/{TRAINING}"}],
)
def test_a_step_that_no_run_took_is_refused(forged: dict[str, Any]) -> None:
    _, made = told()
    label = own()
    first, *rest = label.hops
    lied = replace(label, hops=(replace(first, **forged), *rest))
    assert "derived: labels that flow" in failing(replace(made, effective=(lied, *made.effective[1:])))


@pytest.mark.parametrize("forged", [{"job": "curation/fit"}, {"kind": "NO_SUCH"}, {"entries": (18,)}])
def test_what_no_attestation_took_away_is_refused(forged: dict[str, Any]) -> None:
    _, made = told()
    first, *others = made.cleared
    assert "derived: labels that flow" in failing(replace(made, cleared=(replace(first, **forged), *others)))
