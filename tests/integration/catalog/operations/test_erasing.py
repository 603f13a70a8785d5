"""An erasure is a record: the live graph and a rebuilt one are equal after it, and what was erased is in neither."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.access.keys import local_actor
from catalog.access.model import Actor
from catalog.errors import AskerError, SenderError
from catalog.operations.residue import ERASED, residue_of
from catalog.projection.entry_facts import facts_of
from catalog.projection.follower import Projection
from catalog.projection.rebuilding import rebuild
from catalog.reading import AsOf
from catalog.reporting.model_dossier import model_dossier
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.use.model import Decision, UseQuestion
from catalog.use.queries import may_use
from graph_schema.nodes import Column, Dataset, ModelVersion
from reports.kinds import ModelDossier
from reports.standalone.verify_lineward import verify
from tests.support.records import (
    CURATED,
    MODEL,
    RAW,
    RUN,
    House,
    declaration,
    erasing,
    event,
    principal,
    restoring,
    run_node,
    seal,
    tag,
)
from tests.support.uses import permission, withdrawal_of_consent

SECRET = "Testperson Alpha told in free text"


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "graph.db")
    yield made
    made.close()


def follow(follower: Projection) -> None:
    while follower.step():
        pass


def told(house: House) -> int:
    """Fill the ledger; return the index of the event with the secret in it."""
    house.send(event("START", "2026-01-01T09:00:00Z"))
    index = house.send(event(documentation={"description": SECRET})).receipt.index
    house.record(declaration(clinical_purpose=SECRET))
    house.record(tag(reason=SECRET))
    house.record(seal())
    return index


def test_live_and_rebuilt_are_equal_and_hold_nothing_of_it(house: House, store: Store) -> None:
    told(house)
    follower = Projection(house.ledger, store, batch=2)
    follow(follower)
    assert SECRET in str(list(store.scan()))
    everything = range(house.ledger.size())
    house.record(erasing(*everything))
    follow(follower)
    rebuilt = MemoryStore()
    rebuild(house.ledger, rebuilt)
    live = list(store.scan())
    assert live == list(rebuilt.scan())
    assert SECRET not in str(live)
    assert store.quarantined() == []
    assert store.checkpoint() == house.ledger.size() - 1


def test_lineage_labels_and_states_outlive_an_erasure(house: House) -> None:
    told(house)
    before = MemoryStore()
    rebuild(house.ledger, before)
    house.record(erasing(*range(house.ledger.size())))
    ids = [Dataset(**RAW).id, Dataset(**CURATED).id]
    kept = {"zone", "phi_category", "deidentification_state", "retention"}
    with before.reading() as was, house.store.reading() as now:
        for edges in ("READ", "WROTE", "IS_TAGGED", "SEALED", "GENERATED", "FEEDS"):
            assert {
                (edge.source, edge.target, edge.value, edge.valid_from) for edge in now.edges(ids, (edges,), "in")
            } == {(edge.source, edge.target, edge.value, edge.valid_from) for edge in was.edges(ids, (edges,), "in")}
        labels = [{each.aspect: each.value for each in one.statements(ids)} for one in (was, now)]
        assert {name: labels[0][name] for name in kept} == {name: labels[1][name] for name in kept}
        assert "clinical_purpose" not in labels[1]
        (phi,) = now.statements(
            [Column(**{**RAW, "dataset": RAW["name"], "name": "mrn"}).id], ("phi.DIRECT_IDENTIFIER",)
        )
        assert (phi.data["stance"], phi.data["reason"]) == ("ASSERT", ERASED)


def test_where_nothing_is_to_be_kept_nothing_is(house: House) -> None:
    index = house.record(declaration(dataset={"namespace": "landing", "name": "mistaken"})).receipt.index
    house.record(erasing(index, residue="NOTHING"))
    assert "mistaken" not in str(list(house.store.scan()))
    assert house.store.checkpoint() == 1


def test_a_graph_that_was_empty_when_it_was_erased_is_not_made_twice(house: House) -> None:
    index = told(house)
    house.record(erasing(index))
    store = MemoryStore()
    follower = Projection(house.ledger, store)
    follower.resume()
    follow(follower)
    assert follower.state.renewals == 0
    assert list(store.scan()) == list(house.store.scan())


@pytest.mark.parametrize("stop", range(8))
def test_a_follower_that_ends_anywhere_comes_out_equal(house: House, tmp_path: Path, stop: int) -> None:
    index = told(house)
    store = SqliteStore(tmp_path / "graph.db")
    try:
        first = Projection(house.ledger, store, batch=1)
        for _ in range(stop):
            first.step()
        house.record(erasing(index))
        second = Projection(house.ledger, store, batch=1)
        second.resume()
        for _ in range(stop):
            second.step()
        third = Projection(house.ledger, store, batch=1)
        third.resume()
        follow(third)
        assert list(store.scan()) == list(house.store.scan())
    finally:
        store.close()


def test_the_graphs_file_holds_nothing_of_it(house: House, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "graph.db")
    index = told(house)
    follower = Projection(house.ledger, store)
    follow(follower)
    house.record(erasing(index, index + 1, index + 2))
    follow(follower)
    store.close()
    assert not [file.name for file in tmp_path.glob("graph.db*") if SECRET.encode() in file.read_bytes()]


def test_the_record_says_who_what_why_and_on_whose_authority(house: House) -> None:
    index = told(house)
    taken = house.record(erasing(index))
    stored = house.ledger.entry(taken.receipt.index)
    body = json.loads(stored.body or b"")
    assert stored.entry.kind == "record.erase_entries"
    assert body["record"] == {
        "entries": [index],
        "reason": "Text that should not have been sent",
        "authority": "Made-up order 7",
        "residue": "FLOWS",
    }
    assert SECRET not in str(body)
    assert house.ledger.entry(index).erased_by == taken.receipt.index
    assert house.ledger.verify().ok


def test_what_was_erased_before_is_said_and_stays_with_its_first_record(house: House) -> None:
    index = told(house)
    first = house.record(erasing(index))
    again = house.record(erasing(index, index + 1, reason="Another one"))
    assert again.warnings == (f"Erased before: {index}.",)
    assert house.ledger.entry(index).erased_by == first.receipt.index
    assert house.ledger.verify().ok


@pytest.mark.parametrize(
    ("more", "pointer", "sentence"),
    [
        ({"entries": [0, 99]}, "/entries/1", "so that 99 is none of them"),
        ({"entries": []}, "/entries", "at least 1 item"),
        ({"entries": [-1]}, "/entries/0", "at least 0"),
        ({"entries": ["x"]}, "/entries/0", "a whole number"),
        ({"reason": ""}, "/reason", "at least 1 character"),
        ({"authority": None}, "/authority", "is text"),
        ({"residue": "ALL"}, "/residue", "FLOWS"),
    ],
)
def test_what_cannot_be_erased_is_said_with_its_place(
    house: House, more: dict[str, object], pointer: str, sentence: str
) -> None:
    told(house)
    with pytest.raises(SenderError, match=sentence) as caught:
        house.record({**erasing(0), **more})
    assert caught.value.pointer == pointer
    assert house.ledger.entry(0).body is not None


def test_more_than_one_record_can_keep_is_refused_before_anything_is_erased(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.operations.admission.MAX_RESIDUE_BYTES", 1)
    told(house)
    with pytest.raises(SenderError, match="of the first 1 is too much for one record; erase fewer") as caught:
        house.record(erasing(0, 1, 2))
    assert (caught.value.status, caught.value.pointer) == (422, "/entries/0")
    assert house.ledger.entry(0).body is not None


@pytest.mark.parametrize("kind", ["erase", "restore"])
def test_what_says_that_something_is_gone_is_never_erased(house: House, kind: str) -> None:
    index = told(house)
    lasting = (house.record(erasing(index)) if kind == "erase" else house.restore()).receipt.index
    with pytest.raises(SenderError, match="and stays") as caught:
        house.record(erasing(lasting))
    assert caught.value.pointer == "/entries/0"


def test_what_says_who_may_act_is_erased_only_once_it_is_said_anew(house: House) -> None:
    actor = house.act_as("alpha", "auditor")
    for index, sentence in ((0, "define that anew first"), (1, "which key works")):
        with pytest.raises(SenderError, match=sentence):
            house.record(erasing(index))
    house.record({**principal("alpha", "auditor"), "display_name": "erased"})
    house.record(erasing(0))
    assert house.ledger.entry(0).body is None
    assert actor.key_id is not None
    assert "alpha" in house.keys.principals()


@pytest.mark.parametrize("role", ["emitter", "engineer", "steward", "approver", "auditor", "monitor"])
def test_only_an_administrator_erases(house: House, role: str) -> None:
    actor = Actor("alpha", frozenset({role}), authenticated=True, display_name="Testperson Alpha")
    told(house)
    with pytest.raises(AskerError, match="admin") as caught:
        house.record(erasing(0), actor)
    assert caught.value.status == 403
    assert house.ledger.entry(0).body is not None


def test_nobody_sends_that_a_ledger_was_restored(house: House) -> None:
    with pytest.raises(SenderError, match="by the catalog itself"):
        house.record({"kind": "restore_ledger", **restoring().fields()}, local_actor())


def test_a_residue_keeps_no_text(house: House) -> None:
    told(house)
    for stored in house.ledger.entries(0, house.ledger.size()):
        assert SECRET not in str(residue_of(facts_of(stored)))


def test_a_server_forgets_the_runs_that_it_read_before_another_process_made_the_graph_anew(
    house: House, tmp_path: Path
) -> None:
    first = house.send(event("START", "2026-01-01T09:00:00Z")).receipt.index
    second = house.send(event()).receipt.index
    server, projecting = SqliteStore(tmp_path / "graph.db"), SqliteStore(tmp_path / "graph.db")
    try:
        follower = Projection(house.ledger, projecting)
        follow(follower)
        with server.reading() as reader:
            assert {fact.entry for fact in reader.runs([run_node(RUN).id])[run_node(RUN).id].writes} == {first, second}
        house.record(erasing(second, residue="NOTHING"))
        follow(follower)
        assert follower.state.renewals == 1
        server.forget()
        with server.reading() as reader:
            assert {fact.entry for fact in reader.runs([run_node(RUN).id])[run_node(RUN).id].writes} == {first}
    finally:
        projecting.close()
        server.close()


def test_a_dossier_after_an_erasure_tells_the_same_without_the_texts(house: House) -> None:
    def told_of() -> ModelDossier:
        at = AsOf(valid_at=house.clock.micros())
        version = ModelVersion(MODEL["namespace"], MODEL["name"], "1")
        made = model_dossier(house.view(at), house.ledger, version.id)
        assert made is not None
        return made

    story = house.tell_story(house.act_as("grace", "approver"))
    before = told_of()
    house.record(erasing(*range(2, story["erase_entries"].receipt.index)))
    after = told_of()
    assert [finding.rule for finding in after.findings] == [finding.rule for finding in before.findings]
    assert [(one.status, one.kind, one.reason) for one in after.approvals] == [("APPROVED", "CLINICAL", ERASED)]
    assert [(one.digest, one.sealed_at) for one in after.snapshots] == [
        (one.digest, one.sealed_at) for one in before.snapshots
    ]
    assert [(one.method, one.in_force, one.scope) for one in after.deidentification] == [
        # That one was ended stays: were that forgotten, it would clear labels again.
        (one.method, one.in_force, ERASED)
        for one in before.deidentification
    ]
    assert [one.in_force for one in after.deidentification] == [True, False]
    assert [(one.run, one.state, one.ended_at) for one in after.runs] == [
        (one.run, one.state, one.ended_at) for one in before.runs
    ]
    found = verify(house.issue_context(after, "json"), str(house.ledger.verifiers[0]))
    assert {check.name: check.status for check in found.checks if check.status != "PASS"} == {
        "withheld bodies": "NOT VERIFIED"
    }


@pytest.mark.parametrize(
    "narrowing", [withdrawal_of_consent(), permission("board-2", terms=[{"code": "DS", "diseases": ["MONDO:0000001"]}])]
)
def test_no_use_becomes_wider_by_erasing_what_narrowed_it(house: House, narrowing: dict[str, Any]) -> None:
    def decided() -> Decision:
        view = house.view()
        return may_use(view, Dataset(**RAW).id, UseQuestion(purpose="GRU", date=view.moment)).verdict.decision

    house.send(event())
    house.record(permission())
    assert decided() is Decision.PERMIT
    narrowed = house.record(narrowing).receipt.index
    before = decided()
    assert before is not Decision.PERMIT
    house.record(erasing(narrowed))
    assert decided() >= before
