"""The datasets and snapshots behind a version: declarations, labels, permitted use, seals, changes of schemas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog.assets.model import AspectInForce, DatasetRecord, RunRecord
from catalog.assets.naming import full_name
from catalog.findings.model import Deidentification
from catalog.findings.separation import Separation as SeparationRecord
from catalog.labels.model import Label as LabelRecord
from catalog.names.model import OtherName as OtherNameRecord
from catalog.releases.model import SnapshotUse
from catalog.reporting.citations import Citations, time_of
from catalog.reporting.dossier_data import DossierData
from catalog.snapshots.model import Seal, SnapshotRecord, Written
from catalog.snapshots.model import Verification as VerificationRecord
from graph_schema.aspects.declarations import PermittedUse
from graph_schema.times import format_time
from reports.context import Code
from reports.parts.labels import Label
from reports.parts.names import Named, OtherName
from reports.parts.schema_changes import SchemaChange
from reports.parts.snapshots import (
    ForeignReference,
    Period,
    Producer,
    Separation,
    Snapshot,
    SnapshotRole,
    Verification,
)
from reports.parts.sources import Changed, Declared, Source
from reports.parts.suggestions import Suggestion
from reports.parts.use import UseStatement

DECLARED = (
    "owner",
    "source_system",
    "schema_version",
    "clinical_purpose",
    "phi_category",
    "deidentification_state",
    "gdpr_state",
    "retention",
    "zone",
    "site",
    "region",
    "source",
    "place",
    "storage_pattern",
    "storage_format",
    "encryption_keys",
    "encryption",
    "plaintext_window",
    "compute_isolation",
    "persons",
    "genomic",
    "feature_set_version",
    "permitted_processing",
    "permitted_consumers",
    "permitted_places",
)


def sources(citations: Citations, data: DossierData, judged: Deidentification) -> Iterator[Source]:
    """Yield every dataset with what was declared of it when the version was registered, and what has changed since."""
    feeds = {data.dataset_of(node) for node in data.raw_feeds}
    nodes: dict[str | None, list[str]] = defaultdict(list)
    for node in data.graph.nodes:
        nodes[data.dataset_of(node.id)].append(node.id)
    for record in data.datasets.values():
        cleared = {node for node in nodes[record.id] if data.is_declared_cleared(node)}
        source = _source(citations, data, record, raw_feed=record.id in feeds)
        yield replace(
            source,
            attested=cleared <= judged.attested if cleared else None,
            from_attested=bool(cleared - judged.attested) and cleared - judged.attested <= judged.derived,
        )


def _source(citations: Citations, data: DossierData, record: DatasetRecord, *, raw_feed: bool) -> Source:
    then = data.registered.get(record.id)
    both = [(name, None if then is None else stated(then, name), stated(record, name)) for name in DECLARED]
    system = None if then is None else then.source_system
    return Source(
        dataset=full_name(record),
        system=None if system is None else system.value.name,
        system_kind=None if system is None else system.value.kind,
        raw_feed=raw_feed,
        declared=tuple(_declared(citations, name, before, now) for name, before, now in both if before or now),
        missing=tuple(gap.field for gap in record.gaps),
        entries=citations.view.cite(
            *data.declaration_entries[record.id],
        ),
    )


def stated(record: DatasetRecord, name: str) -> AspectInForce[Any] | None:
    """Return what is said of the dataset or its source: a report leaves to the reader what follows from a place."""
    found = record.aspects.get(name)
    return None if found is None or found.by_place is not None else found


def _declared(
    citations: Citations, field: str, then: AspectInForce[Any] | None, now: AspectInForce[Any] | None
) -> Declared:
    value = None if then is None else worded(then)
    if now is None or worded(now) == value:
        return Declared(field=field, value=value)
    changed = Changed(value=worded(now), **_since(citations, now))
    return Declared(field=field, value=value, changed=changed)


def _since(citations: Citations, one: AspectInForce[Any]) -> dict[str, Any]:
    """Return from when something holds, when that was recorded, and by which entry."""
    return {
        "since": format_time(one.since),
        "recorded_at": format_time(citations.ledger.entry(one.entry).entry.recorded_at),
        "entry": citations.cite(one.entry),
    }


def worded(one: AspectInForce[Any]) -> str:
    """Return a declared value in words, with its source where that alone declares it; the verifier has the same."""
    by = "" if one.by_source is None else f", by source {one.by_source}"
    return f"{in_words(one.value)}{by}"


def in_words(value: Any) -> str:  # noqa: ANN401  a declared value
    """Return any declared value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(in_words(one) for one in value) or "none"
    return _members(value) if isinstance(value, dict) else str(value)


