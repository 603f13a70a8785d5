from __future__ import annotations

import re
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.project import PACKAGES, REPOSITORY, pyproject

PROJECT = pyproject()["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
LOCKS = {path.stem: path.read_text() for path in sorted((REPOSITORY / "requirements").glob("*.txt"))}
INSTALLED_BY = {"service": ("service", "neo4j", "build"), "demo": ("demo", "neo4j", "build"), "test": ("test",)}
"""The extras that each lock is made of."""


def pins(lock: str) -> list[Requirement]:
    return [Requirement(line.removesuffix(" \\")) for line in LOCKS[lock].splitlines() if not line.startswith(" ")]


def test_a_pipeline_that_reports_itself_installs_the_standards_client_and_what_that_brings_along() -> None:
    base = {Requirement(line).name for line in PROJECT["dependencies"]}
    brought_along = {Requirement(line).name for line in requires("openlineage-python") or () if "extra ==" not in line}
    assert "openlineage-python" in base
    assert base <= {"openlineage-python"} | brought_along


def test_extras_are_few() -> None:
    assert set(EXTRAS) == {"service", "neo4j", "remote", "mlflow", "sigstore", "demo", "build", "test"}


def test_what_decides_over_the_bytes_of_a_report_is_pinned_exactly() -> None:
    (typst,) = (Requirement(line) for line in EXTRAS["service"] if line.startswith("typst"))
    assert re.fullmatch(r"==\d+\.\d+\.\d+", str(typst.specifier))


@pytest.mark.parametrize("lock", INSTALLED_BY)
def test_every_pin_is_exact_and_every_file_is_known_by_its_hash(lock: str) -> None:
    entries = re.split(r"\n(?! )", LOCKS[lock].rstrip())
    assert entries
    for entry in entries:
        pin, *hashes = [line.strip().removesuffix(" \\") for line in entry.splitlines()]
        assert re.fullmatch(r"==[\w.!+]+", str(Requirement(pin).specifier)), pin
        assert Requirement(pin).url is None
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), pin


def test_there_is_a_lock_for_each_way_to_install() -> None:
    assert LOCKS.keys() == INSTALLED_BY.keys()


@pytest.mark.parametrize("lock", ["service", "demo"])
def test_all_locks_hold_the_same_versions(lock: str) -> None:
    assert set(map(str, pins(lock))) <= set(map(str, pins("test")))


def wanted(lock: str) -> list[str]:
    """Return what pyproject.toml asks for in these extras and those that they name."""
    names, lines = list(INSTALLED_BY[lock]), list[str](PROJECT["dependencies"])
    for name in names:
        for line in EXTRAS[name]:
            if line.startswith("lineward"):
                names += [extra for extra in sorted(Requirement(line).extras) if extra not in names]
            else:
                lines.append(line)
    return sorted(set(lines))


@pytest.mark.parametrize(("lock", "line"), [(lock, line) for lock in INSTALLED_BY for line in wanted(lock)])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_a_lock_holds_one_version_that_the_project_allows(lock: str, line: str, python: str, system: str) -> None:
    asked = Requirement(line)
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    fitting = [
        pin
        for pin in pins(lock)
        if canonicalize_name(pin.name) == canonicalize_name(asked.name)
        and (pin.marker is None or pin.marker.evaluate(environment))
    ]
    assert len(fitting) == 1
    assert asked.specifier.contains(str(fitting[0].specifier).removeprefix("=="))


def test_what_builds_the_wheel_is_the_version_that_the_lock_holds() -> None:
    (backend,) = pyproject()["build-system"]["requires"]
    assert backend in EXTRAS["build"]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_tells_type_checkers_that_it_is_typed(package: str) -> None:
    assert (REPOSITORY / package / "py.typed").is_file()


def test_the_licence_is_there_in_full() -> None:
    text = (REPOSITORY / "LICENSE").read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    for clause in range(1, 10):
        assert re.search(rf"^   {clause}\. [A-Z]", text, re.MULTILINE)
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_image_is_tagged_with_the_projects_version() -> None:
    assert f"image: lineward:{PROJECT['version']}\n" in (REPOSITORY / "compose.yaml").read_text()
