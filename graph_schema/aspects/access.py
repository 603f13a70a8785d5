"""What is said of access to data: who was granted what, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class Target(Part):
    """What access is had to."""

    target_kind: Annotated[str, "NAMESPACE, PREFIX, DATASET, COLUMN or MODEL_VERSION."]
    namespace: Annotated[str, "The namespace."]
    name: Annotated[str | None, "The name of the dataset or model, or how the names of the datasets begin."] = None
    column: Annotated[str | None, "The column."] = None
    version: Annotated[str | None, "The version of the model."] = None


@dataclass(frozen=True, slots=True)
class AccessGrant(Part):
    """That a principal may do something with data, for a purpose and a time, as far as policies allow it."""

    actions: Annotated[tuple[str, ...], "What may be done."]
    target: Annotated[Target, "With what."]
    purposes: Annotated[tuple[str, ...], "For which HL7 purposes."]
    until: Annotated[str, "Until when."]
    reason: Annotated[str, "Why."]
    since: Annotated[str | None, "From when on; null: from when it was recorded."] = None
    project: Annotated[str | None, "In which project alone."] = None
    request: Annotated[int | None, "The ledger entry of the request that it grants."] = None


@dataclass(frozen=True, slots=True)
class AccessRequest(Part):
    """That access is asked for, until somebody else decides."""

    actions: Annotated[tuple[str, ...], "What would be done."]
    target: Annotated[Target, "With what."]
    purposes: Annotated[tuple[str, ...], "For which HL7 purposes."]
    until: Annotated[str, "Until when."]
    reason: Annotated[str, "Why."]
    project: Annotated[str | None, "In which project alone."] = None


@dataclass(frozen=True, slots=True)
class AccessRefusal(Part):
    """That access that was asked for is not granted."""

    request: Annotated[int, "The ledger entry of the request."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class Recertification(Part):
    """That a grant is still needed."""

    grant: Annotated[int, "The ledger entry of the grant."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class Project(Part):
    """That there is a project."""

    until: Annotated[str, "Until when."]
    since: Annotated[str | None, "From when on; null: from when it was recorded."] = None
    protocol: Annotated[str | None, "The protocol that it works under."] = None
    diseases: Annotated[tuple[str, ...], "The diseases that it studies, by MONDO id; none: it does not say."] = ()


@dataclass(frozen=True, slots=True)
class Protocol(Part):
    """That there is a protocol."""

    until: Annotated[str, "Until when."]
    projects: Annotated[tuple[str, ...], "The projects that work under it."]
    determination: Annotated[str, "FULL, EXPEDITED, EXEMPT, NOT_HUMAN_SUBJECTS or WAIVER."]
    reference: Annotated[str, "By what the board calls its determination."]
    since: Annotated[str | None, "From when on; null: from when it was recorded."] = None
    diseases: Annotated[tuple[str, ...], "The diseases that are studied under it, by MONDO id."] = ()


@dataclass(frozen=True, slots=True)
class Membership(Part):
    """That a principal belongs to a project or a site."""

    membership_kind: Annotated[str, "PROJECT or SITE."]
    group: Annotated[str, "What the project or the site is called."]
    until: Annotated[str, "Until when."]
    since: Annotated[str | None, "From when on; null: from when it was recorded."] = None


@dataclass(frozen=True, slots=True)
class MembershipEnd(Part):
    """That a membership ends before its time."""

    membership: Annotated[int, "The ledger entry that added the member."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class AccessDelegation(Part):
    """That another may have access, or write records, in the place of whoever says so."""

    actions: Annotated[tuple[str, ...], "What may be done."]
    until: Annotated[str, "Until when."]
    reason: Annotated[str, "Why."]
    records: Annotated[tuple[str, ...], "The kinds of record that may be written."] = ()


@dataclass(frozen=True, slots=True)
class AccessDelegationEnd(Part):
    """That a delegation of access ends before its time."""

    delegation: Annotated[int, "The ledger entry of the delegation."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class EmergencyAccess(Part):
    """That somebody has to read data for emergency treatment."""

    target: Annotated[Target, "What has to be read."]
    purpose: Annotated[str, "What for: ETREAT or BTG."]
    until: Annotated[str, "Until when."]
    reason: Annotated[str, "Why it cannot wait."]


@dataclass(frozen=True, slots=True)
class EmergencyReview(Part):
    """That somebody else looked at what was read in an emergency."""

    emergency: Annotated[int, "The ledger entry by which the glass was broken."]
    justified: Annotated[bool, "Whether it was justified."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class GrantEnd(Part):
    """That a grant ends before its time."""

    grant: Annotated[int, "The ledger entry of the grant."]
    reason: Annotated[str, "Why."]


@dataclass(frozen=True, slots=True)
class Device(Part):
    """What the caller says of the device."""

    managed: Annotated[bool | None, "Whether the house manages it."] = None
    encrypted: Annotated[bool | None, "Whether it is encrypted."] = None


@dataclass(frozen=True, slots=True)
class Circumstances(Part):
    """What the caller says of a request for access."""

    purpose: Annotated[str | None, "What for: a code of HL7 PurposeOfUse."] = None
    project: Annotated[str | None, "In which project."] = None
    protocol: Annotated[str | None, "Under which protocol."] = None
    site: Annotated[str | None, "From which site."] = None
    place: Annotated[str | None, "At which place."] = None
    environment: Annotated[str | None, "In which environment."] = None
    network: Annotated[str | None, "From which network."] = None
    device: Annotated[Device | None, "On which device."] = None
    enforces: Annotated[tuple[str, ...], "The obligations that the caller keeps whoever is permitted to."] = ()
    on_behalf_of: Annotated[str | None, "In whose place, by a recorded delegation."] = None
    diseases: Annotated[tuple[str, ...], "Every disease that is studied, by MONDO id."] = ()


@dataclass(frozen=True, slots=True)
class RefusedRecord(Part):
    """The record of a release or a deployment that was refused by a decision: it is in no other entry."""

    kind: Annotated[str, "Its kind: release_model_version, deploy_model_version or roll_back_deployment."]
    valid_from: Annotated[str | None, "The date that it gave, as of which it was judged."] = None
    roles: Annotated[tuple[str, ...], "The roles of who wrote it, where no principal is registered by that name."] = ()


@dataclass(frozen=True, slots=True)
class AccessDecision(Part):
    """What was decided of a request for access, or of a release or deployment that was refused."""

    principal: Annotated[str, "Who asked."]
    action: Annotated[str, "What would be done."]
    target: Annotated[Target, "With what."]
    allowed: Annotated[bool, "Whether it may."]
    at: Annotated[str, "When it was decided."]
    known_at: Annotated[int, "By which ledger entry it was decided."]
    reasons: Annotated[tuple[str, ...], "Why."]
    circumstances: Annotated[Circumstances, "What the caller said of it."] = field(default=Circumstances())
    policies: Annotated[tuple[str, ...], "The policies that decided."] = ()
    policy_set: Annotated[str | None, "The digest of the set of policies."] = None
    obligations: Annotated[tuple[str, ...], "What must be done."] = ()
    refrains: Annotated[tuple[str, ...], "What must not be done."] = ()
    awaits: Annotated[tuple[str, ...], "The kinds of record that would decide it."] = ()
    unknown: Annotated[tuple[str, ...], "Which of these nothing was known of: principal, target, column."] = ()
    refused: Annotated[RefusedRecord | None, "The record that it refused; None of a request for access."] = None
