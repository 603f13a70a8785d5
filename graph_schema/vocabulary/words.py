"""The closed lists: what is not in them cannot be said."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class PhiKind(StrEnum):
    """The six kinds of protected health information that a dataset or column can be tagged with."""

    DIRECT_IDENTIFIER = "DIRECT_IDENTIFIER"
    QUASI_IDENTIFIER = "QUASI_IDENTIFIER"
    CLINICAL_NOTE = "CLINICAL_NOTE"
    IMAGING_PIXELS = "IMAGING_PIXELS"
    OPERATIONAL_LOG = "OPERATIONAL_LOG"
    DERIVED_FEATURE = "DERIVED_FEATURE"


class DeidentificationState(StrEnum):
    """How far identifiers are gone; UNKNOWN until somebody says."""

    RAW = "RAW"
    DE_IDENTIFIED = "DE_IDENTIFIED"
    PSEUDONYMIZED = "PSEUDONYMIZED"
    AGGREGATED = "AGGREGATED"
    UNKNOWN = "UNKNOWN"


class DeidentificationMethod(StrEnum):
    """By which provision identifiers were removed: 45 CFR 164.514(b)(2), (b)(1), (e)(2), or none."""

    SAFE_HARBOR = "SAFE_HARBOR"
    EXPERT_DETERMINATION = "EXPERT_DETERMINATION"
    LIMITED_DATA_SET = "LIMITED_DATA_SET"
    NONE = "NONE"


class Zone(StrEnum):
    """Where in the estate data lies."""

    LANDING = "LANDING"
    CURATED = "CURATED"
    TRAINING = "TRAINING"
    ARTIFACT = "ARTIFACT"
    EVALUATION = "EVALUATION"
    FEATURE_STORE = "FEATURE_STORE"


class SourceKind(StrEnum):
    """What kind of system data comes from."""

    EHR = "EHR"
    HL7V2 = "HL7V2"
    FHIR = "FHIR"
    DICOM = "DICOM"
    PATHOLOGY = "PATHOLOGY"
    LAB = "LAB"
    CLAIMS = "CLAIMS"
    GENOMICS = "GENOMICS"
    OTHER = "OTHER"


class RetentionClass(StrEnum):
    """Why data is kept, and so for how long."""

    CLINICAL_REGULATORY = "CLINICAL_REGULATORY"
    RESEARCH = "RESEARCH"
    SCRATCH = "SCRATCH"


class SnapshotRole(StrEnum):
    """What a sealed snapshot is for."""

    TRAINING = "TRAINING"
    EVALUATION = "EVALUATION"
    OTHER = "OTHER"


class VerificationResult(StrEnum):
    """What checking a snapshot's bytes against its digest found."""

    OK = "OK"
    MISMATCH = "MISMATCH"
    MISSING = "MISSING"


class Stance(StrEnum):
    """How a tag stands to its subject: said first, said after a suggestion or claim, or denied."""

    ASSERT = "ASSERT"
    CONFIRM = "CONFIRM"
    REJECT = "REJECT"


class TagOrigin(StrEnum):
    """Whose word a tag is: a principal's record, an emitter's claim, a rule's suggestion."""

    ASSERTED = "ASSERTED"
    CLAIMED = "CLAIMED"
    SUGGESTED = "SUGGESTED"


class ApprovalKind(StrEnum):
    """Which body an approval is asked of."""

    IRB = "IRB"
    SITE = "SITE"
    GOVERNANCE = "GOVERNANCE"
    CLINICAL = "CLINICAL"
    SAFETY = "SAFETY"
    LEGAL = "LEGAL"
    REGULATORY = "REGULATORY"


class DecisionKind(StrEnum):
    """What a decision says."""

    APPROVE = "APPROVE"
    DENY = "DENY"
    ABSTAIN = "ABSTAIN"


class SignatureMeaning(StrEnum):
    """What a signature stands for: 21 CFR 11.50(a)(3)."""

    AUTHORSHIP = "AUTHORSHIP"
    REVIEW = "REVIEW"
    APPROVAL = "APPROVAL"
    RESPONSIBILITY = "RESPONSIBILITY"


class PrincipalKind(StrEnum):
    """What acts under a name of its own."""

    PERSON = "PERSON"
    EMITTER = "EMITTER"
    SERVICE = "SERVICE"


class PrincipalRole(StrEnum):
    """What a principal is trusted with; see the table of roles in `catalog.access.permissions`."""

    EMITTER = "emitter"
    ENGINEER = "engineer"
    STEWARD = "steward"
    APPROVER = "approver"
    AUDITOR = "auditor"
    MONITOR = "monitor"
    ADMIN = "admin"


class Confidentiality(StrEnum):
    """HL7 v3-Confidentiality (5.0.0), from the least to the most: U < L < M < N < R < V."""

    U = "U"
    L = "L"
    M = "M"
    N = "N"
    R = "R"
    V = "V"


def listed(words: Iterable[str]) -> str:
    """Return words as a sentence names them: `A, B or C`."""
    *others, last = words
    return f"{', '.join(others)} or {last}"
