"""The routes that pass FastAPI by, described beside those that it describes itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from catalog.gate.asking import AskGate
from catalog.grants.rules import DELEGABLE
from catalog.kinds import KINDS

_JSON = "application/json"
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_SECURITY: list[dict[str, list[str]]] = [{"key": []}, {}]

_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457; `type` says who has to act: sender, asker, operator, evidence or internal.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "correlationId": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"detail": {"type": "string"}, "pointer": {"type": "string"}},
            },
        },
    },
}


_REFUSALS = {
    "400": "Not what is taken here, such as no JSON.",
    "401": "No valid key.",
    "403": "Not with this role, or from the page of another site.",
    "404": "Not there, or not to be seen.",
    "408": "The body took too long.",
    "413": "Too large or too deep.",
    "421": "This server does not go by the name in the Host header.",
    "422": "A value out of its bounds, or one that names nothing that can be identified.",
    "503": "Not now; Retry-After says when, where waiting helps.",
}


def described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of all routes."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].update(_refused(*_statuses(operation)))
        document["paths"] = dict(sorted({**document["paths"], **_paths()}.items()))
        components = document.setdefault("components", {})
        components["schemas"] = {"Problem": _PROBLEM_SCHEMA, **_events(), **_records()}
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "lw_…"}}
        app.openapi_schema = document
    return app.openapi_schema


def _statuses(operation: dict[str, Any]) -> list[str]:
    """Return with which statuses one of FastAPI's routes refuses: all may, by Host and Origin."""
    asked = ["401", "503"] if set(operation["tags"]) - {"operation"} else ["401"]
    found = ["404", "422"] if operation.get("parameters") else []
    return ["403", "421", *asked, *found]


def _refused(*statuses: str) -> dict[str, Any]:
    return {status: {"description": _REFUSALS[status], "content": _PROBLEM} for status in sorted(statuses)}


def _events() -> dict[str, Any]:
    """Return what an event must have; everything else of OpenLineage may stand beside it."""
    named = _named("namespace", "name")
    read_and_written: dict[str, Any] = {side: {"type": "array", "items": named} for side in ("inputs", "outputs")}
    run = {"required": ["run", "job"], "properties": {"run": _named("runId"), "job": named, **read_and_written}}
    job = {"required": ["job"], "properties": {"job": named, **read_and_written}, "not": {"required": ["run"]}}
    other = {"anyOf": [{"required": ["run"]}, {"required": ["job"]}]}
    dataset = {"required": ["dataset"], "properties": {"dataset": named}, "not": other}
    return {
        "Event": {
            "description": "A RunEvent, JobEvent or DatasetEvent of OpenLineage, told apart by shape.",
            "type": "object",
            "oneOf": [run, job, dataset],
        }
    }


def _named(*names: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(names),
        "properties": {name: {"type": "string", "minLength": 1} for name in names},
    }


def _records() -> dict[str, Any]:
    """Return the kinds of record that may be sent, each by its own model, told apart by `kind`."""
    kinds = {kind.name: kind.record for kind in KINDS.values() if kind.open}
    _, found = models_json_schema(
        [*((model, "validation") for model in kinds.values()), (AskGate, "validation")],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = found["$defs"]
    for name, model in kinds.items():
        schema = schemas[model.__name__]
        schema["properties"] = {"kind": {"const": name}, **_place(name), **schema["properties"]}
        schema["required"] = ["kind", *schema.get("required", ())]
    references = {name: f"#/components/schemas/{model.__name__}" for name, model in kinds.items()}
    schemas["Record"] = {
        "description": "One record of a principal.",
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "kind", "mapping": references},
    }
    return schemas


def _place(name: str) -> dict[str, Any]:
    """Return what says in whose place a record is written, of a kind that may be."""
    described = "In whose place it is written: another principal's name, by a delegation in force."
    place = {"type": "string", "minLength": 1, "description": described}
    return {"on_behalf_of": place} if name in DELEGABLE else {}


