"""What a string in an event is, by where it comes from: one table, pointer to class, that the redactor follows.

A pattern is a JSON pointer from the facet's name on: `*` is any one step, `**` any depth; a row that names more of the
pointer wins. What a known facet does not name, and every facet that is not here, goes by its key (`keys`), and by what
the value is where the key says nothing. `describe` shows the table in the README.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Class(Enum):
    """What stands in a place: the rule that a redaction there is recorded with, and what becomes of it."""

    VALUE = "value", "Replaced. Of a text of 16 characters or more, length and a digest under the site's key stay."
    MESSAGE = "error-message", "Exception class, error codes, length and digest stay."
    TRACE = "stack-trace", "Frames and exception classes stay."
    SQL = "sql-literal", "Shape stays; literals, comments and hints are replaced. What is no statement is a value."
    EXPRESSION = "expression", "A condition or formula: as a statement."
    TRANSFORMATION = "transformation", "A formula's shape stays; prose is text, without what it quotes."
    ASSERTION = "assertion", "As a name; one that quotes something as a transformation."
    SOURCE = "source-code", "Replaced."
    SECRET = "secret", "Replaced."
    PERSON = "identifier", "A number, code or name of one person: replaced."
    TEXT = "identifier-in-text", "Kept as it was written; identifiers in it are replaced."
    OWNER = "identifier-in-owner", "As text; e-mail addresses stay."
    NAME = "identifier-in-name", "Kept byte for byte; an identifier in it becomes a token, the same everywhere."
    WORD = "word", "A word without blanks, quotes and operators, a number: stays; anything else is a value."
    COUNT = "count", "Numbers and times stay; anything else is a value."
    UNKNOWN = "unknown", "By its key; else a statement, trace or JSON as such, a path as a name, the rest as text."

    # Members are told apart by identity, and looked up for every value of every event.
    __hash__ = object.__hash__

    def __init__(self, rule: str, becomes: str) -> None:
        self.rule = rule
        self.becomes = becomes


_V, _M, _TR, _Q, _E = Class.VALUE, Class.MESSAGE, Class.TRACE, Class.SQL, Class.EXPRESSION
_F, _S, _T, _O, _N, _C, _U = (
    Class.TRANSFORMATION, Class.SOURCE, Class.TEXT, Class.OWNER, Class.NAME, Class.COUNT, Class.UNKNOWN
)  # fmt: skip

EVENT: Final = {
    "eventTime": _N, "eventType": _N, "producer": _N, "schemaURL": _N,
    "run/runId": _N, "job/namespace": _N, "job/name": _N,
    "inputs/*/namespace": _N, "inputs/*/name": _N, "outputs/*/namespace": _N, "outputs/*/name": _N,
    "dataset/namespace": _N, "dataset/name": _N,
}  # fmt: skip
"""The event around the facets (OpenLineage core 2-0-2)."""

STANDARD: Final = {
    "catalog/**": _N, "catalog/catalogProperties": _V,
    "columnLineage/**": _N,
    "columnLineage/fields/*/inputFields/*/transformations/*/description": _F,
    "columnLineage/fields/*/transformationDescription": _F,
    "columnLineage/dataset/*/transformations/*/description": _F,
    "dataQualityAssertions/assertions/*/**": _N, "dataQualityAssertions/assertions/*/assertion": Class.ASSERTION,
    "dataQualityAssertions/assertions/*/name": Class.ASSERTION,
    "dataQualityAssertions/assertions/*/description": _T,
    "dataQualityAssertions/assertions/*/expected": _V, "dataQualityAssertions/assertions/*/actual": _V,
    "dataQualityAssertions/assertions/*/content": _V, "dataQualityAssertions/assertions/*/contentType": _N,
    "dataQualityAssertions/assertions/*/params": _V,
    "dataQualityMetrics/**": _C, "dataQualityMetrics/columnMetrics/*/**": _V,
    "dataQualityMetrics/columnMetrics/*/nullCount": _C, "dataQualityMetrics/columnMetrics/*/distinctCount": _C,
    "dataQualityMetrics/columnMetrics/*/count": _C,
    "dataQuality/**": _C, "dataQuality/columnMetrics/*/**": _V,
    "dataQuality/columnMetrics/*/nullCount": _C, "dataQuality/columnMetrics/*/distinctCount": _C,
    "dataQuality/columnMetrics/*/count": _C,
    "dataSource/**": _N,
    "datasetType/**": _N,
    "documentation/description": _T, "documentation/contentType": _N,
    "environmentVariables/environmentVariables/*/name": _N, "environmentVariables/environmentVariables/*/value": _V,
    "errorMessage/message": _M, "errorMessage/stackTrace": _TR, "errorMessage/programmingLanguage": _N,
    "executionParameters/parameters/*/key": _N, "executionParameters/parameters/*/name": _N,
    "executionParameters/parameters/*/description": _T, "executionParameters/parameters/*/value": _V,
    "externalQuery/**": _N,
    "extractionError/**": _C,
    "extractionError/errors/*/errorMessage": _M, "extractionError/errors/*/stackTrace": _TR,
    "extractionError/errors/*/task": _Q,
    "hierarchy/**": _N,
    "inputStatistics/**": _C,
    "inputSubset/**": _N, "inputSubset/**/value": _V, "inputSubset/**/dimensions": _V, "inputSubset/**/identifier": _V,
    "jobDependencies/**": _N,
    "jobType/**": _N,
    "lifecycleStateChange/**": _N,
    "lineage/**": _N, "lineage/**/description": _F,
    "lineage/fields/*/inputs": _N, "lineage/entries/*/fields/*/inputs": _N,
    "nominalTime/**": _N,
    "outputStatistics/**": _C,
    "outputSubset/**": _N, "outputSubset/**/value": _V, "outputSubset/**/dimensions": _V,
    "outputSubset/**/identifier": _V,
    "ownership/owners/*/name": _O, "ownership/owners/*/type": _N,
    "parent/**": _N,
    "processing_engine/**": _N,
    "schema/**": _N, "schema/**/description": _T,
    "sourceCode/language": _N, "sourceCode/sourceCode": _S,
    "sourceCodeLocation/**": _N,
    "sql/query": _Q, "sql/dialect": _N,
    "storage/**": _N,
    "symlinks/**": _N,
    "tags/tags/*/key": _T, "tags/tags/*/value": _T, "tags/tags/*/source": _N, "tags/tags/*/field": _N,
    "test/tests/*/**": _N, "test/tests/*/name": Class.ASSERTION,
    "test/tests/*/description": _T, "test/tests/*/expected": _V, "test/tests/*/actual": _V, "test/tests/*/content": _V,
    "test/tests/*/contentType": _N, "test/tests/*/params": _V,
    "version/**": _N,
}  # fmt: skip
"""The standard's 38 facets, and `dataQuality`, the name that one of them had and emitters still use."""

