from __future__ import annotations

import re
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.project import PACKAGES, REPOSITORY, pyproject

PROJECT = pyproject()["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
PINS = [
    Requirement(line) for line in (REPOSITORY / "constraints.txt").read_text().splitlines() if not line.startswith("#")
]
DECLARED = sorted({line for lines in (PROJECT["dependencies"], *EXTRAS.values()) for line in lines})


def test_a_pipeline_that_reports_itself_installs_the_standards_client_and_what_that_brings_along() -> None:
    base = {Requirement(line).name for line in PROJECT["dependencies"]}
    brought_along = {Requirement(line).name for line in requires("openlineage-python") or () if "extra ==" not in line}
    assert "openlineage-python" in base
    assert base <= {"openlineage-python"} | brought_along


def test_extras_are_few() -> None:
    assert set(EXTRAS) == {"service", "demo", "test"}


def test_what_decides_over_the_bytes_of_a_report_is_pinned_exactly() -> None:
    (typst,) = (Requirement(line) for line in EXTRAS["service"] if line.startswith("typst"))
    assert re.fullmatch(r"==\d+\.\d+\.\d+", str(typst.specifier))


def test_every_pin_is_exact_and_none_comes_from_elsewhere() -> None:
    assert PINS
    for pin in PINS:
        assert re.fullmatch(r"==[\w.!+]+", str(pin.specifier)), pin
        assert pin.url is None


@pytest.mark.parametrize("line", [line for line in DECLARED if not line.startswith("lineward")])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_constraints_hold_one_version_that_the_project_allows(line: str, python: str, system: str) -> None:
    wanted = Requirement(line)
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    pins = [
        pin
        for pin in PINS
        if canonicalize_name(pin.name) == canonicalize_name(wanted.name)
        and (pin.marker is None or pin.marker.evaluate(environment))
    ]
    assert len(pins) == 1
    assert wanted.specifier.contains(str(pins[0].specifier).removeprefix("=="))


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
