"""Records in: what a principal declares, tags, attests, seals, registers, asks for and decides."""

from __future__ import annotations

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from catalog import logs
from catalog.api.http.body import read_body, require_json
from catalog.api.services import Services
from catalog.errors import SenderError
from catalog.ledger.entry import format_time
from ingest_hooks.openlineage.wire import parse


async def take(services: Services, request: Request) -> Response:
    """Take one record: 201 with its receipt, once it is durable."""
    require_json(request)
    actor = services.authenticate(request)
    value = parse(await read_body(request, services.settings.max_body_bytes)).value
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise SenderError('A record is a JSON object with its "kind", such as "declare_dataset".', pointer="/kind", status=422)
    fields = {name: field for name, field in value.items() if name != "kind"}
    found = await run_in_threadpool(services.submit, actor, str(value["kind"]), fields, logs.correlation_id())
    services.metrics.received.labels("record", "duplicate" if found.duplicate else "taken").inc()
    answer = {
        "index": found.index,
        "kind": found.kind,
        "subjects": list(found.subjects),
        "leaf": found.leaf.hex(),
        "recordedAt": format_time(found.recorded_at),
        "duplicate": found.duplicate,
        "warnings": list(found.warnings),
    }
    return Response(orjson.dumps(answer), 201, media_type="application/json")
