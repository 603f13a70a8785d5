"""From published policies to facts: each is said of the set itself, which its digest names."""

from __future__ import annotations

from catalog.policies.records import PublishPolicies
from catalog.record import RecordContext
from graph_schema.aspects.policies import PolicyFile, Publication
from graph_schema.nodes import Node


def subjects(record: PublishPolicies) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: PublishPolicies, context: RecordContext) -> None:
    """Add that the set was published, and what it is made of."""
    context.builder.add_statement(record.node, "publication", Publication(record.reason))
    files = tuple(PolicyFile(file.path, file.text) for file in record.files)
    context.builder.add_statement(record.node, "policy_files", files)
