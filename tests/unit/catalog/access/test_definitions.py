"""Who may be defined as what, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.queries import definitions, principals
from catalog.errors import AskerError, SenderError
from catalog.view import View
from graph_schema.nodes import Principal
from graph_schema.vocabulary.words import PrincipalRole
from tests.support.records import House, principal


@pytest.mark.parametrize("role", [role for role in PrincipalRole if role is not PrincipalRole.ADMIN])
def test_an_admin_gives_themselves_no_role(house: House, role: str) -> None:
    admin = house.act_as("root", "admin")
    with pytest.raises(AskerError, match=f"Nobody gives themselves .*{role}") as caught:
        house.record(principal("root", "admin", role), admin)
    assert caught.value.status == 403


def test_an_admin_gives_themselves_no_kind_of_approval(house: House) -> None:
    admin = house.act_as("root", "admin", "approver", approves=["IRB"])
    with pytest.raises(AskerError, match="Nobody gives themselves CLINICAL"):
        house.record(principal("root", "admin", "approver", approves=["IRB", "CLINICAL"]), admin)
    house.record({**principal("root", "admin", "approver", approves=["IRB"]), "display_name": "Testperson Root"}, admin)


def test_another_key_of_the_same_principal_makes_no_other_of_it(house: House) -> None:
    first = house.act_as("root", "admin")
    key, issued = house.intake.issue_key("root", first, "tests")
    issued.result()
    with pytest.raises(AskerError, match="Nobody gives themselves"):
        house.record(
            principal("root", "admin", "steward"), house.authenticator.authenticate(key.secret, from_loopback=True)
        )


def test_another_admin_grants_kinds_of_approval(house: House) -> None:
    admin = house.act_as("root", "admin")
    house.act_as("grace", "approver", approves=[])
    house.record(principal("grace", "approver", approves=["IRB"]), admin)
    identifier = Principal("grace").id
    assert principals(View(house.store), [identifier])[identifier].approves == ("IRB",)
    assert [(one.by, sorted(one.approves)) for one in definitions(View(house.store), [identifier])[identifier]] == [
        ("local", []),
        ("root", ["IRB"]),
    ]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"roles": ["approver", "emitter"], "approves": ["IRB"]}, "/roles"),
        ({"roles": ["approver", "emitter"]}, "/roles"),
        ({"roles": ["approver"], "principal_kind": "EMITTER"}, "/roles"),
        ({"roles": ["engineer"], "approves": ["IRB"]}, "/approves"),
        ({"roles": ["approver"], "approves": ["EVERYTHING"]}, "/approves/0"),
    ],
)
def test_a_principal_that_could_not_decide_is_not_defined_as_an_approver(
    house: House, more: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(SenderError) as caught:
        house.record({**principal("grace"), **more})
    assert caught.value.pointer == pointer


def test_an_approver_without_kinds_is_told_so(house: House) -> None:
    accepted = house.record(principal("grace", "approver", approves=[]))
    assert any("decides on nothing yet" in warning for warning in accepted.warnings)
