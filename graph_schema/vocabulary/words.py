"""The closed lists: what is not in them cannot be said."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class PhiKind(StrEnum):
    """The six kinds of protected health information that a dataset or column can be tagged with."""

    DIRECT_IDENTIFIER = "DIRECT_IDENTIFIER"
    """Names a person by itself: a name, a record number, an address, a device's number."""
    QUASI_IDENTIFIER = "QUASI_IDENTIFIER"
    """Narrows down who it is together with others: a date, a postal code, an age."""
    CLINICAL_NOTE = "CLINICAL_NOTE"
    """Free text of care, which may hold any identifier."""
    IMAGING_PIXELS = "IMAGING_PIXELS"
    """Images, which may show a face or have text burnt in."""
    OPERATIONAL_LOG = "OPERATIONAL_LOG"
    """Logs of operation, which may hold what passed through."""
    DERIVED_FEATURE = "DERIVED_FEATURE"
    """Features computed of PHI, from which it may be told again."""


class DeidentificationState(StrEnum):
    """How far identifiers are gone; UNKNOWN until somebody says."""

    RAW = "RAW"
    """Identifiers are in it as they were collected."""
    DE_IDENTIFIED = "DE_IDENTIFIED"
    """Identifiers were removed by a provision of 45 CFR 164.514."""
    PSEUDONYMIZED = "PSEUDONYMIZED"
    """Identifiers were replaced, and whoever has the key can restore them."""
    AGGREGATED = "AGGREGATED"
    """Only figures over many persons are left."""
    UNKNOWN = "UNKNOWN"
    """Nobody has declared it."""

    @property
    def is_cleared(self) -> bool:
        """Tell whether it says that identifiers are gone or replaced, which somebody has to attest."""
        return self not in {DeidentificationState.RAW, DeidentificationState.UNKNOWN}


class DeidentificationMethod(StrEnum):
    """By which provision identifiers were removed: 45 CFR 164.514(b)(2), (b)(1), (e)(2), or none."""

    SAFE_HARBOR = "SAFE_HARBOR"
    """The listed identifiers were removed, 45 CFR 164.514(b)(2)."""
    EXPERT_DETERMINATION = "EXPERT_DETERMINATION"
    """An expert determined that the risk is very small, 45 CFR 164.514(b)(1)."""
    LIMITED_DATA_SET = "LIMITED_DATA_SET"
    """The direct identifiers were removed, 45 CFR 164.514(e)(2): it is still PHI."""
    NONE = "NONE"
    """No provision was followed."""


class Technique(StrEnum):
    """What was done to identifiers of a letter."""

    REMOVED = "REMOVED"
    """They are gone."""
    GENERALIZED = "GENERALIZED"
    """They are coarser, as a year for a date."""
    AGGREGATED = "AGGREGATED"
    """They are counted over cells of a smallest size."""
    RANDOM_CODE = "RANDOM_CODE"
    """A code stands for them that follows from nothing about the person, 45 CFR 164.514(c)(1)."""
    DERIVED_CODE = "DERIVED_CODE"
    """A code stands for them that was made of them, as a hash, with a key or without."""
    ENCRYPTED = "ENCRYPTED"
    """They are encrypted."""
    SHIFTED = "SHIFTED"
    """They are moved, as dates by a number of days."""
    NOISED = "NOISED"
    """They are blurred by chance."""


class Zone(StrEnum):
    """Where in the estate data lies."""

    LANDING = "LANDING"
    """Data as it came from its source."""
    CURATED = "CURATED"
    """Data that was cleaned and joined."""
    TRAINING = "TRAINING"
    """Data that models are trained on."""
    ARTIFACT = "ARTIFACT"
    """What training leaves: models and their files."""
    EVALUATION = "EVALUATION"
    """Data that models are evaluated on."""
    FEATURE_STORE = "FEATURE_STORE"
    """Features that are kept to be used again."""


