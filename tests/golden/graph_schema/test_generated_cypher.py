"""The generated Cypher as text: a change of it is seen in review."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from graph_schema import cypher
from tests.support.golden import check_golden

ARGUMENTS: dict[str, list[dict[str, object]]] = {
    "label": [],
    "edge_type": [],
    "types_said": [],
    "create_nodes": [{"name": "Dataset"}],
    "create_edges": [
        {"kind": "READ", "restated": False},
        {"kind": "READ", "restated": True},
        {"kind": "EXECUTED", "restated": False},
    ],
    "sayings": [{"kind": "READ"}],
    "edges": [
        {"kinds": ["READ", "EXECUTED"], "direction": "out"},
        {"kinds": ["WROTE"], "direction": "in"},
        {"kinds": ["IS_ALIAS_OF"], "direction": "both"},
    ],
    "statements": [{"aspects": True}, {"aspects": False}],
    "flows": [{"direction": "out"}, {"direction": "in"}],
    "degrees": [{"direction": "out"}, {"direction": "in"}],
    "neighbours": [{"direction": "out"}, {"direction": "in"}],
    "reach": [{"direction": "out", "depth": 3}, {"direction": "in", "depth": 41}],
    "contributions": [{"replacing": True}, {"replacing": False}],
    "find": [
        {"labels": ["Dataset"], "text": False, "after": False},
        {"labels": ["Job", "Dataset"], "text": True, "after": True},
    ],
}


def generated() -> str:
    return "\n\n".join(_texts()) + "\n"


def _texts() -> Iterator[str]:
    for name, function in inspect.getmembers(cypher, inspect.isfunction):
        if function.__module__ != cypher.__name__ or name.startswith("_"):
            continue
        for arguments in ARGUMENTS.get(name, [{}]):
            said = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
            made = function(**arguments)
            yield f"// {name}({said})\n" + (made if isinstance(made, str) else ";\n".join(made))


def test_the_generated_cypher_is_what_was_reviewed() -> None:
    check_golden(Path("graph_schema/generated.cypher"), generated())
