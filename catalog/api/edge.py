"""What every HTTP request passes first: correlation id, host and origin, the hot routes of lineage, masked errors.

A page of another site that a person has open must reach neither a loopback service without keys nor one behind a VPN:
the Host must be one this server goes by (against DNS rebinding), and a request that a browser says comes from another
origin is refused. There is no CORS, and no cookie.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog import logs
from catalog.api import problems
from catalog.api.addresses import START, Addresses
from catalog.api.headers import Headers, headers_of
from catalog.api.http.body import QUESTION_BYTES, bounded
from catalog.api.services import PRINCIPAL
from catalog.metrics import Metrics
from catalog.settings import is_loopback

Handler = Callable[[Request], Awaitable[Response]]

ROUTE = "lineward.route"
"""Where a request's scope holds the name of its route, for logs and metrics, if no route of FastAPI's took it."""
ADDRESS = "lineward.address"

_CORRELATION = b"x-correlation-id"
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))


class EdgeMiddleware:
    """The outermost ASGI application.

    `addresses` finds where an address begins. `hot` maps one to the handler that answers POSTs there; what is sent to
    it may have `body_bytes`, and what is sent elsewhere far less; either has `body_seconds` to arrive, as in
    `http.body`. A HEAD is a GET whose body is left out. `correlation_id` gives the id that stands for one that a caller
    sent, which may be anything and is written nowhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        addresses: Addresses,
        hot: dict[str, Handler],
        metrics: Metrics,
        allowed_hosts: Iterable[str],
        correlation_id: Callable[[str], str],
        *,
        any_host: bool,
        body_bytes: int,
        body_seconds: float,
    ) -> None:
        self._app = app
        self._addresses = addresses
        self._hot = hot
        self._hot_addresses = {address: addresses.split(address) for address in hot}
        self._metrics = metrics
        self._allowed = {name.lower() for name in allowed_hosts}
        self._correlation_id = correlation_id
        self._any_host = any_host
        self._body_bytes = body_bytes
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request under its correlation id; what is no HTTP goes on as it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = headers_of(scope)
        sent = headers.get(_CORRELATION)
        identifier = self._correlation_id(sent) if sent else logs.new_correlation_id()
        with logs.correlated(identifier):
            await self._serve(self._placed(scope), receive, _Response(send, identifier, scope["method"]), headers)

    def _placed(self, scope: Scope) -> Scope:
        """Return the scope as the routes know it: what comes before the address as its root path, a HEAD as a GET."""
        path = scope["path"]
        prefix, address = self._hot_addresses.get(path) or self._addresses.split(path)
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return {**scope, "method": method, "path": prefix + address, "root_path": prefix, ADDRESS: address}

    async def _serve(self, scope: Scope, receive: Receive, answer: _Response, headers: Headers) -> None:
        began = time.perf_counter()
        try:
            refusal = self._refuse(headers)
            handler = self._hot.get(scope[ADDRESS])
            if handler is not None:
                scope[ROUTE] = scope[ADDRESS]
                if scope["method"] != "POST":
                    refusal = refusal or problems.wrong_method("POST")
            if refusal is not None:
                await refusal.response()(scope, receive, answer)
            elif self._addresses.begins(scope["path"]):
                await RedirectResponse(f"{self._addresses.prefix}{START}", 308)(scope, receive, answer)
            elif handler is not None:
                within = bounded(receive, self._body_bytes, self._body_seconds)
                await (await handler(Request(scope, within)))(scope, within, answer)
            else:
                await self._app(scope, bounded(receive, QUESTION_BYTES, self._body_seconds), answer)
        except Exception as error:  # noqa: BLE001  the outermost place: nothing of a defect may show outside
            found = problems.problem(error)
            if found is None:
                self._metrics.masked.inc()
                logs.logger.exception("masked")
                found = problems.masked()
            if not answer.started:
                await found.response()(scope, receive, answer)
        finally:
            self._note(scope, answer, time.perf_counter() - began)

    def _refuse(self, headers: Headers) -> problems.ProblemDetails | None:
        name = _host_name(headers.get(b"host") or "")
        if not self._any_host and name not in self._allowed and not is_loopback(name):
            return problems.ProblemDetails(
                "asker", HTTPStatus.MISDIRECTED_REQUEST, "This server does not go by the name in the Host header."
            )
        origin = headers.get(b"origin")
        if origin is not None and _authority(origin) != headers.get(b"host"):
            return problems.ProblemDetails(
                "asker", HTTPStatus.FORBIDDEN, "Requests from the pages of other sites are refused."
            )
        return None

    def _note(self, scope: Scope, answer: _Response, seconds: float) -> None:
        route = str(scope.get(ROUTE) or getattr(scope.get("route"), "path", "unknown"))
        self._metrics.note_request(route, answer.status, seconds)
        level = _level(answer.status, route)
        if logs.logger.isEnabledFor(level):
            extra = {"method": answer.method, "route": route, "status": answer.status, "ms": round(seconds * 1000, 1)}
            principal = scope.get(PRINCIPAL)
            logs.logger.log(level, "request", extra=extra if principal is None else {**extra, "principal": principal})


class _Response:
    """Passes the answer on, with the headers that every answer has where it says nothing else."""

    def __init__(self, send: Send, identifier: str, method: str) -> None:
        self._send = send
        self.method = method
        self._headers = [*_HEADERS, (_CORRELATION, identifier.encode())]
        self.started = False
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            ours = [header for header in self._headers if header[0] not in given]
            message = {**message, "headers": [*message["headers"], *ours]}
        elif self.method == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _host_name(host: str) -> str:
    return host.rpartition("]")[0].strip("[").lower() if host.startswith("[") else host.partition(":")[0].lower()


def _level(status: int, route: str) -> int:
    """Return how loudly a request is logged: acknowledged events and probes, whatever these find, when debugging."""
    if route.startswith("/health"):
        return logging.DEBUG
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return logging.ERROR
    is_quiet = route.startswith(("/api/v1/lineage", "/api/v1/presence", "/metrics"))
    return logging.DEBUG if is_quiet and status < HTTPStatus.BAD_REQUEST else logging.INFO
