"""What each facet of the standard becomes in the graph, and where that is shown, or why it is kept and no more.

One table: `docs/facets.md` shows it, and a test holds it to the published schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from graph_schema.aspects import ASPECTS, Facet
from graph_schema.marked import replaced

BEGIN, END = "<!-- facets:begin -->", "<!-- facets:end -->"


class Meaning(NamedTuple):
    """A facet of the standard: its key, the schema that defines it with its version, on what it stands, what it means.

    `kept_only` says why it has no meaning of its own; then it is found by its key and shown as it came.
    """

    key: str
    schema: str
    version: str
    on: str
    becomes: str = ""
    shown: str = ""
    kept_only: str = ""


_USE: Final = "`Run.reads`, `Run.writes`, `read` and `write` of a lineage edge"

STANDARD: Final = (
    Meaning(
        "catalog",
        "CatalogDatasetFacet",
        "1-1-0",
        "dataset",
        "which data catalog lists the dataset; values of its properties are replaced",
        "`Dataset.aspects`",
    ),
    Meaning(
        "columnLineage",
        "ColumnLineageDatasetFacet",
        "1-2-0",
        "dataset",
        "columns, what each derives from, and what feeds the dataset: it narrows inputs × outputs",
        "lineage of columns and datasets",
    ),
    Meaning(
        "dataQualityAssertions",
        "DataQualityAssertionsDatasetFacet",
        "1-1-0",
        "dataset",
        "a check for each job, assertion, name and column, in force until the same job checks it again; no value",
        "`Dataset.qualityResults`, `Run.qualityResults`",
    ),
    Meaning(
        "dataQualityMetrics",
        "DataQualityMetricsDatasetFacet",
        "1-0-0",
        "dataset",
        "which metrics a job measured of each column, in force until the same job measures it again; of a "
        "snapshot, how many rows, bytes, values, nulls and distinct values were counted; no value",
        "`Dataset.qualityMetrics`, `snapshotDiff`, " + _USE,
    ),
    Meaning(
        "dataQualityMetrics",
        "DataQualityMetricsInputDatasetFacet",
        "1-0-3",
        "input",
        "the same, measured of an input",
        "`Dataset.qualityMetrics`, `snapshotDiff`, " + _USE,
    ),
    Meaning(
        "datasetType",
        "DatasetTypeDatasetFacet",
        "1-0-1",
        "dataset",
        "what it is; MODEL in a version is a model version",
        "`Dataset.datasetType`, a facet of the search",
    ),
    Meaning(
        "version",
        "DatasetVersionDatasetFacet",
        "1-0-1",
        "dataset",
        "a snapshot, `GENERATED` or `USED` by the run; the version on `READ` and `WROTE`",
        "`Snapshot`, lineage of snapshots, " + _USE,
    ),
    Meaning(
        "dataSource",
        "DatasourceDatasetFacet",
        "1-0-1",
        "dataset",
        "the store that the dataset lies in",
        "`Dataset.aspects`",
    ),
    Meaning(
        "documentation",
        "DocumentationDatasetFacet",
        "1-1-0",
        "dataset",
        "the description, identifiers in it replaced",
        "`Dataset.documentation`, search",
    ),
    Meaning(
        "documentation",
        "DocumentationJobFacet",
        "1-1-0",
        "job",
        "the description, identifiers in it replaced",
        "`Job.documentation`, search",
    ),
    Meaning(
        "environmentVariables",
        "EnvironmentVariablesRunFacet",
        "1-0-0",
        "run",
        "the names of the variables; values are replaced",
        "`Run.environmentVariables`",
    ),
    Meaning(
        "errorMessage",
        "ErrorMessageRunFacet",
        "1-0-1",
        "run",
        "what it failed of: class, codes and frames; the message is replaced",
        "`Run.error`",
    ),
    Meaning(
        "executionParameters",
        "ExecutionParametersRunFacet",
        "1-0-0",
        "run",
        "the names of the parameters; values are replaced",
        "`Run.executionParameters`",
    ),
    Meaning(
        "externalQuery",
        "ExternalQueryRunFacet",
        "1-0-2",
        "run",
        "the id of the query in the engine that ran it",
        "`Run.externalQuery`",
    ),
    Meaning(
        "extractionError",
        "ExtractionErrorRunFacet",
        "1-1-2",
        "run",
        "from how many tasks no lineage could be extracted; messages and statements are replaced",
        "`Run.extractionFailures`",
    ),
    Meaning(
        "hierarchy",
        "HierarchyDatasetFacet",
        "1-0-0",
        "dataset",
        "the levels that the dataset stands under",
        "`Dataset.aspects`",
    ),
    Meaning(
        "inputStatistics",
        "InputStatisticsInputDatasetFacet",
        "1-0-0",
        "input",
        "rows, bytes and files of one read",
        _USE,
    ),
    Meaning(
        "jobDependencies",
        "JobDependenciesRunFacet",
        "1-0-1",
        "run",
        "which jobs and runs come before and after it, by what rule; the jobs `DEPENDS_ON`; no data flows by that",
        "`Run.dependencies`, `Job.upstreamJobs`, `Job.downstreamJobs`",
    ),
    Meaning(
        "jobType",
        "JobTypeJobFacet",
        "2-0-4",
        "job",
        "the kind of job; STREAMING and SERVICE contribute while they run, COMPLETE_SNAPSHOT makes events windows",
        "`Job.jobType`, a facet of the search",
    ),
    Meaning(
        "lifecycleStateChange",
        "LifecycleStateChangeDatasetFacet",
        "1-0-1",
        "dataset",
        "the mode on `WROTE`: OVERWRITE, TRUNCATE, DROP and RENAME end what was before, RENAME flows from the old name",
        "lineage, `Asset.state`, " + _USE,
    ),
    Meaning(
        "lineage",
        "LineageFacet",
        "1-0-0",
        "dataset, job",
        "exactly what feeds a dataset, without inference beside it: a dataset that a job alone feeds has no upstream, "
        "what feeds a job is `READ` or `CONSUMES`, job to job is `FEEDS`, and so is a dataset's own event",
        "lineage of columns and datasets, `Job.fedByJobs`, `Job.feedsJobs`",
    ),
    Meaning(
        "nominalTime",
        "NominalTimeRunFacet",
        "1-0-1",
        "run",
        "the time that the run stands for, and since when at the earliest it ran where it sent no START",
        "`Run.nominalStart`, `Run.inferredStart`",
    ),
    Meaning(
        "outputStatistics",
        "OutputStatisticsOutputDatasetFacet",
        "1-0-2",
        "output",
        "rows, bytes and files of one write",
        _USE + ", reports",
    ),
    Meaning(
        "ownership",
        "OwnershipDatasetFacet",
        "1-0-1",
        "dataset",
        "owners as the emitter names them; who answers for it is a record's to say",
        "`Dataset.namedOwners`, search",
    ),
    Meaning(
        "ownership",
        "OwnershipJobFacet",
        "1-0-1",
        "job",
        "owners as the emitter names them",
        "`Job.aspects`, search",
    ),
    Meaning(
        "parent",
        "ParentRunFacet",
        "1-2-0",
        "run",
        "`IS_PART_OF` the parent, and so the root; their jobs `HAS_PARENT`: identities only, no data and no state. "
        "Inferred from it: the halves of a stream below one streaming run, and the end of a run that never says it",
        "`Run.parents`, `Run.root`, `Run.tree`, `Run.inferredEnd`, `Job.parentJobs`, `Job.jobTree`, `lineward runs`",
    ),
    Meaning(
        "processing_engine",
        "ProcessingEngineRunFacet",
        "1-1-1",
        "run",
        "the engine and its version",
        "`Run.aspects`",
    ),
    Meaning(
        "sql",
        "SQLJobFacet",
        "1-1-0",
        "job",
        "the statement's shape: literals, comments and hints are replaced",
        "`Job.sql`, search",
    ),
    Meaning(
        "schema",
        "SchemaDatasetFacet",
        "1-2-0",
        "dataset",
        "the columns with types and descriptions",
        "`Dataset.columns`, search",
    ),
    Meaning(
        "sourceCode",
        "SourceCodeJobFacet",
        "1-0-1",
        "job",
        "the language; the code is replaced",
        "`Job.aspects`",
    ),
    Meaning(
        "sourceCodeLocation",
        "SourceCodeLocationJobFacet",
        "1-1-0",
        "job",
        "`RAN` the code revision, where it names one: the version of the code, apart from inputs and outputs",
        "`Job.sourceCodeLocation`, `Job.codeVersions`",
    ),
    Meaning(
        "storage",
        "StorageDatasetFacet",
        "1-0-1",
        "dataset",
        "the storage layer and file format",
        "`Dataset.aspects`, a facet of the search",
    ),
    Meaning(
        "inputSubset, outputSubset",
        "BaseSubsetDatasetFacet",
        "1-0-0",
        "input, output",
        "which part one read or write was about: fields and comparisons, partitions' values are replaced",
        _USE,
    ),
    Meaning(
        "symlinks",
        "SymlinksDatasetFacet",
        "1-0-1",
        "dataset",
        "`IS_ALIAS_OF`: other names of the dataset, pointers in time",
        "lineage, `Dataset.aspects`",
    ),
    Meaning(
        "tags",
        "TagsDatasetFacet",
        "1-0-0",
        "dataset",
        "tags; those that say PII, PHI or a kind of it claim it of the dataset, or of the column that `field` names",
        "`Dataset.tags`, `tags` of its columns, `labels`, search",
    ),
    Meaning(
        "tags",
        "TagsJobFacet",
        "1-0-0",
        "job",
        "tags; those that say so claim PHI of what the job writes",
        "`Job.tags`, `labels` of its outputs, search",
    ),
    Meaning(
        "tags",
        "TagsRunFacet",
        "1-0-0",
        "run",
        "tags, those of dbt among them; those that say so claim PHI of what the run writes",
        "`Run.tags`, `labels` of its outputs, search",
    ),
    Meaning(
        "test",
        "TestRunFacet",
        "1-0-1",
        "run",
        "tests and their outcomes; expected and actual values and the tests' text are replaced",
        "`Run.tests`",
    ),
)
"""Every facet of the standard, by the name of its schema."""

_LABELS: Final = {"dataset": "Dataset", "input": "Dataset", "output": "Dataset", "job": "Job", "run": "Run"}


def aspects_of(meaning: Meaning) -> tuple[str, ...]:
    """Return the aspects that the facet is stated under, by name."""
    keys, labels = meaning.key.split(", "), {_LABELS[one] for one in meaning.on.split(", ")}
    return tuple(
        one.name
        for one in ASPECTS
        if isinstance(one.shape, Facet) and one.shape.name in keys and not labels.isdisjoint(one.of)
    )


def markdown() -> str:
    """Return the table of the standard's facets."""
    head = "facet", "schema", "on", "aspect", "what it becomes", "where it is shown"
    return "\n".join([_line(head), _line(["---"] * len(head)), *(_line(_cells(one)) for one in STANDARD)])


def rewritten(document: str) -> str:
    """Return the document with the table between its markers; raises ValueError where they are missing."""
    return replaced(document, BEGIN, END, f"\n{markdown()}\n")


def _cells(one: Meaning) -> Sequence[str]:
    becomes = one.becomes or f"kept as it came: {one.kept_only}"
    schema = f"{one.schema} {one.version}"
    return _code(one.key.split(", ")), schema, one.on, _code(aspects_of(one)), becomes, one.shown


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
