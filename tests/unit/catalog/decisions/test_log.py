"""Which decisions are listed, and how much of the ledger is read for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.decisions import log
from catalog.decisions.log import decisions_logged, replay
from catalog.decisions.model import Wanted
from catalog.ledger.memory import MemoryLedger
from catalog.reading import Redacted, Rights
from graph_schema.nodes import Dataset, Principal
from tests.support.records import CURATED, DIGEST, House, declaration, erasing, principal

CLAIMS = ("purpose", "project", "protocol", "site", "place", "environment", "network")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how many entries were read, and how many were asked for by kind."""
    counted: Counter[str] = Counter()
    entry, of_kinds = MemoryLedger.entry, MemoryLedger.of_kinds

    def counting_entry(self: MemoryLedger, index: int) -> Any:
        counted["entries"] += 1
        return entry(self, index)

    def counting_kinds(self: MemoryLedger, *args: Any, **more: Any) -> list[int]:
        found = of_kinds(self, *args, **more)
        counted["of the kind"] += len(found)
        return found

    monkeypatch.setattr(MemoryLedger, "entry", counting_entry)
    monkeypatch.setattr(MemoryLedger, "of_kinds", counting_kinds)
    return counted


def test_a_page_reads_no_further_than_its_end(
    house: House, read: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_AT_ONCE", 4)
    entries = [house.decide_access(reasons=[f"Made-up reason {number}"]).index for number in range(24)]

    def cost(ask: Callable[[], object]) -> Counter[str]:
        read.clear()
        ask()
        return Counter(read)

    view = house.view()
    newest = cost(lambda: decisions_logged(view, house.ledger, Wanted(), 3))
    assert newest == cost(lambda: decisions_logged(view, house.ledger, Wanted(), 3, before=entries[5]))
    assert newest["of the kind"] == 4
    assert newest["entries"] <= 3 * 2 + 1
    assert [one.entry for one in decisions_logged(view, house.ledger, Wanted(), 3).decisions] == entries[:-4:-1]
    assert cost(lambda: replay(view, house.ledger, Wanted(), 3))["of the kind"] == 4


@given(kinds=st.lists(st.sampled_from(["grace", "henry", None]), max_size=12), data=st.data())
@settings(deadline=None, max_examples=40)
def test_pages_together_are_all_that_is_asked_for_whichever_way_they_go(
    kinds: list[str | None], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    house = House(tmp_path_factory.mktemp("house"))
    of: dict[int, str] = {}
    for number, who in enumerate(kinds):
        if who is None:
            house.record(principal("grace" if number % 2 else f"made-up-{number}"))
        else:
            of[house.decide_access(principal=who).index] = who
    view, first = house.view(), data.draw(st.integers(1, 3))
    who = data.draw(st.sampled_from([None, "grace", "henry"]))
    expected = [place for place in of if who in {None, of[place]}]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log, "_AT_ONCE", data.draw(st.integers(1, 3)))
        listed: list[Any] = []
        while page := decisions_logged(
            view, house.ledger, Wanted(principal=who), first, listed[-1] if listed else None
        ).decisions:
            listed += [one.entry for one in page]
        decided, after, slow = 0, -1, data.draw(st.booleans())
        while True:
            found = replay(view, house.ledger, Wanted(principal=who), first, after, goes_on=lambda: not slow)
            decided += found.decided
            assert found.decided <= (1 if slow else first)
            if found.after is None:
                break
            after = found.after
    house.close()
    assert listed[::-1] == expected
    assert decided == len(expected)


def test_decisions_on_what_is_hidden_are_counted_when_decided_again_and_never_shown(house: House) -> None:
    hidden = {"target_kind": "DATASET", "namespace": "hidden", "name": "made-up"}
    house.record(declaration(dataset={"namespace": "hidden", "name": "made-up"}))
    house.decide_access(reasons=["Seen"])
    house.decide_access(target=hidden, reasons=["Hidden"])
    view = house.view(rights=Rights(namespaces=frozenset({Dataset(**CURATED).namespace})))
    found = replay(view, house.ledger, Wanted(), 9)
    assert (found.decided, found.hidden, [one.recorded.content.reasons for one in found.changed]) == (1, 1, [("Seen",)])
    first = replay(view, house.ledger, Wanted(), 1)
    assert (first.decided, first.hidden) == (1, 0)
    rest = replay(view, house.ledger, Wanted(), 1, first.after if first.after is not None else -1)
    assert (rest.decided, rest.hidden, rest.changed, rest.after) == (0, 1, (), None)
    assert replay(view, house.ledger, Wanted(purpose="made-up"), 9).hidden == 1, "what they say is not to be told"
    assert replay(view, house.ledger, Wanted(of=Dataset("hidden", "made-up").id), 9).hidden == 0
    assert replay(house.view(), house.ledger, Wanted(), 9).hidden == 0


def test_a_decision_is_listed_by_each_of_its_fields(house: House) -> None:
    receipt = house.decide_access()
    house.decide_access(
        principal="henry",
        action="write",
        target={"target_kind": "DATASET", "namespace": "elsewhere", "name": "stays"},
        circumstances={},
        allowed=False,
        reasons=["Another"],
        policies=[],
        policy_set="sha256:" + "9" * 64,
        obligations=[],
    )
    view = house.view()
    (one,) = decisions_logged(view, house.ledger, Wanted(principal="grace"), 9).decisions
    asked = {
        "of": Principal("grace").id,
        "principal": "grace",
        "action": "read",
        "namespace": "curated",
        "allowed": True,
        "reason": "Made-up reason",
        "obligation": "AUDIT",
        "policy": "made-up",
        "policy_set": DIGEST,
        **{name: getattr(one.content.circumstances, name) for name in CLAIMS},
        "asked_by": one.asked_by,
        "correlation": house.ledger.entry(receipt.index).entry.correlation_id,
        "since": receipt.recorded_at,
        "until": receipt.recorded_at + 1,
    }
    assert asked.keys() == {field.name for field in fields(Wanted)}
    everything = len(decisions_logged(view, house.ledger, Wanted(), 9).decisions)
    assert everything == 2
    for name, value in asked.items():
        found = [each.entry for each in decisions_logged(view, house.ledger, Wanted(**{name: value}), 9).decisions]
        # Both were asked for by the same and recorded under one correlation id; the second came later.
        assert found in ([one.entry], [one.entry + 1, one.entry]), name
        assert (len(found) == 1) is (name not in {"asked_by", "correlation", "since"}), name
    assert decisions_logged(view, house.ledger, Wanted(obligation="ENCRYPT"), 9).decisions == ()


def test_decisions_that_are_listed_are_counted_where_they_cannot_be_shown(house: House) -> None:
    hidden = {"target_kind": "DATASET", "namespace": "hidden", "name": "made-up"}
    house.record(declaration(dataset={"namespace": "hidden", "name": "made-up"}))
    seen = house.decide_access(reasons=["Seen"]).index
    house.decide_access(target=hidden, reasons=["Hidden"])
    gone = house.decide_access(reasons=["Erased"]).index
    house.record(erasing(gone))
    view = house.view(rights=Rights(namespaces=frozenset({Dataset(**CURATED).namespace})))
    found = decisions_logged(view, house.ledger, Wanted(), 9)
    assert ([one.entry for one in found.decisions], found.erased, found.hidden) == ([seen], 1, 1)
    assert isinstance(view.completeness(), Redacted)
    assert decisions_logged(view, house.ledger, Wanted(purpose="made-up"), 9).hidden == 1
    assert decisions_logged(house.view(), house.ledger, Wanted(), 9).hidden == 0
