"""Lineage at run grain: which run read what which other run had left."""

from __future__ import annotations

from catalog.lineage.model import LineageEdge
from catalog.lineage.states import States


def upstream(states: States, front: list[str]) -> list[LineageEdge]:
    """Return the edges from the runs that left what the runs of the frontier read."""
    reads = states.reads(front)
    unknown = sorted({read.state for found in reads.values() for read in found if read.writer is None})
    made = states.producers(unknown)
    edges = set()
    for run, found in reads.items():
        fold = states.loader.fold(run)
        if fold is None:
            continue
        job = next((job for _, job in sorted(fold.outputs, key=str)), None)
        for read in found:
            writers = [read.writer] if read.writer else [write.run for write in made.get(read.state, ())]
            edges |= {
                LineageEdge(
                    writer,
                    run,
                    "ran",
                    job,
                    run,
                    read.confidence,
                    fold.started_at,
                    states.loader.known_from(run, read.dataset),
                )
                for writer in writers
                if writer and writer != run
            }
    return sorted(edges, key=lambda edge: (edge.source, edge.target, edge.confidence))


def downstream(states: States, front: list[str]) -> list[LineageEdge]:
    """Return the edges to the runs that read what the runs of the frontier left."""
    states.loader.load_runs(front)
    readers = states.readers(sorted(states.left(front)))
    wanted = set(front)
    return [edge for edge in upstream(states, sorted(readers)) if edge.source in wanted]
