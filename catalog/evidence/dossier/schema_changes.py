from __future__ import annotations

from collections.abc import Iterable

from catalog.assets.schemas import schema_steps
from catalog.evidence.dossier.phrases import full_name
from catalog.evidence.dossier.teller import Teller
from graph_schema.facts import Role
from graph_schema.times import format_time
from reports.parts import schema_changes as part


def schema_changes(teller: Teller, until: int) -> Iterable[part.SchemaChange]:
    """Tell those up to the registration: what came later did not make this version."""
    schemas = teller.scene.schemas
    writers = {said.run for each in schemas.values() for said in each if said.run and said.role == Role.OUT}
    folds = teller.scene.view.runs(writers)
    for record in teller.scene.sorted_datasets():
        for step in schema_steps(schemas.get(record.id, ()), folds):
            if step.at > until:
                continue
            yield part.SchemaChange(
                dataset=full_name(record),
                at=format_time(step.at),
                run=teller.run_id(step.run),
                added=step.added,
                removed=step.removed,
                changed=step.changed,
                entries=teller.cites(step.entries),
            )
