"""What may be written about projects, protocols and memberships: that there is one, and that it ends."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from catalog.access.records import PrincipalName, PrincipalRecord
from catalog.assets.records import Diseases
from catalog.record import MAX_LIST, Index, Name, Record, Text, Time, distinct
from graph_schema.nodes import Project, Protocol
from graph_schema.vocabulary.words import IrbDetermination, MembershipKind


class DeclareProject(Record):
    """That there is a project from when until when, and the protocol that it works under."""

    name: ClassVar[str] = "declare_project"

    project: Name
    """What it is called."""
    protocol: Name | None = None
    """The protocol that it works under."""
    diseases: Diseases = ()
    """The diseases that it studies, by MONDO id: no request made in it is then for others."""
    since: Time | None = None
    """From when on; by default from when it is recorded."""
    until: Time
    """Until when."""

    @property
    def node(self) -> Project:
        """Return the node."""
        return Project(self.project)


class EndProject(Record):
    """That a project ends before its time: memberships and grants in it are over, and do not come back."""

    name: ClassVar[str] = "end_project"

    project: Name
    """What it is called."""
    reason: Text
    """Why it ends."""

    @property
    def node(self) -> Project:
        """Return the node."""
        return Project(self.project)


class DeclareProtocol(Record):
    """That there is a protocol from when until when, the projects that work under it, and what the board determined."""

    name: ClassVar[str] = "declare_protocol"

    protocol: Name
    """What it is called."""
    projects: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_LIST), distinct()]
    """The projects that work under it; their members alone do."""
    determination: IrbDetermination
    """What the institutional review board, or ethics committee, determined."""
    reference: Name
    """By what the board calls its determination."""
    diseases: Diseases = ()
    """The diseases that are studied under it, by MONDO id."""
    since: Time | None = None
    """From when on; by default from when it is recorded."""
    until: Time
    """Until when: the day of continuing review, where one is due."""

    @property
    def node(self) -> Protocol:
        """Return the node."""
        return Protocol(self.protocol)


class EndProtocol(Record):
    """That a protocol ends before its time: nobody works under it any more."""

    name: ClassVar[str] = "end_protocol"

    protocol: Name
    """What it is called."""
    reason: Text
    """Why it ends."""

    @property
    def node(self) -> Protocol:
        """Return the node."""
        return Protocol(self.protocol)


class AddMember(PrincipalRecord):
    """That a principal belongs to a project or a site for a time; nobody adds themselves."""

    name: ClassVar[str] = "add_member"

    principal: PrincipalName
    """Who belongs to it."""
    membership_kind: MembershipKind
    """Whether to a project or to a site."""
    group: Name
    """What the project or the site is called."""
    since: Time | None = None
    """From when on; by default from when it is recorded."""
    until: Time
    """Until when."""


class EndMembership(PrincipalRecord):
    """That a membership ends before its time."""

    name: ClassVar[str] = "end_membership"

    principal: PrincipalName
    """Who belonged to it."""
    membership: Index
    """The ledger entry that added the member."""
    reason: Text
    """Why it ends."""
