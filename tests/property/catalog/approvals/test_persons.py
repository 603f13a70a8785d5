"""Who is one person with whom when they decide: two are needed, and no order of delegations lets one be two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from catalog.access.rules import person_of
from catalog.approvals.model import Decision
from catalog.approvals.persons import Delegation, approved_by, delegations_at, one_with, persons, signed_as_one
from catalog.approvals.rules import ApprovalStatus, Terms, status
from catalog.approvals.states import ApprovalState
from graph_schema.aspects.approvals import Signer
from graph_schema.vocabulary.words import DecisionKind

NAMES = "abcd"
LAST = 20
KIND = "CLINICAL"
MOMENTS = st.integers(1, LAST)
PAIRS = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1])
DELEGATIONS = st.lists(st.tuples(PAIRS, st.sets(st.just(KIND)), MOMENTS, MOMENTS), max_size=4)
DECISIONS = st.lists(
    st.tuples(st.sampled_from(list(DecisionKind)), st.sampled_from(NAMES), MOMENTS), min_size=2, max_size=6
)
SAME = st.dictionaries(st.sampled_from(NAMES), st.just("one"), max_size=2)
History = tuple[dict[str, str], list[Delegation], list[Decision]]


def decision(entry: int, what: str, by: str, at: int) -> Decision:
    return Decision(
        entry=entry,
        decision=what,
        meaning="REVIEW",
        reason="r",
        signer=Signer("n", "UTC"),
        decided_by=by,
        authenticated=True,
        decided_at=at,
        conditions=(),
        signed="",
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Draw who is recorded as one person, who decided in whose place when, and what was decided."""
    lent = [
        Delegation(of, to, frozenset(kinds), since, until, 100 + entry)
        for entry, ((of, to), kinds, since, until) in enumerate(draw(DELEGATIONS))
    ]
    decided = [decision(200 + entry, *one) for entry, one in enumerate(draw(DECISIONS))]
    return draw(SAME), lent, decided


def counted(history: History) -> tuple[Decision, ...]:
    same, lent, decided = history
    whom = persons("asker", KIND, decided, same, lent, requested_at=0, needed=2)
    return tuple(replace(one, person=whom[one.entry]) for one in decided)


def stands(decided: Sequence[Decision]) -> ApprovalStatus:
    return status(Terms(requested_at=0, needed=2), decided, LAST)


@given(histories())
def test_a1_two_persons_approve_who_were_never_one_when_either_signed(history: History) -> None:
    decided = counted(history)
    if stands(decided).state is not ApprovalState.APPROVED:
        return
    same, lent, _ = history

    def is_one(first: Decision, second: Decision) -> bool:
        return any(
            second.decided_by in one_with(first.decided_by, same, delegations_at(lent, KIND, one.decided_at))
            for one in (first, second)
        )

    approving = [one for one in decided if one.decision == "APPROVE"]
    assert any(not is_one(first, second) for first, second in combinations(approving, 2))
    assert len(approved_by(decided, "asker", LAST)) >= 2


@given(histories(), st.permutations(NAMES))
def test_a1_what_principals_are_called_changes_nothing(history: History, names: Sequence[str]) -> None:
    called = dict(zip(NAMES, names, strict=True))
    same, lent, decided = history
    other = (
        {called[name]: person for name, person in same.items()},
        [replace(one, of=called[one.of], to=called[one.to]) for one in lent],
        [replace(one, decided_by=called[one.decided_by]) for one in decided],
    )
    assert stands(counted(other)) == stands(counted(history))
    count = len(approved_by(counted(history), "asker", LAST))
    assert len(approved_by(counted(other), "asker", LAST)) == count


SIGNED = st.tuples(st.sampled_from(NAMES), MOMENTS)


@given(histories(), SIGNED, SIGNED)
def test_g7_two_who_sign_are_one_person_where_they_were_at_some_moment_between(
    history: History, first: tuple[str, int], second: tuple[str, int]
) -> None:
    same, lent, _ = history
    at = range(min(first[1], second[1]), max(first[1], second[1]) + 1)
    together = {one for moment in at for one in delegations_at(lent, KIND, moment)}
    expected = second[0] in one_with(first[0], same, together)
    assert signed_as_one(first, second, same, lent) is expected
    assert signed_as_one(second, first, same, lent) is expected


@given(st.dictionaries(st.sampled_from(NAMES), st.none() | st.sampled_from([*NAMES, "p", "q"])))
def test_who_is_one_person_are_those_whom_definitions_connect(recorded: dict[str, str | None]) -> None:
    joined = {name: {name} for name in [*NAMES, "p", "q"]}
    for name, person in recorded.items():
        if person is not None:
            both = joined[name] | joined[person]
            joined |= dict.fromkeys(both, both)
    for one, other in combinations(joined, 2):
        assert (person_of(one, recorded) == person_of(other, recorded)) == (other in joined[one])
