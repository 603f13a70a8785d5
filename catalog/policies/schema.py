"""The schemas that policies are checked against: what is done with data, what in the catalog itself, what comes in.

The first is generated of what may be declared of a dataset, the second of what may be done by a role.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from catalog.access.permissions import Permission
from graph_schema.aspects import BY_NAME, DECLARED
from graph_schema.aspects.shape import Part
from graph_schema.nodes import Column, Dataset, ModelVersion, Node
from graph_schema.vocabulary.words import AccessAction

NAMESPACE: Final = "Lineward"


class Scope(StrEnum):
    """What the policies of a file decide on."""

    ACCESS = "access"
    """What is done with data and models: every file that no other scope has."""
    CATALOG = "catalog"
    """What is read of the catalog itself and written to it: the files in the folder of this name."""
    INGEST = "ingest"
    """What is taken into the graph of the ledger's entries: the files in the folder of this name."""


def scope_of(path: str) -> Scope:
    """Return what the policies of a file decide on, by its path in the set."""
    folder, slash, _ = path.partition("/")
    return Scope(folder) if slash and folder in _FOLDERS else Scope.ACCESS


_FOLDERS: Final = frozenset({Scope.CATALOG.value, Scope.INGEST.value})


ACTIONS: Final = tuple(action.value for action in AccessAction)
"""What may be asked for; every other action is refused."""

RESOURCES: Final[dict[str, type[Node]]] = {"Dataset": Dataset, "Column": Column, "ModelVersion": ModelVersion}
"""What a policy decides on. A namespace or a prefix is decided on as all the datasets in it."""

_PRINCIPAL: Final = {
    "kind": "String",
    "roles": "Set<String>",
    "organisation?": "String",
    "projects": "Set<String>",
    "protocols": "Set<String>",
    "sites": "Set<String>",
}
_JUDGED: Final = {
    "labels": "Set<String>",
    "labels_known": "Bool",
}
_CONTEXT: Final = {
    "purpose": "String",
    "use": "String",
    "granted": "Bool",
    "emergency": "Bool",
    "now": "datetime",
    "project?": "String",
    "protocol?": "String",
    "site?": "String",
    "place?": "String",
    "environment?": "String",
    "network?": "String",
    "on_behalf_of?": "String",
    "device?": "{managed?: Bool, encrypted?: Bool}",
    "diseases?": "Set<String>",
}
_DECLARED: Final = tuple(name for name in DECLARED if name != "encryption_keys")
_DERIVED: Final = {"key_environments?": "Set<String>"}
"""What is asked of encryption keys: a policy cannot look into a set of records."""

READ: Final = Permission.READ.value
WRITE: Final = "write"
"""To write a record about something of a namespace, or held at a site; each kind of record is an action as well."""

CATALOG: Final = "Catalog"
"""The catalog as a whole: whether something may be done in it at all."""

PARTS: Final = {"Namespace": {"name": "String"}, "Site": {"name?": "String"}}
"""The parts of the catalog; the site without a name is where datasets are of which nobody recorded where."""

INGEST: Final = "ingest"
"""To take an entry of the ledger into the graph."""

ENTRY: Final = "Entry"
"""An event or a record, as it came in."""

QUARANTINE, FINDING = "quarantine", "finding"
"""What becomes of an entry that a policy forbids: it is kept out of the graph, or let in with a finding."""

_SENDER: Final = {"name": "String", "proven": "Bool"}
_ENTRY: Final = {
    "kind": "String",
    "redacted": "Bool",
    "namespaces": "Set<String>",
    "reads": "Set<String>",
    "writes": "Set<String>",
    "facets": "Set<String>",
    "flags": "Set<String>",
    "producer?": "String",
    "job_namespace?": "String",
    "event_type?": "String",
}

_ACTOR: Final = {
    "name": "String",
    "kind": "String",
    "roles": "Set<String>",
    "organisation?": "String",
    "sites": "Set<String>",
    "of_sites": "Bool",
}

_WORDS: Final = {str: "String", int: "Long", bool: "Bool"}


@cache
def schema(scope: Scope = Scope.ACCESS) -> str:
    """Return the schema of a scope in Cedar's own language."""
    return _SCHEMAS[scope]()


