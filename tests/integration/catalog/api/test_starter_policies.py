"""The policies to begin with, as they apply to what is recorded: sites, projects, emergencies."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.keys import local_actor
from catalog.ledger.sealing import utc_microseconds
from graph_schema.nodes import Dataset
from graph_schema.times import format_time
from tests.integration.catalog.api.conftest import Catalog
from tests.integration.catalog.api.test_access import key_of
from tests.support.project import REPOSITORY
from tests.support.records import (
    CURATED,
    access_grant,
    breaking_glass,
    declaration,
    ending_membership,
    ending_project,
    member,
    place,
    principal,
    project,
    review,
)
from tests.support.uses import permission


@pytest.fixture
def ruled(catalog: Catalog) -> Catalog:
    folder = REPOSITORY / "policies"
    files = [
        {"path": one.relative_to(folder).as_posix(), "text": one.read_text()}
        for one in sorted((*folder.rglob("*.cedar"), *folder.rglob("*.yaml")))
    ]
    taken(catalog, place("North", within=None))
    held: dict[str, Any] = {"permitted_use": None, "source_system": None, "phi_category": [], "zone": "CURATED"}
    taken(catalog, declaration(dataset=CURATED, **held))
    taken(
        catalog,
        permission(of={"dataset": CURATED}, terms=[{"code": "GRU"}], purposes=["HRESCH"], places=["North"]),
    )
    taken(catalog, {"kind": "publish_policies", "files": files, "reason": "A test"})
    taken(catalog, principal("grace", "steward"))
    return catalog


def taken(catalog: Catalog, payload: dict[str, Any], **headers: str) -> int:
    answer = catalog.record(payload, **headers)
    assert answer.status_code == 201, answer.text
    catalog.caught_up()
    return int(answer.json()["index"])


def in_minutes(minutes: int) -> str:
    return format_time(utc_microseconds() + minutes * 60_000_000)


def asked(
    catalog: Catalog, who: str = "grace", headers: dict[str, str] | None = None, **context: Any
) -> dict[str, Any]:
    body = {
        "subject": {"type": "user", "id": who},
        "action": {"name": "read"},
        "resource": {"type": "dataset", "id": CURATED["name"], "properties": {"namespace": CURATED["namespace"]}},
        "context": {
            "purpose": "HRESCH",
            "place": "North",
            "environment": "PRODUCTION",
            "device": {"managed": True, "encrypted": True},
            "enforces": ["AUDIT"],
            **context,
        },
    }
    answer = catalog.client.post("/access/v1/evaluation", json=body, headers=headers or {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return {"decision": found["decision"], "policies": found["context"]["policies"]}


def test_a_steward_sees_the_data_of_the_sites_that_it_belongs_to(ruled: Catalog) -> None:
    assert asked(ruled) == {"decision": False, "policies": []}
    elsewhere = taken(ruled, member("grace", "SITE", "South"))
    assert asked(ruled) == {"decision": False, "policies": []}
    entry = taken(ruled, member("grace", "SITE", "North"))
    assert asked(ruled) == {"decision": True, "policies": ["stewards-of-the-site"]}
    assert asked(ruled, site="South") == {"decision": True, "policies": ["stewards-of-the-site"]}
    taken(ruled, ending_membership(entry))
    assert asked(ruled) == {"decision": False, "policies": []}
    assert elsewhere < entry


def test_x3_a_claimed_project_counts_where_it_is_declared_only_for_its_members(ruled: Catalog) -> None:
    taken(ruled, access_grant(until=in_minutes(60), project="made-up project"))
    assert asked(ruled, project="made-up project")["decision"] is True
    taken(ruled, project())
    assert asked(ruled, project="made-up project") == {"decision": False, "policies": []}
    taken(ruled, member())
    assert asked(ruled, project="made-up project") == {"decision": True, "policies": ["granted-work"]}
    assert asked(ruled)["decision"] is False
    taken(ruled, ending_project())
    assert asked(ruled, project="made-up project")["decision"] is False


def test_x5_an_emergency_opens_reading_until_it_is_over_and_is_a_finding_until_it_is_reviewed(ruled: Catalog) -> None:
    admin = key_of(ruled, "admin-1", "admin", "steward", "enforcer")
    ada = key_of(ruled, "ada", "engineer")
    urgent: dict[str, Any] = {"purpose": "ETREAT", "headers": admin}
    assert asked(ruled, "ada", **urgent)["decision"] is False
    answer = ruled.record(breaking_glass(in_minutes(30), "ada"), **ada)
    assert answer.status_code == 201, answer.text
    ruled.caught_up()
    assert asked(ruled, "ada", **urgent) == {"decision": True, "policies": ["emergency-treatment"]}
    assert asked(ruled, "ada", purpose="HRESCH", headers=admin)["decision"] is False
    assert asked(ruled, "grace", **urgent)["decision"] is False
    query = (
        "{ emergencies(open: true) { entry principal emergencyPurpose reason target { ref { name } } review { by } } }"
    )
    (found,) = ruled.ask(query, admin)["data"]["emergencies"]
    assert (found["principal"], found["emergencyPurpose"], found["review"]) == ("ada", "ETREAT", None)
    taken(ruled, review(found["entry"], "ada", justified=False), **admin)
    assert ruled.ask(query, admin)["data"]["emergencies"] == []
    assert asked(ruled, "ada", **urgent)["decision"] is False


def test_who_had_access_at_a_time_and_who_used_it(ruled: Catalog) -> None:
    query = """query Who($of: ID!, $asOf: AsOfInput) { accessHolders(of: $of, asOf: $asOf) { principal hasGrant
      permitted
      lastPermittedEntry grants { entry grantState } } }"""
    of = Dataset(**CURATED).id
    assert ruled.data(query, of=of)["accessHolders"] == []
    granted = taken(ruled, access_grant(until=in_minutes(60)))
    (one,) = ruled.data(query, of=of)["accessHolders"]
    assert (one["hasGrant"], one["permitted"], one["lastPermittedEntry"]) == (True, 0, None)
    assert asked(ruled)["decision"] is True
    taken(ruled, principal("grace", "engineer"))
    (one,) = ruled.data(query, of=of)["accessHolders"]
    assert (one["hasGrant"], one["permitted"], one["grants"][0]["grantState"]) == (False, 1, "ROLE_LOST")
    (then,) = ruled.data(query, of=of, asOf={"knownAtIndex": granted})["accessHolders"]
    assert (then["hasGrant"], then["permitted"]) == (True, 0)


def test_what_waits_for_somebody_is_listed(ruled: Catalog) -> None:
    taken(ruled, {**access_grant(until=in_minutes(60 * 24 * 40)), "kind": "request_access"})
    query = """{ accessRequests(pending: true) { entry by principal requestState actions purposes project reason until
      decidedEntry target { targetKind } } grantsToRecertify(withinDays: 31) { entry recertifyBy }
      projects { name protocol since until entry declared }
      memberships(principal: "grace") { group membershipKind protocol inForce } }"""
    (one,) = ruled.data(query)["accessRequests"]
    assert (one["requestState"], one["decidedEntry"], one["principal"]) == ("PENDING", None, "grace")
    taken(ruled, project())
    taken(ruled, member())
    taken(ruled, access_grant(until=in_minutes(60 * 24 * 40)))
    found = ruled.data(query)
    assert len(found["grantsToRecertify"]) == 1
    assert [one["name"] for one in found["projects"]] == ["made-up project"]
    assert found["memberships"][0]["protocol"] == "made-up protocol"


def test_a_steward_of_an_organisation_declares_what_there_was_not(ruled: Catalog) -> None:
    new = declaration(dataset={"namespace": "curated", "name": "new"}, permitted_use=None, source_system=None)
    allowed = key_of(ruled, "stella", "steward")
    assert ruled.record(new, **allowed).status_code == 201
    # Whoever acts for none sees nothing that is held anywhere, and what there is not is as what may not be seen (X6).
    foreign = key_of(ruled, "otto", "steward")
    for_none = {key: value for key, value in principal("otto", "steward").items() if key != "organisation"}
    ruled.service.intake.submit_record(for_none, local_actor(), "tests").result()
    ruled.caught_up()
    answers = [
        ruled.record({**new, "dataset": {"namespace": "curated", "name": name}}, **foreign) for name in ("new", "none")
    ]
    assert [one.status_code for one in answers] == [422, 422]
    assert len({one.json()["detail"] for one in answers}) == 1
