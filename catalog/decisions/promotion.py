"""Whether the policies in force permit that a model version is released or deployed, before that is recorded.

The set in force now decides, by what held at the date that the record gives: an earlier date finds no earlier set. A
set that names neither promote nor deploy, and forbids nothing of every action, leaves it to roles and the gate. What is
permitted is in the entry of the record; what is denied comes with the decision that is recorded in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from catalog.access.model import is_proven
from catalog.decisions.model import Asked, Decided
from catalog.decisions.queries import decide, principal_known, unknown_parts
from catalog.decisions.records import DecideAccess
from catalog.errors import AskerError, SenderError
from catalog.policies.engine import Engine, engine_of
from catalog.policies.entitlements import UNREGISTERED
from catalog.policies.model import PolicySet
from catalog.policies.queries import in_force
from catalog.record import Admission, Admitted
from catalog.releases import admission as releases
from catalog.releases.records import DeployModelVersion, ReleaseModelVersion, RollBackDeployment
from catalog.view import View
from graph_schema.aspects.access import Circumstances, RefusedRecord, Target
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time, parse_zoned
from graph_schema.vocabulary.hl7 import OBLIGATIONS
from graph_schema.vocabulary.words import AccessAction

_EVERY_OBLIGATION: Final = tuple(one.code for one in OBLIGATIONS)
"""Whoever records it is told what it obliges to; nobody asks on behalf of somebody else here."""

_PLACE: Final = "place"
_ENVIRONMENT: Final = "environment"


class RefusedByPoliciesError(AskerError):
    """The policies in force deny a release or a deployment; `decision` is what is to be recorded of that."""

    def __init__(self, detail: str, decision: DecideAccess) -> None:
        """Keep the sentence and the decision."""
        super().__init__(detail, status=403)
        self.decision = decision

    def recorded_as(self, entry: int) -> AskerError:
        """Return the same error once its decision is in the ledger."""
        return AskerError(f"{self.detail} The refusal is entry {entry}.", status=403)


def judge(
    view: View,
    asked: Asked,
    record: RefusedRecord,
    *,
    instead: PolicySet | None = None,
) -> Decided | None:
    """Return what the policies in force at the view's point say of a record, by what held at the date that it gives and
    by what whoever writes it is at that point; None where they leave it to roles and the gate.

    The record is described as it is where it is refused. With `instead` these policies decide.
    """
    published = instead or in_force(view)
    if published is None:
        return None
    try:
        engine = engine_of(published.files)
    except ValueError:
        engine = None
    if engine is not None and not _decides_on(engine, asked.action):
        return None
    then = view.at(parse_zoned(record.valid_from)) if record.valid_from else view
    return decide(then, asked, instead=published, acting=_acting(view, asked.principal, record.roles))


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
    """Return what is admitted, with the policies that permit it.

    Raises:
        RefusedByPoliciesError: 403, they deny it.
        SenderError: 422, it quotes no evaluation of the gate, and policies decide on it.
    """
    view = _newest(admission)
    if in_force(view) is None:
        return admitted
    described = RefusedRecord(
        record.name,
        None if record.holds_from is None else format_time(record.holds_from),
        () if is_proven(admission.actor) else tuple(sorted(admission.roles)),
    )
    asked = _asked(action, record, at, admission)
    found = judge(view, asked, described)
    if found is None:
        return admitted
    if asked.circumstances.purpose is None:
        raise SenderError(
            "The policies in force ask what for: quote in `gate` an evaluation of this version by the gate.",
            pointer="/gate",
            status=422,
        )
    if not found.allowed:
        by = f" This is decided by {', '.join(found.policies)}" if found.policies else " This is decided"
        detail = f"{' '.join(found.reasons)}{by} of the policies {found.policy_set}."
        raise RefusedByPoliciesError(detail, _decision(view, asked, found, described))
    permitted = {"policies": list(found.policies), "policy_set": found.policy_set}
    kept = [
        f"{what}: {', '.join(codes)}."
        for what, codes in (("What has to be done", found.obligations), ("What must not be done", found.refrains))
        if codes
    ]
    return Admitted({**admitted.added, **permitted}, (*admitted.warnings, *kept), admitted.erases, admitted.read_at)


def _newest(admission: Admission) -> View:
    """Return all that is known, as of now, or as of the newest entry where the clock was set back."""
    view = admission.view.unredacted
    if view.known_at < 0:
        return view.at(admission.now)
    return view.at(max(admission.now, admission.ledger.entry(view.known_at).entry.recorded_at))


def _decision(view: View, asked: Asked, found: Decided, refused: RefusedRecord) -> DecideAccess:
    """Return what is recorded of a denial: all that it takes to come to it again."""
    return DecideAccess.replay(
        {
            **found.recorded_of(asked),
            "at": format_time(view.moment),
            "known_at": view.known_at,
            "unknown": unknown_parts(view, asked),
            "refused": refused.to_json(),
        }
    )


def _decides_on(engine: Engine, action: str) -> bool:
    """Tell whether a set decides on the action: a policy names it, or forbids something of every action."""
    every = [one for one in engine.by_id.values() if one.decides_on(action, ModelVersion.__name__)]
    return any(one.actions is not None or one.forbids for one in every)


def _asked(
    action: AccessAction,
    record: ReleaseModelVersion | DeployModelVersion | RollBackDeployment,
    at: Any,  # noqa: ANN401  as above
    admission: Admission,
) -> Asked:
    """Return the record as a request: for the purpose that the gate was asked for, which it does not say itself."""
    stored = None if record.gate is None else admission.ledger.entry(record.gate)
    question: dict[str, Any] = {} if stored is None or stored.body is None else orjson.loads(stored.body)["record"]
    version = record.model_version
    return Asked(
        admission.actor,
        action.value,
        Target("MODEL_VERSION", version.model.namespace, version.model.name, None, version.version),
        Circumstances(
            purpose=question.get("purpose"),
            project=question.get("requester", {}).get("project"),
            diseases=tuple(question.get("diseases", ())),
            place=at.get(_PLACE, question.get("place")),
            environment=at[_ENVIRONMENT].upper(),
            enforces=_EVERY_OBLIGATION,
        ),
    )


def _acting(view: View, principal: str, roles: Sequence[str]) -> dict[str, Any] | None:
    """Return what policies know of whoever writes a record, whenever that is said to have been."""
    if is_proven(principal):
        return principal_known(view, principal)
    return {"kind": UNREGISTERED, "roles": sorted(roles), "projects": [], "protocols": [], "sites": []}
