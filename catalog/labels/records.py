"""What may be written about PHI: tags, and attestations that a step removes identifiers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Self

from pydantic import AfterValidator, Field, StrictInt, ValidationInfo, model_validator

from catalog.record import (
    MAX_LIST,
    Coded,
    Codes,
    DatasetRef,
    Index,
    JobRef,
    ModelVersionRef,
    Name,
    Part,
    Record,
    Text,
    Time,
    code_of,
    distinct,
    is_replayed,
    refusal,
)
from graph_schema.column_lineage import address
from graph_schema.nodes import Attestation, Column, Dataset, Job, ModelVersion, PhiTag, Run
from graph_schema.vocabulary import hl7
from graph_schema.vocabulary.words import (
    Confidentiality,
    DeidentificationMethod,
    EndEffect,
    PhiKind,
    Stance,
    Technique,
)

_MOST_ALIKE: Final = 1_000_000
AlterationCode = Annotated[str, Field(max_length=64), code_of(hl7.ALTERATION)]


class Tag(Record):
    """That a dataset, or one of its columns, holds a kind of PHI, or that it does not."""

    name: ClassVar[str] = "tag"

    dataset: DatasetRef
    """The dataset that is tagged, or whose column is."""
    column: Name | None = None
    """The column that is tagged; left out, the whole dataset is."""
    phi_kind: PhiKind
    """Which of the six kinds of PHI it is."""
    codes: Codes = ()
    """What exactly it holds, in codes such as those of 45 CFR 164.514(b)(2)."""
    stance: Stance = Stance.ASSERT
    """Whether it holds that kind, is confirmed to hold it, or does not; by default ASSERT."""
    reason: Text
    """Why whoever tags it thinks so."""
    confidentiality: Confidentiality | None = None
    """How sensitive that is, as a code of HL7 Confidentiality."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""

    @property
    def node(self) -> Dataset | Column:
        """Return what is tagged."""
        if self.column is None:
            return self.dataset.node
        return Column(self.dataset.namespace, self.dataset.name, address(self.column))

    @property
    def kind_node(self) -> PhiTag:
        """Return the kind it is tagged with."""
        return PhiTag(self.phi_kind.value)


class Treated(Part):
    """What was done to what one code names."""

    code: Annotated[Coded, AfterValidator(Coded.checked)]
    """What it was done to, such as a letter of 45 CFR 164.514(b)(2)."""
    technique: Technique
    """What was done; what follows from an identifier stays one under Safe Harbor, 45 CFR 164.514(c)(1)."""
    minimum_cell: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The smallest cell that was kept; needed for AGGREGATED."""
    complementary: bool = False
    """Whether cells were suppressed too from which a small one can be computed."""
    key_holder: Name | None = None
    """Who holds the key of a code, 45 CFR 164.514(c)(2)."""
    key_place: Name | None = None
    """Where that key is."""


class EndAttestation(Record):
    """That an attestation of de-identification ends, or never held; who ends it may be another than attested it."""

    name: ClassVar[str] = "end_attestation"

    attestation: Index
    """The ledger index of the attestation."""
    effect: EndEffect = EndEffect.ENDED
    """ENDED acts from its date, VOID at every time; by default ENDED."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """When it ends; by default when it is recorded."""

    @property
    def node(self) -> Attestation:
        """Return the attestation that ends."""
        return Attestation(str(self.attestation))


class DeclareCodeKey(Record):
    """That a dataset is the key, or crosswalk, of codes in other datasets, and who holds it: 45 CFR 164.514(c)."""

    name: ClassVar[str] = "declare_code_key"

    dataset: DatasetRef
    """The key: the table that leads codes back to persons; it is tagged as a direct identifier before."""
    of: Annotated[tuple[DatasetRef, ...], Field(min_length=1, max_length=MAX_LIST), distinct()]
    """The datasets in which the codes stand."""
    holder: Name
    """Who holds it: a unit, a role or a company; it is not disclosed, and used for nothing else."""
    place: Name | None = None
    """Where it is kept, as `declare_place` calls it."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
    until: Time | None = None
    """Until when it is to be kept; left out, no end is set."""

    @property
    def node(self) -> Dataset:
        """Return the key."""
        return self.dataset.node

    @model_validator(mode="after")
    def _is_no_key_of_itself(self) -> Self:
        if self.dataset in self.of:
            raise refusal("A key stands apart from the data that it is of: name other datasets.", "/of")
        return self


