"""The import contracts hold in the checkout by `make test`; here it is shown that they would not hold anyhow."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import PACKAGES, REPOSITORY

ROOMS = (
    "catalog/app.py",
    "catalog/api/http.py",
    "catalog/assets/rules.py",
    "catalog/errors.py",
    "catalog/intake.py",
    "catalog/ledger/sqlite.py",
    "catalog/lineage/queries.py",
    "catalog/lineage/rules.py",
    "catalog/settings.py",
    "catalog/store/neo4j.py",
    "catalog/store/protocol.py",
    "catalog/store/sqlite.py",
    "graph_schema/nodes.py",
    "ingest_hooks/emit/run.py",
    "reports/pdf.py",
)


def imports_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what each module under `folder` imports, wherever in it, as the first name of the path."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield path, node.module


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("graph_schema", {"graph_schema"}),
        ("ingest_hooks/emit", {"attr", "graph_schema", "ingest_hooks.emit", "openlineage", "requests", "urllib3"}),
    ],
)
def test_what_a_pipeline_imports_stands_on_the_base_install(folder: str, allowed: set[str]) -> None:
    assert (REPOSITORY / folder).is_dir()
    foreign = {
        (str(path.relative_to(REPOSITORY)), name)
        for path, name in imports_of(REPOSITORY / folder)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == prefix or name.startswith(f"{prefix}.") for prefix in allowed)
    }
    assert not foreign


def test_importing_the_emit_library_loads_no_server() -> None:
    script = "import sys, ingest_hooks.emit; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    answer = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert "ingest_hooks" in loaded
    assert not loaded & {"catalog", "fastapi", "neo4j", "networkx", "orjson", "pydantic", "reports", "sqlglot", "typst"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house's rooms, all empty, under the project's own contracts."""
    root = tmp_path_factory.mktemp("house")
    shutil.copy(REPOSITORY / "pyproject.toml", root)
    for room in ROOMS:
        path = root / room
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for package in PACKAGES:
        for folder in (root / package, *(path for path in (root / package).rglob("*") if path.is_dir())):
            (folder / "__init__.py").touch()
    return root


def broken_contracts(house: Path) -> list[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    answer = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    broken = [line for line in answer.stdout.splitlines() if line.endswith(" BROKEN")]
    assert answer.returncode == bool(broken), answer.stdout
    return broken


def test_an_empty_house_keeps_its_contracts(house: Path) -> None:
    assert broken_contracts(house) == []


@pytest.mark.parametrize(
    ("room", "imported", "contract"),
    [
        ("graph_schema/nodes.py", "catalog.errors", "The house"),
        ("reports/pdf.py", "ingest_hooks.emit.run", "The house"),
        ("reports/pdf.py", "fastapi", "Reports"),
        ("catalog/intake.py", "catalog.api.http", "Inside catalog"),
        ("catalog/assets/rules.py", "catalog.lineage.queries", "Inside catalog"),
        ("catalog/lineage/queries.py", "catalog.store.sqlite", "Only catalog.app"),
        ("catalog/intake.py", "catalog.ledger.sqlite", "Only catalog.app"),
        ("catalog/lineage/queries.py", "neo4j", "Only catalog.store.neo4j"),
        ("catalog/lineage/rules.py", "catalog.store.protocol", "Rules"),
        ("catalog/lineage/rules.py", "strawberry", "Rules"),
    ],
)
def test_an_import_against_the_house_breaks_its_contract(house: Path, room: str, imported: str, contract: str) -> None:
    (house / room).write_text(f"import {imported}\n")
    try:
        assert any(line.startswith(contract) for line in broken_contracts(house))
    finally:
        (house / room).write_text("")


def test_a_new_room_needs_a_place_in_the_order(house: Path) -> None:
    (house / "catalog" / "attic.py").touch()
    try:
        assert any(line.startswith("Inside catalog") for line in broken_contracts(house))
    finally:
        (house / "catalog" / "attic.py").unlink()


def test_the_composition_root_may_name_engines(house: Path) -> None:
    (house / "catalog/app.py").write_text("import catalog.store.sqlite\nimport catalog.ledger.sqlite\n")
    (house / "catalog/store/neo4j.py").write_text("import neo4j\n")
    try:
        assert broken_contracts(house) == []
    finally:
        (house / "catalog/app.py").write_text("")
        (house / "catalog/store/neo4j.py").write_text("")
