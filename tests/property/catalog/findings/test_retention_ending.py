"""What may be due by a time is a superset of what is: whoever asks only for the former misses nothing of the latter."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.assets.retention import DAY
from catalog.findings.estate.record_states import retention_may_end
from catalog.snapshots.retention import retention_due
from tests.support.records import House, declaration, event, seal

NAMES = ("visits", "stays", "notes")
CLOCKS = st.sampled_from(["CREATION", "LAST_IN_EFFECT", None])
STARTS = st.sampled_from([None, "2020-01-01", "2025-12-20"])


@st.composite
def retentions(draw: st.DrawFn) -> dict[str, Any]:
    said = {"policy_class": "RESEARCH", "period_days": draw(st.sampled_from([1, 40, 36_000]))}
    clock = draw(CLOCKS)
    more = {"clock": clock, "starts_on": draw(STARTS) if clock else None}
    return said | {name: value for name, value in more.items() if value is not None}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("declare"), st.sampled_from(NAMES), retentions()),
        st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(1, 9)),
        st.tuples(st.just("seal"), st.sampled_from(NAMES), st.none()),
    ),
    max_size=6,
)


@settings(max_examples=25)
@given(STEPS, st.sampled_from([-400, 0, 30, 40_000]))
def test_what_is_due_by_a_time_is_among_what_may_be(steps: list[Any], days: int) -> None:
    with TemporaryDirectory() as folder:
        _holds(House(Path(folder)), steps, days)


def _holds(house: House, steps: list[Any], days: int) -> None:
    known: set[str] = set()
    for kind, name, value in steps:
        dataset = {"namespace": "curated", "name": name}
        if kind == "declare":
            house.record(declaration(dataset=dataset, retention=value))
        elif kind == "seal":
            if name in known:
                house.record(seal(dataset=dataset, run_id=None, job=None))
            continue
        else:
            made = event(at=f"2026-01-0{value}T10:00:00Z", run=f"0190d2e6-0000-7000-8000-00000000000{value}")
            made["outputs"] = [{**dataset, "facets": {}}]
            house.send(made)
        known.add(name)
    view = house.view()
    until = view.moment + days * DAY
    may = retention_may_end(view, until)
    found = retention_due(view, until)
    assert {one.dataset for one in found.due} <= {*may}
    # Each of them says all by its own name, so that they stand in the order in which they end.
    whole = {one.dataset: one.due_at for one in found.due if one.id == one.dataset}
    ordered = [whole[one] for one in may if one in whole]
    assert ordered == sorted(ordered)
