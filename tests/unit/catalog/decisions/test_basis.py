"""As of what requests are decided: the newest entry that is no decision, and what is read once for all of one point."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.decisions.asking import Problem, Requests, read
from catalog.decisions.basis import Basis
from catalog.decisions.memo import MOST, DecisionMemo
from catalog.decisions.model import Decided
from catalog.decisions.queries import decide, unknown_parts
from catalog.drafting import EVENTS
from catalog.errors import SenderError
from catalog.reading import EVERYTHING, AsOf, Rights
from catalog.view import View
from graph_schema.times import SECOND, format_time
from tests.support.records import (
    CURATED,
    RAW,
    House,
    access_grant,
    breaking_glass,
    declaration,
    event,
    member,
    policies,
    principal,
    project,
)
from tests.support.uses import permission


@given(
    kinds=st.lists(st.sampled_from(["decision", "record", "event"]), max_size=90),
    looks=st.dictionaries(st.integers(0, 89), st.integers(0, 1), max_size=9),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_basis_is_the_newest_record_or_the_newest_event_by_the_begin_of_a_second(
    kinds: list[str], looks: dict[int, int]
) -> None:
    """The first look of a second counts whatever is no decision by then, the next ones what is recorded since."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        basis, second, looked, counted = Basis(house.ledger, EVENTS), 1, 0, -1
        for number, kind in enumerate(kinds):
            if kind == "decision":
                house.decide_access(reasons=[f"Made-up reason {number}"])
            elif kind == "record":
                house.record(principal(f"made-up-{number}"))
            else:
                house.send(event(run=str(UUID(int=number))))
            if number in looks:
                second += looks[number]
                counts = {"record"} if second == looked else {"record", "event"}
                looked = second
                counted = max([counted, *(one for one in range(number + 1) if kinds[one] in counts)])
                assert basis.at(second * SECOND).known_at == counted
                others = [one for one in range(number + 1) if kinds[one] != "decision"]
                assert [one for one in range(number + 1) if basis.is_newest(one)] == list(
                    range(max(others, default=0), number + 1)
                )
        house.keys.close()


def test_events_count_more_seldom_where_reading_takes_long_and_records_at_once(house: House) -> None:
    basis, runs = Basis(house.ledger, EVENTS), iter(range(9))

    def sent() -> int:
        return house.send(event(run=str(UUID(int=next(runs))))).receipt.index

    def counted(second: int) -> int:
        return basis.at(second * SECOND).known_at

    first = sent()
    assert counted(100) == first
    for _ in range(3):
        basis.took(AsOf(100 * SECOND, first), 1.0, 0.5)
    sent()
    assert (counted(101), counted(105)) == (first, first)
    recorded = house.record(principal("grace")).receipt.index
    assert counted(105) == recorded
    last = sent()
    assert (counted(105), counted(106)) == (recorded, last)
    basis.took(AsOf(105 * SECOND, recorded), 60, 1)  # somebody who began before
    basis.took(AsOf(106 * SECOND, last), 60, 1)
    newest = sent()
    assert (counted(107), counted(115), counted(116)) == (last, last, newest)
    sent()
    assert counted(50) == newest + 1  # the clock was set back


def test_events_count_once_the_graph_holds_them_and_are_waited_for_after_ten_seconds(house: House) -> None:
    held = -1
    basis, runs = Basis(house.ledger, EVENTS, lambda: held), iter(range(30))

    def sent() -> int:
        return house.send(event(run=str(UUID(int=next(runs))))).receipt.index

    def counted(second: int) -> int:
        return basis.at(second * SECOND).known_at

    first = sent()
    assert counted(100) == first, "to begin with all that came"
    second = sent()
    house.decide_access(reasons=["Made up"])
    assert counted(101) == first
    held = second
    assert counted(102) == second
    recorded = house.record(principal("grace")).receipt.index
    third = sent()
    assert (counted(102), counted(103)) == (recorded, recorded), "what is recorded counts at once"
    assert not basis.is_newest(recorded)
    assert (counted(112), counted(113)) == (recorded, third)
    for now in range(120, 140):  # it is always a little behind
        held, newest = third, sent()
        assert (counted(now), newest) == (held, held + 1)
        third = newest


def test_all_of_one_second_are_decided_as_of_its_begin_or_of_a_newer_entry(house: House) -> None:
    basis = Basis(house.ledger)
    assert basis.at(7 * SECOND + 5) == AsOf(7 * SECOND, -1)
    house.record(principal("grace"))
    recorded = house.ledger.entry(0).entry.recorded_at
    assert basis.at(recorded + 1) == AsOf(recorded, 0)
    later = recorded + 2 * SECOND
    assert basis.at(later) == basis.at(later - later % SECOND) == AsOf(later - later % SECOND, 0)


def request(who: str, name: dict[str, str], purpose: str, **context: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "user", "id": who},
        "action": {"name": "read"},
        "resource": {"type": "dataset", "id": name["name"], "properties": {"namespace": name["namespace"]}},
        "context": {"purpose": purpose, "place": "North", "enforces": ["AUDIT"], **context},
    }


