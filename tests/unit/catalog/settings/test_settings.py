from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.errors import OperatorError
from catalog.settings import Settings, is_loopback, load, rewritten


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("LINEWARD_URL", "LINEWARD_KEY", "LINEWARD_DATA_DIR", "LINEWARD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


def refusal(**given: object) -> str:
    with pytest.raises(OperatorError) as caught:
        load(**given)
    return str(caught.value)


def test_the_defaults_serve_this_machine_alone() -> None:
    settings = load()
    assert (settings.host, settings.port, settings.store) == ("127.0.0.1", 8080, "sqlite")
    assert settings.is_loopback
    assert settings.keys == Path("lineward-data/keys")


def test_the_environment_wins_over_the_file_and_the_command_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lineward.toml").write_text('port = 1000\nhost = "::1"\nstore = "neo4j"\n')
    monkeypatch.setenv("LINEWARD_PORT", "2000")
    settings = load(host="localhost")
    assert (settings.port, settings.host, settings.store) == (2000, "localhost", "neo4j")


def test_a_file_elsewhere_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.toml").write_text("port = 1234\n")
    monkeypatch.setenv("LINEWARD_CONFIG", str(tmp_path / "other.toml"))
    assert load().port == 1234


def test_a_misspelt_variable_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEWARD_DATADIR", "x")
    assert refusal() == "LINEWARD_DATADIR is not a setting of Lineward. Unset it; did you mean LINEWARD_DATA_DIR?"


def test_a_misspelt_key_in_the_file_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "lineward.toml").write_text("prot = 1\n")
    assert "`prot` in lineward.toml is not a setting of Lineward; did you mean `port`?" in refusal()


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lineward.toml").write_text("port 1\n")
    assert refusal().startswith("The settings file lineward.toml is no TOML")


def test_a_file_that_is_named_and_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEWARD_CONFIG", "nowhere.toml")
    assert refusal() == "LINEWARD_CONFIG names nowhere.toml, and there is no such file. Correct the name, or unset it."
    monkeypatch.setenv("LINEWARD_CONFIG", "")
    load()


def test_a_variable_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LINEWARD_DATA_DIR", "LINEWARD_PORT", "LINEWARD_ALLOWED_HOSTS"):
        monkeypatch.setenv(name, "")
    found = load()
    assert (found.data_dir, found.port, found.allowed_hosts) == (Path("lineward-data"), 8080, ())


@pytest.mark.parametrize(
    ("written", "hosts"),
    [
        ("a.example", ("a.example",)),
        ("a.example,b.example", ("a.example", "b.example")),
        (" a.example , b.example, ", ("a.example", "b.example")),
        ('["a.example", "b.example"]', ("a.example", "b.example")),
        ("192.0.2.7,[2001:db8::7],2001:db8::8", ("192.0.2.7", "2001:db8::7", "2001:db8::8")),
        ("[2001:db8::7]", ("2001:db8::7",)),
        ("[]", ()),
    ],
)
def test_a_list_is_written_with_commas_or_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, hosts: tuple[str, ...]
) -> None:
    (tmp_path / "lineward.toml").write_text(f"allowed_hosts = {json.dumps(written)}\n")
    assert load().allowed_hosts == hosts
    (tmp_path / "lineward.toml").write_text(f"allowed_hosts = {json.dumps(hosts)}\n")
    assert load().allowed_hosts == hosts
    (tmp_path / "lineward.toml").unlink()
    monkeypatch.setenv("LINEWARD_ALLOWED_HOSTS", written)
    assert load().allowed_hosts == hosts


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("https://a.example", "names of hosts alone"),
        ("a.example:8080", "names of hosts alone"),
        ("a.example/path", "names of hosts alone"),
        ("a.example b.example", "names of hosts alone"),
        ('["a.example"', "is none; write names separated by commas"),
        ('["a.example", 1]', "is text"),
    ],
)
def test_a_wrong_list_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch, written: str, sentence: str) -> None:
    monkeypatch.setenv("LINEWARD_ALLOWED_HOSTS", written)
    assert refusal().startswith("LINEWARD_ALLOWED_HOSTS (`allowed_hosts`) ")
    assert sentence in refusal()


@pytest.mark.parametrize(
    ("variable", "written", "predicate"),
    [
        ("PORT", "many", "is a whole number"),
        ("PORT", "99999", "is at most 65535"),
        ("MAX_JSON_DEPTH", "1", "is at least 8"),
        ("BODY_SECONDS", "0", "is more than 0"),
        ("STORE", "postgres", "is one of sqlite, neo4j"),
    ],
)
def test_a_wrong_value_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, variable: str, written: str, predicate: str
) -> None:
    monkeypatch.setenv(f"LINEWARD_{variable}", written)
    assert refusal() == f"LINEWARD_{variable} (`{variable.lower()}`) {predicate}. Correct it and start again."


def test_a_wrong_value_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEWARD_NEO4J_URI", "http://user:secret@graph.example")
    found = refusal()
    assert "LINEWARD_NEO4J_URI" in found
    assert "secret" not in found
    assert "bolt://" in found


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("bolt://127.0.0.1:port", "a port as a number"),
        ("bolt://:7687", "name a host"),
        ("bolt://127.0.0.1:0", "a port as a number"),
        ("neo4j+s://user:secret@graph.example", "leave user and password out"),
    ],
)
def test_an_address_of_neo4j_names_a_host_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, uri: str, sentence: str
) -> None:
    monkeypatch.setenv("LINEWARD_NEO4J_URI", uri)
    assert sentence in refusal()
    assert "secret" not in refusal()


def test_the_commands_own_variables_and_the_tests_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LINEWARD_URL", "LINEWARD_KEY", "LINEWARD_TEST_NEO4J_URI"):
        monkeypatch.setenv(name, "x")
    load()


def test_a_password_is_said_once_and_shown_never(tmp_path: Path) -> None:
    assert "not both" in refusal(neo4j_password="secret", neo4j_password_file=tmp_path / "file")
    settings = load(neo4j_password="secret")
    assert settings.password() == "secret"
    assert "secret" not in repr(settings)


def test_a_password_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    assert load(neo4j_password_file=tmp_path / "password").password() == "secret"
    with pytest.raises(OperatorError, match="cannot be read"):
        load(neo4j_password_file=tmp_path / "nothing").password()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  judged, not bound
        ("192.0.2.7", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_loopback_is_known_by_its_address(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_file_without_the_markers_is_not_rewritten() -> None:
    with pytest.raises(ValueError, match="settings:begin"):
        rewritten("nothing here")
