"""Public keys as they are registered, and whether one made a signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_LEAST_RSA_BITS: Final = 2048
CURVES: Final[dict[str, HashAlgorithm]] = {"secp256r1": SHA256(), "secp384r1": SHA384(), "secp521r1": SHA512()}
_SHA256: Final = SHA256()
_PADDINGS: Final = (padding.PSS(padding.MGF1(_SHA256), padding.PSS.AUTO), padding.PKCS1v15())
_NEEDED: Final = (
    "is a public key in PEM, or its DER in base64: Ed25519, ECDSA on P-256, P-384 or P-521, or RSA from 2048 bits on"
)
_PRIVATE: Final = (
    "is a private key, which is never kept here: replace it where it is used, and register the public half of the new "
    "one"
)


def public_key_of(text: str) -> bytes:
    """Return a public key's SubjectPublicKeyInfo in DER (RFC 5280, 4.1.2.7), from PEM or from its base64.

    Raises ValueError, without a word of the text, for a private key, for what is no key, and for one that is too weak.
    """
    if "PRIVATE KEY" in text:
        raise ValueError(_PRIVATE)
    try:
        key = _usable(
            load_pem_public_key(text.encode())
            if "-----BEGIN" in text
            else load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
        )
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        key = None
    if key is None:
        raise ValueError(_NEEDED)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def der_of(text: str) -> bytes:
    """Return the bytes of a public key as it is kept."""
    return base64.b64decode(text)


def fingerprint_of(der: bytes) -> str:
    """Return `sha256:` and the hex SHA-256 over a SubjectPublicKeyInfo in DER."""
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


def hints_of(fingerprint: str, der: bytes | None = None) -> frozenset[str]:
    """Return what a signature may call the key of this fingerprint: that, its hex digits, or the same in base64; and
    the hex SHA-256 over the key in PEM, as OpenSSF model signing (1.0) names it, where its DER is given.
    """
    digits = fingerprint.partition(":")[2]
    names = {fingerprint, digits, base64.b64encode(bytes.fromhex(digits)).decode()}
    key = None if der is None else load(der)
    if key is not None:
        names.add(hashlib.sha256(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)).hexdigest())
    return frozenset(names)


def load(der: bytes) -> PublicKey | None:
    """Return the key of a SubjectPublicKeyInfo in DER; None where it is none that signatures are verified by."""
    try:
        return _usable(load_der_public_key(der))
    except (ValueError, UnsupportedAlgorithm):
        return None


def signed_message(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Tell whether the key signed the message: by ECDSA with the digest of its curve's size, by RSA with SHA-256."""
    if isinstance(key, Ed25519PublicKey):
        return _holds(partial(key.verify, signature, message))
    if isinstance(key, ec.EllipticCurvePublicKey):
        algorithm = ec.ECDSA(CURVES[key.curve.name])
        return _holds(partial(key.verify, signature, message, algorithm))
    return any(_holds(partial(key.verify, signature, message, way, _SHA256)) for way in _PADDINGS)


def signed_digest(key: PublicKey, signature: bytes, digest: bytes) -> bool:
    """Tell whether the key signed the bytes that have this SHA-256 digest; Ed25519 needs the bytes themselves."""
    if isinstance(key, Ed25519PublicKey):
        return False
    hashed = Prehashed(_SHA256)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _holds(partial(key.verify, signature, digest, ec.ECDSA(hashed)))
    return any(_holds(partial(key.verify, signature, digest, way, hashed)) for way in _PADDINGS)


def _usable(key: object) -> PublicKey | None:
    match key:
        case Ed25519PublicKey():
            return key
        case ec.EllipticCurvePublicKey() if key.curve.name in CURVES:
            return key
        case rsa.RSAPublicKey() if key.key_size >= _LEAST_RSA_BITS:
            return key
    return None


def _holds(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True
