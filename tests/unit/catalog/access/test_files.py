from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.access.files import keep_private
from catalog.errors import OperatorError

OURS = ("ledger.db", "keys")


@pytest.fixture(autouse=True)
def _loose(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    before = os.umask(0)
    with caplog.at_level(logging.WARNING, logger="lineward.access"):
        yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_made_for_its_user_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keep_private(tmp_path / "new", OURS)
    assert mode(tmp_path / "new") == 0o700
    assert caplog.records == []


def test_an_empty_folder_is_taken_over_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    keep_private(tmp_path / "empty", OURS)
    assert mode(tmp_path / "empty") == 0o700
    assert caplog.records == []


def test_a_second_time_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "ledger.db-wal").touch(0o640)
    keep_private(tmp_path, OURS)
    assert (mode(tmp_path), mode(tmp_path / "ledger.db-wal")) == (0o700, 0o600)
    assert len(caplog.records) == 1
    keep_private(tmp_path, OURS)
    assert len(caplog.records) == 1


def test_what_may_not_be_changed_is_complained_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ledger.db").touch(0o644)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    keep_private(tmp_path, OURS)
    assert ["chmod -R go=" in record.message for record in caplog.records] == [True]


def test_a_file_in_place_of_the_folder_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OperatorError, match="cannot be used"):
        keep_private(tmp_path / "file", OURS)
