"""What must hold before a model version is registered."""

from __future__ import annotations

from catalog.assets.run_refs import admit_run
from catalog.record import Admission, Admitted
from catalog.releases.records import RegisterModelVersion
from graph_schema.nodes import Node


def admit(record: RegisterModelVersion, admission: Admission) -> Admitted:
    """Hold the snapshots to be known and the run to be one; what nobody sealed is taken, with a warning."""
    named: list[tuple[Node, str, str]] = [
        (snapshot.node, f"/{field}/{place}/digest", "seal it first")
        for field, snapshots in (("trained_on", record.trained_on), ("evaluated_on", record.evaluated_on))
        for place, snapshot in enumerate(snapshots)
    ]
    admission.require(named)
    sealed = {each.subject for each in admission.view.statements([node.id for node, _, _ in named], ("seal",))}
    open_ = [node for node, _, _ in named if node.id not in sealed]
    added, warnings = admit_run(record.run_id, record.job, admission)
    if open_:
        warnings = (f"{len(open_)} of the snapshots named is not sealed; no gate will pass on it.", *warnings)
    return Admitted(added, warnings)
