"""What is said of the keys that sign model artifacts; public halves alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class CertifiedSigner(Part):
    """Whoever an authority certifies to be somebody, as Sigstore's Fulcio does, in place of a key of their own."""

    identity: Annotated[str, "The subject's alternative name in the certificate: an address or a workflow's URI."]
    issuer: Annotated[str, "The address of who proved that to the authority (OpenID Connect issuer)."]
    trusted_root: Annotated[str, "The authorities and logs that count, as Sigstore's trusted root in JSON, in base64."]


@dataclass(frozen=True, slots=True)
class SigningKey(Part):
    """A public key that signs model artifacts, or whoever is certified to; who holds it, and until when it may sign."""

    key_holder: Annotated[str, "Who holds the private half, or is certified."]
    public_key: Annotated[str | None, "Its SubjectPublicKeyInfo (RFC 5280) in DER, in base64."] = None
    certified: Annotated[CertifiedSigner | None, "Whoever is certified, where no key is registered."] = None
    until: Annotated[str | None, "From when on what it signs no longer counts."] = None


@dataclass(frozen=True, slots=True)
class SigningKeyEnd(Part):
    """That a key signs no longer; nothing that is said of it later revives it."""

    reason: Annotated[str, "Why."]
