from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from catalog.approvals.binding import Binding, Change, of_dataset, of_model_version, of_snapshot
from catalog.approvals.checks import check_decider, check_expiry, check_open
from catalog.approvals.model import Decision
from catalog.approvals.persons import persons
from catalog.approvals.rules import ApprovalStatus, Terms, signed_digest
from catalog.approvals.rules import status as status_of
from catalog.approvals.states import ApprovalState
from catalog.errors import AskerError, SenderError
from catalog.releases.model import Registration, SnapshotUse
from catalog.snapshots.model import Verification
from graph_schema.aspects.approvals import BoundDigest, Signer
from graph_schema.aspects.models import CodeRef, EnvironmentRef
from graph_schema.facts import Role, Statement


def status(
    requested_at: int, expires_at: int | None, decisions: list[Decision], at: int, change: Change | None = None
) -> ApprovalStatus:
    return status_of(Terms(requested_at=requested_at, expires_at=expires_at), decisions, at, change)


def decided(what: str, at: int, expires_at: int | None = None, by: str = "grace") -> Decision:
    return Decision(
        entry=at,
        decision=what,
        meaning="APPROVAL",
        reason="made up",
        signer=Signer("Testperson Alpha", "UTC"),
        decided_by=by,
        person=frozenset((by,)),
        authenticated=True,
        decided_at=at,
        expires_at=expires_at,
        conditions=(),
        signed="",
    )


@pytest.mark.parametrize(("needed", "counts"), [(1, True), (2, False)])
def test_a2_of_several_persons_a_key_has_proved_each(needed: int, *, counts: bool) -> None:
    unproven = replace(decided("APPROVE", 20), authenticated=False)
    proven = decided("APPROVE", 30, by="hedy")
    found = persons("ada", "IRB", [unproven, proven], {}, (), requested_at=10, needed=needed)
    assert (found[20] is not None, found[30] is not None) == (counts, True)


def test_without_a_decision_a_request_waits_until_it_expires() -> None:
    assert status(10, 50, [], 49).state is ApprovalState.REQUESTED
    assert status(10, 50, [], 50).state is ApprovalState.EXPIRED


def test_an_approval_holds_from_its_time_on() -> None:
    assert status(10, None, [decided("APPROVE", 20)], 19).state is ApprovalState.REQUESTED
    now = status(10, None, [decided("APPROVE", 20)], 20)
    assert (now.state, now.since, now.because) == (ApprovalState.APPROVED, 20, 20)


def test_an_approval_ends_with_the_first_of_both_expiries() -> None:
    approved = [decided("APPROVE", 20, 30)]
    assert status(10, 40, approved, 29).state is ApprovalState.APPROVED
    ended = status(10, 40, approved, 30)
    assert (ended.state, ended.since) == (ApprovalState.EXPIRED, 30)
    assert status(10, 25, approved, 25).state is ApprovalState.EXPIRED


def test_a_denial_stands_whatever_others_decide_before_or_after() -> None:
    both = [decided("APPROVE", 20), decided("DENY", 30, by="hedy"), decided("APPROVE", 40)]
    assert status(10, None, both, 25).state is ApprovalState.APPROVED
    assert status(10, None, both, 99).state is ApprovalState.DENIED
    assert status(10, 50, both, 99).since == 30


def test_an_abstention_takes_no_approval_away() -> None:
    assert status(10, None, [decided("ABSTAIN", 20)], 99).state is ApprovalState.ABSTAINED
    assert status(10, None, [decided("APPROVE", 20), decided("ABSTAIN", 30)], 99).state is ApprovalState.APPROVED


def test_a_decision_after_the_end_changes_nothing() -> None:
    assert status(10, 20, [decided("APPROVE", 30)], 99).because is None
    assert status(10, 20, [decided("DENY", 20)], 99).state is ApprovalState.EXPIRED
    ended = [decided("APPROVE", 12, 15), decided("APPROVE", 16, 40), decided("DENY", 17)]
    assert status(10, None, ended, 30).state is ApprovalState.EXPIRED


def test_a_second_approval_prolongs_an_approval_that_still_holds() -> None:
    twice = [decided("APPROVE", 20, 30), decided("APPROVE", 25, 40)]
    assert status(10, None, twice, 35).state is ApprovalState.APPROVED


def changed(at: int) -> Change:
    return Change(at, 7, "it changed")


