"""What was in force one after the other is what is in force at each of its moments, and at every one between."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from graph_schema.bitemporal import RunFacts, fold_run, history, in_force
from graph_schema.facts import Role, Statement

RUNS = ("r1", "r2", "r3")
MOMENTS = st.integers(0, 9)


def event(run: str, kind: str, at: int, tie: int) -> Statement:
    rank = {"START": 0, "FAIL": 4, "COMPLETE": 5}[kind]
    return Statement(run, "event", json.dumps({"type": kind}), Role.OWN, run, "job", at, rank, f"e{tie:03}", tie)


def said(role: Role, run: str, at: int, tie: int) -> Statement:
    by = None if role == Role.OWN else run
    return Statement("dataset", "schema", json.dumps(tie), role, by, None, at, 5, f"s{tie:03}", 100 + tie)


EVENTS = st.lists(st.tuples(st.sampled_from(RUNS), st.sampled_from(["START", "FAIL", "COMPLETE"]), MOMENTS), max_size=9)
COLUMN_STATEMENT = st.lists(
    st.tuples(st.sampled_from([Role.OWN, Role.OUT, Role.IN]), st.sampled_from(RUNS), MOMENTS), max_size=9
)


@given(EVENTS, COLUMN_STATEMENT)
def test_the_history_is_what_is_in_force_at_every_moment(
    events: list[tuple[str, str, int]], statements: list[tuple[Role, str, int]]
) -> None:
    facts = {
        run: RunFacts(tuple(event(*each, tie) for tie, each in enumerate(events) if each[0] == run)) for run in RUNS
    }
    about = [said(*each, tie) for tie, each in enumerate(statements)]
    whole = history(about, lambda run: fold_run(facts[run]))
    assert [order[0] for order, _ in whole] == sorted({order[0] for order, _ in whole})
    for at in range(11):
        then = [pair for pair in whole if pair[0][0] <= at]
        expected = in_force(about, lambda run, at=at: fold_run(facts[run], at), at)  # type: ignore[misc]
        assert (then[-1] if then else None) == expected
