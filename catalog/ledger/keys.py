"""The keys of a site, kept as files in a folder outside the database, so that a copy of the one is not the other.

`signing.pem`            Ed25519, PKCS#8: signs checkpoints
`signing.previous.pem`   while a rotation lasts, the key before it signs as well; the operator removes it
`received.key`           K_site: binds an entry to what was received
`duplicates.key`         K_dedupe: recognises what was received before
`verifiers`              the public halves, the present one first, as vkeys for whoever verifies
`high-water.*`           no keys: the newest size and root that were signed and acknowledged, see `high_water`
"""

from __future__ import annotations

import hmac
import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from catalog.errors import OperatorError
from catalog.ledger.note import NoteError, Signer, VerifierKey

_SIGNING, _PREVIOUS, _RECEIVED, _DUPLICATES, _VERIFIERS = (
    "signing.pem",
    "signing.previous.pem",
    "received.key",
    "duplicates.key",
    "verifiers",
)
_MAC_SIZE = 32
_BINDING = b"lineward/binding of the ledger's rows"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True, repr=False)
class MacKey:
    """A secret key for HMAC-SHA-256 (RFC 2104), named by `key_id`: eight hex digits that say nothing about it."""

    secret: bytes
    key_id: str = field(init=False)
    _keyed: hmac.HMAC = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Name the key, and take it in once for all messages."""
        object.__setattr__(self, "_keyed", hmac.new(self.secret, digestmod="sha256"))
        object.__setattr__(self, "key_id", self.mac(b"lineward/key-id")[:4].hex())

    def mac(self, message: bytes) -> bytes:
        """Return the MAC over the message.

        `hmac.digest` lets the interpreter go for every message, however short, and then waits for it again behind the
        thread that writes: for the size of an event that takes longer than the MAC.
        """
        keyed = self._keyed.copy()
        keyed.update(message)
        return keyed.digest()


@dataclass(frozen=True, slots=True, repr=False)
class SiteKeys:
    """Every key of one log; `signers` has one key, or two while a rotation lasts, the present one first."""

    origin: str
    signers: tuple[Signer, ...]
    verifiers: tuple[VerifierKey, ...]
    received: MacKey
    duplicates: MacKey
    binding: MacKey = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Derive from K_site the key that binds the ledger's rows."""
        object.__setattr__(self, "binding", MacKey(self.received.mac(_BINDING)))

    @classmethod
    def generate(cls, origin: str) -> SiteKeys:
        """Return new keys that are kept nowhere; raises OperatorError for an origin that cannot name a key."""
        signer = Signer(origin, Ed25519PrivateKey.generate())
        try:
            verifier = signer.verifier
        except NoteError as error:
            raise OperatorError(
                f"{origin!r} cannot be a log's origin: {error}.",
                action="Set one like a URL without its scheme: lineward.example.org/ledger",
            ) from error
        return cls(origin, (signer,), (verifier,), MacKey(os.urandom(_MAC_SIZE)), MacKey(os.urandom(_MAC_SIZE)))

    @classmethod
    def create(cls, folder: Path, origin: str) -> SiteKeys:
        """Load the folder's keys after making those that are missing: for a ledger that holds nothing yet."""
        new = cls.generate(origin)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (folder / _SIGNING).exists():
                write_durably(folder / _SIGNING, _pem(new.signers[0]))
                write_durably(folder / _VERIFIERS, f"{new.signers[0].verifier}\n".encode())
            for name, key in ((_RECEIVED, new.received), (_DUPLICATES, new.duplicates)):
                if not (folder / name).exists():
                    write_durably(folder / name, f"{key.secret.hex()}\n".encode())
        except OSError as error:
            raise _unusable(folder, error) from error
        return cls.load(folder, origin)

    @classmethod
    def load(cls, folder: Path, origin: str) -> SiteKeys:
        """Return the folder's keys.

        Raises OperatorError where one is missing, malformed, open to other users, or of another origin.
        """
        signers = [_load_signer(folder / _SIGNING, origin)]
        if (folder / _PREVIOUS).exists():
            signers.append(_load_signer(folder / _PREVIOUS, origin))
        verifiers = _load_verifiers(folder / _VERIFIERS)
        if verifiers[0].name != origin:
            raise OperatorError(
                f"The keys in {folder} are those of the log {verifiers[0].name!r}, not of {origin!r}.",
                action="Set the origin back, or name the folder that belongs to it.",
            )
        if not {signer.verifier for signer in signers} <= set(verifiers):
            raise OperatorError(
                f"{folder / _VERIFIERS} does not name the key in {_SIGNING}.",
                action="Restore the folder from its backup.",
            )
        mac_keys = _load_mac_key(folder / _RECEIVED), _load_mac_key(folder / _DUPLICATES)
        return cls(origin, tuple(signers), verifiers, *mac_keys)

    @classmethod
    def rotate(cls, folder: Path, origin: str) -> SiteKeys:
        """Load the keys after making a new signing key; the one before it goes on signing beside it.

        Raises OperatorError as `load` does, and while an earlier rotation is not finished.
        """
        present = cls.load(folder, origin)
        if len(present.signers) > 1:
            raise OperatorError(
                "The last rotation is not finished.",
                action=f"Remove {folder / _PREVIOUS} once everyone who verifies has the new key.",
            )
        new = cls.generate(origin).signers[0]
        verifiers = "".join(f"{key}\n" for key in (new.verifier, *present.verifiers))
        try:
            # In this order a crash leaves a folder that loads: the public list may name a key that never signs.
            write_durably(folder / _VERIFIERS, verifiers.encode())
            write_durably(folder / _PREVIOUS, _pem(present.signers[0]))
            write_durably(folder / _SIGNING, _pem(new))
        except OSError as error:
            raise _unusable(folder, error) from error
        return cls.load(folder, origin)


