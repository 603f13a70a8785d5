"""What a command prints passes one module, which shows hidden characters as escapes; nothing goes round it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import catalog.cli
from tests.support.project import parsed

COMMANDS = Path(catalog.cli.__file__).parent
OURS = {
    ("output.py", "print_json"),
    ("export.py", "_write"),
    ("start.py", "settings"),
    ("root.py", "_complain"),
    ("report.py", "print_script"),
}
"""JSON, YAML and lines escaped on the spot, and two texts of the project's own, which are to stay byte for byte."""


def writers(module: Path) -> Iterator[str]:
    """Yield the functions of a module that print by themselves."""
    for function in ast.walk(parsed(module)):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(map(_prints, ast.walk(function))):
            yield function.name


def _prints(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    streams = ("sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer.write", "sys.stderr.buffer.write")
    return called in {"print", "typer.echo", "typer.secho", "Console", "_Console", *streams}


def test_nothing_is_printed_but_by_the_module_that_escapes_it() -> None:
    found = {(module.name, name) for module in COMMANDS.rglob("*.py") for name in writers(module)}
    assert found - {("output.py", "_console")} == OURS
