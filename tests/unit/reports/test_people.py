"""What a reader sees of those who acted."""

from __future__ import annotations

from dataclasses import replace

from reports.document import Cell, Table
from reports.drawing import document_of
from reports.kinds import ModelDossier
from reports.parts.people import Act, Person
from tests.support.dossier import STEWARD, clinical_dossier, empty_dossier


def rows(context: ModelDossier) -> list[list[list[str]]]:
    """Return the lines of each cell of the table of those who acted."""
    table = next(
        block
        for block in document_of(context)[1].blocks
        if isinstance(block, Table) and block.caption.startswith("Principals")
    )
    return [[lines(cell) for cell in row] for row in table.rows]


def lines(cell: Cell) -> list[str]:
    return ["".join(span.text for span in line) for line in cell]


def row_of(person: Person) -> list[list[str]]:
    (found,) = rows(replace(clinical_dossier(), people=(person,)))
    return found


def steward() -> Person:
    return next(each for each in clinical_dossier().people if each.actor.id == STEWARD.id)


def test_a_person_is_shown_with_function_rights_keys_and_acts() -> None:
    who, rights, proof, did = row_of(steward())
    assert who == ["Testperson Beta", "testperson-beta", "person", "Data steward", "St. Example Hospital"]
    assert rights[0] == "roles: steward, engineer"
    assert rights[1:] == ["defined #2", "2031-03-01 08:00:00 UTC", "by local principal, unauthenticated"]
    assert proof[0].startswith("API key ")
    assert proof[1:] == ["issued 2031-03-01 08:00:00 UTC", "by local principal, unauthenticated"]
    assert [line.rstrip(" #0123456789+") for line in did] == [
        "accepted findings",
        "attested de-identification",
        "declared datasets",
        "licensed uses",
        "permitted uses",
        "tagged PHI",
        "verified snapshots",
    ]


def test_a_key_that_was_revoked_says_since_when_and_by_whom() -> None:
    key = replace(steward().keys[0], revoked_at="2031-04-01T00:00:00Z", revoked_by=STEWARD)
    proof = row_of(replace(steward(), keys=(key,)))[2]
    assert proof[-2:] == ["revoked 2031-04-01 00:00:00 UTC", "by Testperson Beta"]


def test_what_is_not_recorded_of_a_person_is_said() -> None:
    who, _, proof, _ = row_of(replace(steward(), title=None, organisation=None, keys=(), active=False))
    assert who[3:] == ["title: not recorded", "organisation: not recorded", "not active"]
    assert proof == ["API key: not recorded"]


def test_a_service_needs_no_title() -> None:
    who = row_of(replace(steward(), principal_kind="SERVICE", title=None))[0]
    assert who[2:] == ["service", "St. Example Hospital"]


def test_the_local_principal_is_proven_by_nothing() -> None:
    local = next(each for each in clinical_dossier().people if each.actor.id == "local")
    who, rights, proof, did = row_of(local)
    assert who == ["local principal, unauthenticated"]
    assert rights == ["none that a record gave it"]
    assert proof[0].startswith("nothing: whoever used the catalog's own machine")
    assert any(line.startswith("defined principals #") for line in did)


def test_an_act_of_a_later_catalog_is_shown_by_its_kind() -> None:
    person = replace(steward(), acts=(Act(kind="record.retire_dataset", indexes=(7,)),))
    assert row_of(person)[3] == ["record.retire_dataset #7"]


def test_a_report_without_anybody_says_so() -> None:
    assert "Who acted:" in str(document_of(empty_dossier())[1].to_json())
