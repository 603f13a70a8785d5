"""What the dossier's first page says: the exceptions, worst first, then what was found in order.

Each rule reads the context alone and states a fact; what follows from it is for the reader to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.contexts import Approval, ModelDossier, Snapshot
from reports.document import Item, Line, Summary, Tone, cites, plain, words
from reports.dossier.naming import counted, gathered

_MOST_NAMES = 5
# What a pipeline sends for a revision where its code was under no version control.
_UNKNOWN = "unknown"
# Findings of these rules say what an exception of the summary says already, from the same records.
_SAID = frozenset({"code revision clean", "snapshot unaltered", "evaluation set locked", "decision authenticated"})


def summary(context: ModelDossier) -> Summary:
    """Return the summary: exceptions first (bad, then warnings), then what is in order."""
    items = [*_exceptions(context), *_in_order(context)]
    ranked = sorted(items, key=lambda item: ("bad", "warn", "none", "good").index(item.tone))
    bad = sum(item.tone == "bad" for item in ranked)
    warn = sum(item.tone == "warn" for item in ranked)
    tone: Tone = "bad" if bad else "warn" if warn else "good"
    found = [counted(bad, "exception")] if bad else []
    found += [counted(warn, "point to note", "points to note")] if warn else []
    return Summary(" and ".join(found) or "No exceptions", tone, tuple(ranked))


def _exceptions(context: ModelDossier) -> Iterator[Item]:
    yield from _answer(context)
    yield from _model(context)
    for snapshot in context.snapshots:
        yield from _snapshot(snapshot)
    yield from _overlap(context)
    yield from _approvals(context)
    yield from _handling(context)
    yield from _records(context)


def _answer(context: ModelDossier) -> Iterator[Item]:
    answer = context.read_point.completeness
    if answer.state != "COMPLETE":
        why = "; ".join(answer.reasons) or "no reason was given"
        yield _bad(answer.state, plain(f"The answer behind this report is not complete: {why}."), "method")
    if context.quarantined:
        text = f"{_entries(len(context.quarantined))} could not be projected and may bear on this report."
        yield _bad("QUARANTINED", _cited(text, (each.entry for each in context.quarantined)), "exceptions")


def _model(context: ModelDossier) -> Iterator[Item]:
    model = context.model
    if model.code is not None and model.code.clean is False:
        yield _bad("CODE", _cited("The code's working tree had uncommitted changes.", model.entries), "model")
    unrecorded = {
        "intended use": model.intended_use,
        "artifact digest": model.artifact_digest,
        "signature": model.signature,
        "code revision": model.code and model.code.revision != _UNKNOWN,
        "environment": model.environment,
    }
    absent = [name for name, value in unrecorded.items() if not value]
    if absent:
        yield _warn("MODEL", _cited(f"Not recorded of the model version: {', '.join(absent)}.", model.entries), "model")
    if not any(snapshot.role == "TRAINING" for snapshot in context.snapshots):
        yield _bad("TRAINING DATA", plain("No training snapshot is recorded for this model version."), "data")
    if not any(snapshot.role == "EVALUATION" for snapshot in context.snapshots):
        yield _warn("EVALUATION DATA", plain("No evaluation snapshot is recorded for this model version."), "data")


def _snapshot(snapshot: Snapshot) -> Iterator[Item]:
    name = f"{snapshot.role.capitalize()} snapshot of {snapshot.dataset}"
    checked = snapshot.verification
    if checked is not None and checked.result != "OK":
        text = f"{name}: the newest verification found {checked.result}."
        yield _bad("SNAPSHOT", _cited(text, checked.entries), "data")
    if checked is None:
        yield _warn("SNAPSHOT", _cited(f"{name} was not verified again after sealing.", snapshot.entries), "data")
    if snapshot.sealed_at is None:
        yield _bad("SNAPSHOT", _cited(f"{name} is not sealed.", snapshot.entries), "data")
    if snapshot.role == "EVALUATION" and not snapshot.locked:
        yield _warn("SNAPSHOT", _cited(f"{name} is not locked.", snapshot.entries), "data")


def _overlap(context: ModelDossier) -> Iterator[Item]:
    trained = {each.digest for each in context.snapshots if each.role == "TRAINING"}
    for snapshot in context.snapshots:
        if snapshot.role == "EVALUATION" and snapshot.digest in trained:
            text = f"The evaluation snapshot of {snapshot.dataset} is also a training snapshot (same digest)."
            yield _bad("OVERLAP", _cited(text, snapshot.entries), "data")


def _approvals(context: ModelDossier) -> Iterator[Item]:
    if not context.approvals:
        yield _bad("APPROVALS", plain("No approval was requested for this model version."), "approvals")
    model = context.model
    for approval in context.approvals:
        entries = (approval.entry, *(decision.entry for decision in approval.decisions))
        own = approval.subject == f"{model.namespace} {model.name} {model.version}"
        name = f"{approval.kind} approval" + ("" if own else f" of {approval.subject}")
        if approval.status in {"DENIED", "INVALIDATED", "EXPIRED"}:
            because = f": {approval.because}" if approval.because else ""
            yield _bad("APPROVAL", _cited(f"{name} is {approval.status.lower()}{because}.", entries), "approvals")
        elif approval.status in {"PENDING", "ABSTAINED"}:
            yield _warn("APPROVAL", _cited(f"{name} is {approval.status.lower()}.", entries), "approvals")
        yield from _signers(approval, name)


def _signers(approval: Approval, name: str) -> Iterator[Item]:
    for decision in approval.decisions:
        if not decision.decided_by.authenticated:
            text = f"{name} was decided by a local principal that nobody authenticated."
            yield _bad("SIGNER", _cited(text, (decision.entry,)), "approvals")
        if decision.decided_by.id == approval.requested_by.id:
            text = f"{name} was decided by the principal that requested it."
            yield _bad("SIGNER", _cited(text, (approval.entry, decision.entry)), "approvals")


def _handling(context: ModelDossier) -> Iterator[Item]:
    idle = [step for step in context.deidentification if not step.in_force]
    if idle:
        steps = counted(len(idle), "de-identification step")
        text = f"{steps} without an attestation in force: {_names(step.job for step in idle)}."
        yield _bad("DE-IDENTIFICATION", _cited(text, (i for step in idle for i in step.entries)), "handling")
    suggested = [label for label in context.labels if label.origin == "SUGGESTED"]
    if suggested:
        text = f"{counted(len(suggested), 'label')} suggested and neither confirmed nor rejected by a person."
        yield _warn("LABELS", _cited(text, (i for label in suggested for i in label.entries)), "handling")


def _records(context: ModelDossier) -> Iterator[Item]:
    lacking = [source for source in context.sources if source.missing]
    if lacking:
        text = (
            f"Mandatory fields are missing on {counted(len(lacking), 'source')}: {_names(s.dataset for s in lacking)}."
        )
        yield _warn("SOURCES", _cited(text, (i for source in lacking for i in source.entries)), "sources")
    failed = [run for run in context.runs if run.state in {"FAIL", "ABORT"}]
    if failed:
        text = f"{counted(len(failed), 'run')} did not complete: {_names(run.job for run in failed)}."
        retried = sum(run.retried_by is not None for run in failed)
        if retried:
            text += f" Of these, {retried:,} retried with success."
        yield _warn("RUNS", _cited(text, (i for run in failed for i in run.entries)), "runs")
    if context.schema_changes:
        fields = _names(name for each in context.schema_changes for name in (*each.added, *each.removed, *each.changed))
        datasets = {each.dataset for each in context.schema_changes}
        text = f"The schema changed on the way to the training data, of {counted(len(datasets), 'dataset')}: {fields}."
        yield _warn("SCHEMA", _cited(text, (i for each in context.schema_changes for i in each.entries)), "exceptions")
    for finding in context.findings:
        if finding.rule in _SAID:
            continue
        item = _bad if finding.severity == "HIGH" else _warn
        yield item("FINDING", _cited(f"{finding.subject}: {finding.text}", finding.entries), "exceptions")
    if context.gaps:
        subjects = {gap.subject for gap in context.gaps}
        fields = _names(gap.field for gap in context.gaps)
        of = counted(len(subjects), "subject")
        text = f"{counted(len(context.gaps), 'thing')} not recorded, of {of}: {fields}."
        yield _warn("GAPS", plain(text), "gaps")


def _in_order(context: ModelDossier) -> Iterator[Item]:
    feeds = [node for node in context.nodes if node.raw_feed]
    if feeds:
        named = _names(sorted(node.name for node in feeds))
        text = f"The training data comes from {counted(len(feeds), 'raw feed')}: {named}."
        yield Item("none", "RAW FEEDS", _cited(text, (i for node in feeds for i in node.entries)), "lineage")
    jobs = sorted({run.job for run in context.runs})
    if jobs:
        text = f"{counted(len(jobs), 'job')} touched it in {counted(len(context.runs), 'run')}: {_names(jobs)}."
        yield Item("none", "JOBS", _cited(text, (i for run in context.runs for i in run.entries)), "runs")
    sound = [s for s in context.snapshots if s.sealed_at and s.verification and s.verification.result == "OK"]
    if sound:
        text = f"{len(sound)} of {counted(len(context.snapshots), 'snapshot')} sealed and verified again since."
        yield Item(
            "good",
            "SNAPSHOTS",
            _cited(text, (i for each in sound for i in (*each.entries, *_verified_by(each)))),
            "data",
        )
    doubted = {entry for finding in context.findings if finding.severity == "HIGH" for entry in finding.entries}
    granted = [
        approval
        for approval in context.approvals
        if approval.status == "APPROVED" and doubted.isdisjoint(decision.entry for decision in approval.decisions)
    ]
    if granted:
        text = f"{counted(len(granted), 'approval')} in force: {_names(approval.kind for approval in granted)}."
        entries = [i for each in granted for i in (each.entry, *(decision.entry for decision in each.decisions))]
        yield Item("good", "APPROVALS", _cited(text, entries), "approvals")
    attested = [step for step in context.deidentification if step.in_force]
    if attested:
        text = f"{counted(len(attested), 'de-identification step')} with an attestation in force."
        yield Item("good", "DE-IDENTIFICATION", _cited(text, (i for s in attested for i in s.entries)), "handling")
    if context.model.code is not None and context.model.code.clean:
        text = "The code revision is recorded, its working tree clean."
        yield Item("good", "CODE", _cited(text, context.model.entries), "model")


def _verified_by(snapshot: Snapshot) -> tuple[int, ...]:
    return snapshot.verification.entries if snapshot.verification else ()


def _bad(verdict: str, line: Line, section: str) -> Item:
    return Item("bad", verdict, line, section)


def _warn(verdict: str, line: Line, section: str) -> Item:
    return Item("warn", verdict, line, section)


def _cited(text: str, entries: Iterable[int]) -> Line:
    return words(plain(text), cites(entries))


def _entries(number: int) -> str:
    return counted(number, "ledger entry", "ledger entries")


def _names(names: Iterable[str]) -> str:
    return gathered(names, _MOST_NAMES)
