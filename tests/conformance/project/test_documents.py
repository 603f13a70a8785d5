"""What the documents name is there: commands, targets, modules, files; and every block of code is run by a test."""

from __future__ import annotations

import re
import shlex
import subprocess
from fnmatch import fnmatch
from functools import cache
from importlib.util import find_spec
from pathlib import PurePath
from typing import Any

import pytest
from typer.main import get_command

from catalog.cli.root import commands
from docs import GENERATED
from tests.conformance.project.test_makefile import TARGETS
from tests.support.documents import blocks, document, languages, spans
from tests.support.project import REPOSITORY

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{path.name}" for path in sorted((REPOSITORY / "docs").glob("*.md"))),
)
RUN = {
    "README.md": {"sh", "python", "graphql", "mermaid"},
    "CONTRIBUTING.md": {"python"},
    "docs/bulk.md": {"sh", "yaml"},
    "docs/columns.md": {"graphql"},
    "docs/graph.md": {"cypher", "mermaid"},
    "docs/operating.md": {"shell"},
    "docs/policies.md": {"yaml"},
    "docs/records.md": {"json"},
    "docs/redaction.md": {"toml"},
}
"""README: tests/e2e/test_readme.py; bulk: tests/integration/catalog/cli; columns: tests/conformance/graphql; Cypher:
tests/integration/store; records: tests/conformance/kinds; policies: tests/unit/catalog/policies; rules of a site:
tests/e2e/test_redact.py. A diagram is drawn, not run, and what needs containers (`shell`) is held to compose.yaml in
test_compose.py."""
MADE_BY_USE = {"demo-out/", "lineward-data/", "keys/"}
MEMBER = re.compile(r"(?P<module>(?:[\w-]+/)+\w+)\.(?P<name>(?!py$|md$|yaml$)\w+)")
"""A member of a module, as `cli/words.one_of`."""
LOOKS_LIKE_A_PATH = re.compile(r"(?:[\w*-]+/)+[\w.*-]*|[\w-]+\.(?:py|md|yaml)")


def shown(prefix: str) -> list[tuple[str, str]]:
    return [(name, span) for name in DOCUMENTS for span in spans(name) if span.startswith(prefix)]


def in_blocks() -> list[tuple[str, str]]:
    typed = {name: [*blocks(name, "sh"), *blocks(name, "shell")] for name in DOCUMENTS}
    return [
        (name, each)
        for name, several in typed.items()
        for each in re.findall(r"\blineward (?!-)[a-z][^#)\n]*", "\n".join(several))
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_block_of_code_is_of_a_language_that_a_test_runs(name: str) -> None:
    assert languages(name) <= RUN.get(name, set())


@pytest.mark.parametrize(("name", "command"), [*shown("lineward "), *in_blocks()])
def test_every_command_that_is_shown_exists_with_its_options(name: str, command: str) -> None:
    first, *alternatives = command.split("|")
    stem = first.rpartition(" ")[0]
    for line in (first, *(f"{stem} {each}" for each in alternatives)):
        at: Any = get_command(commands)
        words = shlex.split(line.replace("&", ""))[1:]
        while words and hasattr(at, "commands"):
            assert words[0] in at.commands, f"{name}: {line}"
            at = at.commands[words.pop(0)]
        known = {option for each in at.params for option in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize(("name", "line"), shown("make "))
def test_every_target_that_is_shown_is_there(name: str, line: str) -> None:
    assert line.split()[1] in TARGETS, name


@pytest.mark.parametrize(
    ("name", "module"),
    [(name, found) for name in DOCUMENTS for found in re.findall(r"python -m ([\w.]+)", document(name))],
)
def test_every_module_that_is_run_is_there(name: str, module: str) -> None:
    assert find_spec(module), name


@cache
def tracked() -> set[str]:
    """Every file of the project, and every folder."""
    files = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    paths = [PurePath(line) for line in files.splitlines()]
    return {str(part).removesuffix(".py") for path in paths for part in (path, *path.parents)} | set(files.splitlines())


def member_of(span: str) -> re.Match[str] | None:
    found = MEMBER.fullmatch(span)
    return found if found and any(path.endswith(f"/{found['module']}.py") for path in tracked()) else None


NAMED = [
    span
    for name in DOCUMENTS
    for span in spans(name)
    if LOOKS_LIKE_A_PATH.fullmatch(span) and span not in MADE_BY_USE and not member_of(span)
]


@pytest.mark.parametrize("path", NAMED)
def test_every_file_that_is_named_is_there(path: str) -> None:
    pattern = path.rstrip("/")
    assert any(fnmatch(there, pattern) or fnmatch(there, f"*/{pattern}") for there in tracked())


@pytest.mark.parametrize("span", [span for name in DOCUMENTS for span in spans(name) if member_of(span)])
def test_every_member_of_a_module_that_is_named_is_there(span: str) -> None:
    found = member_of(span)
    assert found
    modules = [path for path in tracked() if path.endswith(f"/{found['module']}.py")]
    assert any(re.search(rf"\b{found['name']}\b", document(module)) for module in modules), span


@pytest.mark.parametrize("name", GENERATED)
def test_what_is_generated_is_as_its_module_writes_it(name: str) -> None:
    assert GENERATED[name](document(name)) == document(name), "make docs writes it anew"


def test_the_readme_leads_to_every_document() -> None:
    there = {path for path in tracked() if fnmatch(path, "docs/*.md")}
    assert there == set(re.findall(r"\]\((docs/[\w.-]+)\)", document("README.md")))
