"""Behind each entry, and while time goes by, what is found by anybody is that of nothing remembered."""

from __future__ import annotations

import copy
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog import graph_memo
from catalog.approvals.queries import list_approvals
from catalog.errors import AskerError, SenderError
from catalog.findings.queries import Wanted, finding_details, findings
from catalog.labels.queries import suggestions_behind
from catalog.labels.suggestions import EVERY
from catalog.labels.taint.queries import effective_labels
from catalog.reading import EVERYTHING, LATEST, AsOf, Rights
from catalog.safe_use.queries import safe_for, safety
from catalog.search.model import Search
from catalog.search.queries import search_by
from catalog.snapshots.retention import retention_due
from catalog.store.sqlite import SqliteStore
from catalog.view import Anchor, View
from graph_schema.nodes import Dataset
from graph_schema.vocabulary.words import SafeQuestion
from tests.property.catalog.view.test_prefix import DECIDES, LINKED, PAYLOADS, quick, write
from tests.support.cold import forgotten
from tests.support.records import CURATED, RAW, VERSION, House, attestation
from tests.support.uses import permission

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
PASSES = "lets weeks go by"
ENDING = {
    "attests for weeks": {
        name: value
        for name, value in attestation(valid_from="2026-01-01T00:00:00Z", until="2026-06-20T00:00:00Z").items()
        if name != "run_id"
    },
    "permits for weeks": permission("board-9", consent={"state": "GIVEN", "until": "2026-06-25T00:00:00Z"}),
}
"""What ends by itself, two weeks and more behind the time at which a story begins."""
STEPS = st.sampled_from(
    [
        *(*AGAIN, *ENDING, PASSES, "declares", "declares anew", "declares codes", "declares no identifiers"),
        *("keeps a cache", "keeps the copy for many", "lies elsewhere", "permits in a place", "permits by consent"),
        *("withdraws that consent", "declares to delete", "keeps by law", "declares scratch", "has a key", "attests"),
        *("tags", "tags the other", "rejects", "joins", "parts", "rules", "declares the source", "ends the source"),
        *("carries a schema", "registers", "asks", "declares by its source", "declares a place", "defines safe use"),
    ]
)
RIGHTS = (EVERYTHING, Rights(namespaces=frozenset({RAW["namespace"], "pipeline"})), Rights(sites=frozenset({"North"})))
RERUNS = st.lists(st.tuples(st.sampled_from(AGAIN), st.integers(-3, 3)), min_size=2, max_size=5)
COUNTED = Search(facets=("label", "zone", "effective_label", "deidentification_state", "lies_in", "site", "gap", "phi"))
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


def answered(view: View) -> tuple[object, ...]:
    """Everything that is remembered in pieces, with what it rests on and what it hides."""
    safe = [safety(view, IDS, question) for question in SafeQuestion]
    found = safe_for(view, SafeQuestion.EVALUATION, Search(labels=("Dataset",))), search_by(COUNTED)(view, COUNTED)
    due = (
        retention_due(view, 2**62),
        retention_due(view, 2**62, datasets=IDS),
        suggestions_behind(view, EVERY, None, 99),
    )
    return judged(view), safe, found, due, view.completeness(), frozenset(view.cited), frozenset(view.hidden)


def looked(house: House, at: int) -> list[tuple[object, ...]]:
    return [answered(View(house.store, LATEST, rights, Anchor(house.ledger, "1", at))) for rights in RIGHTS]


@pytest.fixture
def _each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories are short: so that they have pieces at all, each node is one."""
    pieces = graph_memo._pieces
    monkeypatch.setattr(graph_memo, "_pieces", lambda ids, _: pieces(ids, 1))


@pytest.mark.usefixtures("_each_alone")
@settings(quick, max_examples=6)
@given(st.lists(STEPS, min_size=3, max_size=7))
@example(["complete", "permits for weeks", PASSES, PASSES, PASSES])
@example(["complete", "declares no identifiers", "declares scratch", "reads what it made with its source"])
def test_whoever_looks_finds_what_is_found_from_nothing(happened: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), store=SqliteStore(Path(folder) / "graph.db"))
        for number, step in enumerate(happened):
            if step == PASSES:
                house.clock.now += 14 * 86_400
            elif step in ENDING:
                with suppress(AskerError, SenderError):
                    house.record(ENDING[step])
            elif step in AGAIN:
                house.send(rerun(step, number, number))
            else:
                write(house, [step])
            at = house.clock.micros()
            found = looked(house, at)
            with forgotten():
                assert found == looked(house, at)
            # Of a point that is not now nothing is remembered, and all is read together.
            point = AsOf(at, house.ledger.size() - 1)
            then = [judged(View(house.store, point, rights, Anchor(house.ledger, "1", at))) for rights in RIGHTS]
            assert [one[0] for one in found] == then
        house.close()