INTEGRATIONS: Final = {
    **{f"{facet}/{pattern}": kind for facet in ("airflow", "airflowDagRun") for pattern, kind in (
        ("**", _U), ("**/email", _O), ("**/owner", _O), ("dag/tags", _T), ("dag/timetable/**", _N),
        ("dag/timetable/expression", _N), ("dag/fileloc", _N),
        ("task/inlets", _N), ("task/outlets", _N),
    )},
    "airflowState/**": _N,
    "airflow_renderedFields/**": _V,
    "airflow_version/**": _N, "airflow_version/taskInfo": _V,
    "bigQueryJob/**": _N, "bigQueryJob/properties": _V,
    "dbt_model/**": _N, "dbt_model/config/*": _N,
    "dbt_node/**": _N,
    "dbt_run/**": _N, "dbt_run/account_id": _N,
    "dbt_version/**": _N,
    "debug/**": _V,
    "environment-properties/**": _V,
    "flink_checkpoint/**": _C,
    "flink_job/**": _N,
    "greatExpectations_assertions/assertions/*/**": _N, "greatExpectations_assertions/assertions/*/result/**": _V,
    **{f"greatExpectations_assertions/assertions/*/result/{key}": _C for key in (
        "element_count", "missing_count", "missing_percent", "unexpected_count", "unexpected_percent",
        "unexpected_percent_nonmissing", "unexpected_percent_total",
    )},
    "greatExpectations_assertions/assertions/*/expectation_config/expectation_type": _N,
    "greatExpectations_assertions/assertions/*/expectation_config/kwargs": _V,
    "greatExpectations_assertions/assertions/*/exception_info/raised_exception": _N,
    "hive_properties/properties/*": _V,
    "hive_properties/properties/hive.execution.engine": _N, "hive_properties/properties/hive.query.id": _N,
    "hive_query/**": _N,
    "hive_session/**": _N,
    "icebergScanReport/**": _C, "icebergScanReport/filterDescription": _E, "icebergScanReport/metadata": _V,
    "icebergScanReport/projectedFieldNames": _N,
    "icebergCommitReport/**": _C, "icebergCommitReport/metadata": _V, "icebergCommitReport/operation": _N,
    "spark.exception/**": _V,
    "spark.exception/message": _M, "spark.exception/stackTrace": _TR,
    "spark.exception/exception": _M,
    "spark.logicalPlan/**": _V,
    "spark_applicationDetails/**": _N,
    "spark_jobDetails/**": _N, "spark_jobDetails/jobDescription": _U,
    "spark_properties/properties/*": _V,
    "spark_properties/properties/spark.app.name": _N, "spark_properties/properties/spark.app.id": _N,
    "spark_properties/properties/spark.master": _N,
    "spark_unknown/**": _V,
    "spark_version/**": _N,
    "starrocks_query/**": _N,
    "starrocks_session/**": _N,
    "starrocks_statistics/**": _C,
    "trino_metadata/**": _N, "trino_metadata/query_plan": _V, "trino_metadata/queryPlan": _V,
    "trino_query_context/**": _N, "trino_query_context/environment": _N, "trino_query_context/trace_token": _N,
    "trino_query_statistics/**": _C,
    "unknownSourceAttribute/unknownItems/*/name": _N, "unknownSourceAttribute/unknownItems/*/type": _N,
    "unknownSourceAttribute/unknownItems/*/properties/**": _U,
    "unknownSourceAttribute/unknownItems/*/properties/email": _O,
    "unknownSourceAttribute/unknownItems/*/properties/owner": _O,
    **{
        f"{facet}/**/{key}": Class.WORD
        for facet in ("spark.logicalPlan", "spark_unknown")
        for key in (
            "class", "@class", "product-class", "object", "num-children", "name", "dataType", "type", "nullable",
            "deterministic", "resolved", "streaming", "isStreaming", "canonicalizedPlan", "traceEnabled", "isDistinct",
            "mode", "joinType", "functionName", "propagateNull", "returnNullable", "argumentClass", "direction",
            "nullOrdering", "child", "children", "left", "right", "targetObject", "aggregateFunction", "exprId", "id",
            "jvmId", "qualifier", "database", "table", "identifier", "ordinal", "provider", "evalMode",
        )
    },
}  # fmt: skip
"""What Airflow, BigQuery, dbt, Flink, Great Expectations, Hive, Iceberg, Spark, StarRocks and Trino add."""

PRODUCT: Final = {
    "lineward_codeRevision/**": _N,
    "lineward_deidentification/**": _N,
    "lineward_environment/**": _N, "lineward_environment/description": _T,
    "lineward_modelVersion/**": _N, "lineward_modelVersion/metrics/*/value": _C,
    "lineward_modelVersion/intendedUse": _T,
    "lineward_operation/**": _N,
    "lineward_phiTags/**": _N,
    "lineward_snapshot/**": _N,
}  # fmt: skip
"""The product's own facets, which are held to the same table."""

FACETS: Final = {**STANDARD, **INTEGRATIONS, **PRODUCT}
IN_EVERY_FACET: Final = {"_producer": _N, "_schemaURL": _N, "_deleted": _C}
"""What the standard puts into each facet beside what it says."""
