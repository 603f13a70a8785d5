"""What must hold before a model version is registered, released, deployed or retired."""

from __future__ import annotations

from catalog.assets.run_refs import admit_run
from catalog.errors import SenderError
from catalog.places.admission import not_declared
from catalog.record import Admission, Admitted, ModelVersionRef
from catalog.releases.deployments import deployments, deployments_of, releases_of, retirements
from catalog.releases.model import Deployment as DeploymentRecord
from catalog.releases.queries import registrations
from catalog.releases.records import (
    DeployModelVersion,
    EndDeployment,
    RegisterModelVersion,
    ReleaseModelVersion,
    RetireModelVersion,
    RollBackDeployment,
)
from graph_schema.facts import NOW
from graph_schema.nodes import Deployment, ModelVersion, Node
from graph_schema.times import format_time, parse_zoned

_REGISTER = "register it first"
_EVALUATED = "record.gate_evaluated"


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


def admit_release(record: ReleaseModelVersion, admission: Admission) -> Admitted:
    """Hold the version to be registered and not retired, and what it quotes to be of the gate."""
    return _admitted(record.model_version, record.gate, record.holds_from, admission)


def admit_deployment(record: DeployModelVersion, admission: Admission) -> Admitted:
    """Hold the same, and what it replaces to run; whoever deploys is told of an environment it was not released to."""
    begins = admission.now if record.holds_from is None else record.holds_from
    if record.until is not None and parse_zoned(record.until) <= begins:
        raise SenderError("until is after the deployment begins: give a later one.", pointer="/until", status=422)
    admitted = _admitted(record.model_version, record.gate, record.holds_from, admission)
    if record.replaces is not None:
        _running(Deployment(str(record.replaces)), "/replaces", begins, admission)
    warnings = (
        *admitted.warnings,
        *_unreleased(record.model_version, record.environment, admission),
        *not_declared(admission, (record.place,), record.holds_from),
    )
    return Admitted(admitted.added, warnings)


def admit_rollback(record: RollBackDeployment, admission: Admission) -> Admitted:
    """Hold the deployment to run, and the version to be another one of its model that may be deployed."""
    begins = admission.now if record.holds_from is None else record.holds_from
    found = _running(record.node, "/deployment", begins, admission)
    node = admission.view.unredacted.nodes([found.version])[found.version].node
    to = record.model_version.node
    if not isinstance(node, ModelVersion) or (node.namespace, node.model) != (to.namespace, to.model) or node == to:
        raise SenderError(
            "A deployment is rolled back to another version of its own model.", pointer="/model_version", status=422
        )
    admitted = _admitted(record.model_version, record.gate, record.holds_from, admission)
    added = {**admitted.added, "place": found.place, "environment": found.environment}
    warnings = (*admitted.warnings, *_unreleased(record.model_version, found.environment, admission))
    return Admitted(added, warnings)


def admit_deployment_end(record: EndDeployment, admission: Admission) -> Admitted:
    """Hold the deployment to be known and not to have ended."""
    _running(record.node, "/deployment", None, admission)
    return Admitted()


def admit_retirement(record: RetireModelVersion, admission: Admission) -> Admitted:
    """Hold the version to be known; whoever retires it is told that it is retired already, and where it still runs."""
    version = record.model_version.node
    admission.require([(version, "/model_version", _REGISTER)])
    view = admission.view.unredacted
    warnings = []
    before = retirements(view.at(NOW), [version.id]).get(version.id)
    if before is not None:
        since = format_time(before.since)
        warnings.append(f"It is retired already, since {since} by entry {before.entry}: the earliest counts.")
    live = [one for one in deployments_of(view, [version.id]).get(version.id, ()) if one.is_live]
    if live:
        warnings.append(f"It still runs by {len(live)} deployment{'s' * (len(live) > 1)}: end them.")
    return Admitted(warnings=warnings)


def _admitted(version: ModelVersionRef, gate: int | None, holds_from: int | None, admission: Admission) -> Admitted:
    """Hold a version to be registered and not to be retired by then; the artifact that is registered now is bound."""
    node, view = version.node, admission.view.unredacted
    admission.require([(node, "/model_version", _REGISTER)])
    registered = registrations(view, [node.id])[node.id]
    if not registered:
        raise SenderError("Nobody registered this version: register it first.", pointer="/model_version", status=422)
    retired = retirements(view.at(NOW), [node.id]).get(node.id)
    if retired is not None and retired.since <= (admission.now if holds_from is None else holds_from):
        raise SenderError(
            f"This version is retired since {format_time(retired.since)}, by entry {retired.entry}: use another.",
            pointer="/model_version",
            status=422,
        )
    warnings: tuple[str, ...] = ()
    if gate is None:
        warnings = ("It quotes no evaluation of the gate: nothing shows that the version may be used there.",)
    elif not _is_of_the_gate(gate, node, admission):
        raise SenderError(
            "gate is the ledger index of an evaluation of this version; that entry is none.",
            pointer="/gate",
            status=422,
        )
    return Admitted({"artifact_digest": registered[-1].artifact_digest}, warnings)


def _is_of_the_gate(gate: int, version: ModelVersion, admission: Admission) -> bool:
    if gate >= admission.ledger.size():
        return False
    entry = admission.ledger.entry(gate).entry
    return entry.kind == _EVALUATED and version.id in entry.subjects


def _running(node: Deployment, pointer: str, at: int | None, admission: Admission) -> DeploymentRecord:
    """Return a deployment; raises SenderError where none is recorded, where it ended, or begins only later."""
    admission.require([(node, pointer, "no deployment is recorded at this index")])
    found = deployments(admission.view.unredacted.at(NOW), [node.id]).get(node.id)
    if found is None or found.end_entry is not None:
        by = "" if found is None else f", by entry {found.end_entry}"
        raise SenderError(f"This deployment ended already{by}.", pointer=pointer, status=422)
    if at is not None and at < found.deployed_at:
        raise SenderError("This deployment begins only later.", pointer=pointer, status=422)
    return found


def _unreleased(version: ModelVersionRef, environment: str, admission: Admission) -> tuple[str, ...]:
    of = releases_of(admission.view.unredacted, [version.node.id]).get(version.node.id, ())
    if any(one.environment.casefold() == environment.casefold() for one in of):
        return ()
    return ("Nobody released this version into that environment.",)
