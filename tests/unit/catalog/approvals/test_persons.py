"""Who counts, how many are needed, and what a decision has to say: rules A1 to A3 and A7 to A11."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.access.model import Actor
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of, inbox
from catalog.approvals.states import ApprovalState
from catalog.errors import AskerError, SenderError
from catalog.reading import AsOf
from catalog.view import View
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time
from tests.support.deployments import retirement
from tests.support.records import (
    CURATED,
    DIGEST,
    MODEL,
    House,
    attestation,
    decision,
    delegation,
    event,
    meeting,
    principal,
    registration,
    request,
    seal,
    tombstone,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
DAY = 86_400_000_000
IRB = {"determination": "EXEMPT", "protocol": "MADE-UP-1"}


@pytest.fixture
def ada(house: House) -> Actor:
    """Lend who asks, in a catalog with a version to ask for."""
    ada = house.act_as("ada", "engineer", "approver")
    house.send(event())
    house.record(seal())
    house.record(registration())
    return ada


def ask(house: House, ada: Actor, **more: Any) -> int:
    return house.record(request(**more), ada).receipt.index


def at(house: House, as_of: AsOf | None = None) -> Approval:
    return approvals_of(View(house.store, as_of or AsOf(house.clock.micros())), [VERSION])[VERSION][-1]


def at_request(house: House, request: int) -> Approval:
    known = approvals_of(View(house.store, AsOf(house.clock.micros())), [VERSION])[VERSION]
    return next(one for one in known if one.request == request)


def days(house: House, count: int) -> str:
    return format_time(house.clock.micros() + count * DAY)


def delegated(house: House, to: str, **more: Any) -> dict[str, Any]:
    return delegation(to, until=days(house, 10), **more)


def test_a1_a_delegate_and_whoever_delegates_are_one_person(house: House, ada: Actor, approver: Actor) -> None:
    hedy = house.act_as("hedy", "approver", approves=[])
    index = ask(house, ada, needed=2)
    with pytest.raises(AskerError, match="not granted"):
        house.record(decision(index), hedy)
    house.record(delegated(house, "hedy"), approver)
    house.record(decision(index), hedy)
    house.record(decision(index), approver)
    found = at(house)
    assert (found.state, found.approved_by) == (ApprovalState.REQUESTED, ("grace",))
    house.record(decision(index), house.act_as("ida", "approver"))
    found = at(house)
    assert (found.state, found.approved_by) == (ApprovalState.APPROVED, ("grace", "ida"))


@pytest.mark.parametrize("delegate", ["ann", "zoe"])
def test_a1_a_delegation_at_one_of_two_decisions_makes_them_one(house: House, ada: Actor, delegate: str) -> None:
    mia, other = house.act_as("mia", "approver"), house.act_as(delegate, "approver")
    # Each is decided on by both: the delegation comes after the first decision, ends before the second, or is between.
    after, before = ask(house, ada, needed=2), ask(house, ada, needed=2, reason="Asked again")
    house.record(decision(after), mia)
    house.record(delegated(house, delegate), mia)
    house.record(decision(after), other)
    assert (at_request(house, after).state, len(at_request(house, after).approved_by)) == (ApprovalState.REQUESTED, 1)
    house.record(decision(before), other)
    house.record(delegated(house, delegate, approval_kinds=[], reason="Back"), mia)
    house.record(decision(before), mia)
    assert (at_request(house, before).state, len(at_request(house, before).approved_by)) == (ApprovalState.REQUESTED, 1)
    house.record(decision(before, reason="In their own right"), other)
    assert at_request(house, before).state is ApprovalState.APPROVED


def test_a1_who_decides_twice_is_one_whoever_they_were_one_person_with(house: House, ada: Actor) -> None:
    mia = house.act_as("mia", "approver")
    house.act_as("ann", "approver")
    index = ask(house, ada, needed=2)
    house.record(delegated(house, "ann"), mia)
    house.record(decision(index), mia)
    house.record(delegated(house, "ann", approval_kinds=[], reason="Back"), mia)
    house.record(decision(index, reason="Decided once more"), mia)
    assert (at(house).state, at(house).approved_by) == (ApprovalState.REQUESTED, ("mia",))


def test_a1_a_denial_is_not_taken_back_by_who_was_a_delegate_once(house: House, ada: Actor) -> None:
    mia, ann = house.act_as("mia", "approver"), house.act_as("ann", "approver")
    index = ask(house, ada)
    house.record(delegated(house, "ann"), mia)
    house.record(decision(index, decision="DENY"), mia)
    house.record(delegated(house, "ann", approval_kinds=[], reason="Back"), mia)
    with pytest.raises(SenderError, match="whoever denied it can decide anew"):
        house.record(decision(index), ann)
    house.record(decision(index, reason="It holds after all"), mia)
    assert at(house).state is ApprovalState.APPROVED


def test_a1_a_delegation_ends_by_its_time_and_by_one_of_no_kind(house: House, ada: Actor, approver: Actor) -> None:
    hedy = house.act_as("hedy", "approver", approves=[])
    house.record(delegated(house, "hedy"), approver)
    house.record(delegated(house, "hedy", approval_kinds=[], reason="Back"), approver)
    with pytest.raises(AskerError, match="not granted"):
        house.record(decision(ask(house, ada)), hedy)
    house.record(delegated(house, "hedy", reason="Away again"), approver)
    house.clock.now += 11 * 86_400
    with pytest.raises(AskerError, match="not granted"):
        house.record(decision(ask(house, ada, reason="Later")), hedy)


def test_a1_what_was_delegated_is_not_passed_on(house: House, ada: Actor, approver: Actor) -> None:
    hedy = house.act_as("hedy", "approver", approves=[])
    house.act_as("ida", "approver", approves=[])
    house.record(delegated(house, "hedy"), approver)
    with pytest.raises(AskerError, match="not passed on"):
        house.record(delegated(house, "ida"), hedy)


def test_a1_a_delegate_of_whoever_asked_is_whoever_asked(house: House, ada: Actor) -> None:
    hedy = house.act_as("hedy", "approver")
    house.record(delegated(house, "hedy"), ada)
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(ask(house, ada)), hedy)


def test_a1_whoever_was_a_delegate_of_whoever_asked_since_they_asked_is_whoever_asked(house: House, ada: Actor) -> None:
    hedy = house.act_as("hedy", "approver")
    house.record(delegated(house, "hedy", reason="Before it is asked for"), ada)
    house.record(delegated(house, "hedy", approval_kinds=[], reason="Back before it is asked for"), ada)
    house.clock.now += 60
    index = ask(house, ada)
    house.clock.now += 60
    house.record(delegated(house, "hedy"), ada)
    house.clock.now += 60
    house.record(delegated(house, "hedy", approval_kinds=[], reason="Back"), ada)
    house.clock.now += 60
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(index), hedy)
    again = ask(house, ada, reason="Asked after all that")
    house.record(decision(again), hedy)
    assert at(house).state is ApprovalState.APPROVED


def test_a9_an_approval_counts_as_it_did_when_it_was_decided_whoever_they_let_decide_since(
    house: House, ada: Actor, approver: Actor
) -> None:
    index = ask(house, ada)
    house.record(decision(index), approver)
    house.clock.now += 60
    house.record(delegated(house, "ada"), approver)
    assert (at(house).state, at(house).approved_by) == (ApprovalState.APPROVED, ("grace",))
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(index, reason="Once more"), approver)
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(index, decision="DENY", reason="Looked again"), approver)


def test_a1_whoever_decided_may_take_it_back_though_they_let_whoever_asked_decide_for_them_since(
    house: House, ada: Actor, approver: Actor
) -> None:
    hedy = house.act_as("hedy", "approver")
    index = ask(house, ada)
    house.record(decision(index), approver)
    house.record(decision(index), hedy)
    house.clock.now += 60
    house.record(delegated(house, "ada"), approver)
    house.record(delegated(house, "hedy"), ada)
    house.clock.now += 60
    taken_back = decision(index, decision="WITHDRAW", reason="Looked again")
    assert house.record(taken_back, approver).warnings == ()
    now = at(house)
    assert (now.state, now.approved_by, now.decisions[-1].counts_for) == (ApprovalState.APPROVED, ("hedy",), "grace")
    lost = house.record(taken_back, hedy).receipt.index
    now = at(house)
    assert (now.state, now.because, now.approved_by) == (ApprovalState.REQUESTED, lost, ())


def test_a1_who_decided_nothing_that_counted_takes_nothing_back(house: House, ada: Actor, approver: Actor) -> None:
    index = ask(house, ada)
    house.record(decision(index), approver)
    hedy = house.act_as("hedy", "approver")
    house.record(delegated(house, "hedy"), ada)
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(index, decision="WITHDRAW"), hedy)
    with pytest.raises(AskerError, match="not granted"):
        house.record(decision(index, decision="WITHDRAW"), house.act_as("ida", "approver", approves=[]))


def test_a9_whoever_decided_may_take_it_back_though_the_kind_is_not_theirs_any_more(
    house: House, ada: Actor, approver: Actor
) -> None:
    index = ask(house, ada)
    house.record(decision(index), approver)
    house.record(principal("grace", "approver", approves=["LEGAL"]))
    house.record(decision(index, decision="WITHDRAW", reason="Looked again"), house.key_of("grace"))
    assert at(house).state is ApprovalState.REQUESTED


def test_a7_whoever_came_to_have_a_part_or_an_interest_in_it_may_take_their_approval_back(
    house: House, ada: Actor, approver: Actor
) -> None:
    jo = house.act_as("jo", "steward", "approver")
    index = ask(house, ada, needed=2)
    house.record(decision(index), approver)
    house.record(decision(index), jo)
    assert at(house).state is ApprovalState.APPROVED
    house.record(decision(index, decision="WITHDRAW", interest="Holds shares of the maker since"), approver)
    assert (at(house).state, at(house).approved_by) == (ApprovalState.REQUESTED, ("jo",))
    house.record(attestation(), jo)
    assert house.record(decision(index, decision="WITHDRAW", reason="Attested a step"), jo).warnings == ()
    assert (at(house).state, at(house).approved_by) == (ApprovalState.REQUESTED, ())


def test_a1_a_delegation_in_a_circle_is_refused(house: House, ada: Actor, approver: Actor) -> None:
    hedy, ida = (house.act_as(name, "approver") for name in ("hedy", "ida"))
    house.record(delegated(house, "hedy"), approver)
    house.record(delegated(house, "ida"), hedy)
    for by, to in ((hedy, "grace"), (ida, "grace"), (ida, "hedy")):
        with pytest.raises(SenderError, match="In a circle") as caught:
            house.record(delegated(house, to), by)
        assert caught.value.pointer == "/to"
    house.record(delegated(house, "hedy", approval_kinds=[], reason="Back"), approver)
    house.record(delegated(house, "grace"), ida)


def test_a1_two_principals_of_one_person_are_one(house: House, ada: Actor, approver: Actor) -> None:
    index = ask(house, ada, needed=2)
    house.record(decision(index), approver)
    house.record(decision(index), house.act_as("grace-2", "approver"))
    assert at(house).state is ApprovalState.APPROVED
    for name in ("grace", "grace-2"):
        house.record({**principal(name, "approver"), "person": "p-7"})
    assert at(house).state is ApprovalState.REQUESTED
    house.record({**principal("ada", "engineer", "approver"), "person": "p-7"})
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(index, reason="Once more"), house.key_of("grace-2"))


@pytest.mark.parametrize("second", ["grace", "grace-3"])
def test_a1_a_principal_that_names_another_as_its_person_is_one_with_it(
    house: House, ada: Actor, approver: Actor, second: str
) -> None:
    index = ask(house, ada, needed=2)
    house.record(decision(index), approver)
    house.record(decision(index), house.act_as("grace-2", "approver"))
    house.record({**principal("grace-3", "approver"), "person": "grace"})
    assert at(house).state is ApprovalState.APPROVED
    house.record({**principal("grace-2", "approver"), "person": second})
    assert at(house).state is ApprovalState.REQUESTED
    house.record({**principal("ada", "engineer", "approver"), "person": second})
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(index, reason="Once more"), house.key_of("grace-2"))


def test_a2_it_is_approved_from_the_nth_decision_until_the_earliest_expiry(
    house: House, ada: Actor, approver: Actor
) -> None:
    first, second, third = approver, house.act_as("hedy", "approver"), house.act_as("ida", "approver")
    index = ask(house, ada, needed=2)
    house.record(decision(index, expires_at=days(house, 5)), first)
    house.record(decision(index, decision="ABSTAIN"), third)
    assert at(house).state is not ApprovalState.APPROVED
    nth = house.record(decision(index, expires_at=days(house, 9)), second).receipt.index
    now = at(house)
    assert (now.state, now.because, now.approved_by) == (ApprovalState.APPROVED, nth, ("grace", "hedy"))
    assert now.since == now.decisions[-1].decided_at
    house.clock.now += 6 * 86_400
    assert at(house).state is ApprovalState.EXPIRED


def test_a2_a_denial_stands_until_its_author_decides_anew(house: House, ada: Actor, approver: Actor) -> None:
    hedy = house.act_as("hedy", "approver")
    index = ask(house, ada)
    denied = house.record(decision(index, decision="DENY"), hedy).receipt.index
    with pytest.raises(SenderError, match="whoever denied it can decide anew"):
        house.record(decision(index), approver)
    with pytest.raises(SenderError, match=f"was denied by decision #{denied}"):
        ask(house, ada, reason="Asked elsewhere")
    ask(house, ada, approval_kind="SAFETY")
    house.record(decision(index, reason="The figures hold after all"), hedy)
    assert approvals_of(View(house.store), [VERSION])[VERSION][0].state is ApprovalState.APPROVED


def test_a3_losing_one_makes_it_pending_again(house: House, ada: Actor, approver: Actor) -> None:
    hedy = house.act_as("hedy", "approver")
    index = ask(house, ada, needed=2)
    house.record(decision(index), approver)
    house.record(decision(index), hedy)
    lost = house.record(decision(index, decision="WITHDRAW", reason="Looked again"), hedy).receipt.index
    now = at(house)
    assert (now.state, now.because, now.approved_by) == (ApprovalState.REQUESTED, lost, ("grace",))


def test_a7_a_delegate_of_who_had_a_part_in_it_does_not_count(house: House, ada: Actor, approver: Actor) -> None:
    author = house.act_as("ida", "engineer", "approver", "steward")
    house.record(registration(intended_use="Said anew"), author)
    house.record(delegation("grace"), author)
    house.record(delegation("grace", approval_kinds=[]), author)
    accepted = house.record(decision(ask(house, ada)), approver)
    assert accepted.warnings == ("This decision is kept and does not count: whoever signs registered the version.",)
    assert at(house).state is ApprovalState.REQUESTED


def test_a7_who_had_a_part_or_an_interest_in_it_is_kept_and_does_not_count(
    house: House, ada: Actor, approver: Actor
) -> None:
    author = house.act_as("ida", "engineer", "approver", "steward")
    house.record(registration(intended_use="Said anew"), author)
    index = ask(house, ada)
    accepted = house.record(decision(index), author)
    assert accepted.warnings == ("This decision is kept and does not count: whoever signs registered the version.",)
    house.record(decision(index, interest="Holds shares of the maker"), approver)
    found = at(house)
    assert (found.state, found.approved_by) == (ApprovalState.REQUESTED, ())
    assert [one.counts_for for one in found.decisions] == [None, None]
    house.record(attestation(), house.act_as("jo", "steward", "approver"))
    house.record(decision(index), house.key_of("jo"))
    assert at(house).decisions[-1].conflicts == ("whoever signs attested a step that its data came by",)
    assert [one.uncounted for one in at(house).decisions] == [
        ("whoever signs registered the version",),
        ("the signer's own interest: Holds shares of the maker",),
        ("whoever signs attested a step that its data came by",),
    ]
    unproved = replace(found.decisions[0], conflicts=(), authenticated=False)
    assert unproved.uncounted == ("nothing proves who signs",)
    assert replace(unproved, authenticated=True).uncounted == ("whoever signs is one person with whoever asked",)
    assert replace(unproved, person=frozenset({"ida"})).uncounted == ()


def test_a8_an_emergency_needs_one_person_and_lapses_unless_another_ratifies(
    house: House, ada: Actor, approver: Actor
) -> None:
    with pytest.raises(SenderError, match="leave needed out"):
        ask(house, ada, emergency=True, needed=2)
    index = ask(house, ada, emergency=True)
    house.record(decision(index), approver)
    held = house.clock.micros()
    assert at(house).state is ApprovalState.APPROVED
    lapses = at(house).since + 72 * 3600 * 1_000_000
    house.clock.now += 73 * 3600
    assert at(house).state is ApprovalState.LAPSED
    assert [at(house, AsOf(one)).state for one in (lapses - 1, lapses)] == [
        ApprovalState.APPROVED,
        ApprovalState.LAPSED,
    ]
    with pytest.raises(SenderError, match="within 72 hours"):
        house.record(decision(index), house.act_as("hedy", "approver"))
    again = ask(house, ada, emergency=True, reason="Still one")
    house.record(decision(again), approver)
    house.record(decision(again, reason="Ratified"), house.key_of("hedy"))
    house.clock.now += 73 * 3600
    assert at(house).state is ApprovalState.APPROVED
    assert at(house, AsOf(held, index + 1)).state is ApprovalState.APPROVED


def test_a9_who_may_decide_is_judged_when_they_decide(house: House, ada: Actor, approver: Actor) -> None:
    index = ask(house, ada)
    house.record(decision(index), approver)
    house.record(principal("grace", "approver", approves=["LEGAL"]))
    assert at(house).state is ApprovalState.APPROVED
    with pytest.raises(AskerError, match="not granted"):
        house.record(decision(index, reason="Once more"), house.key_of("grace"))


def test_a10_the_first_signature_under_a_sign_in_has_two_components(house: House, ada: Actor, approver: Actor) -> None:
    signed_in = {"at": days(house, -1), "components": ["password"]}
    index = ask(house, ada)
    with pytest.raises(SenderError, match="two components") as caught:
        house.record(decision(index, sign_in=signed_in), approver)
    assert caught.value.pointer == "/sign_in/components"
    house.record(decision(index, sign_in={**signed_in, "components": ["password", "one-time code"]}), approver)
    house.record(decision(index, sign_in=signed_in, reason="Once more"), approver)
    first, second = at(house).decisions
    assert first.sign_in is not None
    assert second.sign_in is not None
    assert first.sign_in.at == second.sign_in.at
    with pytest.raises(SenderError, match="lies ahead"):
        house.record(decision(index, sign_in={**signed_in, "at": days(house, 1)}), approver)


@pytest.mark.parametrize(
    ("irb", "pointer"),
    [
        (None, "/irb"),
        ({"determination": "FULL", "protocol": "MADE-UP-1"}, "/irb/continuing_review"),
        ({"determination": "EXPEDITED", "protocol": "MADE-UP-1"}, "/irb/continuing_review"),
        ({"determination": "WAIVER", "protocol": "MADE-UP-1"}, "/irb/waiver"),
    ],
)
def test_a11_an_irb_approval_says_what_was_determined(
    house: House, ada: Actor, approver: Actor, irb: dict[str, Any] | None, pointer: str
) -> None:
    index = ask(house, ada, approval_kind="IRB")
    with pytest.raises(SenderError) as caught:
        house.record(decision(index, **({} if irb is None else {"irb": irb})), approver)
    assert caught.value.pointer == pointer


def test_a11_an_irb_approval_holds_until_its_continuing_review(house: House, ada: Actor, approver: Actor) -> None:
    index = ask(house, ada, approval_kind="IRB")
    full = {"determination": "FULL", "protocol": "MADE-UP-1", "continuing_review": days(house, 5)}
    house.record(decision(index, irb=full), approver)
    assert at(house).state is ApprovalState.APPROVED
    house.clock.now += 6 * 86_400
    assert at(house).state is ApprovalState.EXPIRED


def test_a_signature_block_says_who_when_and_what_it_means_and_names_its_record(
    house: House, ada: Actor, approver: Actor
) -> None:
    index = ask(house, ada)
    entry = house.record(decision(index), approver).receipt.index
    (signed,) = at(house).decisions
    assert signed.signature_block == (
        f"Testperson grace, 2026-05-28 22:26:40+02:00 (Europe/Berlin): approve, meaning approval; decision #{entry},"
        f" {signed.signed}"
    )


def test_a_condition_has_to_be_met_on_record(house: House, ada: Actor, approver: Actor) -> None:
    index = ask(house, ada)
    house.record(decision(index, requires=["The monitoring plan is filed"]), approver)
    assert at(house).state is ApprovalState.CONDITIONAL
    with pytest.raises(SenderError, match="word for word"):
        house.record(meeting(index, "Something else"), ada)
    met = house.record(meeting(index), ada).receipt.index
    now = at(house)
    assert (now.state, now.because, [one.entry for one in now.met]) == (ApprovalState.APPROVED, met, [met])


def tasks(house: House, principal: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.task.value, one.requests) for one in inbox(View(house.store, AsOf(house.clock.micros())), principal)]


def test_an_inbox_has_what_one_principal_may_decide_and_not_what_it_asked_or_decided(
    house: House, ada: Actor, approver: Actor
) -> None:
    hedy = house.act_as("hedy", "approver", approves=["SAFETY"])
    index, urgent = ask(house, ada), ask(house, ada, reason="In haste", emergency=True)
    assert tasks(house, "grace") == [("DECIDE", (urgent,)), ("DECIDE", (index,))]
    assert tasks(house, "hedy") == []
    house.record(delegated(house, "hedy"), approver)
    assert tasks(house, "hedy") == [("DECIDE", (urgent,)), ("DECIDE", (index,))]
    house.record(decision(urgent), house.act_as("ida", "approver"))
    assert tasks(house, "hedy") == [("RATIFY", (urgent,)), ("DECIDE", (index,))]
    house.record(decision(index), hedy)
    assert tasks(house, "hedy") == [("RATIFY", (urgent,))]
    assert tasks(house, "ada") == [("RENEW", (urgent,))]


def test_an_inbox_reminds_who_asked_and_one_cause_is_one_item(house: House, ada: Actor, approver: Actor) -> None:
    conditional = ask(house, ada)
    house.record(decision(conditional, requires=["The monitoring plan is filed"]), approver)
    soon = ask(house, ada, approval_kind="SAFETY")
    house.record(decision(soon, expires_at=days(house, 5)), approver)
    assert tasks(house, "ada") == [("RENEW", (soon,)), ("MEET_CONDITIONS", (conditional,))]
    changed = house.record(registration(artifact_digest="sha256:" + "9" * 64)).receipt.index
    (item,) = inbox(View(house.store, AsOf(house.clock.micros())), "ada")
    assert (item.task.value, item.requests, item.because) == ("ASK_AGAIN", (conditional, soon), changed)
    again = ask(house, ada, reason="Asked again")
    assert tasks(house, "ada") == [("ASK_AGAIN", (soon,))]
    assert ("DECIDE", (again,)) in tasks(house, "grace")


def test_a6_an_approval_that_ends_with_one_that_it_depends_on_is_the_same_item(
    house: House, ada: Actor, approver: Actor
) -> None:
    short = ask(house, ada)
    house.record(decision(short, expires_at=days(house, 2)), approver)
    dependent = ask(house, ada, approval_kind="SAFETY", depends_on=[short])
    house.record(decision(dependent), approver)
    house.clock.now += 3 * 86_400
    (item,) = inbox(View(house.store, AsOf(house.clock.micros())), "ada")
    assert (item.task.value, item.requests) == ("ASK_AGAIN", (short, dependent))
    assert item.explanation == f"the approval of request #{short}, which it depends on, is expired"


def test_of_a_retired_version_nothing_is_to_be_done(house: House, ada: Actor, approver: Actor) -> None:
    conditional, undecided = ask(house, ada), ask(house, ada, approval_kind="SAFETY")
    house.record(decision(conditional, requires=["The monitoring plan is filed"]), approver)
    ended = ask(house, ada, approval_kind="LEGAL", expires_at=days(house, 2))
    house.clock.now += 3 * 86_400
    assert [task for task, _ in tasks(house, "ada")] == ["MEET_CONDITIONS", "ASK_AGAIN"]
    assert tasks(house, "grace") == [("DECIDE", (undecided,))]
    house.record(retirement())
    assert (tasks(house, "ada"), tasks(house, "grace")) == ([], [])
    with pytest.raises(SenderError, match="This version is retired"):
        ask(house, ada, approval_kind="LEGAL", reason=f"Once more, after request {ended}")


@pytest.mark.usefixtures("approver")
def test_of_a_deleted_snapshot_nothing_is_to_be_done(house: House, ada: Actor) -> None:
    of = {"snapshot": {"dataset": CURATED, "digest": DIGEST}}
    index = ask(house, ada, subject=of)
    assert tasks(house, "grace") == [("DECIDE", (index,))]
    house.record(tombstone())
    assert tasks(house, "grace") == []


def test_what_the_graph_does_not_hold_yet_is_waited_for_before_anybody_signs(house: House, ada: Actor) -> None:
    hedy = house.act_as("hedy", "approver")
    index = ask(house, ada)
    house.intake.submit_record(delegated(house, "hedy"), ada, "tests").result()
    with pytest.raises(AskerError, match="one person with whoever asked"):
        house.record(decision(index), hedy)
    house.intake.submit_record(delegated(house, "ada", approval_kinds=["SAFETY"]), hedy, "tests").result()
    with pytest.raises(SenderError, match="In a circle"):
        house.record(delegated(house, "hedy", approval_kinds=["SAFETY"], reason="And back"), ada)


def test_a_delegate_decides_as_soon_as_they_may(house: House, ada: Actor, approver: Actor) -> None:
    hedy = house.act_as("hedy", "approver", approves=[])
    index = ask(house, ada)
    house.intake.submit_record(delegated(house, "hedy"), approver, "tests").result()
    house.record(decision(index), hedy)
    assert at(house).approved_by == ("grace",)
