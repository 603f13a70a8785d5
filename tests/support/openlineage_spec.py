"""An event held against the standard's published schemas and ours, each facet against the one that it names.

The standard's lie beside the repository on some machines. Where they don't, what is checked is their structure: the
members that every event, run, job, dataset and facet must have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

STANDARD = Path(__file__).resolve().parents[3] / "shared" / "spec" / "openlineage"
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
HAS_STANDARD = (STANDARD / "OpenLineage.json").is_file()

_BASE_FACET = {
    "type": "object",
    "properties": {"_producer": {"type": "string", "format": "uri"}, "_schemaURL": {"type": "string", "format": "uri"}},
    "required": ["_producer", "_schemaURL"],
}
_NAMED = {
    "type": "object",
    "properties": {"namespace": {"type": "string"}, "name": {"type": "string"}},
    "required": ["namespace", "name"],
}
_STRUCTURE = {
    "$id": CORE,
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {
        "BaseFacet": _BASE_FACET,
        **{
            f"{entity}Facet": {"$ref": "#/$defs/BaseFacet"}
            for entity in ("Dataset", "InputDataset", "Job", "OutputDataset", "Run")
        },
        "RunEvent": {
            "type": "object",
            "properties": {
                "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
                "eventTime": {"type": "string", "format": "date-time"},
                "run": {"properties": {"runId": {"type": "string", "format": "uuid"}}, "required": ["runId"]},
                "job": _NAMED,
                "inputs": {"type": "array", "items": _NAMED},
                "outputs": {"type": "array", "items": _NAMED},
            },
            "required": ["eventTime", "producer", "schemaURL", "run", "job"],
        },
    },
}


def published_schemas() -> list[dict[str, Any]]:
    """The product's own facet schemas."""
    folder = files("ingest_hooks.emit") / "schemas"
    return [json.loads(file.read_text()) for file in folder.iterdir() if file.name.endswith(".json")]


def _standard_schemas() -> list[dict[str, Any]]:
    if not HAS_STANDARD:
        return [_STRUCTURE]
    return [
        json.loads(file.read_text())
        for file in (STANDARD / "OpenLineage.json", *sorted((STANDARD / "facets").glob("*.json")))
    ]


_REGISTRY: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in (*_standard_schemas(), *published_schemas())
)


def facets(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every facet of an event with its key."""
    holders = [event["run"], event["job"], *event.get("inputs", []), *event.get("outputs", [])]
    for holder in holders:
        for slot in ("facets", "inputFacets", "outputFacets"):
            yield from holder.get(slot, {}).items()


def problems(event: dict[str, Any]) -> list[str]:
    """What the schemas say against a run event and its facets; empty where nothing is wrong."""
    found = _against(f"{CORE}#/$defs/RunEvent", event)
    for key, facet in facets(event):
        url = facet["_schemaURL"]
        if url.partition("#")[0] in _REGISTRY:
            found += [f"{key}: {problem}" for problem in _against(url, facet)]
        elif HAS_STANDARD:
            found.append(f"{key}: nobody published {url}")
        else:
            found += [f"{key}: {problem}" for problem in _against(f"{CORE}#/$defs/BaseFacet", facet)]
    return found


def _against(url: str, value: object) -> list[str]:
    validator = Draft202012Validator({"$ref": url}, registry=_REGISTRY, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
