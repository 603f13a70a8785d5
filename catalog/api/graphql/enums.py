"""Closed lists as GraphQL enums: the docstrings of a list and of its members are what the schema publishes."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from enum import Enum
from itertools import pairwise
from typing import Any

import strawberry


def enter(
    kind: type[Enum],
    *,
    name: str | None = None,
    description: str | None = None,
    members: Mapping[str, str] | None = None,
) -> Any:  # noqa: ANN401  strawberry's own, which is the enum again
    """Make a GraphQL enum of a closed list, once, and return it.

    `description` and `members` describe a list that is made while running, and so has no docstrings.
    """
    if "__strawberry_definition__" not in kind.__dict__:
        strawberry.enum(kind, name=name, description=description or paragraph(inspect.getdoc(kind) or ""))
        described = _docstrings(kind) if members is None else members
        for value in kind.__dict__["__strawberry_definition__"].values:
            value.description = described[value.name]
    return kind


def _docstrings(kind: type[Enum]) -> dict[str, str]:
    """Return the docstring below each member; Python keeps none of it, so that it is read in the source."""
    defined = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    found = {}
    for member, below in pairwise(defined.body if isinstance(defined, ast.ClassDef) else ()):
        match member, below:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = paragraph(inspect.cleandoc(text))
    return found


def paragraph(text: str) -> str:
    """Return the first paragraph as one line."""
    return " ".join(text.partition("\n\n")[0].split())
