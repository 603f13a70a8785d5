"""What may be written about principals: who they are, and that a key was issued or revoked."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StrictBool

from catalog.access.model import LOCAL
from catalog.record import Name, Record, distinct
from graph_schema.nodes import Principal
from graph_schema.vocabulary.words import PrincipalKind, PrincipalRole


def _not_local(name: str) -> str:
    if name == LOCAL:
        raise ValueError(f"Choose another name: {LOCAL} is whoever acts on this machine before any key exists.")
    return name


PrincipalName = Annotated[
    str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@:-]*$"), AfterValidator(_not_local)
]
"""A principal's name: it stands in ledger entries for ever, so it is best an opaque id and no person's name."""

KeyId = Annotated[str, Field(pattern=r"^[a-z2-7]{10}$")]


class DefinePrincipal(Record):
    """Who a principal is, what it is trusted with, and whether it may act."""

    name: ClassVar[str] = "define_principal"

    principal: PrincipalName
    display_name: Name
    principal_kind: PrincipalKind
    roles: Annotated[tuple[PrincipalRole, ...], distinct()] = ()
    active: StrictBool = True

    @property
    def node(self) -> Principal:
        """Return the node."""
        return Principal(self.principal)


class IssueKey(Record):
    """That a key was made for a principal; the key itself is never in a record."""

    name: ClassVar[str] = "issue_key"

    key_id: KeyId
    principal: PrincipalName

    @property
    def node(self) -> Principal:
        """Return the node."""
        return Principal(self.principal)


class RevokeKey(Record):
    """That a key stopped working."""

    name: ClassVar[str] = "revoke_key"

    key_id: KeyId
    principal: PrincipalName

    @property
    def node(self) -> Principal:
        """Return the node."""
        return Principal(self.principal)
