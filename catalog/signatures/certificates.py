"""Signatures by a certificate in place of a registered key: Sigstore bundles, also those of OpenSSF model signing.

Sigstore's own library, an extra, verifies them without a network, by the trusted root that was registered alone.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography import x509

from graph_schema.canonical import digest_of
from ingest_hooks.redaction.identifiers import holds_identifier

_KEPT: Final = 256
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}", re.ASCII)
_ADDRESS: Final = re.compile(r"(?:https|spiffe)://[A-Za-z0-9._~:/?#@%+=,-]{1,500}", re.ASCII)
_PARTS: Final = ("certificateAuthorities", "ctlogs", "tlogs")
_NEEDED: Final = (
    "is Sigstore's trusted root in JSON, with certificateAuthorities, ctlogs and tlogs, as `trusted_root.json` holds it"
)


class Certified(StrEnum):
    """What verifying a signature by a certificate came to."""

    HOLDS = "HOLDS"
    NOT = "NOT"
    NOT_INSTALLED = "NOT_INSTALLED"
    """The library that verifies them is not installed here."""


def trusted_root_of(text: str) -> str:
    """Return a trusted root as it is kept, in base64; raises ValueError, without a word of it, where it is none."""
    try:
        content = text if text.lstrip().startswith("{") else base64.b64decode(text, validate=True).decode()
        root = json.loads(content)
    except (ValueError, binascii.Error, RecursionError):
        root = None
    if not isinstance(root, Mapping) or any(not isinstance(root.get(one), list) or not root[one] for one in _PARTS):
        raise ValueError(_NEEDED)
    return base64.b64encode(json.dumps(root, separators=(",", ":"), sort_keys=True).encode()).decode()


def identity_of(text: str) -> str:
    """Return an identity of a certificate, a URI or the mail address that somebody signs under at work; raises
    ValueError where it is neither.
    """
    if _MAIL.fullmatch(text) or _is_address(text):
        return text
    raise ValueError("is an address that begins with https:// or spiffe://, as that of a workflow, or a mail address")


def issuer_of(text: str) -> str:
    """Return an issuer of a certificate; raises ValueError where it is none."""
    if not _is_address(text):
        raise ValueError("is the address of an OpenID Connect issuer, which begins with https://")
    return text


def _is_address(text: str) -> bool:
    return bool(_ADDRESS.fullmatch(text)) and not holds_identifier(text.replace("@", "/"))


def fingerprint_of_signer(identity: str, issuer: str) -> str:
    """Return what whoever is certified is registered by: the SHA-256 over the canonical JSON of identity and issuer."""
    return digest_of({"identity": identity, "issuer": issuer})


@lru_cache(maxsize=_KEPT)
def certified(bundle: str, artifact_digest: str, identity: str, issuer: str, trusted_root: str) -> Certified:
    """Tell whether a Sigstore bundle (JSON) is by somebody so certified, over this artifact or an envelope.

    The certificate has to chain to the trusted root at a time that a log or a time stamp of that root proves; nothing
    is asked of a network, and no clock is read, so that the answer follows from what is given. What an envelope's
    statement is about the caller compares.
    """
    try:
        from sigstore.errors import Error  # noqa: PLC0415  an extra, and it takes a second
        from sigstore.hashes import Hashed  # noqa: PLC0415  the same
        from sigstore.models import Bundle, TrustedRoot  # noqa: PLC0415  the same
        from sigstore.verify import Verifier  # noqa: PLC0415  the same
        from sigstore.verify.policy import Identity  # noqa: PLC0415  the same
        from sigstore_models.common.v1 import HashAlgorithm  # noqa: PLC0415  the same
    except ImportError:
        return Certified.NOT_INSTALLED
    try:
        with TemporaryDirectory(prefix="lineward-root-") as folder:
            path = Path(folder) / "trusted_root.json"
            path.write_bytes(base64.b64decode(trusted_root))
            verifier = Verifier(trusted_root=TrustedRoot.from_file(str(path)))
            read = Bundle.from_json(bundle)
            policy = Identity(identity=identity, issuer=issuer)
            if "dsseEnvelope" in json.loads(bundle):
                verifier.verify_dsse(read, policy)
            else:
                digest = bytes.fromhex(artifact_digest.partition(":")[2])
                verifier.verify_artifact(Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest), read, policy)
    except (Error, ValueError, TypeError, KeyError, AttributeError):
        return Certified.NOT
    return Certified.HOLDS


def named_in(bundle: str) -> frozenset[str]:
    """Return the names, URIs and mail addresses, that the certificate of a bundle claims, proven or not; none where it
    cannot be read.
    """
    try:
        material = json.loads(bundle)["verificationMaterial"]
        held = material.get("certificate") or material["x509CertificateChain"]["certificates"][0]
        certificate = x509.load_der_x509_certificate(base64.b64decode(held["rawBytes"]))
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        kinds = (x509.UniformResourceIdentifier, x509.RFC822Name)
        return frozenset(name for kind in kinds for name in names.get_values_for_type(kind))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, x509.ExtensionNotFound):
        return frozenset()
