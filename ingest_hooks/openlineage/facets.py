"""What each facet says: one small function a facet, in a table that names them (facet versions as of core 2-0-2).

A facet that has an aspect of its own is stated under it, without the standard's bookkeeping keys. Every other one is
kept whole, as it came, under `facet:` and its name. What more a facet says (an alias, a snapshot, a column's origin) is
added by its function. Facets are taken as they come: a part of the wrong type says nothing and harms nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import orjson

from graph_schema import edges, nodes
from graph_schema.aspects import (
    KEPT_FACET,
    aspects_of_facets,
    is_momentary,
    name_of_check,
    name_of_measurement,
    name_of_use,
)
from graph_schema.aspects.events import Code, Environment
from graph_schema.aspects.labels import Coding, Tag
from graph_schema.aspects.quality import Measurement
from graph_schema.builder import FactBuilder
from graph_schema.column_lineage import ColumnLineage, address, read_column_lineage, read_entries, read_entry
from graph_schema.facet_reading import dataset as dataset_named
from graph_schema.facet_reading import is_deleted, members, objects, text
from graph_schema.facet_reading import job as job_named
from graph_schema.facts import Role
from graph_schema.quality_facets import checks
from graph_schema.vocabulary.tag_words import phi_kind_of
from graph_schema.vocabulary.words import PhiKind, Stance, TagOrigin
from ingest_hooks.openlineage.part_memo import PartMemo
from ingest_hooks.openlineage.wire import JSON

Facet = Mapping[str, JSON]

_ASPECTS: Final = {label: aspects_of_facets(label) for label in ("Dataset", "Job", "Run")}
"""By the kind of node, the aspect of each facet that has one."""

_YIELDS_TO: Final = {"spark.exception": "errorMessage"}
"""Facets that another one of the same run says better."""

_FORMERLY: Final = {"dataQuality": "dataQualityMetrics"}
"""Facets by a name that emitters still use, and what the standard calls them now; where both are there, that counts."""

_OF_A_SNAPSHOT: Final = frozenset({"version", "lineward_snapshot"})
"""Facets by which a dataset's state is a snapshot; a model's is a model version."""

_BOOKKEEPING = frozenset({"_producer", "_schemaURL", "_deleted"})
_PHI_KINDS = frozenset(kind.value for kind in PhiKind)


@dataclass(frozen=True, slots=True)
class Scope:
    """Within which event a facet is read: where its facts go, which run and dataset it is about, in which role."""

    builder: FactBuilder
    role: Role = Role.OWN
    run: nodes.Run | None = None
    dataset: nodes.Dataset | None = None
    memo: PartMemo | None = None
    job: nodes.Job | None = None


class Named(NamedTuple):
    """A facet with its name, the aspect that it is stated under, and what more it says."""

    name: str
    facet: JSON
    aspect: str | None
    effect: Callable[[Scope, Facet], None] | None


def add_facets(scope: Scope, node: nodes.Node, facets: Mapping[str, JSON]) -> None:
    """Add every facet of one job, run or dataset."""
    aspects = _ASPECTS[node.label]
    model = model_version_of(node, facets) if isinstance(node, nodes.Dataset) else None
    for name, facet in facets.items():
        if facet is not None:
            effect = None if _YIELDS_TO.get(name) in facets else EFFECTS.get((type(node), name))
            if name in _OF_A_SNAPSHOT and model is not None:
                effect = None
            now = _FORMERLY.get(name, name)
            aspect = aspects.get(name if now in facets else now)
            _add_remembered(scope, node, Named(name, facet, aspect, effect))


def _add_remembered(scope: Scope, node: nodes.Node, named: Named) -> None:
    if scope.memo is None or isinstance(node, nodes.Run):
        _add_facet(scope, node, named)
        return
    job = scope.job.id if scope.job is not None and named.name in _OF_ITS_JOB else ""
    effective = named.effect is not None
    stands_as = named.name, named.aspect or "", effective
    key = node.id, scope.role.value, scope.run is None, job, *stands_as, orjson.dumps(named.facet)
    scope.memo.add(scope.builder, key, lambda alone: _add_facet(replace(scope, builder=alone), node, named))


def _add_facet(scope: Scope, node: nodes.Node, named: Named) -> None:
    """Add what follows from a facet; `_deleted: true` ends one of a job or a dataset."""
    name, facet, aspect, effect = named
    if not isinstance(facet, dict):
        scope.builder.add_statement(node, KEPT_FACET + name, facet, scope.role)
        return
    if is_deleted(facet) and not isinstance(node, nodes.Run):
        scope.builder.add_statement(node, aspect or KEPT_FACET + name, None, scope.role)
        return
    kept = {key: part for key, part in facet.items() if aspect is None or key not in _BOOKKEEPING}
    if aspect is not None and is_momentary(aspect) and scope.run is not None and scope.dataset is not None:
        scope.builder.add_statement(scope.run, name_of_use(scope.role.value, aspect, scope.dataset.id), kept)
    else:
        scope.builder.add_statement(node, aspect or KEPT_FACET + name, kept, scope.role)
    if effect is not None:
        effect(scope, facet)


def version_of(facets: Mapping[str, JSON]) -> str | None:
    """The state that a read or write names: its store's own version, else the product's digest."""
    return text(facets.get("version"), "datasetVersion") or text(facets.get("lineward_snapshot"), "digest")


def processing_type(job_facets: Mapping[str, JSON]) -> str | None:
    """STREAMING, BATCH or SERVICE, as jobType says."""
    return _upper(text(job_facets.get("jobType"), "processingType"))


def is_window(job_facets: Mapping[str, JSON]) -> bool:
    """Whether each event of the job stands for itself (jobType's emissionPattern COMPLETE_SNAPSHOT)."""
    job_type = job_facets.get("jobType")
    pattern = job_type.get("emissionPattern") if isinstance(job_type, dict) else None
    return (text(pattern, "eventContentMode") or "").upper() == "COMPLETE_SNAPSHOT"


def write_value(facets: Mapping[str, JSON]) -> dict[str, JSON]:
    """What a WROTE edge says: the version written, what it did to the whole, and from which name."""
    change = facets.get("lifecycleStateChange")
    mode = text(change, "lifecycleStateChange")
    value: dict[str, JSON] = {}
    version = version_of(facets)
    if version:
        value["version"] = version
    if mode:
        value["mode"] = mode.upper()
    before = renamed_from(facets)
    if before:
        value["renamed_from"] = before.id
    return value


def renamed_from(facets: Mapping[str, JSON]) -> nodes.Dataset | None:
    """The name that a dataset had before a RENAME."""
    change = facets.get("lifecycleStateChange")
    if not isinstance(change, dict) or (text(change, "lifecycleStateChange") or "").upper() != "RENAME":
        return None
    return dataset_named(change.get("previousIdentifier"))


def _add_symlinks(scope: Scope, facet: Facet) -> None:
    """SymlinksDatasetFacet 1-0-1: each name listed, table or location, points to the dataset that carries the facet.

    So several tables of one location are one dataset, and a location that is used again points to another from then on.
    """
    dataset = scope.dataset
    if dataset is None:
        return
    for item in objects(facet, "identifiers"):
        other = dataset_named(item)
        if other is not None and other != dataset:
            scope.builder.add_edge(edges.IsAliasOf(other, dataset))


def _add_version(scope: Scope, facet: Facet) -> None:
    """DatasetVersionDatasetFacet 1-0-1: the snapshot's identity in its own store."""
    _add_snapshot(scope, text(facet, "datasetVersion"))


def _add_digest(scope: Scope, facet: Facet) -> None:
    """LinewardSnapshotDatasetFacet 1-0-0: the snapshot's identity by content, as the emitter claims it."""
    _add_snapshot(scope, text(facet, "digest"))


def _add_snapshot(scope: Scope, version: str | None) -> None:
    if version is None or scope.run is None or scope.dataset is None:
        return
    snapshot = nodes.Snapshot(scope.dataset.namespace, scope.dataset.name, version)
    scope.builder.add_edge(edges.Captures(snapshot, scope.dataset))
    if scope.role is Role.OUT:
        scope.builder.add_edge(edges.Generated(scope.run, snapshot))
    else:
        scope.builder.add_edge(edges.Used(scope.run, snapshot))


def _add_column_lineage(scope: Scope, facet: Facet) -> None:
    """ColumnLineageDatasetFacet 1-2-0: that the columns are; which derives from which, the value says."""
    if scope.dataset is not None:
        _add_columns(scope, scope.dataset, read_column_lineage(facet))


def _add_lineage_of_dataset(scope: Scope, facet: Facet) -> None:
    """LineageDatasetFacet 1-0-0: that the columns are."""
    if scope.dataset is not None:
        _add_columns(scope, scope.dataset, read_entry(facet).columns)


def _add_lineage_of_job(scope: Scope, facet: Facet) -> None:
    """LineageJobFacet 1-0-0: that the columns of its targets and of their inputs are."""
    for dataset, entry in read_entries(facet):
        _add_columns(scope, dataset, read_entry(entry).columns)


def _add_columns(scope: Scope, dataset: nodes.Dataset, lineage: ColumnLineage | None) -> None:
    if lineage is None:
        return
    for name in lineage.fields:
        scope.builder.add_edge(edges.HasColumn(dataset, nodes.Column(dataset.namespace, dataset.name, name)))
    for source in dict.fromkeys(origin.source for origin in lineage.origins()):
        if isinstance(source, nodes.Column):
            scope.builder.add_edge(edges.HasColumn(nodes.Dataset(source.namespace, source.dataset), source))


def _upper(word: str | None) -> str | None:
    return word.upper() if word else None


def _add_phi_tags(scope: Scope, facet: Facet) -> None:
    """LinewardPhiTagsDatasetFacet 1-0-0: a claim; it counts until an authorised person confirms or rejects it."""
    dataset = scope.dataset
    if dataset is None:
        return
    for item in objects(facet, "tags"):
        kind = _upper(text(item, "kind"))
        if kind is None or kind not in _PHI_KINDS:
            continue
        codes = tuple(
            Coding(system, code)
            for coding in objects(item, "codes")
            if (system := text(coding, "system")) and (code := text(coding, "code"))
        )
        value = Tag(Stance.ASSERT, TagOrigin.CLAIMED, codes, confidentiality=text(item, "confidentiality"))
        _claim(scope.builder, dataset, text(item, "field"), kind, value)


def _claim(builder: FactBuilder, dataset: nodes.Dataset, column: str | None, kind: str, tag: Tag) -> None:
    """Add that an emitter claims a kind of PHI of a dataset, or of one of its columns."""
    if column is None:
        builder.add_edge(edges.IsTagged(dataset, nodes.PhiTag(kind)), tag.to_json())
    else:
        node = nodes.Column(dataset.namespace, dataset.name, address(column))
        builder.add_edge(edges.HasColumn(dataset, node))
        builder.add_edge(edges.IsTagged(node, nodes.PhiTag(kind)), tag.to_json())


_CLAIMED: Final = Tag(Stance.ASSERT, TagOrigin.CLAIMED)


def claimed_kinds(facets: Mapping[str, JSON]) -> Iterator[tuple[str | None, str]]:
    """Yield which kinds of PHI a tags facet claims, each with the column that it is said of, None for the whole.

    TagsDatasetFacet, TagsJobFacet and TagsRunFacet 1-0-0; what tags say of PHI is decided by `vocabulary.tag_words`.
    """
    facet = facets.get("tags")
    if is_deleted(facet):
        return
    for item in objects(facet, "tags"):
        kind = phi_kind_of(text(item, "key") or "", _text_of(item.get("value")))
        if kind is not None:
            yield text(item, "field"), kind.value


def claim_tags(builder: FactBuilder, facets: Mapping[str, JSON], datasets: Iterable[nodes.Dataset]) -> None:
    """Add what the tags of a run or job claim of the datasets that it writes."""
    for _, kind in dict.fromkeys(claimed_kinds(facets)):
        for dataset in datasets:
            _claim(builder, dataset, None, kind, _CLAIMED)


def _add_tags(scope: Scope, facet: Facet) -> None:
    """TagsDatasetFacet 1-0-0: what tags say of PHI is a claim on the dataset, or on the column that `field` names."""
    dataset = scope.dataset
    if dataset is not None:
        for name in dict.fromkeys(text(item, "field") for item in objects(facet, "tags")):
            if name is not None:
                column = nodes.Column(dataset.namespace, dataset.name, name)
                scope.builder.add_edge(edges.HasColumn(dataset, column))
        for named, kind in dict.fromkeys(claimed_kinds({"tags": dict(facet)})):
            _claim(scope.builder, dataset, named, kind, _CLAIMED)


def _text_of(value: JSON) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value).lower()


