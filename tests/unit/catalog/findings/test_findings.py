"""What the records show to be wrong with a model version and what it rests on, by the rule that finds it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from catalog.snapshots.rules import manifest_digest
from graph_schema.nodes import ModelVersion
from reports.kinds import ModelDossier
from reports.parts.origins import origins
from reports.standalone.verify_lineward import verify
from tests.support.records import (
    CURATED,
    DIGEST,
    MANIFEST,
    MODEL,
    RAW,
    House,
    attestation,
    decision,
    declaration,
    event,
    registration,
    request,
    seal,
    tag,
    verification,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
OTHER = [{"path": "part-c.csv", "size": 30, "digest": "sha256:" + "c" * 64}, MANIFEST[1]]
STORED = {"datasetVersion": "v9"}
SECOND = {"dataset": CURATED, "digest": manifest_digest(OTHER)}


def dossier(house: House) -> ModelDossier:
    made = model_dossier(house.view(AsOf(valid_at=house.clock.micros())), house.ledger, VERSION)
    assert made is not None
    return made


def found(house: House) -> dict[str, list[str]]:
    """Return what is said by rule; everything that is found is derived by the verifier as well."""
    made = dossier(house)
    result = verify(house.issue_context(made, "json"), str(house.ledger.verifiers[0]))
    assert [check for check in result.checks if check.status != "PASS"] == []
    said: dict[str, list[str]] = {}
    for each in made.findings:
        said.setdefault(each.rule, []).append(each.text)
    return said


def sound(house: House, approver: Actor, **more: Any) -> None:
    """Record a version with which nothing is wrong, but what is asked for."""
    house.record(declaration())
    house.record(declaration(dataset=CURATED))
    house.send(event())
    house.record(attestation(), house.act_as("stu", "steward"))
    ada = house.act_as("ada", "engineer")
    for one in (seal(), seal(digest=SECOND["digest"], manifest=OTHER, role="EVALUATION", locked=True)):
        house.record(one, ada)
    for digest in (DIGEST, SECOND["digest"]):
        house.record(verification(digest=digest), ada)
    house.record(registration(**{"evaluated_on": [SECOND], **more}), ada)
    house.record(decision(house.record(request(), ada).receipt.index), approver)


def test_two_snapshots_that_share_a_file_are_not_apart(house: House, approver: Actor) -> None:
    sound(house, approver)
    assert found(house) == {
        "evaluation apart from training": [
            "1 file stands in a training and in an evaluation snapshot, by digest: curated/visits: part-a.csv."
        ]
    }


def test_one_snapshot_for_both_is_one_overlap(house: House, approver: Actor) -> None:
    sound(house, approver, evaluated_on=[{"dataset": CURATED, "digest": DIGEST}])
    said = found(house)
    assert said["evaluation apart from training"] == [
        "The evaluation snapshot of curated/visits is also a training snapshot (same digest)."
    ]
    assert said["evaluation set locked"] == ["Evaluation snapshot of curated/visits is not locked."]


def test_an_overlap_is_found_by_the_snapshot_where_nobody_sealed_it(house: House) -> None:
    house.send(event(version={"datasetVersion": "v7"}))
    used = [{"dataset": CURATED, "digest": "v7"}]
    house.record(registration(trained_on=used, evaluated_on=used, run_id=None))
    said = found(house)
    assert said["evaluation apart from training"] == [
        "The evaluation snapshot of curated/visits is also a training snapshot (same digest)."
    ]
    assert said["snapshot sealed"] == ["Training snapshot of curated/visits is not sealed."]
    assert said["snapshot verified"] == ["Training snapshot of curated/visits was not verified again after sealing."]
    assert "evaluation set locked" not in said


def test_files_that_nothing_shares_are_apart_and_it_is_written_so(house: House, approver: Actor) -> None:
    apart = [{"path": "part-z.csv", "size": 5, "digest": "sha256:" + "e" * 64}]
    digest = manifest_digest(apart)
    house.record(declaration(dataset=CURATED))
    house.record(seal(digest=digest, manifest=apart, role="EVALUATION", locked=True))
    sound(house, approver, evaluated_on=[{"dataset": CURATED, "digest": digest}])
    assert "evaluation apart from training" not in found(house)
    separation = dossier(house).separation
    assert separation is not None
    assert (separation.result, separation.training_files, separation.evaluation_files) == ("APART", 2, 1)
    assert separation.text == (
        "No file of the training data (2 files) is among those of the evaluation data (1 file), by digest; "
        "whether a subject is in both, files do not show."
    )


def test_an_overlap_names_the_files_that_are_in_both(house: House, approver: Actor) -> None:
    sound(house, approver)
    separation = dossier(house).separation
    assert separation is not None
    assert (separation.result, separation.overlap, separation.shared) == ("OVERLAP", 1, ("curated/visits: part-a.csv",))


@pytest.mark.parametrize("manifest", [None, [{"path": "empty", "size": 0, "digest": "sha256:" + "0" * 64}]])
def test_without_a_file_in_a_manifest_nobody_knows_of_an_overlap(
    house: House, approver: Actor, manifest: list[dict[str, Any]] | None
) -> None:
    unknown = {"dataset": CURATED, "digest": "v9" if manifest is None else manifest_digest(manifest)}
    house.record(declaration(dataset=CURATED))
    if manifest is None:
        house.send(event(at="2025-12-31T10:00:00Z", run="0190d2e6-0000-7000-8000-0000000000cd", version=STORED))
    else:
        house.record(seal(digest=unknown["digest"], manifest=manifest, role="EVALUATION", locked=True))
    sound(house, approver, evaluated_on=[unknown])
    found(house)
    separation = dossier(house).separation
    assert separation is not None
    assert (separation.result, separation.unlisted) == ("UNKNOWN", ("curated/visits",))
    assert separation.text.endswith("is unknown: no manifest lists the files of curated/visits.")


def test_of_a_version_without_evaluation_data_nothing_is_compared(house: House, approver: Actor) -> None:
    sound(house, approver, evaluated_on=[])
    found(house)
    assert dossier(house).separation is None


def test_what_the_evaluation_data_came_from_is_drawn_too(house: House, approver: Actor) -> None:
    sound(house, approver)
    elsewhere = {"namespace": "lake", "name": "held_out"}
    sent = event(at="2026-01-03T10:00:00Z", run="0190d2e6-0000-7000-8000-0000000000ab")
    sent["inputs"] = [{"namespace": "external", "name": "registry", "facets": {}}]
    sent["outputs"] = [{**elsewhere, "facets": {"version": {"datasetVersion": "v1"}}}]
    house.send(sent)
    house.record(registration(evaluated_on=[{"dataset": elsewhere, "digest": "v1"}]), house.act_as("ada", "engineer"))
    found(house)
    made = dossier(house)
    assert {"external/registry", "lake/held_out", "landing/visits"} <= {node.name for node in made.nodes}
    names = {node.id: node.name for node in made.nodes}
    measured = [edge for edge in made.edges if edge.kind == "EVALUATED"]
    assert [(names[edge.source], names[edge.target], edge.run) for edge in measured] == [
        ("lake/held_out", "readmission 1", None)
    ]
    assert [(each.data, [node.name for node in each.feeds], len(each.runs)) for each in origins(made)] == [
        ("training", ["landing/visits"], 1),
        ("evaluation", ["external/registry"], 1),
    ]


def test_what_the_registration_leaves_out_is_found(house: House) -> None:
    house.send(event())
    house.record(seal())
    nameless = {"repository": "unknown", "revision": "unknown", "clean": False}
    house.record(registration(evaluated_on=[], signature=None, intended_use=None, code=nameless))
    said = found(house)
    assert said["model version recorded"] == [
        "The intended use, the artifact's signature, the code's repository and the code's revision are not recorded."
    ]
    assert said["code revision clean"] == ["The code's working tree had uncommitted changes."]
    assert said["evaluation data recorded"] == ["An evaluation snapshot is not recorded."]
    assert said["approval requested"] == ["No approval was requested for this model version."]
    assert {"code repository", "code revision"} <= {gap.field for gap in dossier(house).gaps}


def test_bytes_that_are_not_what_was_sealed_are_found(house: House, approver: Actor) -> None:
    sound(house, approver)
    house.record(verification(result="MISMATCH", differing=["part-a.csv"]))
    text = "Training snapshot of curated/visits: the newest verification found MISMATCH."
    assert found(house)["snapshot unaltered"] == [text]


def test_an_approval_of_a_dataset_is_none_of_the_version(house: House) -> None:
    house.record(declaration())
    house.send(event())
    house.record(seal())
    house.record(registration())
    house.record(request(subject={"dataset": RAW}))
    said = found(house)
    assert said["approval requested"] == ["No approval was requested for this model version."]
    assert said["approval decided"] == [
        "The clinical approval of landing/visits is pending: nobody has decided on the request."
    ]


def test_an_approval_of_what_has_become_something_else_is_found_with_the_record_that_changed_it(
    house: House, approver: Actor
) -> None:
    sound(house, approver)
    changed = house.record(registration(artifact_digest="sha256:" + "9" * 64, evaluated_on=[SECOND])).receipt.index
    said = found(house)
    assert said["approval in force"] == [
        "The clinical approval is invalidated: the version was registered anew, with other digests."
    ]
    assert changed in next(each for each in dossier(house).findings if each.rule == "approval in force").entries


def test_who_asks_and_decides_is_found_in_ledgers_of_older_versions(house: House) -> None:
    ada = house.act_as("ada", "engineer", "approver")
    house.send(event(), ada)
    house.record(seal(), ada)
    house.record(registration(), ada)
    house.append(decision(house.record(request(), ada).receipt.index), "ada")
    house.append(decision(house.record(request(reason="Once more"), ada).receipt.index), "local", authenticated=False)
    said = found(house)
    assert said["decided by another"] == ["The clinical approval was decided by the principal that requested it."]
    assert said["decision authenticated"] == [
        "The clinical approval was decided by a local principal that nobody authenticated."
    ]


def test_steps_labels_runs_sources_and_schemas_on_the_way_are_found(house: House) -> None:
    failed = "0190d2e6-0000-7000-8000-0000000000ff"
    house.send(event("START", "2025-12-31T12:00:00Z", failed))
    house.send(event("FAIL", "2025-12-31T13:00:00Z", failed))
    other = "0190d2e6-0000-7000-8000-0000000000ee"
    house.send(event(at="2025-12-31T10:00:00Z", run=other, schema={"fields": [{"name": "a"}]}))
    house.send(event(version={"datasetVersion": DIGEST}, schema={"fields": [{"name": "b"}]}))
    house.record(attestation(until="2026-06-01T00:00:00Z"))
    house.record(seal())
    house.record(tag(column=None))
    house.record(registration())
    house.clock.now += 30 * 86_400
    said = found(house)
    assert said["attestation in force"] == ["1 de-identification step that no attestation covers: pipeline/curate."]
    assert said["runs completed"] == ["1 run did not complete: pipeline/curate. Of these, 1 retried with success."]
    assert said["sources declared"] == [
        "Mandatory fields are not recorded of 2 sources: curated/visits; landing/visits."
    ]
    assert said["schema unchanged"] == [
        "The schema changed on the way to the training and evaluation data, of 1 dataset: b, a."
    ]


def test_a_run_id_that_another_job_used_is_found_with_both_jobs_and_their_entries(house: House) -> None:
    first = house.send(event(version={"datasetVersion": DIGEST})).receipt.index
    house.record(seal())
    house.record(registration())
    rule = "run id of one job"
    assert rule not in {one.rule for one in dossier(house).findings}
    other = event("FAIL")
    other["job"]["name"] = "join"
    second = house.send(other).receipt.index
    (found,) = (one for one in dossier(house).findings if one.rule == rule)
    assert found.text == "Several jobs ran under 1 run id: curate, join in pipeline."
    assert set(found.entries) == {first, second}