def _members(value: Mapping[str, Any]) -> str:
    if "policy_class" in value:
        period = f"{value['policy_class']}, {value['period_days']} days"
        counted = " from ".join(one for one in (period, value.get("clock"), value.get("starts_on")) if one)
        return ", then ".join(one for one in (counted, value.get("disposition")) if one)
    if "where" in value:
        return f"{value['where']}, {value['seconds']} seconds at most"
    for name, qualifier in (("name", "kind"), ("key", "environment")):
        if name in value and qualifier in value:
            return f"{value[name]} ({value[qualifier]})"
    members = sorted((name.replace("_", " "), one) for name, one in value.items() if one is not None)
    return ", ".join(f"{name} {in_words(one)}" for name, one in members)


def names(
    citations: Citations,
    datasets: Mapping[str, DatasetRecord],
    others: Mapping[str, Sequence[OtherNameRecord]],
    named_by: Mapping[str, frozenset[int]],
) -> Iterator[Named]:
    """Yield of each dataset that ever had several names those that it has now, and all that decides about them."""
    for record in datasets.values():
        if record.id in named_by:
            yield Named(
                dataset=full_name(record),
                others=tuple(
                    OtherName(
                        name=f"{one.namespace}/{one.name}",
                        why=one.kind.value,
                        since=time_of(one.since),
                        entry=None if one.entry is None else citations.cite(one.entry),
                    )
                    for one in others.get(record.id, ())
                ),
                entries=citations.view.cite(*named_by[record.id]),
            )


def labels(citations: Citations, data: DossierData) -> Iterator[Label]:
    """Yield every label that was on a dataset or column when the version was registered, and what changed since."""
    for record in data.datasets.values():
        then = {(one.column, one.kind): one for one in data.registered_labels.get(record.id, ()) if one.present}
        now = {(one.column, one.kind): one for one in data.labels.get(record.id, ())}
        for place in sorted({*then, *now}, key=lambda each: (each[0] or "", each[1])):
            yield from _labels(citations, full_name(record), then.get(place), now.get(place))


def _labels(citations: Citations, dataset: str, then: LabelRecord | None, now: LabelRecord | None) -> Iterator[Label]:
    before = None if then is None else _label(citations, dataset, then)
    # What was rejected and has never been in effect here is none; whatever is shown is cited, so nothing else is made.
    if now is None or not (now.present or then):
        yield from () if before is None else (before,)
        return
    after = _label(citations, dataset, now)
    if before is not None and replace(after, entries=before.entries) == before:
        # Whatever repeats it since stands behind it too, and what was said under a name that counts no longer.
        yield replace(after, entries=citations.view.cite(*before.entries, *after.entries))
        return
    if before is not None:
        yield before
    recorded = citations.ledger.entry(now.tag.entry).entry.recorded_at
    yield replace(after, later=True, since=format_time(now.tag.since), recorded_at=format_time(recorded))


def _label(citations: Citations, dataset: str, one: LabelRecord) -> Label:
    return Label(
        dataset=dataset,
        column=one.column,
        kind=one.kind,
        present=one.present,
        codes=tuple(Code(system=code.system, code=code.code) for code in one.codes),
        confidentiality=one.confidentiality,
        origin=one.origin,
        because=one.tag.reason,
        entries=citations.view.cite(
            *(tag.entry for tag in one.history),
            *(tag.mapped_by for tag in one.history if tag.mapped_by is not None),
        ),
    )


def suggestions(citations: Citations, data: DossierData) -> Iterator[Suggestion]:
    """Yield what the schemas in force let one suppose and nobody judged."""
    for record in data.datasets.values():
        for one in data.suggestions.get(record.id, ()):
            yield Suggestion(
                dataset=full_name(record),
                column=one.label.column or "",
                kind=one.label.kind,
                codes=tuple(Code(system=code.system, code=code.code) for code in one.by_rule.codes),
                because=one.by_rule.reason or "",
                entries=citations.view.cite(one.by_rule.entry),
            )


def use(citations: Citations, data: DossierData) -> Iterator[UseStatement]:
    """Yield what the owners permitted when the version was registered, and what they declared otherwise since."""
    for record in data.datasets.values():
        then, now = (None if one is None else one.permitted_use for one in (data.registered.get(record.id), record))
        name = full_name(record)
        before = None if then is None else _permitted(citations, name, data.registered[record.id], then)
        after = None if now is None else _permitted(citations, name, record, now)
        if before is not None and after is not None and _is_same(before, after):
            yield replace(before, entries=citations.view.cite(*before.entries, *after.entries))
            continue
        if before is not None:
            yield before
        if now is not None and after is not None:
            since = _since(citations, now)
            yield replace(after, later=True, since=since["since"], recorded_at=since["recorded_at"])


