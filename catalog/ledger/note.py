"""Signed notes (https://c2sp.org/signed-note): a text and the Ed25519 signatures under it.

A note is `text`, an empty line, and one line for each signature: `— <key name> base64(key id ‖ signature)`. The key id
is the first four bytes of SHA-256(key name ‖ 0x0A ‖ 0x01 ‖ public key). A verifier ignores signatures by keys that it
does not know (that is how keys are rotated and witnesses cosign), but rejects the note when a known key's fails.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAX_SIGNATURES = 64

_ED25519 = b"\x01"
_KEY_SIZE = 32
_KEY_ID_SIZE = 4
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """The text is not a note, or no key that is trusted signed it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, written as a vkey: `<name>+<key id in hex>+base64(0x01 ‖ key)`."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        """Refuse a name or key that no note could carry."""
        if not _NAME.fullmatch(self.name):
            raise NoteError(f"key name {self.name!r} is empty, or contains a space or a plus sign")
        if len(self.public_key) != _KEY_SIZE:
            raise NoteError(f"an Ed25519 public key has {_KEY_SIZE} bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes that name this key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:_KEY_ID_SIZE]

    def __str__(self) -> str:
        """Return the vkey."""
        return f"{self.name}+{self.key_id.hex()}+{encode(_ED25519 + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Return the key of a vkey; raises NoteError where it is none, or not an Ed25519 key."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        key = decode(encoded)
        if key[:1] != _ED25519:
            raise NoteError(f"{text!r} is not the vkey of an Ed25519 key")
        verifier = cls(name, key[1:])
        if verifier.key_id.hex() != key_id:
            raise NoteError(f"{text!r} does not carry its own key id")
        return verifier

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether this key made the signature over the message (RFC 8032)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name."""

    name: str
    private_key: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the signature line for a note's text, with its line end."""
        signature = self.private_key.sign(text.encode())
        return f"— {self.name} {encode(self.verifier.key_id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read: its text, which ends in a line end, and every signature line, none of them verified."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str) -> Note:
        """Return the parts of a note; raises NoteError where it is malformed."""
        text, separator, signed = note.rpartition("\n\n")
        lines = signed.split("\n")
        if not separator or _CONTROL.search(note) or len(lines) < 2 or lines.pop():  # noqa: PLR2004 (a line and its end)
            raise NoteError("a note is a text, an empty line and signature lines, without control characters")
        if len(lines) > MAX_SIGNATURES:
            raise NoteError(f"a note with more than {MAX_SIGNATURES} signatures is not read")
        return cls(text + "\n", tuple(_parse_line(line) for line in lines))

    def verified_by(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Return the trusted keys that signed; raises NoteError where there is none, or where one's signature fails."""
        known = {(key.name, key.key_id): key for key in keys}
        found: dict[str, VerifierKey] = {}
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is None:
                continue
            if not key.verify(self.text.encode(), line.signature):
                raise NoteError(f"the signature of {key.name} does not fit the text")
            found[str(key)] = key
        if not found:
            raise NoteError("no trusted key signed this note")
        return tuple(found.values())


def sign(text: str, signers: Iterable[Signer]) -> str:
    """Return the note: the text, which must end in a line end, and one signature line for each signer."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a note's text ends in a line end and has no other control character")
    return text + "\n" + "".join(signer.sign(text) for signer in signers)


def encode(data: bytes) -> str:
    """Return standard base64 (RFC 4648 §4)."""
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes:
    """Return what this is the one base64 spelling of; raises NoteError for any other."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text!r} is not base64") from error
    if encode(data) != text:
        raise NoteError(f"{text!r} is not canonical base64")
    return data


def _parse_line(line: str) -> Signature:
    match = _LINE.fullmatch(line)
    if match is None:
        raise NoteError(f"{line!r} is not a signature line")
    signature = decode(match[2])
    if len(signature) <= _KEY_ID_SIZE:
        raise NoteError(f"{line!r} has no signature in it")
    return Signature(match[1], signature[:_KEY_ID_SIZE], signature[_KEY_ID_SIZE:])
