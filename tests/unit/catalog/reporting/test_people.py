"""Who wrote the entries that a report rests on, and what these are about: read of the catalog, and derived offline."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.model_dossier import model_dossier
from graph_schema.nodes import Approval, Dataset, ModelVersion, Principal
from graph_schema.times import format_time
from reports.kinds import ApprovalsRecord, ModelDossier
from reports.parts.people import Act, Person
from reports.standalone.container import take
from reports.standalone.evidence import Evidence
from reports.standalone.verification import checked
from reports.standalone.verify_lineward import verify
from tests.support.records import MODEL, RAW, House, decision, erasing, principal, request, seal, tag

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1")


@pytest.fixture
def grace(house: House) -> Actor:
    return house.act_as("grace", "approver")


@pytest.fixture
def told(house: House, grace: Actor) -> House:
    """A catalog whose events an emitter sent, and whose approver an admin defined and gave a key."""
    house.tell_story(grace)
    return house


def dossier(house: House) -> ModelDossier:
    found = model_dossier(house.view(), house.ledger, VERSION.id)
    assert found is not None
    return found


def record(house: House) -> ApprovalsRecord:
    found = approvals_record(house.view(), house.ledger, VERSION.id)
    assert found is not None
    return found


def person(context: ModelDossier | ApprovalsRecord, name: str) -> Person:
    ((found),) = [each for each in context.people if each.actor.id == name]
    return found


def test_what_was_written_in_the_place_of_another_names_both_and_the_delegation(house: House, grace: Actor) -> None:
    sam, ada = house.act_as("sam", "steward"), house.act_as("ada", "engineer", "steward")
    house.tell_story(grace)
    until = format_time(house.clock.micros() + 3_600_000_000)
    given = {"kind": "delegate_access", "to": "ada", "records": ["tag"], "until": until, "reason": "She is away"}
    delegated = house.record(given, sam).receipt.index
    mine = house.record(tag(stance="CONFIRM", codes=[], reason="Read and confirmed"), ada).receipt.index
    theirs = house.record({**tag(reason="For Sam"), "on_behalf_of": "sam"}, ada).receipt.index
    found = dossier(house)
    acts = [one for one in person(found, "ada").acts if one.kind == "record.tag"]
    assert [one.indexes for one in acts] == [(mine,), (theirs,)]
    assert [None if one.on_behalf_of is None else one.on_behalf_of.name for one in acts] == [None, "Testperson sam"]
    assert [one.entries for one in acts] == [(), (delegated,)]
    assert failing(house, found) == []
    ada_, together = person(found, "ada"), Act(kind="record.tag", indexes=(mine, theirs))
    hiding = replace(ada_, acts=(*(one for one in ada_.acts if one.kind != "record.tag"), together))
    people = tuple(hiding if one.actor.id == "ada" else one for one in found.people)
    assert failing(house, replace(found, people=people)) != []


def failing(house: House, context: ModelDossier | ApprovalsRecord) -> list[str]:
    """Return the checks that a report with this context does not pass, though the catalog issued it."""
    found = verify(house.issue_context(context, "json"), str(house.ledger.verifiers[0]))
    return [check.name for check in found.checks if check.status != "PASS"]


def test_everyone_who_wrote_a_cited_entry_is_there_with_these_entries(told: House) -> None:
    context = dossier(told)
    written: dict[str, set[int]] = {}
    for entry in context.evidence.cited:
        if entry.withheld != "NOT_CITED":
            written.setdefault(entry.actor, set()).add(entry.index)
    assert {each.actor.id: {i for act in each.acts for i in act.indexes} for each in context.people} == written
    kinds = {act.kind for each in context.people for act in each.acts}
    assert {"record.seal_snapshot", "record.decide_approval", "openlineage.run_event", "record.issue_key"} <= kinds


def test_a_person_has_title_organisation_roles_and_who_defined_them(told: House) -> None:
    grace = person(dossier(told), "grace")
    assert (grace.actor.name, grace.principal_kind, grace.title, grace.organisation) == (
        "Testperson grace",
        "PERSON",
        "Made-up officer",
        "Example Hospital",
    )
    assert (grace.roles, grace.active) == (("approver",), True)
    assert "CLINICAL" in grace.approves
    assert grace.defined_by is not None
    assert (grace.defined_by.id, grace.defined_by.authenticated) == ("local", False)


def test_the_keys_of_a_principal_say_since_when_until_when_and_by_whom(told: House, grace: Actor) -> None:
    admin = told.act_as("root", "admin")
    gone = told.record({"kind": "revoke_key", "key_id": grace.key_id, "principal": "grace"}, admin)
    second = told.key_of("grace")
    context = dossier(told)
    first, newer = person(context, "grace").keys
    assert (first.key_id, newer.key_id) == (grace.key_id, second.key_id)
    assert (first.issued_by.id, newer.revoked_at, newer.revoked_by) == ("local", None, None)
    assert first.revoked_at is not None
    assert first.revoked_by is not None
    assert (first.revoked_by.id, first.revoked_by.name) == ("root", "Testperson root")
    assert gone.receipt.index in first.entries
    # Whoever revoked it wrote a cited entry so: with who defined them, and by which key they acted.
    assert [act.kind for act in person(context, "root").acts] == ["record.revoke_key"]
    assert len(person(context, "root").keys) == 1
    assert failing(told, context) == []


def test_the_local_principal_is_there_as_one_that_nothing_defines(told: House) -> None:
    local = person(dossier(told), "local")
    assert (local.actor.authenticated, local.principal_kind, local.keys, local.defined_by) == (False, None, (), None)
    assert "record.register_model_version" in {act.kind for act in local.acts}


def test_persons_come_before_services_emitters_and_who_is_not_defined(house: House) -> None:
    for name, kind in (("a-emitter", "EMITTER"), ("b-service", "SERVICE"), ("c-person", "PERSON")):
        house.record({**principal(name, "emitter"), "principal_kind": kind})
    house.tell_story(house.act_as("grace", "approver"))
    for name in ("a-emitter", "b-service", "c-person"):
        house.append(seal(), name)
    assert [each.actor.id for each in dossier(house).people] == ["c-person", "grace", "b-service", "a-emitter", "local"]


def test_a_decision_shows_what_its_signer_was_then_and_the_key(told: House, grace: Actor) -> None:
    told.record({**principal("grace", "approver"), "title": "Another officer", "organisation": "Another Hospital"})
    signed = record(told).approvals[0].decisions[0]
    assert signed.signer is not None
    assert (signed.signer.title, signed.signer.organisation) == ("Made-up officer", "Example Hospital")
    assert signed.key_id == grace.key_id
    assert person(record(told), "grace").title == "Another officer"
    assert failing(told, record(told)) == []


def test_a_decision_of_somebody_whom_no_record_defined_has_no_signer(told: House) -> None:
    asked = told.record(request(use_case="Another")).receipt.index
    told.append(decision(asked), "nobody")
    signed = record(told).approvals[-1].decisions[0]
    assert (signed.signer, signed.key_id, signed.printed_name) == (None, None, "Testperson nobody")
    assert "who acted" not in str(failing(told, record(told)))


def test_an_entry_is_about_nodes_whose_keys_make_their_ids(told: House) -> None:
    subjects = {each.id: each.key for each in dossier(told).entry_subjects}
    assert subjects[Dataset(**RAW).id] == (RAW["namespace"], RAW["name"])
    assert subjects[Principal("grace").id] == ("grace",)
    assert subjects[VERSION.id] == VERSION.key
    (approval,) = [id_ for id_ in subjects if id_.startswith("Approval:")]
    assert approval == Approval(*subjects[approval]).id


def test_a_seal_that_was_erased_has_its_author_still(told: House) -> None:
    sealed = next(e.index for e in dossier(told).evidence.cited if e.kind == "record.seal_snapshot")
    told.record(erasing(sealed))
    context = dossier(told)
    assert sealed in {i for act in person(context, "local").acts for i in act.indexes}
    assert "derived: who acted" not in failing(told, context)


@pytest.mark.parametrize("template", ["approvals/1", "approvals/2"])
def test_a_report_of_the_version_before_lists_nobody_and_its_entries_say_the_same(told: House, template: str) -> None:
    pages, evidence = take(told.issue_context(record(told), "json"))
    values = json.loads(evidence)
    values["made_with"]["template"] = template
    del values["context"]["people"], values["context"]["entry_subjects"]
    for decision_of in values["context"]["approvals"]:
        for each in decision_of["decisions"]:
            del each["signer"], each["key_id"]
    checks = checked(Evidence.parse(values), pages, str(told.ledger.verifiers[0]))
    failed = {check.name for check in checks if check.name.startswith("deriv") and check.status != "PASS"}
    # Under the version of today nobody may leave them out.
    today = {"derivation"}
    assert failed == (set() if template == "approvals/1" else today)


def _other(value: Any) -> Any:  # any JSON value
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {**value, "id": "somebody"}
    if isinstance(value, list):
        return value[1:] if len(value) > 1 else [*value, *value] or ["another"]
    return "another" if value is None or isinstance(value, str) else value + 1


@pytest.mark.parametrize(
    "field",
    ["title", "organisation", "roles", "approves", "active", "defined_at", "defined_by", "keys", "acts"],
)
def test_what_an_insider_changes_of_a_person_is_found(told: House, field: str) -> None:
    context = record(told)
    values = context.to_json()
    ((changed),) = [each for each in values["people"] if each["actor"]["id"] == "grace"]
    changed[field] = _other(changed[field])
    forged = ApprovalsRecord.from_json(json.loads(json.dumps(values)))
    assert "derived: who acted" in failing(told, forged)


def test_a_person_left_out_and_one_made_up_are_found(told: House) -> None:
    context = record(told)
    assert failing(told, context) == []
    gone = tuple(each for each in context.people if each.actor.id != "local")
    assert "derived: who acted" in failing(told, replace(context, people=gone))
    made_up = replace(context.people[0], actor=replace(context.people[0].actor, id="made-up"))
    assert "derived: who acted" in failing(told, replace(context, people=(*context.people, made_up)))
    assert "derived: who acted" in failing(told, replace(context, people=context.people[::-1]))


def test_an_entry_that_is_said_to_be_about_something_else_is_found(told: House) -> None:
    context = record(told)
    first, *rest = context.entry_subjects
    for forged in (replace(first, key=("another",)), replace(first, key=())):
        changed = replace(context, entry_subjects=(forged, *rest))
        assert ("derived: entry subjects" in failing(told, changed)) == bool(forged.key)
    assert "derived: entry subjects" in failing(told, replace(context, entry_subjects=tuple(rest)))


def test_a_signer_who_is_said_to_have_been_another_is_found(told: House) -> None:
    context = record(told)
    approval = context.approvals[0]
    signed = approval.decisions[0]
    assert signed.signer is not None
    for forged in (
        replace(signed, printed_name="Testperson Beta"),
        replace(signed, key_id="aaaaaaaaaa"),
        replace(signed, signer=replace(signed.signer, title="Chief")),
        replace(signed, signer=None),
    ):
        changed = replace(context, approvals=(replace(approval, decisions=(forged,)), *context.approvals[1:]))
        assert "derived: approvals" in failing(told, changed)
