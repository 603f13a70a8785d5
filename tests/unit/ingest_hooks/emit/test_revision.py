from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ingest_hooks.emit import CodeRevision, code_revision
from ingest_hooks.emit.revision import public_address

GIT = shutil.which("git") or "git"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Testperson Alpha", "-c", "user.email=alpha@sampletown.example"]
    done = subprocess.run([GIT, "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "step.py").write_text("pass\n")
    git(tmp_path, "add", "step.py")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    return tmp_path


def test_a_committed_tree_is_its_commit_and_clean(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://alpha:secret@git.sampletown.example/clinic.git")
    assert code_revision(repository, environ={}) == CodeRevision(
        "https://git.sampletown.example/clinic.git", git(repository, "rev-parse", "HEAD"), clean=True
    )


@pytest.mark.parametrize("name", ["step.py", "unknown_to_git.py"])
def test_a_tree_with_a_changed_or_a_new_file_is_not_clean(repository: Path, name: str) -> None:
    (repository / name).write_text("import os\n")
    assert code_revision(repository, environ={}).clean is False


def test_without_a_remote_the_repository_is_unknown_and_the_commit_is_not(repository: Path) -> None:
    found = code_revision(repository, environ={})
    assert (found.repository, found.revision) == ("unknown", git(repository, "rev-parse", "HEAD"))


@pytest.mark.parametrize("state", ["no repository", "no commit", "no folder"])
def test_where_git_knows_nothing_the_revision_is_unknown(tmp_path: Path, state: str) -> None:
    if state == "no commit":
        git(tmp_path, "init", "--quiet")
    folder = tmp_path / "nowhere" if state == "no folder" else tmp_path
    assert code_revision(folder, environ={}) == CodeRevision("unknown", "unknown", None)


def test_without_git_the_revision_is_unknown(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert code_revision(repository, environ={}) == CodeRevision("unknown", "unknown", None)


def test_a_git_that_breaks_does_not_break_the_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text("no program\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code_revision(tmp_path, environ={}).revision == "unknown"


def test_a_pipeline_whose_folder_was_removed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert code_revision(environ={}).revision == "unknown"


def test_an_image_without_a_repository_says_its_revision_by_the_environment(tmp_path: Path) -> None:
    said = {
        "EMIT_CODE_REPOSITORY": "https://robot:token@git.sampletown.example/clinic",
        "EMIT_CODE_REVISION": "4f1c",
    }
    assert code_revision(tmp_path, environ=said) == CodeRevision("https://git.sampletown.example/clinic", "4f1c", None)


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        ("https://alpha:secret@git.example/a/b.git", "https://git.example/a/b.git"),
        ("https://token@git.example:8443/a.git?private_token=1#x", "https://git.example:8443/a.git"),
        ("ssh://git@git.example/a.git", "ssh://git.example/a.git"),
        ("ssh://git@[::1]:22/a.git", "ssh://[::1]:22/a.git"),
        ("git@git.example:a/b.git", "ssh://git.example/a/b.git"),
        ("git.example:a/b.git", "ssh://git.example/a/b.git"),
        ("/home/alpha/clinic", "unknown"),
        ("file:///home/alpha/clinic", "unknown"),
        ("../clinic", "unknown"),
        ("C:\\Users\\alpha\\clinic", "unknown"),
        ("https://git.example:port/a", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_is_told_without_whoever_uses_it(remote: str, told: str) -> None:
    assert public_address(remote) == told
