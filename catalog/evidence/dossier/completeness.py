from __future__ import annotations

from catalog.evidence.dossier.scene import BUDGET, Scene
from catalog.reading import Truncated
from reports import contexts


def completeness(scene: Scene, behind: int) -> contexts.Answer:
    counts = (
        contexts.Count(what="nodes", number=len(scene.graph.nodes)),
        contexts.Count(what="edges", number=len(scene.graph.edges)),
        contexts.Count(what="entries not projected yet", number=behind),
        contexts.Count(what="quarantined entries", number=len(scene.quarantined)),
    )
    reasons = []
    state: contexts.Completeness = "COMPLETE"
    if scene.quarantined or behind:
        state = "LAGGING"
        reasons.append("The graph does not hold every entry of the ledger.")
    if isinstance(scene.graph.completeness, Truncated):
        state = "TRUNCATED"
        reasons.append(f"The walk ended at {BUDGET} nodes.")
    return contexts.Answer(state=state, counts=counts, reasons=tuple(reasons))
