"""The pages that whoever comes first finds: what this is and how it stands, and what may be sent and asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from catalog.api.http.health import Health
from catalog.api.pages import files
from catalog.api.pages.words import counted
from catalog.reference import references
from graph_schema.characters import escape_hidden

_GROUPS = {
    "intake": "Take events and records",
    "questions": "Ask",
    "reports": "Reports",
    "ledger": "The ledger, for other tools to verify",
    "operation": "Operation",
}
_PARTS = {
    "ledger": "Ledger",
    "store": "Graph store",
    "projection": "Graph, as far as it follows the ledger",
    "checkpoint": "Newest signed checkpoint",
}


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the HTTP interface: a method, its path, and what it does."""

    method: str
    path: str
    does: str
    parameters: tuple[tuple[str, str], ...]


def start(health: Health, organisation: str | None) -> Response:
    """Return the start page: name, state and where to go on."""
    parts = [(title, health.parts[name], _in_words(name, health.parts[name])) for name, title in _PARTS.items()]
    return files.page(
        _template("start").render(organisation=organisation, version=_version(), ready=health.ready, parts=parts)
    )


def documentation(app: FastAPI) -> Response:
    """Return the page of every address and every kind of record."""
    groups: dict[str, list[Address]] = {title: [] for title in _GROUPS.values()}
    for tag, address in _addresses(app.openapi()):
        groups[_GROUPS[tag]].append(address)
    return files.page(_template("documentation").render(version=_version(), groups=groups, kinds=references()))


def _in_words(name: str, part: Mapping[str, Any]) -> str:
    """Return in words what health says of one part."""
    if "reason" in part:
        return str(part["reason"])
    match name:
        case "ledger":
            return f"{counted(part['size'], 'entry', 'entries')}, {part['origin']}"
        case "store":
            return str(part["name"])
        case "projection":
            quarantined = len(part["quarantined"])
            behind = f"{counted(part['behind'], 'entry', 'entries')} behind" if part["behind"] else "up to date"
            return f"{behind}, {counted(quarantined, 'entry', 'entries')} in quarantine" if quarantined else behind
        case _:
            covered = f"over {counted(part['size'], 'entry', 'entries')}"
            return f"{covered}, signed {part['signed_at']}" if "signed_at" in part else "none signed yet"


def _addresses(document: Mapping[str, Any]) -> Iterator[tuple[str, Address]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            given = tuple((one["name"], one.get("description", "")) for one in operation.get("parameters", ()))
            does = str(operation.get("description") or operation["summary"]).partition("\n")[0]
            yield operation["tags"][0], Address(method.upper(), path, does, given)


@cache
def _template(name: str) -> Any:  # noqa: ANN401  jinja2's own type is lazy
    environment = Environment(
        loader=PackageLoader("catalog.api.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["shown"] = escape_hidden
    return environment.get_template(f"{name}.html.j2")


@cache
def _version() -> str:
    return version("lineward")
