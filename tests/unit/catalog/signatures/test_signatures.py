"""Signatures over artifacts: which hold, and by which keys."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import SenderError
from catalog.reading import AsOf, Rights
from catalog.releases.queries import registrations
from catalog.signatures.envelopes import PAYLOAD_TYPE, pre_authentication_encoding, statement
from catalog.signatures.model import KnownKey, SignatureCheck
from catalog.signatures.queries import signature_state, signature_states, signing_keys
from catalog.signatures.rules import check as judge
from catalog.signatures.signing import Signer
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time
from tests.support.records import (
    CURATED,
    MODEL,
    SIGNER_KEY,
    House,
    ending_signing_key,
    erasing,
    event,
    registration,
    seal,
    signing_key,
)

VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id
CONTENT = b"made-up weights"
ARTIFACT = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
OTHER_ARTIFACT = "sha256:" + "0" * 64
STRANGER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
ECDSA = Signer(ec.derive_private_key(7, ec.SECP256R1()))
RSA = rsa.generate_private_key(65537, 2048)
WEAK = Signer(rsa.generate_private_key(65537, 1024))  # noqa: S505  refused for that
LONG_AGO = "2026-01-05T00:00:00Z"


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    house.record(seal())
    return house


def signed(house: House, signature: str | None, **more: Any) -> int:
    payload = registration(artifact_digest=ARTIFACT, signature=signature, **more)
    if signature is None:
        del payload["signature"]
    return house.record(payload).receipt.index


def check(house: House, as_of: AsOf | None = None) -> SignatureCheck:
    view = house.view() if as_of is None else house.view(as_of)
    return signature_state(view, registrations(view, [VERSION])[VERSION][-1])


def packed(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def opened(signature: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(signature))
    return found


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_the_signed_message_is_the_one_of_the_specification() -> None:
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@pytest.mark.parametrize(
    "signer",
    [
        SIGNER_KEY,
        ECDSA,
        Signer(ec.derive_private_key(9, ec.SECP384R1())),
        Signer(rsa.generate_private_key(65537, 2048)),
    ],
    ids=["Ed25519", "P-256", "P-384", "RSA"],
)
def test_a_signature_of_a_registered_key_is_verified_and_cites_key_and_registration(
    house: House, signer: Signer
) -> None:
    key = house.record(signing_key(public_key=signer.public_pem.decode())).receipt.index
    entry = signed(house, signer.sign(ARTIFACT, "weights"))
    found = check(house)
    assert (found.state, found.fingerprint, found.key_holder) == ("VERIFIED", signer.fingerprint, "release engineering")
    assert found.entries == (key, entry)


def test_a_registration_without_a_signature_has_none(house: House) -> None:
    entry = signed(house, None)
    assert (check(house).state, check(house).entries) == ("ABSENT", (entry,))


def test_a_signature_of_a_key_that_nobody_registered_is_of_an_unknown_key(house: House) -> None:
    house.record(signing_key())
    signed(house, STRANGER.sign(ARTIFACT, "weights"))
    assert (check(house).state, check(house).fingerprint) == ("UNKNOWN_KEY", None)


def test_a_key_that_is_registered_later_is_not_known_before(house: House) -> None:
    entry = signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    house.record(signing_key(valid_from=LONG_AGO))
    assert check(house).state == "VERIFIED"
    assert check(house, AsOf(known_at=entry)).state == "UNKNOWN_KEY"


def test_a_key_that_signs_only_after_the_registration_did_not_sign_it(house: House) -> None:
    signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    house.record(signing_key())
    assert check(house).state == "INVALID"
    assert "on, and the version was registered before" in check(house).reason


def test_a_signature_by_a_key_that_had_ended_is_invalid_and_says_why(house: House) -> None:
    key = house.record(signing_key()).receipt.index
    end = house.record(ending_signing_key()).receipt.index
    entry = signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    found = check(house)
    assert (found.state, found.entries) == ("INVALID", (key, end, entry))
    assert "had ended" in found.reason


def test_a_signature_by_a_key_past_its_term_is_invalid(house: House) -> None:
    house.record(signing_key(valid_from=LONG_AGO, until="2026-01-06T00:00:00Z"))
    signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    assert (check(house).state, "2026-01-06" in check(house).reason) == ("INVALID", True)


def test_what_was_signed_before_a_key_ended_stays_verified_unless_it_leaked_before(house: House) -> None:
    house.record(signing_key())
    entry = signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    house.record(ending_signing_key())
    assert check(house).state == "VERIFIED"
    house.record(ending_signing_key(valid_from=LONG_AGO, reason="It leaked"))
    assert check(house).state == "INVALID"
    assert check(house, AsOf(known_at=entry)).state == "VERIFIED"


def test_an_ended_key_is_never_registered_again(house: House) -> None:
    house.record(signing_key())
    house.record(ending_signing_key())
    with pytest.raises(SenderError, match="ended, for ever") as caught:
        house.record(signing_key(valid_from=LONG_AGO))
    assert caught.value.pointer == "/public_key"
    house.append(signing_key(public_key=b64(public(SIGNER_KEY))), "local")
    signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    assert check(house).state == "INVALID"


def public(signer: Signer) -> bytes:
    lines = signer.public_pem.decode().splitlines()
    return base64.b64decode("".join(lines[1:-1]))


def test_a_signature_over_another_artifact_is_invalid(house: House) -> None:
    house.record(signing_key())
    signed(house, SIGNER_KEY.sign(OTHER_ARTIFACT, "weights"))
    assert (check(house).state, "another artifact" in check(house).reason) == ("INVALID", True)


def test_a_changed_signature_that_names_a_registered_key_is_invalid(house: House) -> None:
    house.record(signing_key())
    content = opened(SIGNER_KEY.sign(ARTIFACT, "weights"))
    content["payload"] = b64(statement(ARTIFACT, "other weights"))
    signed(house, packed(content))
    assert (check(house).state, "does not hold" in check(house).reason) == ("INVALID", True)


def test_one_of_several_signatures_is_enough(house: House) -> None:
    house.record(signing_key())
    content = opened(SIGNER_KEY.sign(ARTIFACT, "weights"))
    content["signatures"].insert(0, opened(STRANGER.sign(ARTIFACT, "weights"))["signatures"][0])
    signed(house, packed(content))
    assert check(house).state == "VERIFIED"


@pytest.mark.parametrize("hint", ["", "another name"])
def test_the_name_of_a_key_in_an_envelope_decides_nothing(house: House, hint: str) -> None:
    house.record(signing_key())
    content = opened(SIGNER_KEY.sign(ARTIFACT, "weights"))
    content["signatures"][0]["keyid"] = hint
    signed(house, packed(content))
    assert check(house).state == "VERIFIED"


@pytest.mark.parametrize(
    "sign",
    [
        lambda: ECDSA.private.sign(CONTENT, ec.ECDSA(SHA256())),  # type: ignore[call-arg, arg-type]
        lambda: RSA.sign(CONTENT, padding.PKCS1v15(), SHA256()),
    ],
    ids=["ECDSA", "RSA"],
)
def test_a_signature_over_the_artifact_itself_is_verified_by_its_digest(house: House, sign: Any) -> None:
    for signer in (ECDSA, Signer(RSA)):
        house.record(signing_key(public_key=signer.public_pem.decode()))
    raw = b64(sign())
    signed(house, raw)
    assert check(house).state == "VERIFIED"


def test_a_bundle_is_verified_by_the_key_that_it_hints_at_and_not_by_a_certificate(house: House) -> None:
    house.record(signing_key())
    envelope = opened(SIGNER_KEY.sign(ARTIFACT, "weights"))
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": "any"}, "tlogEntries": []},
        "dsseEnvelope": envelope,
    }
    signed(house, packed(bundle))
    assert check(house).state == "VERIFIED"
    certified = {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": []}
    other = opened(STRANGER.sign(ARTIFACT, "weights"))
    signed(house, packed(bundle | {"verificationMaterial": certified, "dsseEnvelope": other}))
    assert (check(house).state, "certificate" in check(house).reason) == ("UNKNOWN_KEY", True)


def openssf(signer: Signer, artifact: str, curve_hash: SHA256 | SHA384 | SHA512) -> dict[str, Any]:
    """What OpenSSF model signing 1.0 writes by a key: a bundle without a log entry, around a list of the files."""
    payload = json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "made-up-model", "digest": {"sha256": artifact.partition(":")[2]}}],
            "predicateType": "https://model_signing/signature/v1.0",
            "predicate": {
                "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False},
                "resources": [{"name": "weights.bin", "algorithm": "sha256", "digest": "a" * 64}],
            },
        },
        indent=2,
    ).encode()
    assert isinstance(signer.private, ec.EllipticCurvePrivateKey)
    value = signer.private.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload), ec.ECDSA(curve_hash))
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "publicKey": {"hint": hashlib.sha256(signer.public_pem).hexdigest()},
            "tlogEntries": [],
        },
        "dsseEnvelope": {
            "payload": b64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": b64(value), "keyid": ""}],
        },
    }


@pytest.mark.parametrize(
    ("curve", "digest"), [(ec.SECP256R1(), SHA256()), (ec.SECP384R1(), SHA384()), (ec.SECP521R1(), SHA512())]
)
def test_a_bundle_of_openssf_model_signing_by_a_key_is_verified_without_a_log_entry(
    house: House, curve: ec.EllipticCurve, digest: SHA256 | SHA384 | SHA512
) -> None:
    signer = Signer(ec.derive_private_key(11, curve))
    house.record(signing_key(public_key=signer.public_pem.decode()))
    signed(house, packed(openssf(signer, ARTIFACT, digest)))
    assert check(house).state == "VERIFIED"
    signed(house, packed(openssf(signer, OTHER_ARTIFACT, digest)))
    assert check(house).state == "INVALID"


def test_one_of_openssf_that_was_changed_is_invalid_by_the_key_that_it_hints_at(house: House) -> None:
    house.record(signing_key(public_key=ECDSA.public_pem.decode()))
    bundle = openssf(ECDSA, ARTIFACT, SHA256())
    other = openssf(Signer(ec.derive_private_key(12, ec.SECP256R1())), ARTIFACT, SHA256())
    signed(house, packed(bundle | {"dsseEnvelope": other["dsseEnvelope"]}))
    found = check(house)
    assert (found.state, "does not hold under the key that it names" in found.reason) == ("INVALID", True)


def test_a_bundle_with_a_message_signature_is_verified_by_the_digest_that_it_names(house: House) -> None:
    house.record(signing_key(public_key=ECDSA.public_pem.decode()))
    value = ECDSA.private.sign(CONTENT, ec.ECDSA(SHA256()))  # type: ignore[call-arg, arg-type]
    digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(CONTENT).digest())}
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": "any"}},
        "messageSignature": {"messageDigest": digest, "signature": b64(value)},
    }
    signed(house, packed(bundle))
    assert check(house).state == "VERIFIED"
    signed(house, packed(bundle | {"messageSignature": {"messageDigest": digest | {"algorithm": "SHA2_512"}}}))
    assert (check(house).state, "SHA-256" in check(house).reason) == ("INVALID", True)


@pytest.mark.parametrize(
    "content",
    [
        {"payload": "AAAA", "payloadType": "text/plain", "signatures": [{"sig": "AAAA"}]},
        {"payload": "AAAA", "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "AAAA"}]},
        {"payload": b64(b"[]"), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "AAAA"}]},
        {"payload": b64(b"[" * 9000), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "AAAA"}]},
        {"payload": b64(b"{}"), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "AAAA"}]},
        {"payload": b64(statement(ARTIFACT, "x")), "payloadType": PAYLOAD_TYPE, "signatures": []},
        {"payload": b64(statement(ARTIFACT, "x")), "payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "é"}]},
        {"mediaType": "x", "verificationMaterial": {"publicKey": "hint"}},
        {"mediaType": "x" * 60},
    ],
)
def test_what_cannot_be_read_as_a_signature_is_invalid(house: House, content: dict[str, Any]) -> None:
    signed(house, packed(content))
    assert (check(house).state, "cannot be read" in check(house).reason) == ("INVALID", True)


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_signature_with_any_bit_changed_is_never_verified(place: int, bit: int) -> None:
    key = KnownKey(SIGNER_KEY.fingerprint, public(SIGNER_KEY), "nobody", 0, 0)
    content = opened(SIGNER_KEY.sign(ARTIFACT, "weights"))
    part = bytearray(base64.b64decode(content["payload"]) + base64.b64decode(content["signatures"][0]["sig"]))
    size = len(part) - 64
    part[place % len(part)] ^= 1 << bit
    content["payload"], content["signatures"][0]["sig"] = b64(bytes(part[:size])), b64(bytes(part[size:]))
    assert judge(packed(content), ARTIFACT, 1, [key]).state != "VERIFIED"
    assert judge(SIGNER_KEY.sign(ARTIFACT, "weights"), ARTIFACT, 1, [key]).state == "VERIFIED"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SIGNER_KEY.private_pem.decode(), "is a private key"),
        ("nonsense" * 9, "is a public key in PEM"),
        (WEAK.public_pem.decode(), "2048 bits"),
        (Signer(ec.derive_private_key(7, ec.SECP256K1())).public_pem.decode(), "P-256"),
    ],
    ids=["private", "no key", "weak", "another curve"],
)
def test_what_is_no_usable_public_key_is_refused_without_a_word_of_it(house: House, text: str, sentence: str) -> None:
    with pytest.raises(SenderError, match=sentence) as caught:
        house.record(signing_key(public_key=text))
    assert caught.value.pointer == "/public_key"
    assert text[:60] not in str(caught.value)


def test_a_key_that_ends_before_it_begins_and_one_that_nobody_registered_are_refused(house: House) -> None:
    with pytest.raises(SenderError, match="until is after"):
        house.record(signing_key(until="2026-01-01T00:00:00Z"))
    with pytest.raises(SenderError, match="unknown signing key"):
        house.record(ending_signing_key())


def test_keys_are_listed_with_what_ends_them(house: House) -> None:
    house.record(signing_key(valid_from=LONG_AGO))
    (found,) = signing_keys(house.view())
    assert (found.fingerprint, found.registered.key_holder, found.has_ended) == (
        SIGNER_KEY.fingerprint,
        "release engineering",
        False,
    )
    assert format_time(found.ends_at or 0).startswith("2999")
    end = house.record(ending_signing_key()).receipt.index
    (found,) = signing_keys(house.view())
    assert (found.has_ended, found.end_entry) == (True, end)
    assert signing_keys(house.view(AsOf(known_at=1))) == ()


def test_rights_over_a_namespace_decide_nothing_about_a_signature(house: House) -> None:
    house.record(signing_key())
    signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    view = house.view(rights=Rights(namespaces=frozenset({MODEL["namespace"], CURATED["namespace"]})))
    (each,) = signature_states(view, registrations(view, [VERSION])[VERSION]).values()
    assert each.state == "VERIFIED"


def test_erasing_the_registration_of_a_key_or_its_end_changes_no_signature(house: House) -> None:
    key = house.record(signing_key()).receipt.index
    entry = signed(house, SIGNER_KEY.sign(ARTIFACT, "weights"))
    house.record(erasing(key))
    assert (check(house).state, check(house).key_holder) == ("VERIFIED", "[erased]")
    end = house.record(ending_signing_key(valid_from=LONG_AGO)).receipt.index
    house.record(erasing(end))
    assert (check(house).state, check(house).entries) == ("INVALID", (key, entry, end))


def test_a_private_key_with_a_password_or_of_another_kind_signs_nothing() -> None:
    sealed = SIGNER_KEY.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"made up"))
    with pytest.raises(SenderError, match="has a password"):
        Signer.of(sealed, "key.pem")
    with pytest.raises(SenderError, match="no private key"):
        Signer.of(SIGNER_KEY.public_pem, "key.pem")
    with pytest.raises(SenderError, match="2048"):
        Signer.of(WEAK.private_pem, "key.pem")