def test_a_change_of_what_is_bound_invalidates_from_its_time_on() -> None:
    approved = [decided("APPROVE", 20)]
    assert status(10, None, approved, 29, changed(30)).state is ApprovalState.APPROVED
    now = status(10, None, approved, 30, changed(30))
    assert (now.state, now.since, now.because, now.explanation) == (ApprovalState.INVALIDATED, 30, 7, "it changed")
    assert status(10, None, [], 30, changed(30)).state is ApprovalState.INVALIDATED
    assert status(10, None, [decided("APPROVE", 40)], 50, changed(30)).state is ApprovalState.INVALIDATED


def test_no_change_takes_a_denial_away() -> None:
    assert status(10, None, [decided("DENY", 20)], 99, changed(15)).state is ApprovalState.DENIED
    assert status(10, None, [decided("DENY", 20)], 99, changed(30)).state is ApprovalState.DENIED


def test_of_an_expiry_and_a_change_the_first_counts() -> None:
    approved = [decided("APPROVE", 20, 40)]
    assert status(10, None, approved, 99, changed(39)).state is ApprovalState.INVALIDATED
    assert status(10, None, approved, 99, changed(40)).state is ApprovalState.EXPIRED
    assert status(10, None, approved, 99, changed(41)).since == 40


def registered(entry: int, artifact: str) -> Registration:
    return Registration(
        entry=entry,
        registered_by="ada",
        authenticated=True,
        registered_at=entry * 10,
        trained_on=(SnapshotUse("Snapshot:1", "Dataset:1", "sha256:1"),),
        evaluated_on=(),
        code=CodeRef("r", "1"),
        environment=EnvironmentRef("sha256:e"),
        artifact_digest=artifact,
        signature=None,
        metrics=(),
        intended_use=None,
        run=None,
        job=None,
    )


def test_a_version_binds_its_newest_registration() -> None:
    assert of_model_version([registered(1, "a"), registered(2, "b")]).digests == (
        BoundDigest("artifact", "b"),
        BoundDigest("code", "r@1"),
        BoundDigest("environment", "sha256:e"),
        BoundDigest("training snapshot", "sha256:1"),
    )
    assert of_model_version([]).digests == ()


def test_a_registration_with_other_digests_is_a_change_and_one_with_the_same_is_none() -> None:
    first = registered(1, "a")
    bound = of_model_version([first]).digests
    assert of_model_version([first, registered(3, "a")]).change(2, 20, bound) is None
    change = of_model_version([first, registered(3, "a"), registered(4, "b")]).change(2, 20, bound)
    assert change is not None
    assert (change.at, change.entry) == (40, 4)


def test_putting_it_back_revives_nothing() -> None:
    first = registered(1, "a")
    back = of_model_version([first, registered(3, "b"), registered(4, "a")])
    change = back.change(2, 20, of_model_version([first]).digests)
    assert change is not None
    assert change.entry == 3


def test_what_changed_before_the_request_and_was_not_bound_is_a_change_from_its_beginning() -> None:
    raced = of_model_version([registered(1, "a"), registered(2, "b")])
    change = raced.change(3, 30, of_model_version([registered(1, "a")]).digests)
    assert change is not None
    assert (change.at, change.entry) == (30, 2)


def checked(entry: int, result: str) -> Verification:
    return Verification(
        result=result,
        differing=(),
        method="hashed",
        entry=entry,
        verified_by="ada",
        verified_at=entry * 10,
        authenticated=True,
    )


def test_a_snapshot_holds_until_its_bytes_are_found_otherwise() -> None:
    bound = of_snapshot("sha256:1", []).digests
    assert bound == (BoundDigest("snapshot", "sha256:1"),)
    assert of_snapshot("sha256:1", [checked(1, "MISMATCH"), checked(2, "OK")]).change(3, 30, bound) is None
    for result in ("MISMATCH", "MISSING"):
        change = of_snapshot("sha256:1", [checked(4, result), checked(5, "OK")]).change(3, 30, bound)
        assert change is not None
        assert (change.at, change.entry) == (40, 4)
    assert of_snapshot("sha256:1", [checked(1, "MISSING")]).digests == ()


def declared(entry: int, aspect: str, value: str | None, at: int | None = None, tie: str = "") -> Statement:
    since = entry * 10 if at is None else at
    return Statement("Dataset:1", aspect, value, Role.OWN, None, None, since, 5, tie, entry)


def changes(*more: Statement) -> Change | None:
    before = [declared(1, "owner", '"ann"'), declared(2, "zone", '"RAW"')]
    binding: Binding = of_dataset(before)
    return of_dataset([*before, *more]).change(3, 30, binding.digests)


