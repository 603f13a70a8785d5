"""What must hold before a version is assessed, let pass, released or deployed, and before what the gate asks for is
published.
"""

from __future__ import annotations

from dataclasses import replace

from catalog.access.queries import principals
from catalog.approvals.checks import check_not_retired
from catalog.approvals.queries import people_of
from catalog.decisions import promotion
from catalog.errors import AskerError, SenderError
from catalog.gate import requirements
from catalog.gate.model import Gate, GateQuestion
from catalog.gate.queries import gate, gate_evaluations, overrides_of, relied_on
from catalog.gate.records import AssessChange, AssessEnvironment, AssessFeatures, OverrideGate, PlanMonitoring
from catalog.policies import admission as policies
from catalog.policies.records import PublishPolicies
from catalog.record import Admission, Admitted, UnknownSubjectError
from catalog.releases.deployments import retirements
from catalog.releases.queries import registrations
from catalog.releases.records import DeployModelVersion, ReleaseModelVersion, RollBackDeployment
from catalog.safe_use.model import Outcome
from catalog.view import View
from graph_schema.nodes import Principal
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import GateVerdict, PrincipalKind

_REGISTER = "register it first"


def admit_policies(record: PublishPolicies, admission: Admission) -> Admitted:
    """Hold what the gate is to ask for to be readable, and the set to be without problems."""
    for place, file in enumerate(record.files):
        if file.path == requirements.FILE:
            try:
                requirements.read(file.text)
            except SenderError as error:
                raise SenderError(error.detail, pointer=f"/files/{place}/text", status=422) from None
    return policies.admit(record, admission)


def admit_assessment(record: AssessChange, admission: Admission) -> Admitted:
    """Hold the version to be known, and whoever assesses it to be another than who registered it."""
    version = record.model_version.node
    admission.require([(version, "/model_version", _REGISTER)])
    _hold_another(version.id, admission, "Whoever registered a version does not assess it; another principal has to.")
    return Admitted()


def admit_environment(record: AssessEnvironment, admission: Admission) -> Admitted:
    """Hold the environment to be one that a model version was registered with."""
    hint = "give the digest that the registration of a model version has as its environment's"
    admission.require([(record.node, "/environment", hint)])
    return Admitted()


def admit_features(record: AssessFeatures, admission: Admission) -> Admitted:
    """Hold the version to be known."""
    admission.require([(record.model_version.node, "/model_version", _REGISTER)])
    return Admitted()


def admit_monitoring(record: PlanMonitoring, admission: Admission) -> Admitted:
    """Hold the version to be known, and the review to lie ahead."""
    admission.require([(record.model_version.node, "/model_version", _REGISTER)])
    if parse_zoned(record.review_by) <= admission.now:
        raise SenderError("`review_by` lies ahead; this one has passed.", pointer="/review_by", status=422)
    return Admitted()


def admit_override(record: OverrideGate, admission: Admission) -> Admitted:
    """Hold the evaluation to be there and not to pass, and whoever lets it pass to be a person who did not before."""
    version = record.model_version.node
    admission.require([(version, "/model_version", _REGISTER)])
    retired = retirements(admission.view.unredacted.at(admission.now), [version.id]).get(version.id)
    check_not_retired(None if retired is None else (retired.since, retired.entry), "/model_version")
    if parse_zoned(record.until) <= admission.now:
        raise SenderError("`until` lies ahead; this one has passed.", pointer="/until", status=422)
    found = next(
        (
            one
            for one in gate_evaluations(admission.view, [version.id]).get(version.id, ())
            if one.entry == record.evaluation
        ),
        None,
    )
    if found is None:
        raise UnknownSubjectError(
            "evaluation is the ledger index of what the gate said of this version; that entry is none.", "/evaluation"
        )
    if found.verdict is GateVerdict.PASS:
        raise SenderError("The gate said PASS: there is nothing to override.", pointer="/evaluation", status=422)
    if not _is_person(admission):
        raise AskerError("Two persons let a version pass; whoever acts here is none that a key proved.", status=403)
    _hold_another(version.id, admission, "Whoever registered a version does not let it pass; others have to.")
    people = people_of(admission.view)
    for one in overrides_of(admission.view, version.id):
        if one.evaluation != found.entry or one.until <= admission.now:
            continue
        if people.signed_as_one((one.by, one.at), (admission.actor, admission.now)):
            whose = "You" if one.by == admission.actor else f"{one.by}, who is one person with you,"
            sentence = f"{whose} let it pass already: the second one is another person, and no delegate."
            raise AskerError(sentence, status=403)
    return Admitted(awaits=True)


def admit_release(record: ReleaseModelVersion, admission: Admission) -> Admitted:
    """Hold what a release has to; whoever releases is told where the evaluation that it quotes does not carry it."""
    return _judged_again(record, record.environment, None, promotion.admit_release(record, admission), admission)


def admit_deployment(record: DeployModelVersion, admission: Admission) -> Admitted:
    """Hold what a deployment has to; whoever deploys is told the same, of its own date and place (rule G6)."""
    admitted = promotion.admit_deployment(record, admission)
    return _judged_again(record, record.environment, record.place, admitted, admission)


def admit_rollback(record: RollBackDeployment, admission: Admission) -> Admitted:
    """Hold what going back has to; whoever goes back is told the same, of where the deployment is."""
    admitted = promotion.admit_rollback(record, admission)
    return _judged_again(record, admitted.added["environment"], admitted.added["place"], admitted, admission)


def _judged_again(
    record: ReleaseModelVersion | DeployModelVersion | RollBackDeployment,
    environment: str,
    place: str | None,
    admitted: Admitted,
    admission: Admission,
) -> Admitted:
    """Return what is admitted, with a warning where the quoted evaluation is not to be relied on: as of the record's
    date, in the environment and, where there is one, at the place.
    """
    version, whole = record.model_version.node.id, admission.view.unredacted.at(admission.now)
    of = () if record.gate is None else gate_evaluations(whole, [version]).get(version, ())
    quoted = next((one for one in of if one.entry == record.gate), None)
    if quoted is None:
        return admitted

    def ask(view: View, question: GateQuestion) -> Gate | None:
        return gate(view, replace(question, environment=environment, place=place or question.place))

    found = relied_on(whole if record.holds_from is None else whole.at(record.holds_from), quoted, ask)
    if found.outcome is Outcome.PASS:
        return admitted
    warning = f"The evaluation of the gate that it quotes does not carry it: {found.text}"
    return replace(admitted, warnings=(*admitted.warnings, warning))


def _is_person(admission: Admission) -> bool:
    id_ = Principal(admission.actor).id
    known = principals(admission.view, [id_]).get(id_)
    return admission.authenticated and known is not None and known.principal_kind == PrincipalKind.PERSON


def _hold_another(version: str, admission: Admission, sentence: str) -> None:
    of = registrations(admission.view, [version])[version]
    if of and people_of(admission.view).signed_as_one(of[-1].signed, (admission.actor, admission.now)):
        whose = "" if of[-1].registered_by == admission.actor else " You are one person, by a record or a delegation."
        raise AskerError(sentence + whose, status=403)
