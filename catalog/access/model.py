"""Who acts, and what a read of principals gives. Times are UTC microseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.reading import EVERYTHING, Rights
from graph_schema.aspects.principals import PrincipalDefinition

LOCAL = "local"
"""The name of the one principal that exists on loopback while no key was ever issued."""

LOCAL_DISPLAY_NAME = "local principal, unauthenticated"


def is_proven(principal: str) -> bool:
    """Tell whether a key proved who acted under this name: it did for all but the local principal."""
    return principal != LOCAL


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts now: the principal's name, its roles, whether a key proved it, and on which approvals it decides."""

    principal: str
    roles: frozenset[str]
    authenticated: bool
    display_name: str
    key_id: str | None = None
    approves: frozenset[str] = frozenset()
    """The kinds of approval that were granted to it."""
    forbidden: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What policies forbid although its roles permit it, each with why."""
    reads: Rights = field(default=EVERYTHING, compare=False)
    """What of the graph it may see, once it may read at all."""
    writes: Rights = field(default=EVERYTHING, compare=False)
    """What it may write records about, as far as that lies in a namespace or is held at a site."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal as the key file knows it now: its roles, whether it may act, and the keys that still work."""

    principal: str
    roles: frozenset[str]
    active: bool
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as the ledger knows it: never its secret."""

    key_id: str
    principal: str
    issued_at: int
    issued_by: str
    issued_entry: int
    revoked_at: int | None
    revoked_by: str | None
    revoked_entry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalRecord(PrincipalDefinition):
    """A principal as the newest record defines it."""

    id: str
    principal: str
    first_entry: int
    entry: int
    defined_by: str
    since: int
    keys: tuple[KeyRecord, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """What one record defined a principal to be: in which ledger entry, and by whom."""

    entry: int
    by: str
    display_name: str
    title: str | None
    organisation: str | None
    principal_kind: str
    roles: frozenset[str]
    approves: frozenset[str]


Holds = Callable[[Definition], bool]


@dataclass(frozen=True, slots=True)
class Powers:
    """How each principal was defined over time, and the keys that were issued to it."""

    definitions: Mapping[str, Sequence[Definition]]
    keys: Mapping[str, Sequence[KeyRecord]]

    def at(self, principal: str, entry: int) -> Definition | None:
        """Return what the principal was when this entry was written."""
        return next((one for one in reversed(self.definitions.get(principal, ())) if one.entry < entry), None)

    def gained(self, principal: str, entry: int, holds: Holds) -> Definition | None:
        """Return the record that gave the principal what it held when this entry was written, None where it did not."""
        gave = None
        for one in self.definitions.get(principal, ()):
            if one.entry >= entry:
                break
            gave = (gave or one) if holds(one) else None
        return gave
