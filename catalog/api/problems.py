"""Every error that a caller can meet, as RFC 9457 problem details; which is which stands in `catalog.errors`."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from starlette.responses import Response

from catalog.errors import (
    INTERNAL,
    TYPE_PREFIX,
    Answer,
    EvidenceError,
    OperatorError,
    SenderError,
    answer_to,
    sentence_of,
)
from catalog.logs import correlation_id
from ingest_hooks.errors import Unreadable

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemDetails:
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
            "type": f"{TYPE_PREFIX}{self.type}",
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


def problem(error: BaseException) -> ProblemDetails | None:
    """Return what a caller may know of an error, or None where it is a defect of ours and is masked."""
    answer = answer_to(error)
    if answer is None:
        return None
    pointer = error.pointer if isinstance(error, SenderError | Unreadable) else None
    index = error.index if isinstance(error, EvidenceError) else None
    extra: dict[str, object] = {} if index is None else {"ledgerIndex": index}
    return ProblemDetails(answer.type, answer.status, sentence_of(error), pointer, extra, _headers(error, answer))


def _headers(error: BaseException, answer: Answer) -> dict[str, str]:
    if isinstance(error, OperatorError):
        # Where waiting alone does not help, whoever obeys would only wait.
        return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    match answer.status:
        case HTTPStatus.REQUEST_TIMEOUT:
            # Of a body that was not waited for, the rest may still come: it is not to be taken for a next request.
            return {"Connection": "close"}
        case HTTPStatus.UNAUTHORIZED:
            # RFC 6750 §3: who is asked to authenticate is told how.
            return {"WWW-Authenticate": 'Bearer realm="lineward"'}
    return {}


def wrong_method(*allowed: str) -> ProblemDetails:
    """Return the answer to a method that an address does not take (RFC 9110 §15.5.6)."""
    methods = sorted({*allowed, "HEAD"} if "GET" in allowed else set(allowed))
    detail = f"This address takes {' and '.join(each for each in methods if each != 'HEAD')}."
    return ProblemDetails("asker", 405, detail, headers={"Allow": ", ".join(methods)})


def masked() -> ProblemDetails:
    """Return what a caller sees of a defect of ours."""
    return ProblemDetails(
        INTERNAL.type,
        INTERNAL.status,
        "Something went wrong inside Lineward; its log has the reason under the correlation id.",
    )
