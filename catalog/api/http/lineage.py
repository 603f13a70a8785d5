"""OpenLineage in: durable first, projected later, answered as real clients need it.

A single event is answered 201 with a body (the Java client throws on 204), a batch 200 with its summary. What a client
retries (500, 502, 503, 504) and what it drops (4xx) decides which is which: see the table in `api.problems`.
"""

from __future__ import annotations

import io
import itertools
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Literal

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from catalog import logs
from catalog.access.model import Actor
from catalog.api import problems
from catalog.api.handover import result_of
from catalog.api.http.body import read_body
from catalog.api.services import Services
from catalog.errors import OperatorError, SenderError
from catalog.intake import Accepted
from catalog.ledger.protocol import Receipt
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.oversize import parse_within
from ingest_hooks.openlineage.splitting import split
from ingest_hooks.openlineage.wire import JSON, Flag, parse
from ingest_hooks.redaction import UNBOUNDED, TooLaborious

LARGE = 64 * 1024
"""From so many bytes on, an event is taken apart beside the event loop, which answers others meanwhile."""

SEARCHED = 8 * 1024
"""So much of a smaller event is searched in the event loop; where more of it is new, it is handed over as well.

8 KiB of the most laborious text take some 25 ms, of ordinary metadata never seen before 4 ms; to hand them over takes
0.1 to 0.2 ms. Most of what an emitter sends it has sent before, and that is not searched again.
"""

_TOGETHER, _AHEAD = 64, 512
"""How many events of one batch go to the ledger together, and how many may wait for the disk at once."""

_TOO_MUCH_AT_ONCE: Literal[413] = 413
_NO_BATCH = "A batch is a JSON array of events; send a single event to /api/v1/lineage."


async def one(services: Services, request: Request) -> Response:
    """Take one event: 201 with its place in the ledger, once it is durable."""
    actor = services.authenticate(request)
    with services.large_bodies.guest() as hold:
        body = await read_body(request, services.settings.max_oversize_bytes, hold)
        began = time.perf_counter()
        waiting = _take_at_once(services, actor, body)
        if waiting is None:
            waiting = await run_in_threadpool(_take, services, actor, body)
    receipt = (await result_of(waiting)).receipt
    services.metrics.acknowledge_seconds.observe(time.perf_counter() - began)
    services.metrics.note_received("event", "duplicate" if receipt.duplicate else "taken")
    return _Acknowledgement(receipt)


def _take_at_once(services: Services, actor: Actor, body: bytes) -> Future[Accepted] | None:
    """Take an event that is little work, None where it is more."""
    if len(body) >= LARGE:
        return None
    try:
        return _take(services, actor, body, SEARCHED)
    except TooLaborious:
        return None


def _take(services: Services, actor: Actor, body: bytes, most: int = UNBOUNDED) -> Future[Accepted]:
    limits = services.settings
    try:
        reduced = parse_within(body, limits.max_body_bytes, max_depth=limits.max_json_depth)
    except Unreadable:
        services.metrics.producers.refused(None)
        raise
    wire = reduced.wire
    return services.intake.submit_event(
        wire.value, actor, logs.correlation_id(), wire.flags, reduced.left_out, most, wire.parts
    )


class _Acknowledgement(Response):
    """201 with the place in the ledger, written without what any other answer would have to be asked for."""

    def __init__(self, receipt: Receipt) -> None:
        self.body = b'{"index":%d,"duplicate":%s}' % (receipt.index, b"true" if receipt.duplicate else b"false")
        self.status_code = 201
        self.background = None
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", b"application/json")]


async def batch(services: Services, request: Request) -> Response:
    """Take an array of events: 200 with what became of each, once all are durable.

    503 where the queue to the disk is full before any was taken; where it fills on the way, those that are left are
    answered as retriable, and none of them is taken before one that was sent before it.
    """
    actor = services.authenticate(request)
    with services.large_bodies.guest() as hold:
        body = await read_body(request, services.settings.max_oversize_bytes, hold)
        answer = await run_in_threadpool(_answer, services, actor, body)
    return Response(answer, media_type="application/json")


