from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.note import NoteError, Signer, VerifierKey, sign
from catalog.ledger.proof import ProofFile

VECTORS = json.loads((Path(__file__).parent / "go_sumdb" / "vectors.json").read_text())
ORIGIN = "log.example/site"
ROOT = bytes(range(32))


def signer(seed: int) -> Signer:
    return Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def test_the_same_key_and_tree_make_the_same_bytes_as_another_implementation() -> None:
    theirs = SignedCheckpoint.open(VECTORS["checkpoint"], ORIGIN, [VerifierKey.parse(VECTORS["vkey"])])
    assert str(signer(7).verifier) == VECTORS["vkey"]
    assert SignedCheckpoint.sign(ORIGIN, 70, theirs.root, [signer(7)]) == theirs


def test_a_checkpoint_under_two_keys_opens_with_either() -> None:
    checkpoint = SignedCheckpoint.sign(ORIGIN, 3, ROOT, [signer(1), signer(2)])
    for key in (signer(1), signer(2)):
        assert SignedCheckpoint.open(checkpoint.text, ORIGIN, [key.verifier]) == checkpoint
    assert checkpoint.names([signer(1), signer(2)])
    assert not checkpoint.names([signer(1), signer(3)])


def test_a_checkpoint_of_another_log_is_refused() -> None:
    checkpoint = SignedCheckpoint.sign(ORIGIN, 3, ROOT, [signer(1)])
    with pytest.raises(NoteError, match="not of"):
        SignedCheckpoint.open(checkpoint.text, "other.example", [signer(1).verifier])


def test_extension_lines_are_tolerated() -> None:
    text = SignedCheckpoint.sign(ORIGIN, 3, ROOT, [signer(1)]).text.partition("\n\n")[0]
    extended = sign(f"{text}\nextension\n", [signer(1)])
    assert SignedCheckpoint.open(extended, ORIGIN, [signer(1).verifier]).size == 3


@pytest.mark.parametrize(
    "text",
    [
        "log.example/site\n3\n",
        "log.example/site\n03\nAAAA\n",
        "log.example/site\n-3\nAAAA\n",
        "log.example/site\n3\nAAAA\n",
        "\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log.example/site\n٣\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log.example/site\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\nextension\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        SignedCheckpoint.parse(sign(text, [signer(1)]))


def test_a_proof_file_comes_back_as_it_was_written() -> None:
    checkpoint = SignedCheckpoint.sign(ORIGIN, 3, ROOT, [signer(1)])
    proof = ProofFile(1, (bytes(32), ROOT), checkpoint)
    assert ProofFile.parse(proof.serialize()) == proof
    assert proof.serialize().startswith("c2sp.org/tlog-proof@v1\nindex 1\n")
    whole = replace(proof, entry=b'{"made":"up"}')
    assert ProofFile.parse(whole.serialize()) == whole
    assert whole.serialize().startswith("c2sp.org/tlog-proof@v1\nextra eyJtYWRlIjoidXAifQ==\nindex 1\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 1", "index 01"),
        ("index 1", "indices 1"),
        ("index 1\n", ""),
        ("index 1", "extra !\nindex 1"),
    ],
)
def test_what_is_no_proof_file_is_refused(old: str, new: str) -> None:
    proof = ProofFile(1, (), SignedCheckpoint.sign(ORIGIN, 3, ROOT, [signer(1)]))
    with pytest.raises(NoteError):
        ProofFile.parse(proof.serialize().replace(old, new))
