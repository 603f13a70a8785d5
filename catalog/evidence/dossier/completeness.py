from __future__ import annotations

from catalog.evidence.dossier.scene import BUDGET, Scene
from catalog.reading import Truncated
from reports import context


def completeness(scene: Scene, behind: int) -> context.Answer:
    counts = (
        context.Count(what="nodes", number=len(scene.graph.nodes)),
        context.Count(what="edges", number=len(scene.graph.edges)),
        context.Count(what="entries not projected yet", number=behind),
        context.Count(what="quarantined entries", number=len(scene.quarantined)),
    )
    reasons = []
    state: context.Completeness = "COMPLETE"
    if scene.quarantined or behind:
        state = "LAGGING"
        reasons.append("The graph does not hold every entry of the ledger.")
    if isinstance(scene.graph.completeness, Truncated):
        state = "TRUNCATED"
        reasons.append(f"The walk ended at {BUDGET} nodes.")
    return context.Answer(state=state, counts=counts, reasons=tuple(reasons))
