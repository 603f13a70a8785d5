"""Policies at ingest: nothing is lost, what they keep out is not in the graph, and is let in once they permit it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.assets.queries import datasets
from catalog.errors import SenderError
from catalog.findings.estate.reading import ESTATE_RULES
from catalog.findings.rules import Rule
from catalog.ledger.protocol import StoredEntry
from catalog.policies.checking import problems
from catalog.policies.ingest import IngestPolicies
from catalog.projection.rebuilding import rebuild
from catalog.reading import AsOf, Lagging
from catalog.store.memory import MemoryStore
from graph_schema.nodes import Dataset, Job, Principal
from tests.support.records import CURATED, JOB, RAW, House, declaration, erasing, event, policies, tag

NOT_BY_SPARK = """@id("spark-is-not-known")
@reason("Nobody mapped what this producer sends.")
@effect("EFFECT")
forbid (principal, action == Lineward::Action::"ingest", resource)
when { resource.kind == "run_event" }
unless { resource has producer && !(resource.producer like "*spark*") };
"""
NO_TAGS = """@id("no-tags-of-landing")
@reason("Landing is tagged by the site.")
@effect("EFFECT")
forbid (principal, action, resource)
when { resource.kind == "tag" && resource.namespaces.contains("landing") };
"""
TESTS = """tests:
  - {name: Spark, action: ingest, resource: {type: Entry, producer: of-spark}, expect: DENY}
  - {name: Tag, action: ingest, resource: {type: Entry, kind: tag, namespaces: [landing]}, expect: DENY}