def _add_checks(scope: Scope, facet: Facet) -> None:
    """DataQualityAssertionsDatasetFacet 1-1-0: the outcome of each assertion, which no other job's replaces."""
    if scope.dataset is None:
        return
    for check in checks(facet, scope.job.id if scope.job is not None else None):
        aspect = name_of_check(check.job, check.assertion, check.name, check.column)
        scope.builder.add_statement(scope.dataset, aspect, check)


def _add_measurements(scope: Scope, facet: Facet) -> None:
    """DataQualityMetricsDatasetFacet 1-0-0 and its input form 1-0-3: which metrics there are, never their values."""
    if scope.dataset is None:
        return
    job = scope.job.id if scope.job is not None else None
    whole = {name: value for name, value in facet.items() if name != "columnMetrics" and name not in _BOOKKEEPING}
    for column, metrics in ((None, whole), *members(facet, "columnMetrics")):
        names = (
            sorted(name for name, value in metrics.items() if value is not None) if isinstance(metrics, dict) else []
        )
        if names:
            aspect = name_of_measurement(job, column)
            scope.builder.add_statement(scope.dataset, aspect, Measurement(tuple(names), column, job))


def model_version_of(dataset: nodes.Dataset, facets: Mapping[str, JSON]) -> nodes.ModelVersion | None:
    """The model version that a dataset of type MODEL (DatasetTypeDatasetFacet 1-0-1) in a version is, or one with a
    LinewardModelVersionDatasetFacet 1-0-0; None for any other, and where this event alone does not say.
    """
    is_model = (text(facets.get("datasetType"), "datasetType") or "").upper() == "MODEL"
    version = text(facets.get("version"), "datasetVersion") if is_model else None
    version = version or text(facets.get("lineward_modelVersion"), "version")
    return nodes.ModelVersion(dataset.namespace, dataset.name, version) if version else None


