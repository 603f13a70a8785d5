"""The generated Cypher as text: a change of it is seen in review."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from graph_schema.cypher import reading, rows, schema, writing
from graph_schema.cypher.rows import Form, Rows
from tests.support.golden import check_golden

NODE = Rows("effect", ("run", "at", "entry"), 2, frozenset({"run"}), orders=(("at", "run"),))
PROPERTIES = Rows("run_state", ("run", "first_at"), 1, frozenset({"run"}), Form.PROPERTIES)
FLOW = Rows(
    "flow", ("source", "target", "job", "entry"), 3, frozenset({"job"}), Form.ARROW, ("FEEDS",), "source", "target"
)
ACCESS = Rows(
    "access", ("run", "kind", "target"), 3, frozenset(), Form.ARROW, ("READ", "WROTE"), "run", "target", "kind"
)
HUB = Rows("inlet", ("source", "hub"), 2, frozenset(), Form.ARROW, ("FEEDS",), "source", "hub", hubs=frozenset({"hub"}))
ORDERED = Rows(
    "contribution",
    ("target", "at", "run", "entry"),
    3,
    frozenset({"target", "run"}),
    Form.ARROW,
    ("CONTRIBUTED_TO",),
    "run",
    "target",
    ordered=True,
)
EVERY: tuple[dict[str, object], ...] = tuple({"rows": one} for one in (NODE, PROPERTIES, FLOW, ORDERED))

ARGUMENTS: dict[str, tuple[dict[str, object], ...]] = {
    "schema.schema": ({"tables": (NODE, FLOW, ORDERED, PROPERTIES), "lookups": (("Run", "run_id"),)},),
    "writing.create_nodes": ({"name": "Dataset"},),
    "reading.records_about": (
        {"which": "aspects"},
        {"which": "aspects", "momentary": True},
        {"which": ""},
        {"which": "kinds", "having": (["READ", "WROTE"], "out")},
        {"which": "kinds", "having": (["WROTE"], "in")},
        {"which": "kinds", "having": (["IS_ALIAS_OF"], "both")},
    ),
    "writing.content_is_about": ({"momentary": False}, {"momentary": True}),
    "writing.record_is_about": ({"momentary": False}, {"momentary": True}),
    "reading.structural": ({"kinds": ["EXECUTED"], "direction": "out"},),
    "reading.looked_up": (
        {"name": "Run", "field": "run_id", "values": True},
        {"name": "Dataset", "field": "folded", "values": False},
    ),
    "reading.every": ({"labels": ("Approval", "Attestation"), "field": "every"},),
    "reading.together": ({"queries": ("MATCH (n {id: $id}) RETURN n.id AS found", "RETURN $ids AS found")},),
    # It makes no query, but tells what one returns.
    "reading.columns": (),
    "reading.arrows": ({"kinds": ("IS_VERSION_OF",)},),
    "reading.reach": ({"direction": "out", "depth": 3}, {"direction": "in", "depth": 41}),
    "reading.column_reach": ({"direction": "in", "levels": 2}, {"direction": "out", "levels": 1}),
    "reading.walked_finds": ({"name": "Dataset"},),
    "reading.in_title_order": ({"name": "Dataset"},),
    "reading.following": ({"name": "Dataset"},),
    "reading.behind": ({"name": "Dataset"},),
    "rows.indexes": ({"rows": NODE}, {"rows": ORDERED}),
    "rows.create": (*EVERY, {"rows": ACCESS, "kind": "READ"}, {"rows": HUB}),
    "rows.update": EVERY,
    "rows.delete": EVERY,
    "rows.clear": EVERY,
    "rows.under": (
        {"rows": NODE, "fields": ("run",), "known": "entry"},
        {"rows": NODE, "fields": ("at",), "known": "entry"},
        {"rows": PROPERTIES, "fields": ("run",)},
        {"rows": FLOW, "fields": ("source",), "known": "entry"},
        {"rows": FLOW, "fields": ("target", "source")},
        {"rows": ACCESS, "fields": ("run",)},
        {"rows": HUB, "fields": ("hub",)},
        {"rows": ORDERED, "fields": ("target", "at", "run")},
    ),
    "rows.ends": ({"rows": FLOW, "fields": ("source",), "wanted": "target", "known": "entry"},),
    "rows.counts": ({"rows": NODE, "fields": ("run",)},),
    "rows.newest": ({"rows": NODE, "leading": 1, "known": "entry"}, {"rows": ORDERED, "leading": 1, "known": "entry"}),
    "rows.before": ({"rows": NODE, "leading": 1},),
    "rows.shared": (),
}


def generated() -> str:
    return "\n\n".join(_texts()) + "\n"


def _texts() -> Iterator[str]:
    for module in (schema, writing, reading, rows):
        short = module.__name__.rpartition(".")[2]
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            for arguments in ARGUMENTS.get(f"{short}.{name}", ({},)):
                given = ", ".join(f"{key}={_shown(value)}" for key, value in arguments.items())
                made = function(**arguments)
                yield f"// {short}.{name}({given})\n" + (made if isinstance(made, str) else ";\n".join(made))


def _shown(value: object) -> str:
    if isinstance(value, Rows):
        return f"{value.form} {value.table}"
    return "(" + ", ".join(map(_shown, value)) + ")" if isinstance(value, tuple) else repr(value)


def test_the_generated_cypher_is_what_was_reviewed() -> None:
    check_golden(Path("graph_schema/generated.cypher"), generated())
