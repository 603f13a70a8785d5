"""What may be done, and which role may do it: one table, and everything that is not in it is forbidden."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from graph_schema.vocabulary.words import PrincipalRole


class Permission(StrEnum):
    """What may be done; to write a record is called as its kind is."""

    READ = "read"
    """Ask any question, and read the ledger's entries and proofs."""
    WATCH = "metrics"
    """Read the metrics."""
    SEND_EVENTS = "openlineage"
    """Send OpenLineage events."""
    DECLARE_DATASET = "declare_dataset"
    DECLARE_SOURCE = "declare_source"
    END_SOURCE = "end_source"
    DECLARE_KEY = "declare_key"
    END_KEY = "end_key"
    DECLARE_PLACE = "declare_place"
    END_PLACE = "end_place"
    DECLARE_JOB = "declare_job"
    DECLARE_OPERATOR = "declare_operator"
    END_OPERATOR = "end_operator"
    TAG = "tag"
    JUDGE_TAGS = "tag.judge"
    """Confirm or reject a tag, which outweighs what emitters claim."""
    ATTEST_DEIDENTIFICATION = "attest_deidentification"
    END_ATTESTATION = "end_attestation"
    DECLARE_CODE_KEY = "declare_code_key"
    END_CODE_KEY = "end_code_key"
    CLAIM_ANONYMITY = "claim_anonymity"
    END_ANONYMITY_CLAIM = "end_anonymity_claim"
    TRUST_COLUMN_LINEAGE = "trust_column_lineage"
    END_COLUMN_LINEAGE_TRUST = "end_column_lineage_trust"
    DEFINE_NAMESPACE_RULE = "define_namespace_rule"
    END_NAMESPACE_RULE = "end_namespace_rule"
    STITCH_DATASETS = "stitch_datasets"
    UNSTITCH_DATASETS = "unstitch_datasets"
    PERMIT_USE = "permit_use"
    LICENSE_USE = "license_use"
    WITHDRAW_CONSENT = "withdraw_consent"
    END_USE_STATEMENT = "end_use_statement"
    RECORD_TRANSFER = "record_transfer"
    UNDERTAKE_USE = "undertake_use"
    END_TRANSFER = "end_transfer"
    END_UNDERTAKING = "end_undertaking"
    SEAL_SNAPSHOT = "seal_snapshot"
    VERIFY_SNAPSHOT = "verify_snapshot"
    TOMBSTONE_SNAPSHOT = "tombstone_snapshot"
    DECLARE_SPLIT = "declare_split"
    WITHDRAW_SPLIT = "withdraw_split"
    REGISTER_MODEL_VERSION = "register_model_version"
    RELEASE_MODEL_VERSION = "release_model_version"
    DEPLOY_MODEL_VERSION = "deploy_model_version"
    ROLL_BACK_DEPLOYMENT = "roll_back_deployment"
    END_DEPLOYMENT = "end_deployment"
    RETIRE_MODEL_VERSION = "retire_model_version"
    REGISTER_SIGNING_KEY = "register_signing_key"
    END_SIGNING_KEY = "end_signing_key"
    REQUEST_APPROVAL = "request_approval"
    DECIDE_APPROVAL = "decide_approval"
    ASSESS_CHANGE = "assess_change"
    ASSESS_ENVIRONMENT = "assess_environment"
    ASSESS_FEATURES = "assess_features"
    PLAN_MONITORING = "plan_monitoring"
    OVERRIDE_GATE = "override_gate"
    DELEGATE_APPROVALS = "delegate_approvals"
    MEET_CONDITION = "meet_condition"
    DEFINE_PRINCIPAL = "define_principal"
    ISSUE_KEY = "issue_key"
    REVOKE_KEY = "revoke_key"
    MAP_FACET = "map_facet"
    MAP_TAG = "map_tag"
    WITHDRAW_MAPPING = "withdraw_mapping"
    DEFINE_SAFE_USE = "define_safe_use"
    PUBLISH_POLICIES = "publish_policies"
    GRANT_ACCESS = "grant_access"
    END_GRANT = "end_grant"
    REQUEST_ACCESS = "request_access"
    REFUSE_ACCESS = "refuse_access"
    RECERTIFY_GRANT = "recertify_grant"
    DELEGATE_ACCESS = "delegate_access"
    END_ACCESS_DELEGATION = "end_access_delegation"
    DECLARE_PROJECT = "declare_project"
    END_PROJECT = "end_project"
    DECLARE_PROTOCOL = "declare_protocol"
    END_PROTOCOL = "end_protocol"
    ADD_MEMBER = "add_member"
    END_MEMBERSHIP = "end_membership"
    BREAK_GLASS = "break_glass"
    REVIEW_EMERGENCY = "review_emergency"
    DECIDE_ACCESS = "decide_access"
    """Ask whether somebody may have access, on behalf of whatever keeps them to the answer."""
    ACKNOWLEDGE_FINDING = "acknowledge_finding"
    ACCEPT_FINDING = "accept_finding"
    REOPEN_FINDING = "reopen_finding"
    ERASE_ENTRIES = "erase_entries"
    RELEASE_QUARANTINED = "release_quarantined"
    RESTORE_LEDGER = "restore_ledger"


