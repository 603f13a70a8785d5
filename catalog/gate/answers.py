"""What the gate says as the record that it is kept by, and as JSON."""

from __future__ import annotations

from typing import Any

from catalog.gate.model import Gate
from catalog.gate.queries import holds_until
from catalog.gate.records import GateEvaluated, RequesterOf
from catalog.view import View
from graph_schema.nodes import ModelVersion
from graph_schema.times import format_time


def evaluated(view: View, found: Gate) -> GateEvaluated:
    """Return the record of what the gate said in a view."""
    node = view.nodes([found.question.of])[found.question.of].node
    if not isinstance(node, ModelVersion):
        raise TypeError("the gate is asked of model versions")
    return GateEvaluated.replay(
        {
            "model_version": {"model": {"namespace": node.namespace, "name": node.model}, "version": node.version},
            "verdict": found.verdict.value,
            "purpose": found.question.purpose,
            "place": found.question.place,
            "environment": found.question.environment,
            "requester": RequesterOf.of(found.question.requester),
            "diseases": sorted(found.question.diseases),
            "artifact_digest": found.artifact_digest,
            "policies_digest": found.policies.digest,
            "valid_at": format_time(view.moment),
            "known_at": max(view.known_at, 0),
            "holds_until": format_time(holds_until(found, view.moment)),
            "checks": [
                {"check": one.check.value, "outcome": one.outcome.value, "required": one.required}
                for one in found.checks
            ],
        }
    )


def to_json(found: Gate) -> dict[str, Any]:
    """Return what the gate says with every reason, named as GraphQL names it."""
    until = found.exception_until
    return {
        "verdict": found.verdict.value,
        "artifactDigest": found.artifact_digest,
        "policies": {"digest": found.policies.digest, "entry": found.policies.entry},
        "checks": [
            {
                "check": one.check.value,
                "required": one.required,
                "outcome": one.outcome.value,
                "reasons": [
                    {"outcome": each.outcome.value, "text": each.text, "entries": list(each.entries)}
                    for each in one.reasons
                ],
            }
            for one in found.checks
        ],
        "obligations": list(found.obligations),
        "refrains": list(found.refrains),
        "exception": list(found.exception),
        "exceptionUntil": None if until is None else format_time(until),
        "entries": list(found.entries),
    }
