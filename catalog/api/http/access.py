"""May somebody have access: after OpenID AuthZEN 1.0, answered once the decision is recorded.

A denial is an answer, 200; 400 is for a request without subject, action or resource; 401 and 403 are about the caller.
Whatever is answered has the `X-Request-ID` of the request (AuthZEN 1.0, "Request Identification in a Response").
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from catalog import logs
from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.access.rules import require
from catalog.api import problems
from catalog.api.handover import result_of
from catalog.api.http.body import read_body, require_json
from catalog.api.http.dependencies import Public
from catalog.api.services import Services
from catalog.decisions.asking import PARTS, Problem
from catalog.decisions.model import Asked, Decided
from catalog.decisions.queries import judged
from catalog.decisions.records import DecideAccess
from catalog.errors import AskerError, SenderError
from catalog.ledger.protocol import Receipt
from catalog.ledger.sealing import utc_microseconds
from catalog.reading import LATEST, AsOf
from graph_schema.times import SECOND, format_time
from ingest_hooks.openlineage.wire import parse

SECONDS_TO_LIVE: Final = 60
"""For how long a caller may rely on an answer; what ends a grant or changes a policy is seen by then."""

_MOST: Final = 1_000
_SEMANTICS: Final = {"execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True}


_ONE: Final = "/access/v1/evaluation"
_SEVERAL: Final = "/access/v1/evaluations"
_METADATA: Final = "/.well-known/authzen-configuration"

router = APIRouter(tags=["operation"])


@router.get(_METADATA)
def metadata(request: Request, services: Public) -> Response:
    """Tell where decisions on access are asked for: the metadata of a policy decision point (AuthZEN 1.0)."""
    return _described(request, services.settings.prefix.rstrip("/") or request.scope["root_path"])


@router.get(f"{_METADATA}/{{prefix:path}}", include_in_schema=False)
def metadata_under_a_prefix(request: Request, services: Public, prefix: str) -> Response:
    """Tell the same of a point under a prefix, which RFC 8615 puts behind the well-known address."""
    if not prefix or prefix.strip("/") != services.settings.prefix.strip("/"):
        raise AskerError("No decisions on access are asked for under that prefix.")
    return _described(request, f"/{prefix.strip('/')}")


def _described(request: Request, prefix: str) -> Response:
    """Return the metadata, with the addresses as whoever asks reaches them."""
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
    point = f"{'https' if scheme == 'https' else 'http'}://{request.headers.get('host', request.url.netloc)}{prefix}"
    return JSONResponse(
        {
            "policy_decision_point": point,
            "access_evaluation_endpoint": f"{point}{_ONE}",
            "access_evaluations_endpoint": f"{point}{_SEVERAL}",
        }
    )


async def evaluation(services: Services, request: Request) -> Response:
    """Decide on one request: 200 with `decision`."""
    return await _identified(request, lambda: _one(services, request))


async def evaluations(services: Services, request: Request) -> Response:
    """Decide on several requests, in order; without any of them on the request itself."""
    return await _identified(request, lambda: _all(services, request))


async def _one(services: Services, request: Request) -> Response:
    value, actor = await _taken(services, request)
    return _answered(await _evaluated(services, value, actor))


async def _all(services: Services, request: Request) -> Response:
    value, actor = await _taken(services, request)
    several = value.get("evaluations")
    if not several:
        return _answered(await _evaluated(services, value, actor))
    found = await run_in_threadpool(_several, services, value, actor, logs.correlation_id())
    return _answered({"evaluations": found})


async def _identified(request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
    """Return the answer, or the refusal, with the id of the request where it has one."""
    sent = request.headers.get("x-request-id")
    if sent is None:
        return await answer()
    try:
        found = await answer()
    except Exception as error:
        problem = problems.problem(error)
        if problem is None:
            raise
        found = problem.response()
    found.headers["X-Request-ID"] = sent
    return found


async def _evaluated(services: Services, value: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the answer to one request: what was decided at the same point needs no thread of its own."""
    correlation = logs.correlation_id()
    made = _make_at_once(services, value, actor, correlation)
    if made is None:
        made = await run_in_threadpool(_make, services, value, actor, correlation)
    if made.recorded is None:
        return made.answered(None)
    receipt: Receipt = await result_of(made.recorded)
    return made.answered(receipt)


