from __future__ import annotations

import orjson
import pytest

from catalog.access.keys import local_actor
from catalog.access.model import Actor
from catalog.approvals.binding import FLOWING
from catalog.approvals.model import ApprovalFilter
from catalog.approvals.queries import approvals_of, list_approvals
from catalog.approvals.rules import signed_digest
from catalog.approvals.states import ApprovalState
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.aspects.approvals import BoundDigest
from graph_schema.nodes import Dataset, ModelVersion
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    RAW,
    House,
    decision,
    event,
    principal,
    registration,
    request,
    seal,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id


@pytest.fixture
def asked(house: House) -> int:
    house.send(event())
    house.record(seal())
    house.record(registration())
    return house.record(request()).receipt.index


def test_a_request_binds_the_exact_digests_of_a_model_version(house: House, asked: int) -> None:
    ((approval,),) = approvals_of(View(house.store), [VERSION]).values()
    assert approval.request == asked
    assert {each for each in approval.digests if each.of not in FLOWING} == {
        BoundDigest("artifact", "sha256:" + "d" * 64),
        BoundDigest("code", f"https://git.example/pipeline@{'f' * 40}"),
        BoundDigest("environment", "sha256:" + "e" * 64),
        BoundDigest("training snapshot", DIGEST),
        BoundDigest("evaluation snapshot", DIGEST),
    }


def test_a_snapshot_binds_its_digest_and_a_dataset_its_declaration(house: House, asked: int) -> None:
    house.record(request(subject={"snapshot": {"dataset": CURATED, "digest": DIGEST}}))
    house.record({"kind": "declare_dataset", "dataset": RAW, "owner": "cardiology"})
    house.record(request(subject={"dataset": RAW}))
    house.record({"kind": "declare_dataset", "dataset": RAW, "owner": "oncology"})
    house.record(request(subject={"dataset": RAW}, reason="Another owner"))
    second, first = list_approvals(View(house.store), ApprovalFilter(subjects=(Dataset(**RAW).id,))).approvals
    assert first.digests != second.digests


def test_a_dataset_without_declaration_has_nothing_to_bind(house: House, asked: int) -> None:
    with pytest.raises(SenderError, match="declare it first") as caught:
        house.record(request(subject={"dataset": RAW}))
    assert caught.value.pointer == "/subject/dataset"


def test_a_request_for_an_unregistered_version_is_refused(house: House) -> None:
    with pytest.raises(SenderError, match="register it first") as caught:
        house.record(request())
    assert caught.value.pointer == "/subject/model_version"


def test_a_request_names_exactly_one_subject(house: House) -> None:
    with pytest.raises(SenderError, match="exactly one") as caught:
        house.record(request(subject={"dataset": RAW, "snapshot": {"dataset": CURATED, "digest": DIGEST}}))
    assert caught.value.pointer == "/subject"


def test_another_principal_decides_and_signs(house: House, asked: int, approver: Actor) -> None:
    accepted = house.record(decision(asked), approver)
    ((approval,),) = approvals_of(View(house.store), [VERSION]).values()
    assert (approval.state, approval.because) == (ApprovalState.APPROVED, accepted.receipt.index)
    ((signed),) = approval.decisions
    assert (signed.decided_by, signed.authenticated, signed.printed_name) == ("grace", True, "Testperson grace")
    # Whoever holds the ledger works it out again from the request's leaf and the decision as recorded.
    body = orjson.loads(house.ledger.entry(accepted.receipt.index).body or b"")
    asked_for = house.ledger.entry(asked)
    assert signed.signed == signed_digest(
        request=asked,
        leaf=asked_for.leaf.hex(),
        digests=[BoundDigest.from_json(each) for each in orjson.loads(asked_for.body or b"")["added"]["digests"]],
        decision=body["record"] | {"signer": {"printed_name": "Testperson grace", "time_zone": "Europe/Berlin"}},
        decided_by="grace",
        authenticated=True,
    )


def test_a_decision_is_signed_with_the_name_that_the_catalog_has_of_whoever_decides(
    house: House, asked: int, approver: Actor
) -> None:
    with pytest.raises(
        SenderError, match="that is Testperson grace: leave printed_name out, or have an admin"
    ) as caught:
        house.record(decision(asked, signer={"printed_name": "Testperson Beta", "time_zone": "UTC"}), approver)
    assert (caught.value.pointer, caught.value.status) == ("/signer/printed_name", 422)
    own = {"printed_name": "Testperson grace", "time_zone": "UTC"}
    accepted = house.record(decision(asked, signer=own), approver)
    body = orjson.loads(house.ledger.entry(accepted.receipt.index).body or b"")
    assert (body["record"]["signer"], body["added"]["printed_name"]) == (own, "Testperson grace")


