"""What records name again and again is given to a store as one piece, and stored as if each had named it."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.store.memory import MemoryStore
from catalog.store.ordering import unseen
from catalog.store.sqlite import SqliteStore
from graph_schema.facts import Edge, Facts
from graph_schema.registry import UnregisteredError
from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.openlineage.part_memo import PartMemo
from tests.support.events import LATE, dataset, run_event


def event(number: int, job: int, columns: int, *, complete: bool) -> dict[str, Any]:
    """Return an event of a run of a job, which says the same of its datasets as the others of as many columns."""
    names = [f"column_{place}" for place in range(columns)]
    origins = {
        name: {"inputFields": [{"namespace": "lake", "name": f"raw_{job % 2}", "field": name}]} for name in names
    }
    schema = {"schema": {"fields": [{"name": name} for name in names]}}
    return run_event(
        "COMPLETE" if complete else "START",
        run_id=f"run {number}",
        job_name=f"job {job}",
        minute=number % 60,
        inputs=[dataset(f"raw_{job % 2}", facets=schema)],
        outputs=[dataset(f"clean_{job}", facets={**schema, "columnLineage": {"fields": origins}})],
    )


EVENTS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(0, 3), st.booleans()), min_size=1, max_size=12
)


def said(events: list[tuple[int, int, int, bool]], memo: PartMemo | None) -> list[Facts]:
    made = [event(number, job, columns, complete=complete) for number, job, columns, complete in events]
    return [
        project_event(one, tie=f"{entry:016x}", recorded_at=LATE, entry=entry, memo=memo)
        for entry, one in enumerate(made)
    ]


def joined(facts: list[Facts]) -> Facts:
    return sum(facts, Facts())


@given(EVENTS, st.integers(1, 4), st.sampled_from([200, 10**6]), st.sets(st.sampled_from(["refused", "foreign"])))
@settings(max_examples=60, deadline=None)
def test_they_are_stored_as_if_each_record_named_them(
    events: list[tuple[int, int, int, bool]], batch: int, most: int, between: set[str]
) -> None:
    remembered, alone = said(events, PartMemo(most)), said(events, None)
    expected = MemoryStore()
    expected.apply(joined(alone), len(alone) - 1)
    with tempfile.TemporaryDirectory() as folder:
        store, other = SqliteStore(Path(folder) / "graph.db"), SqliteStore(Path(folder) / "graph.db")
        for start in range(0, len(remembered), batch):
            part = joined(remembered[start : start + batch])
            upto = min(start + batch, len(remembered)) - 1
            if "refused" in between:
                # Nothing of a transaction that is rolled back is taken for stored.
                broken = Edge("NOTHING", "Job:x", "Job:y", "{}", None, None, 0, 0, "", upto)
                with suppress(UnregisteredError):
                    store.apply(part + Facts(edges=(broken,)), upto)
            if "foreign" in between:
                # Neither is what another process emptied.
                other.clear()
                store.apply(joined(remembered[:start]), start - 1)
            store.apply(part, upto)
            store.apply(part, upto)
        assert list(store.scan()) == list(expected.scan())
        assert store.counts() == expected.counts()
        store.check()
        store.close()
        other.close()


def test_what_is_stored_already_is_not_looked_through_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def counted(facts: Facts, checkpoint: int, upto: int) -> Facts:
        counts.append(len(facts))
        return unseen(facts, checkpoint, upto)

    monkeypatch.setattr("catalog.store.sqlite.store.unseen", counted)
    for columns in (1, 100):
        store, memo = SqliteStore(tmp_path / f"{columns}.db"), PartMemo()
        for entry in range(4):
            made = event(entry, 0, columns, complete=True)
            facts = project_event(made, tie=f"{entry:016x}", recorded_at=LATE, entry=entry, memo=memo)
            store.apply(facts, entry)
        store.close()
    assert counts[1:4] == counts[5:8]
    assert counts[4] > counts[5] + 2 * 100
