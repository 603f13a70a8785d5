"""The routes that pass FastAPI by, described beside those that it describes itself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

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


def described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of all routes."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        document["paths"] = dict(sorted({**document["paths"], **_paths()}.items()))
        components = document.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "lw_…"}}
        app.openapi_schema = document
    return app.openapi_schema


def _paths() -> dict[str, Any]:
    event = {
        "description": "A RunEvent, JobEvent or DatasetEvent of OpenLineage, told apart by shape.",
        "type": "object",
    }
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
    summary = _object(
        received="integer", successful="integer", failed="integer", retriable="integer", non_retriable="integer"
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
    record = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "description": "The fields of the kind, as in the GraphQL inputs, in snake case.",
    }
    question = _object(query="string", variables="object", operationName="string")
    return {
        "/api/v1/lineage": {
            "post": _post(
                "Take one OpenLineage event, at this path under any prefix; gzip or identity.", event, "201", receipt
            )
        },
        "/api/v1/lineage/batch": {
            "post": _post("Take an array of OpenLineage events.", {"type": "array", "items": event}, "200", outcome)
        },
        "/api/v1/records": {"post": _post("Take one record of a principal.", record, "201", record_receipt)},
        "/graphql": {
            "post": _post("Answer a GraphQL request.", question, "200", _object(data="object", errors="array"))
        },
    }


def _post(summary: str, asked: dict[str, Any], status: str, answer: dict[str, Any]) -> dict[str, Any]:
    refusals = {
        "400": "Not JSON.",
        "401": "No valid key.",
        "403": "Not with this role.",
        "413": "Too large or too deep.",
    }
    if status == "201":
        refusals["422"] = "Names nothing that can be identified."
    refusals["503"] = "Not now; Retry-After says when."
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
            **{code: {"description": text, "content": _PROBLEM} for code, text in refusals.items()},
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