class SafeQuestion(StrEnum):
    """For what people ask whether a dataset is safe; a site says what each asks for."""

    DEVELOPMENT = "DEVELOPMENT"
    """To develop and train on."""
    EVALUATION = "EVALUATION"
    """To measure models on."""
    SHARING = "SHARING"
    """To give to others."""


class SourceKind(StrEnum):
    """What kind of system data comes from."""

    EHR = "EHR"
    """An electronic health record."""
    HL7V2 = "HL7V2"
    """A feed of HL7 version 2 messages."""
    FHIR = "FHIR"
    """A FHIR server or bulk export."""
    PACS_DICOM = "PACS_DICOM"
    """A picture archive or another DICOM node."""
    PATHOLOGY_SLIDES = "PATHOLOGY_SLIDES"
    """A pathology system, or a scanner of its slides."""
    LAB = "LAB"
    """A laboratory system."""
    CLAIMS = "CLAIMS"
    """A feed of insurance claims."""
    GENOMICS = "GENOMICS"
    """A sequencing system."""
    OTHER = "OTHER"
    """Any other system."""


FORMER_SOURCE_KINDS: Final = {"DICOM": SourceKind.PACS_DICOM, "PATHOLOGY": SourceKind.PATHOLOGY_SLIDES}
"""How kinds of source were spelled before, in ledgers and in pipelines."""


class ProcessingPattern(StrEnum):
    """In which way data of a source may be processed."""

    BATCH = "BATCH"
    """It is copied out of the source from time to time."""
    STREAMING = "STREAMING"
    """It is sent on as it arises."""
    QUERY_IN_PLACE = "QUERY_IN_PLACE"
    """It is asked where it lies, and what is answered leaves."""
    FEDERATED = "FEDERATED"
    """Computations are sent to it, and only what they learned leaves."""
    CONFIDENTIAL = "CONFIDENTIAL"
    """It is processed in memory that is encrypted and attested."""


class PlaceKind(StrEnum):
    """What kind of place data can be at."""

    SITE = "SITE"
    """A hospital, an institute, or a building or room of one."""
    REGION = "REGION"
    """A part of a country, or several countries under one law, such as the EU."""
    COUNTRY = "COUNTRY"
    """A state with laws of its own."""
    CLOUD_REGION = "CLOUD_REGION"
    """A region of a cloud, as its provider calls it."""


class RetentionClass(StrEnum):
    """Why data is kept, and so for how long."""

    CLINICAL_REGULATORY = "CLINICAL_REGULATORY"
    """Kept because a law or regulation asks for it."""
    RESEARCH = "RESEARCH"
    """Kept as long as a study needs it."""
    SCRATCH = "SCRATCH"
    """Kept while somebody works with it."""


class RetentionClock(StrEnum):
    """From what a period of retention counts."""

    CREATION = "CREATION"
    """From when the data was made."""
    LAST_IN_EFFECT = "LAST_IN_EFFECT"
    """From when it was last in effect."""
    LATER_OF_BOTH = "LATER_OF_BOTH"
    """From when it was made or last in effect, the later of both: 45 CFR 164.316(b)(2)(i)."""
    STUDY_END = "STUDY_END"
    """From the end of the study that it was collected for."""
    LAST_ENCOUNTER = "LAST_ENCOUNTER"
    """From the last encounter that it is of."""
    LAST_USE = "LAST_USE"
    """From when it was last read."""


class RetentionDisposition(StrEnum):
    """What is done with data once its period of retention is over."""

    MOVE = "MOVE"
    """It is moved to where it is kept on, such as an archive."""
    EXPIRE = "EXPIRE"
    """It stays where it lies, and nobody uses it any more."""
    DELETE = "DELETE"
    """It is deleted."""