def _answer(services: Services, actor: Actor, body: bytes) -> bytes:
    if len(body) <= services.settings.max_body_bytes:
        outcomes = list(_outcomes(services, actor, *_events(services, body)))
    else:
        outcomes = list(_large_outcomes(services, actor, body))
    if outcomes and isinstance(outcomes[0], OperatorError):
        # Whatever met it first, nothing after it was taken.
        raise outcomes[0]
    return orjson.dumps(_summary(services, outcomes))


def _events(services: Services, body: bytes) -> tuple[list[JSON], tuple[Flag, ...]]:
    wire = parse(body, max_depth=services.settings.max_json_depth)
    if not isinstance(wire.value, list):
        raise SenderError(_NO_BATCH)
    _require_few(services, len(wire.value))
    return wire.value, wire.flags


def _require_few(services: Services, events: int) -> None:
    most = services.settings.max_batch_events
    if events > most:
        raise SenderError(f"A batch has at most {most} events; split it.", status=_TOO_MUCH_AT_ONCE)


def _outcomes(
    services: Services, actor: Actor, events: list[JSON], flags: tuple[Flag, ...]
) -> Iterator[Accepted | Exception]:
    ahead: deque[Future[list[Accepted | Exception]]] = deque()
    for start in range(0, len(events), _TOGETHER):
        if len(ahead) == _AHEAD // _TOGETHER:
            # A batch must not fill the queue that single events wait in.
            yield from ahead.popleft().result()
        some = events[start : start + _TOGETHER]
        ahead.append(services.intake.submit_events(some, actor, logs.correlation_id(), flags))
        refused = _refused_at_once(ahead[-1])
        if refused is not None:
            for waiting in ahead:
                yield from waiting.result()
            yield from itertools.repeat(refused, len(events) - start - len(some))
            return
    for waiting in ahead:
        yield from waiting.result()


def _refused_at_once(waiting: Future[list[Accepted | Exception]]) -> OperatorError | None:
    """Return why the ledger takes no more, where it says so at once: what follows is not to overtake these."""
    if not waiting.done():
        return None
    return next((one for one in reversed(waiting.result()) if isinstance(one, OperatorError)), None)


def _large_outcomes(services: Services, actor: Actor, body: bytes) -> Iterator[Accepted | Exception]:
    """Take the events of a batch one by one, each held to the size of an event."""
    pieces = list(split(io.BytesIO(body).read, len(body)))
    if not body.lstrip().startswith(b"["):
        raise SenderError(_NO_BATCH)
    if pieces and pieces[-1].is_last:
        raise SenderError(f"The array cannot be read from item {len(pieces)} on.")
    _require_few(services, len(pieces))
    refused: OperatorError | None = None
    for piece in pieces:
        try:
            yield refused or _take(services, actor, piece.content).result()
        except OperatorError as error:
            refused = error
            yield error
        except Exception as error:  # noqa: BLE001  it is this event's, and answered with it
            yield error


def _summary(services: Services, outcomes: list[Accepted | Exception]) -> dict[str, object]:
    failed = []
    met: Counter[str] = Counter()
    for index, outcome in enumerate(outcomes):
        if isinstance(outcome, Accepted):
            met["duplicate" if outcome.receipt.duplicate else "taken"] += 1
            continue
        met["refused"] += 1
        found = problems.problem(outcome)
        if found is None:
            services.metrics.masked.inc()
            logs.logger.error("masked", exc_info=outcome)
            found = problems.masked()
        reason = f"{found.detail} (at #{found.pointer})" if found.pointer else found.detail
        failed.append({"index": index, "reason": reason, "retriable": isinstance(outcome, OperatorError)})
    for became, count in met.items():
        services.metrics.note_received("event", became, count)
    retriable = Counter(bool(one["retriable"]) for one in failed)
    return {
        "status": "partial_success" if failed else "success",
        "summary": {
            "received": len(outcomes),
            "successful": len(outcomes) - len(failed),
            "duplicates": met["duplicate"],
            "failed": len(failed),
            "retriable": retriable[True],
            "non_retriable": retriable[False],
        },
        "failed_events": failed,
    }
