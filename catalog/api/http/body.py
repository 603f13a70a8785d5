"""A request's body, held to its limits while it arrives."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from catalog.errors import SenderError
from ingest_hooks.openlineage.wire import Inflater

BYTES_A_SECOND = 64 * 1024
"""At least so fast a large body arrives, once its first seconds are over: half a megabit."""


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """Return the whole body, inflated; what is too large is refused before it is read to its end.

    It has so many seconds to arrive, and one more for each `BYTES_A_SECOND` that did. Raises `Unreadable` 400 or 413,
    SenderError 400 where the sender hung up, and 408 where it was too slow.
    """
    inflater = Inflater(request.headers.get("content-encoding"), limit)
    try:
        async with asyncio.timeout(seconds) as patience:
            async for chunk in request.stream():
                if chunk:
                    inflater.feed(chunk)
                    patience.reschedule((patience.when() or 0) + len(chunk) / BYTES_A_SECOND)
    except ClientDisconnect as error:
        raise SenderError("The connection ended before the body did; send it again.") from error
    except TimeoutError as error:
        raise SenderError(
            f"The body did not arrive within {seconds:g} s; send it faster, or in parts.", status=408
        ) from error
    return inflater.finish()


def require_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON: a form on another site's page cannot say so without asking first.

    Raises SenderError 400.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise SenderError("Send the body with Content-Type: application/json.")
