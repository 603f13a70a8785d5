"""What a rule may find something on is found whichever batch each fact came in."""

from __future__ import annotations

from catalog.store.indexes.grounds import Ground
from catalog.store.protocol import Store
from graph_schema.builder import FactBuilder
from graph_schema.edges import Executed
from graph_schema.facts import NOW, Facts
from graph_schema.nodes import Run

ONE, OTHER, APART = (
    Run("made-up", job, f"00000000-0000-4000-8000-00000000000{number}")
    for job, number in (("one", 1), ("other", 1), ("other", 2))
)


def ran(entry: int, run: Run) -> Facts:
    builder = FactBuilder(entry, entry, f"{entry:016x}", run=run.id)
    assert run.executed is not None
    builder.add_edge(Executed(run, run.executed))
    return builder.build()


def test_runs_of_one_id_by_two_jobs_are_found_where_they_come_one_after_the_other(store: Store) -> None:
    for entry, run in enumerate((ONE, APART, OTHER)):
        store.apply(ran(entry, run), entry)
    expected = tuple(sorted((ONE.id, OTHER.id)))
    assert store.grounds([Ground.SHARED_RUN_ID]) == {Ground.SHARED_RUN_ID: expected}
    assert store.grounds([Ground.SHARED_RUN_ID], None, 1) == {Ground.SHARED_RUN_ID: ()}
    assert store.grounds([Ground.SHARED_RUN_ID], None, NOW) == {Ground.SHARED_RUN_ID: expected}