def copy_keys(source: Path, target: Path) -> None:
    """Copy a folder's keys, without its marks, into a new folder that only this user can read.

    Raises OperatorError where one cannot be read or written.
    """
    try:
        target.mkdir(mode=0o700)
        for name in (_SIGNING, _PREVIOUS, _RECEIVED, _DUPLICATES, _VERIFIERS):
            if (source / name).exists() or name != _PREVIOUS:
                write_durably(target / name, (source / name).read_bytes())
        sync_folder(target.parent)
    except OSError as error:
        raise _unusable(target, error) from error


def _pem(signer: Signer) -> bytes:
    return signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put a file in its place at once and for good: a key that a crash takes away makes a ledger unreadable.

    Raises OSError.
    """
    scratch = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        scratch.unlink()
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_secret(path: Path) -> bytes:
    try:
        if path.stat().st_mode & _OTHERS or path.parent.stat().st_mode & _OTHERS_WRITE:
            raise OperatorError(
                f"The key {path} is open to other users.",
                action=f"Check who read it, then: chmod 700 {path.parent} && chmod 600 {path}",
            )
        return path.read_bytes()
    except OSError as error:
        raise _unusable(path, error) from error


def _load_signer(path: Path, origin: str) -> Signer:
    try:
        key = load_pem_private_key(_read_secret(path), password=None)
    except (ValueError, TypeError) as error:
        raise _malformed(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _malformed(path)
    return Signer(origin, key)


def _load_mac_key(path: Path) -> MacKey:
    try:
        secret = bytes.fromhex(_read_secret(path).decode("ascii"))
    except ValueError as error:
        raise _malformed(path) from error
    if len(secret) != _MAC_SIZE:
        raise _malformed(path)
    return MacKey(secret)


def _load_verifiers(path: Path) -> tuple[VerifierKey, ...]:
    try:
        verifiers = tuple(VerifierKey.parse(line) for line in path.read_text("utf-8").splitlines())
    except OSError as error:
        raise _unusable(path, error) from error
    except ValueError as error:
        raise _malformed(path) from error
    if not verifiers:
        raise _malformed(path)
    return verifiers


def _malformed(path: Path) -> OperatorError:
    return OperatorError(
        f"{path} is not a key as this program writes it.", action="Restore the folder from its backup."
    )


def _unusable(path: Path, error: OSError) -> OperatorError:
    return OperatorError(
        f"The key {path} cannot be used: {error.strerror or error}.",
        action="Mount or restore the key folder that belongs to this ledger; without it nothing can be added.",
    )
