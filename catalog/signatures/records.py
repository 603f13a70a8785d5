"""What may be written about the keys that sign model artifacts."""

from __future__ import annotations

import base64
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from catalog.record import Digest, Name, Part, Record, Text, Time, is_replayed, refusal
from catalog.signatures.certificates import fingerprint_of_signer, identity_of, issuer_of, trusted_root_of
from catalog.signatures.keys import fingerprint_of, public_key_of
from graph_schema.nodes import SigningKey


def _public_key(text: str, info: ValidationInfo) -> str:
    return text if is_replayed(info) else base64.b64encode(public_key_of(text)).decode()


PublicKey = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_public_key)]
"""A public key in PEM, or its SubjectPublicKeyInfo (RFC 5280) in DER and base64, as it is kept."""


def _trusted_root(text: str, info: ValidationInfo) -> str:
    return text if is_replayed(info) else trusted_root_of(text)


def _identity(text: str, info: ValidationInfo) -> str:
    return text if is_replayed(info) else identity_of(text)


def _issuer(text: str, info: ValidationInfo) -> str:
    return text if is_replayed(info) else issuer_of(text)


class CertifiedSignerOf(Part):
    """Whoever an authority certifies to be somebody, as Sigstore's Fulcio does."""

    identity: Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_identity)]
    """The subject's alternative name in the certificate: the URI of a workflow or service, or a person's address."""
    issuer: Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_issuer)]
    """Who proved that to the authority: the address of the OpenID Connect issuer."""
    trusted_root: Annotated[str, Field(min_length=1, max_length=262_144), AfterValidator(_trusted_root)]
    """The authorities and logs that count: Sigstore's trusted root in JSON, or that in base64, as it is kept."""


class RegisterSigningKey(Record):
    """A public key that signs model artifacts, and who holds its private half; or whoever a certificate says signs."""

    name: ClassVar[str] = "register_signing_key"

    public_key: PublicKey | None = None
    """The public half in PEM, or its DER in base64: Ed25519, ECDSA on a NIST curve, or RSA. Never the private half."""
    certified: CertifiedSignerOf | None = None
    """Whose certificates count, in place of a key; one of the two is given."""
    key_holder: Name
    """The person, role or build system that holds the private half, or is certified."""
    valid_from: Time | None = None
    """From when on it may sign; by default from when this is recorded."""
    until: Time | None = None
    """From when on what it signs no longer counts; left out, until it is ended."""

    @property
    def node(self) -> SigningKey:
        """Return the node."""
        if self.certified is not None:
            return SigningKey(fingerprint_of_signer(self.certified.identity, self.certified.issuer))
        return SigningKey(fingerprint_of(base64.b64decode(self.public_key or "")))

    @model_validator(mode="after")
    def _is_one_of_the_two(self) -> Self:
        if (self.public_key is None) == (self.certified is None):
            raise refusal("Give either public_key or certified: a key, or whose certificates count.", "/public_key")
        return self


class EndSigningKey(Record):
    """That a signing key signs no longer, for ever: what it signed and is registered from then on is not verified."""

    name: ClassVar[str] = "end_signing_key"

    fingerprint: Digest
    """The SHA-256 over the key in DER, or over who is certified, as `lineward model keys` shows it."""
    reason: Text
    """Why it ends."""
    valid_from: Time | None = None
    """From when on; by default from when this is recorded. A key that leaked ends when it leaked, however long ago."""

    @property
    def node(self) -> SigningKey:
        """Return the node."""
        return SigningKey(self.fingerprint)
