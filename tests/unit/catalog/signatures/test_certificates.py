"""Signatures by a certificate, verified by a trusted root that was registered, without a network."""

from __future__ import annotations

import base64
import json
import sys
from datetime import timedelta
from typing import Any

import pytest

from catalog.errors import SenderError
from catalog.releases.queries import registrations
from catalog.signatures.certificates import certified, fingerprint_of_signer, named_in
from catalog.signatures.model import SignatureCheck
from catalog.signatures.queries import signature_state, signing_keys
from graph_schema.nodes import ModelVersion
from graph_schema.vocabulary.words import SignatureState
from tests.support.records import MODEL, House, ending_signing_key, event, registration, seal
from tests.support.sigstore import AT, IDENTITY, ISSUER, MadeUpSigstore

ARTIFACT = "sha256:" + "d" * 64
PERSON = "made-up-signer@release.example"
OTHER = "sha256:" + "9" * 64
VERSION = ModelVersion(MODEL["namespace"], MODEL["name"], "1").id


@pytest.fixture(scope="module")
def sigstore() -> MadeUpSigstore:
    return MadeUpSigstore()


@pytest.fixture
def installed() -> None:
    pytest.importorskip("sigstore", reason="pip install 'lineward[sigstore]': what verifies certificates")


@pytest.fixture
def house(house: House) -> House:
    house.send(event())
    house.record(seal())
    return house


def signer(sigstore: MadeUpSigstore, **more: Any) -> dict[str, Any]:
    return {
        "kind": "register_signing_key",
        "certified": {"identity": IDENTITY, "issuer": ISSUER, "trusted_root": sigstore.trusted_root, **more},
        "key_holder": "made-up release workflow",
    }


def judged(house: House, signature: str) -> SignatureCheck:
    house.record(registration(signature=signature))
    return signature_state(house.view(), registrations(house.view(), [VERSION])[VERSION][-1])


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("envelope", [True, False])
def test_a_bundle_of_somebody_certified_is_verified_by_the_trusted_root(
    house: House, sigstore: MadeUpSigstore, *, envelope: bool
) -> None:
    entry = house.record(signer(sigstore)).receipt.index
    found = judged(house, sigstore.sign(ARTIFACT, envelope=envelope))
    assert (found.state, found.key_holder) == (SignatureState.VERIFIED, "made-up release workflow")
    assert found.reason == "Whoever the certificate names was registered when the version was, and signed it."
    assert found.fingerprint == fingerprint_of_signer(IDENTITY, ISSUER)
    assert entry in found.entries


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("envelope", [True, False])
def test_a_person_is_certified_by_the_mail_address_in_the_certificate(
    house: House, sigstore: MadeUpSigstore, *, envelope: bool
) -> None:
    house.record(signer(sigstore, identity=PERSON))
    assert judged(house, sigstore.sign(ARTIFACT, envelope=envelope, identity=PERSON)).state is SignatureState.VERIFIED
    other = judged(house, sigstore.sign(ARTIFACT, envelope=envelope, identity="another@release.example"))
    assert other.state is SignatureState.UNKNOWN_KEY


def test_the_mail_address_of_a_signer_is_kept_and_names_whose_bundle_does_not_hold(
    house: House, sigstore: MadeUpSigstore
) -> None:
    house.record(signer(sigstore, identity=PERSON))
    (one,) = signing_keys(house.view())
    assert one.registered.certified is not None
    assert one.registered.certified.identity == PERSON
    assert one.fingerprint == fingerprint_of_signer(PERSON, ISSUER)
    assert named_in(base64.b64decode(sigstore.sign(ARTIFACT, identity=PERSON)).decode()) == {PERSON}


@pytest.mark.usefixtures("installed")
def test_one_over_another_artifact_is_invalid(house: House, sigstore: MadeUpSigstore) -> None:
    house.record(signer(sigstore))
    found = judged(house, sigstore.sign(OTHER))
    assert (found.state, found.reason) == (
        SignatureState.INVALID,
        "It is over another artifact than the registered one.",
    )


