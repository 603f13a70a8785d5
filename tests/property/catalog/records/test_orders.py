"""Laws of records: the same entries give the same facts in any order, and nothing that is sent makes reading crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.approvals.binding import Change
from catalog.approvals.model import Decision
from catalog.approvals.queries import approvals
from catalog.approvals.rules import Terms, status
from catalog.approvals.states import ApprovalState
from catalog.assets.queries import datasets
from catalog.errors import SenderError
from catalog.kinds import KINDS
from catalog.labels.model import Tag
from catalog.labels.queries import labels
from catalog.labels.rules import label
from catalog.ledger.protocol import StoredEntry
from catalog.projection.batches import gather
from catalog.projection.entry_facts import LedgerFacts
from catalog.snapshots.rules import manifest_digest
from catalog.store.memory import MemoryStore
from catalog.view import View
from graph_schema.aspects.approvals import Signer
from graph_schema.facts import Facts
from graph_schema.vocabulary.words import DecisionKind
from tests.support.records import House, declaration, event, registration, request, seal, tag, verification

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("told"))
    made.tell_story(made.act_as("grace", "approver"))
    for owner in ("oncology", "cardiology"):
        made.record(declaration(owner=owner, valid_from="2026-01-05T00:00:00Z"))
    made.record(tag(stance="REJECT", reason="Not so"))
    made.record(verification(result="MISSING", differing=["part-a.csv"]))
    made.record(registration(version="2"))
    made.record(request(reason="Again"))
    made.send(event("FAIL", "2026-01-02T10:00:00Z", "0190d2e6-0000-7000-8000-00000000000b"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def told(house: House) -> list[StoredEntry]:
    return house.ledger.entries(0, house.ledger.size())


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_any_order_and_repetition_of_the_same_entries_gives_the_same_graph(
    house: House, told: list[StoredEntry], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(told))
    again = data.draw(st.lists(st.sampled_from(told), max_size=5))
    facts_of = LedgerFacts(house.ledger).of
    found = sum((batch.facts for stored in (*order, *again) for batch in gather([stored], facts_of=facts_of)), Facts())
    store = MemoryStore()
    store.apply(found, told[-1].index)
    assert list(store.scan()) == list(house.store.scan())
    ids = [node.id for node, _ in found.nodes]
    assert datasets(View(store), ids) == datasets(View(house.store), ids)
    assert labels(View(store), ids) == labels(View(house.store), ids)
    assert approvals(View(store), ids) == approvals(View(house.store), ids)


@given(kind=st.sampled_from(sorted(KINDS)), fields=st.dictionaries(st.text(max_size=12), JSON, max_size=5))
def test_whatever_is_sent_is_taken_or_refused_with_a_reason(kind: str, fields: dict[str, Any]) -> None:
    with suppress(SenderError):
        KINDS[kind].record.read(fields)


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("taking"))
    made.send(event())
    made.record(seal())
    made.record(registration())
    yield made
    made.close()


@given(data=st.data(), value=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_part_that_is_anything_else_is_taken_once_or_refused_with_its_pointer_and_not_taken(
    taking: House, data: st.DataObject, value: object
) -> None:
    size = taking.ledger.size()
    payload = data.draw(st.sampled_from([declaration(), tag(), registration(version="2"), request(), verification()]))
    field = data.draw(st.sampled_from(sorted(set(payload) - {"kind"})))
    refused: list[SenderError] = []
    grown = 0
    try:
        grown = int(not taking.record({**payload, field: value}).receipt.duplicate)
    except SenderError as error:
        refused.append(error)
    assert all(error.status in {409, 422} for error in refused)
    assert all(error.pointer == "" or error.pointer.split("/")[1] in payload for error in refused)
    assert taking.ledger.size() == size + grown


FILES = st.lists(st.tuples(st.text(min_size=1, max_size=8), st.integers(0, 9)), unique_by=lambda file: file[0])


@given(FILES, st.data())
def test_the_order_of_a_manifest_changes_nothing(files: list[tuple[str, int]], data: st.DataObject) -> None:
    entries = [
        {"path": path.encode("utf-8", "replace").decode(), "size": size, "digest": "sha256:" + "0" * 64}
        for path, size in files
    ]
    assert manifest_digest(entries) == manifest_digest(data.draw(st.permutations(entries)))


DECISIONS = st.lists(
    st.tuples(st.sampled_from(list(DecisionKind)), st.integers(1, 50), st.none() | st.integers(1, 60)),
    max_size=6,
    unique_by=lambda decision: decision[1],
)


def decision(what: str, at: int, expires_at: int | None) -> Decision:
    return Decision(
        entry=at,
        decision=what,
        meaning="REVIEW",
        reason="r",
        signer=Signer("n", "UTC"),
        decided_by=f"p{at % 3}",
        person=frozenset((f"p{at % 3}",)),
        authenticated=True,
        decided_at=at,
        expires_at=expires_at,
        conditions=(),
        signed="",
    )


CHANGES = st.none() | st.integers(0, 60).map(lambda at: Change(at, 99, "it changed"))


@given(
    said=DECISIONS,
    expires_at=st.none() | st.integers(1, 60),
    change=CHANGES,
    at=st.integers(0, 70),
    data=st.data(),
)
def test_where_a_request_stands_does_not_depend_on_the_order_of_arrival(
    said: list[tuple[str, int, int | None]],
    expires_at: int | None,
    change: Change | None,
    at: int,
    data: st.DataObject,
) -> None:
    decisions = [decision(*each) for each in said]
    terms = Terms(requested_at=0, expires_at=expires_at)
    found = status(terms, decisions, at, change)
    assert status(terms, data.draw(st.permutations(decisions)), at, change) == found
    assert found.since <= max(at, 0)
    if found.state is ApprovalState.APPROVED:
        assert expires_at is None or at < expires_at
        assert change is None or at < change.at
        newest = {
            each.decided_by: each for each in sorted(decisions, key=lambda one: one.decided_at) if each.decided_at <= at
        }
        assert all(each.decision != "DENY" for each in newest.values())


TAGS = st.lists(
    st.tuples(
        st.sampled_from(["ASSERT", "CONFIRM", "REJECT"]), st.sampled_from(["ASSERTED", "CLAIMED", "SUGGESTED"])
    ).filter(lambda each: each[1] == "ASSERTED" or each[0] == "ASSERT"),
    min_size=1,
    max_size=6,
)


def said_tag(entry: int, stance: str, origin: str) -> Tag:
    return Tag(stance, origin, subject="s", dataset="d", column=None, kind="k", by=None, entry=entry, since=entry)


@given(TAGS)
def test_a_claim_more_never_takes_a_label_away(said: list[tuple[str, str]]) -> None:
    tags = [said_tag(entry, stance, origin) for entry, (stance, origin) in enumerate(said)]
    claim = said_tag(99, "ASSERT", "CLAIMED")
    assert label(tags).present == label([*tags, claim]).present == label([claim, *tags]).present