TABLE: Final[Mapping[PrincipalRole, frozenset[Permission]]] = {
    PrincipalRole.EMITTER: frozenset(
        {
            Permission.SEND_EVENTS,
            Permission.SEAL_SNAPSHOT,
            Permission.VERIFY_SNAPSHOT,
            Permission.REGISTER_MODEL_VERSION,
            Permission.RELEASE_MODEL_VERSION,
            Permission.DEPLOY_MODEL_VERSION,
            Permission.ROLL_BACK_DEPLOYMENT,
            Permission.END_DEPLOYMENT,
            Permission.ASSESS_ENVIRONMENT,
        }
    ),
    PrincipalRole.ENGINEER: frozenset(
        {
            Permission.READ,
            Permission.SEND_EVENTS,
            Permission.DECLARE_DATASET,
            Permission.DECLARE_KEY,
            Permission.END_KEY,
            Permission.TAG,
            Permission.SEAL_SNAPSHOT,
            Permission.TOMBSTONE_SNAPSHOT,
            Permission.DECLARE_SPLIT,
            Permission.VERIFY_SNAPSHOT,
            Permission.REGISTER_MODEL_VERSION,
            Permission.RELEASE_MODEL_VERSION,
            Permission.DEPLOY_MODEL_VERSION,
            Permission.ROLL_BACK_DEPLOYMENT,
            Permission.END_DEPLOYMENT,
            Permission.RETIRE_MODEL_VERSION,
            Permission.ASSESS_ENVIRONMENT,
            Permission.ASSESS_FEATURES,
            Permission.PLAN_MONITORING,
            Permission.REQUEST_ACCESS,
            Permission.DELEGATE_ACCESS,
            Permission.END_ACCESS_DELEGATION,
            Permission.BREAK_GLASS,
            Permission.REQUEST_APPROVAL,
            Permission.MEET_CONDITION,
        }
    ),
    PrincipalRole.STEWARD: frozenset(
        {
            Permission.READ,
            Permission.DECLARE_DATASET,
            Permission.DECLARE_SOURCE,
            Permission.END_SOURCE,
            Permission.DECLARE_KEY,
            Permission.END_KEY,
            Permission.DECLARE_PLACE,
            Permission.END_PLACE,
            Permission.DECLARE_JOB,
            Permission.DECLARE_OPERATOR,
            Permission.END_OPERATOR,
            Permission.TAG,
            Permission.JUDGE_TAGS,
            Permission.ATTEST_DEIDENTIFICATION,
            Permission.END_ATTESTATION,
            Permission.DECLARE_CODE_KEY,
            Permission.CLAIM_ANONYMITY,
            Permission.END_ANONYMITY_CLAIM,
            Permission.END_CODE_KEY,
            Permission.TRUST_COLUMN_LINEAGE,
            Permission.END_COLUMN_LINEAGE_TRUST,
            Permission.DEFINE_NAMESPACE_RULE,
            Permission.END_NAMESPACE_RULE,
            Permission.STITCH_DATASETS,
            Permission.UNSTITCH_DATASETS,
            Permission.PERMIT_USE,
            Permission.LICENSE_USE,
            Permission.WITHDRAW_CONSENT,
            Permission.END_USE_STATEMENT,
            Permission.RECORD_TRANSFER,
            Permission.UNDERTAKE_USE,
            Permission.END_TRANSFER,
            Permission.END_UNDERTAKING,
            Permission.RETIRE_MODEL_VERSION,
            Permission.TOMBSTONE_SNAPSHOT,
            Permission.DECLARE_SPLIT,
            Permission.WITHDRAW_SPLIT,
            Permission.VERIFY_SNAPSHOT,
            Permission.REQUEST_APPROVAL,
            Permission.MEET_CONDITION,
            Permission.MAP_FACET,
            Permission.MAP_TAG,
            Permission.WITHDRAW_MAPPING,
            Permission.DEFINE_SAFE_USE,
            Permission.PUBLISH_POLICIES,
            Permission.RELEASE_QUARANTINED,
            Permission.GRANT_ACCESS,
            Permission.END_GRANT,
            Permission.REQUEST_ACCESS,
            Permission.DELEGATE_ACCESS,
            Permission.END_ACCESS_DELEGATION,
            Permission.REFUSE_ACCESS,
            Permission.RECERTIFY_GRANT,
            Permission.DECLARE_PROJECT,
            Permission.END_PROJECT,
            Permission.DECLARE_PROTOCOL,
            Permission.END_PROTOCOL,
            Permission.ADD_MEMBER,
            Permission.END_MEMBERSHIP,
            Permission.BREAK_GLASS,
            Permission.REVIEW_EMERGENCY,
            Permission.ACKNOWLEDGE_FINDING,
            Permission.ACCEPT_FINDING,
            Permission.REOPEN_FINDING,
            Permission.ASSESS_CHANGE,
            Permission.ASSESS_ENVIRONMENT,
            Permission.ASSESS_FEATURES,
            Permission.PLAN_MONITORING,
        }
    ),
    PrincipalRole.APPROVER: frozenset(
        {
            Permission.READ,
            Permission.DECIDE_APPROVAL,
            Permission.DELEGATE_APPROVALS,
            Permission.ASSESS_CHANGE,
            Permission.ASSESS_FEATURES,
            Permission.PLAN_MONITORING,
            Permission.REQUEST_ACCESS,
            Permission.DELEGATE_ACCESS,
            Permission.END_ACCESS_DELEGATION,
            Permission.BREAK_GLASS,
            Permission.OVERRIDE_GATE,
        }
    ),
    PrincipalRole.AUDITOR: frozenset({Permission.READ}),
    PrincipalRole.MONITOR: frozenset({Permission.WATCH}),
    PrincipalRole.ENFORCER: frozenset({Permission.DECIDE_ACCESS}),
    PrincipalRole.ADMIN: frozenset(
        {
            Permission.READ,
            Permission.WATCH,
            Permission.DEFINE_NAMESPACE_RULE,
            Permission.END_NAMESPACE_RULE,
            Permission.REGISTER_SIGNING_KEY,
            Permission.END_SIGNING_KEY,
            Permission.DEFINE_PRINCIPAL,
            Permission.ISSUE_KEY,
            Permission.REVOKE_KEY,
            Permission.ERASE_ENTRIES,
            Permission.RESTORE_LEDGER,
        }
    ),
}
"""Role to permissions."""
