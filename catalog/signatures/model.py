"""What a read of signatures gives: values at one (validAt, knownAt). Times are UTC microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from graph_schema.aspects.signatures import CertifiedSigner, SigningKey
from graph_schema.vocabulary.words import SignatureState


@dataclass(frozen=True, slots=True)
class SigningKeyRecord:
    """A registered key by its fingerprint: by which entry and since when it signs, and from when on no longer.

    `end_entry` is the entry that ends it, None where its registration says until when.
    """

    id: str
    fingerprint: str
    registered: SigningKey
    entry: int
    since: int
    ends_at: int | None
    end_entry: int | None
    has_ended: bool


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What was registered of a key: since when it signs and from when on no longer, and the entries that say so."""

    fingerprint: str
    der: bytes | None
    """None where it is whoever is `certified`."""
    key_holder: str
    entry: int
    since: int
    ended: int | None = None
    end_entry: int | None = None
    certified: CertifiedSigner | None = None


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """Whether a registration's signature holds, why, by whose key, and the entries on which that rests."""

    state: SignatureState
    reason: str
    fingerprint: str | None
    key_holder: str | None
    entries: tuple[int, ...]
