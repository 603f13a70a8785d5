"""`lineward key` as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.typed import Typed, typed

FINE, WRONG_USE, OUTSIDE = 0, 2, 3


class Typist:
    """Types `lineward key …` on one folder; nothing of this machine's own settings is seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *arguments: str) -> Typed:
        return typed(self._folder, "key", *arguments)

    def create(self, *arguments: str) -> str:
        """Return the new key's id."""
        answer = self("create", *arguments, "--json")
        assert answer.code == FINE, answer.printed
        return str(json.loads(answer.out)["keyId"])

    def principal(self, name: str) -> dict[str, Any]:
        """Return what is known of a principal, with the ids of its keys that work."""
        ((found),) = [one for one in json.loads(self("list", "--json").out) if one["principal"] == name]
        keys = {key["keyId"] for key in found["keys"] if key["revokedAt"] is None}
        return {
            **{
                name: found[name]
                for name in ("displayName", "title", "organisation", "principalKind", "roles", "approves", "active")
            },
            "keys": keys,
        }


@pytest.fixture
def key(tmp_path: Path) -> Typist:
    return Typist(tmp_path / "catalog")


def test_one_key_more_changes_nothing_that_is_known_of_a_principal(key: Typist) -> None:
    known = ("--role", "admin", "--role", "auditor", "--name", "Testperson Alpha", "--kind", "person")
    first = key.create("admin-1", *known)
    before = key.principal("admin-1")
    second = key.create("admin-1")
    third = key.create("admin-1", "--role", "auditor", "--role", "admin", "--kind", "PERSON")
    assert key.principal("admin-1") == {**before, "keys": {first, second, third}}


def test_that_every_request_needs_a_key_from_now_on_is_told_with_the_first_one_alone(key: Typist) -> None:
    known = ("--role", "admin", "--name", "Testperson Alpha", "--kind", "person")
    assert "From now on every request needs a key" in key("create", "admin-1", *known).err
    assert "From now on" not in key("create", "admin-1").err


def test_a_difference_is_refused_and_named_and_nothing_is_written(key: Typist) -> None:
    key.create("admin-1", "--role", "admin", "--name", "Testperson Alpha", "--kind", "person")
    before = key.principal("admin-1")
    for arguments, sentence in (
        (("--role", "emitter"), "the roles from admin to emitter"),
        (("--name", "Testperson Beta"), "the name from Testperson Alpha to Testperson Beta"),
        (("--kind", "service"), "the kind from person to service"),
    ):
        answer = key("create", "admin-1", *arguments)
        assert answer.code == WRONG_USE
        assert sentence in answer.err
        assert "say --redefine" in answer.err
    assert key.principal("admin-1") == before


def test_a_principal_is_redefined_where_that_is_said_and_keeps_the_rest(key: Typist) -> None:
    key.create("person-1", "--role", "approver", "--approves", "irb", "--name", "Testperson Alpha", "--kind", "person")
    key.create("person-1", "--approves", "IRB")
    assert (
        "what it decides on from irb to irb, site"
        in key("create", "person-1", "--approves", "irb", "--approves", "site").err
    )
    key.create("person-1", "--approves", "site", "--redefine")
    assert key.principal("person-1")["approves"] == ["SITE"]
    key.create("person-1", "--role", "auditor", "--redefine")
    found = key.principal("person-1")
    assert (found["displayName"], found["principalKind"], found["roles"]) == ("Testperson Alpha", "PERSON", ["auditor"])
    assert found["approves"] == []


def test_title_and_organisation_are_kept_until_they_are_changed(key: Typist) -> None:
    function = ("--title", "Privacy officer", "--organisation", "Example Hospital")
    key.create("person-1", "--role", "steward", "--kind", "person", *function)
    key.create("person-1", *function)
    refused = key("create", "person-1", "--title", "Data steward")
    assert refused.code == WRONG_USE
    assert "the title from Privacy officer to Data steward" in refused.err
    key.create("person-1", "--role", "auditor", "--redefine")
    kept = key.principal("person-1")
    assert (kept["title"], kept["organisation"], kept["roles"]) == ("Privacy officer", "Example Hospital", ["auditor"])
    key.create("person-1", "--organisation", "Another Hospital", "--redefine")
    assert key.principal("person-1")["organisation"] == "Another Hospital"
    assert "Privacy officer, Another Hospital" in key("list").out


def test_the_last_administrator_goes_by_force_alone(key: Typist) -> None:
    last = key.create("admin-1", "--role", "admin")
    for arguments in (("revoke", last), ("create", "admin-1", "--role", "auditor", "--redefine")):
        answer = key(*arguments)
        assert answer.code == WRONG_USE
        assert "leave nobody who can administer the catalog" in answer.err
    assert key.principal("admin-1")["keys"] == {last}
    assert key("revoke", last, "--force").code == FINE
    assert key.principal("admin-1")["keys"] == set()
    # Whoever owns the folder comes in again.
    assert key.create("admin-1") in key.principal("admin-1")["keys"]