async def _taken(services: Services, request: Request) -> tuple[dict[str, Any], Actor]:
    require_json(request)
    actor = services.authenticate(request)
    require(actor, Permission.DECIDE_ACCESS)
    value = parse(await read_body(request, services.settings.max_body_bytes)).value
    if not isinstance(value, dict):
        raise SenderError("A request for access is a JSON object with subject, action and resource.")
    return value, actor


def _answered(answer: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")


def _several(services: Services, value: Mapping[str, Any], actor: Actor, correlation: str) -> list[dict[str, Any]]:
    """Return the answers in order: all are decided, and handed to the ledger, before any is waited for."""
    several, options = value["evaluations"], value.get("options")
    name = options.get("evaluations_semantic", "execute_all") if isinstance(options, dict) else "execute_all"
    if name not in _SEMANTICS:
        raise SenderError(f"evaluations_semantic is one of {', '.join(_SEMANTICS)}.")
    if not isinstance(several, list) or len(several) > _MOST:
        raise SenderError(f"evaluations is a list of {_MOST:,} requests at most.")
    whole = {part: value[part] for part in PARTS if part in value}
    made: list[_Made] = []
    for one in several:
        own = one if isinstance(one, dict) else dict.fromkeys(PARTS)
        try:
            made.append(_make(services, {**whole, **own}, actor, correlation))
        except SenderError as error:
            made.append(_Made({"decision": False, "context": {"error": {"status": 400, "message": error.detail}}}))
        if made[-1].answer["decision"] is _SEMANTICS[name]:
            break
    return [one.answered(None if one.recorded is None else one.recorded.result()) for one in made]


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer, and its decision on the way into the ledger."""

    answer: dict[str, Any]
    recorded: Future[Receipt] | None = None

    def answered(self, receipt: Receipt | None) -> dict[str, Any]:
        """Return the answer once its decision is durable."""
        if receipt is not None:
            self.answer["context"]["entry"] = receipt.index
        return self.answer


def _make_at_once(services: Services, value: Mapping[str, Any], actor: Actor, correlation: str) -> _Made | None:
    """Return the same where it was decided before, None where something is to be read."""
    if not services.basis.has_looked or services.basis.is_awaited(utc_microseconds()):
        return None
    asked = services.requests.read(value)
    if isinstance(asked, Problem):
        return _refused(asked, correlation)
    at = services.basis.at(utc_microseconds())
    found = services.decisions.at(at, services.rights_of(actor)).get(asked)
    return None if found is None else _recorded(services, asked, at, found, actor, correlation)


def _make(services: Services, value: Mapping[str, Any], actor: Actor, correlation: str) -> _Made:
    asked = services.requests.read(value)
    if isinstance(asked, Problem):
        return _refused(asked, correlation)
    services.basis.wait(utc_microseconds())
    at = services.basis.at(utc_microseconds())
    return _recorded(services, asked, at, _decided(services, actor, asked, at), actor, correlation)


def _refused(problem: Problem, correlation: str) -> _Made:
    return _Made({"decision": False, "context": {"id": correlation, "reasons": [problem.sentence]}})


def _recorded(
    services: Services, asked: Asked, at: AsOf, decided: tuple[Decided, tuple[str, ...]], actor: Actor, correlation: str
) -> _Made:
    """Hand what was decided to the ledger."""
    found, unknown = decided
    at_point = {"at": format_time(at.valid_at), "known_at": at.known_at}
    fields = {**found.recorded_of(asked), **at_point, "unknown": unknown}
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
    began, computed = time.monotonic(), time.thread_time()
    services.intake.admissions.await_graph(at.known_at)
    # The first of a second looks whether anything began or ended, in a reading of its own: the others need none.
    kept.settle(lambda moment: _is_as_at(services, actor, at, moment))
    before = kept.get(asked)
    if before is not None:
        return before
    with services.store.reading() as reader:
        view, now = services.view(reader, actor, at), services.view(reader, actor, LATEST)
        # Nothing but decisions is known since, and nothing began or ended.
        is_same = services.basis.is_newest(at.known_at, reader.checkpoint()) and now.is_as_at(at.valid_at)
        made = judged(view, asked, kept, now if is_same else None)
        kept.keep(asked, made, lasts=made[0].lasts)
    services.basis.took(at, time.monotonic() - began, time.thread_time() - computed)
    return made


def _is_as_at(services: Services, actor: Actor, at: AsOf, moment: int) -> bool:
    with services.store.reading() as reader:
        return services.view(reader, actor, at).is_as_at(moment)
