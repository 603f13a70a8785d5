"""X7: in the place of another one has access only by a recorded delegation, and then as far as that one has it."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.decisions import rules
from catalog.decisions.model import Asked, Decided
from catalog.decisions.queries import decide
from catalog.errors import AskerError, SenderError
from catalog.grants.queries import access_delegations, delegations_of
from catalog.reading import AsOf
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.nodes import Principal
from graph_schema.times import format_time
from tests.support.records import (
    CURATED,
    House,
    access_grant,
    declaration,
    ending_grant,
    erasing,
    event,
    policies,
    principal,
)

HOUR = 3_600_000_000
GRANTED = """permit (principal, action, resource)
when { context.granted && principal.roles.contains("steward") };
"""


@pytest.fixture
def grace(house: House) -> Actor:
    """A steward with a grant; ada, an engineer, has none."""
    house.send(event())
    house.record(declaration(dataset=CURATED))
    house.act_as("ada", "engineer")
    steward = house.act_as("grace", "steward")
    house.record(policies(GRANTED))
    house.record(access_grant("grace", until=later(house, 48)))
    return steward


def later(house: House, hours: int) -> str:
    return format_time(house.clock.micros() + hours * HOUR)


def delegating(house: House, **more: Any) -> dict[str, Any]:
    given = {"to": "ada", "actions": ["read"], "until": later(house, 24), "reason": "She is away"}
    return {"kind": "delegate_access", **given, **more}


def ask(house: House, who: str = "ada", of: str | None = "grace", action: str = "read") -> Decided:
    around = Circumstances(purpose="HRESCH", on_behalf_of=of, enforces=("ENCRYPT",))
    target = Target("DATASET", CURATED["namespace"], CURATED["name"])
    return decide(house.view(AsOf(house.clock.micros())), Asked(who, action, target, around))


def test_x7_without_a_delegation_nobody_has_access_in_the_place_of_another(house: House, grace: Actor) -> None:
    assert ask(house, "grace", None).allowed
    assert ask(house).reasons == (rules.NOT_DELEGATED,)
    house.record(delegating(house), grace)
    assert ask(house).allowed
    assert ask(house, of=None).reasons == (rules.NOTHING_PERMITS,)
    assert ask(house, action="query").reasons == (rules.NOT_DELEGATED,)
    assert ask(house, "grace", "ada").reasons == (rules.NOT_DELEGATED,)


def test_it_ends_with_its_time_with_its_end_and_with_what_that_one_may(house: House, grace: Actor) -> None:
    index = house.record(delegating(house), grace).receipt.index
    ending = {"kind": "end_access_delegation", "to": "ada", "delegation": index, "reason": "She is back"}
    with pytest.raises(AskerError, match="or is a steward"):
        house.record(ending, house.act_as("mary", "engineer"))
    house.record(ending, grace)
    assert ask(house).reasons == (rules.NOT_DELEGATED,)
    with pytest.raises(SenderError, match="ended already"):
        house.record({**ending, "reason": "Again"}, grace)
    house.record(delegating(house, until=later(house, 1), reason="Once more"), grace)
    assert ask(house).allowed
    house.clock.now += 2 * 3600
    assert ask(house).reasons == (rules.NOT_DELEGATED,)
    house.record(delegating(house, reason="Again"), grace)
    granted = [one.index for one in house.ledger.entries(0, 50) if one.entry.kind == "record.grant_access"]
    house.record(ending_grant(granted[0], "grace"))
    assert ask(house).reasons == (rules.NOTHING_PERMITS,)


def test_delegations_are_listed_over_or_not_by_whoever_gave_or_has_them(house: House, grace: Actor) -> None:
    index = house.record(delegating(house), grace).receipt.index
    before = house.ledger.size() - 1
    house.act_as("mary", "engineer")
    again = house.record(delegating(house, to="mary", reason="As well"), grace).receipt.index
    ending = {"kind": "end_access_delegation", "to": "ada", "delegation": index, "reason": "She is back"}
    ended = house.record(ending, grace).receipt.index
    found = access_delegations(house.view())
    assert [(one.entry, one.of, one.to, one.in_force, one.ended_by) for one in found] == [
        (again, "grace", "mary", True, None),
        (index, "grace", "ada", False, ended),
    ]
    assert access_delegations(house.view(), "grace") == found
    assert [one.entry for one in access_delegations(house.view(), "ada")] == [index]
    assert access_delegations(house.view(), "nobody") == ()
    assert [one.in_force for one in access_delegations(house.view(AsOf(known_at=before)))] == [True]


def test_who_may_not_act_any_more_has_nothing_to_delegate(house: House, grace: Actor) -> None:
    house.record(delegating(house), grace)
    house.record({**principal("grace", "steward", active=False), "force": True})
    assert ask(house).reasons == (rules.NOT_DELEGATED,)


def test_x7_it_is_not_handed_on(house: House, grace: Actor) -> None:
    house.record(delegating(house), grace)
    house.act_as("mary", "engineer")
    house.record(delegating(house, to="mary"), house.key_of("ada"))
    assert ask(house, "mary", "grace").reasons == (rules.NOT_DELEGATED,)
    assert ask(house, "mary", "ada").reasons == (rules.NOTHING_PERMITS,)


def test_an_erased_delegation_holds_no_more(house: House, grace: Actor) -> None:
    index = house.record(delegating(house), grace).receipt.index
    house.record(erasing(index))
    assert ask(house).reasons == (rules.NOT_DELEGATED,)
    assert delegations_of(house.view(), [Principal("ada").id]) == {}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"to": "grace"}, "Nobody delegates to themselves"),
        ({"to": "nobody"}, "define it first"),
        ({"until": "2020-01-01T00:00:00Z"}, "over already"),
        ({"until": "2998-01-01T00:00:00Z"}, "90 days at most"),
        ({"actions": []}, "actions"),
    ],
)
def test_what_no_delegation_can_be_is_refused(house: House, grace: Actor, more: dict[str, Any], message: str) -> None:
    with pytest.raises((SenderError, AskerError), match=message):
        house.record(delegating(house, **more), grace)


def test_nobody_delegates_without_a_key(house: House, grace: Actor) -> None:
    with pytest.raises(AskerError, match="without a key"):
        house.record(delegating(house))
    assert grace.authenticated
