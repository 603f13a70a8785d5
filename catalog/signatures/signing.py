"""Signing an artifact's digest by a private key in a file: for release scripts, examples and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from catalog.errors import SenderError
from catalog.signatures.envelopes import PAYLOAD_TYPE, envelope, pre_authentication_encoding, statement
from catalog.signatures.keys import CURVES, fingerprint_of, public_key_of


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A private key that signs model artifacts."""

    private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @classmethod
    def new(cls) -> Self:
        """Make an Ed25519 key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def of(cls, pem: bytes, name: str) -> Self:
        """Read a key in PEM; raises SenderError, by the file's name alone, where it is none that signs here."""
        try:
            private = load_pem_private_key(pem, None)
        except TypeError:
            raise SenderError(f"{name} has a password: decrypt it first, such as by `openssl pkey`.") from None
        except (ValueError, UnsupportedAlgorithm):
            raise SenderError(f"{name} is no private key in PEM.") from None
        if not isinstance(private, Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise SenderError(f"{name} is no Ed25519, ECDSA or RSA key.")
        signer = cls(private)
        try:
            public_key_of(signer.public_pem.decode())
        except ValueError as error:
            raise SenderError(f"The public half of {name} {error}.") from None
        return signer

    @property
    def private_pem(self) -> bytes:
        """Return the key in PKCS #8 and PEM, without a password."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public_pem(self) -> bytes:
        """Return the public half in PEM."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 over the public half; see `keys.fingerprint_of`."""
        return fingerprint_of(public_key_of(self.public_pem.decode()))

    def sign(self, artifact_digest: str, name: str) -> str:
        """Return a DSSE envelope in base64: that the artifact of this name has this digest."""
        payload = statement(artifact_digest, name)
        signature = self._sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
        return envelope(payload, signature, self.fingerprint)

    def _sign(self, message: bytes) -> bytes:
        match self.private:
            case Ed25519PrivateKey() as private:
                return private.sign(message)
            case ec.EllipticCurvePrivateKey() as private:
                return private.sign(message, ec.ECDSA(CURVES[private.curve.name]))
            case private:
                salted = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
                return private.sign(message, salted, SHA256())
