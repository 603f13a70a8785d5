from __future__ import annotations

import pytest

from catalog.access.rules import ALL_ROLES, READ, SEND_EVENTS, TABLE, may, require
from catalog.errors import AskerError
from catalog.kinds import KINDS
from graph_schema.vocabulary.words import PrincipalRole


def test_every_role_stands_in_the_table() -> None:
    assert set(TABLE) == set(PrincipalRole)


def test_what_is_not_in_the_table_is_forbidden() -> None:
    assert not may(ALL_ROLES, "anything_else")
    assert not may([], READ)
    assert not may(["superuser"], READ)


def test_an_emitter_sends_and_reads_nothing() -> None:
    assert may(["emitter"], SEND_EVENTS)
    assert not may(["emitter"], READ)


def test_only_an_approver_decides_and_an_approver_asks_for_nothing() -> None:
    assert [role.value for role in PrincipalRole if may([role.value], "decide_approval")] == ["approver"]
    assert not may(["approver"], "request_approval")


def test_an_auditor_changes_nothing_but_may_say_what_was_verified() -> None:
    assert {kind for kind in KINDS if may(["auditor"], kind)} == {"verify_snapshot"}


def test_a_refusal_names_the_roles_that_would_do() -> None:
    with pytest.raises(AskerError, match="engineer or steward") as caught:
        require(["emitter"], "declare_dataset")
    assert caught.value.status == 403
