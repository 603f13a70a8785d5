"""What may be written about principals: who they are, and that a key was issued or revoked."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, model_validator

from catalog.access.model import LOCAL
from catalog.record import Name, Record, distinct, is_replayed, refusal, warn
from graph_schema.nodes import Principal
from graph_schema.vocabulary.words import ApprovalKind, PrincipalKind, PrincipalRole
from ingest_hooks.redaction.identifiers import holds_identifier, is_plain


def _not_local(name: str) -> str:
    if name == LOCAL:
        raise ValueError(f"Choose another name: {LOCAL} is whoever acts on this machine before any key exists.")
    return name


PrincipalName = Annotated[
    str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@:-]*$"), AfterValidator(_not_local)
]
"""A principal's name: it stands in ledger entries for ever, so it is best an opaque id and no person's name."""

_LONG_NUMBER = re.compile(r"\d{5}")


def _opaque(name: str, info: ValidationInfo) -> str:
    if not is_replayed(info) and (holds_identifier(name) or (_LONG_NUMBER.search(name) and not is_plain(name))):
        raise ValueError(
            "A principal's name stands in the ledger's entries for ever, and this one holds what may identify a person;"
            " choose one that says nothing, such as steward-1, and put the name into display_name."
        )
    return name


NewPrincipalName = Annotated[PrincipalName, AfterValidator(_opaque)]
"""The name of a principal that is defined or given a key: without identifiers and long numbers, or a UUID."""

KeyId = Annotated[str, Field(pattern=r"^[a-z2-7]{10}$")]


class PrincipalRecord(Record):
    """A record whose facts are stated of one principal."""

    principal: PrincipalName
    """The principal, by name."""

    @property
    def node(self) -> Principal:
        """Return the principal."""
        return Principal(self.principal)


class DefinePrincipal(PrincipalRecord):
    """Who a principal is, what it is trusted with, on which approvals it decides, and whether it may act."""

    name: ClassVar[str] = "define_principal"

    principal: NewPrincipalName
    """The name that it acts under, which stands in the ledger for ever: best an opaque one."""
    display_name: Name
    """What people call it; the decisions of an approver are signed with it."""
    title: Name | None = None
    """Its function in its organisation, such as Privacy officer (SCIM's title, RFC 7643, 4.1.1)."""
    organisation: Name | None = None
    """The organisation that it acts for."""
    person: NewPrincipalName | None = None
    """What stands for the person of several principals: the same in each, or another one's name; they count once."""
    principal_kind: PrincipalKind
    """Whether it is a person, an emitter or a service."""
    roles: Annotated[tuple[PrincipalRole, ...], distinct()] = ()
    """What it is trusted with; see the table of roles."""
    approves: Annotated[tuple[ApprovalKind, ...], distinct()] = ()
    """On which kinds of approval it decides; needs the role approver."""
    active: StrictBool = True
    """Whether it may act; by default it may."""
    force: StrictBool | None = None
    """True where this may take the rights of the last administrator, which is then on record."""

    @model_validator(mode="after")
    def _decides_or_emits(self, info: ValidationInfo) -> Self:
        if is_replayed(info):
            return self
        decides = PrincipalRole.APPROVER in self.roles
        if self.approves and not decides:
            raise refusal("approves needs the role approver: add it, or leave approves out.", "/approves")
        if decides and PrincipalRole.EMITTER in self.roles:
            raise refusal("An emitter decides on no approval: leave out the role emitter or approver.", "/roles")
        if decides and self.principal_kind is PrincipalKind.EMITTER:
            raise refusal("A principal of the kind EMITTER decides on no approval: leave out approver.", "/roles")
        if decides and not self.approves:
            warn(info, "This approver decides on nothing yet: say in approves on which kinds of approval.")
        return self


class IssueKey(PrincipalRecord):
    """That a key was made for a principal; the key itself is never in a record."""

    name: ClassVar[str] = "issue_key"

    key_id: KeyId
    """The public part of the key."""
    principal: NewPrincipalName
    """Whose key it is."""


class RevokeKey(PrincipalRecord):
    """That a key stopped working."""

    name: ClassVar[str] = "revoke_key"

    key_id: KeyId
    """The public part of the key."""
    principal: PrincipalName
    """Whose key it is."""
    force: StrictBool | None = None
    """True where this may be the last key of the last administrator, which is then on record."""