class StoragePattern(StrEnum):
    """How data is stored, and so who can reach it."""

    OBJECT = "OBJECT"
    """In an object store."""
    HYBRID = "HYBRID"
    """Partly on the site's own machines, partly in a cloud."""
    FEDERATED_LOCAL = "FEDERATED_LOCAL"
    """On the machines of the site that collected it, which it does not leave."""
    CONFIDENTIAL = "CONFIDENTIAL"
    """In a store that opens it inside attested, encrypted memory alone."""
    IMMUTABLE_ARCHIVE = "IMMUTABLE_ARCHIVE"
    """In an archive that changes and deletes nothing before its time."""


class KeyEnvironment(StrEnum):
    """In which environment an encryption key is used."""

    PRODUCTION = "PRODUCTION"
    """Where care and operations depend on it."""
    TRAINING = "TRAINING"
    """Where models are trained."""
    EVALUATION = "EVALUATION"
    """Where models are evaluated."""
    ARCHIVE = "ARCHIVE"
    """Where data is kept and not worked with."""
    SANDBOX = "SANDBOX"
    """Where people try things out."""


class EncryptionAtRest(StrEnum):
    """How data is encrypted where it is stored."""

    NONE = "NONE"
    """It is not encrypted."""
    PROVIDER_KEY = "PROVIDER_KEY"
    """Under a key that the provider of the store holds."""
    CUSTOMER_KEY = "CUSTOMER_KEY"
    """Under a key that the house holds in the provider's key store."""
    CLIENT_SIDE = "CLIENT_SIDE"
    """Before it reaches the store, under a key that its provider never has."""


class EncryptionInTransit(StrEnum):
    """How data is encrypted while it is sent."""

    NONE = "NONE"
    """It is not encrypted."""
    TLS = "TLS"
    """By TLS, with which the server proves who it is."""
    MUTUAL_TLS = "MUTUAL_TLS"
    """By TLS, with which both ends prove who they are."""


class EncryptionInUse(StrEnum):
    """How data is encrypted while it is worked with."""

    NONE = "NONE"
    """It lies open in memory."""
    CONFIDENTIAL_COMPUTING = "CONFIDENTIAL_COMPUTING"
    """In memory that the processor encrypts and attests."""
    HOMOMORPHIC = "HOMOMORPHIC"
    """It is computed with without being decrypted."""


class Egress(StrEnum):
    """What may leave the machines that data is worked with on."""

    NONE = "NONE"
    """Nothing leaves over the network."""
    ALLOW_LISTED = "ALLOW_LISTED"
    """Only listed addresses can be reached."""
    OPEN = "OPEN"
    """Any address can be reached."""


class SnapshotRole(StrEnum):
    """What a sealed snapshot is for."""

    TRAINING = "TRAINING"
    """A model is trained on it."""
    EVALUATION = "EVALUATION"
    """A model is evaluated on it."""
    OTHER = "OTHER"
    """It is kept for another purpose."""


class SplitUnit(StrEnum):
    """By what data was divided into parts, so that none of it is in two."""

    PATIENT = "PATIENT"
    """Each patient is in one part alone."""
    SITE = "SITE"
    """Each site is in one part alone."""
    DEVICE = "DEVICE"
    """Each device is in one part alone."""


class VerificationResult(StrEnum):
    """What checking a snapshot's bytes against its digest found."""

    OK = "OK"
    """The bytes are those that were sealed."""
    MISMATCH = "MISMATCH"
    """The bytes are other ones."""
    MISSING = "MISSING"
    """Bytes are not there."""


class EndEffect(StrEnum):
    """What the end of an attestation does to what it covered."""

    ENDED = "ENDED"
    """From its date on it clears nothing."""
    VOID = "VOID"
    """It never held: it clears nothing at any time."""


class Stance(StrEnum):
    """How a tag stands to its subject: said first, said after a suggestion or claim, or denied."""

    ASSERT = "ASSERT"
    """It holds this kind of PHI."""
    CONFIRM = "CONFIRM"
    """It does hold what was claimed or suggested."""
    REJECT = "REJECT"
    """It does not hold this kind of PHI."""


