"""What is kept out of the graph, the newest first: who sent it, and which policies or what else keeps it out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.ledger.protocol import Draft
from catalog.operations.quarantine import QuarantineCause, QuarantinedEntry, quarantined
from catalog.reading import AsOf, Rights
from tests.support.records import House, declaration, event, policies
from tests.unit.catalog.policies.test_ingest import SPARK, by_spark, ruled

POLICY, UNREADABLE = QuarantineCause.POLICY, QuarantineCause.UNREADABLE


def listed(house: House, *causes: QuarantineCause) -> tuple[QuarantinedEntry, ...]:
    return quarantined(house.view(), house.ledger, 500, causes=causes).entries


def broken(house: House, body: bytes = b"no json", sender: str = "local") -> int:
    """Append what no version of the catalog reads."""
    index = house.ledger.append(Draft("record.declare_dataset", sender, "tests", (), body, body)).result().index
    house.project()
    return index


def test_it_is_listed_with_who_sent_it_and_which_policies_of_which_set_keep_it_out(house: House) -> None:
    published = house.record(ruled()).receipt.index
    index = house.send(by_spark()).receipt.index
    (found,) = listed(house)
    sent = house.ledger.entry(index).entry
    assert (found.entry, found.kind, found.recorded_at, found.actor) == (index, sent.kind, sent.recorded_at, sent.actor)
    assert (found.cause, found.policies) == (POLICY, ("spark-is-not-known",))
    assert found.policy_set is not None
    assert found.reason.endswith(f"of the policies {found.policy_set}.")
    assert quarantined(house.view(AsOf(known_at=published)), house.ledger, 500).total == 0


@pytest.mark.parametrize("body", [b"no json", b"{}", b"[]", b'{"record":{"dataset":{"namespace":"a"}}}'])
def test_what_nothing_can_read_is_kept_out_whether_or_not_policies_hold(house: House, body: bytes) -> None:
    before = broken(house, body, "made-up")
    (found,) = listed(house)
    assert (found.cause, found.policies, found.policy_set, found.actor) == (UNREADABLE, (), None, "made-up")
    house.record(ruled())
    after = broken(house, body + b" ")
    house.record(declaration())
    assert [one.entry for one in listed(house)] == [after, before]


def test_one_that_is_let_in_is_listed_no_more(house: House) -> None:
    house.record(ruled())
    index = house.send(by_spark()).receipt.index
    stays = broken(house)
    house.record(policies())
    house.record({"kind": "release_quarantined", "entries": [index], "reason": "It is known now"})
    assert [one.entry for one in listed(house)] == [stays]


def test_what_names_only_what_rights_hide_is_not_listed(house: House) -> None:
    house.send(event())
    house.record(ruled())
    house.send(by_spark())
    for namespace, total in (("elsewhere", 0), ("curated", 1)):
        view = house.view(rights=Rights(frozenset({namespace})))
        assert quarantined(view, house.ledger, 500).total == total


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["spark", "other", "broken", "hold", "free"]), max_size=8),
    st.integers(1, 3),
    st.sets(st.sampled_from([POLICY, UNREADABLE])),
)
def test_pages_hold_each_entry_once_the_newest_first(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], first: int, causes: set[QuarantineCause]
) -> None:
    house = House(Path(tmp_path_factory.mktemp("house")))
    expected, holds = {}, False
    try:
        for number, step in enumerate(steps):
            run = f"0190d2e6-0000-7000-8000-0000000000{number:02x}"
            match step:
                case "hold" | "free":
                    holds = step == "hold"
                    made = ruled() if holds else policies()
                    house.record({**made, "reason": f"Reason {number}"})
                case "broken":
                    expected[broken(house, b"no json %d" % number)] = UNREADABLE
                case _:
                    sent = {**event(run=run), **({"producer": SPARK} if step == "spark" else {})}
                    index = house.send(sent).receipt.index
                    if holds and step == "spark":
                        expected[index] = POLICY
        wanted = {one: cause for one, cause in expected.items() if not causes or cause in causes}
        pages = list(_pages(house, first, causes))
        assert [(one.entry, one.cause) for page in pages for one in page] == sorted(wanted.items(), reverse=True)
        assert all(len(page) == first for page in pages[:-1])
    finally:
        house.close()


def _pages(house: House, first: int, causes: set[QuarantineCause]) -> Iterator[tuple[QuarantinedEntry, ...]]:
    before, more = None, True
    while more:
        page = quarantined(house.view(), house.ledger, first, before, causes)
        yield page.entries
        before, more = page.entries[-1].entry if page.entries else None, page.more
