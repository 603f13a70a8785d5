from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence.dossier.teller import Teller
from catalog.lineage.model import LineageEdge
from reports.parts import lineage as part


def edges(teller: Teller) -> Iterable[part.LineageEdge]:
    away = {node.id: node.depth for node in teller.scene.graph.nodes}
    named = {node.id: teller.scene.title(node.id) for node in teller.scene.graph.nodes}

    def from_the_feeds(edge: LineageEdge) -> tuple[int, str, str, str]:
        ends = (named.get(edge.source, edge.source), named.get(edge.target, edge.target))
        return -away.get(edge.source, 0), *ends, edge.run or ""

    # The walk's own order decides what is otherwise alike.
    for edge in sorted(teller.scene.graph.edges, key=from_the_feeds):
        run = teller.scene.runs.get(edge.run or "")
        yield part.LineageEdge(
            source=edge.source,
            target=edge.target,
            kind=edge.how.upper(),
            job=None if edge.job is None else teller.job_name(edge.job),
            run=None if run is None else run.run_id,
            run_state=None if run is None else run.state,
            confidence=edge.confidence.value,
            deidentifies=any(
                one.in_force for step in (edge.job, edge.run) if step for one in teller.scene.attestations.get(step, ())
            ),
            entries=teller.cites([edge.known_from]),
        )
