"""What is judged beforehand is what would be judged anew, counts within ten seconds, and holds nobody up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.decisions.asking import Problem, read
from catalog.decisions.basis import LONGEST, Basis
from catalog.decisions.memo import AHEAD, DecisionMemo
from catalog.decisions.model import Asked
from catalog.decisions.queries import judged
from catalog.decisions.renewal import Renewal
from catalog.drafting import EVENTS
from catalog.errors import OperatorError
from catalog.labels.taint.following import LabelFollower
from catalog.reading import EVERYTHING, LATEST, AsOf
from graph_schema.times import SECOND, format_time
from tests.support.records import CURATED, RAW, House, access_grant, declaration, event, policies, principal, tag
from tests.support.uses import permission

RULES = """permit (principal, action, resource) when {context.granted};
@id("use") @reason("As made up") permit (principal, action, resource) when {context.use == "PERMIT"};
@id("labels") @reason("As made up") permit (principal, action, resource)
when {!resource.labels.contains("DIRECT_IDENTIFIER")};
@id("role") @reason("As made up") permit (principal, action, resource) when {principal.roles.contains("engineer")};
"""
WHO = ("grace", "ada")
PERMITTED: dict[str, Any] = {"purposes": ["HRESCH"], "places": ["North"]}


class Gateway:
    """What answers requests, with the thread of its renewal in the hands of a test."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.held = -1
        """What the server takes the graph to hold: it may hold more."""
        self.memo, self.basis = DecisionMemo(), Basis(house.ledger, EVENTS, lambda: self.held)
        self.begun = 0
        self.renewal = Renewal(
            house.store,
            self.basis,
            self.memo,
            lambda _, as_of, rights: house.view(as_of, rights),
            clock=lambda: self.now,
        )
        self.renewal.begin = self.begin  # type: ignore[method-assign]  # whoever tests says when it runs
        self.basis.renewed_by(self.begin)

    @property
    def now(self) -> int:
        return int(self.house.clock.now * SECOND)

    @property
    def begin_of_second(self) -> int:
        return int(self.house.clock.now) * SECOND

    def begin(self) -> None:
        self.begun += 1

    def renew(self) -> None:
        if self.begun:
            self.begun = 0
            self.renewal.renew()

    def asked(self, who: str, name: dict[str, str], purpose: str = "HRESCH") -> Asked:
        found = read(
            {
                "subject": {"type": "user", "id": who},
                "action": {"name": "read"},
                "resource": {"type": "dataset", "id": name["name"], "properties": {"namespace": name["namespace"]}},
                "context": {"purpose": purpose, "place": "North", "enforces": ["AUDIT", "ENCRYPT"]},
            },
            self.house.intake.redactor,
        )
        assert not isinstance(found, Problem)
        return found

    def decide(self, asked: Asked) -> tuple[AsOf, bool, bool]:
        """Return as of what it was decided, what came of it, and whether that was judged before."""
        at = self.basis.at(self.now)
        kept = self.memo.at(at, EVERYTHING)
        kept.settle(self.house.view(at).is_as_at)
        found, before = kept.get(asked), True
        if found is None:
            view, before = self.house.view(at), False
            same = self.basis.is_newest(at.known_at, self.house.store.checkpoint())
            found = judged(view, asked, kept, self.house.view() if same else None)
            kept.keep(asked, found, lasts=found[0].lasts)
        assert found == judged(self.house.view(at), asked, DecisionMemo().at(at, EVERYTHING))
        return at, found[0].allowed, before


def step(house: House, number: int) -> dict[str, Callable[[], Any]]:
    """What may happen between requests."""
    ends = format_time(int(house.clock.now * SECOND) + 3 * SECOND)
    return {
        "event": lambda: house.send(event(run=str(UUID(int=number)))),
        "tag": lambda: house.record(tag(codes=[{"system": "safe-harbor", "code": "AHR"[number % 3]}])),
        "grant": lambda: house.record(access_grant(WHO[number % 2], until=ends)),
        "use": lambda: house.record(
            permission(f"board-{number + 2}", purposes=["HRESCH"], places=["North"], until=ends)
        ),
        "role": lambda: house.record(principal(WHO[number % 2], "engineer")),
        "no role": lambda: house.record(principal(WHO[number % 2], "auditor")),
        "labels": lambda: LabelFollower(house.store, lambda _: house.view()).step(),
    }


def begin(house: House) -> None:
    declared = (declaration(dataset=one, permitted_use=None) for one in (RAW, CURATED))
    of_who = (principal(one, "engineer") for one in WHO)
    for payload in (*declared, policies(RULES), permission(**PERMITTED), *of_who):
        house.record(payload)


