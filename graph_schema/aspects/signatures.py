"""What is said of the keys that sign model artifacts; public halves alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from graph_schema.aspects.shape import Part


@dataclass(frozen=True, slots=True)
class SigningKey(Part):
    """A public key that signs model artifacts, who holds its private half, and until when it may sign."""

    public_key: Annotated[str, "Its SubjectPublicKeyInfo (RFC 5280) in DER, in base64."]
    key_holder: Annotated[str, "Who holds the private half."]
    until: Annotated[str | None, "From when on what it signs no longer counts."] = None


@dataclass(frozen=True, slots=True)
class SigningKeyEnd(Part):
    """That a key signs no longer; nothing that is said of it later revives it."""

    reason: Annotated[str, "Why."]