"""
SPARK = "https://github.com/OpenLineage/OpenLineage/tree/1.0.0/integration/spark"


def ruled(effect: str = "quarantine") -> dict[str, Any]:
    text = (NOT_BY_SPARK + NO_TAGS).replace("EFFECT", effect)
    files = [{"path": "ingest/made_up.cedar", "text": text}, {"path": "tests/ingest.yaml", "text": TESTS}]
    return {"kind": "publish_policies", "files": files, "reason": "A test"}


def by_spark(**more: Any) -> dict[str, Any]:
    return {**event(**more), "producer": SPARK}


def known(house: House, at: AsOf | None = None) -> set[str]:
    view = house.view() if at is None else house.view(at)
    return set(view.nodes([Dataset(**RAW).id, Dataset(**CURATED).id]))


def kept_out(house: House) -> list[int]:
    return [one.entry for one in house.view().quarantined()]


def test_what_is_kept_out_is_acknowledged_and_in_the_ledger_and_not_in_the_graph(house: House) -> None:
    house.record(ruled())
    taken = house.send(by_spark()).receipt
    assert house.ledger.entry(taken.index).body is not None
    assert known(house) == set()
    [found] = house.view().quarantined()
    assert found.entry == taken.index
    assert "Nobody mapped what this producer sends. This is decided by spark-is-not-known" in found.reason
    assert house.view().completeness(subjects=[Dataset(**RAW).id]) == Lagging(0, (taken.index,), taken.index)
    house.send(event())
    assert known(house) == {Dataset(**RAW).id, Dataset(**CURATED).id}


def test_it_is_let_in_once_the_policies_permit_it_and_is_known_from_then_on(house: House) -> None:
    house.record(ruled())
    first = house.send(by_spark()).receipt.index
    second = house.send(by_spark(run="0190d2e6-0000-7000-8000-0000000000ee"))
    released = {"kind": "release_quarantined", "entries": [first], "reason": "It is known now"}
    with pytest.raises(SenderError, match="kept out still: Nobody mapped") as raised:
        house.record(released)
    assert raised.value.pointer == "/entries/0"
    house.record(policies())
    before = AsOf(known_at=house.ledger.size() - 1)
    by = house.record(released).receipt.index
    assert known(house) == {Dataset(**RAW).id, Dataset(**CURATED).id}
    assert known(house, before) == set()
    assert [one.entry for one in house.view(before).quarantined()] == [first, second.receipt.index]
    assert kept_out(house) == [second.receipt.index]
    found = datasets(house.view(), [Dataset(**CURATED).id])[Dataset(**CURATED).id]
    assert found.first_entry == by
    with pytest.raises(SenderError, match="is not kept out"):
        house.record({**released, "reason": "Again"})


def test_a_record_is_kept_out_alike(house: House) -> None:
    house.send(event())
    house.record(ruled())
    index = house.record(tag(dataset=RAW)).receipt.index
    assert kept_out(house) == [index]
    house.record(tag(dataset=CURATED))
    assert kept_out(house) == [index]


def test_a_finding_lets_in_and_says_so(house: House) -> None:
    house.send(event())
    house.record(ruled("finding"))
    house.send(by_spark())
    house.record(tag(dataset=RAW))
    assert kept_out(house) == []
    [rule] = [one for one in ESTATE_RULES if one.rule is Rule.INGEST_PERMITTED]
    ids = [Job(**JOB).id, Dataset(**RAW).id, Dataset(**CURATED).id, Principal("local").id]
    view = house.view()
    breaches = {id_: rule.judge(case, view.moment) for id_, case in rule.cases(view, ids).items()}
    assert {id_: one.text for id_, one in breaches.items() if one is not None} == {
        Job(**JOB).id: "Nobody mapped what this producer sends. This is what spark-is-not-known says.",
        Dataset(**RAW).id: "Landing is tagged by the site. This is what no-tags-of-landing says.",
    }


def test_what_cannot_be_evaluated_is_kept_out(house: House) -> None:
    errs = 'forbid (principal, action, resource) when { resource.producer == "" };'
    text = f'@id("errs") @reason("Errs") @effect("finding") {errs}'
    house.append({**ruled(), "files": [{"path": "ingest/a.cedar", "text": text}]}, "made-up")
    house.send(event())
    index = house.record(declaration()).receipt.index
    assert kept_out(house) == [index]
    house.append({**ruled(), "files": [{"path": "ingest/a.cedar", "text": "forbid ("}]}, "made-up")
    house.send(event(run="0190d2e6-0000-7000-8000-0000000000ee"))
    assert len(kept_out(house)) == 2


def test_what_says_who_may_act_and_by_which_policies_is_never_kept_out(house: House) -> None:
    everything = '@id("all") @reason("All") @effect("quarantine") forbid (principal, action, resource);'
    tested = "tests:\n  - {name: A, action: ingest, resource: {type: Entry}, expect: DENY}\n"
    files = [{"path": "ingest/a.cedar", "text": everything}, {"path": "tests/a.yaml", "text": tested}]
    house.record({**ruled(), "files": files})
    house.act_as("grace", "steward")
    house.record(policies())
    assert kept_out(house) == []


def test_what_was_kept_out_and_erased_leaves_nothing(house: House) -> None:
    house.record(ruled())
    index = house.send(by_spark()).receipt.index
    house.record(erasing(index))
    assert known(house) == set()
    fresh = MemoryStore()
    rebuild(house.ledger, fresh)
    assert set(fresh.nodes([Dataset(**RAW).id])) == set()


def test_what_was_let_in_and_erased_leaves_its_residue(house: House) -> None:
    house.record(ruled())
    index = house.send(by_spark()).receipt.index
    house.record(policies())
    house.record({"kind": "release_quarantined", "entries": [index], "reason": "Known"})
    house.record(erasing(index))
    assert known(house) == {Dataset(**RAW).id, Dataset(**CURATED).id}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (NOT_BY_SPARK.replace('@effect("EFFECT")\n', ""), 'Say what becomes of the entry: @effect("quarantine")'),
        (NOT_BY_SPARK, "Say what becomes of the entry"),
        (NOT_BY_SPARK.replace("EFFECT", "finding").replace("forbid", "permit"), "it begins with forbid"),
        (NOT_BY_SPARK.replace("EFFECT", "finding").replace("resource has producer && ", ""), "producer"),
    ],
)
def test_what_no_policy_of_ingest_can_be_is_told(text: str, wrong: str) -> None:
    found = [str(one) for one in problems({"ingest/made_up.cedar": text})]
    assert any(wrong in one for one in found), found


STEPS = st.lists(st.sampled_from(["spark", "other", "tag", "hold", "find", "free"]), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_however_the_ledger_is_read_the_same_is_kept_out(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """Live, anew, and entry by entry from anywhere: what is kept out is a function of the ledger before it."""
    house = House(Path(tmp_path_factory.mktemp("house")))
    try:
        house.send(event())
        for number, step in enumerate(steps):
            run = f"0190d2e6-0000-7000-8000-0000000000{number:02x}"
            match step:
                case "hold" | "find":
                    house.record(ruled("quarantine" if step == "hold" else "finding"))
                case "free":
                    house.record(policies(reason=f"Free {number}"))
                case "tag":
                    house.record(tag(dataset=RAW, reason=f"Tagged {number}"))
                case _:
                    house.send({**event(run=run), **({"producer": SPARK} if step == "spark" else {})})
        fresh = MemoryStore()
        rebuild(house.ledger, fresh)
        live = [one.entry for one in house.store.quarantined()]
        assert [one.entry for one in fresh.quarantined()] == live
        assert sorted(fresh.scan()) == sorted(house.store.scan())
        alone = [one.index for one in reversed(list(_entries(house))) if _held(house, one)]
        assert sorted(alone) == live
        assert live == _expected(house)
    finally:
        house.close()


def _entries(house: House) -> Iterator[StoredEntry]:
    yield from house.ledger.entries(0, house.ledger.size())


def _held(house: House, stored: StoredEntry) -> bool:
    judged = IngestPolicies(house.ledger).judge(stored)
    return judged is not None and judged.held


def _expected(house: House) -> list[int]:
    """Say it plainly: after a set that holds, and before the next one, what Spark sent and tags of landing."""
    holding, found = False, []
    for stored in _entries(house):
        body = (stored.body or b"").decode()
        if stored.entry.kind == "record.publish_policies":
            holding = '@effect(\\"quarantine\\")' in body
        elif holding and ("integration/spark" in body or stored.entry.kind == "record.tag"):
            found.append(stored.index)
    return found