BROKEN = st.dictionaries(
    st.sampled_from(["subject", "action", "resource", "context"]),
    st.none() | st.text(max_size=3) | st.just({"type": "user", "id": 1 << 70}) | st.just({"name": "\ud800"}),
)
REQUESTS = st.lists(
    st.builds(
        request,
        st.sampled_from(["grace", "ada", "nobody"]),
        st.sampled_from([RAW, CURATED, {"namespace": "n", "name": "unheard of"}]),
        st.sampled_from(["HRESCH", "ETREAT", "FUN"]),
        project=st.sampled_from([None, "made-up project", "another"]),
    ),
    min_size=1,
    max_size=9,
)
RULES = """permit (principal, action, resource) when {context.granted || context.emergency};
@id("inside") @reason("As made up") permit (principal, action, resource)
when {principal.projects.contains("made-up project") && context.use == "PERMIT"};
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("told"))
    ends = format_time(house.clock.micros() + 900 * SECOND)
    for payload in (
        declaration(),
        declaration(dataset=CURATED),
        permission(terms=[{"code": "GRU"}], purposes=["HRESCH"], places=["North"], until=ends),
        policies(RULES),
        principal("grace", "engineer"),
        project(),
        member(),
    ):
        house.record(payload)
    until = format_time(house.clock.micros() + 1_800 * SECOND)
    house.record(access_grant(until=until))
    house.record(breaking_glass(until, "ada"), house.act_as("ada", "engineer"))
    return house


@given(asked=REQUESTS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_read_once_for_all_of_a_point_changes_no_decision(known: House, asked: list[dict[str, Any]]) -> None:
    memo = DecisionMemo()
    for second in (0, 0, 1, 2, 1_000, 1_001, 2_000, 2_001):
        # The statement on use ends a quarter of an hour later, the grant after half an hour.
        at = AsOf(known.clock.micros() + second * SECOND, known.ledger.size() - 1)
        for one in asked:
            found = read(one, known.intake.redactor)
            assert not isinstance(found, Problem)
            kept, view = memo.at(at, EVERYTHING), known.view(at)
            decided = partial(decide, view, found, kept=kept)
            plainly = decide(known.view(at), found)
            assert kept.once(found, decided, lasts=lambda one: one.lasts, is_as_at=view.is_as_at) == plainly
            assert decided() == plainly
            if second <= 2:
                # Nothing is known since, and nothing began or ended.
                assert decide(known.view(at), found, now=known.view()) == plainly
            assert unknown_parts(known.view(at), found, kept) == unknown_parts(known.view(at), found)


@given(sent=st.lists(REQUESTS.map(lambda some: some[0]) | BROKEN, max_size=6))
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_remembered_of_requests_changes_nothing_that_is_read(known: House, sent: list[dict[str, Any]]) -> None:
    requests = Requests(known.intake.redactor)
    for one in (*sent, *sent):
        assert outcome(partial(requests.read, one)) == outcome(partial(read, one, known.intake.redactor))


def outcome(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except SenderError as error:
        return error.detail, error.pointer


def test_what_was_asked_for_at_two_of_the_last_points_is_read_together() -> None:
    memo, read_ = DecisionMemo(), list[list[str]]()

    def ask(second: int, *keys: str, rights: Rights = EVERYTHING) -> None:
        def find(some: Sequence[str]) -> dict[str, str]:
            read_.append(list(some))
            return {one: f"{one} at {second}" for one in some}

        for key in keys:
            assert memo.at(AsOf(second, 1), rights).together("kind", key, find) == f"{key} at {second}"

    ask(1, "a", "b", "a")
    ask(2, "a", "b", "c")
    assert read_ == [["a"], ["b"], ["a"], ["b"], ["c"]]
    read_.clear()
    ask(3, "c", "b", "a", "b")
    assert read_ == [["c", "a", "b"]]
    read_.clear()
    ask(3, "a", rights=Rights(frozenset({"n"})))
    ask(4, "a")
    assert read_ == [["a"], ["a", "b", "c"]]
    read_.clear()
    for second in range(5, 12):
        ask(second, "d")
    ask(12, "d")
    assert read_ == [["d", "a", "b", "c"]] * 5 + [["d", "a"], ["d"], ["d"]]


def test_what_hangs_on_the_time_alone_is_decided_anew_each_second(house: House) -> None:
    """By a policy that names now; by one that does not, and by use that hangs on no span, once."""
    begins = format_time(house.clock.micros() + SECOND)[:19]
    later = f'permit (principal, action, resource) when {{context.now >= datetime("{begins}Z")}};'
    for payload in (declaration(), permission(), principal("grace", "engineer"), policies(later)):
        house.record(payload)
    found = read(request("grace", RAW, "HRESCH", enforces=["AUDIT", "ENCRYPT"]), house.intake.redactor)
    assert not isinstance(found, Problem)
    memo, made = DecisionMemo(), list[bool]()
    for text, expected in ((later, [False, False, True, True]), ("permit (principal, action, resource);", [True])):
        house.record(policies(text))
        newest, begun = house.ledger.size() - 1, house.clock.micros()
        made.clear()
        for second in (0, 0.5, 1, 2) if text is later else (3, 4, 5):
            at = AsOf(begun + int(second * SECOND), newest)
            view = house.view(at)

            def decided(view: View = view) -> Decided:
                answer = decide(view, found)
                made.append(answer.allowed)
                return answer

            kept = memo.at(at, EVERYTHING)
            kept.once(found, decided, lasts=lambda one: one.lasts, is_as_at=view.is_as_at)
            assert kept.get(found) is not None
        assert made == expected


def test_what_lasts_is_read_again_only_when_something_came_to_be_known_or_began_or_ended() -> None:
    memo, read_ = DecisionMemo(), list[tuple[int, str]]()

    def ask(second: int, *keys: str, known: int = 1, boundary: int = 0) -> None:
        def find(some: Sequence[str]) -> dict[str, str]:
            read_.extend((second, one) for one in some)
            return {one: one for one in some}

        def is_as_at(before: int) -> bool:
            return not before < boundary <= second

        for key in keys:
            kept = memo.at(AsOf(second, known), EVERYTHING)
            kept.together("kind", key, find, lasts=lambda found: found != "passing", is_as_at=is_as_at)

    ask(1, "a", "b", "passing")
    ask(2, "a", "passing")
    assert read_ == [(1, "a"), (1, "b"), (1, "passing"), (2, "passing")]
    read_.clear()
    memo.at(AsOf(3, 1), EVERYTHING)  # nobody asked for any of it
    ask(4, "b", "a", boundary=2)
    assert not read_
    ask(6, "b", "a", boundary=5)
    assert sorted(read_) == [(6, "a"), (6, "b"), (6, "passing")]
    read_.clear()
    ask(6, "a", known=2)
    ask(7, "a", known=2)
    assert sorted(read_) == [(6, "a"), (6, "b"), (6, "passing")]


def test_use_is_judged_of_who_asks_where_a_statement_lists_its_users(house: House) -> None:
    """And once for everybody where none does."""
    for payload in (
        declaration(permitted_use=None),
        permission(terms=[{"code": "GRU"}, {"code": "US", "users": ["grace"]}], purposes=["HRESCH"], places=["North"]),
        policies('permit (principal, action, resource) when {context.use == "PERMIT"};'),
        principal("grace", "engineer"),
        principal("ada", "engineer"),
    ):
        house.record(payload)
    at, memo = AsOf(house.clock.micros(), house.ledger.size() - 1), DecisionMemo()
    for who, allowed in (("ada", False), ("grace", True), ("ada", False)):
        found = read(request(who, RAW, "HRESCH"), house.intake.redactor)
        assert not isinstance(found, Problem)
        for kept in (memo.at(at, EVERYTHING), None):
            decided = decide(house.view(at), found, kept=kept)
            assert decided.allowed is allowed, decided.reasons


def test_l14_whoever_asks_is_of_the_organization_that_is_registered(house: House) -> None:
    agreed = {"agreement": "dua-1", "kind": "DUA", "recipients": ["Example Hospital"]}
    for payload in (
        declaration(permitted_use=None),
        permission(purposes=["HRESCH"], places=["North"], agreement=agreed),
        policies('permit (principal, action, resource) when {context.use == "PERMIT"};'),
        principal("grace", "engineer"),
        {**principal("ada", "engineer"), "organisation": "Another hospital"},
    ):
        house.record(payload)
    at, memo = AsOf(house.clock.micros(), house.ledger.size() - 1), DecisionMemo()
    for who, allowed in (("ada", False), ("grace", True), ("ada", False)):
        found = read(request(who, RAW, "HRESCH"), house.intake.redactor)
        assert not isinstance(found, Problem)
        for kept in (memo.at(at, EVERYTHING), None):
            assert decide(house.view(at), found, kept=kept).allowed is allowed


def test_values_are_kept_of_the_newest_point_alone_by_rights_and_not_without_bound() -> None:
    memo, made = DecisionMemo(), list[int]()

    def ask(at: AsOf, rights: Rights = EVERYTHING, key: object = "key") -> None:
        def make() -> str:
            made.append(1)
            return "value"

        memo.at(at, rights).once(key, make)

    ask(AsOf(1, 1))
    ask(AsOf(1, 1))
    assert len(made) == 1
    ask(AsOf(1, 1), Rights(frozenset({"n"})))
    ask(AsOf(2, 1))
    assert len(made) == 3
    ask(AsOf(1, 1))
    ask(AsOf(1, 1))
    assert len(made) == 5
    ask(AsOf(2, 1))
    assert len(made) == 5
    for number in range(MOST + 1):
        ask(AsOf(2, 1), key=number)
    ask(AsOf(2, 1), key=0)
    assert len(made) == 5 + MOST + 2
