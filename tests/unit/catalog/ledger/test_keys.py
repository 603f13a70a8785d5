from __future__ import annotations

import stat
from pathlib import Path

import pytest

from catalog.errors import OperatorError
from catalog.ledger.keys import SiteKeys
from catalog.ledger.note import VerifierKey

ORIGIN = "site.example/ledger"
SECRETS = ("signing.pem", "received.key", "duplicates.key")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_keys_are_made_once_and_only_their_owner_can_read_them(folder: Path) -> None:
    made = SiteKeys.create(folder, ORIGIN)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in SECRETS} == {0o600}
    again = SiteKeys.create(folder, ORIGIN)
    assert again.verifiers == made.verifiers
    assert (again.received, again.duplicates) == (made.received, made.duplicates)


def test_the_public_key_is_written_as_a_vkey(folder: Path) -> None:
    keys = SiteKeys.create(folder, ORIGIN)
    assert VerifierKey.parse((folder / "verifiers").read_text().strip()) == keys.signers[0].verifier


def test_no_two_secrets_are_alike_or_shown(folder: Path) -> None:
    keys = SiteKeys.create(folder, ORIGIN)
    assert keys.received.key_id != keys.duplicates.key_id
    assert keys.received.secret.hex() not in repr(keys) + repr(keys.received)


@pytest.mark.parametrize("name", [*SECRETS, "verifiers"])
def test_a_missing_key_is_named(folder: Path, name: str) -> None:
    SiteKeys.create(folder, ORIGIN)
    (folder / name).unlink()
    with pytest.raises(OperatorError, match=name) as caught:
        SiteKeys.load(folder, ORIGIN)
    assert "restore" in caught.value.action.lower()


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_reach_is_refused(folder: Path, name: str, mode: int) -> None:
    SiteKeys.create(folder, ORIGIN)
    (folder / name).chmod(mode)
    with pytest.raises(OperatorError, match="open to other users") as caught:
        SiteKeys.load(folder, ORIGIN)
    assert f"chmod 600 {folder / name}" in caught.value.action


def test_a_folder_that_others_can_write_is_refused(folder: Path) -> None:
    SiteKeys.create(folder, ORIGIN)
    folder.chmod(0o770)
    with pytest.raises(OperatorError, match="open to other users"):
        SiteKeys.load(folder, ORIGIN)


@pytest.mark.parametrize("name", [*SECRETS, "verifiers"])
@pytest.mark.parametrize("content", [b"", b"abcd\n", b"\xff\xfe"])
def test_a_malformed_key_is_named(folder: Path, name: str, content: bytes) -> None:
    SiteKeys.create(folder, ORIGIN)
    (folder / name).write_bytes(content)
    with pytest.raises(OperatorError, match=name):
        SiteKeys.load(folder, ORIGIN)


def test_keys_of_another_origin_are_refused(folder: Path) -> None:
    SiteKeys.create(folder, ORIGIN)
    with pytest.raises(OperatorError, match=ORIGIN):
        SiteKeys.load(folder, "other.example")


def test_a_signing_key_that_the_public_list_does_not_name_is_refused(folder: Path, tmp_path: Path) -> None:
    SiteKeys.create(folder, ORIGIN)
    SiteKeys.create(tmp_path / "other", ORIGIN)
    (folder / "signing.pem").write_bytes((tmp_path / "other" / "signing.pem").read_bytes())
    with pytest.raises(OperatorError, match="does not name"):
        SiteKeys.load(folder, ORIGIN)


def test_a_rotation_signs_with_both_keys_until_the_old_one_is_removed(folder: Path) -> None:
    old = SiteKeys.create(folder, ORIGIN).signers[0].verifier
    rotated = SiteKeys.rotate(folder, ORIGIN)
    new = rotated.signers[0].verifier
    assert [signer.verifier for signer in rotated.signers] == [new, old]
    assert rotated.verifiers == (new, old)
    (folder / "signing.previous.pem").unlink()
    finished = SiteKeys.load(folder, ORIGIN)
    assert [signer.verifier for signer in finished.signers] == [new]
    assert finished.verifiers == (new, old)


def test_a_rotation_waits_for_the_one_before_it(folder: Path) -> None:
    SiteKeys.create(folder, ORIGIN)
    SiteKeys.rotate(folder, ORIGIN)
    with pytest.raises(OperatorError, match="not finished"):
        SiteKeys.rotate(folder, ORIGIN)


@pytest.mark.parametrize("origin", ["", "two words", "a+b"])
def test_an_origin_that_no_key_can_have_is_refused(folder: Path, origin: str) -> None:
    with pytest.raises(OperatorError, match="origin"):
        SiteKeys.create(folder, origin)