def _of_ingest() -> str:
    lines = [
        f"namespace {NAMESPACE} {{",
        f"  entity Principal = {{{_record(_SENDER)}}};",
        f"  entity {ENTRY} = {{{_record(_ENTRY)}}};",
        f"  action {INGEST} appliesTo {{ principal: [Principal], resource: [{ENTRY}] }};",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _of_the_catalog() -> str:
    whole = ", ".join(f'"{one.value}"' for one in Permission if one is not Permission.READ)
    lines = [
        f"namespace {NAMESPACE} {{",
        f"  entity Principal = {{{_record(_ACTOR)}}};",
        f"  entity {CATALOG};",
        *(f"  entity {label} = {{{_record(members)}}};" for label, members in PARTS.items()),
    ]
    for actions, resources in (
        (f'"{READ}"', (CATALOG, *PARTS)),
        (f'"{WRITE}"', PARTS),
        (whole, (CATALOG,)),
    ):
        lines += [
            f"  action {actions} appliesTo {{",
            "    principal: [Principal],",
            f"    resource: [{', '.join(resources)}]",
            "  };",
        ]
    return "\n".join((*lines, "}")) + "\n"


def _of_access() -> str:
    lines = [f"namespace {NAMESPACE} {{", f"  entity Principal = {{{_record(_PRINCIPAL)}}};"]
    for label, kind in RESOURCES.items():
        members = dict.fromkeys(kind.key_fields(), "String") | _JUDGED
        if label != "ModelVersion":
            members |= {f"{name}?": _type(BY_NAME[name].shape) for name in _DECLARED} | _DERIVED
        lines.append(f"  entity {label} = {{{_record(members)}}};")
    lines += [
        f"  action {', '.join(ACTIONS)} appliesTo {{",
        "    principal: [Principal],",
        f"    resource: [{', '.join(RESOURCES)}],",
        f"    context: {{{_record(_CONTEXT)}}}",
        "  };",
        "}",
    ]
    return "\n".join(lines) + "\n"


def scope_of_type(type_: str) -> Scope:
    """Return the scope in which something of this type is decided on."""
    if type_ == ENTRY:
        return Scope.INGEST
    return Scope.CATALOG if type_ == CATALOG or type_ in PARTS else Scope.ACCESS


def actions(scope: Scope) -> tuple[str, ...]:
    """Return what may be asked for in a scope."""
    if scope is Scope.INGEST:
        return (INGEST,)
    return ACTIONS if scope is Scope.ACCESS else (WRITE, *(one.value for one in Permission))


@cache
def types(scope: Scope) -> tuple[str, ...]:
    """Return what somebody or something that is decided on may be."""
    return tuple(re.findall(r"^ *entity (\w+)", schema(scope), re.MULTILINE))


@cache
def attributes(scope: Scope) -> frozenset[str]:
    """Return everything that a policy of a scope can ask of principal, resource or context, by name."""
    return frozenset(re.findall(r"(\w+)\??: ", schema(scope)))


def optional(part: str, scope: Scope = Scope.ACCESS) -> tuple[str, ...]:
    """Return what may be missing of the principal, the resource or the context, as paths with dots."""
    if scope is Scope.INGEST:
        return _missing(_ENTRY) if part == "resource" else ()
    if scope is Scope.CATALOG:
        return {"principal": ("organisation",), "resource": ("name",)}.get(part, ())
    if part == "principal":
        return _missing(_PRINCIPAL)
    if part == "context":
        return (*_missing(_CONTEXT), "device.managed", "device.encrypted")
    return (*_DECLARED, *_missing(_DERIVED))


def _missing(members: dict[str, str]) -> tuple[str, ...]:
    return tuple(name.removesuffix("?") for name in members if name.endswith("?"))


def _record(members: dict[str, str]) -> str:
    return ", ".join(f"{name}: {type_}" for name, type_ in members.items())


def _type(shape: Any) -> str:  # noqa: ANN401  any shape
    if isinstance(shape, type) and issubclass(shape, Part):
        members = get_type_hints(shape, include_extras=True)
        return f"{{{', '.join(_member(name, hint) for name, hint in members.items())}}}"
    if get_origin(shape) is tuple:
        return f"Set<{_type(get_args(shape)[0])}>"
    return _WORDS[shape]


def _member(name: str, hint: Any) -> str:  # noqa: ANN401  any type
    shape = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if isinstance(shape, UnionType):
        (shape,) = (one for one in get_args(shape) if one is not NoneType)
        return f"{name}?: {_type(shape)}"
    return f"{name}: {_type(shape)}"


_SCHEMAS: Final = {Scope.ACCESS: _of_access, Scope.CATALOG: _of_the_catalog, Scope.INGEST: _of_ingest}
