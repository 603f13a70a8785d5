"""Every aspect is kept of an erased entry, or goes with it, by a decision."""

from __future__ import annotations

from catalog.operations.residue import residue_of
from graph_schema.aspects.table import ASPECTS
from graph_schema.facts import Facts, Role, Statement
from graph_schema.nodes import Dataset

GOES = frozenset(
    [
        "anonymity",
        "access_decision",
        "access_delegation",
        "access_grant",
        "access_refusal",
        "access_request",
        "catalog",
        "clinical_purpose",
        "compute_isolation",
        "condition_met",
        "data_quality_assertions",
        "data_quality_metrics",
        "data_source",
        "dataset_type",
        "documentation",
        "emergency_access",
        "emergency_review",
        "encryption",
        "encryption_key",
        "encryption_keys",
        "environment",
        "environment_assessment",
        "environment_variables",
        "erasure",
        "error",
        "execution_parameters",
        "external_query",
        "extraction_error",
        "facet_mapping",
        "feature_set_version",
        "feature_assessment",
        "finding_decision",
        "flags",
        "gate_evaluation",
        "gate_override",
        "genomic",
        "hierarchy",
        "iceberg_commit_report",
        "iceberg_scan_report",
        "input_statistics",
        "input_subset",
        "job_dependencies",
        "job_type",
        "lineage",
        "location",
        "mapping_withdrawal",
        "membership",
        "namespace_rule",
        "monitoring_plan",
        "nominal_time",
        "operator",
        "output_statistics",
        "output_subset",
        "owner",
        "ownership",
        "policy_objection",
        "parent",
        "permitted_consumers",
        "permitted_processing",
        "persons",
        "place",
        "plaintext_window",
        "policy_files",
        "processing_engine",
        "producer",
        "quarantine_release",
        "recertification",
        "redactions",
        "restore",
        "runs_at",
        "safe_use",
        "source_code",
        "source_code_location",
        "source_kind",
        "split_part",
        "sql",
        "storage",
        "storage_format",
        "storage_pattern",
        "tag_mapping",
        "tags",
        "tests",
        "tombstone",
        "transfer",
        "undertaking",
        "was_dropped",
        "withdrawn",
    ]
)
"""None of them limits use, ends what clears labels, or carries a flow or a label: a new aspect is put here or kept."""


def is_kept(aspect: str) -> bool:
    """Tell whether a statement of an aspect stands in the residue."""
    statement = Statement(Dataset("made-up", "one").id, aspect, "{}", Role.OWN, None, None, 0, 0, "", 0)
    return bool(residue_of(Facts((), (), (statement,)))["statements"])


def test_what_goes_with_an_erased_entry_is_listed() -> None:
    assert {one.name for one in ASPECTS if not is_kept(one.name)} == GOES
