"""The glass is broken by whoever has to read, for an hour at most, and always reviewed by another person."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.access.keys import local_actor
from catalog.access.model import Actor
from catalog.emergencies.queries import emergencies
from catalog.emergencies.rules import opening_of
from catalog.errors import AskerError, SenderError
from catalog.findings.queries import Wanted, finding_details, findings
from catalog.findings.rules import FindingState, Rule
from catalog.reading import AsOf
from graph_schema.aspects.access import Target
from graph_schema.nodes import Principal
from graph_schema.times import format_time
from tests.support.records import CURATED, RAW, House, breaking_glass, declaration, principal, review

MINUTE = 60
TARGET = Target("DATASET", **CURATED)


def soon(house: House, minutes: float = 30) -> str:
    return format_time(house.clock.micros() + int(minutes * MINUTE * 1_000_000))


@pytest.fixture
def grace(house: House) -> Actor:
    house.record(declaration(dataset=CURATED))
    return house.act_as("grace", "engineer")


def opened(house: House, action: str = "read", target: Target = TARGET, purpose: str = "ETREAT") -> int | None:
    at = house.clock.micros()
    found = opening_of(emergencies(house.view(AsOf(at))), action, target, purpose, at)
    return None if found is None else found.entry


def found_on_grace(house: House) -> list[Any]:
    wanted = Wanted(rules=frozenset({Rule.EMERGENCY_REVIEWED}), states=frozenset({FindingState.OPEN}))
    found = findings(house.view(), wanted)
    every = finding_details(house.view(), found, found.keys).values()
    return [one for one in every if one.subject == Principal("grace").id]


def test_x5_an_emergency_opens_reading_alone_for_its_purpose_and_time(house: House, grace: Actor) -> None:
    entry = house.record(breaking_glass(soon(house)), grace).receipt.index
    assert opened(house) == opened(house, "query") == entry
    for action in ("train", "evaluate", "export", "write", "promote", "deploy"):
        assert opened(house, action) is None
    assert opened(house, purpose="BTG") is None
    assert opened(house, purpose="HRESCH") is None
    assert opened(house, target=Target("DATASET", **RAW)) is None
    house.clock.now += 30 * MINUTE
    assert opened(house) is None


def test_x5_the_glass_is_broken_by_whoever_has_to_read_and_proved_by_a_key(house: House, grace: Actor) -> None:
    other = house.act_as("ada", "engineer")
    for actor in (other, local_actor()):
        with pytest.raises(AskerError, match="breaks the glass themselves"):
            house.record(breaking_glass(soon(house)), actor)
    assert house.record(breaking_glass(soon(house)), grace).warnings


@pytest.mark.parametrize(("minutes", "sentence"), [(61, "for an hour at most"), (0, "over already")])
def test_x5_it_lasts_an_hour_at_most(house: House, grace: Actor, minutes: float, sentence: str) -> None:
    with pytest.raises(SenderError, match=sentence):
        house.record(breaking_glass(soon(house, minutes)), grace)


def test_x5_it_is_for_treatment_alone(house: House, grace: Actor) -> None:
    with pytest.raises(SenderError, match="purpose"):
        house.record(breaking_glass(soon(house), purpose="HRESCH"), grace)


def test_x5_it_is_a_finding_until_another_person_finds_it_justified(house: House, grace: Actor) -> None:
    entry = house.record(breaking_glass(soon(house)), grace).receipt.index
    (found,) = found_on_grace(house)
    assert (found.text, found.entries) == ("1 emergency without a review.", (entry,))
    house.record({**principal("grace", "engineer", "steward"), "person": "p-7"})
    again = house.key_of("grace")
    ada = house.act_as("ada", "steward")
    house.record({**principal("ada", "steward"), "person": "p-7"})
    for actor in (again, house.key_of("ada")):
        with pytest.raises(AskerError, match="of the same person"):
            house.record(review(entry), actor)
    assert ada.principal == "ada"
    house.record(review(entry), house.act_as("bob", "steward"))
    assert found_on_grace(house) == []
    with pytest.raises(SenderError, match="reviewed already"):
        house.record(review(entry, justified=False), house.key_of("bob"))
    with pytest.raises(SenderError, match="broke no glass"):
        house.record(review(entry + 1), house.key_of("bob"))
    assert [one.review is not None for one in emergencies(house.view())] == [True]


def test_x5_what_was_not_justified_stays_a_finding_and_opens_nothing_more(house: House, grace: Actor) -> None:
    entry = house.record(breaking_glass(soon(house)), grace).receipt.index
    reviewed = house.record(review(entry, justified=False), house.act_as("bob", "steward")).receipt.index
    (found,) = found_on_grace(house)
    assert (found.text, found.entries) == ("1 emergency found unjustified.", (entry, reviewed))
    assert opened(house) is None
