"""Records in: what a principal declares, tags, attests, seals, registers, asks, decides; what that would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from catalog import logs
from catalog.access.model import Actor
from catalog.api.http.body import read_body, require_json
from catalog.api.services import Services
from catalog.comparison import Comparison
from catalog.errors import SenderError
from catalog.intake import Accepted
from graph_schema.times import format_time
from ingest_hooks.openlineage.wire import parse


async def take(services: Services, request: Request) -> Response:
    """Take one record: 201 with its receipt, once it is durable."""
    require_json(request)
    actor = services.authenticate(request)
    value = parse(await read_body(request, services.settings.max_body_bytes)).value
    if not isinstance(value, dict):
        raise SenderError('A record is a JSON object with its "kind", such as "declare_dataset".', status=422)
    accepted = await run_in_threadpool(_submit, services, value, actor, logs.correlation_id())
    receipt = accepted.receipt
    services.metrics.note_received("record", "duplicate" if receipt.duplicate else "taken")
    answer = {
        "index": receipt.index,
        "kind": accepted.kind,
        "subjects": list(accepted.subjects),
        "leaf": receipt.leaf.hex(),
        "recordedAt": format_time(receipt.recorded_at),
        "duplicate": receipt.duplicate,
        "warnings": list(accepted.warnings),
    }
    return Response(orjson.dumps(answer), 201, media_type="application/json")


async def compare(services: Services, request: Request) -> Response:
    """Say what each record of a list would change of what is in force: 200, and nothing is written."""
    require_json(request)
    actor = services.authenticate(request)
    value = parse(await read_body(request, services.settings.max_body_bytes)).value
    if not isinstance(value, list):
        raise SenderError("What is compared is a list of records.", status=422)
    found = await run_in_threadpool(services.intake.compare_records, value, actor)
    return Response(orjson.dumps([_compared(one) for one in found]), media_type="application/json")


def _compared(found: Comparison) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "subjects": list(found.subjects),
        "validFrom": format_time(at) if (at := found.valid_from) is not None else None,
        "changes": found.changes,
        "differences": [
            {
                "subject": one.subject,
                "field": one.field,
                "change": one.change.value,
                "before": one.before,
                "after": one.after,
                "entry": one.entry,
            }
            for one in found.differences
        ],
    }


def _submit(services: Services, payload: Mapping[str, Any], actor: Actor, correlation_id: str) -> Accepted:
    return services.intake.submit_record(payload, actor, correlation_id).result()
