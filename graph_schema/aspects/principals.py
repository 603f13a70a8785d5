"""What is recorded of principals, and of what they did to the ledger itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from graph_schema.aspects.shape import Part

ISSUED: Final = "issued"
REVOKED: Final = "revoked"


@dataclass(frozen=True, slots=True)
class PrincipalDefinition(Part):
    """Name, kind, title, organisation, roles, approvals it decides on, whether active."""

    display_name: Annotated[str, "What people call it."]
    principal_kind: Annotated[str, "PERSON, EMITTER or SERVICE."]
    roles: Annotated[tuple[str, ...], "What it may do."]
    active: Annotated[bool, "Whether it may act at all."]
    approves: Annotated[tuple[str, ...], "The kinds of approval that it decides on."] = ()
    title: Annotated[str | None, "Its function in its organisation, such as Privacy officer."] = None
    organisation: Annotated[str | None, "The organisation that it acts for."] = None
    person: Annotated[str | None, "What stands for the person where one acts under several principals."] = None


@dataclass(frozen=True, slots=True)
class ApiKey(Part):
    """That a key was issued or revoked; never the key."""

    key_id: Annotated[str, "The key's public id."]
    event: Annotated[str, "What became of it: issued or revoked."]


@dataclass(frozen=True, slots=True)
class Erasure(Part):
    """That the principal erased bodies of ledger entries: which, why, on whose authority."""

    entries: Annotated[tuple[int, ...], "The ledger indexes."]
    reason: Annotated[str, "Why."]
    authority: Annotated[str, "On whose authority."]
    residue: Annotated[str, "What the graph keeps of them: FLOWS or NOTHING."]


@dataclass(frozen=True, slots=True)
class Restore(Part):
    """That the principal restored an older ledger: its size, what had been signed for, why."""

    size: Annotated[int, "How many entries it has."]
    root: Annotated[str, "The root of its tree."]
    signed_size: Annotated[int, "How many entries had been signed for."]
    signed_checkpoint: Annotated[str, "The newest checkpoint that had been signed, whole."]
    reason: Annotated[str, "Why."]
