"""What is connected, against sets that are joined until nothing changes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.lineage.model import Direction, Walk
from catalog.lineage.queries import lineage
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.builder import FactBuilder
from graph_schema.edges import Consumes, Executed, Produces, Read, Wrote
from graph_schema.nodes import Dataset, Job, Run

NAMES = "ABCDEFG"
JOBS = ("i", "j", "k", "l", "m")

jobs = st.dictionaries(
    st.sampled_from(JOBS),
    st.tuples(st.sets(st.sampled_from(NAMES), max_size=2), st.sets(st.sampled_from(NAMES), max_size=2), st.booleans()),
)
Jobs = Mapping[str, tuple[set[str], set[str], bool]]


def told(said: Jobs, to: Store) -> Store:
    """Tell what each job read and wrote, or is to read and write by design."""
    for entry, (name, (reads, writes, by_design)) in enumerate(said.items()):
        job = Job("made-up", name)
        run = Run.of(job, f"of {name}")
        builder = FactBuilder(entry, 1, f"{entry}", 2, None if by_design else run.id, job.id)
        builder.add_node(job)
        if by_design:
            for one in reads:
                builder.add_edge(Consumes(job, Dataset("made-up", one)))
            for one in writes:
                builder.add_edge(Produces(job, Dataset("made-up", one)))
        else:
            builder.add_statement(run, "event", {"type": "FAIL"})
            builder.add_edge(Executed(run, job))
            for one in reads:
                builder.add_edge(Read(run, Dataset("made-up", one)))
            for one in writes:
                builder.add_edge(Wrote(run, Dataset("made-up", one)))
        to.apply(builder.build(), entry)
    return to


def expected(said: Jobs, root: str, depth: int) -> set[str]:
    """Return the names of jobs and datasets: sets that grow by every job that shares a dataset, step by step."""
    uses = {job: reads | writes for job, (reads, writes, _) in said.items()}
    writers = {job for job, (_, writes, _) in said.items() if root in writes}
    met = writers or {job for job in said if root in uses[job]}
    for _ in range(depth):
        held: set[str] = set().union(*(uses[job] for job in met)) if met else set()
        met = met | {job for job in said if uses[job] & held}
    return {root, *met}.union(*(uses[job] for job in met))


@pytest.mark.parametrize("kept", ["memory", "sqlite"])
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(said=jobs, root=st.sampled_from(NAMES), depth=st.integers(0, 4))
def test_it_is_every_job_within_so_many_steps_and_all_that_these_use(
    kept: str, said: Jobs, root: str, depth: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store: Store = MemoryStore() if kept == "memory" else SqliteStore(Path(folder) / "graph.db")
        names = {Dataset("made-up", name).id: name for name in NAMES} | {Job("made-up", job).id: job for job in JOBS}
        found = lineage(View(told(said, store)), Walk((Dataset("made-up", root).id,), Direction.CONNECTED, depth=depth))
        assert {names[node.id] for node in found.nodes} == expected(said, root, depth)
        drawn = {(names[edge.source], names[edge.target]) for edge in found.edges}
        met = {names[node.id] for node in found.nodes} & set(JOBS)
        assert drawn == {(one, job) for job in met for one in said[job][0]} | {
            (job, one) for job in met for one in said[job][1]
        }
        store.close()
