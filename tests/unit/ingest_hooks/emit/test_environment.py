from __future__ import annotations

import getpass
import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from ingest_hooks.emit import environment, environment_fingerprint


class Installed(Distribution):
    """A distribution with nothing but a name and a version."""

    def __init__(self, name: str, version: str) -> None:
        said = f"Name: {name}\nVersion: {version}\n" if version else f"Name: {name}\n"
        self._text = "Metadata-Version: 2.1\n" + said

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        return Path(path)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    environment_fingerprint.cache_clear()
    yield
    environment_fingerprint.cache_clear()


def fingerprint_of(monkeypatch: pytest.MonkeyPatch, *installed: tuple[str, str]) -> environment.EnvironmentFingerprint:
    environment_fingerprint.cache_clear()
    monkeypatch.setattr(environment, "distributions", lambda: [Installed(*one) for one in installed])
    return environment_fingerprint()


def test_the_fingerprint_is_a_digest_and_a_line_without_host_or_user() -> None:
    found = environment_fingerprint()
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", found.digest)
    assert platform.python_version() in found.description
    assert platform.node() not in found.description
    assert getpass.getuser() not in found.description.split()


def test_order_and_spelling_of_what_is_installed_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    one = fingerprint_of(monkeypatch, ("Foo_Bar", "1"), ("spam", "2"))
    other = fingerprint_of(monkeypatch, ("spam", "2"), ("foo-bar", "1"), ("foo.bar", "1"))
    assert one == other
    assert one.description.endswith(", 2 distributions")


def test_another_version_is_another_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fingerprint_of(monkeypatch, ("spam", "2")).digest != fingerprint_of(monkeypatch, ("spam", "3")).digest


def test_the_remains_of_a_broken_installation_break_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fingerprint_of(monkeypatch, ("spam", "2"), ("broken", "")) == fingerprint_of(monkeypatch, ("spam", "2"))
