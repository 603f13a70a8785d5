"""A request's body, held to its limits while it arrives."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from catalog.errors import SenderError
from ingest_hooks.openlineage.wire import Inflater


async def read_body(request: Request, limit: int) -> bytes:
    """Return the whole body, inflated; what is too large is refused before it is read to its end.

    Raises `Unreadable` 400 or 413, and SenderError 400 where the sender hung up.
    """
    inflater = Inflater(request.headers.get("content-encoding"), limit)
    try:
        async for chunk in request.stream():
            if chunk:
                inflater.feed(chunk)
    except ClientDisconnect as error:
        raise SenderError("The connection ended before the body did; send it again.") from error
    return inflater.finish()


def require_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON: a form on another site's page cannot say so without asking first.

    Raises SenderError 400.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise SenderError("Send the body with Content-Type: application/json.")
