"""What should be recorded of a model version and of what it rests on, and is not: the one judge of it.

Findings on what is missing, the sections of a report and the marks in its tables follow what is said here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.access.model import PrincipalRecord
from catalog.approvals.model import Approval, Decision
from catalog.findings.approvals import never_asked
from catalog.findings.model import Basis, Deidentification, Gap
from catalog.findings.rules import Rule
from catalog.releases.model import SnapshotUse
from catalog.snapshots.model import SnapshotRecord
from graph_schema.identity import node_id
from graph_schema.vocabulary.words import PrincipalKind

_UNKNOWN = "unknown"
"""What a pipeline sends for repository or revision where its code was under no version control: no code at all."""


def gaps(basis: Basis, deidentification: Deidentification) -> Iterator[Gap]:
    """Yield what is missing, in the order in which a report shows what it would be part of."""
    yield from _of_version(basis)
    registration = basis.registration
    for use in dict.fromkeys((*sorted(registration.trained_on), *sorted(registration.evaluated_on))):
        yield from _of_snapshot(basis, use)
    for record in sorted(basis.datasets.values(), key=lambda one: (one.namespace, one.name)):
        name = basis.dataset_name(record.id)
        for gap in record.gaps:
            yield Gap(record.id, name, gap.field, gap.note, Rule.SOURCES_DECLARED)
    yield from _of_runs(basis)
    yield from _of_deidentification(basis, deidentification)
    yield from _of_labels(basis)
    yield from _of_approvals(basis)


def _of_version(basis: Basis) -> Iterator[Gap]:
    version, registration, recorded = basis.version, basis.registration, Rule.VERSION_RECORDED
    code, unsplit = registration.code, [one.name for one in registration.metrics if one.split is None]
    absent = (
        ("intended use", registration.intended_use is None, "Register what the model is meant for.", recorded),
        ("signature", registration.signature is None, "Register the signature of the artifact.", recorded),
        ("metrics", not registration.metrics, "Register how the model measured.", recorded),
        ("metric split", bool(unsplit), f"Register it with each metric: {', '.join(unsplit)}.", recorded),
        ("run", registration.run is None, "Register the run that trained it.", recorded),
        ("code repository", code.repository == _UNKNOWN, "Build from a repository that has an address.", recorded),
        ("code revision", code.revision == _UNKNOWN, "Build from a commit.", recorded),
        ("clean code", code.clean is None, "Register whether the tree was exactly that commit.", recorded),
        ("evaluation", not registration.evaluated_on, "Register what it was evaluated on.", Rule.EVALUATION_RECORDED),
    )
    for field, is_absent, note, rule in absent:
        if is_absent:
            yield Gap(version.id, basis.title, field, note, rule)


def _of_snapshot(basis: Basis, use: SnapshotUse) -> Iterator[Gap]:
    found = basis.snapshots.get(use.snapshot)
    seal = None if found is None else found.seal
    rows = None if seal is None else seal.rows
    absent = (
        ("seal", seal is None, "Seal it with its manifest.", Rule.SNAPSHOT_SEALED),
        ("verification", not _is_verified(found), "Check its bytes against the seal.", Rule.SNAPSHOT_VERIFIED),
        ("producer", use.snapshot not in basis.producers, "Seal it with the run that wrote it.", None),
        ("rows", rows is None and basis.rows_written(use) is None, "Count the rows in seal or event.", None),
        ("persons", seal is None or seal.persons is None, "Count the persons in the seal.", None),
        ("period", seal is None or seal.period is None, "Say in the seal which days its data is of.", None),
    )
    for field, is_absent, note, rule in absent:
        if is_absent:
            yield Gap(use.snapshot, f"{basis.dataset_name(use.dataset)} {use.digest}", field, note, rule)


def _is_verified(snapshot: SnapshotRecord | None) -> bool:
    """Tell whether the bytes were checked after the newest seal: what an earlier check found says nothing of it."""
    if snapshot is None or snapshot.verification is None:
        return False
    return snapshot.seal is None or snapshot.verification.verified_at >= snapshot.seal.sealed_at


def _of_runs(basis: Basis) -> Iterator[Gap]:
    if not basis.runs:
        yield Gap(basis.version.id, basis.title, "runs", "Send events of the runs that made it.")
    for run in sorted(basis.runs.values(), key=lambda one: (one.started_at or 0, one.run_id)):
        if run.state is None:
            yield Gap(run.id, run.run_id, "run events", "Send the run's events.")


def _of_deidentification(basis: Basis, found: Deidentification) -> Iterator[Gap]:
    if not found.coverage and not found.removals:
        yield Gap(basis.version.id, basis.title, "de-identification", "Attest the step, or let its run claim it.")
    for one in (each.attestation for each in found.coverage):
        if not one.named_codes:
            yield Gap(one.id, basis.job_name(one.job), "cleared codes", "Attest what it clears.")
    for step in (each.step for each in found.removals):
        run = basis.runs.get(step.run or "")
        name = " ".join(part for part in (basis.job_name(step.job), run and run.run_id) if part)
        note, rule = "Let a steward attest the step.", Rule.ATTESTATION_IN_FORCE
        yield Gap(step.run or step.job, name, "attestation", note, rule)


def _of_labels(basis: Basis) -> Iterator[Gap]:
    """Yield whether there is no label, neither then nor now, and which of those that there were go by no code."""
    found = False
    for record in sorted(basis.datasets.values(), key=lambda one: (one.namespace, one.name)):
        then = {(one.column, one.kind): one for one in basis.registered_labels.get(record.id, ()) if one.present}
        held = {(one.column, one.kind): one for one in basis.labels.get(record.id, ())}
        # What was on another name that is a dataset of its own since was there then all the same.
        for place in sorted({*then, *held}, key=lambda each: (each[0] or "", each[1])):
            was, now = then.get(place), held.get(place) or then[place]
            if not (now.present or was):
                continue
            found = True
            if not now.codes or (was is not None and not was.codes):
                name = " ".join(part for part in (basis.dataset_name(record.id), now.column) if part)
                yield Gap(record.id, name, "label codes", f"Tag it with codes: {now.kind.replace('_', ' ').lower()}.")
    if not found:
        yield Gap(basis.version.id, basis.title, "labels", "Tag what the data holds.")


def _of_approvals(basis: Basis) -> Iterator[Gap]:
    version = basis.version
    if never_asked(version.id, basis.approvals):
        yield Gap(version.id, basis.title, "approvals", "Request an approval of it.", Rule.APPROVAL_REQUESTED)
    for approval in basis.approvals:
        name = f"{approval.approval_kind} #{approval.request}"
        if not approval.digests:
            yield Gap(approval.id, name, "bound digests", "Record what is approved before asking.")
        for decision in approval.decisions:
            yield from _of_decision(basis, approval, decision)


def _of_decision(basis: Basis, approval: Approval, decision: Decision) -> Iterator[Gap]:
    signer = basis.powers.at(decision.decided_by, decision.entry)
    absent = (
        ("signer", signer is None, "Define who decides before they do."),
        ("signer title", signer is not None and not signer.title, "Define who decides with a title."),
        ("signer organisation", signer is not None and not signer.organisation, "Define them with an organisation."),
        ("signing key", decision.authenticated and not decision.key_id, "Nothing: an older catalog did not note it."),
    )
    for field, is_absent, note in absent:
        if is_absent:
            yield Gap(approval.id, f"#{decision.entry}", field, note)


def gaps_of_principals(acted: Mapping[str, PrincipalRecord | None]) -> Iterator[Gap]:
    """Yield what no record says of those who wrote what a report rests on, by principal; keys proved each of them."""
    for name, known in sorted(acted.items()):
        is_person = known is not None and known.principal_kind == PrincipalKind.PERSON
        absent = (
            ("definition", known is None, "Define the principal."),
            ("title", is_person and known is not None and not known.title, "Define the person with a title."),
            ("organisation", known is not None and not known.organisation, "Define it with its organisation."),
            ("key", known is None or not known.keys, "Issue the key by which it acts."),
        )
        for field, is_absent, note in absent:
            if is_absent:
                yield Gap(node_id("Principal", (name,)), name, field, note)
