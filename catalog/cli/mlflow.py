"""`lineward import mlflow`: the models of a local MLflow registry, their versions, and the runs that made them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.cli.client import Client, ask, document
from catalog.cli.output import note, print_json, print_table
from catalog.cli.sending import send
from catalog.cli.words import count
from catalog.errors import Exit, OperatorError
from graph_schema.nodes import Dataset
from ingest_hooks.mlflow import events
from ingest_hooks.mlflow.model import RegisteredModel
from ingest_hooks.mlflow.reading import RegistryError, read

_MEMBERS: Final = ("aliases", "stages")
_ALIASES: Final = """
query Aliases($id: ID!) { node(id: $id) { ... on Dataset { history(aspect: "facet:mlflow_registeredModel", first: 500) {
  nodes { value inForce } } } } }
"""


@dataclass(frozen=True, slots=True)
class Registry:
    """Which registry, which models of it (all where none are named), and the namespace that they are to lie in."""

    address: str
    names: tuple[str, ...]
    namespace: str


def registered(registry: Registry) -> tuple[RegisteredModel, ...]:
    """Return the models of a registry; raises OperatorError where it cannot be read."""
    try:
        return read(registry.address, registry.names)
    except RegistryError as error:
        raise OperatorError(str(error), action=error.action) from error


def show(registry: Registry, *, as_json: bool) -> Exit:
    """Print what would be sent; no catalog is asked."""
    models = registered(registry)
    every = list(events.events(models, registry.namespace))
    if as_json:
        print_json(every)
    else:
        _print(models)
    note(f"{count(len(every), 'event')} would be sent, and aliases and stages where they are others. Nothing was.")
    return Exit.FINE


def take(client: Client, registry: Registry, *, as_json: bool) -> Exit:
    """Send the events; what was taken before is known again, and aliases and stages are said where they are others."""
    models = registered(registry)
    became: Counter[str] = Counter()
    for one in events.events(models, registry.namespace):
        became.update([_send(client, one)])
    for model in models:
        if _held(client, registry.namespace, model.name) != events.registered_of(model):
            at = time.time_ns() // 1_000_000
            became.update([_send(client, events.registered_event(model, registry.namespace, at))])
    if as_json:
        print_json({"models": len(models), "taken": became["taken"], "alreadyThere": became["there"]})
    else:
        _print(models)
    note(f"{count(became['taken'], 'event')} taken, {became['there']} already there.")
    return Exit.FINE


def _send(client: Client, event: dict[str, Any]) -> str:
    answer = document(send(client, "api/v1/lineage", event), "index", "duplicate")
    return "there" if answer["duplicate"] else "taken"


def _held(client: Client, namespace: str, name: str) -> dict[str, list[dict[str, str]]]:
    """Return the aliases and stages that the catalog knows of a model."""
    node = ask(client, _ALIASES, {"id": Dataset(namespace, name).id})["node"]
    held = [one["value"] for one in node["history"]["nodes"] if one["inForce"] and one["value"]] if node else []
    return {"aliases": []} | {member: held[-1][member] for member in _MEMBERS if held and member in held[-1]}


def _print(models: Sequence[RegisteredModel]) -> None:
    rows = [
        (
            one.model,
            one.version,
            ", ".join(alias for alias, version in model.aliases if version == one.version) or None,
            dict(model.stages).get(one.version),
            one.run.experiment if one.run else None,
            count(len(one.run.inputs), "dataset") if one.run else None,
            count(len(one.run.parameters), "parameter") if one.run else None,
        )
        for model in models
        for one in model.versions
    ]
    head = ("model", "version", "aliases", "stage", "made by", "read", "named")
    optional = ("aliases", "stage")
    print_table("", head, rows, empty="No model is registered there.", optional=optional, yielding=("model",))
