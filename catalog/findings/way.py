"""What is wrong on the way from the raw feeds: sources, runs, de-identification, labels and schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from catalog.assets.model import RunRecord
from catalog.findings.model import Basis, Coverage, Deidentification, Finding, Gap, Removal
from catalog.findings.rules import Rule
from reports.naming import counted, gathered

_FAILED = frozenset({"FAIL", "ABORT"})


def of_way(basis: Basis, missing: Sequence[Gap], deidentification: Deidentification) -> Iterator[Finding]:
    """Yield one finding on the version for each rule that is broken on the way; `missing` are the gaps."""
    yield from _sources(basis, missing)
    yield from _runs(basis)
    yield from _run_ids(basis)
    yield from _steps(basis, deidentification.idle)
    yield from _labels(basis)


def of_schemas(basis: Basis) -> Iterator[Finding]:
    """Yield what is found on the schemas up to the registration."""
    names, datasets, entries = [], set(), []
    for id_, steps in basis.schema_changes.items():
        for step in steps:
            names += [*step.added, *step.removed, *step.changed]
            datasets.add(id_)
            entries += sorted(step.entries)
    if datasets:
        count = counted(len(datasets), "dataset")
        text = f"The schema changed on the way to the training and evaluation data, of {count}: {gathered(names)}."
        yield Finding(Rule.SCHEMA_UNCHANGED, basis.version.id, text, tuple(dict.fromkeys(entries)))


def _by_start(runs: Iterable[RunRecord]) -> list[RunRecord]:
    return sorted(runs, key=lambda one: (one.started_at or 0, one.run_id))


def _sources(basis: Basis, missing: Sequence[Gap]) -> Iterator[Finding]:
    lacking = {gap.subject for gap in missing if gap.rule is Rule.SOURCES_DECLARED}
    records = sorted(basis.datasets.values(), key=lambda one: (one.namespace, one.name))
    found = [one for one in records if one.id in lacking]
    if found:
        names = gathered(basis.dataset_name(one.id) for one in found)
        text = f"Mandatory fields are not recorded of {counted(len(found), 'source')}: {names}."
        entries = [
            entry for one in found for entry in sorted({*basis.declaration_entries[one.id], *_permitted(basis, one.id)})
        ]
        yield Finding(Rule.SOURCES_DECLARED, basis.version.id, text, tuple(dict.fromkeys(entries)))


def _permitted(basis: Basis, dataset: str) -> Iterator[int]:
    """Yield the entries that say what a dataset may be used for, as of the registration and now."""
    for record in (basis.registered.get(dataset), basis.datasets[dataset]):
        if record is not None and record.permitted_use is not None:
            yield record.permitted_use.entry


def _runs(basis: Basis) -> Iterator[Finding]:
    failed = [run for run in _by_start(basis.runs.values()) if run.state in _FAILED]
    if failed:
        text = f"{counted(len(failed), 'run')} did not complete: {gathered(basis.job_name(run.job) for run in failed)}."
        retried = sum(run.id in basis.retries for run in failed)
        if retried:
            text += f" Of these, {retried:,} retried with success."
        entries = (entry for run in failed for entry in run.entries or (run.first_entry,))
        yield Finding(Rule.RUNS_COMPLETED, basis.version.id, text, tuple(dict.fromkeys(entries)))


def _run_ids(basis: Basis) -> Iterator[Finding]:
    shared = [run for run in _by_start(basis.runs.values()) if basis.same_id.get(run.id)]
    if shared:
        runs = {one.id: one for run in shared for one in (run, *basis.same_id[run.id])}
        names = gathered(sorted({f"{job.namespace}/{job.name}" for one in runs.values() if (job := one.executed)}))
        ids = counted(len({run.run_id for run in shared}), "run id")
        entries = dict.fromkeys(entry for one in runs.values() for entry in one.entries or (one.first_entry,))
        text = f"Several jobs ran under {ids}: {names}."
        yield Finding(Rule.RUN_ID_OF_ONE_JOB, basis.version.id, text, tuple(entries))


def _steps(basis: Basis, idle: Sequence[Coverage | Removal]) -> Iterator[Finding]:
    if idle:
        jobs = gathered(basis.job_name(one.step.job) for one in idle)
        text = f"{counted(len(idle), 'de-identification step')} that no attestation covers: {jobs}."
        entries = dict.fromkeys(entry for one in idle for entry in one.entries)
        yield Finding(Rule.ATTESTATION_IN_FORCE, basis.version.id, text, tuple(entries))


def _labels(basis: Basis) -> Iterator[Finding]:
    suggested = [one for several in basis.suggestions.values() for one in several]
    if suggested:
        text = f"{counted(len(suggested), 'label')} suggested and neither confirmed nor rejected by a person."
        entries = dict.fromkeys(one.by_rule.entry for one in suggested)
        yield Finding(Rule.LABELS_CONFIRMED, basis.version.id, text, tuple(entries))
