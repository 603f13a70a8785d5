"""What makes a dataset safe, on plain values: what is unknown is never safe."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.findings.rules import Severity
from catalog.safe_use import rules
from catalog.safe_use.model import Condition, Known, Outcome, Permitted, Present, Reason, Stated, Wrong
from catalog.safe_use.rules import SHIPPED, judge, outcome
from graph_schema.aspects.safe_use import SafeUse
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.words import DeidentificationState, PhiKind, SafeQuestion
from reports.naming import worded

ASKED = SafeUse(
    states=("DE_IDENTIFIED", "AGGREGATED"),
    purposes=("MLTRAINING",),
    labels_absent=("DIRECT_IDENTIFIER",),
    refrains_absent=("ORCON",),
    zones=("TRAINING",),
    finding_severity="HIGH",
    reason="made up",
)
SAFE = Known(
    state=Stated("DE_IDENTIFIED", 1),
    zone=Stated("TRAINING", 2),
    classified=3,
    uses={"MLTRAINING": Permitted(Outcome.PASS, "permitted", (4,), {"NORELINK": (4,)})},
    findings=(),
)


def told(known: Known, asked: SafeUse = ASKED) -> dict[Condition, set[Outcome]]:
    found: dict[Condition, set[Outcome]] = {}
    for reason in judge(asked, known):
        found.setdefault(reason.condition, set()).add(reason.outcome)
    return found


def test_what_meets_every_condition_is_safe_and_says_why_in_the_order_of_the_conditions() -> None:
    reasons = judge(ASKED, SAFE)
    assert [one.condition for one in reasons] == list(Condition)
    assert outcome(reasons) is Outcome.PASS
    assert [one.entries for one in reasons] == [(1,), (2,), (3,), (4,), (4,), ()]


@pytest.mark.parametrize(
    ("changed", "condition", "expected"),
    [
        ({"state": None}, Condition.STATE, Outcome.UNKNOWN),
        ({"state": Stated("UNKNOWN", 1)}, Condition.STATE, Outcome.UNKNOWN),
        ({"state": Stated("RAW", 1)}, Condition.STATE, Outcome.FAIL),
        ({"zone": None}, Condition.ZONE, Outcome.UNKNOWN),
        ({"zone": Stated("LANDING", 1)}, Condition.ZONE, Outcome.FAIL),
        ({"classified": None}, Condition.LABELS, Outcome.UNKNOWN),
        ({"unseen": "too much"}, Condition.LABELS, Outcome.UNKNOWN),
        ({"labels": (Present("DIRECT_IDENTIFIER", "n d", (7,)),)}, Condition.LABELS, Outcome.FAIL),
        ({"labels": (Present("DIRECT_IDENTIFIER", "n d", (7,), upstream=True),)}, Condition.LABELS, Outcome.UNKNOWN),
        ({"labels": (Present("DERIVED_FEATURE", "n d", (7,)),)}, Condition.LABELS, Outcome.PASS),
        ({"uses": None}, Condition.USE, Outcome.UNKNOWN),
        ({"uses": {"TREAT": Permitted(Outcome.PASS, "", (), {})}}, Condition.USE, Outcome.UNKNOWN),
        ({"uses": {"MLTRAINING": Permitted(Outcome.FAIL, "", (), {})}}, Condition.USE, Outcome.FAIL),
        ({"uses": {"MLTRAINING": Permitted(Outcome.UNKNOWN, "", (), {})}}, Condition.USE, Outcome.UNKNOWN),
        ({"uses": None}, Condition.REFRAINS, Outcome.UNKNOWN),
        ({"uses": {"MLTRAINING": Permitted(Outcome.PASS, "", ())}}, Condition.REFRAINS, Outcome.UNKNOWN),
        ({"uses": {"MLTRAINING": Permitted(Outcome.PASS, "", (), {"ORCON": (9,)})}}, Condition.REFRAINS, Outcome.FAIL),
        ({"findings": None}, Condition.FINDINGS, Outcome.UNKNOWN),
        ({"findings": (Wrong("a rule", "HIGH", (8,)),)}, Condition.FINDINGS, Outcome.FAIL),
        ({"findings": (Wrong("a rule", "MEDIUM", (8,)),)}, Condition.FINDINGS, Outcome.PASS),
    ],
)
def test_each_condition_by_what_is_known(changed: dict[str, Any], condition: Condition, expected: Outcome) -> None:
    known = replace(SAFE, **changed)
    assert told(known)[condition] == {expected}
    if expected is not Outcome.PASS:
        assert outcome(judge(ASKED, known)) is not Outcome.PASS


def against(*labels: Present) -> list[tuple[str, tuple[int, ...]]]:
    asked = replace(ASKED, labels_absent=(PhiKind.DIRECT_IDENTIFIER, PhiKind.QUASI_IDENTIFIER))
    judged = judge(asked, replace(SAFE, labels=labels))
    return [(one.text, one.entries) for one in judged if one.condition is Condition.LABELS]


def test_columns_that_hold_the_same_kinds_are_one_reason_with_every_entry() -> None:
    direct, quasi = PhiKind.DIRECT_IDENTIFIER.value, PhiKind.QUASI_IDENTIFIER.value
    alike = [Present(kind, "n d", (place,), f"c{place}") for place in range(7) for kind in (quasi, direct)]
    assert against(*alike, Present(direct, "n d", (7,), "mrn"), Present(quasi, "n d", (8,))) == [
        (
            "7 columns of n d hold direct identifier, quasi-identifier: c0, c1, c2, c3, c4 and 2 more.",
            (0, 1, 2, 3, 4, 5, 6),
        ),
        ("n d, column mrn, holds direct identifier.", (7,)),
        ("n d holds quasi-identifier.", (8,)),
    ]


def test_what_came_from_elsewhere_stands_together_by_where_it_came_from() -> None:
    direct, quasi = PhiKind.DIRECT_IDENTIFIER.value, PhiKind.QUASI_IDENTIFIER.value
    flowed = [Present(direct, "n d", (place,), f"c{place}", "raw") for place in range(2)]
    other = Present(direct, "n d", (5,), None, "another")
    above = [Present(kind, "raw", (6,), upstream=True) for kind in (direct, quasi)]
    assert against(*flowed, other, *above) == [
        ("n d, by what came from 2 columns of raw, holds direct identifier: c0, c1.", (0, 1)),
        ("n d, by what came from another, holds direct identifier.", (5,)),
        ("It was made of raw, which holds direct identifier, quasi-identifier: nothing says that this is gone.", (6,)),
    ]


def test_what_is_not_asked_for_is_no_condition() -> None:
    plain = SafeUse(states=("RAW",), purposes=("TREAT",), reason="made up")
    assert set(told(Known(), plain)) == {Condition.STATE, Condition.USE}
    assert outcome(judge(plain, Known())) is Outcome.UNKNOWN


def test_a_failure_outweighs_what_is_unknown_and_nothing_asked_is_no_safety() -> None:
    for several in product(Outcome, repeat=3):
        found = outcome(Reason(Condition.STATE, one, "") for one in several)
        assert (found is Outcome.PASS) == (set(several) == {Outcome.PASS})
        assert (found is Outcome.FAIL) == (Outcome.FAIL in several)
    assert outcome(()) is Outcome.UNKNOWN


@pytest.mark.parametrize("question", SafeQuestion)
def test_what_is_shipped_is_of_the_closed_lists_and_nothing_known_is_never_safe(question: SafeQuestion) -> None:
    content = SHIPPED[question].content
    assert set(content.states) <= {one.value for one in DeidentificationState if one.is_cleared}
    assert set(content.labels_absent) <= set(PhiKind)
    assert all(code in hl7.PURPOSE_OF_USE for code in content.purposes)
    assert all(code in hl7.REFRAINS for code in content.refrains_absent)
    assert content.finding_severity in set(Severity)
    assert SafeUse.from_json(content.to_json()) == content
    assert {one.outcome for one in judge(content, Known())} == {Outcome.UNKNOWN}


KNOWN = st.builds(
    Known,
    state=st.none() | st.builds(Stated, st.sampled_from([one.value for one in DeidentificationState]), st.just(1)),
    zone=st.none() | st.builds(Stated, st.sampled_from(["TRAINING", "LANDING"]), st.just(2)),
    classified=st.none() | st.just(3),
    labels=st.lists(
        st.builds(
            Present,
            st.sampled_from(list(PhiKind)),
            st.just("n d"),
            st.integers(10, 20).map(lambda entry: (entry,)),
            st.none() | st.sampled_from("abc"),
            st.none() | st.just("raw"),
            st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
    unseen=st.none() | st.just("too much"),
    uses=st.none()
    | st.dictionaries(
        st.sampled_from(["MLTRAINING", "HRESCH", "TREAT"]),
        st.builds(
            Permitted,
            st.sampled_from(Outcome),
            st.just(""),
            st.just((4,)),
            st.none() | st.dictionaries(st.sampled_from(["ORCON", "NORELINK"]), st.just((9,))),
        ),
    ),
    findings=st.none()
    | st.lists(st.builds(Wrong, st.just("r"), st.sampled_from([one.value for one in Severity]), st.just((8,)))).map(
        tuple
    ),
)


@given(KNOWN, st.sampled_from([ASKED, *(one.content for one in SHIPPED.values())]))
def test_what_is_unknown_is_never_safe_and_whatever_stands_against_it_is_named(known: Known, asked: SafeUse) -> None:
    reasons = judge(asked, known)
    is_safe = outcome(reasons) is Outcome.PASS
    assert is_safe == all(one.outcome is Outcome.PASS for one in reasons)
    if is_safe:
        assert rules.may_pass(asked, known)
        assert known.state is not None
        assert known.state.value in asked.states
        assert known.unseen is None
        assert known.classified is not None
        assert known.uses is not None
        assert all(known.uses[one].outcome is Outcome.PASS for one in asked.purposes)
        assert known.findings is not None
    asked_for = {Condition.STATE, Condition.LABELS, Condition.USE, Condition.FINDINGS}
    asked_for |= {Condition.ZONE} if asked.zones else set()
    asked_for |= {Condition.REFRAINS} if asked.refrains_absent else set()
    assert {one.condition for one in reasons} == asked_for
    for one in known.labels:
        if one.kind in asked.labels_absent:
            assert any(
                each.condition is Condition.LABELS
                and each.outcome is (Outcome.UNKNOWN if one.upstream else Outcome.FAIL)
                and worded(one.kind) in each.text
                and set(one.entries) <= set(each.entries)
                for each in reasons
            )