def _paths() -> dict[str, Any]:
    event, record = ({"$ref": f"#/components/schemas/{name}"} for name in ("Event", "Record"))
    receipt = _object(index="integer", duplicate="boolean")
    record_receipt = _object(
        index="integer",
        kind="string",
        subjects="array",
        leaf="string",
        recordedAt="string",
        duplicate="boolean",
        warnings="array",
    )
    compared = _object(kind="string", subjects="array", changes="boolean", differences="array")
    compared["properties"]["validFrom"] = {"type": ["string", "null"]}
    summary = _object(
        received="integer",
        successful="integer",
        duplicates="integer",
        failed="integer",
        retriable="integer",
        non_retriable="integer",
    )
    failed = {"type": "array", "items": _object(index="integer", reason="string", retriable="boolean")}
    outcome = {
        "type": "object",
        "properties": {
            "status": {"enum": ["success", "partial_success"]},
            "summary": summary,
            "failed_events": failed,
        },
    }
    gate = _object(
        index="integer",
        holdsUntil="string",
        verdict="string",
        artifactDigest="string",
        policies="object",
        checks="array",
        obligations="array",
        refrains="array",
        exception="array",
        exceptionUntil="string",
        entries="array",
    )
    gate["properties"] |= {name: {"type": ["string", "null"]} for name in ("artifactDigest", "exceptionUntil")}
    question = {
        "type": "object",
        "required": ["query"],
        "properties": {
            "query": {"type": "string"},
            "variables": {"type": ["object", "null"]},
            "operationName": {"type": ["string", "null"]},
        },
    }
    parts = {name: {"type": "object"} for name in ("subject", "action", "resource", "context")}
    access = {"type": "object", "required": ["subject", "action", "resource"], "properties": parts}
    accesses = {
        "type": "object",
        "properties": {
            **parts,
            "evaluations": {"type": "array", "items": {"type": "object", "properties": parts}},
            "options": {"type": "object"},
        },
    }
    decided, several = _object(decision="boolean", context="object"), _object(evaluations="array")
    answered = _object(errors="array")
    answered["properties"]["data"] = {"type": ["object", "null"]}
    return {
        "/api/v1/lineage": {
            "post": _post(
                "Take one OpenLineage event, at this path under any prefix; gzip or identity.", event, "201", receipt
            )
        },
        "/api/v1/lineage/batch": {
            "post": _post("Take an array of OpenLineage events.", {"type": "array", "items": event}, "200", outcome)
        },
        "/access/v1/evaluation": {
            "post": _post("Decide whether somebody may have access (AuthZEN 1.0).", access, "200", decided)
        },
        "/access/v1/evaluations": {
            "post": _post("Decide on several requests for access (AuthZEN 1.0).", accesses, "200", several)
        },
        "/api/v1/records": {"post": _post("Take one record of a principal.", record, "201", record_receipt)},
        "/api/v1/records/compare": {
            "post": _post(
                "Say what each record of a list would change of what is in force, and write nothing.",
                {"type": "array", "items": record},
                "200",
                {"type": "array", "items": compared},
                more=["422"],
            )
        },
        "/api/v1/gate": {
            "post": _post(
                "Ask the release gate about a model version, and record what it says.",
                {"$ref": "#/components/schemas/AskGate"},
                "201",
                gate,
                more=["404"],
            )
        },
        "/graphql": {
            "get": {
                "summary": "Show the explorer.",
                "tags": ["questions"],
                "responses": {
                    "200": {"description": "A page.", "content": {"text/html": {"schema": {"type": "string"}}}},
                    **_refused("403", "421"),
                },
            },
            "post": _post("Answer a GraphQL request.", question, "200", answered),
        },
    }


def _post(
    summary: str, asked: dict[str, Any], status: str, answer: dict[str, Any], more: Sequence[str] = ()
) -> dict[str, Any]:
    refusals = ["400", "401", "403", "408", "413", "421", "503", *more]
    if status == "201":
        refusals.append("422")
    return {
        "summary": summary,
        "tags": ["intake" if "lineage" in summary or "event" in summary or "record" in summary else "questions"],
        "security": _SECURITY,
        "requestBody": {"required": True, "content": {_JSON: {"schema": asked}}},
        "responses": {
            status: {
                "description": "Durable." if status == "201" else "Answered.",
                "content": {_JSON: {"schema": answer}},
            },
            **_refused(*refusals),
        },
    }


def _object(**properties: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {"type": kind, "items": {}} if kind == "array" else {"type": kind}
            for name, kind in properties.items()
        },
    }
