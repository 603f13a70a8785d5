"""Access that is asked for, decided by somebody else, certified again, and over with the project that it is for."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.errors import AskerError, SenderError
from catalog.grants.model import GrantState, RequestState
from catalog.grants.queries import access_requests, grants, recertifications_due
from catalog.grants.rules import covering
from catalog.reading import AsOf, Rights
from graph_schema.aspects.access import Target
from graph_schema.nodes import Dataset
from graph_schema.times import format_time
from tests.support.records import (
    CURATED,
    RAW,
    House,
    access_grant,
    access_request,
    declaration,
    ending_grant,
    ending_project,
    principal,
    project,
    recertification,
    refusal,
)

TARGET = Target("DATASET", **CURATED)
DAY = 86_400


def day(house: House, days: float) -> str:
    return format_time(house.clock.micros() + int(days * DAY * 1_000_000))


@pytest.fixture
def house(house: House) -> House:
    house.record(declaration(dataset=CURATED))
    house.record(principal("grace", "engineer"))
    return house


def asked(house: House, **more: Any) -> int:
    return house.record(access_request(until=day(house, 9), **more)).receipt.index


def state(house: House) -> GrantState:
    return grants(house.view())[0].state


def test_a_request_is_granted_by_somebody_else_who_stays_within_it(house: House) -> None:
    ada, bob = house.act_as("ada", "engineer", "steward"), house.act_as("bob", "steward")
    until = day(house, 9)
    request = house.record(access_request(until=until), ada).receipt.index
    (found,) = access_requests(house.view())
    assert (found.state, found.by, found.decided_by) == (RequestState.PENDING, "ada", None)
    with pytest.raises(AskerError, match="Whoever asked for access does not decide"):
        house.record(access_grant(until=until, request=request), ada)
    wider: tuple[dict[str, Any], ...] = (
        {"until": day(house, 10)},
        {"actions": ["read", "export"]},
        {"purposes": ["HRESCH", "TREAT"]},
        {"target": {"target_kind": "NAMESPACE", "namespace": CURATED["namespace"]}},
        {"project": "made-up project"},
    )
    for more in wider:
        with pytest.raises(SenderError, match="grants more than entry"):
            house.record(access_grant(**{"until": until, "request": request, **more}), bob)
    granted = house.record(access_grant(until=until, request=request), bob).receipt.index
    (found,) = access_requests(house.view())
    assert (found.state, found.decided_by) == (RequestState.GRANTED, granted)
    with pytest.raises(SenderError, match="granted already"):
        house.record(refusal(request), bob)


def test_a_request_is_refused_or_lapses(house: House) -> None:
    request = asked(house, project="made-up project")
    with pytest.raises(SenderError, match="no access is asked for"):
        house.record(refusal(request + 1))
    bob = house.act_as("bob", "steward")
    house.record(refusal(request), bob)
    assert access_requests(house.view())[0].state is RequestState.REFUSED
    asked(house)
    house.clock.now += 9 * DAY
    assert access_requests(house.view())[0].state is RequestState.LAPSED
    with pytest.raises(SenderError, match="lapsed already"):
        house.record(refusal(access_requests(house.view())[0].entry), bob)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"until": -1}, "over already"),
        ({"until": 91}, "90 days at most"),
        ({"principal": "nobody"}, "no principal that may act"),
    ],
)
def test_a_request_that_nobody_could_grant_is_refused(house: House, change: dict[str, Any], sentence: str) -> None:
    more = {name: day(house, value) if name == "until" else value for name, value in change.items()}
    with pytest.raises(SenderError, match=sentence):
        house.record(access_request(**{"until": day(house, 1), **more}))


@pytest.mark.parametrize(("first", "second"), [("p-7", "p-7"), (None, "grace"), ("grace-2", None)])
def test_two_principals_of_one_person_are_one_person(house: House, first: str | None, second: str | None) -> None:
    """Who asks, who has it and who decides are persons, not names."""
    house.record({**principal("grace", "engineer"), "person": first})
    other = house.act_as("grace-2", "steward")
    house.record({**principal("grace-2", "steward"), "person": second})
    until = day(house, 1)
    with pytest.raises(AskerError, match="of the same person"):
        house.record(access_grant(until=until), other)
    granted = house.record(access_grant(until=until)).receipt.index
    with pytest.raises(AskerError, match="of the same person"):
        house.record(recertification(granted), other)
    request = asked(house)
    with pytest.raises(AskerError, match="of the same person"):
        house.record(refusal(request), other)


def test_a_grant_is_certified_every_thirty_days_by_somebody_else(house: House) -> None:
    granted = house.record(access_grant(until=day(house, 80))).receipt.index
    short = house.record(access_grant(until=day(house, 30), target={"target_kind": "DATASET", **CURATED})).receipt.index
    assert recertifications_due(house.view(), 29) == ()
    (due,) = recertifications_due(house.view(), 30)
    assert (due.entry, due.due_at) == (granted, due.since + 30 * DAY * 1_000_000)
    house.clock.now += 31 * DAY
    assert [one.entry for one in recertifications_due(house.view())] == [granted]
    certified = house.ledger.entry(house.record(recertification(granted)).receipt.index).entry.recorded_at
    assert recertifications_due(house.view()) == ()
    assert recertifications_due(house.view(), 30)[0].due_at == certified + 30 * DAY * 1_000_000
    with pytest.raises(SenderError, match="is over"):
        house.record(recertification(short))
    house.record(ending_grant(granted))
    assert recertifications_due(house.view(), 90) == ()


def test_a_grant_is_over_with_its_project_and_does_not_come_back(house: House) -> None:
    house.record(project(until=day(house, 5)))
    house.record(access_grant(until=day(house, 9), project="made-up project"))
    assert state(house) is GrantState.IN_FORCE
    later = house.clock.micros() + 6 * DAY * 1_000_000
    assert grants(house.view(AsOf(later)))[0].state is GrantState.PROJECT_OVER
    house.record(ending_project())
    assert state(house) is GrantState.PROJECT_OVER
    house.record(project(until=day(house, 5)))
    assert state(house) is GrantState.PROJECT_OVER
    house.record(access_grant(until=day(house, 8), project="made-up project"))
    assert state(house) is GrantState.IN_FORCE


def test_where_a_grant_stands_follows_its_time_its_end_and_roles(house: House) -> None:
    granted = house.record(access_grant(since=day(house, 1), until=day(house, 2))).receipt.index
    assert state(house) is GrantState.NOT_YET
    house.clock.now += 1.5 * DAY
    assert state(house) is GrantState.IN_FORCE
    assert covering(grants(house.view()), "read", TARGET, "HRESCH", None) is not None
    house.record(principal("grace", "auditor"))
    assert state(house) is GrantState.ROLE_LOST
    house.clock.now += DAY
    assert state(house) is GrantState.EXPIRED
    house.record(ending_grant(granted))
    assert state(house) is GrantState.ENDED


def test_x6_what_is_asked_for_and_granted_of_hidden_things_is_not_listed(house: House) -> None:
    house.act_as("grace", "engineer")
    house.record(declaration(dataset=CURATED))
    house.record(declaration(dataset=RAW, site="South"))
    south = {"target_kind": "DATASET", **RAW}
    until = format_time(house.clock.micros() + 3_600_000_000)
    for target in (south, {"target_kind": "DATASET", **CURATED}):
        house.record(access_grant(target=target, until=until))
        house.record({**access_grant(target=target, until=until), "kind": "request_access"})
    whole, few = house.view(), house.view(rights=Rights(sites=frozenset({"North"})))
    for listed in (grants, access_requests):
        assert [one.content.target.name for one in listed(whole)] == [CURATED["name"], RAW["name"]]
        assert [one.content.target.name for one in listed(few)] == [CURATED["name"]]
    assert few.hidden == {Dataset(**RAW).id}
    spaced = house.view(rights=Rights(namespaces=frozenset({"elsewhere"})))
    assert grants(spaced) == ()
