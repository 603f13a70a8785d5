"""The import contracts hold in the checkout by `make test`; here it is shown that they would not hold anyhow."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.project import PACKAGES, REPOSITORY, parsed, product_files

ENGINES = {"cedarpy", "fastapi", "neo4j", "networkx", "sqlglot", "strawberry", "typst", "uvicorn"}
MOST_FOR_HELP = 32
"""Modules of ours beside the command line: the closed lists that its options name, and what these are made of."""


def imports_of(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what each module under `folder` imports, wherever in it, as the first name of the path."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield path, node.module


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("graph_schema", {"graph_schema"}),
        # Only who names an address of another file system needs fsspec, and is told so.
        (
            "ingest_hooks/emit",
            {"attr", "fsspec", "graph_schema", "ingest_hooks.emit", "openlineage", "requests", "urllib3"},
        ),
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


def loaded_by(*words: str) -> set[str]:
    """Return the modules that a process has loaded by the end of a command, whatever became of it."""
    script = """if True:
        import contextlib, io, sys
        from catalog.cli.root import run
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
            run()
        print(*sys.modules)
    """
    command = [sys.executable, "-c", script, *words]
    return set(subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split())


def test_help_loads_the_commands_and_nothing_that_they_need() -> None:
    loaded = loaded_by("--help")
    ours = {name for name in loaded if name.partition(".")[0] in PACKAGES}
    assert "catalog.cli.commands.search" in ours
    assert len([name for name in ours if not name.startswith("catalog.cli.")]) <= MOST_FOR_HELP, sorted(ours)
    assert not {name.partition(".")[0] for name in loaded} & {"cryptography", "httpx2", "pydantic", "rich", *ENGINES}


def test_a_command_that_asks_a_server_loads_no_store_of_its_own() -> None:
    loaded = loaded_by("lineage", "visits", "--url", "http://127.0.0.1:9")
    assert "catalog.cli.lineage" in loaded
    assert not {name for name in loaded if name.startswith(("catalog.api", "catalog.ledger", "catalog.store"))}
    assert not {name.partition(".")[0] for name in loaded} & ENGINES


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every module of the product, all empty, under the project's own contracts."""
    root = tmp_path_factory.mktemp("house")
    shutil.copy(REPOSITORY / "pyproject.toml", root)
    for path in product_files(".py"):
        module = root / path.relative_to(REPOSITORY)
        module.parent.mkdir(parents=True, exist_ok=True)
        module.touch()
    return root


def broken_contracts(house: Path) -> list[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    answer = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    broken = [line for line in answer.stdout.splitlines() if line.endswith(" BROKEN")]
    assert answer.returncode == bool(broken), answer.stdout
    return broken


@contextmanager
def importing(house: Path, module: str, *imported: str) -> Iterator[None]:
    """Let a module of the house import others; all that is ours is there."""
    path = file_of(house, module)
    path.write_text("".join(f"import {name}\n" for name in imported))
    assert all(file_of(house, name).is_file() for name in imported if name.split(".")[0] in PACKAGES)
    try:
        yield
    finally:
        path.write_text("")


def file_of(house: Path, module: str) -> Path:
    path = house.joinpath(*module.split("."))
    found = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    assert found.is_file(), f"{module} has moved: name another that this contract is about"
    return found


def test_an_empty_house_keeps_its_contracts(house: Path) -> None:
    assert broken_contracts(house) == []


@pytest.mark.parametrize(
    ("module", "imported", "contract"),
    [
        ("graph_schema.nodes", "catalog.errors", "The house"),
        ("reports.pdf", "ingest_hooks.emit.runs", "The house"),
        ("reports.pdf", "fastapi", "Reports"),
        ("catalog.intake", "catalog.api.http.lineage", "Inside catalog"),
        ("catalog.assets.records", "catalog.lineage.queries", "Inside catalog"),
        ("catalog.lineage.queries", "catalog.store.sqlite", "Only catalog.app"),
        ("catalog.lineage.queries", "catalog.store.neo4j.store", "Only catalog.app"),
        ("catalog.intake", "catalog.ledger.sqlite", "Only catalog.app"),
        ("catalog.lineage.queries", "neo4j", "Only catalog.store.neo4j"),
        ("catalog.lineage.rules", "catalog.store.protocol", "Rules"),
        ("catalog.lineage.rules", "strawberry", "Rules"),
    ],
)
def test_an_import_against_the_house_breaks_its_contract(
    house: Path, module: str, imported: str, contract: str
) -> None:
    with importing(house, module, imported):
        assert any(line.startswith(contract) for line in broken_contracts(house))


def test_a_circle_among_neighbours_breaks_its_contract(house: Path) -> None:
    queries, rules = "catalog.lineage.queries", "catalog.lineage.rules"
    with importing(house, queries, rules), importing(house, rules, queries):
        assert [line.split(":")[0] for line in broken_contracts(house)] == ["No circle among neighbours"]


def test_a_new_module_needs_a_place_in_the_order(house: Path) -> None:
    (house / "catalog" / "attic.py").touch()
    try:
        assert any(line.startswith("Inside catalog") for line in broken_contracts(house))
    finally:
        (house / "catalog" / "attic.py").unlink()


def test_the_composition_root_may_name_engines(house: Path) -> None:
    with (
        importing(house, "catalog.app", "catalog.store.sqlite", "catalog.ledger.sqlite"),
        importing(house, "catalog.store.neo4j", "neo4j"),
    ):
        assert broken_contracts(house) == []
