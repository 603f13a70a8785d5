"""X7, of records: in the place of another one writes only by a delegation of that kind, as far as both may."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.access.model import Actor
from catalog.errors import AskerError, SenderError
from catalog.evidence.queries import entry
from catalog.grants.rules import DELEGABLE
from catalog.intake import Accepted
from catalog.kinds import KINDS, OPEN
from catalog.reading import Names, Rights
from graph_schema.nodes import Dataset
from graph_schema.times import format_time
from tests.support.project import REPOSITORY
from tests.support.records import CURATED, House, declaration, event, member, place, policies, principal
from tests.support.uses import permission

HOUR = 3_600_000_000
NOT_GRACE = """@id("not-grace")
@reason("Not grace.")
forbid (principal, action == Lineward::Action::"declare_dataset", resource is Lineward::Catalog)
when { principal.name == "grace" };
"""
TESTED = """tests:
  - name: Grace declares
    principal: {name: grace, roles: [steward]}
    action: declare_dataset
    resource: {type: Catalog}
    expect: DENY
    by: [not-grace]
"""
NOBODY_DELEGATED = "No delegation in force"


@pytest.fixture
def ada(house: House) -> Actor:
    """An engineer; grace, a steward, has delegated nothing yet."""
    house.send(event())
    house.act_as("grace", "steward")
    return house.act_as("ada", "engineer")


def delegate(house: House, *records: str, by: str = "grace", **more: Any) -> int:
    until = format_time(house.clock.micros() + 24 * HOUR)
    given_ = {"kind": "delegate_access", "to": "ada", "records": records, "until": until, "reason": "She is away"}
    return house.record({**given_, **more}, house.key_of(by)).receipt.index


def write(house: House, actor: Actor, of: str = "grace", **more: Any) -> Accepted:
    return house.record({**declaration(dataset=CURATED, **more), "on_behalf_of": of}, actor)


def test_x7_the_entry_names_both_and_the_delegation(house: House, ada: Actor) -> None:
    with pytest.raises(AskerError, match=NOBODY_DELEGATED):
        write(house, ada)
    delegation = delegate(house, "declare_dataset")
    index = write(house, ada).receipt.index
    stored = house.ledger.entry(index)
    assert stored.entry.actor == "ada"
    assert orjson.loads(stored.body or b"")["on_behalf_of"] == {"principal": "grace", "delegation": delegation}
    found = entry(house.view(), house.ledger, index)
    assert found is not None
    assert (found.actor, found.on_behalf_of) == ("ada", "grace")
    own = house.record(declaration(dataset=CURATED, owner="mine"), ada).receipt.index
    assert "on_behalf_of" not in orjson.loads(house.ledger.entry(own).body or b"")


def test_x7_it_is_refused_once_it_ended_and_where_it_is_of_another_kind(house: House, ada: Actor) -> None:
    of_tags = delegate(house, "tag")
    delegate(house, actions=["write"])
    with pytest.raises(AskerError, match=NOBODY_DELEGATED):
        write(house, ada)
    of_this = delegate(house, "declare_dataset", reason="Still away")
    write(house, ada)
    ending = {"kind": "end_access_delegation", "to": "ada", "delegation": of_this, "reason": "She is back"}
    house.record(ending, house.key_of("grace"))
    with pytest.raises(AskerError, match=NOBODY_DELEGATED):
        write(house, ada, owner="another")
    delegate(house, "declare_dataset", reason="Away again")
    write(house, ada, owner="another")
    house.clock.now += 25 * 3600
    with pytest.raises(AskerError, match=NOBODY_DELEGATED):
        write(house, ada, owner="a third")
    assert of_tags < of_this


def test_x7_both_have_to_be_allowed_it(house: House, ada: Actor) -> None:
    """The narrower of the two: a role of one is none of the other."""
    house.act_as("mary", "approver")
    delegate(house, "declare_dataset", by="mary")
    with pytest.raises(AskerError, match=r"Whoever you write for may not do this themselves\. This needs the role"):
        write(house, ada, of="mary")
    delegate(house, "permit_use")
    with pytest.raises(AskerError, match="This needs the role steward"):
        house.record({**permission(of={"dataset": CURATED}), "on_behalf_of": "grace"}, ada)
    delegate(house, "declare_dataset")
    house.record({**principal("grace", "auditor"), "force": True})
    with pytest.raises(AskerError, match="may not do this themselves"):
        write(house, ada)
    house.record({**principal("grace", "steward", active=False), "force": True})
    with pytest.raises(AskerError, match=NOBODY_DELEGATED):
        write(house, ada)


def test_what_a_policy_or_a_site_takes_from_either_is_taken(house: House, ada: Actor) -> None:
    house.act_as("mary", "steward")
    delegate(house, "declare_dataset", by="mary")
    house.record(place("North", within=None))
    house.record(place("South", within=None))
    house.record(declaration(dataset=CURATED, site="South"))
    write(house, ada, of="mary", owner="first")
    house.record(member("mary", "SITE", "North"))
    # Ada sees it, mary does not any more: to ada in her place it is not there.
    with pytest.raises(SenderError, match="Under this name"):
        write(house, ada, of="mary", owner="second")
    house.record(declaration(dataset=CURATED, owner="third"), ada)
    delegate(house, "declare_dataset")
    files = [{"path": "catalog/made_up.cedar", "text": NOT_GRACE}, {"path": "tests/made_up.yaml", "text": TESTED}]
    house.record(policies(files=files))
    with pytest.raises(AskerError, match="Not grace"):
        write(house, ada, owner="fourth")


def test_it_is_not_handed_on_and_needs_a_key(house: House, ada: Actor) -> None:
    delegate(house, "declare_dataset")
    mary = house.act_as("mary", "engineer")
    delegate(house, "declare_dataset", by="ada", to="mary")
    with pytest.raises(AskerError, match=NOBODY_DELEGATED):
        write(house, mary)
    with pytest.raises(AskerError, match="without a key"):
        house.record({**declaration(dataset=CURATED), "on_behalf_of": "grace"})


@pytest.mark.parametrize("of", ["ada", "", 7, ["grace"]])
def test_who_is_no_other_principal_is_refused(house: House, ada: Actor, of: object) -> None:
    with pytest.raises(SenderError, match="name of another principal") as refused:
        house.record({**declaration(dataset=CURATED), "on_behalf_of": of}, ada)
    assert refused.value.pointer == "/on_behalf_of"


@pytest.mark.parametrize("kind", sorted(set(OPEN) - DELEGABLE))
def test_what_tells_two_persons_apart_is_written_for_oneself_alone(kind: str) -> None:
    """Of each kind that is not delegated, the delegation already is refused."""
    given_ = {"to": "ada", "records": [kind], "until": "2998-01-01T00:00:00Z", "reason": "Away"}
    with pytest.raises(SenderError, match="Records written in the place of another are"):
        KINDS["delegate_access"].record.read(given_)


def test_x7_what_is_compared_is_held_to_the_same_delegation(house: House, ada: Actor) -> None:
    """As of `lineward record --file --on-behalf-of`: what would be refused is refused before anything is written."""
    sent = {**declaration(dataset=CURATED), "on_behalf_of": "grace"}
    with pytest.raises(AskerError, match=NOBODY_DELEGATED):
        house.intake.compare_records([sent], ada)
    delegate(house, "declare_dataset")
    (found,) = house.intake.compare_records([sent], ada)
    assert found.changes
    house.record(sent, ada)
    (again,) = house.intake.compare_records([sent], ada)
    assert not again.changes


def test_a_kind_that_is_not_delegated_is_refused_by_name(house: House, ada: Actor) -> None:
    asked = {"kind": "request_access", "on_behalf_of": "grace", "principal": "ada", "actions": ["read"]}
    more = {"target": {"target_kind": "DATASET", **CURATED}, "purposes": ["HRESCH"], "reason": "A test"}
    with pytest.raises(SenderError, match="request_access is written for oneself alone"):
        house.record({**asked, **more, "until": format_time(house.clock.micros() + HOUR)}, ada)
    with pytest.raises(SenderError, match="names actions, or records, or both"):
        delegate(house)


def test_every_delegable_kind_is_one_that_may_be_written() -> None:
    assert set(OPEN) >= DELEGABLE
    described = (REPOSITORY / "docs" / "access.md").read_text()
    assert [kind for kind in sorted(DELEGABLE) if f"`{kind}`" not in described] == []


_BOUND = st.none() | st.frozensets(st.sampled_from("abc"))
_NAMED = st.frozensets(st.sampled_from("abc")).map(lambda held: Names(held, held.__contains__))


@given(st.tuples(_BOUND | _NAMED, _BOUND | _NAMED), st.tuples(_BOUND | _NAMED, _BOUND | _NAMED))
def test_the_narrower_of_two_rights_shows_what_both_show(one: tuple[Any, Any], other: tuple[Any, Any]) -> None:
    first, second = Rights(*one), Rights(*other)
    both = first.narrowed(second)
    assert both == first.narrowed(second)
    for name in "abcd":
        assert both.holds(name) == (first.holds(name) and second.holds(name))
        assert both.holds_at((name,)) == (first.holds_at((name,)) and second.holds_at((name,)))
    assert both.unbounded == (first.unbounded and second.unbounded)


def test_what_was_written_for_another_counts_as_the_writers_own(house: House, ada: Actor) -> None:
    delegate(house, "declare_dataset")
    index = write(house, ada, owner="cardiology").receipt.index
    stated = [one for one in house.view().statements([Dataset(**CURATED).id], ("owner",)) if one.entry == index]
    assert [one.by for one in stated] == ["ada"]