class EndCodeKey(Record):
    """That a dataset is no key of codes any more, such as once it was destroyed."""

    name: ClassVar[str] = "end_code_key"

    dataset: DatasetRef
    """The dataset that was declared as a key."""
    reason: Text
    """Why it is none any more."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> Dataset:
        """Return the dataset."""
        return self.dataset.node


class ClaimAnonymity(Record):
    """That a dataset, as it was measured, is k-anonymous or l-diverse over some columns: evidence for whoever
    determines that identifiers are gone. It clears nothing, and lapses with a new column, a later write or another
    release of the same people.
    """

    name: ClassVar[str] = "claim_anonymity"

    dataset: DatasetRef
    """The dataset that was measured."""
    quasi_identifiers: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_LIST), distinct()]
    """The columns in which rows that are alike form a group."""
    k_anonymity: Annotated[StrictInt, Field(ge=2, le=_MOST_ALIKE)] | None = None
    """How many persons, at least, each group holds; one of this and `l_diversity` is said."""
    l_diversity: Annotated[StrictInt, Field(ge=2, le=_MOST_ALIKE)] | None = None
    """How many values, at least, each sensitive column has in each group."""
    sensitive: Annotated[tuple[Name, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """The sensitive columns; needed for `l_diversity`."""
    population: Name
    """Whose records these are, as the site calls these people: every claim on the same people calls them so."""
    beside: Annotated[tuple[DatasetRef, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """The earlier releases of these people that were measured together with it."""
    method: Text
    """How it was measured, such as by which tool."""
    valid_from: Time | None = None
    """When it was measured; by default when it is recorded."""

    @property
    def node(self) -> Dataset:
        """Return what was measured."""
        return self.dataset.node

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        if self.k_anonymity is None and self.l_diversity is None:
            raise refusal("Say what was measured: `k_anonymity`, `l_diversity` or both.", "/k_anonymity")
        if (self.l_diversity is None) is not (not self.sensitive):
            raise refusal("l-diversity is of sensitive columns: name both or neither.", "/sensitive")
        if not set(self.sensitive).isdisjoint(self.quasi_identifiers):
            raise refusal("A sensitive column is none in which rows are alike: name it once.", "/sensitive")
        if self.dataset in self.beside:
            raise refusal("It was measured together with other releases: name these.", "/beside")
        return self


class EndAnonymityClaim(Record):
    """That what was claimed of a dataset's anonymity holds no longer, such as because it was measured wrongly."""

    name: ClassVar[str] = "end_anonymity_claim"

    dataset: DatasetRef
    """The dataset that was measured."""
    reason: Text
    """Why it holds no longer."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded."""

    @property
    def node(self) -> Dataset:
        """Return what was measured."""
        return self.dataset.node


class Evidence(Part):
    """A claim of anonymity on which a determination rests."""

    dataset: DatasetRef
    """The dataset that was measured."""
    claim: Index
    """The ledger index of the claim."""


class TrustColumnLineage(Record):
    """That what a job says of the columns of its outputs is complete: a field that it does not mention takes no label
    of the inputs that it mentions.
    """

    name: ClassVar[str] = "trust_column_lineage"

    job: JobRef
    """The job whose column lineage is complete."""
    reason: Text
    """What was looked at, such as the emitter's code or a comparison with what the job does."""
    valid_from: Time | None = None
    """From which writes on; by default from when it is recorded. What the job wrote before is not meant."""
    until: Time | None = None
    """Until when this holds; from then on it narrows nothing any more. Left out, it has no end."""


