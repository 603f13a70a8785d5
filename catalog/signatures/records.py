"""What may be written about the keys that sign model artifacts."""

from __future__ import annotations

import base64
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo

from catalog.record import Digest, Name, Record, Text, Time, is_replayed
from catalog.signatures.keys import fingerprint_of, public_key_of
from graph_schema.nodes import SigningKey


def _public_key(text: str, info: ValidationInfo) -> str:
    return text if is_replayed(info) else base64.b64encode(public_key_of(text)).decode()


PublicKey = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_public_key)]
"""A public key in PEM, or its SubjectPublicKeyInfo (RFC 5280) in DER and base64, as it is kept."""


class RegisterSigningKey(Record):
    """A public key that signs model artifacts, and who holds its private half."""

    name: ClassVar[str] = "register_signing_key"

    public_key: PublicKey
    """The public half in PEM, or its DER in base64: Ed25519, ECDSA on a NIST curve, or RSA. Never the private half."""
    key_holder: Name
    """The person, role or build system that holds the private half."""
    valid_from: Time | None = None
    """From when on it may sign; by default from when this is recorded."""
    until: Time | None = None
    """From when on what it signs no longer counts; left out, until it is ended."""

    @property
    def node(self) -> SigningKey:
        """Return the node."""
        return SigningKey(fingerprint_of(base64.b64decode(self.public_key)))


class EndSigningKey(Record):
    """That a signing key signs no longer, for ever: what it signed and is registered from then on is not verified."""

    name: ClassVar[str] = "end_signing_key"

    fingerprint: Digest
    """The SHA-256 over the key's SubjectPublicKeyInfo in DER, as `lineward model keys` shows it."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded. A key that leaked ends when it leaked, however long ago."""

    @property
    def node(self) -> SigningKey:
        """Return the node."""
        return SigningKey(self.fingerprint)
