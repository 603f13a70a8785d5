from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalog.assets.model import AspectInForce, DatasetRecord
from catalog.evidence.dossier.phrases import full_name
from catalog.evidence.dossier.teller import Teller
from reports.parts import sources as part


def sources(teller: Teller, feeds: set[str]) -> Iterable[part.Source]:
    for record in teller.scene.sorted_datasets():
        yield _source(teller, record, feeds)


def _source(teller: Teller, record: DatasetRecord, feeds: set[str]) -> part.Source:
    feed = any(teller.scene.dataset_of(node) == record.id for node in feeds)
    spoken = [
        ("owner", record.owner),
        ("source_system", record.source_system),
        ("schema_version", record.schema_version),
        ("clinical_purpose", record.clinical_purpose),
        ("phi_category", record.phi_category),
        ("deidentification_state", record.deidentification_state),
        ("retention", record.retention),
        ("zone", record.zone),
        ("site", record.site),
        ("region", record.region),
    ]
    held: list[tuple[str, AspectInForce[Any]]] = [(name, said) for name, said in spoken if said is not None]
    system = record.source_system
    return part.Source(
        dataset=full_name(record),
        system=None if system is None else system.value.name,
        system_kind=None if system is None else system.value.kind,
        raw_feed=feed,
        declared=tuple(part.Declared(field=name, value=_words(said.value)) for name, said in held),
        missing=tuple(gap.field for gap in record.gaps),
        entries=teller.cites([record.first_entry, *(said.entry for _, said in held)]),
    )


def _words(value: Any) -> str:  # noqa: ANN401  a declared value
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if hasattr(value, "policy_class"):
        return f"{value.policy_class}, {value.period_days} days"
    if hasattr(value, "kind"):
        return f"{value.name} ({value.kind})"
    return str(value)
