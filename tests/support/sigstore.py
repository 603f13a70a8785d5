"""A made-up Sigstore: an authority, a certificate log and a transparency log, and bundles that they stand for.

Built with `cryptography` alone, so that what verifies a bundle shares nothing with what made it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from catalog.signatures.envelopes import PAYLOAD_TYPE, pre_authentication_encoding, statement

IDENTITY: Final = "https://code.example.org/made-up/release@main"
ISSUER: Final = "https://issuer.example.org"
AT: Final = datetime(2026, 5, 1, 10, tzinfo=UTC)
_SCTS: Final = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ISSUER: Final = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_ORIGIN: Final = "log.example.org"
_SHA256: Final = hashes.SHA256()


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _canonical(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


@dataclass
class MadeUpSigstore:
    """Its keys, all of them new."""

    authority: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    certificates: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    log: ec.EllipticCurvePrivateKey = field(default_factory=_key)

    def __post_init__(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made-up authority")])
        self.root = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.authority.public_key())
            .serial_number(1)
            .not_valid_before(AT - timedelta(days=365))
            .not_valid_after(AT + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(key_cert_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.authority.public_key()), critical=False)
            .sign(self.authority, _SHA256)
        )

    @property
    def trusted_root(self) -> str:
        """Return what it is trusted by, in JSON."""
        since = {"start": "2020-01-01T00:00:00Z"}

        def log(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
            return {
                "baseUrl": f"https://{_ORIGIN}",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": _b64(_der(key)),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": since,
                },
                "logId": {"keyId": _b64(hashlib.sha256(_der(key)).digest())},
            }

        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log(self.log)],
                "certificateAuthorities": [
                    {
                        "subject": {"organization": "made-up", "commonName": "made-up authority"},
                        "uri": "https://authority.example.org",
                        "certChain": {"certificates": [{"rawBytes": _b64(self.root.public_bytes(Encoding.DER))}]},
                        "validFor": since,
                    }
                ],
                "ctlogs": [log(self.certificates)],
                "timestampAuthorities": [],
            }
        )

    def sign(self, artifact_digest: str, *, at: datetime = AT, envelope: bool = True, identity: str = IDENTITY) -> str:
        """Return a bundle over an artifact's digest, in base64: around a statement, or over the artifact itself."""
        signer = _key()
        certificate = self._certificate(signer, AT, identity)
        pem = _b64(certificate.public_bytes(Encoding.PEM))
        if envelope:
            payload = statement(artifact_digest, "model")
            signature = signer.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload), ec.ECDSA(_SHA256))
            kind = "dsse"
            signed: dict[str, Any] = {
                "dsseEnvelope": {
                    "payload": _b64(payload),
                    "payloadType": PAYLOAD_TYPE,
                    "signatures": [{"sig": _b64(signature)}],
                }
            }
            spec: dict[str, Any] = {
                "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
                "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
                "signatures": [{"signature": _b64(signature), "verifier": pem}],
            }
        else:
            digest = bytes.fromhex(artifact_digest.partition(":")[2])
            signature = signer.sign(digest, ec.ECDSA(Prehashed(_SHA256)))
            kind = "hashedrekord"
            signed = {
                "messageSignature": {
                    "messageDigest": {"algorithm": "SHA2_256", "digest": _b64(digest)},
                    "signature": _b64(signature),
                }
            }
            spec = {
                "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
                "signature": {"content": _b64(signature), "publicKey": {"content": pem}},
            }
        body = _canonical({"apiVersion": "0.0.1", "kind": kind, "spec": spec})
        bundle = {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": _b64(certificate.public_bytes(Encoding.DER))},
                "tlogEntries": [self._entry(body, kind, int(at.timestamp()))],
            },
            **signed,
        }
        return _b64(_canonical(bundle))

    def _certificate(self, signer: ec.EllipticCurvePrivateKey, at: datetime, identity: str) -> x509.Certificate:
        kind = x509.UniformResourceIdentifier if "://" in identity else x509.RFC822Name
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.root.subject)
            .public_key(signer.public_key())
            .serial_number(7)
            .not_valid_before(at - timedelta(minutes=1))
            .not_valid_after(at + timedelta(minutes=9))
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority.public_key()), critical=False
            )
            .add_extension(x509.SubjectAlternativeName([kind(identity)]), critical=True)
            .add_extension(x509.UnrecognizedExtension(_ISSUER, ISSUER.encode()), critical=False)
        )
        before = builder.sign(self.authority, _SHA256)
        moment = int(at.timestamp() * 1000)
        tbs = before.tbs_certificate_bytes
        key_hash = hashlib.sha256(_der(self.authority)).digest()
        content = struct.pack(">BBQH", 0, 0, moment, 1) + key_hash + len(tbs).to_bytes(3, "big") + tbs + b"\x00\x00"
        signature = self.certificates.sign(content, ec.ECDSA(_SHA256))
        log_id = hashlib.sha256(_der(self.certificates)).digest()
        sct = (
            b"\x00"
            + log_id
            + struct.pack(">QH", moment, 0)
            + b"\x04\x03"
            + struct.pack(">H", len(signature))
            + signature
        )
        listed = struct.pack(">HH", len(sct) + 2, len(sct)) + sct
        value = b"\x04" + (bytes([len(listed)]) if len(listed) < 128 else bytes([0x81, len(listed)])) + listed
        return builder.add_extension(x509.UnrecognizedExtension(_SCTS, value), critical=False).sign(
            self.authority, _SHA256
        )

    def _entry(self, body: bytes, kind: str, at: int) -> dict[str, Any]:
        leaf = hashlib.sha256(b"\x00" + body).digest()
        log_id = hashlib.sha256(_der(self.log)).digest()
        promise = _canonical({"body": _b64(body), "integratedTime": at, "logID": log_id.hex(), "logIndex": 0})
        note = f"{_ORIGIN}\n1\n{_b64(leaf)}\n"
        signed = log_id[:4] + self.log.sign(note.encode(), ec.ECDSA(_SHA256))
        return {
            "logIndex": "0",
            "logId": {"keyId": _b64(log_id)},
            "kindVersion": {"kind": kind, "version": "0.0.1"},
            "integratedTime": str(at),
            "inclusionPromise": {"signedEntryTimestamp": _b64(self.log.sign(promise, ec.ECDSA(_SHA256)))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": _b64(leaf),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n— {_ORIGIN} {_b64(signed)}\n"},
            },
            "canonicalizedBody": _b64(body),
        }


def _usage(**used: bool) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: used.get(name, False) for name in every})