class CheckOutcome(StrEnum):
    """How an assertion about data came out."""

    PASSED = "PASSED"
    """It holds."""
    FAILED = "FAILED"
    """It does not hold, however grave that is."""
    SKIPPED = "SKIPPED"
    """It was not looked at."""
    UNKNOWN = "UNKNOWN"
    """Its emitter does not say."""


class MappedKind(StrEnum):
    """What a facet stands on that a mapping reads."""

    DATASET = "DATASET"
    """A dataset, or one use of it."""
    JOB = "JOB"
    """A job, as it stands in events of its runs and of itself."""
    RUN = "RUN"
    """One run of a job."""


class MappingTarget(StrEnum):
    """What a facet says by a mapping: always a claim of whoever sent it, beside what is declared."""

    OWNER = "OWNER"
    """Who answers for it."""
    CLINICAL_PURPOSE = "CLINICAL_PURPOSE"
    """What it is for clinically."""
    SCHEMA_VERSION = "SCHEMA_VERSION"
    """As which version its owner counts the schema."""
    SITE = "SITE"
    """The hospital, institute or place that holds it."""
    REGION = "REGION"
    """The region that it lies in."""
    ZONE = "ZONE"
    """Where in the estate it lies."""
    PHI_TAG = "PHI_TAG"
    """That the dataset, or a column that is named beside, holds a kind of PHI."""
    FLOW = "FLOW"
    """That the dataset which is named feeds this one."""


class TagOrigin(StrEnum):
    """Whose word a tag is: a principal's record, an emitter's claim, a rule's suggestion."""

    ASSERTED = "ASSERTED"
    """A principal's record."""
    CLAIMED = "CLAIMED"
    """An emitter's event."""
    SUGGESTED = "SUGGESTED"
    """A rule of this catalog, from a column's name."""


class NameRuleKind(StrEnum):
    """Which names of a namespace a rule takes for one."""

    FOLD_CASE = "FOLD_CASE"
    """Names that differ in case alone."""
    SAME_NAMESPACE = "SAME_NAMESPACE"
    """The same name in another namespace, such as one server under two host names."""
    DEFAULT_PORT = "DEFAULT_PORT"
    """The same name in the namespace that names the port and in the one that does not."""
    TRAILING_SLASH = "TRAILING_SLASH"
    """Names that differ in slashes at their end alone."""
    DATE_PARTITIONS = "DATE_PARTITIONS"
    """The partitions of one dataset by date, and the dataset itself."""


class LetterCase(StrEnum):
    """How a store writes names that nobody quoted."""

    UPPER = "UPPER"
    """In upper case, as Snowflake and Oracle do."""
    LOWER = "LOWER"
    """In lower case, as Hive and PostgreSQL do."""


class ApprovalKind(StrEnum):
    """Which body an approval is asked of."""

    IRB = "IRB"
    """The institutional review board or ethics committee."""
    SITE = "SITE"
    """The site that holds the data."""
    GOVERNANCE = "GOVERNANCE"
    """The data governance board."""
    CLINICAL = "CLINICAL"
    """Whoever answers for the clinical use."""
    SAFETY = "SAFETY"
    """Whoever answers for safety."""
    LEGAL = "LEGAL"
    """The legal department."""
    REGULATORY = "REGULATORY"
    """Whoever answers to the regulator."""


class DecisionKind(StrEnum):
    """What a decision says."""

    APPROVE = "APPROVE"
    """What was asked for is granted."""
    DENY = "DENY"
    """What was asked for is refused, until whoever refused it decides anew."""
    ABSTAIN = "ABSTAIN"
    """Whoever was asked does not decide."""
    WITHDRAW = "WITHDRAW"
    """The signer takes back what they decided before: an approval that lost one is pending again."""


