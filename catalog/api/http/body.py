"""A request's body, held to its limits while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from catalog.api.headers import headers_of
from catalog.errors import OperatorError, SenderError
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.wire import Inflater

WHOLE = "lineward.body"
"""Where a request's scope holds all of its body, if that was there before anybody waited for it."""

BYTES_A_SECOND = 64 * 1024
"""At least so fast a large body arrives, once its first seconds are over: half a megabit."""


DRAINED = 4
"""So many times what it may have, a body that is too large is read to its end before it is answered so.

A client that is answered, and the connection closed, while it still sends sees that break off: it would send it again.
"""

QUESTION_BYTES = 256 * 1024
"""The largest body of anything but events and records."""


def bounded(receive: Receive, limit: int, seconds: float) -> Receive:
    """Return what receives the same, as long as the body is neither too large nor too slow.

    It may have `limit` bytes as they come over the wire, and has so many seconds to arrive, and one more for each
    `BYTES_A_SECOND` that did. Receiving raises SenderError 413 or 408 otherwise. What comes after the body, which is
    that the client left, may be waited for as long as one likes.
    """
    loop = asyncio.get_running_loop()
    size, end, more = 0, loop.time() + seconds, True

    async def receive_some() -> Message:
        nonlocal size, end, more
        if not more:
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError as error:
            raise SenderError(
                f"The body did not arrive within {seconds:g} s; send it faster, or in parts.", status=408
            ) from error
        arrived = len(message.get("body", b""))
        size, end, more = size + arrived, end + arrived / BYTES_A_SECOND, message.get("more_body", False)
        if size > limit:
            raise SenderError(f"The body may have at most {limit} bytes; send less.", status=413)
        return message

    return receive_some


async def read_body(request: Request, limit: int, hold: Callable[[int], None] = lambda _: None) -> bytes:
    """Return the whole body, inflated. What is too large is not held, and read on before it is answered, see `DRAINED`.

    `hold` is told how many bytes are held, and may refuse them. Raises `Unreadable` 400 or 413, SenderError 400 where
    the sender hung up, what `hold` raises, and what its `bounded` receiving raises.
    """
    inflater = Inflater(headers_of(request.scope).get(b"content-encoding"), limit)
    whole = request.scope.get(WHOLE)
    if whole is not None:
        inflater.feed(whole)
        hold(inflater.size)
        return inflater.finish()
    refusal: Exception | None = None
    try:
        async for chunk in request.stream():
            if not chunk or refusal is not None:
                continue
            try:
                inflater.feed(chunk)
                hold(inflater.size)
            except (Unreadable, OperatorError) as error:
                refusal = error
                inflater.forget()
    except ClientDisconnect as error:
        raise SenderError("The connection ended before the body did; send it again.") from error
    if refusal is not None:
        raise refusal
    return inflater.finish()


def require_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON: a form on another site's page cannot say so without asking first.

    Raises SenderError 400.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise SenderError("Send the body with Content-Type: application/json.")
