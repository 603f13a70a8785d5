"""May somebody have access: after OpenID AuthZEN 1.0, answered once the decision is recorded.

A denial is an answer, 200; 400 is for a request without subject, action or resource; 401 and 403 are about the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from catalog import logs
from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.access.rules import require
from catalog.api.http.body import read_body, require_json
from catalog.api.services import Services
from catalog.decisions.asking import Problem, read
from catalog.decisions.model import Asked, Decided
from catalog.decisions.queries import decide, unknown_parts
from catalog.decisions.records import DecideAccess
from catalog.errors import SenderError
from catalog.ledger.protocol import Receipt
from catalog.ledger.sealing import utc_microseconds
from catalog.reading import AsOf
from graph_schema.times import SECOND, format_time
from ingest_hooks.openlineage.wire import parse

SECONDS_TO_LIVE: Final = 60
"""For how long a caller may rely on an answer; what ends a grant or changes a policy is seen by then."""

_MOST: Final = 1_000
_PARTS: Final = ("subject", "action", "resource", "context")
_SEMANTICS: Final = {"execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True}


async def evaluation(services: Services, request: Request) -> Response:
    """Decide on one request: 200 with `decision`."""
    value, actor = await _taken(services, request)
    return _answered(request, await run_in_threadpool(_one, services, value, actor, logs.correlation_id()))


async def evaluations(services: Services, request: Request) -> Response:
    """Decide on several requests, in order; without any of them on the request itself."""
    value, actor = await _taken(services, request)
    several = value.get("evaluations")
    if not several:
        return _answered(request, await run_in_threadpool(_one, services, value, actor, logs.correlation_id()))
    found = await run_in_threadpool(_several, services, value, actor, logs.correlation_id())
    return _answered(request, {"evaluations": found})


async def _taken(services: Services, request: Request) -> tuple[dict[str, Any], Actor]:
    require_json(request)
    actor = services.authenticate(request)
    require(actor.roles, Permission.DECIDE_ACCESS)
    value = parse(await read_body(request, services.settings.max_body_bytes)).value
    if not isinstance(value, dict):
        raise SenderError("A request for access is a JSON object with subject, action and resource.")
    return value, actor


def _answered(request: Request, answer: Mapping[str, Any]) -> Response:
    sent = request.headers.get("x-request-id")
    return Response(
        orjson.dumps(answer), media_type="application/json", headers={} if sent is None else {"X-Request-ID": sent}
    )


def _one(services: Services, value: Mapping[str, Any], actor: Actor, correlation: str) -> dict[str, Any]:
    return _make(services, value, actor, correlation).result()


def _several(services: Services, value: Mapping[str, Any], actor: Actor, correlation: str) -> list[dict[str, Any]]:
    """Return the answers in order: all are decided, and handed to the ledger, before any is waited for."""
    several, options = value["evaluations"], value.get("options")
    name = options.get("evaluations_semantic", "execute_all") if isinstance(options, dict) else "execute_all"
    if name not in _SEMANTICS:
        raise SenderError(f"evaluations_semantic is one of {', '.join(_SEMANTICS)}.")
    if not isinstance(several, list) or len(several) > _MOST:
        raise SenderError(f"evaluations is a list of {_MOST:,} requests at most.")
    whole = {part: value[part] for part in _PARTS if part in value}
    made: list[_Made] = []
    for one in several:
        own = one if isinstance(one, dict) else dict.fromkeys(_PARTS)
        try:
            made.append(_make(services, {**whole, **own}, actor, correlation))
        except SenderError as error:
            made.append(_Made({"decision": False, "context": {"error": {"status": 400, "message": error.detail}}}))
        if made[-1].answer["decision"] is _SEMANTICS[name]:
            break
    return [one.result() for one in made]


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer, and its decision on the way into the ledger."""

    answer: dict[str, Any]
    recorded: Future[Receipt] | None = None

    def result(self) -> dict[str, Any]:
        """Return the answer once its decision is durable."""
        if self.recorded is not None:
            self.answer["context"]["entry"] = self.recorded.result().index
        return self.answer


def _make(services: Services, value: Mapping[str, Any], actor: Actor, correlation: str) -> _Made:
    asked = read(value, services.redactor)
    if isinstance(asked, Problem):
        return _Made({"decision": False, "context": {"id": correlation, "reasons": [asked.sentence]}})
    at = services.basis.at(utc_microseconds())
    found, unknown = _decided(services, actor, asked, at)
    fields = {**_fields(asked, found, at), "unknown": unknown}
    recorded = services.intake.record_decision(DecideAccess.replay(fields), actor, correlation)
    context = {
        "id": correlation,
        "reasons": list(found.reasons),
        "policies": list(found.policies),
        "policySet": found.policy_set,
        "obligations": list(found.obligations),
        "refrains": list(found.refrains),
        "awaits": list(found.awaits),
        "attributes": [{"name": name, "statedBy": by.value} for name, by in found.stated],
        "validUntil": format_time(at.valid_at + SECONDS_TO_LIVE * SECOND),
    }
    return _Made({"decision": found.allowed, "context": context}, recorded)


def _decided(services: Services, actor: Actor, asked: Asked, at: AsOf) -> tuple[Decided, tuple[str, ...]]:
    kept = services.decisions.at(at, services.rights_of(actor))
    before: tuple[Decided, tuple[str, ...]] | None = kept.get(asked)
    if before is not None:
        return before
    services.intake.await_graph(at.known_at)
    with services.store.reading() as reader:
        view = services.view(reader, actor, at)
        return kept.once(
            asked, lambda: (decide(view, asked, services.ancestors, kept=kept), unknown_parts(view, asked, kept))
        )


def _fields(asked: Asked, found: Decided, at: AsOf) -> dict[str, Any]:
    return {
        "principal": asked.principal,
        "action": asked.action,
        "target": asked.target.to_json(),
        "circumstances": asked.circumstances.to_json(),
        "allowed": found.allowed,
        "at": format_time(at.valid_at),
        "known_at": at.known_at,
        "reasons": found.reasons,
        "policies": found.policies,
        "policy_set": found.policy_set,
        "obligations": found.obligations,
        "refrains": found.refrains,
        "awaits": found.awaits,
    }