def add_model(scope: Scope, facets: Mapping[str, JSON]) -> None:
    """Add that a dataset in a version is a model version; what that was made from, its run says, and a record attests.

    A run reads and writes the version as well as the dataset: what one event says stands in its facts alone, and where
    another event of the run names no version, that same access is meant (`graph_schema.bitemporal`).
    """
    dataset = scope.dataset
    model = model_version_of(dataset, facets) if dataset is not None else None
    if dataset is None or model is None:
        return
    scope.builder.add_edge(edges.IsVersionOf(model, nodes.Model(dataset.namespace, dataset.name)))
    scope.builder.add_edge(edges.IsVersionOf(model, dataset))


def _add_code_location(scope: Scope, facet: Facet) -> None:
    """SourceCodeLocationJobFacet 1-0-1: which revision the run ran, where it names one."""
    repository, revision = text(facet, "repoUrl") or text(facet, "url"), text(facet, "version")
    if scope.run is not None and repository and revision:
        scope.builder.add_edge(edges.Ran(scope.run, nodes.CodeRevision(repository, revision)))


def _add_code_revision(scope: Scope, facet: Facet) -> None:
    """LinewardCodeRevisionRunFacet 1-0-0: which revision the run ran, and whether the tree was exactly that."""
    repository, revision, clean = text(facet, "repository"), text(facet, "revision"), facet.get("clean")
    if scope.run is None or not repository or not revision:
        return
    code = nodes.CodeRevision(repository, revision)
    scope.builder.add_edge(edges.Ran(scope.run, code))
    if isinstance(clean, bool):
        scope.builder.add_statement(code, "code", Code(clean))


