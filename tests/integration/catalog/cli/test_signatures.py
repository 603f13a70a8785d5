"""`lineward model`: a key made, registered, an artifact signed, the signature verified."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest

from tests.support.records import CURATED, event, registration, seal
from tests.support.typed import Typed, typed

FINE, FINDING, WRONG_USE = 0, 1, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    assert typed(folder, "ingest", "--new", stdin=json.dumps(event()).encode()).code == FINE
    (tmp_path / "weights").write_bytes(b"made-up weights")
    assert record(folder, seal()).code == FINE
    return folder


def record(folder: Path, payload: dict[str, object]) -> Typed:
    return typed(folder, "record", stdin=json.dumps(payload).encode())


def test_a_signature_is_made_on_this_machine_and_verified_by_the_registered_key(folder: Path) -> None:
    weights, key = folder.parent / "weights", folder.parent / "release.pem"
    signed = typed(folder, "model", "sign", str(weights), "--key", str(key), "--new-key", "--json")
    assert signed.code == FINE, signed.err
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    made = json.loads(signed.out)
    assert made["artifactDigest"] == f"sha256:{hashlib.sha256(weights.read_bytes()).hexdigest()}"
    again = typed(folder, "model", "sign", made["artifactDigest"], "--key", str(key))
    assert again.code == FINE, again.err
    payload = registration(artifact_digest=made["artifactDigest"], signature=again.out.strip())
    assert record(folder, payload).code == FINE
    unknown = typed(folder, "model", "verify", "readmission@1", "--json")
    assert (unknown.code, json.loads(unknown.out)[0]["signatureCheck"]["state"]) == (FINDING, "UNKNOWN_KEY")
    since = ("--from", "2026-01-01T00:00:00Z")
    registered = typed(folder, "model", "register-key", f"{key}.pub", "--key-holder", "release engineering", *since)
    assert registered.code == FINE, registered.err
    listed = json.loads(typed(folder, "model", "keys", "--json").out)
    assert [(one["fingerprint"], one["hasEnded"]) for one in listed] == [(made["fingerprint"], False)]
    verified = typed(folder, "model", "verify", "readmission@1")
    assert (verified.code, "verified" in verified.out) == (FINE, True), verified.printed
    then = typed(folder, "model", "verify", "readmission@1", "--known-at-index", "2", "--json")
    assert json.loads(then.out)[0]["signatureCheck"]["state"] == "UNKNOWN_KEY"
    assert "release engineering" in typed(folder, "model", "keys").out


def test_a_key_that_is_there_is_not_written_over(folder: Path) -> None:
    key = folder.parent / "release.pem"
    words = ("model", "sign", str(folder.parent / "weights"), "--key", str(key), "--new-key")
    assert typed(folder, *words).code == FINE
    before = key.read_bytes()
    assert typed(folder, *words).code == WRONG_USE
    assert key.read_bytes() == before


def test_a_version_that_nobody_registered_has_no_signature_to_verify(folder: Path) -> None:
    assert record(folder, registration()).code == FINE
    done = typed(folder, "model", "verify", "readmission@1", "--known-at-index", "1")
    assert (done.code, CURATED["name"] in done.out) == (WRONG_USE, False)
