"""What may be written, for people: each kind of record with its members, out of the models that check them.

A document of the project and a page of the server show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.access.permissions import TABLE, Permission
from catalog.kinds import KINDS, Kind
from graph_schema.marked import replaced

BEGIN, END = "<!-- records:begin -->", "<!-- records:end -->"
ROLES = "<!-- roles:begin -->", "<!-- roles:end -->"

_TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false", "object": "object"}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a record: `name` with the members above it, as `retention.period_days` or `clears[].code`."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class KindReference:
    """A kind of record that may be sent: what it says, which roles may write it, and its members."""

    name: str
    description: str
    roles: tuple[str, ...]
    members: tuple[Member, ...]


def references() -> tuple[KindReference, ...]:
    """Return every kind that may be sent, in the order of the capabilities."""
    return tuple(_reference(kind) for kind in KINDS.values() if kind.open)


def _reference(kind: Kind[Any]) -> KindReference:
    schema = kind.record.model_json_schema()
    roles = (role.value for role, may in TABLE.items() if Permission(kind.name) in may)
    members = tuple(_members(schema, schema.get("$defs", {}), ""))
    return KindReference(kind.name, " ".join((kind.record.__doc__ or "").split()), tuple(sorted(roles)), members)


def _members(schema: Mapping[str, Any], shared: Mapping[str, Any], above: str) -> Iterator[Member]:
    for name, given in schema.get("properties", {}).items():
        shape, described = _resolved(given, shared), given.get("description")
        item = _resolved(shape["items"], shared) if shape.get("type") == "array" else None
        of = shape if item is None else item
        required = name in schema.get("required", ())
        text = described or shape.get("description") or of.get("description") or ""
        yield Member(above + name, _type(of, several=item is not None), required, " ".join(text.split()))
        yield from _members(of, shared, f"{above}{name}{'[].' if item is not None else '.'}")


def _resolved(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that stands behind references, and beside null."""
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        return _resolved(choices[0], shared)
    if "$ref" in schema:
        return _resolved(shared[schema["$ref"].rpartition("/")[2]], shared)
    return schema


def _type(schema: Mapping[str, Any], *, several: bool) -> str:
    if "enum" in schema:
        kind = ", ".join(schema["enum"])
    elif "anyOf" in schema:
        kind = " or ".join(_TYPES[one["type"]] for one in schema["anyOf"])
    else:
        kind = _TYPES[schema["type"]]
    return f"list of {kind}" if several else kind


def roles() -> str:
    """Return the table of the roles and what each may do, as Markdown."""
    rows = ["| role | may |", "| --- | --- |"]
    rows += [
        f"| `{role.value}` | {', '.join(sorted(f'`{each.value}`' for each in may))} |" for role, may in TABLE.items()
    ]
    return "\n".join(rows)


def markdown(examples: Mapping[str, str]) -> str:
    """Return the reference as Markdown, with a text as the example of each kind."""
    return "\n".join(line for one in references() for line in _section(one, examples[one.name]))


def _section(kind: KindReference, example: str) -> Iterator[str]:
    yield f"### `{kind.name}`\n"
    yield f"{kind.description} May be written by: {', '.join(kind.roles)}.\n"
    yield "| member | type | required | what it is |"
    yield "| --- | --- | --- | --- |"
    for member in kind.members:
        yield f"| `{member.name}` | {member.type} | {'yes' if member.required else ''} | {member.description} |"
    yield f"\n```json\n{example.strip()}\n```\n"


def rewritten(document: str, examples: Mapping[str, str]) -> str:
    """Return the document with both tables between their marks; raises ValueError where these are missing."""
    document = replaced(document, *ROLES, f"\n{roles()}\n")
    return replaced(document, BEGIN, END, f"\n\n{markdown(examples)}\n")
