"""Phrases that several parts share: who and when, in which state, in which run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from reports.context import Actor, EntrySubject
from reports.document import Line, Tone, cites, code, faint, mark, missing, plain, stamp, strong, words
from reports.fields import named
from reports.naming import node_name
from reports.text import clean

_STATUS_TONES: dict[str, Tone] = {
    "APPROVED": "good",
    "APPROVE": "good",
    "COMPLETE": "good",
    "OK": "good",
    "DENIED": "bad",
    "DENY": "bad",
    "INVALIDATED": "bad",
    "EXPIRED": "bad",
    "FAIL": "bad",
    "ABORT": "bad",
    "MISMATCH": "bad",
    "MISSING": "bad",
    "HIGH": "bad",
    "PENDING": "warn",
    "ABSTAINED": "warn",
    "CONDITIONAL": "warn",
    "LAPSED": "bad",
    "VERIFIED": "good",
    "INVALID": "bad",
    "UNKNOWN_KEY": "warn",
    "ABSENT": "warn",
    "WITHDRAW": "warn",
    "ABSTAIN": "warn",
    "MEDIUM": "warn",
    "INFERRED": "warn",
    "SUGGESTED": "warn",
}

KINDS = {
    "openlineage.run_event": "event of a run",
    "openlineage.job_event": "event of a job",
    "openlineage.dataset_event": "event of a dataset",
    "record.declare_dataset": "declaration of a dataset",
    "record.declare_source": "declaration of a source",
    "record.declare_key": "declaration of an encryption key",
    "record.declare_place": "declaration of a place",
    "record.declare_job": "declaration of a job",
    "record.declare_operator": "declaration of who runs models",
    "record.end_operator": "end of who runs models",
    "record.end_place": "end of a place",
    "record.end_source": "end of a source",
    "record.end_key": "end of an encryption key",
    "record.tag": "PHI tag",
    "record.attest_deidentification": "attestation of de-identification",
    "record.end_attestation": "end of an attestation",
    "record.declare_code_key": "declaration of a code key",
    "record.end_code_key": "end of a code key",
    "record.claim_anonymity": "claim of anonymity",
    "record.end_anonymity_claim": "end of a claim of anonymity",
    "record.trust_column_lineage": "trust in column lineage",
    "record.end_column_lineage_trust": "end of trust in column lineage",
    "record.map_facet": "mapping of a facet",
    "record.map_tag": "mapping of tags",
    "record.withdraw_mapping": "withdrawal of a mapping",
    "record.define_safe_use": "definition of safe use",
    "record.grant_access": "grant of access",
    "record.end_grant": "end of a grant",
    "record.request_access": "request for access",
    "record.refuse_access": "refusal of access",
    "record.recertify_grant": "recertification of a grant",
    "record.declare_project": "declaration of a project",
    "record.end_project": "end of a project",
    "record.declare_protocol": "declaration of a protocol",
    "record.end_protocol": "end of a protocol",
    "record.delegate_access": "delegation of access",
    "record.end_access_delegation": "end of a delegation of access",
    "record.release_quarantined": "release of quarantined entries",
    "record.add_member": "membership",
    "record.end_membership": "end of a membership",
    "record.break_glass": "emergency access",
    "record.review_emergency": "review of emergency access",
    "record.decide_access": "decision on access",
    "record.publish_policies": "publication of policies",
    "record.assess_change": "assessment of a change",
    "record.assess_environment": "assessment of an environment",
    "record.assess_features": "list of protected features",
    "record.plan_monitoring": "plan of monitoring",
    "record.override_gate": "override of the release gate",
    "record.gate_evaluated": "evaluation of the release gate",
    "record.acknowledge_finding": "acknowledgement of a finding",
    "record.accept_finding": "acceptance of a finding",
    "record.reopen_finding": "reopening of a finding",
    "record.permit_use": "statement of permitted use",
    "record.license_use": "licence that replaces use statements",
    "record.withdraw_consent": "withdrawal of consent",
    "record.end_use_statement": "end of a use statement",
    "record.record_transfer": "transfer to a place",
    "record.undertake_use": "undertaking for a use",
    "record.end_transfer": "end of a transfer to a place",
    "record.end_undertaking": "end of an undertaking for a use",
    "record.define_namespace_rule": "rule of names",
    "record.end_namespace_rule": "end of a rule of names",
    "record.stitch_datasets": "joining of two names of a dataset",
    "record.unstitch_datasets": "parting of two names",
    "record.seal_snapshot": "seal of a snapshot",
    "record.verify_snapshot": "verification of a snapshot",
    "record.tombstone_snapshot": "deletion of a snapshot",
    "record.declare_split": "division of subjects into parts",
    "record.withdraw_split": "withdrawal of a division of subjects",
    "record.register_model_version": "registration of a model version",
    "record.release_model_version": "release of a model version",
    "record.deploy_model_version": "deployment of a model version",
    "record.roll_back_deployment": "rollback of a deployment",
    "record.end_deployment": "end of a deployment",
    "record.retire_model_version": "retirement of a model version",
    "record.register_signing_key": "registration of a signing key",
    "record.end_signing_key": "end of a signing key",
    "record.request_approval": "request for approval",
    "record.decide_approval": "decision on a request",
    "record.delegate_approvals": "delegation of approvals",
    "record.meet_condition": "condition met",
    "record.define_principal": "definition of a principal",
    "record.issue_key": "issue of an API key",
    "record.revoke_key": "revocation of an API key",
    "record.erase_entries": "erasure of bodies",
    "record.restore_ledger": "restore of the ledger",
    "report.issued": "issue of a report",
}
_LOCAL = "local"
"""Whoever acts on the catalog's own machine before any key exists: one principal, without a name."""
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def tone(status: str) -> Tone:
    """Return how a status reads at a glance; one that is neither good nor bad has no tone."""
    return _STATUS_TONES.get(status, "none")