def test_a_decision_keeps_the_name_that_its_signer_had_then(house: House, asked: int, approver: Actor) -> None:
    house.record(decision(asked, decision="ABSTAIN"), approver)
    house.record({**principal("grace", "approver"), "display_name": "Testperson Omega"})
    renamed = house.key_of("grace")
    house.record(decision(asked), renamed)
    ((approval,),) = approvals_of(View(house.store), [VERSION]).values()
    assert [each.printed_name for each in approval.decisions] == ["Testperson grace", "Testperson Omega"]


def test_who_was_defined_anew_since_the_request_came_in_signs_nothing(
    house: House, asked: int, approver: Actor
) -> None:
    """The rights of a request are those of when it came in; a signature needs those of the very entry."""
    house.record({**principal("grace", "approver"), "display_name": "Testperson Omega"})
    size = house.ledger.size()
    with pytest.raises(OperatorError, match="defined anew") as caught:
        house.record(decision(asked), approver)
    assert caught.value.retry_after is not None
    house.record({**principal("grace", "approver", active=False)})
    with pytest.raises(AskerError, match="may not act") as refused:
        house.record(decision(asked), approver)
    assert refused.value.status == 401
    assert house.ledger.size() == size + 1


def test_a_key_that_was_revoked_since_the_request_came_in_signs_nothing(
    house: House, asked: int, approver: Actor
) -> None:
    house.record({"kind": "revoke_key", "key_id": approver.key_id, "principal": "grace"})
    with pytest.raises(AskerError, match="revoked") as caught:
        house.record(decision(asked), approver)
    assert caught.value.status == 401


def test_the_requester_cannot_decide_by_another_key_either(house: House) -> None:
    both = house.act_as("ada", "engineer", "approver")
    house.send(event(), both)
    house.record(seal(), both)
    house.record(registration(), both)
    index = house.record(request(), both).receipt.index
    key, issued = house.intake.issue_key("ada", both_admin(house), "tests")
    issued.result()
    other_key = house.authenticator.authenticate(key.secret, from_loopback=True)
    assert other_key.key_id != both.key_id
    with pytest.raises(AskerError, match="cannot decide"):
        house.record(decision(index), other_key)


def both_admin(house: House) -> Actor:
    return house.act_as("root", "admin")


def test_the_local_principal_cannot_decide_its_own_request(house: House, asked: int) -> None:
    with pytest.raises(AskerError, match="cannot decide"):
        house.record(decision(asked))


def test_the_local_principal_decides_on_nothing(house: House) -> None:
    index = ask(house)
    with pytest.raises(AskerError, match="nobody proved who it is") as caught:
        house.record(decision(index))
    assert caught.value.status == 403


def test_only_kinds_that_were_granted_are_decided_on(house: House, asked: int) -> None:
    approver = house.act_as("grace", "approver", approves=["IRB", "SITE"])
    with pytest.raises(AskerError, match=r"CLINICAL approvals were not granted .* role admin grants them") as caught:
        house.record(decision(asked), approver)
    assert caught.value.status == 403
    irb = house.record(request(approval_kind="IRB")).receipt.index
    house.record(decision(irb, irb={"determination": "EXEMPT", "protocol": "MADE-UP-1"}), approver)


def test_an_approver_of_an_older_ledger_decides_on_nothing_until_kinds_are_granted(house: House, asked: int) -> None:
    approver = house.act_as("grace", "approver", approves=[])
    with pytest.raises(AskerError, match="were not granted"):
        house.record(decision(asked), approver)
    house.record(principal("grace", "approver", approves=["CLINICAL"]))
    key, issued = house.intake.issue_key("grace", local_actor(), "tests")
    issued.result()
    house.record(decision(asked), house.authenticator.authenticate(key.secret, from_loopback=True))


def test_a_kind_that_is_taken_away_is_not_decided_on_any_more(house: House, asked: int) -> None:
    house.record(principal("grace", "approver"))
    key, issued = house.intake.issue_key("grace", local_actor(), "tests")
    issued.result()
    house.record(principal("grace", "approver", approves=["IRB"]))
    with pytest.raises(AskerError, match="were not granted"):
        house.record(decision(asked), house.authenticator.authenticate(key.secret, from_loopback=True))


def test_an_emitter_of_an_older_ledger_decides_on_nothing(house: House, asked: int) -> None:
    house.keys.upsert_principal(
        "pipe", "Pipelines", ["approver", "emitter"], active=True, entry=99, approves=["CLINICAL"]
    )
    key = house.keys.make("pipe")
    house.keys.keep(key)
    with pytest.raises(AskerError, match="emitter decides on no approval"):
        house.record(decision(asked), house.authenticator.authenticate(key.secret, from_loopback=True))


