"""Every kind of record there is, in one table: its model, who may write it, what must hold, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import catalog.access.admission as access_admission
import catalog.access.facts as access_facts
import catalog.approvals.admission as approvals_admission
import catalog.approvals.facts as approvals_facts
import catalog.assets.admission as assets_admission
import catalog.assets.facts as assets_facts
import catalog.decisions.facts as decisions_facts
import catalog.emergencies.admission as emergencies_admission
import catalog.emergencies.facts as emergencies_facts
import catalog.encryption.facts as encryption_facts
import catalog.findings.admission as findings_admission
import catalog.findings.facts as findings_facts
import catalog.gate.admission as gate_admission
import catalog.gate.facts as gate_facts
import catalog.grants.admission as grants_admission
import catalog.grants.facts as grants_facts
import catalog.labels.admission as labels_admission
import catalog.labels.facts as labels_facts
import catalog.mappings.admission as mappings_admission
import catalog.mappings.facts as mappings_facts
import catalog.memberships.admission as memberships_admission
import catalog.memberships.facts as memberships_facts
import catalog.names.admission as names_admission
import catalog.names.facts as names_facts
import catalog.operations.admission as operations_admission
import catalog.operations.facts as operations_facts
import catalog.places.admission as places_admission
import catalog.places.facts as places_facts
import catalog.policies.facts as policies_facts
import catalog.releases.admission as releases_admission
import catalog.releases.facts as releases_facts
import catalog.reporting.facts as reporting_facts
import catalog.safe_use.facts as safe_use_facts
import catalog.signatures.admission as signatures_admission
import catalog.signatures.facts as signatures_facts
import catalog.snapshots.admission as snapshots_admission
import catalog.snapshots.facts as snapshots_facts
import catalog.use.admission as use_admission
import catalog.use.facts as use_facts
from catalog.access.changes import AccessChanges, Append
from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.access.records import DefinePrincipal, IssueKey, RevokeKey
from catalog.approvals.records import DecideApproval, DelegateApprovals, MeetCondition, RequestApproval
from catalog.assets.records import DeclareDataset, DeclareSource, EndSource
from catalog.decisions.records import DecideAccess
from catalog.emergencies.records import BreakGlass, ReviewEmergency
from catalog.encryption.records import DeclareKey, EndKey
from catalog.findings.records import AcceptFinding, AcknowledgeFinding, ReopenFinding
from catalog.gate.records import (
    AssessChange,
    AssessEnvironment,
    AssessFeatures,
    GateEvaluated,
    OverrideGate,
    PlanMonitoring,
)
from catalog.grants.records import (
    DelegateAccess,
    EndAccessDelegation,
    EndGrant,
    GrantAccess,
    RecertifyGrant,
    RefuseAccess,
    RequestAccess,
)
from catalog.labels.records import (
    AttestDeidentification,
    ClaimAnonymity,
    DeclareCodeKey,
    EndAnonymityClaim,
    EndAttestation,
    EndCodeKey,
    EndColumnLineageTrust,
    Tag,
    TrustColumnLineage,
)
from catalog.ledger.protocol import Receipt
from catalog.mappings.records import MapFacet, MapTag, WithdrawMapping
from catalog.memberships.records import (
    AddMember,
    DeclareProject,
    DeclareProtocol,
    EndMembership,
    EndProject,
    EndProtocol,
)
from catalog.names.records import DefineNamespaceRule, EndNamespaceRule, StitchDatasets, UnstitchDatasets
from catalog.operations.records import EraseEntries, ReleaseQuarantined, RestoreLedger
from catalog.places.records import DeclareJob, DeclareOperator, DeclarePlace, EndOperator, EndPlace
from catalog.policies.records import PublishPolicies
from catalog.record import Admission, Admitted, Record, RecordContext
from catalog.releases.records import (
    DeployModelVersion,
    EndDeployment,
    RegisterModelVersion,
    ReleaseModelVersion,
    RetireModelVersion,
    RollBackDeployment,
)
from catalog.reporting.records import ReportIssued
from catalog.safe_use.records import DefineSafeUse
from catalog.signatures.records import EndSigningKey, RegisterSigningKey
from catalog.snapshots.records import DeclareSplit, SealSnapshot, TombstoneSnapshot, VerifySnapshot, WithdrawSplit
from catalog.use.records import (
    EndTransfer,
    EndUndertaking,
    EndUseStatement,
    LicenseUse,
    PermitUse,
    RecordTransfer,
    UndertakeUse,
    WithdrawConsent,
)
from graph_schema.nodes import Node
from graph_schema.vocabulary.words import Stance

R = TypeVar("R", bound=Record)

EVENT = "openlineage."


def _nothing_more(record: Record, admission: Admission) -> Admitted:  # noqa: ARG001  the same shape as the others
    return Admitted()


def _written(record: Record, actor: Actor, access: AccessChanges, append: Append) -> Future[Receipt]:  # noqa: ARG001  the same shape as the others
    return append()


def _define(record: DefinePrincipal, actor: Actor, access: AccessChanges, append: Append) -> Future[Receipt]:  # noqa: ARG001  as above
    return access.define(record, append)


def _revoke(record: RevokeKey, actor: Actor, access: AccessChanges, append: Append) -> Future[Receipt]:  # noqa: ARG001  as above
    return access.revoke(record, append)


def _sign(record: DecideApproval, actor: Actor, access: AccessChanges, append: Append) -> Future[Receipt]:  # noqa: ARG001  as above
    return access.sign(actor, append)


def _the_kind_itself(record: Record) -> Permission:
    return Permission(record.name)


def _judging(record: Tag) -> Permission:
    return Permission.TAG if record.stance is Stance.ASSERT else Permission.JUDGE_TAGS


def _reading(record: Record) -> Permission:  # noqa: ARG001  whoever may read what is issued may have it recorded
    return Permission.READ


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """A kind of record: `subjects`, `project` and `admit` are its capability's.

    `permission` is what one of the actor's roles must have, by the record. A kind that is not `open` is written by the
    catalog itself only. One that is not `searched` for identifiers holds nothing but what the catalog made, or searched
    before. `commit` appends it, for whoever writes it, and changes who may act where the record says so. Of one that
    `binds`, what the catalog adds is a part of what is stated: the same words about something else now are no retry.
    One that is `verbatim` is kept byte for byte: where it holds what looks like an identifier it is refused.
    What one that is `lasting` says is in force until something else is said: saying it again meanwhile adds nothing.
    Of one that `names` its subject, which nobody need have met before, is told that the name cannot be used.
    """

    record: type[R]
    subjects: Callable[[R], tuple[Node, ...]]
    project: Callable[[R, RecordContext], None]
    admit: Callable[[R, Admission], Admitted] = _nothing_more
    permission: Callable[[R], Permission] = _the_kind_itself
    open: bool = True
    searched: bool = True
    commit: Callable[[R, Actor, AccessChanges, Append], Future[Receipt]] = _written
    binds: bool = False
    lasting: bool = False
    names: bool = False
    verbatim: bool = False

    @property
    def name(self) -> str:
        """Return what `kind` says on the wire."""
        return self.record.name

    @property
    def in_ledger(self) -> str:
        """Return the kind of its ledger entries."""
        return self.record.in_ledger()


_KINDS: tuple[Kind[Any], ...] = (
    Kind(
        DeclareDataset,
        assets_facts.subjects,
        assets_facts.project,
        use_admission.admit_declaration,
        lasting=True,
        names=True,
    ),
    Kind(
        DeclareSource,
        assets_facts.source_subjects,
        assets_facts.project_source,
        use_admission.admit_source_declaration,
        lasting=True,
    ),
    Kind(EndSource, assets_facts.source_subjects, assets_facts.project_source_end, assets_admission.admit_source_end),
    Kind(DeclareKey, encryption_facts.subjects, encryption_facts.project, lasting=True),
    Kind(EndKey, encryption_facts.subjects, encryption_facts.project_end, assets_admission.admit_key_end),
    Kind(DeclarePlace, places_facts.subjects, places_facts.project_place, places_admission.admit_place, lasting=True),
    Kind(DeclareJob, places_facts.job_subjects, places_facts.project_job, places_admission.admit_job, lasting=True),
    Kind(
        DeclareOperator,
        places_facts.subjects,
        places_facts.project_operator,
        places_admission.admit_operator,
        lasting=True,
    ),
    Kind(EndOperator, places_facts.subjects, places_facts.project_operator_end, places_admission.admit_operator_end),
    Kind(EndPlace, places_facts.subjects, places_facts.project_end, places_admission.admit_end),
    Kind(
        Tag,
        labels_facts.tag_subjects,
        labels_facts.project_tag,
        labels_admission.admit_tag,
        _judging,
        binds=True,
        lasting=True,
    ),
    Kind(
        AttestDeidentification,
        labels_facts.attestation_subjects,
        labels_facts.project_attestation,
        labels_admission.admit_attestation,
    ),
    Kind(EndAttestation, labels_facts.end_subjects, labels_facts.project_end, labels_admission.admit_end),
    Kind(
        DeclareCodeKey,
        labels_facts.key_subjects,
        labels_facts.project_key,
        labels_admission.admit_key,
        lasting=True,
    ),
    Kind(
        ClaimAnonymity,
        labels_facts.anonymity_subjects,
        labels_facts.project_anonymity,
        labels_admission.admit_anonymity,
        binds=True,
    ),
    Kind(
        EndAnonymityClaim,
        labels_facts.anonymity_subjects,
        labels_facts.project_anonymity_end,
        labels_admission.admit_anonymity_end,
        binds=True,
    ),
    Kind(EndCodeKey, labels_facts.key_subjects, labels_facts.project_key_end, labels_admission.admit_key_end),
    Kind(
        TrustColumnLineage,
        labels_facts.trust_subjects,
        labels_facts.project_trust,
        labels_admission.admit_trust,
        lasting=True,
    ),
    Kind(
        EndColumnLineageTrust,
        labels_facts.trust_subjects,
        labels_facts.project_trust_end,
        labels_admission.admit_trust_end,
    ),
    Kind(MapFacet, mappings_facts.subjects, mappings_facts.project_facet),
    Kind(MapTag, mappings_facts.subjects, mappings_facts.project_tag, mappings_admission.admit_tag),
    Kind(
        WithdrawMapping,
        mappings_facts.subjects,
        mappings_facts.project_withdrawal,
        mappings_admission.admit_withdrawal,
    ),
    Kind(DefineSafeUse, safe_use_facts.subjects, safe_use_facts.project),
    Kind(GrantAccess, grants_facts.subjects, grants_facts.project, grants_admission.admit),
    Kind(EndGrant, grants_facts.subjects, grants_facts.project_end, grants_admission.admit_end),
    Kind(RequestAccess, grants_facts.subjects, grants_facts.project_request, grants_admission.admit_request),
    Kind(RefuseAccess, grants_facts.subjects, grants_facts.project_refusal, grants_admission.admit_refusal),
    Kind(
        RecertifyGrant,
        grants_facts.subjects,
        grants_facts.project_recertification,
        grants_admission.admit_recertification,
    ),
    Kind(DelegateAccess, grants_facts.subjects, grants_facts.project_delegation, grants_admission.admit_delegation),
    Kind(
        EndAccessDelegation,
        grants_facts.subjects,
        grants_facts.project_delegation_end,
        grants_admission.admit_delegation_end,
    ),
    Kind(
        DeclareProject,
        memberships_facts.subjects,
        memberships_facts.project_declaration,
        memberships_admission.admit_project,
    ),
    Kind(
        EndProject, memberships_facts.subjects, memberships_facts.project_end, memberships_admission.admit_project_end
    ),
    Kind(
        DeclareProtocol,
        memberships_facts.subjects,
        memberships_facts.project_protocol,
        memberships_admission.admit_protocol,
    ),
    Kind(
        EndProtocol,
        memberships_facts.subjects,
        memberships_facts.project_protocol_end,
        memberships_admission.admit_protocol_end,
    ),
    Kind(AddMember, memberships_facts.subjects, memberships_facts.project_member, memberships_admission.admit_member),
    Kind(
        EndMembership,
        memberships_facts.subjects,
        memberships_facts.project_membership_end,
        memberships_admission.admit_membership_end,
    ),
    Kind(BreakGlass, emergencies_facts.subjects, emergencies_facts.project, emergencies_admission.admit),
    Kind(
        ReviewEmergency,
        emergencies_facts.subjects,
        emergencies_facts.project_review,
        emergencies_admission.admit_review,
    ),
    Kind(DecideAccess, decisions_facts.subjects, decisions_facts.project, open=False, searched=False),
    Kind(
        PublishPolicies, policies_facts.subjects, policies_facts.project, gate_admission.admit_policies, verbatim=True
    ),
    Kind(DefineNamespaceRule, names_facts.rule_subjects, names_facts.project_rule),
    Kind(EndNamespaceRule, names_facts.rule_subjects, names_facts.project_end, names_admission.admit_end),
    Kind(StitchDatasets, names_facts.pair_subjects, names_facts.project_stitch, names_admission.admit_stitch),
    Kind(UnstitchDatasets, names_facts.pair_subjects, names_facts.project_unstitch, names_admission.admit_unstitch),
    Kind(PermitUse, use_facts.subjects, use_facts.project, use_admission.admit_statement),
    Kind(LicenseUse, use_facts.subjects, use_facts.project, use_admission.admit_licence),
    Kind(
        WithdrawConsent,
        use_facts.statement_subjects,
        use_facts.project_withdrawal,
        use_admission.admit_about_statement,
    ),
    Kind(EndUseStatement, use_facts.statement_subjects, use_facts.project_end, use_admission.admit_about_statement),
    Kind(RecordTransfer, use_facts.transfer_subjects, use_facts.project_transfer, use_admission.admit_transfer),
    Kind(UndertakeUse, use_facts.statement_subjects, use_facts.project_undertaking, use_admission.admit_undertaking),
    Kind(EndTransfer, use_facts.end_subjects, use_facts.project_exception_end, use_admission.admit_exception_end),
    Kind(EndUndertaking, use_facts.end_subjects, use_facts.project_exception_end, use_admission.admit_exception_end),
    Kind(SealSnapshot, snapshots_facts.seal_subjects, snapshots_facts.project_seal, snapshots_admission.admit_seal),
    Kind(
        VerifySnapshot,
        snapshots_facts.verification_subjects,
        snapshots_facts.project_verification,
        snapshots_admission.admit_verification,
    ),
    Kind(
        TombstoneSnapshot,
        snapshots_facts.tombstone_subjects,
        snapshots_facts.project_tombstone,
        snapshots_admission.admit_tombstone,
    ),
    Kind(
        DeclareSplit,
        snapshots_facts.split_subjects,
        snapshots_facts.project_split,
        snapshots_admission.admit_split,
    ),
    Kind(
        WithdrawSplit,
        snapshots_facts.withdrawal_subjects,
        snapshots_facts.project_withdrawal,
        snapshots_admission.admit_withdrawal,
    ),
    Kind(RegisterModelVersion, releases_facts.subjects, releases_facts.project, approvals_admission.admit_registration),
    Kind(
        ReleaseModelVersion,
        releases_facts.version_subjects,
        releases_facts.project_release,
        gate_admission.admit_release,
        binds=True,
    ),
    Kind(
        DeployModelVersion,
        releases_facts.version_subjects,
        releases_facts.project_deployment,
        gate_admission.admit_deployment,
        binds=True,
    ),
    Kind(
        RollBackDeployment,
        releases_facts.rollback_subjects,
        releases_facts.project_rollback,
        gate_admission.admit_rollback,
        binds=True,
    ),
    Kind(
        EndDeployment,
        releases_facts.deployment_subjects,
        releases_facts.project_deployment_end,
        releases_admission.admit_deployment_end,
    ),
    Kind(
        RetireModelVersion,
        releases_facts.version_subjects,
        releases_facts.project_retirement,
        releases_admission.admit_retirement,
    ),
    Kind(
        RegisterSigningKey,
        signatures_facts.subjects,
        signatures_facts.project,
        signatures_admission.admit_key,
        lasting=True,
    ),
    Kind(EndSigningKey, signatures_facts.subjects, signatures_facts.project_end, signatures_admission.admit_end),
    Kind(
        RequestApproval,
        approvals_facts.request_subjects,
        approvals_facts.project_request,
        approvals_admission.admit_request,
        binds=True,
    ),
    Kind(
        DecideApproval,
        approvals_facts.decision_subjects,
        approvals_facts.project_decision,
        approvals_admission.admit_decision,
        commit=_sign,
    ),
    Kind(
        DelegateApprovals,
        approvals_facts.delegation_subjects,
        approvals_facts.project_delegation,
        approvals_admission.admit_delegation,
    ),
    Kind(
        MeetCondition,
        approvals_facts.condition_subjects,
        approvals_facts.project_condition,
        approvals_admission.admit_condition,
    ),
    Kind(
        AcknowledgeFinding,
        findings_facts.subjects,
        findings_facts.project_acknowledgement,
        findings_admission.admit_acknowledgement,
    ),
    Kind(
        AcceptFinding, findings_facts.subjects, findings_facts.project_acceptance, findings_admission.admit_acceptance
    ),
    Kind(ReopenFinding, findings_facts.subjects, findings_facts.project_reopening, findings_admission.admit_reopening),
    Kind(AssessChange, gate_facts.subjects, gate_facts.project_assessment, gate_admission.admit_assessment),
    Kind(
        AssessEnvironment,
        gate_facts.environment_subjects,
        gate_facts.project_environment,
        gate_admission.admit_environment,
    ),
    Kind(AssessFeatures, gate_facts.subjects, gate_facts.project_features, gate_admission.admit_features),
    Kind(PlanMonitoring, gate_facts.subjects, gate_facts.project_monitoring, gate_admission.admit_monitoring),
    Kind(OverrideGate, gate_facts.subjects, gate_facts.project_override, gate_admission.admit_override),
    Kind(GateEvaluated, gate_facts.subjects, gate_facts.project_evaluation, permission=_reading, open=False),
    Kind(
        DefinePrincipal,
        access_facts.subjects,
        access_facts.project_principal,
        access_admission.admit_definition,
        commit=_define,
    ),
    Kind(IssueKey, access_facts.subjects, access_facts.project_issue, access_admission.admit, open=False),
    Kind(RevokeKey, access_facts.subjects, access_facts.project_revocation, access_admission.admit, commit=_revoke),
    Kind(EraseEntries, operations_facts.subjects, operations_facts.project_erasure, operations_admission.admit_erasure),
    Kind(
        ReleaseQuarantined,
        operations_facts.subjects,
        operations_facts.project_release,
        operations_admission.admit_release,
    ),
    Kind(RestoreLedger, operations_facts.subjects, operations_facts.project_restore, open=False),
    Kind(
        ReportIssued,
        reporting_facts.subjects,
        reporting_facts.project,
        permission=_reading,
        open=False,
        searched=False,
    ),
)
KINDS: Mapping[str, Kind[Any]] = {kind.name: kind for kind in _KINDS}
"""By the name on the wire, in the order of the capabilities."""

LASTING = tuple(kind.name for kind in _KINDS if kind.lasting)
"""The kinds that can be held against what is in force."""

OPEN = tuple(kind.name for kind in _KINDS if kind.open)
"""The kinds that may be sent."""
