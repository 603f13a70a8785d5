"""Cohorts: the people parted once and for all, so that nobody is ever in training and in evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from ingest_hooks import emit
from ingest_hooks.emit import Flow, Manifest

from . import estate
from .tables import read_table, write_table
from .workspace import Workspace

_TRAINING_PERCENT = 75


@dataclass(frozen=True, slots=True)
class Cohort:
    """One side of the split: its files, and how much is in them."""

    files: Manifest
    rows: int
    persons: int


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Both snapshots, and the run that wrote them."""

    training: Cohort
    evaluation: Cohort
    run_id: str


def split(workspace: Workspace) -> Cohorts:
    """Write both cohorts; a person's side depends on the pseudonym alone, so it is the same in every round."""
    source = workspace.folder(estate.DEIDENTIFIED_STAYS)
    columns = workspace.columns(estate.DEIDENTIFIED_STAYS)
    names = [column.name for column in columns]
    written = {}
    with workspace.run(estate.SPLIT) as run:
        run.read(estate.DEIDENTIFIED_STAYS, snapshot=emit.manifest(source), columns=columns)
        rows = read_table(source)
        for dataset, learns in ((estate.TRAINING, True), (estate.EVALUATION, False)):
            chosen = [row for row in rows if is_for_training(row["person_key"]) is learns]
            write_table(workspace.folder(dataset), columns, chosen)
            persons = len({row["person_key"] for row in chosen})
            written[dataset.name] = Cohort(emit.manifest(workspace.folder(dataset)), len(chosen), persons)
            run.write(
                dataset,
                files=written[dataset.name].files,
                columns=columns,
                column_lineage={
                    name: [Flow(estate.DEIDENTIFIED_STAYS, name, subtype="IDENTITY", masking=False)] for name in names
                },
                depends_on=[Flow(estate.DEIDENTIFIED_STAYS, "person_key", "INDIRECT", "FILTER")],
                mode=workspace.mode,
                rows=len(chosen),
            )
    return Cohorts(written[estate.TRAINING.name], written[estate.EVALUATION.name], run.run_id)


def is_for_training(person_key: str) -> bool:
    """Which side of the split a person is on, for ever."""
    return int(person_key[:8], 16) % 100 < _TRAINING_PERCENT