class IrbDetermination(StrEnum):
    """What an institutional review board determined of research (45 CFR 46, 21 CFR 56)."""

    FULL = "FULL"
    """Approved by the convened board."""
    EXPEDITED = "EXPEDITED"
    """Approved by expedited review."""
    EXEMPT = "EXEMPT"
    """Exempt from review."""
    NOT_HUMAN_SUBJECTS = "NOT_HUMAN_SUBJECTS"
    """No research on human subjects."""
    WAIVER = "WAIVER"
    """The authorization of those whom the data are about is waived, 45 CFR 164.512(i)."""


class ReviewProcedure(StrEnum):
    """By which procedure a waiver of authorization was approved, 45 CFR 164.512(i)(2)(iv)."""

    NORMAL = "NORMAL"
    """By the convened board."""
    EXPEDITED = "EXPEDITED"
    """By its chair or a member whom the chair named."""


class SignatureMeaning(StrEnum):
    """What a signature stands for: 21 CFR 11.50(a)(3)."""

    AUTHORSHIP = "AUTHORSHIP"
    """The signer wrote what is signed."""
    REVIEW = "REVIEW"
    """The signer read and checked what is signed."""
    APPROVAL = "APPROVAL"
    """The signer approves of what is signed."""
    RESPONSIBILITY = "RESPONSIBILITY"
    """The signer answers for what is signed."""


class SignatureState(StrEnum):
    """Whether the signature over a model's artifact holds."""

    VERIFIED = "VERIFIED"
    """A registered key, in force when the version was registered, signed this very artifact."""
    INVALID = "INVALID"
    """It is over something else, was changed, or its key was not in force when the version was registered."""
    UNKNOWN_KEY = "UNKNOWN_KEY"
    """No registered key made it."""
    ABSENT = "ABSENT"
    """The registration names no signature."""


class PrincipalKind(StrEnum):
    """What acts under a name of its own."""

    PERSON = "PERSON"
    """A human being."""
    EMITTER = "EMITTER"
    """A pipeline that sends events."""
    SERVICE = "SERVICE"
    """Any other program."""


class PrincipalRole(StrEnum):
    """What a principal is trusted with; see the table of roles in `catalog.access.permissions`."""

    EMITTER = "emitter"
    """It sends events, seals snapshots and registers model versions, and reads nothing."""
    ENGINEER = "engineer"
    """It does the same, declares, tags and asks for approvals, and reads."""
    STEWARD = "steward"
    """It answers for datasets: judges tags and attests de-identification."""
    APPROVER = "approver"
    """It decides on the kinds of approval that were granted to it."""
    AUDITOR = "auditor"
    """It reads, and verifies snapshots."""
    MONITOR = "monitor"
    """It reads metrics and nothing else."""
    ENFORCER = "enforcer"
    """It asks whether others may have access, keeps them to the answer, and reads nothing."""
    ADMIN = "admin"
    """It defines principals, issues and revokes keys, and erases entries."""


class Confidentiality(StrEnum):
    """HL7 v3-Confidentiality (5.0.0), from the least to the most: U < L < M < N < R < V."""

    U = "U"
    """Unrestricted: nothing in it is confidential."""
    L = "L"
    """Low: it was altered so that little can be told from it."""
    M = "M"
    """Moderate: it is less sensitive than health information usually is."""
    N = "N"
    """Normal: it is health information as it usually is."""
    R = "R"
    """Restricted: its disclosure may do harm, as of mental health or substance use."""
    V = "V"
    """Very restricted: its disclosure may do great harm, and few may see it."""


class FindingStance(StrEnum):
    """What a steward decided of a finding."""

    ACKNOWLEDGED = "ACKNOWLEDGED"
    """It is known and being seen to."""
    ACCEPTED = "ACCEPTED"
    """It may stand until a date."""
    REOPENED = "REOPENED"
    """Neither holds any more."""


