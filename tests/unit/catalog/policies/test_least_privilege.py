"""Least privilege by role and site, of every kind of record: who writes it, and about what somebody of a site does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.access.rules import may
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.kinds import KINDS, OPEN
from graph_schema.vocabulary.words import PrincipalRole
from tests.support.project import REPOSITORY
from tests.support.records import CURATED, RAW, House, acting, declaration, event, member, place, seal

EXAMPLES: dict[str, dict[str, Any]] = {
    kind: json.loads((REPOSITORY / "examples" / "records" / f"{kind}.json").read_text()) for kind in sorted(OPEN)
}
ABSENT = {"namespace": RAW["namespace"], "name": "absent"}
WRITERS = {"emitter", "engineer", "steward", "approver", "admin"}


@pytest.mark.parametrize("role", PrincipalRole)
def test_a_role_writes_its_kinds_of_record_and_no_other(house: House, role: PrincipalRole) -> None:
    """An auditor, a monitor and an enforcer write none at all."""
    refused = set()
    for kind, payload in EXAMPLES.items():
        record = KINDS[kind].record.read({name: value for name, value in payload.items() if name != "kind"})
        if may([role.value], KINDS[kind].permission(record)):
            continue
        with pytest.raises(AskerError, match="This needs the role") as caught:
            house.record(payload, acting(role.value))
        assert caught.value.status == 403
        refused.add(kind)
    assert (refused == set(OPEN)) is (role.value not in WRITERS)
    assert house.ledger.size() == 0


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - set(OPEN)))
def test_what_the_catalog_writes_itself_nobody_sends(house: House, kind: str) -> None:
    """Such as what the gate said: an auditor may ask, and the entry is the catalog's own, of who asked."""
    for role in PrincipalRole:
        with pytest.raises(SenderError, match="is written by the catalog itself"):
            house.record({"kind": kind}, acting(role.value))
    assert house.ledger.size() == 0


@pytest.fixture
def of_north(house: House) -> tuple[House, Actor]:
    """One dataset held at North and one at South, and somebody of North with every role that sites bind."""
    house.send(event(schema={"fields": [{"name": "mrn", "type": "string"}]}))
    house.record(place("North", within=None))
    house.record(place("South", within=None))
    house.record(declaration(dataset=CURATED, site="North"))
    house.record(declaration(dataset=RAW, site="South"))
    house.record(seal(dataset=RAW))
    roles = ("engineer", "steward", "approver")
    house.act_as("grace", *roles)
    house.record(member("grace", "SITE", "North"))
    return house, house.entitled(house.key_of("grace"))


def about(value: Any, ref: Mapping[str, str]) -> Any:
    """Return a payload in which every dataset is this: jobs and models are held at no site."""
    if isinstance(value, list):
        return [about(one, ref) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: one if name in {"job", "model"} else about(one, ref) for name, one in value.items()}
    return {**found, **ref} if {"namespace", "name"} <= value.keys() else found


def became(house: House, payload: dict[str, Any], actor: Actor) -> str:
    try:
        house.record(payload, actor)
    except (SenderError, AskerError, OperatorError) as error:
        return f"{type(error).__name__} {error}".replace(RAW["name"], "NAME").replace(ABSENT["name"], "NAME")
    return "taken"


NAMING = [kind for kind, payload in EXAMPLES.items() if about(payload, RAW) != about(payload, ABSENT)]


@pytest.mark.parametrize("kind", NAMING)
def test_x6_a_record_about_what_another_site_holds_is_answered_as_one_about_what_is_not_there(
    of_north: tuple[House, Actor], kind: str
) -> None:
    house, actor = of_north
    hidden, absent = (became(house, about(EXAMPLES[kind], ref), actor) for ref in (RAW, ABSENT))
    assert hidden == absent
    assert hidden != "taken"


def test_many_kinds_name_a_dataset() -> None:
    assert len(NAMING) > 15