@pytest.mark.usefixtures("installed")
def test_one_that_was_changed_or_is_of_another_authority_is_invalid(house: House, sigstore: MadeUpSigstore) -> None:
    house.record(signer(sigstore))
    bundle = json.loads(base64.b64decode(sigstore.sign(ARTIFACT)))
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(b"\x30\x06\x02\x01\x01\x02\x01\x01").decode()
    changed = base64.b64encode(json.dumps(bundle).encode()).decode()
    for signature in (changed, MadeUpSigstore().sign(ARTIFACT)):
        found = judged(house, signature)
        assert found.state is SignatureState.INVALID
        assert "does not hold by the certificate" in found.reason


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "more", [{"identity": "https://code.example.org/another"}, {"issuer": "https://other.example"}]
)
def test_one_of_somebody_else_is_not_verified(house: House, sigstore: MadeUpSigstore, more: dict[str, str]) -> None:
    house.record(signer(sigstore, **more))
    assert judged(house, sigstore.sign(ARTIFACT)).state is not SignatureState.VERIFIED


@pytest.mark.usefixtures("installed")
def test_a_certificate_that_had_run_out_when_the_log_took_it_is_not_verified(sigstore: MadeUpSigstore) -> None:
    late = base64.b64decode(sigstore.sign(ARTIFACT, at=AT + timedelta(hours=1))).decode()
    root = base64.b64encode(sigstore.trusted_root.encode()).decode()
    assert certified(late, ARTIFACT, IDENTITY, ISSUER, root).name == "NOT"


@pytest.mark.usefixtures("installed")
def test_whoever_is_certified_ends_like_a_key_for_ever(house: House, sigstore: MadeUpSigstore) -> None:
    house.record(signer(sigstore))
    fingerprint = fingerprint_of_signer(IDENTITY, ISSUER)
    end = house.record(ending_signing_key(fingerprint=fingerprint)).receipt.index
    found = judged(house, sigstore.sign(ARTIFACT))
    assert found.state is SignatureState.INVALID
    assert "had ended" in found.reason
    assert end in found.entries
    with pytest.raises(SenderError, match="This key was ended, for ever"):
        house.record({**signer(sigstore), "key_holder": "again"})


def test_where_it_cannot_be_verified_it_says_so(
    house: House, sigstore: MadeUpSigstore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sigstore.errors", None)
    certified.cache_clear()
    house.record(signer(sigstore))
    found = judged(house, sigstore.sign(ARTIFACT))
    certified.cache_clear()
    assert found.state is SignatureState.UNKNOWN_KEY
    assert "is not installed where this was asked" in found.reason


def test_where_nobody_is_registered_the_key_is_unknown(house: House, sigstore: MadeUpSigstore) -> None:
    found = judged(house, sigstore.sign(ARTIFACT))
    assert (found.state, found.reason) == (
        SignatureState.UNKNOWN_KEY,
        "A certificate stands for who signed, and nobody is registered whose certificates count.",
    )


def test_who_is_certified_is_listed_with_the_keys(house: House, sigstore: MadeUpSigstore) -> None:
    house.record(signer(sigstore))
    (one,) = signing_keys(house.view())
    assert one.registered.public_key is None
    assert one.registered.certified is not None
    assert (one.registered.certified.identity, one.registered.certified.issuer) == (IDENTITY, ISSUER)


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"identity": "someone at example.org"}, "/certified/identity"),
        ({"identity": "someone@example"}, "/certified/identity"),
        ({"issuer": "someone@example.org"}, "/certified/issuer"),
        ({"identity": "https://example.org/a b"}, "/certified/identity"),
        ({"issuer": "example.org"}, "/certified/issuer"),
        ({"trusted_root": "made-up"}, "/certified/trusted_root"),
        ({"trusted_root": '{"tlogs": []}'}, "/certified/trusted_root"),
    ],
)
def test_what_says_not_whose_certificates_count_is_refused(
    house: House, sigstore: MadeUpSigstore, more: dict[str, str], pointer: str
) -> None:
    with pytest.raises(SenderError) as caught:
        house.record(signer(sigstore, **more))
    assert (caught.value.status, caught.value.pointer) == (422, pointer)
    assert next(iter(more.values())) not in caught.value.detail


def test_either_a_key_or_whoever_is_certified_is_registered(house: House, sigstore: MadeUpSigstore) -> None:
    with pytest.raises(SenderError, match="Give either public_key or certified"):
        house.record({"kind": "register_signing_key", "key_holder": "nobody"})
    assert named_in("{}") == named_in("no JSON") == frozenset()
    assert named_in(base64.b64decode(sigstore.sign(ARTIFACT)).decode()) == {IDENTITY}