class EndColumnLineageTrust(Record):
    """That what a job says of columns is not taken for complete any more: what this kept out is there again."""

    name: ClassVar[str] = "end_column_lineage_trust"

    job: JobRef
    """The job whose column lineage was taken for complete."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """When it ends; by default when it is recorded."""


class AttestDeidentification(Record):
    """That a job, or one run of it, removes identifiers, or that a model version gives none of them away: by which
    method, which ones, until when.
    """

    name: ClassVar[str] = "attest_deidentification"

    job: JobRef | None = None
    """The job that removes identifiers; one of this and `model_version` is named."""
    model_version: ModelVersionRef | None = None
    """The model version that was shown not to give away what it was trained on, such as by a privacy budget."""
    job_version: Name | None = None
    """The version of the job's code that has to have run, as `sourceCodeLocation` says it; left out, whichever ran."""
    run_id: Name | None = None
    """The one run that this covers; left out, it covers the runs of the job that end while it holds."""
    method: DeidentificationMethod
    """By which provision of 45 CFR 164.514 identifiers are removed."""
    clears: Codes = ()
    """Which identifiers are gone afterwards, in codes."""
    treatments: Annotated[tuple[Treated, ...], Field(max_length=64)] = ()
    """What was done to which identifiers, where more is said than that they are gone."""
    columns: Annotated[tuple[Name, ...], Field(max_length=MAX_LIST), distinct()] = ()
    """The columns of its outputs that were looked at; left out, those that they had when it was attested."""
    indirect: bool = False
    """Whether it is about what was derived through joins, filters and the like as well."""
    recipients: Annotated[tuple[Name, ...], Field(max_length=64), distinct()] = ()
    """Whom the determination anticipated as recipients, 45 CFR 164.514(b)(1)(i); left out, anybody inside."""
    places: Annotated[tuple[Name, ...], Field(max_length=64), distinct()] = ()
    """The places, as `declare_place` calls them, within which alone this holds; left out, anywhere."""
    alterations: Annotated[tuple[AlterationCode, ...], Field(max_length=64), distinct()] = ()
    """What is done to the data: codes of HL7 for alteration, such as pseudonymization."""
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=64), distinct()] = ()
    """The claims of k-anonymity or l-diversity on which the determination rests."""
    expert: Name | None = None
    """Who determined it; needed for EXPERT_DETERMINATION, 45 CFR 164.514(b)(1)."""
    schema_version: Name | None = None
    """The schema version that must be declared of what the job writes; left out, it covers whichever is."""
    scope: Text
    """What was looked at."""
    result: Text
    """What was found."""
    valid_from: Time | None = None
    """Since when this holds; by default since it is recorded."""
    until: Time | None = None
    """Until when this holds; left out, it has no end."""

    @property
    def run(self) -> Run | None:
        """Return the run that alone is covered, where one is named."""
        return None if self.run_id is None or self.job is None else Run.of(self.job.node, self.run_id)

    @property
    def node(self) -> Job | ModelVersion:
        """Return the job or the model version that it is about."""
        named = self.job or self.model_version
        if named is None:
            raise AssertionError("an attestation names one of both")
        return named.node

    @model_validator(mode="after")
    def _is_about_one(self) -> Self:
        if (self.job is None) is (self.model_version is None):
            raise refusal("An attestation is about a job or a model version: name one of both.", "/job")
        return self

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        for name in ("run_id", "job_version", "schema_version", "columns"):
            if self.model_version is not None and getattr(self, name):
                raise refusal(f"`{name}` is said of a job; a model version is attested as it is.", f"/{name}")
        if self.method is DeidentificationMethod.EXPERT_DETERMINATION and self.expert is None:
            raise refusal("An expert determination names its expert: 45 CFR 164.514(b)(1).", "/expert")
        if self.method is DeidentificationMethod.NONE and (self.clears or self.treatments):
            raise refusal("A step without a method clears nothing; name a method, or clear nothing.", "/clears")
        for place, one in enumerate(self.treatments):
            if one.technique is Technique.AGGREGATED and one.minimum_cell is None:
                raise refusal("What was aggregated names its smallest cell.", f"/treatments/{place}/minimum_cell")
        return self
