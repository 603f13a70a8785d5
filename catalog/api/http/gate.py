"""The release gate: asked, and what it says recorded, so that a release can quote it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from catalog import logs
from catalog.access.model import Actor
from catalog.admissions import PATIENCE
from catalog.api.http.body import read_body, require_json
from catalog.api.services import Services
from catalog.errors import AskerError, SenderError
from catalog.gate.answers import evaluated, to_json
from catalog.gate.asking import AskGate
from catalog.gate.queries import gate, unsettled
from catalog.reading import AsOf
from catalog.view.steady import steadily
from graph_schema.facts import NOW
from graph_schema.times import parse_zoned
from ingest_hooks.openlineage.wire import parse


async def evaluate(services: Services, request: Request) -> Response:
    """Evaluate the gate and record what it says: 201 with that, and the index of its entry, whatever it says."""
    require_json(request)
    actor = services.read_as(request)
    value = parse(await read_body(request, services.settings.max_body_bytes)).value
    if not isinstance(value, dict):
        raise SenderError("What the gate is asked is a JSON object with a model, a version and a purpose.", status=422)
    answer = await run_in_threadpool(_evaluate, services, value, actor, logs.correlation_id())
    return Response(orjson.dumps(answer), 201, media_type="application/json")


def _evaluate(services: Services, value: Mapping[str, Any], actor: Actor, correlation_id: str) -> dict[str, Any]:
    asked = AskGate.read(value)
    question = asked.question(services.redactor.field, services.redactor.name)
    services.projection.wait_for(services.ledger.size() - 1, PATIENCE)
    at = AsOf(NOW if asked.valid_at is None else parse_zoned(asked.valid_at))
    with ExitStack() as until:
        view, found = steadily(services.opening(actor, at, until), lambda view: gate(view, question), unsettled)
        if found is None:
            raise AskerError("No model version of this name is known, or it may not be seen; `search` finds those.")
        record = evaluated(view, found)
    receipt = services.intake.record_gate(record, actor, correlation_id).result().receipt
    return {"index": receipt.index, "holdsUntil": record.holds_until, **to_json(found)}