def test_the_digest_of_a_declaration_stays_what_ledgers_hold() -> None:
    ((bound),) = of_dataset([declared(1, "owner", '"ann"'), declared(2, "zone", '"RAW"')]).digests
    text = b'{"owner":"ann","zone":"RAW"}'
    assert bound == BoundDigest("declaration", f"sha256:{hashlib.sha256(text).hexdigest()}")
    assert of_dataset([]).digests == ()
    assert of_dataset([declared(1, "owner", '"ann"'), declared(2, "owner", None)]).digests == ()


def test_what_is_declared_otherwise_or_besides_or_no_more_is_a_change() -> None:
    assert changes() is None
    assert changes(declared(4, "owner", '"ann"')) is None
    for one in (declared(4, "owner", '"bob"'), declared(4, "site", '"North"'), declared(4, "zone", None)):
        change = changes(one)
        assert change is not None
        assert (change.at, change.entry) == (40, 4)


def test_what_is_declared_with_a_past_date_is_a_change_since_the_request() -> None:
    change = changes(declared(4, "owner", '"bob"', at=15))
    assert change is not None
    assert (change.at, change.entry) == (30, 4)
    assert changes(declared(4, "owner", '"bob"', at=5)) is None


def test_a4_what_held_for_a_while_before_the_same_again_is_a_change() -> None:
    again = declared(4, "owner", '"ann"', at=50)
    change = changes(again, declared(5, "owner", '"bob"', at=40))
    assert change is not None
    assert (change.at, change.entry) == (40, 5)


def test_of_several_changes_the_first_counts_and_of_two_at_one_time_that_known_first() -> None:
    later, other = declared(4, "owner", '"bob"', at=50), declared(5, "zone", '"CURATED"', at=45)
    for made, expected in (((later, other), (45, 5)), ((later, declared(5, "zone", None, at=50)), (50, 4))):
        change = changes(*made)
        assert change is not None
        assert (change.at, change.entry) == expected


@pytest.mark.parametrize("tie", ["0", "2"])
def test_no_dating_of_what_is_put_back_revives_an_approval(tie: str) -> None:
    other = declared(4, "owner", '"bob"', at=15, tie="1")
    for at in (15, 16, 25, 35):
        change = changes(other, declared(5, "owner", '"ann"', at=at, tie=tie))
        assert change is not None
        assert (change.at, change.entry) == (30, 4)


def test_the_requester_never_decides() -> None:
    check_decider("ada", "grace")
    with pytest.raises(AskerError) as caught:
        check_decider("ada", "ada")
    assert caught.value.status == 403


CLOSED = [ApprovalState.DENIED, ApprovalState.EXPIRED, ApprovalState.INVALIDATED, ApprovalState.LAPSED]


@pytest.mark.parametrize("state", CLOSED)
def test_what_is_closed_cannot_be_decided(state: ApprovalState) -> None:
    with pytest.raises(SenderError, match="new request"):
        check_open(state)


def test_whoever_denied_decides_anew() -> None:
    check_open(ApprovalState.DENIED, denied_oneself=True)


@pytest.mark.parametrize("state", [ApprovalState.REQUESTED, ApprovalState.ABSTAINED, ApprovalState.APPROVED])
def test_what_is_open_can_be_decided_again(state: ApprovalState) -> None:
    check_open(state)


def test_an_expiry_lies_ahead() -> None:
    check_expiry(None, 5)
    check_expiry(6, 5)
    with pytest.raises(SenderError, match="expires_at"):
        check_expiry(5, 5)


def test_a_signature_covers_everything_that_it_stands_for() -> None:
    def sign(**changed: object) -> str:
        covered: dict[str, object] = {
            "request": 7,
            "leaf": "ab",
            "digests": (BoundDigest("artifact", "sha256:1"),),
            "decision": {"decision": "APPROVE", "meaning": "APPROVAL"},
            "decided_by": "grace",
            "authenticated": True,
        }
        return signed_digest(**{**covered, **changed})  # type: ignore[arg-type]

    others = [
        sign(request=8),
        sign(leaf="cd"),
        sign(digests=(BoundDigest("artifact", "sha256:2"),)),
        sign(decision={"decision": "DENY", "meaning": "APPROVAL"}),
        sign(decision={"decision": "APPROVE", "meaning": "REVIEW"}),
        sign(decided_by="ada"),
        sign(authenticated=False),
    ]
    assert sign() == sign()
    assert len({sign(), *others}) == 8