def test_a_decision_names_the_key_that_it_was_made_under(house: House, asked: int, approver: Actor) -> None:
    house.record(decision(asked), approver)
    ((approval,),) = approvals_of(View(house.store), [VERSION]).values()
    assert [each.key_id for each in approval.decisions] == [approver.key_id]


def ask(house: House) -> int:
    engineer = house.act_as("ada", "engineer")
    house.send(event(), engineer)
    house.record(seal(), engineer)
    house.record(registration(), engineer)
    return house.record(request(), engineer).receipt.index


def test_only_an_approver_decides(house: House, asked: int) -> None:
    steward = house.act_as("stu", "steward", "engineer", "admin", "auditor", "emitter")
    with pytest.raises(AskerError, match="approver") as caught:
        house.record(decision(asked), steward)
    assert caught.value.status == 403


def test_every_decision_stays_in_the_history(house: House, asked: int, approver: Actor) -> None:
    other = house.act_as("hedy", "approver")
    first = house.record(decision(asked), approver).receipt
    second = house.record(decision(asked, decision="DENY", reason="It drifts"), other).receipt
    ((approval,),) = approvals_of(View(house.store), [VERSION]).values()
    assert approval.state is ApprovalState.DENIED
    assert [(each.entry, each.decided_by) for each in approval.decisions] == [
        (first.index, "grace"),
        (second.index, "hedy"),
    ]
    ((then,),) = approvals_of(View(house.store, AsOf(known_at=first.index)), [VERSION]).values()
    assert then.state is ApprovalState.APPROVED
    with pytest.raises(SenderError, match="denied"):
        house.record(decision(asked, reason="Again"), approver)


def test_an_expired_request_cannot_be_decided(house: House, asked: int, approver: Actor) -> None:
    index = house.record(request(reason="Soon over", expires_at="2026-06-01T00:00:00Z")).receipt.index
    house.clock.now += 10 * 365 * 86_400
    with pytest.raises(SenderError, match="expired"):
        house.record(decision(index), approver)


@pytest.mark.parametrize("index", [0, 10_000])
def test_a_decision_names_a_request(house: House, asked: int, approver: Actor, index: int) -> None:
    with pytest.raises(SenderError, match="request is the ledger index") as caught:
        house.record(decision(index), approver)
    assert caught.value.pointer == "/request"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"signer": {"printed_name": "Testperson Alpha", "time_zone": "Mars/Olympus"}}, "/signer/time_zone"),
        ({"signer": {"printed_name": "Testperson Alpha"}}, "/signer/time_zone"),
        ({"signer": {"printed_name": "", "time_zone": "UTC"}}, "/signer/printed_name"),
        ({"signer": {"printed_name": "Testperson Beta", "time_zone": "UTC"}}, "/signer/printed_name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"meaning": "FUN"}, "/meaning"),
        ({"request": "7"}, "/request"),
        ({"request": True}, "/request"),
    ],
)
def test_a_decision_that_is_not_whole_is_refused(
    house: House, asked: int, approver: Actor, more: dict[str, object], pointer: str
) -> None:
    with pytest.raises(SenderError) as caught:
        house.record({**decision(asked), **more}, approver)
    assert caught.value.pointer == pointer


def test_a_denial_that_is_sent_again_is_answered_as_the_first_time(house: House, asked: int, approver: Actor) -> None:
    denial = decision(asked, decision="DENY")
    first = house.record(denial, approver).receipt
    again = house.record(denial, approver).receipt
    assert (again.index, again.duplicate) == (first.index, True)


def test_approvals_are_listed_newest_first_in_pages(house: House, asked: int, approver: Actor) -> None:
    more = [house.record(request(reason=f"Reason {number}")).receipt.index for number in range(3)]
    house.record(decision(asked), approver)
    page = list_approvals(View(house.store), first=2)
    assert ([each.request for each in page.approvals], page.total, page.more) == ([more[2], more[1]], 4, True)
    rest = list_approvals(View(house.store), first=2, after=more[1])
    assert ([each.request for each in rest.approvals], rest.more) == ([more[0], asked], False)
    approved = list_approvals(View(house.store), ApprovalFilter(states=(ApprovalState.APPROVED,)))
    assert [each.request for each in approved.approvals] == [asked]
    assert list_approvals(View(house.store), ApprovalFilter(kinds=("IRB",))).total == 0
    assert list_approvals(View(house.store), ApprovalFilter(requested_by="grace")).total == 0


def test_who_is_no_longer_active_cannot_act(house: House, approver: Actor) -> None:
    key, issued = house.intake.issue_key("grace", both_admin(house), "tests")
    issued.result()
    house.record(principal("grace", "approver", active=False))
    with pytest.raises(AskerError) as caught:
        house.authenticator.authenticate(key.secret, from_loopback=True)
    assert caught.value.status == 401
