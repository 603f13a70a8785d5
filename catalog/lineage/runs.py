"""Lineage at run grain: which run read what which other run had left."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.lineage.model import LineageEdge
from catalog.lineage.rules import Contributed
from catalog.lineage.states import States


def upstream(states: States, front: list[str]) -> list[LineageEdge]:
    """Return the edges from the runs that left what the runs of the frontier read."""
    reads = states.reads(_readers(states, front))
    unknown = sorted({read.state for found in reads.values() for read in found if read.writer is None})
    made = states.producers(unknown)
    edges = set()
    for one, found in reads.items():
        for read in found:
            writers = [read.writer] if read.writer else [each.run for each in made.get(read.state, ())]
            edges |= {
                LineageEdge(
                    writer,
                    one.run,
                    "ran",
                    one.job,
                    one.run,
                    read.confidence,
                    one.read_at,
                    states.loader.known_from(one.run, read.source.name),
                )
                for writer in writers
                if writer and one.run and writer != one.run
            }
    return sorted(edges, key=lambda edge: (edge.source, edge.target, edge.valid_from, edge.confidence))


def _readers(states: States, runs: Iterable[str]) -> list[Contributed]:
    """Return the attempts of the runs as readers of all their inputs."""
    wanted = sorted(set(runs))
    states.loader.load_runs(wanted)
    found = []
    for run in wanted:
        fold = states.loader.fold(run)
        if fold is not None:
            job = next((job for _, job in sorted(fold.outputs, key=str)), None)
            found += [states.found.attempted(run, attempt.number, ("", job)) for attempt in fold.attempts]
    return found


def downstream(states: States, front: list[str]) -> list[LineageEdge]:
    """Return the edges to the runs that read what the runs of the frontier left."""
    states.loader.load_runs(front)
    readers = states.readers(sorted(states.left(front)))
    wanted = set(front)
    return [edge for edge in upstream(states, sorted(readers)) if edge.source in wanted]
