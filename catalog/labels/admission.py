"""What must hold before a tag or an attestation is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from catalog.assets.folds import aspects_in_force
from catalog.errors import SenderError
from catalog.labels.anonymity.queries import anonymity_claims, last_change
from catalog.labels.code_keys import code_keys
from catalog.labels.facts import attested
from catalog.labels.queries import attestations_by_id, labels
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
from catalog.labels.taint.clearances import can_clear
from catalog.labels.taint.queries import flowing_in, what_if
from catalog.labels.trusts import column_lineage_trusts
from catalog.record import DECLARE_FIRST, Admission, Admitted
from graph_schema.column_lineage import address
from graph_schema.nodes import Column, Node
from graph_schema.schema_fields import fields_of
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import DeidentificationMethod, PhiKind, Stance
from reports.naming import counted


def admit_tag(record: Tag, admission: Admission) -> Admitted:
    """Hold the dataset to be known; its columns need not be.

    Of a column that is judged its type then is added: a column of another type is another one to judge. One that no
    schema has counts for what is made from now on, which is said.
    """
    admission.require([(record.dataset.node, "/dataset", DECLARE_FIRST)])
    if not isinstance(record.node, Column):
        return Admitted(warnings=tuple(_flows_in(record, admission)))
    dataset = record.dataset.node.id
    held = aspects_in_force(admission.view.unredacted, [dataset], aspects=("schema",)).get(dataset, {})
    fields = fields_of(held["schema"].value) if "schema" in held else {}
    if record.stance is Stance.ASSERT:
        is_new = bool(fields) and record.node.name not in fields and record.holds_from is None
        return Admitted(warnings=(_IN_NO_SCHEMA,) if is_new else ())
    found = fields.get(record.node.name)
    return Admitted({} if found is None else {"field_type": found}, tuple(_flows_in(record, admission)))


def _flows_in(record: Tag, admission: Admission) -> Iterator[str]:
    """Yield that what is rejected stays, since it flows in from elsewhere."""
    if record.stance is not Stance.REJECT:
        return
    sources = flowing_in(admission.view.unredacted, record.dataset.node.id, record.column, record.phi_kind)
    if not sources:
        return
    seen = sorted("/".join(known.node.key) for known in admission.view.nodes(sorted(sources)).values())
    named = seen[:_MOST_NAMED] if len(seen) == len(sources) else []
    more = len(sources) - len(named)
    where = ", ".join([*named, *([counted(more, "other dataset" if named else "dataset")] if more else [])])
    yield (
        f"{record.phi_kind} stays all the same: it flows in from {where}. A rejection hides what was said here, never "
        "what flows in; what takes that away is an attestation of the step."
    )


_MOST_NAMED: Final = 3

_IN_NO_SCHEMA: Final = (
    "No schema of the dataset has this column, so that no earlier snapshot or model version is taken to hold it: "
    "if the column was there before, say since when by `valid_from`."
)


def admit_attestation(record: AttestDeidentification, admission: Admission) -> Admitted:
    """Hold job, run and model version to be known, and the attestation not to be over before it begins."""
    named: list[tuple[Node, str, str]] = (
        [(record.node, "/model_version", "register it first")]
        if record.job is None
        else [(record.node, "/job", "send an event that names it first")]
    )
    if record.run is not None:
        named.append((record.run, "/run_id", "send its events first"))
    admission.require(named)
    if record.until is not None and parse_zoned(record.until) <= (record.holds_from or admission.now):
        raise SenderError("`until` lies ahead; this one has passed.", pointer="/until", status=422)
    return Admitted(warnings=(*_lapsed(record, admission), *_clears_nothing(record, admission)))


def _lapsed(record: AttestDeidentification, admission: Admission) -> Iterator[str]:
    """Hold the evidence to be claims that somebody made, and yield which of it has lapsed."""
    if not record.evidence:
        return
    cited = admission.view.visible((one.dataset.node.id for one in record.evidence), counted=False)
    every = anonymity_claims(admission.view.unredacted, sorted(cited))
    for place, one in enumerate(record.evidence):
        found = next((each for each in every.get(one.dataset.node.id, ()) if each.entry == one.claim), None)
        if found is None:
            raise SenderError(
                "The evidence is a claim that `claim_anonymity` made of that dataset: give its ledger index.",
                pointer=f"/evidence/{place}/claim",
                status=422,
            )
        for each in found.lapsed:
            yield f"The claim of entry {one.claim} has lapsed: {each.text}"


def admit_anonymity(record: ClaimAnonymity, admission: Admission) -> Admitted:
    """Hold the datasets to be known, and say which columns the schema in force has not.

    What happened last to what is measured is added: the same words after that are another measurement, and no retry.
    """
    admission.require(
        [
            (record.node, "/dataset", DECLARE_FIRST),
            *((one.node, f"/beside/{at}", DECLARE_FIRST) for at, one in enumerate(record.beside)),
        ]
    )
    dataset = record.node.id
    held = aspects_in_force(admission.view.unredacted, [dataset], aspects=("schema",)).get(dataset, {})
    fields = fields_of(held["schema"].value) if "schema" in held else {}
    named = (*record.quasi_identifiers, *record.sensitive)
    absent = [one for one in named if address(one) not in fields] if fields else []
    after = last_change(admission.view, dataset, record.population)
    return Admitted(
        {} if after is None else {"after": after},
        (f"The schema in force has no column {', '.join(absent)}.",) if absent else (),
    )


def admit_anonymity_end(record: EndAnonymityClaim, admission: Admission) -> Admitted:
    """Hold the dataset to be known, and say where nothing is there to end.

    The newest claim is added: the same words of a later one are no retry.
    """
    admission.require([(record.node, "/dataset", "give the dataset that was measured")])
    claims = anonymity_claims(admission.view.unredacted, [record.node.id]).get(record.node.id, ())
    if not claims or claims[-1].is_ended:
        warning = "Nobody claims anything of this dataset's anonymity: this changes nothing."
        return Admitted({"claim": claims[-1].entry} if claims else {}, (warning,))
    return Admitted({"claim": claims[-1].entry})


def _clears_nothing(record: AttestDeidentification, admission: Admission) -> Iterator[str]:
    """Yield that the attestation is taken and takes no label away of what the job wrote until now."""
    if record.method is DeidentificationMethod.NONE:
        return
    if not admission.authenticated:
        yield "This takes no label away, since no key proves who attests it: sign in as a steward."
        return
    if not record.clears and not record.treatments:
        yield "This names no code in `clears` or `treatments`: it takes no label away."
        return
    if not can_clear(attested(record)):
        yield (
            "This takes no label away: it names nothing that is gone by a technique that its method accepts; "
            "docs/labels.md has which do (L4, L6, L8)."
        )
        return
    found = what_if(admission.view.unredacted, attested(record), record.holds_from or admission.now)
    if any(one.before for one in found) and not any(one.cleared for one in found):
        since_ever = what_if(admission.view.unredacted, attested(record), 0) if record.job is not None else ()
        if any(one.cleared for one in since_ever):
            yield _RAN_BEFORE
            return
        yield (
            "This takes no label away of what the model version learnt from: name the codes that the labels have."
            if record.job is None
            else "This takes no label away of what the job wrote until now: name the codes that the labels have, say "
            "`indirect` for what came through joins, and see that column lineage says what is masked."
        )


_RAN_BEFORE: Final = (
    "This takes no label away of what the job wrote until now, since those runs ended before it holds: say by "
    "`valid_from` since when the job has removed this, or by `run_id` of which run it is attested."
)


def admit_end(record: EndAttestation, admission: Admission) -> Admitted:
    """Hold the attestation to be known, and say where it was over before."""
    admission.require([(record.node, "/attestation", "give the ledger index of the record that attested")])
    found = attestations_by_id(admission.view.unredacted, [record.node.id]).get(record.node.id)
    if found is None or (found.in_force and not found.is_void):
        return Admitted()
    return Admitted(warnings=("The attestation was over already; this adds why.",))


def admit_key(record: DeclareCodeKey, admission: Admission) -> Admitted:
    """Hold the datasets to be known, and the key to be labelled for what it is: a direct identifier."""
    admission.require(
        [
            (record.node, "/dataset", DECLARE_FIRST),
            *((one.node, f"/of/{at}", DECLARE_FIRST) for at, one in enumerate(record.of)),
        ]
    )
    held = labels(admission.view.unredacted, [record.node.id]).get(record.node.id, ())
    if not any(one.present and one.kind == PhiKind.DIRECT_IDENTIFIER for one in held):
        raise SenderError(
            "A key leads codes back to persons: tag the dataset, or the columns that do, as DIRECT_IDENTIFIER first.",
            pointer="/dataset",
            status=422,
        )
    return Admitted()


def admit_key_end(record: EndCodeKey, admission: Admission) -> Admitted:
    """Hold the dataset to be known, and say where it was no key."""
    admission.require([(record.node, "/dataset", "give the dataset that was declared as a key")])
    if record.node.id in code_keys(admission.view.unredacted):
        return Admitted()
    return Admitted(warnings=("This dataset is declared as no key: this changes nothing.",))


def admit_trust(record: TrustColumnLineage, admission: Admission) -> Admitted:
    """Hold the job to be known, and the trust not to be over before it begins."""
    admission.require([(record.job.node, "/job", "send an event that names it first")])
    if record.until is not None and parse_zoned(record.until) <= (record.holds_from or admission.now):
        raise SenderError("`until` lies ahead; this one has passed.", pointer="/until", status=422)
    if admission.authenticated:
        return Admitted()
    return Admitted(warnings=("This keeps no label out, since no key proves who says so: sign in as a steward.",))


def admit_trust_end(record: EndColumnLineageTrust, admission: Admission) -> Admitted:
    """Hold the job to be known, and say where nothing is there to end."""
    admission.require([(record.job.node, "/job", "give the job whose column lineage is taken for complete")])
    if column_lineage_trusts(admission.view.unredacted, [record.job.node.id]):
        return Admitted()
    return Admitted(warnings=("Nobody takes the column lineage of this job for complete: this changes nothing.",))
