"""Behind each entry the findings, approvals and labels are those of nothing remembered."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.approvals.queries import list_approvals
from catalog.findings.queries import Wanted, finding_details, findings
from catalog.labels.taint.queries import effective_labels
from catalog.reading import AsOf
from catalog.store.sqlite import SqliteStore
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset
from tests.property.catalog.view.test_prefix import DECIDES, LINKED, PAYLOADS, quick, write
from tests.support.records import CURATED, RAW, VERSION, House

AGAIN = ("complete", "reads what it made with its source", "says of columns", "drops", "fails")
HISTORIES = st.lists(
    st.sampled_from(
        [
            *AGAIN,
            *("declares", "declares codes", "declares no identifiers", "keeps a cache", "keeps the copy for many"),
            *("registers", "asks", "attests", "tags the other", "joins", "carries a schema", DECIDES),
        ]
    ),
    min_size=1,
    max_size=6,
)
RERUNS = st.lists(st.tuples(st.sampled_from(AGAIN), st.integers(-3, 3)), min_size=2, max_size=5)
IDS = [Dataset(**one).id for one in (RAW, CURATED, LINKED)]


def rerun(name: str, days: int, number: int) -> dict[str, Any]:
    """Return an event of a further run that says what one did, before it or later."""
    again = copy.deepcopy(PAYLOADS[name])
    again["eventTime"] = f"2026-01-{10 + days:02}T{number:02}:00:00Z"
    again["run"] = {"runId": f"0190d2e6-0000-7000-8000-0000000002{number:02x}"}
    return again


def judged(view: View) -> tuple[object, ...]:
    found = findings(view, Wanted())
    shown = finding_details(view, found, found.keys)
    return (
        [(one.rule, one.subject, one.text, one.entries, one.since, one.state) for one in shown.values()],
        list_approvals(view),
        effective_labels(view, [*IDS, VERSION]),
    )


def hold(house: House) -> None:
    now, newest = house.clock.micros(), house.ledger.size() - 1
    whole = View(house.store, anchor=Anchor(house.ledger, "1", now))
    assert whole.stamp is not None
    assert judged(whole) == judged(house.view(AsOf(now, newest)))


@settings(quick, max_examples=8)
@given(HISTORIES, RERUNS, HISTORIES)
def test_what_is_remembered_is_what_is_judged_from_nothing(
    before: list[str], again: list[tuple[str, int]], after: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), store=SqliteStore(Path(folder) / "graph.db"))
        write(house, before)
        hold(house)
        for number, (name, days) in enumerate(again):
            house.send(rerun(name, days, number))
            hold(house)
        write(house, after)
        hold(house)
        house.close()
