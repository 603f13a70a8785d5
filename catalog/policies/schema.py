"""The schema that policies are checked against: generated of what may be declared of a dataset."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from graph_schema.aspects import BY_NAME, DECLARED
from graph_schema.aspects.shape import Part
from graph_schema.nodes import Column, Dataset, ModelVersion, Node
from graph_schema.vocabulary.words import AccessAction

NAMESPACE: Final = "Lineward"
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
    "device?": "{managed?: Bool, encrypted?: Bool}",
}
_DECLARED: Final = tuple(name for name in DECLARED if name != "encryption_keys")
_DERIVED: Final = {"key_environments?": "Set<String>"}
"""What is asked of encryption keys: a policy cannot look into a set of records."""

_WORDS: Final = {str: "String", int: "Long", bool: "Bool"}


@cache
def schema() -> str:
    """Return the schema in Cedar's own language."""
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


def optional(part: str) -> tuple[str, ...]:
    """Return what may be missing of the principal, the resource or the context, as paths with dots."""
    if part == "principal":
        return tuple(name.removesuffix("?") for name in _PRINCIPAL if name.endswith("?"))
    if part == "context":
        named = [name.removesuffix("?") for name in _CONTEXT if name.endswith("?")]
        return (*named, "device.managed", "device.encrypted")
    return (*_DECLARED, *(name.removesuffix("?") for name in _DERIVED))


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
