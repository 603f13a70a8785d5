"""From projects, protocols and memberships to facts: a project's of itself, a membership's of the principal."""

from __future__ import annotations

from catalog.memberships.records import (
    AddMember,
    DeclareProject,
    DeclareProtocol,
    EndMembership,
    EndProject,
    EndProtocol,
)
from catalog.record import RecordContext
from graph_schema.aspects.access import Membership, MembershipEnd, Project, Protocol
from graph_schema.nodes import Node


def subjects(
    record: DeclareProject | EndProject | DeclareProtocol | EndProtocol | AddMember | EndMembership,
) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node,)


def project_declaration(record: DeclareProject, context: RecordContext) -> None:
    """Add from when until when it is one."""
    context.builder.add_statement(record.node, "project", Project.from_json(record.fields()))


def project_end(record: EndProject, context: RecordContext) -> None:
    """Add that it is none any more."""
    context.builder.add_statement(record.node, "project", None)


def project_protocol(record: DeclareProtocol, context: RecordContext) -> None:
    """Add from when until when it is one, for whom, and by what."""
    context.builder.add_statement(record.node, "protocol", Protocol.from_json(record.fields()))


def project_protocol_end(record: EndProtocol, context: RecordContext) -> None:
    """Add that it is none any more."""
    context.builder.add_statement(record.node, "protocol", None)


def project_member(record: AddMember, context: RecordContext) -> None:
    """Add to what the principal belongs."""
    context.builder.add_statement(record.node, "membership", Membership.from_json(record.fields()))


def project_membership_end(record: EndMembership, context: RecordContext) -> None:
    """Add that the membership ended."""
    context.builder.add_statement(record.node, "membership_end", MembershipEnd.from_json(record.fields()))