def _add_environment(scope: Scope, facet: Facet) -> None:
    """LinewardEnvironmentRunFacet 1-0-0: in which environment the run ran."""
    digest, description = text(facet, "digest"), text(facet, "description")
    if scope.run is None or digest is None:
        return
    environment = nodes.Environment(digest)
    scope.builder.add_edge(edges.RanIn(scope.run, environment))
    if description is not None:
        scope.builder.add_statement(environment, "environment", Environment(description))


def _add_parent(scope: Scope, facet: Facet) -> None:
    """ParentRunFacet 1-2-0: identities only, under their own namespaces; no state is taken from the child.

    A root is above the parent, or above the run where there is none, by however many steps.
    """
    if scope.run is None:
        return
    parent = _named_run(scope, scope.run, facet)
    if parent is not None:
        scope.builder.add_edge(edges.IsPartOf(scope.run, parent))
        _add_parent_job(scope, scope.run, parent)
    below = parent or scope.run
    named = facet.get("root")
    root = _named_run(scope, below, named) if isinstance(named, dict) else None
    if root is not None:
        scope.builder.add_edge(edges.IsPartOf(below, root), {"root": True})
        if parent is None:
            _add_parent_job(scope, scope.run, root)


def _add_parent_job(scope: Scope, child: nodes.Run, parent: nodes.Run) -> None:
    job, above = child.executed, parent.executed
    if job is not None and above is not None and job != above:
        scope.builder.add_edge(edges.HasParent(job, above))


