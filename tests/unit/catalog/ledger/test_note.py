from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalog.ledger.note import MAX_SIGNATURES, Note, NoteError, Signer, VerifierKey, decode, encode, sign

# The example of golang.org/x/mod/sumdb/note, where the format comes from.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def signer(seed: int, name: str = "log.example") -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def test_a_note_signed_by_another_implementation_verifies() -> None:
    key = VerifierKey.parse(PETER)
    note = Note.parse(SIGNED)
    assert note.text == TEXT
    assert note.verified_by([key]) == (key,)


def test_a_vkey_comes_back_as_it_was_written() -> None:
    assert str(VerifierKey.parse(PETER)) == PETER
    ours = signer(1).verifier
    assert VerifierKey.parse(str(ours)) == ours


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("+AR", "+Ah"),
        PETER[:-4],
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER + "=",
    ],
)
def test_what_is_no_vkey_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(vkey)


def test_a_changed_text_is_rejected() -> None:
    with pytest.raises(NoteError, match="does not fit"):
        Note.parse(SIGNED.replace("answer", "anwser")).verified_by([VerifierKey.parse(PETER)])


def test_a_note_that_no_trusted_key_signed_is_rejected() -> None:
    with pytest.raises(NoteError, match="no trusted key"):
        Note.parse(SIGNED).verified_by([signer(1, "PeterNeumann").verifier])


def test_signatures_by_unknown_keys_are_ignored() -> None:
    note = Note.parse(sign("text\n", [signer(1), signer(2), signer(3, "witness.example")]))
    assert note.verified_by([signer(2).verifier]) == (signer(2).verifier,)
    assert len(note.signatures) == 3


def test_a_known_keys_bad_signature_rejects_the_note_although_another_is_good() -> None:
    good, bad = signer(1), signer(2)
    forged = Signer(bad.name, bad.private_key).sign("other\n")
    with pytest.raises(NoteError, match="does not fit"):
        Note.parse(sign("text\n", [good]) + forged).verified_by([good.verifier, bad.verifier])


def test_the_text_may_have_empty_lines() -> None:
    assert Note.parse(sign("a\n\nb\n", [signer(1)])).text == "a\n\nb\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— a",
        "text\n\n- log.example AAAAAAAA\n",
        "text\n\n— log.example AAAA\n",
        "text\n\n— log.example AAAAAA\n",
        "text\n\n— log example AAAAAAAA\n",
        "te\txt\n\n— log.example AAAAAAAA\n",
        "text\n\n— log.example AAAAAAAA\r\n",
        "text\n\n" + "— log.example AAAAAAAA\n" * (MAX_SIGNATURES + 1),
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Note.parse(text)


@pytest.mark.parametrize("text", ["text", "a\rb\n", ""])
def test_a_text_that_no_note_may_have_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign(text, [signer(1)])


@pytest.mark.parametrize("text", ["AA", "AB==", "A A=", "====", "é"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(NoteError):
        decode(text)


def test_base64_comes_back() -> None:
    assert decode(encode(b"\xff\x00\x10")) == b"\xff\x00\x10"
