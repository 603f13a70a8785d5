"""The transparency log's part: signed checkpoints, verifier keys, inclusion and consistency (RFC 9162, C2SP)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.standalone.outcome import MalformedError


@dataclass(frozen=True)
class Checkpoint:
    """A signed note's parts (https://c2sp.org/signed-note), none of them verified."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]


@dataclass(frozen=True)
class VerifierKey:
    """An Ed25519 verifier key: name, key id (4 bytes of SHA-256(name, 0x0A, 0x01, key)), 32 bytes of key."""

    name: str
    key_id: bytes
    public: bytes


def parse_checkpoint(note: str) -> Checkpoint:
    """Return the parts of a signed note over a tree head; raise MalformedError where it is none."""
    text, separator, signed = note.rpartition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or not signed.endswith("\n"):  # noqa: PLR2004 - origin, size, root
        raise MalformedError("the checkpoint is not a signed note")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII):
        raise MalformedError("the checkpoint's size is not a number")
    signatures = []
    for line in signed[:-1].split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        if match is None:
            raise MalformedError("a line under the checkpoint is not a signature")
        raw = from_base64(match[2])
        signatures.append((match[1], raw[:4], raw[4:]))
    root = from_base64(lines[2])
    if len(root) != hashlib.sha256().digest_size:
        raise MalformedError("the checkpoint's root is not a SHA-256 hash")
    return Checkpoint(text + "\n", lines[0], int(lines[1]), root, tuple(signatures))


def parse_vkey(vkey: str) -> VerifierKey:
    """Return the parts of a verifier key (name+id+key); raise MalformedError where it is none."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = from_base64(encoded)
    if key[:1] != b"\x01" or len(key) != 33 or not name:  # noqa: PLR2004 - the algorithm and 32 bytes
        raise MalformedError("the key is not an Ed25519 verifier key (name+id+key)")
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if expected.hex() != key_id:
        raise MalformedError("the verifier key does not carry its own id")
    return VerifierKey(name, expected, key[1:])


def from_base64(text: str) -> bytes:
    """Return the bytes of canonical base64; raise MalformedError for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise MalformedError("not canonical base64")
    return data


def is_signed(checkpoint: Checkpoint, key: VerifierKey) -> bool:
    """Return whether the key signed the checkpoint, and every line under its name and id holds."""
    fitting = [line for name, key_id, line in checkpoint.signatures if (name, key_id) == (key.name, key.key_id)]
    return bool(fitting) and all(_holds(key.public, checkpoint.text, signature) for signature in fitting)


def leaf_hash(entry: bytes) -> bytes:
    """Return an entry's hash in the tree, SHA-256(0x00, entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, current = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            current = _node(part, current)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            current = _node(current, part)
        number, last = number >> 1, last >> 1
    return last == 0 and current == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that the tree of size `old` is the beginning of the newer (RFC 9162, 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not proof
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    left = right = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            left, right = _node(part, left), _node(part, right)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            right = _node(right, part)
        number, last = number >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _holds(public: bytes, text: str, signature: bytes) -> bool:
    # Imported here so that the script can say in one sentence that it is not installed.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