def _add_job_dependencies(scope: Scope, facet: Facet) -> None:
    """JobDependenciesRunFacet 1-0-1: which job comes before which; by what rule, the run's own aspect says."""
    job = None if scope.run is None else scope.run.executed
    if job is None:
        return
    for direction in ("upstream", "downstream"):
        for item in objects(facet, direction):
            other = job_named(item.get("job"))
            if other is not None and other != job:
                ends = (job, other) if direction == "upstream" else (other, job)
                scope.builder.add_edge(edges.DependsOn(*ends))


def _add_spark_exception(scope: Scope, facet: Facet) -> None:
    """Spark's own facet for the exception that ended a job; its class stands before the message or beside it."""
    if scope.run is None:
        return
    exception = facet.get("exception")
    details: Facet = exception if isinstance(exception, dict) else facet
    name = next((found for key in ("class", "className", "@class", "type") if (found := text(details, key))), None)
    message = text(details, "message")
    if name is not None:
        message = name if message is None or message.startswith(name) else f"{name}: {message}"
    trace = text(details, "stackTrace") or "\n".join(_spark_frames(details))
    error = {"message": message, "stackTrace": trace or None}
    scope.builder.add_statement(scope.run, "error", {key: part for key, part in error.items() if part is not None})


def _spark_frames(exception: Facet) -> Iterator[str]:
    for frame in objects(exception, "stackTrace"):
        place = ".".join(part for key in ("className", "methodName") if (part := text(frame, key)))
        file, line = text(frame, "fileName") or "Unknown Source", frame.get("lineNumber")
        yield f"\tat {place}({file}:{line})" if isinstance(line, int) and line > 0 else f"\tat {place}({file})"


def _named_run(scope: Scope, child: nodes.Run, named: Facet) -> nodes.Run | None:
    """The run that `named` names, added with its job; None where it names none but the child itself."""
    run_id = text(named.get("run"), "runId")
    if run_id is None:
        return None
    job = job_named(named.get("job"))
    run = nodes.Run.of(job, run_id)
    if run in {child, scope.run} or (job is None and run_id in {child.run_id, scope.run.run_id if scope.run else None}):
        return None
    if job is None:
        scope.builder.add_node(run)
    else:
        scope.builder.add_edge(edges.Executed(run, job))
    return run


EFFECTS: Final[dict[tuple[type[nodes.Node], str], Callable[[Scope, Facet], None]]] = {
    (nodes.Dataset, "columnLineage"): _add_column_lineage,
    (nodes.Dataset, "dataQuality"): _add_measurements,
    (nodes.Dataset, "dataQualityAssertions"): _add_checks,
    (nodes.Dataset, "dataQualityMetrics"): _add_measurements,
    (nodes.Dataset, "lineage"): _add_lineage_of_dataset,
    (nodes.Dataset, "lineward_phiTags"): _add_phi_tags,
    (nodes.Dataset, "lineward_snapshot"): _add_digest,
    (nodes.Dataset, "symlinks"): _add_symlinks,
    (nodes.Dataset, "tags"): _add_tags,
    (nodes.Dataset, "version"): _add_version,
    (nodes.Job, "lineage"): _add_lineage_of_job,
    (nodes.Job, "sourceCodeLocation"): _add_code_location,
    (nodes.Run, "lineward_codeRevision"): _add_code_revision,
    (nodes.Run, "lineward_environment"): _add_environment,
    (nodes.Run, "jobDependencies"): _add_job_dependencies,
    (nodes.Run, "parent"): _add_parent,
    (nodes.Run, "spark.exception"): _add_spark_exception,
}
"""What a facet says beyond its own aspect, by the kind of node it stands on."""

_OF_ITS_JOB: Final = frozenset({"dataQuality", "dataQualityAssertions", "dataQualityMetrics"})
"""The facets of a dataset that say what a job found of it."""
