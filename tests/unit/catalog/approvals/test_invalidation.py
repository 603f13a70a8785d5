"""An approval holds as long as everything does that it binds, and one that ended so is never in force again."""

from __future__ import annotations

import pytest

from catalog.access.model import Actor
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of, list_approvals
from catalog.approvals.states import ApprovalState
from catalog.errors import SenderError
from catalog.reading import AsOf, Rights
from catalog.view import View
from graph_schema.nodes import Dataset, ModelVersion, Snapshot
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    RAW,
    House,
    decision,
    declaration,
    event,
    registration,
    request,
    seal,
    verification,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
DATASET = Dataset(**RAW).id
SNAPSHOT = Snapshot(CURATED["namespace"], CURATED["name"], DIGEST).id
OTHER = "sha256:" + "9" * 64


@pytest.fixture
def story(house: House) -> House:
    house.send(event())
    house.record(seal())
    house.record(registration())
    house.record(declaration())
    return house


def approved(house: House, approver: Actor, subject: dict[str, object] | None = None, **more: object) -> int:
    index = house.record(request(**({} if subject is None else {"subject": subject}), **more)).receipt.index
    return house.record(decision(index), approver).receipt.index


def now(house: House, subject: str, as_of: AsOf | None = None) -> Approval:
    ((found,),) = approvals_of(View(house.store, as_of or AsOf(house.clock.micros())), [subject]).values()
    return found


def test_a_version_that_is_registered_with_other_digests_is_not_what_was_approved(
    story: House, approver: Actor
) -> None:
    then, moment = approved(story, approver), story.clock.micros()
    accepted = story.record(registration(artifact_digest=OTHER))
    changed = accepted.receipt.index
    found = now(story, VERSION)
    assert (found.state, found.because) == (ApprovalState.INVALIDATED, changed)
    assert found.explanation == "the version was registered anew, with other digests"
    assert now(story, VERSION, AsOf(story.clock.micros(), then)).state is ApprovalState.APPROVED
    assert now(story, VERSION, AsOf(moment)).state is ApprovalState.APPROVED


def test_whoever_registers_a_version_anew_is_told_which_approvals_that_ends(story: House, approver: Actor) -> None:
    assert story.record(registration(intended_use="Nobody was asked yet")).warnings == ()
    held = story.ledger.entry(approved(story, approver) - 1).index
    open_ = story.record(request(reason="For another site")).receipt.index
    denied = story.record(request(approval_kind="LEGAL")).receipt.index
    (told,) = story.record(registration(artifact_digest=OTHER)).warnings
    ended = [
        one for one in approvals_of(View(story.store), [VERSION])[VERSION] if one.state is ApprovalState.INVALIDATED
    ]
    assert [one.request for one in ended] == [held, open_, denied]
    assert f"3 approvals of this version end by it, of requests #{held}, #{open_}, #{denied};" in told
    assert story.record(registration(artifact_digest="sha256:" + "8" * 64)).warnings == ()


def test_a_version_that_is_registered_with_the_same_digests_is_still_approved(story: House, approver: Actor) -> None:
    approved(story, approver)
    assert story.record(registration(intended_use="Said in other words")).warnings == ()
    assert now(story, VERSION).state is ApprovalState.APPROVED


def test_going_back_to_what_was_approved_revives_nothing(story: House, approver: Actor) -> None:
    approved(story, approver)
    changed = story.record(registration(artifact_digest=OTHER)).receipt.index
    story.record(registration(intended_use="As before"))
    assert (now(story, VERSION).state, now(story, VERSION).because) == (ApprovalState.INVALIDATED, changed)
    approved(story, approver, reason="Asked again")
    states = [one.state for one in approvals_of(View(story.store, AsOf(story.clock.micros())), [VERSION])[VERSION]]
    assert states == [ApprovalState.INVALIDATED, ApprovalState.APPROVED]


def test_a_dataset_that_is_declared_otherwise_is_not_what_was_approved(story: House, approver: Actor) -> None:
    approved(story, approver, {"dataset": RAW})
    story.record({"kind": "declare_dataset", "dataset": RAW, "owner": "cardiology"})
    assert now(story, DATASET).state is ApprovalState.APPROVED
    changed = story.record({"kind": "declare_dataset", "dataset": RAW, "owner": "oncology"}).receipt.index
    found = now(story, DATASET)
    assert (found.state, found.because) == (ApprovalState.INVALIDATED, changed)
    assert found.explanation == "what is declared of the dataset changed"