def listed(words: Iterable[str]) -> str:
    """Return words as a sentence names them: `A, B or C`."""
    *others, last = words
    return f"{', '.join(others)} or {last}"


class ConsentState(StrEnum):
    """How a consent stands."""

    GIVEN = "GIVEN"
    """It was given."""
    WITHDRAWN = "WITHDRAWN"
    """It was withdrawn: 45 CFR 164.508(b)(5), Regulation (EU) 2016/679 Article 7(3)."""


class WithdrawalEffect(StrEnum):
    """From when a withdrawal acts."""

    FROM_ITS_DATE = "FROM_ITS_DATE"
    """From its own date: what was done in reliance before stands, 45 CFR 164.508(b)(5)(i)."""
    RETROACTIVE = "RETROACTIVE"
    """At every time: what was done before counts as not permitted."""


class AgreementKind(StrEnum):
    """What kind of agreement a statement rests on."""

    DUA = "DUA"
    """A data use agreement."""
    BAA = "BAA"
    """A business associate agreement, 45 CFR 164.504(e)."""
    CONTRACT = "CONTRACT"
    """Another contract."""
    OTHER = "OTHER"
    """Anything else, such as a permit."""


class UndertakingKind(StrEnum):
    """Which condition, that a statement leaves open, a record decides."""

    COLLABORATION = "COLLABORATION"
    """COL: the data's investigators collaborate."""
    PUBLICATION = "PUBLICATION"
    """PUB: publication is promised."""
    MORATORIUM = "MORATORIUM"
    """MOR: not to publish before the date is promised."""
    RETURN = "RETURN"
    """RTN: to return results is promised."""
    GRANT = "GRANT"
    """TS: access was granted, from then on its months run."""
    DETERMINATION = "DETERMINATION"
    """RS, and sensitive research: a person determined that this project may."""


class GateCheckName(StrEnum):
    """What the gate asks of a model version, in the order in which it is shown."""

    INPUTS_SEALED = "INPUTS_SEALED"
    """Every input that the training run read is a sealed snapshot."""
    INPUTS_VERIFIED = "INPUTS_VERIFIED"
    """The bytes of these snapshots were read again within the period, and found as sealed."""
    LABELS = "LABELS"
    """The data, by its zone, and the version itself hold no kind of PHI that is not allowed there."""
    USE_TRAINING = "USE_TRAINING"
    """All that it was made of could be used to train it, when it was trained."""
    USE_DEPLOYMENT = "USE_DEPLOYMENT"
    """All that it was made of may be used for the purpose of the release."""
    RESIDENCY = "RESIDENCY"
    """Data and model were where they may be, and may be at the place of the release."""
    APPROVALS = "APPROVALS"
    """Each required kind of approval holds, by as many authenticated principals as are required."""
    CODE = "CODE"
    """The code revision is known, and the working tree was exactly that."""
    ENVIRONMENT = "ENVIRONMENT"
    """It is known what was installed where it was built."""
    SIGNATURE = "SIGNATURE"
    """The signature over the artifact verifies."""
    EVALUATION_LOCKED = "EVALUATION_LOCKED"
    """The evaluation data was sealed with a lock before training began, and is as it was."""
    EVALUATION_APART = "EVALUATION_APART"
    """No training file is among the evaluation data, by digest."""
    EVALUATION_SPLIT = "EVALUATION_SPLIT"
    """A split by subject is recorded, by which training and evaluation share none."""
    PARENT_MODELS = "PARENT_MODELS"
    """The models that it was made of were trained on sealed and verified snapshots as well."""
    METRICS = "METRICS"
    """It was measured on the evaluation data, and meets criteria that were recorded before."""
    CHANGE_PLAN = "CHANGE_PLAN"
    """Somebody other than its maker found it within the plan of changes."""
    NOT_RETIRED = "NOT_RETIRED"
    """Nobody retired it."""
    COMPONENTS = "COMPONENTS"
    """Software bill of materials and known vulnerabilities of its environment are recorded, none above the bounds."""
    INPUT_FEATURES = "INPUT_FEATURES"
    """Somebody listed which input features measure race, color, national origin, sex, age or disability."""
    AGREEMENTS = "AGREEMENTS"
    """It is known who runs models at the place, and the required agreements with them are in force."""
    ROLLBACK = "ROLLBACK"
    """There is a release to go back to, or it is planned what takes its place."""
    MONITORING = "MONITORING"
    """A plan of monitoring is recorded, and its review is not overdue."""
    VIEW_COMPLETE = "VIEW_COMPLETE"
    """The gate saw all of it: nothing hidden, cut off, waiting or quarantined."""
    POLICIES = "POLICIES"
    """It is known by which version of the requirements it is judged."""
    FINDINGS = "FINDINGS"
    """No severe finding is open on it, or on anything that it was made of."""


