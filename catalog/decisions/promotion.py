"""Whether the policies in force permit that a model version is released or deployed, before that is recorded.

The set in force now decides, by what held at the date that the record gives: an earlier date finds no earlier set. A
set that names neither promote nor deploy, and forbids nothing of every action, leaves it to roles and the gate.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from catalog.access.model import is_proven
from catalog.decisions.model import Asked
from catalog.decisions.queries import decide, principal_known
from catalog.errors import AskerError, SenderError
from catalog.policies.engine import Engine, engine_of
from catalog.policies.entitlements import UNREGISTERED
from catalog.policies.queries import in_force
from catalog.record import Admission, Admitted, ModelVersionRef
from catalog.releases import admission as releases
from catalog.releases.records import DeployModelVersion, ReleaseModelVersion, RollBackDeployment
from graph_schema.aspects.access import Circumstances, Target
from graph_schema.nodes import ModelVersion
from graph_schema.vocabulary.hl7 import OBLIGATIONS
from graph_schema.vocabulary.words import AccessAction

_EVERY_OBLIGATION: Final = tuple(one.code for one in OBLIGATIONS)
"""Whoever records it is told what it obliges to; nobody asks on behalf of somebody else here."""

_PLACE: Final = "place"
_ENVIRONMENT: Final = "environment"


def admit_release(record: ReleaseModelVersion, admission: Admission) -> Admitted:
    """Hold what the release itself has to, and the policies to permit `promote`."""
    admitted = releases.admit_release(record, admission)
    return _permitted(AccessAction.PROMOTE, record, {_ENVIRONMENT: record.environment}, admitted, admission)


def admit_deployment(record: DeployModelVersion, admission: Admission) -> Admitted:
    """Hold what the deployment itself has to, and the policies to permit `deploy` there."""
    admitted = releases.admit_deployment(record, admission)
    at = {_ENVIRONMENT: record.environment, _PLACE: record.place}
    return _permitted(AccessAction.DEPLOY, record, at, admitted, admission)


def admit_rollback(record: RollBackDeployment, admission: Admission) -> Admitted:
    """Hold what going back itself has to, and the policies to permit `deploy` where the deployment is."""
    admitted = releases.admit_rollback(record, admission)
    return _permitted(AccessAction.DEPLOY, record, admitted.added, admitted, admission)


def _permitted(
    action: AccessAction,
    record: ReleaseModelVersion | DeployModelVersion | RollBackDeployment,
    at: Any,  # noqa: ANN401  environment and place by name, among other things
    admitted: Admitted,
    admission: Admission,
) -> Admitted:
    """Return what is admitted, with the policies that permit it; raises AskerError 403 naming those that deny it."""
    published = in_force(admission.view.unredacted)
    if published is None:
        return admitted
    try:
        engine = engine_of(published.files)
    except ValueError:
        engine = None
    if engine is not None and not _decides_on(engine, action):
        return admitted
    question = _asked_of_the_gate(record.gate, admission)
    requester = question.get("requester", {})
    asked = Asked(
        admission.actor,
        action.value,
        _target(record.model_version),
        Circumstances(
            purpose=question["purpose"],
            project=requester.get("project"),
            place=at.get(_PLACE, question["place"]),
            environment=at[_ENVIRONMENT].upper(),
            enforces=_EVERY_OBLIGATION,
        ),
    )
    view = admission.view.unredacted.at(admission.now if record.holds_from is None else record.holds_from)
    found = decide(view, asked, instead=published, acting=_acting(admission))
    if not found.allowed:
        by = f" This is decided by {', '.join(found.policies)}" if found.policies else " This is decided"
        raise AskerError(f"{' '.join(found.reasons)}{by} of the policies {published.digest}.", status=403)
    permitted = {"policies": list(found.policies), "policy_set": published.digest}
    kept = [
        f"{what}: {', '.join(codes)}."
        for what, codes in (("What has to be done", found.obligations), ("What must not be done", found.refrains))
        if codes
    ]
    return Admitted({**admitted.added, **permitted}, (*admitted.warnings, *kept), admitted.erases, admitted.read_at)


def _decides_on(engine: Engine, action: AccessAction) -> bool:
    """Tell whether a set decides on the action: a policy names it, or forbids something of every action."""
    every = [one for one in engine.by_id.values() if one.decides_on(action.value, ModelVersion.__name__)]
    return any(one.actions is not None or one.forbids for one in every)


def _asked_of_the_gate(gate: int | None, admission: Admission) -> dict[str, Any]:
    """Return what the gate was asked: for which purpose it is, the record itself does not say."""
    stored = None if gate is None else admission.ledger.entry(gate)
    if stored is None or stored.body is None:
        raise SenderError(
            "The policies in force ask what for: quote in `gate` an evaluation of this version by the gate.",
            pointer="/gate",
            status=422,
        )
    question: dict[str, Any] = orjson.loads(stored.body)["record"]
    return question


def _target(version: ModelVersionRef) -> Target:
    return Target("MODEL_VERSION", version.model.namespace, version.model.name, None, version.version)


def _acting(admission: Admission) -> dict[str, Any] | None:
    """Return what policies know of whoever acts now, whenever that is said to have been."""
    if is_proven(admission.actor):
        return principal_known(admission.view.unredacted, admission.actor)
    return {"kind": UNREGISTERED, "roles": sorted(admission.roles), "projects": [], "protocols": [], "sites": []}
