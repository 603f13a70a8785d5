"""From requests and grants to facts: each is said of the principal."""

from __future__ import annotations

from catalog.grants.records import (
    DelegateAccess,
    EndAccessDelegation,
    EndGrant,
    GrantAccess,
    RecertifyGrant,
    RefuseAccess,
    RequestAccess,
)
from catalog.record import RecordContext
from graph_schema.aspects import access as aspects
from graph_schema.nodes import Node


def subjects(
    record: GrantAccess
    | EndGrant
    | RequestAccess
    | RefuseAccess
    | RecertifyGrant
    | DelegateAccess
    | EndAccessDelegation,
) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project(record: GrantAccess, context: RecordContext) -> None:
    """Add what was granted."""
    context.builder.add_statement(record.node, "access_grant", aspects.AccessGrant.from_json(record.fields()))


def project_end(record: EndGrant, context: RecordContext) -> None:
    """Add that the grant ended."""
    context.builder.add_statement(record.node, "access_grant_end", aspects.GrantEnd.from_json(record.fields()))


def project_request(record: RequestAccess, context: RecordContext) -> None:
    """Add what was asked for."""
    context.builder.add_statement(record.node, "access_request", aspects.AccessRequest.from_json(record.fields()))


def project_refusal(record: RefuseAccess, context: RecordContext) -> None:
    """Add that it was refused."""
    context.builder.add_statement(record.node, "access_refusal", aspects.AccessRefusal.from_json(record.fields()))


def project_recertification(record: RecertifyGrant, context: RecordContext) -> None:
    """Add that the grant is still needed."""
    context.builder.add_statement(record.node, "recertification", aspects.Recertification.from_json(record.fields()))


def project_delegation(record: DelegateAccess, context: RecordContext) -> None:
    """Add what they may do in the place of whoever says so."""
    fields = {name: value for name, value in record.fields().items() if name != "to"}
    value = aspects.AccessDelegation.from_json(fields)
    context.builder.add_statement(record.node, "access_delegation", value)


def project_delegation_end(record: EndAccessDelegation, context: RecordContext) -> None:
    """Add that the delegation ended."""
    value = aspects.AccessDelegationEnd(record.delegation, record.reason)
    context.builder.add_statement(record.node, "access_delegation_end", value)
