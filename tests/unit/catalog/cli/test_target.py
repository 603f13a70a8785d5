from __future__ import annotations

from pathlib import Path

import pytest
import typer

from catalog.cli.target import Target, folder_for, target_for

SET, TYPED = "http://set.example:1", "http://typed.example:2"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LINEWARD_URL", raising=False)
    monkeypatch.delenv("LINEWARD_DATA_DIR", raising=False)


def named(target: Target) -> str:
    return target.name


@pytest.mark.parametrize(
    ("url", "data_dir", "url_set", "data_dir_set", "expected"),
    [
        (None, None, None, None, "lineward-data"),
        (None, None, None, "set", "set"),
        (None, None, SET, None, SET),
        (None, None, SET, "set", SET),
        (None, None, "", "set", "set"),
        (None, "typed", None, None, "typed"),
        (None, "typed", None, "set", "typed"),
        (None, "typed", SET, "set", "typed"),
        (TYPED, None, None, None, TYPED),
        (TYPED, None, SET, "set", TYPED),
        (f" {TYPED}/ ", None, None, None, TYPED),
    ],
)
def test_what_is_typed_goes_before_what_is_set_and_an_address_before_a_folder(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    url: str | None,
    data_dir: str | None,
    url_set: str | None,
    data_dir_set: str | None,
    expected: str,
) -> None:
    for name, value in (("LINEWARD_URL", url_set), ("LINEWARD_DATA_DIR", data_dir_set)):
        if value is not None:
            monkeypatch.setenv(name, value)
    target = target_for(url, None if data_dir is None else Path(data_dir))
    assert named(target) == (expected if "://" in expected else str(tmp_path / expected))


def test_two_targets_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught:
        target_for(TYPED, Path("typed"))
    assert caught.value.exit_code == 2
    assert "name two catalogs" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["--url", "LINEWARD_URL"])
@pytest.mark.parametrize(
    "wrong",
    ["nonsense", "127.0.0.1:8080", "file:///etc", "http://", "http://h:0", "http://h:x", "http://u:p@h", "http://h?q"],
)
def test_what_is_no_address_is_refused_without_a_password_in_the_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: str, source: str
) -> None:
    monkeypatch.setenv("LINEWARD_URL", wrong)
    with pytest.raises(typer.Exit) as caught:
        target_for(wrong if source == "--url" else None, None)
    assert caught.value.exit_code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"lineward: {source} ")
    assert "u:p" not in said


def test_a_command_on_files_refuses_an_address_and_takes_a_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINEWARD_URL", SET)
    with pytest.raises(typer.Exit) as caught:
        folder_for(None, "graph rebuild")
    assert caught.value.exit_code == 2
    assert "`graph rebuild` works on the files" in capsys.readouterr().err
    assert folder_for(Path("typed"), "graph rebuild").url is None