def test_a_declaration_for_the_past_ends_an_approval_once_it_is_known(story: House, approver: Actor) -> None:
    def owned(by: str, day: int) -> int:
        return story.record(
            {"kind": "declare_dataset", "dataset": CURATED, "owner": by, "valid_from": f"2026-01-0{day}T00:00:00Z"}
        ).receipt.index

    owned("surgery", 5)
    then = approved(story, approver, {"dataset": CURATED})
    owned("oncology", 4)
    assert now(story, Dataset(**CURATED).id).state is ApprovalState.APPROVED
    changed = owned("oncology", 6)
    owned("surgery", 7)
    found = now(story, Dataset(**CURATED).id)
    assert (found.state, found.because, found.since) == (ApprovalState.INVALIDATED, changed, found.requested_at)
    before = now(story, Dataset(**CURATED).id, AsOf(story.clock.micros(), then))
    assert before.state is ApprovalState.APPROVED


@pytest.mark.parametrize("result", ["MISMATCH", "MISSING"])
def test_a_snapshot_whose_bytes_are_found_otherwise_is_not_what_was_approved(
    story: House, approver: Actor, result: str
) -> None:
    approved(story, approver, {"snapshot": {"dataset": CURATED, "digest": DIGEST}})
    story.record(verification())
    assert now(story, SNAPSHOT).state is ApprovalState.APPROVED
    changed = story.record(verification(result=result, differing=["part-a.csv"])).receipt.index
    story.record(verification(method="Hashed once more"))
    found = now(story, SNAPSHOT)
    assert (found.state, found.because) == (ApprovalState.INVALIDATED, changed)
    assert found.explanation == "a verification found the bytes missing or different"


def test_a_snapshot_whose_bytes_are_gone_has_nothing_to_bind(story: House) -> None:
    story.record(verification(result="MISSING"))
    with pytest.raises(SenderError, match="seal what is there") as caught:
        story.record(request(subject={"snapshot": {"dataset": CURATED, "digest": DIGEST}}))
    assert caught.value.pointer == "/subject/snapshot"


def test_a_request_whose_subject_changed_is_not_decided_on(story: House, approver: Actor) -> None:
    index = story.record(request()).receipt.index
    story.record(registration(artifact_digest=OTHER))
    with pytest.raises(SenderError, match="has changed since; ask again by a new request") as caught:
        story.record(decision(index), approver)
    assert (caught.value.pointer, caught.value.status) == ("/request", 422)
    approved(story, approver, reason="Asked again")


def test_a_denial_outlives_a_change(story: House, approver: Actor) -> None:
    index = story.record(request()).receipt.index
    denied = story.record(decision(index, decision="DENY"), approver).receipt.index
    story.record(registration(artifact_digest=OTHER))
    assert (now(story, VERSION).state, now(story, VERSION).because) == (ApprovalState.DENIED, denied)


def test_a_list_of_approvals_finds_those_that_bind_no_more(story: House, approver: Actor) -> None:
    approved(story, approver)
    approved(story, approver, {"dataset": RAW})
    story.record(registration(artifact_digest=OTHER))
    page = list_approvals(View(story.store))
    assert [(one.subject, one.state) for one in page.approvals] == [
        (DATASET, ApprovalState.APPROVED),
        (VERSION, ApprovalState.INVALIDATED),
    ]


def test_what_rights_hide_of_a_version_does_not_end_its_approval(story: House, approver: Actor) -> None:
    approved(story, approver)
    view = View(story.store, AsOf(story.clock.micros()), Rights(namespaces=frozenset({MODEL["namespace"]})))
    ((found,),) = approvals_of(view, [VERSION]).values()
    assert found.state is ApprovalState.APPROVED
    other = View(story.store, AsOf(story.clock.micros()), Rights(namespaces=frozenset({RAW["namespace"]})))
    assert approvals_of(other, [VERSION]) == {}