CHANGES = st.sampled_from([None, "event", "event", "tag", "grant", "use", "role", "no role", "labels"])
STEPS = st.lists(st.tuples(CHANGES, st.integers(0, 3), st.booleans(), st.booleans()), max_size=25)


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_comes_in_between_each_decision_is_what_it_is_judged_anew_and_events_count_in_time(
    steps: list[tuple[str | None, int, bool, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        begin(house)
        gateway, recorded = Gateway(house), house.ledger.size() - 1
        sent = dict[int, int]()
        for number, (change, seconds, renews, asks) in enumerate(steps):
            house.clock.now = float(int(house.clock.now) + seconds) if seconds else house.clock.now
            size = house.ledger.size()
            if change is not None:
                step(house, number)[change]()
            gateway.held = house.ledger.size() - 1
            if gateway.held >= size and change == "event":
                sent[size] = gateway.now
            elif gateway.held >= size:
                recorded = gateway.held
            if renews:
                gateway.renew()
            for asked in (gateway.asked(who, name) for who in WHO for name in (RAW, CURATED)) if asks else ():
                at, *_ = gateway.decide(asked)
                assert at.known_at >= recorded, "what is recorded counts at once"
                since = at.valid_at - 2 * LONGEST
                assert all(at.known_at >= entry for entry, moment in sent.items() if moment < since)
        house.keys.close()


@pytest.fixture
def gateway(house: House) -> Gateway:
    begin(house)
    house.send(event())
    made = Gateway(house)
    made.held = house.ledger.size() - 1
    return made


def later(gateway: Gateway, seconds: int = 1) -> None:
    gateway.house.clock.now = float(int(gateway.house.clock.now) + seconds)
    gateway.held = gateway.house.ledger.size() - 1


def test_answers_are_as_of_before_until_what_was_asked_for_twice_is_judged(gateway: Gateway) -> None:
    often, once = gateway.asked("grace", CURATED), gateway.asked("ada", RAW)
    at, *_ = gateway.decide(often)
    for _ in range(2):
        later(gateway)
        assert gateway.decide(often)[0].known_at == at.known_at
    later(gateway)
    gateway.decide(once)
    sent = gateway.house.send(event(run=str(UUID(int=7)))).receipt.index
    later(gateway)
    assert gateway.decide(often)[::2] == (AsOf(gateway.begin_of_second, at.known_at), True)
    assert gateway.begun == 1
    gateway.renew()
    assert gateway.decide(often)[::2] == (AsOf(gateway.begin_of_second, sent), True)
    assert gateway.decide(once)[2] is False, "it was asked for in one second alone"
    later(gateway)
    assert gateway.decide(often)[::2] == (AsOf(gateway.begin_of_second, sent), True), "nothing is known since"


def test_an_event_that_comes_while_it_is_judged_waits_for_the_next_and_a_record_does_not(gateway: Gateway) -> None:
    asked = gateway.asked("grace", CURATED)
    gateway.decide(asked)
    gateway.house.send(event(run=str(UUID(int=7))))
    later(gateway)
    gateway.decide(asked)
    recorded = gateway.house.record(tag()).receipt.index
    assert gateway.decide(asked)[0].known_at == recorded
    gateway.renew()
    assert gateway.decide(asked)[0].known_at == recorded


def test_what_is_recorded_before_it_is_judged_is_read_anew(gateway: Gateway) -> None:
    asked = gateway.asked("grace", CURATED)
    for _ in range(2):
        gateway.decide(asked)
        later(gateway)
    gateway.house.send(event(run=str(UUID(int=7))))
    later(gateway)
    gateway.decide(asked)
    assert gateway.begun
    recorded = gateway.house.record(principal("grace", "auditor")).receipt.index
    gateway.renew()
    assert gateway.decide(asked)[::2] == (gateway.basis.at(gateway.now), True)
    assert gateway.basis.at(gateway.now).known_at == recorded


def test_where_it_is_not_done_within_ten_seconds_whoever_asks_waits(gateway: Gateway) -> None:
    asked = gateway.asked("grace", CURATED)
    before = gateway.decide(asked)[0].known_at
    sent = gateway.house.send(event(run=str(UUID(int=7)))).receipt.index
    for _ in range(LONGEST // SECOND - 1):
        later(gateway)
        assert gateway.decide(asked)[0].known_at == before
    assert gateway.begun == 1
    later(gateway)
    assert gateway.decide(asked)[0].known_at == sent
    gateway.renew()
    assert gateway.decide(asked)[0].known_at == sent


def test_what_fails_is_begun_again_and_what_takes_long_more_seldom(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = gateway.asked("grace", CURATED)
    before = gateway.decide(asked)[0].known_at
    sent = gateway.house.send(event(run=str(UUID(int=7)))).receipt.index
    later(gateway)
    gateway.decide(asked)
    with monkeypatch.context() as patch:
        patch.setattr("catalog.decisions.renewal.judged", _failing)
        later(gateway)
        gateway.decide(asked)
        gateway.renew()
    assert gateway.decide(asked)[0].known_at == before
    later(gateway)
    gateway.decide(asked)
    assert gateway.begun == 1
    found = gateway.basis.following(gateway.house.store.checkpoint(), gateway.now)
    assert found is not None
    at, recorded = found
    assert recorded < sent
    assert at == AsOf(gateway.begin_of_second, sent)
    gateway.basis.adopt(at, 1.0)  # four times as long go by
    gateway.house.send(event(run=str(UUID(int=8))))
    gateway.begun = 0
    for _ in range(3):
        later(gateway)
        gateway.decide(asked)
    assert gateway.begun == 0
    later(gateway)
    gateway.decide(asked)
    assert gateway.begun == 1


def _failing(*_: Any) -> Any:
    raise OperatorError("The made-up store is away.", action="")


def test_no_more_is_judged_beforehand_than_is_kept_in_mind() -> None:
    memo = DecisionMemo()
    for second in (1, 2):
        for number in range(AHEAD + 1):
            memo.at(AsOf(second, 1), EVERYTHING).get(number)
    (ahead,) = memo.ahead(AsOf(3, 2), 1, lambda _: True).values()
    assert ahead.again(int) == list(range(AHEAD))
    memo.adopt({EVERYTHING: ahead})
    assert memo.at(AsOf(2, 1), EVERYTHING).as_of == LATEST, "of an older point nothing is kept"
    assert memo.at(AsOf(3, 2), EVERYTHING).as_of == AsOf(3, 2)
    for second in range(4, 12):
        memo.at(AsOf(second, 2), EVERYTHING)
    (ahead,) = memo.ahead(AsOf(12, 3), 1, lambda _: True).values()
    assert ahead.again(int) == []