def _is_same(before: UseStatement, after: UseStatement) -> bool:
    return replace(after, region=before.region, entries=before.entries) == before


def _permitted(
    citations: Citations, dataset: str, record: DatasetRecord, one: AspectInForce[PermittedUse]
) -> UseStatement:
    permitted = one.value
    return UseStatement(
        dataset=dataset,
        purposes=permitted.purposes,
        duo=permitted.duo,
        refrains=permitted.refrains,
        obligations=permitted.obligations,
        statement=permitted.statement,
        region=None if (region := stated(record, "region")) is None else region.value,
        entries=citations.view.cite(one.entry),
    )


def schema_changes(citations: Citations, data: DossierData) -> Iterator[SchemaChange]:
    """Yield the changes up to the registration."""
    for record in data.datasets.values():
        for step in data.schema_changes.get(record.id, ()):
            yield SchemaChange(
                dataset=full_name(record),
                at=format_time(step.at),
                run=data.run_id(step.run),
                added=step.added,
                removed=step.removed,
                changed=step.changed,
                entries=citations.view.cite(*step.entries),
            )


def snapshots(citations: Citations, data: DossierData) -> tuple[Snapshot, ...]:
    """Return what the version was trained on, then what it was evaluated on."""
    roles: tuple[tuple[SnapshotRole, tuple[SnapshotUse, ...]], ...] = (
        ("TRAINING", data.registration.trained_on),
        ("EVALUATION", data.registration.evaluated_on),
    )
    return tuple(_snapshot(citations, data, role, use) for role, uses in roles for use in sorted(uses))


def separation(citations: Citations, found: SeparationRecord | None) -> Separation | None:
    """Return whether evaluation data is apart from training data."""
    if found is None:
        return None
    return Separation(
        result=found.result.value,
        training_files=found.training_files,
        evaluation_files=found.evaluation_files,
        overlap=found.overlap,
        shared=found.shared,
        unlisted=found.unlisted,
        text=found.text,
        entries=citations.view.cite(*found.entries),
    )


def _snapshot(citations: Citations, data: DossierData, role: SnapshotRole, use: SnapshotUse) -> Snapshot:
    found = data.snapshots.get(use.snapshot)
    dataset = data.title(use.dataset)
    if found is None:
        return Snapshot(role=role, dataset=dataset, digest=use.digest)
    return snapshot_shown(citations, found, role, dataset, _producer(citations, data, found))


def snapshot_shown(
    citations: Citations, found: SnapshotRecord, role: SnapshotRole, dataset: str, producer: Producer | None
) -> Snapshot:
    """Return a snapshot as a report shows it, with its newest seal and verification."""
    shown = Snapshot(
        role=role,
        dataset=dataset,
        digest=found.digest,
        state=found.state.value,
        produced_by=producer,
        verification=None if found.verification is None else _verification(citations, found.verification),
        entries=citations.view.cite(found.first_entry, *(one.entry for one in found.seals)),
    )
    return shown if found.seal is None else _sealed(citations, shown, found.seal)


def _sealed(citations: Citations, shown: Snapshot, seal: Seal) -> Snapshot:
    return replace(
        shown,
        foreign=tuple(ForeignReference(system=one.system, id=one.id) for one in seal.foreign),
        files=seal.files,
        size_bytes=seal.size_bytes,
        rows=seal.rows,
        persons=seal.persons,
        period=None if seal.period is None else Period(start=seal.period.start, end=seal.period.end),
        sealed_at=format_time(seal.sealed_at),
        sealed_by=citations.actor(seal.sealed_by, authenticated=seal.authenticated),
        locked=seal.locked,
    )


def _verification(citations: Citations, found: VerificationRecord) -> Verification:
    return Verification(
        at=format_time(found.verified_at),
        by=citations.actor(found.verified_by, authenticated=found.authenticated),
        result=found.result,  # type: ignore[arg-type]  # the record's own closed list
        method=found.method,
        differing=found.differing,
        entries=citations.view.cite(found.entry),
    )


def _producer(citations: Citations, data: DossierData, found: SnapshotRecord) -> Producer | None:
    run = data.producer(found)
    if run is None:
        return None
    return producer_shown(citations, run, data.job_name(run.job), data.written.get(found.dataset, {}))


def producer_shown(citations: Citations, run: RunRecord, job: str, written: Mapping[str, Written]) -> Producer:
    """Return the run that wrote a snapshot, with how many rows it says that it wrote to the dataset."""
    wrote = written.get(run.id)
    return Producer(
        job=job,
        run=run.run_id,
        state=run.state,
        rows=None if wrote is None else wrote.rows,
        entries=() if wrote is None else citations.view.cite(wrote.entry),
    )
