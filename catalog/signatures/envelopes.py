"""A registered signature as what it consists of: what was signed, and the signatures over it.

Read are a signature alone, over the artifact's bytes; a DSSE envelope (v1.0.2) around an in-toto Statement, whose
subjects name the artifact's digest; and a Sigstore bundle (v0.1 to v0.3) around either.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
_STATEMENTS: Final = frozenset({"https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"})
_ARTIFACT: Final = "urn:lineward:model-artifact:1"
_STANDARD: Final = str.maketrans("-_", "+/")


class UnreadableError(ValueError):
    """A signature has no form that can be verified; the message says which part has not, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature's bytes, and what it calls its key: a hint that nothing rests on."""

    value: bytes
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """The digests that were signed, and by which signatures.

    `message` is what the signatures are over, None where that is the artifact itself. `certified`: a certificate stands
    for who signed, and no key.
    """

    digests: frozenset[str]
    message: bytes | None
    signatures: tuple[Signature, ...]
    certified: bool = False
    bundle: str = ""
    """Of one that is certified, the bundle as it came, in JSON."""


def read(text: str, artifact_digest: str) -> Signed:
    """Return what a registered signature consists of; raises UnreadableError where it has no such form."""
    content = _decoded(text)
    try:
        bundle = json.loads(content) if content.isascii() else None
    except (ValueError, RecursionError):
        bundle = None
    if not isinstance(bundle, dict):
        return Signed(frozenset({artifact_digest}), None, (Signature(content),))
    if "verificationMaterial" in bundle or "mediaType" in bundle:
        found = _of_bundle(bundle)
        return replace(found, bundle=content.decode("ascii")) if found.certified else found
    return _of_envelope(bundle)


def statement(artifact_digest: str, name: str) -> bytes:
    """Return the in-toto Statement (v1) that an artifact of this name has this digest, as JSON."""
    subject = {"name": name, "digest": {"sha256": artifact_digest.partition(":")[2]}}
    content = {"_type": "https://in-toto.io/Statement/v1", "subject": [subject], "predicateType": _ARTIFACT}
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def envelope(payload: bytes, signature: bytes, hint: str) -> str:
    """Return the DSSE envelope around an in-toto Statement, in base64."""
    content = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": hint, "sig": base64.b64encode(signature).decode()}],
    }
    return base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return what a DSSE signature is over (DSSE v1.0.2, protocol)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _of_bundle(bundle: Mapping[str, Any]) -> Signed:
    material = _object(bundle.get("verificationMaterial"), "verificationMaterial")
    hint = _text(_object(material["publicKey"], "publicKey").get("hint", ""), "hint") if "publicKey" in material else ""
    certified = "publicKey" not in material
    if "dsseEnvelope" in bundle:
        signed = _of_envelope(_object(bundle["dsseEnvelope"], "dsseEnvelope"))
        signatures = tuple(Signature(one.value, one.hint or hint) for one in signed.signatures)
        return Signed(signed.digests, signed.message, signatures, certified)
    message = _object(bundle.get("messageSignature"), "messageSignature")
    digest = _object(message.get("messageDigest"), "messageDigest")
    if digest.get("algorithm") != "SHA2_256":
        raise UnreadableError("the bundle is over another digest than SHA-256")
    hashed = f"sha256:{_decoded(_text(digest.get('digest'), 'digest')).hex()}"
    return Signed(
        frozenset({hashed}), None, (Signature(_decoded(_text(message.get("signature"), "signature")), hint),), certified
    )


def _of_envelope(content: Mapping[str, Any]) -> Signed:
    kind = _text(content.get("payloadType"), "payloadType")
    payload = _decoded(_text(content.get("payload"), "payload"))
    if kind != PAYLOAD_TYPE:
        raise UnreadableError("the envelope's payload is no in-toto Statement")
    signatures = content.get("signatures")
    if not isinstance(signatures, list) or not signatures:
        raise UnreadableError("the envelope holds no signatures")
    each = [_object(one, "signatures") for one in signatures]
    return Signed(
        _subjects(payload),
        pre_authentication_encoding(kind, payload),
        tuple(
            Signature(_decoded(_text(one.get("sig"), "sig")), _text(one.get("keyid") or "", "keyid")) for one in each
        ),
    )


def _subjects(payload: bytes) -> frozenset[str]:
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        raise UnreadableError("the envelope's payload is no JSON") from None
    content = _object(found, "payload")
    subjects = content.get("subject")
    if content.get("_type") not in _STATEMENTS or not isinstance(subjects, list):
        raise UnreadableError("the envelope's payload is no in-toto Statement")
    digests = [_object(_object(one, "subject").get("digest"), "digest").get("sha256") for one in subjects]
    return frozenset(f"sha256:{one}" for one in digests if isinstance(one, str))


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError(f"its {what} is missing, or no object")
    return value


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise UnreadableError(f"its {what} is missing, or no text")
    return value


def _decoded(text: str) -> bytes:
    written = text.rstrip("=").translate(_STANDARD)
    try:
        return base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except ValueError:
        raise UnreadableError("a part of it is no base64") from None
