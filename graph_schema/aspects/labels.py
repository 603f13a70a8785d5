"""What is recorded of PHI: tags, and attestations that a step removes identifiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True, order=True)
class Coding(Part):
    """A code with the system that gives it its meaning; never one without the other."""

    system: Annotated[str, "The code system, by URI."]
    code: Annotated[str, "The code."]


@dataclass(frozen=True, slots=True)
class Tag(Part):
    """That the dataset or column holds, or does not hold, a kind of PHI."""

    stance: Annotated[str, "ASSERT, CONFIRM or REJECT."]
    origin: Annotated[str, "ASSERTED by a principal's record, CLAIMED by an emitter, SUGGESTED by a rule."]
    codes: Annotated[tuple[Coding, ...], "What exactly it holds."] = ()
    reason: Annotated[str | None, "Why."] = None
    confidentiality: Annotated[str | None, "HL7 Confidentiality: how sensitive it is."] = None
    field_type: Annotated[str | None, "The type that the schema gave the column when it was judged."] = None


@dataclass(frozen=True, slots=True)
class Treatment(Part):
    """What was done to what one code names."""

    code: Annotated[Coding, "What it was done to."]
    technique: Annotated[
        str, "REMOVED, GENERALIZED, AGGREGATED, a RANDOM_CODE or DERIVED_CODE, ENCRYPTED, SHIFTED, NOISED."
    ]
    minimum_cell: Annotated[int | None, "The smallest cell that was kept, where it was aggregated."] = None
    complementary: Annotated[bool, "Whether cells were suppressed too from which a small one can be computed."] = False
    key_holder: Annotated[str | None, "Who holds the key of a code."] = None
    key_place: Annotated[str | None, "Where that key is."] = None


@dataclass(frozen=True, slots=True)
class AttestationEnd(Part):
    """That an attestation ended, or never held, and why."""

    effect: Annotated[str, "ENDED or VOID."]
    reason: Annotated[str, "Why it ended."]


@dataclass(frozen=True, slots=True)
class CodeKey(Part):
    """That the dataset is the key, or crosswalk, of codes in others: who has it leads them back to persons."""

    of: Annotated[tuple[str, ...], "The datasets in which the codes stand, by id."]
    holder: Annotated[str, "Who holds it, 45 CFR 164.514(c)(2)."]
    place: Annotated[str | None, "Where it is kept."] = None
    until: Annotated[int | None, "Until when it is to be kept, in microseconds UTC."] = None


@dataclass(frozen=True, slots=True)
class Anonymity(Part):
    """That the dataset was measured to be k-anonymous or l-diverse over some columns: evidence that clears nothing."""

    quasi_identifiers: Annotated[tuple[str, ...], "The columns in which alike rows form a group."]
    population: Annotated[str, "Whose records these are."]
    method: Annotated[str, "How it was measured."]
    k_anonymity: Annotated[int | None, "How many rows, at least, each group has."] = None
    l_diversity: Annotated[int | None, "How many values, at least, a sensitive column has in each group."] = None
    sensitive: Annotated[tuple[str, ...], "The sensitive columns."] = ()
    beside: Annotated[tuple[str, ...], "The earlier releases that were measured together with it, by id."] = ()


@dataclass(frozen=True, slots=True)
class Evidence(Part):
    """A claim of anonymity on which an attestation rests."""

    dataset: Annotated[str, "The dataset that it is about, by id."]
    claim: Annotated[int, "Its ledger index."]


@dataclass(frozen=True, slots=True)
class ColumnLineageTrust(Part):
    """That what a job says of columns is all there is: a field that it does not mention is made of nothing."""

    reason: Annotated[str, "What was looked at."]
    until: Annotated[int | None, "When it ends, in microseconds UTC."] = None


@dataclass(frozen=True, slots=True)
class Attestation(Part):
    """Method, what it clears, scope, result, until when."""

    method: Annotated[str, "SAFE_HARBOR, EXPERT_DETERMINATION, LIMITED_DATA_SET or NONE."]
    clears: Annotated[tuple[Coding, ...], "The codes that it takes away."]
    alterations: Annotated[tuple[str, ...], "HL7 alteration codes: what is done to the data."]
    scope: Annotated[str, "What was looked at."]
    result: Annotated[str, "What was found."]
    job: Annotated[str | None, "The job that removes identifiers, by id; none of a model version."] = None
    run: Annotated[str | None, "The one run that is covered, by id, where one is named."] = None
    expert: Annotated[str | None, "Who determined it, 45 CFR 164.514(b)(1)."] = None
    schema_version: Annotated[str | None, "The schema version of the outputs that it is bound to."] = None
    until: Annotated[int | None, "When it ends, in microseconds UTC."] = None
    treatments: Annotated[tuple[Treatment, ...], "What was done to what, where more is said than that it is gone."] = ()
    columns: Annotated[tuple[str, ...], "The columns of the outputs that it is about."] = ()
    indirect: Annotated[bool, "Whether it is about what was derived through joins and filters as well."] = False
    recipients: Annotated[tuple[str, ...], "Whom the determination anticipated as recipients."] = ()
    model_version: Annotated[str | None, "The model version that does not give away what it learnt from, by id."] = None
    job_version: Annotated[str | None, "The version of the job's code that is covered."] = None
    places: Annotated[tuple[str, ...], "Within which places alone the data is covered."] = ()
    evidence: Annotated[tuple[Evidence, ...], "The claims of anonymity on which it rests."] = ()

    @property
    def subject(self) -> str:
        """Return the job or the model version that it is about, by id."""
        return self.job or self.model_version or ""

    @property
    def named_codes(self) -> tuple[Coding, ...]:
        """Return the codes that it clears, then those of which it says besides what was done to them."""
        return tuple(dict.fromkeys((*self.clears, *(one.code for one in self.treatments))))
