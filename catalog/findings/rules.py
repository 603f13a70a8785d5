"""Every rule there is: its name, how severe a breach of it is, what it is about, and what must hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Severity(StrEnum):
    """How severe a breach of a rule is, the most severe first."""

    HIGH = "HIGH"
    """It puts in doubt what the subject rests on."""
    MEDIUM = "MEDIUM"
    """It is to be looked at before relying on it."""


class FindingState(StrEnum):
    """How a finding stands."""

    OPEN = "OPEN"
    """It holds, and nobody decided anything of it, or no longer."""
    ACKNOWLEDGED = "ACKNOWLEDGED"
    """It holds, and somebody says that it is being seen to."""
    ACCEPTED = "ACCEPTED"
    """It holds, and somebody accepted that until a date that lies ahead."""
    CLOSED = "CLOSED"
    """It held once, and holds no longer."""


class Topic(StrEnum):
    """What a finding is about: where a report shows it, and under which word."""

    CODE = "code"
    MODEL = "model"
    TRAINING_DATA = "training data"
    EVALUATION_DATA = "evaluation data"
    SNAPSHOT = "snapshot"
    OVERLAP = "overlap"
    SOURCES = "sources"
    RUNS = "runs"
    DEIDENTIFICATION = "de-identification"
    LABELS = "labels"
    APPROVALS = "approvals"
    APPROVAL = "approval"
    SIGNER = "signer"
    POWERS = "powers"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    severity: Severity
    topic: Topic
    description: str


class Rule(Enum):
    """A rule, in the order in which findings are given."""

    CODE_CLEAN = _Rule(
        "code revision clean",
        Severity.HIGH,
        Topic.CODE,
        "The working tree that the model was built from held no changes that are not in the revision.",
    )
    VERSION_RECORDED = _Rule(
        "model version recorded",
        Severity.MEDIUM,
        Topic.MODEL,
        "The registration names intended use, signature, metrics with their splits, training run and code.",
    )
    TRAINING_RECORDED = _Rule(
        "training data recorded",
        Severity.HIGH,
        Topic.TRAINING_DATA,
        "The registration names what the model was trained on.",
    )
    EVALUATION_RECORDED = _Rule(
        "evaluation data recorded",
        Severity.MEDIUM,
        Topic.EVALUATION_DATA,
        "The registration names what the model was evaluated on.",
    )
    SNAPSHOT_UNALTERED = _Rule(
        "snapshot unaltered",
        Severity.HIGH,
        Topic.SNAPSHOT,
        "The newest verification of a snapshot found its bytes as its digest has them.",
    )
    SNAPSHOT_VERIFIED = _Rule(
        "snapshot verified",
        Severity.MEDIUM,
        Topic.SNAPSHOT,
        "A snapshot that the model was trained or evaluated on was verified after it was sealed.",
    )
    SNAPSHOT_SEALED = _Rule(
        "snapshot sealed",
        Severity.HIGH,
        Topic.SNAPSHOT,
        "A snapshot that the model was trained or evaluated on is sealed.",
    )
    EVALUATION_LOCKED = _Rule(
        "evaluation set locked", Severity.MEDIUM, Topic.SNAPSHOT, "An evaluation snapshot was sealed with a lock."
    )
    EVALUATION_APART = _Rule(
        "evaluation apart from training",
        Severity.HIGH,
        Topic.OVERLAP,
        "No file stands, by its digest, both in a training and in an evaluation snapshot, nor does a whole snapshot.",
    )
    SOURCES_DECLARED = _Rule(
        "sources declared", Severity.MEDIUM, Topic.SOURCES, "Every dataset on the way declares the mandatory fields."
    )
    RUNS_COMPLETED = _Rule(
        "runs completed", Severity.MEDIUM, Topic.RUNS, "No run that took part failed or was aborted on the way."
    )
    RUN_ID_OF_ONE_JOB = _Rule(
        "run id of one job",
        Severity.MEDIUM,
        Topic.RUNS,
        "No other job ran under the run id of a run that took part: what only its id names could be either.",
    )
    ATTESTATION_IN_FORCE = _Rule(
        "attestation in force",
        Severity.HIGH,
        Topic.DEIDENTIFICATION,
        "An attestation in force covers every step that removes identifiers.",
    )
    LABELS_CONFIRMED = _Rule(
        "labels confirmed", Severity.MEDIUM, Topic.LABELS, "A person confirmed or rejected every suggested label."
    )
    APPROVAL_REQUESTED = _Rule(
        "approval requested", Severity.HIGH, Topic.APPROVALS, "Somebody asked for an approval of the model version."
    )
    APPROVAL_IN_FORCE = _Rule(
        "approval in force",
        Severity.HIGH,
        Topic.APPROVAL,
        "No approval that was asked for is denied, expired or invalidated.",
    )
    APPROVAL_DECIDED = _Rule(
        "approval decided", Severity.MEDIUM, Topic.APPROVAL, "Somebody approved or denied what approval was asked for."
    )
    DECISION_AUTHENTICATED = _Rule(
        "decision authenticated", Severity.HIGH, Topic.SIGNER, "A key proved who made a decision."
    )
    DECIDED_BY_ANOTHER = _Rule(
        "decided by another", Severity.HIGH, Topic.SIGNER, "Who asks for an approval does not decide on it."
    )
    NO_EMITTER_DECIDES = _Rule(
        "no emitter decides", Severity.HIGH, Topic.POWERS, "Whoever emits events decides on no approval."
    )
    DECISION_GRANTED = _Rule(
        "decision granted",
        Severity.HIGH,
        Topic.POWERS,
        "Who decides on an approval had been granted to decide on its kind.",
    )
    SIGNED_IN_OWN_NAME = _Rule(
        "signed in own name",
        Severity.HIGH,
        Topic.SIGNER,
        "Who decides on an approval signs with the name that their record gave them then.",
    )
    POWERS_GIVEN = _Rule(
        "powers given by another",
        Severity.HIGH,
        Topic.POWERS,
        "Nobody decides or attests by a power that they gave themselves.",
    )
    DECIDER_INDEPENDENT = _Rule(
        "decider independent",
        Severity.HIGH,
        Topic.POWERS,
        "Neither the power nor the key by which somebody decides comes from whose request or work it is about.",
    )
    SCHEMA_UNCHANGED = _Rule(
        "schema unchanged",
        Severity.MEDIUM,
        Topic.SCHEMA,
        "The schemas on the way to the training and evaluation data stayed as they were, up to the registration.",
    )

    FIELDS_DECLARED = _Rule(
        "mandatory fields declared",
        Severity.MEDIUM,
        Topic.SOURCES,
        "Every dataset that anything is said of has its mandatory fields, and not only those on the way to a model.",
    )
    DATASET_DESCRIBED = _Rule(
        "dataset described",
        Severity.MEDIUM,
        Topic.SOURCES,
        "Something is said of every dataset that a job, a run or a record names: a schema, an owner, a write.",
    )
    CATALOGUED_FIRST = _Rule(
        "catalogued before it is written",
        Severity.MEDIUM,
        Topic.SOURCES,
        "Something is declared of every dataset, and somebody said what PHI it holds, before a run writes it.",
    )
    RETENTION_KEPT = _Rule(
        "retention kept",
        Severity.MEDIUM,
        Topic.SOURCES,
        "No dataset and no sealed snapshot is still there once its period of retention is over.",
    )
    DECLARATIONS_AGREE = _Rule(
        "declarations agree",
        Severity.MEDIUM,
        Topic.SOURCES,
        "What is declared of a dataset, and what persons say of the PHI in it, can all be so at once.",
    )
    PLACE_ALLOWED = _Rule(
        "place allowed",
        Severity.HIGH,
        Topic.SOURCES,
        "No dataset lies, was written, read or trained on at a place that what it was made of does not allow.",
    )
    DEPLOYMENT_ALLOWED = _Rule(
        "place of deployment allowed",
        Severity.HIGH,
        Topic.MODEL,
        "No model version runs, or ran, at a place that what it was made of does not allow.",
    )
    LABEL_CONSISTENT = _Rule(
        "composite label consistent",
        Severity.MEDIUM,
        Topic.SOURCES,
        "A dataset's state, and its permitted use in codes and in words, say the same and agree with its retention.",
    )
    DECLARED_CODES_KNOWN = _Rule(
        "declared codes known",
        Severity.MEDIUM,
        Topic.SOURCES,
        "Every code in what is declared of a dataset's use is one of its table that still means something.",
    )
    NAME_WITHOUT_IDENTIFIER = _Rule(
        "no identifier in a name",
        Severity.HIGH,
        Topic.LABELS,
        "Nothing is called by an identifier: where it was, the catalog keeps a token, the pipeline still the name.",
    )
    ATTESTATION_LASTS = _Rule(
        "attestation lasts",
        Severity.HIGH,
        Topic.DEIDENTIFICATION,
        "No attestation has ended without another in its place, and none was given that covers or clears nothing;"
        " one that was taken back as void counts no more.",
    )
    DETERMINATION_LASTS = _Rule(
        "determination not near its end",
        Severity.MEDIUM,
        Topic.DEIDENTIFICATION,
        "No expert determination ends soon, by default within 90 days, without another that goes on.",
    )
    EVALUATION_INDEPENDENT = _Rule(
        "evaluation independent of training",
        Severity.MEDIUM,
        Topic.OVERLAP,
        "No training and no evaluation snapshot is made of the other, and both are not made of one, over any steps.",
    )
    LOCK_KEPT = _Rule(
        "evaluation lock kept",
        Severity.HIGH,
        Topic.EVALUATION_DATA,
        "No evaluation snapshot that was locked is trained on, changed, or left for a state that nobody locked.",
    )
    CELLS_LARGE = _Rule(
        "cells large enough",
        Severity.HIGH,
        Topic.DEIDENTIFICATION,
        "What is attested to be aggregated has no cell under 11, and none under 11 follows from the others.",
    )
    EVIDENCE_HOLDS = _Rule(
        "evidence of anonymity holds",
        Severity.HIGH,
        Topic.DEIDENTIFICATION,
        "No attestation in force rests on a claim of k-anonymity or l-diversity that has lapsed.",
    )
    CODED_APART = _Rule(
        "coded data read apart",
        Severity.HIGH,
        Topic.DEIDENTIFICATION,
        "No run reads data whose identifiers are gone or coded together with what that was made of, or with its key.",
    )
    COMBINATION_DETERMINED = _Rule(
        "combination attested",
        Severity.MEDIUM,
        Topic.DEIDENTIFICATION,
        "What is made of several datasets without identifiers is attested to be without them itself.",
    )
    KEY_OF_ONE_ENVIRONMENT = _Rule(
        "key of one environment",
        Severity.HIGH,
        Topic.SOURCES,
        "No encryption key is used in two environments, such as training and sandbox, or in one that it is not for.",
    )
    KEY_LASTS = _Rule(
        "encryption key lasts",
        Severity.MEDIUM,
        Topic.SOURCES,
        "No encryption key has ended, or ends within 90 days by default, while data is encrypted under it.",
    )
    CODE_KEY_GONE = _Rule(
        "key of codes gone at its end",
        Severity.MEDIUM,
        Topic.DEIDENTIFICATION,
        "No key of codes is kept past its end, or is within 90 days of it by default, while data is coded by it.",
    )
    DECLARED_ALIKE = _Rule(
        "declared alike",
        Severity.MEDIUM,
        Topic.SOURCES,
        "No two people declare the same of a dataset differently for one time, so that who spoke last is not heard.",
    )
    LABEL_CODES_KNOWN = _Rule(
        "codes of labels known",
        Severity.MEDIUM,
        Topic.LABELS,
        "Every code in a label, of a record or of an emitter, is one of its system that still means something.",
    )
    DEIDENTIFICATION_CODES_KNOWN = _Rule(
        "codes of de-identification known",
        Severity.MEDIUM,
        Topic.DEIDENTIFICATION,
        "Every method, technique and code in an attestation, or by which a run says it removed identifiers, is known.",
    )
    CACHE_NOT_PROMOTED = _Rule(
        "training cache not promoted",
        Severity.MEDIUM,
        Topic.SOURCES,
        "No training data that is kept as scratch, or at one site alone, becomes a curated dataset or a feature store.",
    )
    CONSENT_HOLDS = _Rule(
        "consent holds",
        Severity.HIGH,
        Topic.SOURCES,
        "No dataset and no model version is there that rests on a consent that was withdrawn or has ended.",
    )
    USE_CONSISTENT = _Rule(
        "use statement consistent",
        Severity.MEDIUM,
        Topic.SOURCES,
        "A statement of permitted use agrees with itself and with how long its data is kept, and permits something.",
    )
    USES_AGREE = _Rule(
        "statements of use agree",
        Severity.MEDIUM,
        Topic.SOURCES,
        "No two statements of permitted use that cannot both be kept come together in a dataset or a model version.",
    )
    USE_CODES_KNOWN = _Rule(
        "codes of use known",
        Severity.MEDIUM,
        Topic.SOURCES,
        "Every code in a statement of permitted use is one of its table that still means something.",
    )
    SUGGESTION_JUDGED = _Rule(
        "suggestion judged",
        Severity.MEDIUM,
        Topic.LABELS,
        "A person confirmed or rejected every suggested label in time, by default within 30 days.",
    )
    EMERGENCY_REVIEWED = _Rule(
        "emergency reviewed",
        Severity.HIGH,
        Topic.POWERS,
        "Somebody else reviewed each time that a principal broke the glass, and found it justified.",
    )
    APPROVAL_LASTS = _Rule(
        "approval lasts",
        Severity.HIGH,
        Topic.APPROVAL,
        "No approval of a released or running model version, or of its data, has ended without another in its place.",
    )
    GATE_HOLDS = _Rule(
        "gate holds",
        Severity.HIGH,
        Topic.MODEL,
        "The release gate lets every running model version pass today, where it runs and for what it was let pass.",
    )
    RETIREMENT_KEPT = _Rule(
        "retirement kept",
        Severity.HIGH,
        Topic.MODEL,
        "Nothing is released, deployed, decided on or run of a model version that is retired, and it runs nowhere.",
    )
    INGEST_PERMITTED = _Rule(
        "ingest permitted",
        Severity.MEDIUM,
        Topic.RUNS,
        "No policy of ingest objects to what was sent of a job, declared of a dataset, or written by a principal.",
    )

    @property
    def label(self) -> str:
        """Return the name by which findings are shown."""
        return self.value.name

    @property
    def severity(self) -> Severity:
        """Return how severe a breach is."""
        return self.value.severity

    @property
    def topic(self) -> Topic:
        """Return what the rule is about."""
        return self.value.topic

    @property
    def description(self) -> str:
        """Return in one sentence what must hold."""
        return self.value.description


ESTATE = (
    Rule.FIELDS_DECLARED,
    Rule.DATASET_DESCRIBED,
    Rule.CATALOGUED_FIRST,
    Rule.RETENTION_KEPT,
    Rule.DECLARATIONS_AGREE,
    Rule.PLACE_ALLOWED,
    Rule.DEPLOYMENT_ALLOWED,
    Rule.LABEL_CONSISTENT,
    Rule.DECLARED_CODES_KNOWN,
    Rule.RUN_ID_OF_ONE_JOB,
    Rule.NAME_WITHOUT_IDENTIFIER,
    Rule.ATTESTATION_LASTS,
    Rule.DETERMINATION_LASTS,
    Rule.EVALUATION_APART,
    Rule.EVALUATION_INDEPENDENT,
    Rule.LOCK_KEPT,
    Rule.CELLS_LARGE,
    Rule.EVIDENCE_HOLDS,
    Rule.CODED_APART,
    Rule.COMBINATION_DETERMINED,
    Rule.KEY_OF_ONE_ENVIRONMENT,
    Rule.KEY_LASTS,
    Rule.CODE_KEY_GONE,
    Rule.DECLARED_ALIKE,
    Rule.LABEL_CODES_KNOWN,
    Rule.DEIDENTIFICATION_CODES_KNOWN,
    Rule.CACHE_NOT_PROMOTED,
    Rule.CONSENT_HOLDS,
    Rule.USE_CONSISTENT,
    Rule.USES_AGREE,
    Rule.USE_CODES_KNOWN,
    Rule.SUGGESTION_JUDGED,
    Rule.EMERGENCY_REVIEWED,
    Rule.APPROVAL_LASTS,
    Rule.GATE_HOLDS,
    Rule.RETIREMENT_KEPT,
    Rule.INGEST_PERMITTED,
)
"""The rules that are held to the whole estate."""
