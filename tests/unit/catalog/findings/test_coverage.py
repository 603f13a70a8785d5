"""What attestations come to on the way to a model version: what is covered, what not and why, what nobody attested."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.errors import SenderError
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import ModelVersion
from reports.kinds import ModelDossier
from reports.standalone.verify_lineward import verify
from tests.support.dossier import clinical_dossier
from tests.support.records import (
    CURATED,
    DIGEST,
    JOB,
    MODEL,
    RAW,
    RUN,
    House,
    attestation,
    declaration,
    event,
    registration,
    seal,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
OTHER_RUN = "0190d2e6-0000-7000-8000-0000000000bb"
RULE = "attestation in force"


@pytest.fixture
def steward(house: House) -> Actor:
    return house.act_as("stu", "steward", "engineer")


def run(house: House, **facets: Any) -> None:
    """Have the run that curates visits write the training data, which is sealed."""
    done = event(version={"datasetVersion": DIGEST})
    done["run"]["facets"] = facets
    house.send(done)
    house.record(seal())


def dossier(house: House) -> ModelDossier:
    """Return the dossier, which the verifier derives anew in all of its parts."""
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    result = verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    assert [check for check in result.checks if check.status != "PASS"] == []
    return made


def judged(made: ModelDossier) -> list[tuple[str | None, bool, str | None]]:
    return [(step.run, step.covers, step.reason) for step in made.deidentification]


def found(made: ModelDossier) -> list[str]:
    return [each.text for each in made.findings if each.rule == RULE]


def states(made: ModelDossier) -> dict[str, tuple[str | None, bool | None]]:
    return {node.name: (node.deid_state, node.attested) for node in made.nodes if not node.root}


def test_a_step_that_a_steward_attested_is_covered_and_its_output_attested(house: House, steward: Actor) -> None:
    house.record(declaration())
    house.record(declaration(dataset=CURATED, deidentification_state="DE_IDENTIFIED"))
    run(house)
    house.record(attestation(), steward)
    house.record(registration())
    made = dossier(house)
    assert judged(made) == [(RUN, True, None)]
    assert states(made) == {"landing/visits": ("RAW", None), "curated/visits": ("DE_IDENTIFIED", True)}
    assert found(made) == []
    assert {edge.deidentifies for edge in made.edges if edge.run} == {True}


@pytest.mark.parametrize("state", ["DE_IDENTIFIED", "PSEUDONYMIZED", "AGGREGATED"])
def test_an_output_that_is_only_declared_is_not_attested_and_its_step_is_found(house: House, state: str) -> None:
    house.record(declaration())
    declared = house.record(declaration(dataset=CURATED, deidentification_state=state)).receipt.index
    run(house)
    house.record(registration())
    made = dossier(house)
    assert states(made)["curated/visits"] == (state, False)
    ((step),) = made.deidentification
    assert (step.job, step.run, step.attested_by, step.entries) == ("pipeline/curate", RUN, None, (declared,))
    assert step.known_by == "DECLARATION"
    assert found(made) == ["1 de-identification step that no attestation covers: pipeline/curate."]


@pytest.mark.parametrize("state", ["RAW", "UNKNOWN"])
def test_an_output_that_nobody_declares_cleared_needs_no_attestation(house: House, state: str) -> None:
    house.record(declaration(dataset=CURATED, deidentification_state=state))
    run(house)
    house.record(registration())
    made = dossier(house)
    assert states(made)["curated/visits"] == (state, None)
    assert (made.deidentification, found(made)) == ((), [])


def test_a_feed_that_is_declared_cleared_is_not_attested_since_no_step_is_known(house: House) -> None:
    for dataset in (RAW, CURATED):
        house.record(declaration(dataset=dataset, deidentification_state="DE_IDENTIFIED"))
    run(house)
    house.record(registration())
    made = dossier(house)
    assert states(made) == {"landing/visits": ("DE_IDENTIFIED", False), "curated/visits": ("DE_IDENTIFIED", False)}
    assert found(made) == []


def test_an_attestation_of_another_run_is_shown_and_the_run_on_the_way_is_found(house: House, steward: Actor) -> None:
    house.send(event(at="2025-12-01T10:00:00Z", run=OTHER_RUN))
    run(house)
    older = house.record(attestation(run_id=OTHER_RUN, until=None), steward).receipt.index
    newer = house.record(attestation(run_id=OTHER_RUN), steward).receipt.index
    house.record(registration())
    made = dossier(house)
    assert judged(made) == [(OTHER_RUN, False, "OTHER_RUN"), (RUN, False, None)]
    assert made.deidentification[0].not_covered == RUN
    assert made.deidentification[1].known_by == "ANOTHER_RUN"
    assert newer in made.deidentification[0].entries
    assert older not in {each.index for each in made.evidence.cited}
    assert found(made) == ["1 de-identification step that no attestation covers: pipeline/curate."]


def test_attestations_of_other_runs_are_not_shown_where_the_run_on_the_way_has_its_own(
    house: House, steward: Actor
) -> None:
    house.send(event(at="2025-12-01T10:00:00Z", run=OTHER_RUN))
    run(house)
    for attested in (OTHER_RUN, RUN):
        house.record(attestation(run_id=attested), steward)
    house.record(registration())
    assert judged(dossier(house)) == [(RUN, True, None)]


def test_an_attestation_of_another_job_s_run_of_the_same_id_does_not_cover_it(house: House, steward: Actor) -> None:
    run(house, lineward_deidentification={"method": "SAFE_HARBOR"})
    other = event(at="2025-12-01T10:00:00Z")
    other["job"]["name"] = "join"
    house.send(other)
    house.record(attestation(job={"namespace": JOB["namespace"], "name": "join"}), steward)
    house.record(registration())
    made = dossier(house)
    assert [(one.run, one.covers, one.known_by) for one in made.deidentification] == [(RUN, False, "RUN")]
    assert len(found(made)) == 1


def test_an_attestation_of_a_run_that_no_event_of_its_job_named_is_refused(house: House, steward: Actor) -> None:
    run(house)
    other = event(run=OTHER_RUN)
    other["job"]["name"] = "join"
    house.send(other)
    with pytest.raises(SenderError, match="unknown run") as refused:
        house.record(attestation(job={"namespace": JOB["namespace"], "name": "join"}), steward)
    assert refused.value.pointer == "/run_id"


def test_an_attestation_by_whom_nobody_authenticated_covers_nothing(house: House) -> None:
    run(house)
    house.record(attestation())
    house.record(registration())
    made = dossier(house)
    assert judged(made) == [(RUN, False, "NOT_AUTHORISED")]
    assert len(found(made)) == 1


def test_an_attestation_by_who_was_no_steward_then_covers_nothing(house: House) -> None:
    run(house)
    eve = house.act_as("eve", "engineer")
    house.append(attestation(), eve.principal)
    house.act_as("eve", "engineer", "steward")
    house.record(registration())
    made = dossier(house)
    assert judged(made) == [(RUN, False, "NOT_AUTHORISED")]
    house.append(attestation(scope="Looked at again"), eve.principal)
    house.act_as("eve", "engineer")
    made = dossier(house)
    assert judged(made) == [(RUN, False, "NOT_AUTHORISED"), (RUN, True, None)]
    assert found(made) == []


@pytest.mark.parametrize("method", ["LIMITED_DATA_SET", "NONE"])
def test_an_attestation_that_clears_nothing_covers_nothing(house: House, steward: Actor, method: str) -> None:
    run(house, lineward_deidentification={"method": "SAFE_HARBOR"})
    house.record(attestation(method=method, clears=[]), steward)
    house.record(registration())
    made = dossier(house)
    assert judged(made) == [(RUN, False, "CLEARS_NOTHING")]
    assert len(found(made)) == 1


def test_an_attestation_of_the_job_that_began_after_the_run_does_not_cover_it(house: House, steward: Actor) -> None:
    run(house)
    house.record(attestation(run_id=None), steward)
    house.record(registration())
    made = dossier(house)
    assert judged(made) == [(None, False, "BEGINS_LATER")]
    assert made.deidentification[0].not_covered == RUN
    house.record(attestation(run_id=None, valid_from="2025-12-31T00:00:00Z"), steward)
    made = dossier(house)
    assert judged(made) == [(None, False, "BEGINS_LATER"), (None, True, None)]
    assert found(made) == []


def test_an_expired_attestation_is_replaced_by_one_in_force(house: House, steward: Actor) -> None:
    run(house)
    house.record(attestation(until="2026-06-01T00:00:00Z"), steward)
    house.record(registration())
    house.clock.now += 30 * 86_400
    made = dossier(house)
    assert judged(made) == [(RUN, False, "EXPIRED")]
    assert len(found(made)) == 1
    house.record(attestation(), steward)
    made = dossier(house)
    assert judged(made) == [(RUN, False, "EXPIRED"), (RUN, True, None)]
    assert [step.later for step in made.deidentification] == [False, True]
    assert found(made) == []


def test_an_attestation_that_is_bound_to_a_schema_version_covers_what_was_written_in_it(
    house: House, steward: Actor
) -> None:
    for version, since in (("1", "2025-12-01T00:00:00Z"), ("2", "2026-01-01T00:00:00Z")):
        house.record(declaration(dataset=CURATED, schema_version=version, valid_from=since))
    run(house)
    house.record(attestation(schema_version="1"), steward)
    house.record(registration())
    made = dossier(house)
    assert judged(made) == [(RUN, False, "OTHER_VERSION")]
    assert made.deidentification[0].written_versions == ("2",)
    house.record(attestation(schema_version="2"), steward)
    house.record(declaration(dataset=CURATED, schema_version="3"))
    assert judged(dossier(house)) == [(RUN, False, "OTHER_VERSION"), (RUN, True, None)]


def test_what_a_state_was_declared_to_be_since_the_registration_stands_beside_it(house: House, steward: Actor) -> None:
    house.record(declaration(dataset=CURATED, deidentification_state="DE_IDENTIFIED"))
    run(house)
    house.record(attestation(), steward)
    house.record(registration())
    house.record(declaration(dataset=CURATED, deidentification_state="RAW"))
    (node,) = (node for node in dossier(house).nodes if node.name == "curated/visits")
    assert (node.deid_state, node.attested, node.deid_state_since) == ("DE_IDENTIFIED", True, "RAW")


def test_what_was_made_of_attested_data_alone_is_not_attested_and_said_to_be_made_of_it() -> None:
    nodes = {node.name: node for node in clinical_dossier().nodes}
    assert nodes["lake/curated/admissions_deidentified"].attested is True
    made_of = nodes["lake/training/readmission_train"]
    assert (made_of.deid_state, made_of.attested, made_of.from_attested) == ("DE_IDENTIFIED", False, True)
    assert nodes["lake/curated/admissions"].attested is None
    (source,) = (each for each in clinical_dossier().sources if each.dataset == made_of.name)
    assert (source.attested, source.from_attested) == (False, True)


def test_what_was_made_of_declared_data_too_is_not_said_to_be_made_of_attested_data(
    house: House, steward: Actor
) -> None:
    feeds = [RAW, {"namespace": "landing", "name": "addresses"}]
    for dataset in (*feeds, CURATED):
        house.record(declaration(dataset=dataset, deidentification_state="DE_IDENTIFIED"))
    done = event(run=OTHER_RUN)
    done["inputs"], done["outputs"] = [{**feeds[1], "facets": {}}], [{**RAW, "facets": {}}]
    done["job"]["name"] = "clean"
    house.send(done)
    house.record(attestation(job={**JOB, "name": "clean"}, run_id=OTHER_RUN), steward)
    joined = event("COMPLETE", "2026-01-02T10:00:00Z", version={"datasetVersion": DIGEST})
    house.send({**joined, "inputs": [{**RAW, "facets": {}}]})
    house.record(seal())
    house.record(registration())
    (made,) = (node for node in dossier(house).nodes if node.name == "curated/visits")
    assert (made.attested, made.from_attested) == (False, True)
    house.send({**joined, "inputs": [{**one, "facets": {}} for one in feeds]})
    (made,) = (node for node in dossier(house).nodes if node.name == "curated/visits")
    assert (made.attested, made.from_attested) == (False, False)
