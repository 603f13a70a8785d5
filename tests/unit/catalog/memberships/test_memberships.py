"""Who belongs to a project or a site: for a time, by somebody else, and no longer than the project lasts."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import AskerError, SenderError
from catalog.memberships.model import Membership
from catalog.memberships.queries import memberships_of, projects
from catalog.reading import AsOf
from graph_schema.nodes import Principal
from graph_schema.times import format_time
from tests.support.records import House, ending_membership, ending_project, member, place, principal, project

GRACE = Principal("grace").id
DAY = 86_400


def day(house: House, days: float) -> str:
    return format_time(house.clock.micros() + int(days * DAY * 1_000_000))


@pytest.fixture
def house(house: House) -> House:
    house.record(principal("grace", "engineer"))
    house.record(project(until=day(house, 9)))
    return house


def only(house: House) -> Membership:
    (found,) = memberships_of(house.view(), [GRACE])[GRACE]
    return found


def test_a_membership_holds_for_its_time_and_as_long_as_its_project(house: House) -> None:
    house.record(member(since=day(house, 1), until=day(house, 12)))
    assert not only(house).in_force
    house.clock.now += 2 * DAY
    assert (only(house).in_force, only(house).protocol) == (True, "made-up protocol")
    later = house.clock.micros() + 8 * DAY * 1_000_000
    assert not memberships_of(house.view(AsOf(later)), [GRACE])[GRACE][0].in_force
    house.record(ending_project())
    assert not only(house).in_force
    house.record(project(until=day(house, 9)))
    assert not only(house).in_force


def test_a_membership_is_ended_once(house: House) -> None:
    entry = house.record(member()).receipt.index
    end = house.record(ending_membership(entry)).receipt.index
    assert (only(house).in_force, only(house).ended_by) == (False, end)
    with pytest.raises(SenderError, match="ended already"):
        house.record({**ending_membership(entry), "reason": "Once more"})
    with pytest.raises(SenderError, match="adds the principal to nothing"):
        house.record(ending_membership(entry + 1))


def test_a_site_is_belonged_to_whatever_is_declared_and_warned_of(house: House) -> None:
    accepted = house.record(member("grace", "SITE", "North"))
    assert "not declared" in accepted.warnings[0]
    house.record(place("North", within=None))
    assert house.record(member("grace", "SITE", "North", until=day(house, 3))).warnings == ()
    assert all(one.in_force for one in memberships_of(house.view(), [GRACE])[GRACE])


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (member("nobody"), "no principal that may act"),
        (member(group="unheard of"), "No project of this name"),
        (member(since="2998-12-31T00:00:00Z"), "end before it begins"),
        (project(since="2999-01-01T00:00:00Z"), "end before it begins"),
        (ending_project("unheard of"), "No project of this name"),
    ],
)
def test_what_cannot_be_is_refused(house: House, payload: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SenderError, match=sentence):
        house.record(payload)


def test_nobody_adds_themselves(house: House) -> None:
    steward = house.act_as("ada", "steward")
    with pytest.raises(AskerError, match="Nobody adds themselves"):
        house.record(member("ada"), steward)


def test_projects_are_listed_ended_or_not(house: House) -> None:
    house.record(project(project="another"))
    house.record(ending_project())
    assert [(one.name, one.declared) for one in projects(house.view())] == [
        ("another", True),
        ("made-up project", False),
    ]
    with pytest.raises(SenderError, match="or it was ended"):
        house.record({**ending_project(), "reason": "Once more"})
