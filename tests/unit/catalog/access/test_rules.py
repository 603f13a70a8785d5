from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from catalog import kinds
from catalog.access.permissions import TABLE, Permission
from catalog.access.rules import may, require
from catalog.errors import AskerError
from catalog.kinds import KINDS
from graph_schema.vocabulary.words import PrincipalRole
from tests.support.records import acting


def test_every_role_stands_in_the_table() -> None:
    assert set(TABLE) == set(PrincipalRole)


def test_what_is_not_in_the_table_is_forbidden() -> None:
    assert not may([], Permission.READ)
    assert not may(["superuser"], Permission.READ)


def test_every_permission_is_some_role_s_and_some_code_asks_for_it() -> None:
    assert frozenset().union(*TABLE.values()) == frozenset(Permission)
    asked = "".join(path.read_text("utf-8") for path in Path(inspect.getfile(kinds)).parent.rglob("*.py"))
    for permission in Permission:
        assert permission in KINDS or asked.count(f"Permission.{permission.name}") > 1


def test_an_emitter_sends_and_reads_nothing() -> None:
    assert may(["emitter"], Permission.SEND_EVENTS)
    assert not may(["emitter"], Permission.READ)


def test_only_an_approver_decides_and_an_approver_asks_for_nothing() -> None:
    assert [role.value for role in PrincipalRole if may([role.value], Permission.DECIDE_APPROVAL)] == ["approver"]
    assert not may(["approver"], Permission.REQUEST_APPROVAL)


def test_an_auditor_reads_and_writes_nothing() -> None:
    assert TABLE[PrincipalRole.AUDITOR] == {Permission.READ}


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.JUDGE_TAGS, {"steward"}),
        (Permission.ATTEST_DEIDENTIFICATION, {"steward"}),
        (Permission.DEFINE_PRINCIPAL, {"admin"}),
        (Permission.ISSUE_KEY, {"admin"}),
        (Permission.REVOKE_KEY, {"admin"}),
        (Permission.ERASE_ENTRIES, {"admin"}),
        (Permission.RESTORE_LEDGER, {"admin"}),
        (Permission.WATCH, {"admin", "monitor"}),
        (Permission.SEND_EVENTS, {"emitter", "engineer"}),
        (Permission.REGISTER_MODEL_VERSION, {"emitter", "engineer"}),
        (Permission.READ, {"engineer", "steward", "approver", "auditor", "admin"}),
    ],
)
def test_what_outweighs_others_or_cannot_be_undone_is_for_few(permission: Permission, roles: set[str]) -> None:
    assert {role.value for role in PrincipalRole if may([role.value], permission)} == roles


def test_a_refusal_names_the_roles_that_would_do() -> None:
    with pytest.raises(AskerError, match="engineer or steward") as caught:
        require(acting("emitter"), Permission.DECLARE_DATASET)
    assert caught.value.status == 403
