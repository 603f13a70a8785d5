from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.access.presence import FILE, Announcement, Presence, nonce
from catalog.errors import OperatorError


def announced(folder: Path, pid: int | None = None) -> Announcement:
    folder.mkdir(exist_ok=True)
    announcement = Announcement(Presence.of(folder), "http://127.0.0.1:8080", os.getpid() if pid is None else pid)
    announcement.write(folder)
    return announcement


def test_what_a_server_left_is_read_back_by_who_may_read_the_folder(tmp_path: Path) -> None:
    announcement = announced(tmp_path / "data")
    assert Announcement.read(tmp_path / "data") == announcement
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600


def test_a_copied_file_speaks_of_another_folder(tmp_path: Path) -> None:
    announced(tmp_path / "data")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / FILE).write_bytes((tmp_path / "data" / FILE).read_bytes())
    assert Announcement.read(tmp_path / "copy") is None


def test_a_folder_that_was_only_renamed_is_still_the_one(tmp_path: Path) -> None:
    announcement = announced(tmp_path / "data")
    (tmp_path / "data").rename(tmp_path / "renamed")
    assert Announcement.read(tmp_path / "renamed") == announcement


def test_a_process_that_ended_serves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    announced(tmp_path / "data", ended.pid)
    assert Announcement.read(tmp_path / "data") is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"url": "http://x"}', '{"pid": 99999999999999999999}', "\0"]
)
def test_a_file_that_is_not_ours_announces_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert Announcement.read(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "value"), [("pid", -1), ("pid", 2**70), ("pid", "1"), ("token", "zz"), ("device", None)]
)
def test_one_wrong_field_announces_nothing(tmp_path: Path, name: str, value: object) -> None:
    announced(tmp_path)
    content = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**content, name: value}))
    assert Announcement.read(tmp_path) is None


def test_a_server_withdraws_its_own_file_only(tmp_path: Path) -> None:
    first = announced(tmp_path)
    second = announced(tmp_path)
    first.withdraw(tmp_path)
    assert Announcement.read(tmp_path) == second
    second.withdraw(tmp_path)
    assert not (tmp_path / FILE).exists()


def test_both_sides_prove_that_they_know_the_token(tmp_path: Path) -> None:
    presence, once = Presence.of(tmp_path), nonce()
    assert presence.answer(once, presence.question(once)) == presence.expected(once)
    other = Presence.of(tmp_path)
    assert presence.answer(once, other.question(once)) is None
    assert presence.answer(nonce(), presence.question(once)) is None
    assert presence.answer(once, presence.expected(once)) is None
    assert other.expected(once) != presence.expected(once)


def test_a_folder_that_is_not_there_is_something_outside(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be read"):
        Presence.of(tmp_path / "nothing")
    with pytest.raises(OperatorError, match="cannot be written"):
        Announcement(Presence.of(tmp_path), "http://127.0.0.1", 1).write(tmp_path / "nothing")
