"""What was in force one after the other is what is in force at each of its moments, and at every one between.

Runs are as they are at the read point; as they were at each moment too, unless a later event says which attempt an
earlier one is of.
"""

from __future__ import annotations

import json

from hypothesis import example, given
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


def attempts_are_those_of_then(run: RunFacts, at: int) -> bool:
    """Tell whether no later event divides the run otherwise: of a START after an end that nothing began, only what
    comes next says whether it was late or another attempt.
    """
    now, then = fold_run(run), fold_run(run, at)
    return now is None or [opened for opened in now.opened if opened[0] <= at] == list(then.opened if then else ())


@given(EVENTS, COLUMN_STATEMENT)
@example([("r1", "START", 1), ("r1", "FAIL", 2), ("r1", "COMPLETE", 0)], [(Role.OUT, "r1", 1)])
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
        held = then[-1] if then else None
        assert held == in_force(about, lambda run: fold_run(facts[run]), at)
        if all(attempts_are_those_of_then(facts[run], at) for run in RUNS):
            assert held == in_force(about, lambda run, at=at: fold_run(facts[run], at), at)  # type: ignore[misc]
