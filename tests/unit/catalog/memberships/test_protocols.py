"""Protocols are records with a beginning and an end, and who works under one is who belongs to its projects then."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.decisions.model import Asked
from catalog.decisions.queries import decide
from catalog.errors import SenderError
from catalog.memberships.queries import memberships_of, protocols, protocols_of
from catalog.reading import AsOf
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.nodes import Principal
from graph_schema.times import format_time
from tests.support.records import (
    CURATED,
    House,
    declaration,
    ending_project,
    ending_protocol,
    erasing,
    event,
    member,
    policies,
    project,
    protocol,
)

DAY = 86_400_000_000
GRACE = Principal("grace").id
UNDER = """permit (principal, action, resource)
when { context has protocol && context.protocol == "made-up protocol" };
"""


@pytest.fixture
def study(house: House) -> House:
    house.send(event())
    house.record(declaration(dataset=CURATED))
    house.act_as("grace", "engineer")
    house.record(project(protocol=None) | {"protocol": "made-up protocol"})
    house.record(policies(UNDER))
    return house


def under(house: House, at: AsOf | None = None) -> tuple[str, ...]:
    view = house.view(at or AsOf(house.clock.micros()))
    return protocols_of(view, memberships_of(view, [GRACE]).get(GRACE, ()))


def permitted(house: House, name: str = "made-up protocol", at: AsOf | None = None) -> bool:
    asked = Asked(
        "grace",
        "read",
        Target("DATASET", CURATED["namespace"], CURATED["name"]),
        Circumstances(purpose="HRESCH", protocol=name, enforces=("ENCRYPT",)),
    )
    return decide(house.view(at or AsOf(house.clock.micros())), asked).allowed


def days(house: House, count: int) -> str:
    return format_time(house.clock.micros() + count * DAY)


def test_a_declared_protocol_counts_for_its_members_while_it_lasts(study: House) -> None:
    study.record(protocol(since=days(study, 1), until=days(study, 10)))
    assert not permitted(study)
    study.record(member())
    assert not permitted(study)  # it has not begun
    study.clock.now += 2 * 86_400
    assert permitted(study)
    assert under(study) == ("made-up protocol",)
    study.clock.now += 9 * 86_400
    assert not permitted(study)
    assert under(study) == ()


def test_a_protocol_that_ended_is_over_and_was_in_force_before(study: House) -> None:
    study.record(protocol())
    study.record(member())
    before = AsOf(study.clock.micros(), study.ledger.size() - 1)
    assert permitted(study)
    study.record(ending_protocol())
    assert not permitted(study)
    assert permitted(study, at=before)
    [found] = protocols(study.view())
    assert (found.declared, found.in_force, found.determination) == (False, False, "EXPEDITED")
    study.clock.now += 700
    with pytest.raises(SenderError, match="or it was ended"):
        study.record(ending_protocol())


def test_a_protocol_of_other_projects_is_not_worked_under(study: House) -> None:
    study.record(project(project="another", protocol=None) | {"protocol": "its own"})
    study.record(protocol(projects=["another"]))
    study.record(member())
    # The project names it too, and the board's declaration outweighs what the project says of itself.
    assert under(study) == ()
    assert not permitted(study)


def test_what_no_record_declares_stays_as_the_projects_say(study: House) -> None:
    study.record(member())
    assert under(study) == ("made-up protocol",)
    assert permitted(study)
    study.record(ending_project())
    assert not permitted(study)


def test_an_erased_declaration_still_binds(study: House) -> None:
    declared = study.record(protocol(projects=["made-up project"], until=days(study, 1))).receipt.index
    study.record(member())
    study.record(erasing(declared))
    assert permitted(study)
    study.clock.now += 2 * 86_400
    assert not permitted(study)
    assert protocols(study.view())[0].reference == "[erased]"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"projects": ["nobody's"]}, "/projects/0"),
        ({"projects": []}, "/projects"),
        ({"determination": "YES"}, "/determination"),
    ],
)
def test_what_no_protocol_can_be_is_refused_with_its_place(study: House, more: dict[str, Any], pointer: str) -> None:
    with pytest.raises(SenderError) as raised:
        study.record(protocol(**more))
    assert raised.value.pointer == pointer
