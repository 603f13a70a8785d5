"""From a declaration to a model in use, and what ends that, told to each store: every answer is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from catalog.approvals.model import InboxTask
from catalog.approvals.queries import approvals_of, inbox
from catalog.approvals.states import ApprovalState
from catalog.decisions.model import Asked
from catalog.decisions.queries import decide
from catalog.errors import SenderError
from catalog.gate.queries import quoted
from catalog.reading import AsOf
from catalog.releases.deployments import live_models, releases_of, running_at
from catalog.releases.queries import registrations
from catalog.signatures.queries import signature_state
from catalog.store.memory import MemoryStore
from catalog.store.neo4j import Neo4jStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.nodes import Dataset
from graph_schema.times import format_time
from graph_schema.vocabulary.words import GateVerdict, SignatureState
from tests.support.deployments import deployment, release
from tests.support.gate_story import ANSWERED, LANDED, MODEL, QUESTION, TRAINING, VERSION, GateStory, published
from tests.support.records import House, access_grant, decision, place, policies, request
from tests.support.uses import permission, withdrawal_of_consent

HOUR = 3_600
GRANTED = "permit (principal, action, resource) when { context.granted };\n"
MAY_READ = Asked(
    "engineer", "read", Target("DATASET", TRAINING["namespace"], TRAINING["name"]), Circumstances("MLTRAINING")
)
CONSENT = permission(
    "ward-consents",
    of={"dataset": LANDED},
    terms=[{"code": "NRES"}],
    purposes=["MLTRAINING", "TREAT"],
    consent={"state": "GIVEN", "since": "2026-01-01T00:00:00Z"},
    valid_from="2026-01-01T00:00:00Z",
)


@pytest.fixture(params=["memory", "sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqliteStore(tmp_path / "graph.db")
    else:
        uri = request.getfixturevalue("neo4j_uri")
        endpoint = request.getfixturevalue("neo4j_endpoint")
        made = Neo4jStore(uri, endpoint.user, endpoint.password)
    yield made
    made.close()


def standing(house: House, as_of: AsOf | None = None) -> list[tuple[str, ApprovalState, int | None]]:
    view = house.view(as_of or AsOf(house.clock.micros()))
    return [(one.approval_kind, one.state, one.because) for one in approvals_of(view, [VERSION])[VERSION]]


def allowed(house: House) -> tuple[bool, tuple[str, ...]]:
    found = decide(house.view(AsOf(house.clock.micros())), MAY_READ)
    return found.allowed, found.reasons


@pytest.mark.timeout(400)
def test_a_version_goes_into_use_and_what_is_behind_it_is_withdrawn(store: Store, tmp_path: Path) -> None:
    house = House(tmp_path, store=cast("MemoryStore", store))
    files = [*policies(GRANTED)["files"], *published(ANSWERED)["files"]]
    story = GateStory(
        house,
        before=(place("EU", None, place_kind="REGION"), place(), CONSENT, {**policies(), "files": files}),
    ).tell()
    (registration,) = registrations(house.view(), [VERSION])[VERSION]
    assert signature_state(house.view(), registration).state is SignatureState.VERIFIED
    assert [state for _, state, _ in standing(house)] == [ApprovalState.APPROVED] * 2
    assert story.gate().verdict is GateVerdict.PASS

    evaluated = house.ask_gate(QUESTION, story.actors["engineer"]).receipt.index
    of: dict[str, Any] = {"model_version": {"model": MODEL, "version": "1"}, "gate": evaluated}
    house.record(release(**of), story.actors["engineer"])
    deployed = house.record(deployment(**of), story.actors["engineer"]).receipt.index
    view = house.view()
    assert [one.gate for one in releases_of(view, [VERSION])[VERSION]] == [evaluated]
    assert [one.entry for one in running_at(view, "EU")] == [deployed]
    assert [one.version for one in live_models(view, Dataset(**LANDED).id).models] == [VERSION]
    assert quoted(view, VERSION, evaluated).text == "It passed, and passes now."

    _is_granted_for_an_hour(house, story)
    before = house.ledger.size() - 1
    withdrawn = house.record(withdrawal_of_consent("ward-consents"), story.actors["steward"]).receipt.index
    house.clock.now += 1
    ended = [(kind, ApprovalState.INVALIDATED, withdrawn) for kind in ("CLINICAL", "GOVERNANCE")]
    assert standing(house) == ended
    assert [state for _, state, _ in standing(house, AsOf(house.clock.micros(), before))] == [
        ApprovalState.APPROVED
    ] * 2
    (item,) = inbox(house.view(AsOf(house.clock.micros())), "engineer")
    assert (item.task, item.because, len(item.requests)) == (InboxTask.ASK_AGAIN, withdrawn, 2)
    assert story.gate(AsOf(house.clock.micros())).verdict is GateVerdict.FAIL
    assert quoted(house.view(AsOf(house.clock.micros())), VERSION, evaluated).text.startswith("Asked again")
    assert story.gate(AsOf(known_at=before)).verdict is GateVerdict.PASS
    _is_decided_no_more(house, story)


def _is_granted_for_an_hour(house: House, story: GateStory) -> None:
    assert allowed(house) == (False, ("No policy permits this.",))
    target = {"target_kind": "DATASET", **TRAINING}
    until = format_time(house.clock.micros() + HOUR * 1_000_000)
    grant = access_grant("engineer", target=target, purposes=["MLTRAINING"], until=until)
    house.record(grant, story.actors["steward"])
    assert allowed(house) == (True, ("As made up",))
    house.clock.now += HOUR
    assert allowed(house) == (False, ("No policy permits this.",))


def _is_decided_no_more(house: House, story: GateStory) -> None:
    subject: dict[str, Any] = {"subject": {"model_version": {"model": MODEL, "version": "1"}}}
    again = house.record(request(**subject, reason="Asked again"), story.actors["engineer"]).receipt.index
    retired = {"kind": "retire_model_version", "model_version": subject["subject"]["model_version"], "reason": "Over"}
    house.record(retired, story.actors["steward"])
    with pytest.raises(SenderError, match="is retired since"):
        house.record(decision(again), story.actors["clinician"])
