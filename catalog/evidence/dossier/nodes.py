from __future__ import annotations

from collections.abc import Iterable

from catalog.evidence.dossier.phrases import full_name, said_value
from catalog.evidence.dossier.teller import Teller
from catalog.releases.model import ModelVersionRecord
from graph_schema.identity import label_of
from reports.parts import lineage as part


def nodes(teller: Teller, version: ModelVersionRecord, feeds: set[str]) -> Iterable[part.LineageNode]:
    scene = teller.scene
    for node in sorted(scene.graph.nodes, key=lambda each: (each.depth, scene.title(each.id), each.id)):
        yield _node(teller, node.id, version, feeds)


def _node(teller: Teller, identifier: str, version: ModelVersionRecord, feeds: set[str]) -> part.LineageNode:
    if identifier == version.id:
        return part.LineageNode(
            id=identifier,
            name=f"{version.model} {version.version}",
            kind="ModelVersion",
            root=True,
            entries=teller.cites([version.first_entry]),
        )
    dataset = teller.scene.dataset_of(identifier)
    record = teller.scene.datasets.get(dataset or "")
    if record is None:
        return part.LineageNode(id=identifier, name=identifier, kind=label_of(identifier))
    held = teller.scene.labels.get(record.id, ())
    return part.LineageNode(
        id=identifier,
        name=full_name(record),
        kind=label_of(identifier),
        zone=said_value(record.zone),
        deid_state=said_value(record.deidentification_state),
        labels=tuple(sorted({one.kind for one in held if one.present})),
        raw_feed=identifier in feeds,
        entries=teller.cites([record.first_entry]),
    )
