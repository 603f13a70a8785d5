"""Which steps an attestation covers: one test for each reason why it does not, and for each reason why it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.labels.model import Attestation, Step, Uncovered
from catalog.labels.rules import uncovered
from graph_schema.vocabulary.words import DeidentificationMethod

DAY = 86_400_000_000
NOW = 100 * DAY
STEP = Step("Job:curate", "Run:a", at=50 * DAY)
OF_THE_JOB = Attestation(
    job="Job:curate",
    method="SAFE_HARBOR",
    clears=(),
    alterations=(),
    scope="All columns",
    result="None left",
    id="Attestation:7",
    entry=7,
    attested_by="testperson",
    authenticated=True,
    valid_from=40 * DAY,
    in_force=True,
)
OF_THE_RUN = replace(OF_THE_JOB, run="Run:a")


def reason(attestation: Attestation, step: Step = STEP, at: int = NOW, *, authorised: bool = True) -> Uncovered | None:
    return uncovered(attestation, step, at, authorised=authorised)


def test_an_attestation_of_a_job_covers_its_runs_that_ended_while_it_lasts() -> None:
    assert reason(OF_THE_JOB) is None
    assert reason(OF_THE_JOB, replace(STEP, at=OF_THE_JOB.valid_from)) is None


def test_an_attestation_of_a_run_covers_it_whenever_it_was_attested() -> None:
    assert reason(replace(OF_THE_RUN, valid_from=60 * DAY)) is None


@pytest.mark.parametrize("method", ["SAFE_HARBOR", "EXPERT_DETERMINATION"])
def test_what_a_method_of_164_514_b_removes_is_covered(method: str) -> None:
    assert reason(replace(OF_THE_JOB, method=method)) is None


def test_another_job_is_not_covered_though_the_run_is_named() -> None:
    assert reason(OF_THE_RUN, replace(STEP, job="Job:join")) is Uncovered.OTHER_JOB


def test_another_run_is_not_covered_nor_a_job_as_a_whole() -> None:
    assert reason(OF_THE_RUN, replace(STEP, run="Run:b")) is Uncovered.OTHER_RUN
    assert reason(OF_THE_RUN, replace(STEP, run=None)) is Uncovered.OTHER_RUN


def test_what_no_steward_attested_covers_nothing() -> None:
    assert reason(OF_THE_RUN, authorised=False) is Uncovered.NOT_AUTHORISED


def test_what_nobody_authenticated_attested_covers_nothing() -> None:
    assert reason(replace(OF_THE_RUN, authenticated=False)) is Uncovered.NOT_AUTHORISED


@pytest.mark.parametrize("method", ["LIMITED_DATA_SET", "NONE"])
def test_what_leaves_protected_health_information_covers_nothing(method: str) -> None:
    assert reason(replace(OF_THE_RUN, method=method)) is Uncovered.CLEARS_NOTHING


def test_every_method_is_judged() -> None:
    judged = {method: reason(replace(OF_THE_RUN, method=method)) for method in DeidentificationMethod}
    assert sum(one is None for one in judged.values()) == 2


@pytest.mark.parametrize("attestation", [OF_THE_JOB, OF_THE_RUN])
def test_an_attestation_that_has_ended_covers_nothing_from_its_end_on(attestation: Attestation) -> None:
    ended = replace(attestation, until=NOW)
    assert reason(ended) is Uncovered.EXPIRED
    assert reason(ended, at=NOW - 1) is None


def test_an_attestation_of_a_job_does_not_cover_runs_before_it_begins() -> None:
    assert reason(replace(OF_THE_JOB, valid_from=50 * DAY + 1)) is Uncovered.BEGINS_LATER


@pytest.mark.parametrize("attestation", [OF_THE_JOB, OF_THE_RUN])
def test_an_attestation_that_has_not_begun_covers_nothing(attestation: Attestation) -> None:
    assert reason(attestation, replace(STEP, at=None), at=attestation.valid_from - 1) is Uncovered.BEGINS_LATER


def test_a_run_of_which_no_time_is_known_is_covered_while_the_attestation_lasts() -> None:
    assert reason(OF_THE_JOB, replace(STEP, at=None)) is None


@pytest.mark.parametrize("written", [{"2"}, {"1", "2"}, {""}, set()])
def test_an_attestation_bound_to_a_schema_version_covers_no_other(written: set[str]) -> None:
    bound = replace(OF_THE_RUN, schema_version="1")
    assert reason(bound, replace(STEP, versions=frozenset(written))) is Uncovered.OTHER_VERSION
    assert reason(bound, replace(STEP, versions=frozenset({"1"}))) is None


def test_an_attestation_bound_to_no_version_covers_all_of_them() -> None:
    assert reason(OF_THE_RUN, replace(STEP, versions=frozenset({"1", "2"}))) is None
