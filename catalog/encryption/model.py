"""What a read of encryption keys gives: values at one (validAt, knownAt). Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from graph_schema.aspects.keys import EncryptionKey


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A declared key by its id in its key store: its scope and who has to do with it, by which entry and since when."""

    id: str
    key: str
    scope: EncryptionKey
    entry: int
    since: int


@dataclass(frozen=True, slots=True)
class KeyState:
    """What stands of a key that somebody named: what is declared of it, or the entry that ended that."""

    declared: KeyRecord | None
    ended_by: int | None