class ChangeStatus(StrEnum):
    """How a model version stands to the plan of changes, as 21 U.S.C. 360e-4 has it."""

    INITIAL = "INITIAL"
    """It is the first version: nothing is changed."""
    INSIDE = "INSIDE"
    """What changed is within the plan."""
    OUTSIDE = "OUTSIDE"
    """What changed is not within the plan."""


class SbomFormat(StrEnum):
    """In which form a software bill of materials is written."""

    SPDX = "SPDX"
    """ISO/IEC 5962, SPDX."""
    CYCLONEDX = "CYCLONEDX"
    """ECMA-424, CycloneDX."""


class VulnerabilitySeverity(StrEnum):
    """How severe a known vulnerability is, as CVSS 3.1 and 4.0 call it."""

    CRITICAL = "CRITICAL"
    """A score from 9.0 on."""
    HIGH = "HIGH"
    """From 7.0 on."""
    MEDIUM = "MEDIUM"
    """From 4.0 on."""
    LOW = "LOW"
    """From 0.1 on."""


class GateVerdict(StrEnum):
    """What the gate says of a model version."""

    PASS = "PASS"  # noqa: S105  no password
    """Every check that is required passes."""
    FAIL = "FAIL"
    """A check that is required fails."""
    UNKNOWN = "UNKNOWN"
    """None fails, and what would decide one is not recorded or not known: that blocks too."""
    BY_EXCEPTION = "BY_EXCEPTION"
    """Two persons let it pass until a time, although a check does not: the checks keep their values."""


class TargetKind(StrEnum):
    """What kind of thing access is had to."""

    NAMESPACE = "NAMESPACE"
    """Every dataset of a namespace."""
    PREFIX = "PREFIX"
    """Every dataset of a namespace whose name begins so."""
    DATASET = "DATASET"
    """A dataset, with its columns."""
    COLUMN = "COLUMN"
    """A column of a dataset."""
    MODEL_VERSION = "MODEL_VERSION"
    """What a registry calls a version of a model."""


class MembershipKind(StrEnum):
    """What a principal belongs to."""

    PROJECT = "PROJECT"
    """A project, and the protocol that it works under."""
    SITE = "SITE"
    """A site, whose data it answers for as a steward."""


class EmergencyPurpose(StrEnum):
    """What the glass may be broken for: codes of HL7 v3-PurposeOfUse."""

    ETREAT = "ETREAT"
    """Emergency treatment."""
    BTG = "BTG"
    """Break the glass."""


class AccessAction(StrEnum):
    """What may be done."""

    READ = "read"
    """Look at it."""
    QUERY = "query"
    """Ask it, and see what comes of that."""
    TRAIN = "train"
    """Train a model on it."""
    EVALUATE = "evaluate"
    """Evaluate a model on it."""
    EXPORT = "export"
    """Take it elsewhere."""
    WRITE = "write"
    """Change it."""
    PROMOTE = "promote"
    """Take a model to its next environment."""
    DEPLOY = "deploy"
    """Put a model to use."""
