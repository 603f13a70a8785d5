"""`lineward model`: artifacts signed on this machine, and what the catalog says of signatures."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any, Final

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, document
from catalog.cli.files import read, unreadable, unwritable
from catalog.cli.output import note, print_json, print_line, print_table, short
from catalog.cli.sending import send
from catalog.cli.words import count, words_of
from catalog.errors import AskerError, Exit, SenderError
from catalog.signatures.signing import Signer

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_BLOCK: Final = 1 << 20
_KEYS: Final = "{ signingKeys { fingerprint publicKey keyHolder entry since endsAt endEntry hasEnded } }"
_CHECKS: Final = """
query Checks($id: ID!, $asOf: AsOfInput) { node(id: $id, asOf: $asOf) { ... on ModelVersion { registrations {
  entry registeredBy registeredAt artifactDigest
  signatureCheck { state reason entries signingKey { fingerprint keyHolder } } } } } }
"""


def sign(artifact: str, key: Path, *, new_key: bool, as_json: bool) -> Exit:
    """Print the signature over an artifact's digest as a DSSE envelope in base64."""
    digest = artifact if _DIGEST.fullmatch(artifact) else _digest_of(artifact)
    signer = _made(key) if new_key else Signer.of(read(key), str(key))
    signature = signer.sign(digest, Path(artifact).name)
    if as_json:
        print_json({"artifactDigest": digest, "signature": signature, "fingerprint": signer.fingerprint})
    else:
        print_line(signature)
        note(f"Signed {digest} by the key {signer.fingerprint}.")
    return Exit.FINE


def register_key(
    client: Client,
    file: Path,
    key_holder: str,
    times: dict[str, str | None],
    certified: tuple[str, str] | None = None,
    *,
    as_json: bool,
) -> Exit:
    """Record that a public key signs, or whose certificates count: identity and issuer, by a trusted root in a file."""
    try:
        text = read(file).decode("ascii" if certified is None else "utf-8")
    except UnicodeDecodeError:
        raise SenderError(f"{file} is no {'key in PEM' if certified is None else 'trusted root in JSON'}.") from None
    what: dict[str, Any] = {"public_key": text}
    if certified is not None:
        what = {"certified": {"identity": certified[0], "issuer": certified[1], "trusted_root": text}}
    given = {name: value for name, value in times.items() if value is not None}
    record = {"kind": "register_signing_key", **what, "key_holder": key_holder, **given}
    receipt = document(send(client, "api/v1/records", record), "index")
    if as_json:
        print_json(receipt)
    else:
        note(f"Registered by entry {receipt['index']}.")
    return Exit.FINE


def keys(client: Client, *, as_json: bool) -> Exit:
    """Print every registered signing key."""
    found = ask(client, _KEYS, {})["signingKeys"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [
        (
            short(one["fingerprint"]),
            one["keyHolder"],
            "ended" if one["hasEnded"] else "signs",
            one["since"],
            one["endsAt"],
            one["entry"],
        )
        for one in found
    ]
    head = ("fingerprint", "held by", "state", "since", "until", "entry")
    print_table("", head, rows, empty="No signing key is registered yet.", optional=("until",), yielding=("held by",))
    if found:
        note(f"{count(len(rows), 'key')} registered.")
    return Exit.FINE


def verify(client: Client, version: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print whether the signature of each registration holds; ends with 1 where that of the newest does not."""
    found = ask(client, _CHECKS, {"id": identify(client, version, ("ModelVersion",)), "asOf": as_of or None})["node"]
    registrations = found["registrations"] if found else []
    if not registrations:
        raise AskerError(f"Nobody registered {version} by then.")
    newest: str = registrations[-1]["signatureCheck"]["state"]
    if as_json:
        print_json(registrations)
    else:
        _print(registrations)
    return Exit.FINE if newest == "VERIFIED" else Exit.FINDING


def _print(registrations: list[dict[str, Any]]) -> None:
    rows = []
    for one in registrations:
        check = one["signatureCheck"]
        key = check["signingKey"] or {}
        rows.append(
            (
                one["entry"],
                short(one["artifactDigest"]),
                words_of(check["state"]),
                check["reason"],
                short(key["fingerprint"]) if key else None,
                key.get("keyHolder"),
                ", ".join(map(str, check["entries"])),
            )
        )
    head = ("registered by", "artifact", "signature", "why", "key", "held by", "entries")
    print_table("", head, rows, optional=("key", "held by"), yielding=("why",))


def _digest_of(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise unreadable(path, error) from None
    return f"sha256:{digest.hexdigest()}"


def _made(path: Path) -> Signer:
    """Make a key, and keep it for its owner alone where there is none yet."""
    signer, public = Signer.new(), path.with_name(f"{path.name}.pub")
    for place, content, mode in ((path, signer.private_pem, 0o600), (public, signer.public_pem, 0o644)):
        try:
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(content)
        except FileExistsError:
            raise SenderError(
                f"{place} is there already: leave --new-key out to sign by it, or name another."
            ) from None
        except OSError as error:
            raise unwritable(place, error) from None
    return signer