def who(actor: Actor) -> Line:
    """Return who acted, and that nobody proved it where no key did."""
    if not actor.authenticated and actor.id == _LOCAL:
        return mark("local principal, unauthenticated", "bad")
    name = plain(actor.name) if actor.name else code(actor.id)
    return name if actor.authenticated else words(name, mark("unauthenticated", "bad"))


def about(subject: EntrySubject) -> Line:
    """Return what an entry is about, as the report calls such a thing: its kind and its name, its id without one."""
    label, *_ = subject.id.partition(":")
    if not subject.key:
        return code(subject.id)
    if label == "Approval":
        return plain(f"request #{subject.key[0]}")
    noun = _CAPITAL.sub(" ", label).lower()
    if label == "Snapshot":
        *dataset, digest = subject.key
        return words(faint(noun), plain("/".join(dataset)), code(digest))
    if label == "Run":
        return words(faint(noun), plain(subject.key[-1]))
    return words(faint(noun), plain(node_name(label, subject.key)))


def in_words(kind: str) -> str:
    """Return the kind of a ledger entry in words; one that this version does not know by the words of its name."""
    return KINDS.get(kind) or kind.rpartition(".")[2].replace("_", " ")


def unrecorded(field: str) -> Line:
    """Return what stands in a table where a field was not recorded, by its name."""
    return missing(clean(f"{named(field)}: not recorded"))


def all_unrecorded(fields: Sequence[str]) -> Line:
    """Return what stands where none of several fields was recorded, a comma between two."""
    return words(*((*unrecorded(field), *plain(",")) for field in fields[:-1]), *map(unrecorded, fields[-1:]))


class Attestable(Protocol):
    """What is declared to be without identifiers, or not, and whether that is attested."""

    @property
    def attested(self) -> bool | None:
        """Tell whether it is; None where it is not declared to be without identifiers."""

    @property
    def from_attested(self) -> bool:
        """Tell whether it is not attested itself and was made of attested data alone."""


def unattested(one: Attestable) -> Line:
    """Return that nobody attested what is declared, and whether what it was made of is; nothing where somebody did."""
    if one.attested is not False:
        return ()
    if one.from_attested:
        return words(mark("not attested", "warn"), faint("made of attested data alone"))
    return mark("not attested", "bad")


def when(at: str | None) -> Line:
    """Return a time in UTC, or that it is missing."""
    return missing() if at is None else stamp(at)


def unfinished(state: str | None) -> Iterator[Line]:
    """Yield a run's state, nothing where it completed or none is known."""
    if state and state != "COMPLETE":
        yield mark(state, tone(state))


def number_of(run: str | None, known: Mapping[tuple[str, str], str], job: str | None = None) -> Line:
    """Return a run's number in the table of runs, by its job and id; its id where that alone names none or several."""
    if run is None:
        return ()
    if job is not None and (job, run) in known:
        return strong(known[job, run])
    numbers = [number for (_, id_), number in known.items() if id_ == run] if job is None else []
    return strong(numbers[0]) if len(numbers) == 1 else code(run)


def listed(name: str, values: tuple[str, ...]) -> Line:
    """Return the values after their name, nothing where there are none."""
    return words(faint(f"{name}:"), plain(", ".join(values))) if values else ()


class OfDataset(Protocol):
    """What is said of a dataset, or of a column of it."""

    @property
    def dataset(self) -> str:
        """Return what the dataset is called."""

    @property
    def entries(self) -> Collection[int]:
        """Return the entries that say so."""


def datasets_alike(groups: Sequence[Sequence[OfDataset]]) -> Iterator[Line]:
    """Yield the dataset of each group; of several, of which the same is said, each with the entries that say so."""
    for group in groups:
        entries = {entry for one in group for entry in one.entries} if len(groups) > 1 else ()
        yield words(plain(group[0].dataset), cites(entries))
