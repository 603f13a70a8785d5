"""From what a pipeline knows about a dataset to the facets of the standard and of the product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openlineage.client.facet_v2 import (
    DatasetFacet,
    column_lineage_dataset,
    dataset_type_dataset,
    dataset_version_dataset,
    datasource_dataset,
    documentation_dataset,
    lifecycle_state_change_dataset,
    ownership_dataset,
    schema_dataset,
    storage_dataset,
    tags_dataset,
)

from .datasets import Column, Dataset, Flow, WriteMode
from .facets import PRODUCER, LinewardPhiTagsDatasetFacet, LinewardSnapshotDatasetFacet
from .manifests import Manifest

Facets = dict[str, DatasetFacet]


def describe(dataset: Dataset, columns: Sequence[Column] | None) -> Facets:
    """The facets that say what a dataset is, for those parts of it that are known."""
    found: Facets = {}
    shape = dataset.columns if columns is None else tuple(columns)
    if shape:
        found["schema"] = _schema(shape)
    if dataset.description is not None:
        found["documentation"] = documentation_dataset.DocumentationDatasetFacet(dataset.description, producer=PRODUCER)
    if dataset.type is not None:
        found["datasetType"] = dataset_type_dataset.DatasetTypeDatasetFacet(dataset.type, producer=PRODUCER)
    if dataset.source is not None:
        found["dataSource"] = datasource_dataset.DatasourceDatasetFacet(
            dataset.source.name, dataset.source.uri, producer=PRODUCER
        )
    if dataset.storage is not None:
        found["storage"] = storage_dataset.StorageDatasetFacet(
            dataset.storage.layer, dataset.storage.format, producer=PRODUCER
        )
    if dataset.owner is not None:
        owners = [ownership_dataset.Owner(dataset.owner)]
        found["ownership"] = ownership_dataset.OwnershipDatasetFacet(owners, producer=PRODUCER)
    if dataset.tags:
        tags = [
            tags_dataset.TagsDatasetFacetFields(tag.key, tag.value, "USER", field=tag.column) for tag in dataset.tags
        ]
        found["tags"] = tags_dataset.TagsDatasetFacet(tags, producer=PRODUCER)
    if dataset.phi_tags:
        found[LinewardPhiTagsDatasetFacet.key] = LinewardPhiTagsDatasetFacet.of(dataset.phi_tags)
    return found


def name_snapshot(snapshot: Manifest | str | None) -> Facets:
    """The facets that name the exact state that was read or written."""
    if snapshot is None:
        return {}
    facet = LinewardSnapshotDatasetFacet.of(snapshot)
    return {
        "version": dataset_version_dataset.DatasetVersionDatasetFacet(facet.digest, producer=PRODUCER),
        LinewardSnapshotDatasetFacet.key: facet,
    }


def trace_columns(column_lineage: Mapping[str, Sequence[Flow]] | None, depends_on: Sequence[Flow]) -> Facets:
    """The columnLineage facet; `depends_on` are dependencies of the whole output, such as filters and joins."""
    if column_lineage is None and not depends_on:
        return {}
    fields = {
        column: column_lineage_dataset.Fields([_input_field(flow) for flow in flows])
        for column, flows in (column_lineage or {}).items()
    }
    whole = [_input_field(flow) for flow in depends_on]
    return {"columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields, whole or None, producer=PRODUCER)}


def lifecycle_change(mode: WriteMode | None) -> Facets:
    """The lifecycle change of a write that creates or replaces; appending changes no lifecycle."""
    if mode is None or mode == "APPEND":
        return {}
    change = lifecycle_state_change_dataset.LifecycleStateChange(mode)
    return {
        "lifecycleStateChange": lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(
            change, producer=PRODUCER
        )
    }


def _schema(columns: Sequence[Column]) -> schema_dataset.SchemaDatasetFacet:
    fields = [
        schema_dataset.SchemaDatasetFacetFields(
            column.name, column.type, column.description, ordinal_position=position, fields=None
        )
        for position, column in enumerate(columns, start=1)
    ]
    return schema_dataset.SchemaDatasetFacet(fields, producer=PRODUCER)


def _input_field(flow: Flow) -> column_lineage_dataset.InputField:
    transformation = column_lineage_dataset.Transformation(flow.type, flow.subtype, flow.description, flow.masking)
    return column_lineage_dataset.InputField(flow.dataset.namespace, flow.dataset.name, flow.column, [transformation])
