"""No container engine is needed here: these are the rules that the file itself must keep."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.support.documents import blocks
from tests.support.neo4j_server import VERSION
from tests.support.project import REPOSITORY

TEXT = (REPOSITORY / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()

each_service = pytest.mark.parametrize("service", SERVICES)


def test_it_holds_lineward_and_its_graph() -> None:
    assert set(SERVICES) == {"lineward", "neo4j"}
    assert SERVICES["neo4j"]["image"].startswith("neo4j:5.26")


@each_service
def test_no_password_stands_in_the_file_and_none_is_assumed(service: str) -> None:
    for name, value in SERVICES[service]["environment"].items():
        if re.search("PASSWORD|AUTH|SECRET|KEY", name):
            assert re.fullmatch(r"(neo4j/)?\$\{[A-Z_0-9]+:\?[^}]+\}", value), name


@each_service
def test_health_is_asked_for(service: str) -> None:
    if "build" in SERVICES[service]:
        assert re.search(r"^HEALTHCHECK .*\n +CMD .*/health/ready", DOCKERFILE, re.MULTILINE)
    else:
        assert {"test", "interval", "timeout", "retries"} <= SERVICES[service]["healthcheck"].keys()


@each_service
def test_what_must_last_lies_in_named_volumes(service: str) -> None:
    sources = [volume.split(":")[0] for volume in SERVICES[service]["volumes"]]
    assert sources
    assert set(sources) <= COMPOSE["volumes"].keys()


@each_service
def test_ports_are_published_on_loopback_only(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


@each_service
def test_a_service_has_no_more_rights_and_resources_than_it_needs(service: str) -> None:
    settings = SERVICES[service]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings["cap_drop"] == ["ALL"]
    assert {"mem_limit", "cpus", "pids_limit"} <= settings.keys()
    assert not {"privileged", "network_mode", "pid", "ipc", "cap_add"} & settings.keys()


def test_lineward_starts_when_its_graph_is_healthy_and_writes_only_its_data() -> None:
    lineward = SERVICES["lineward"]
    assert lineward["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert lineward["read_only"] is True


def test_the_image_runs_as_an_unprivileged_user_from_pinned_packages() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    user = re.search(r"^USER (\d+):(\d+)$", stages[-1], re.MULTILINE)
    assert user
    assert "0" not in user.groups()
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nENTRYPOINT ")
    assert "--require-hashes --no-deps --only-binary :all: --requirement service.txt" in DOCKERFILE
    assert "pip install --no-deps --no-build-isolation ." in DOCKERFILE


def test_every_image_is_named_by_its_digest() -> None:
    """A tag can be moved to another image; a digest cannot."""
    bases = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("FROM ")]
    others = [settings["image"] for settings in SERVICES.values() if "build" not in settings]
    assert len(set(bases)) == 1
    for image in (*bases, *others):
        assert re.fullmatch(r"[a-z0-9]+:[\w.-]+@sha256:[0-9a-f]{64}", image), image


def test_the_graph_is_the_release_that_the_tests_run_against() -> None:
    assert SERVICES["neo4j"]["image"].startswith(f"neo4j:{VERSION}-community@")


def test_the_image_is_built_from_named_files_only() -> None:
    """A build must not take up keys, data or a .env that lie beside the code."""
    rules = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert rules[0] == "*"
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE))
    allowed = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert {name for names in copied for name in names.split()} == allowed


def test_what_has_to_be_done_first_stands_in_the_file_as_in_the_readme() -> None:
    (shown,) = (block for block in blocks("docs/operating.md", "shell") if "docker compose" in block)
    assert re.findall(r"^# {3}(.+)$", TEXT, re.MULTILINE) == shown.splitlines()
    assert "LINEWARD_NEO4J_PASSWORD" in shown.splitlines()[0]
