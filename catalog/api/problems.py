"""Every error a caller can meet, as RFC 9457 problem details: one table, looked up along the class hierarchy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from starlette.responses import Response

from catalog.errors import AskerError, EvidenceError, OperatorError, SenderError
from catalog.logs import correlation_id
from ingest_hooks.errors import Unreadable

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem details: who has to act is in `type`, what to do in `detail`, where in `pointer` (RFC 6901)."""

    type: str
    status: int
    detail: str
    pointer: str | None = None
    extra: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """Return the document; `pointer` stands in `errors` as RFC 9457's own example has it."""
        document: dict[str, object] = {
            "type": f"urn:lineward:problem:{self.type}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        if self.pointer is not None:
            document["errors"] = [{"detail": self.detail, "pointer": f"#{self.pointer}"}]
        if correlation_id():
            document["correlationId"] = correlation_id()
        return orjson.dumps(document)

    def response(self) -> Response:
        """Return the HTTP answer."""
        return Response(self.body(), self.status, self.headers, MEDIA_TYPE)


def _unreadable(error: Unreadable) -> Problem:
    return Problem("sender", error.status, error.detail, error.pointer)


def _sender(error: SenderError) -> Problem:
    # Of a body that was not waited for, the rest may still come: it is not to be taken for a next request.
    headers = {"Connection": "close"} if error.status == 408 else {}  # noqa: PLR2004  the status of RFC 9110
    return Problem("sender", error.status, error.detail, error.pointer, headers=headers)


def _asker(error: AskerError) -> Problem:
    # RFC 6750 §3: who is asked to authenticate is told how.
    headers = {"WWW-Authenticate": 'Bearer realm="lineward"'} if error.status == 401 else {}  # noqa: PLR2004  the status of RFC 9110
    return Problem("asker", error.status, error.detail, headers=headers)


def _operator(error: OperatorError) -> Problem:
    wait = 5 if error.retry_after is None else error.retry_after
    return Problem("operator", 503, str(error), headers={"Retry-After": str(wait)})


def _evidence(error: EvidenceError) -> Problem:
    extra: dict[str, object] = {} if error.index is None else {"ledgerIndex": error.index}
    return Problem("evidence", 503, f"The ledger does not verify: {error.detail}", extra=extra)


_TABLE: dict[type[BaseException], Callable[..., Problem]] = {
    Unreadable: _unreadable,
    SenderError: _sender,
    AskerError: _asker,
    OperatorError: _operator,
    EvidenceError: _evidence,
}


def problem(error: BaseException) -> Problem | None:
    """Return what a caller may know of an error, or None where it is a defect of ours and is masked."""
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind](error)
    return None


def wrong_method(*allowed: str) -> Problem:
    """Return the answer to a method that an address does not take (RFC 9110 §15.5.6)."""
    headers = {"Allow": ", ".join(allowed)}
    return Problem("asker", 405, "This address does not take this method.", headers=headers)


def masked() -> Problem:
    """Return what a caller sees of a defect of ours."""
    return Problem(
        "internal", 500, "Something went wrong inside Lineward; its log has the reason under the correlation id."
    )
