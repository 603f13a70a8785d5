"""Connections held to their limits: how many, how long a request may take to arrive, how long an answer to be read.

uvicorn bounds idle connections and nothing else of a client that is slow: it waits for the end of a request's headers
as long as it takes, takes headers of any size, counts no peers, and waits as long for an answer to be read. What it
lacks is added to its protocol here; a body's time is `http.body`'s matter.
"""

from __future__ import annotations

import asyncio
import ipaddress
import resource
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from catalog.api import problems
from catalog.api.http.body import WHOLE
from catalog.settings import Settings

_MAX_HEADER_BYTES = 64 * 1024
_KEPT_DESCRIPTORS = 96
"""How many the ledger, the graph, the projecting process and the threads need beside the connections."""
_FEWEST = 16
_IPV6, _SITE_PREFIX = 6, 64
_GRACE_SECONDS = 10


@dataclass(slots=True)
class Peers:
    """How many connections are open, in all and from each peer; `most` and `each` are the limits.

    An IPv6 peer is its network of 64 bits, since whoever has one address there has all of them.
    """

    most: int
    each: int
    open: Counter[str] = field(default_factory=Counter)

    def enter(self, host: str | None) -> str | None:
        """Return the peer that a new connection counts for, None where there are too many already."""
        peer = _peer(host)
        if self.open.total() >= self.most or self.open[peer] >= self.each:
            return None
        self.open[peer] += 1
        return peer

    def leave(self, peer: str) -> None:
        """Count a connection no more."""
        self.open[peer] -= 1
        if not self.open[peer]:
            del self.open[peer]


def _peer(host: str | None) -> str:
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if address.version == _IPV6:
        return str(ipaddress.ip_network((address, _SITE_PREFIX), strict=False))
    return str(address)


def configured(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Return how uvicorn serves the application: HTTP alone, every connection within the limits."""
    peers = Peers(_within_descriptors(settings.max_connections), settings.max_peer_connections)

    class ServedConnection(BoundedConnection):
        """A connection of this server."""

        def __init__(
            self,
            config: uvicorn.Config,
            server_state: ServerState,
            app_state: dict[str, Any],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            super().__init__(config, server_state, app_state, _loop)
            self.hold(peers, settings.header_seconds, settings.send_seconds)

    return uvicorn.Config(
        app,
        http=ServedConnection,
        # An upgraded connection would be none of those that are counted here.
        ws="none",
        access_log=False,
        log_config=None,
        lifespan="off",
        # A proxy's word about who the client is would let it pass for this machine.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class BoundedConnection(HttpToolsProtocol):
    """One connection, closed where it is one too many, or where its peer is too slow to ask or to read."""

    _peers: Peers
    _header_seconds: float
    _send_seconds: float

    def hold(self, peers: Peers, header_seconds: float, send_seconds: float) -> None:
        """Set the limits; before the connection is made."""
        self._peers, self._header_seconds, self._send_seconds = peers, header_seconds, send_seconds
        self._counted_as: str | None = None
        self._header_bytes = 0
        self._in_headers = False
        self._begun = False
        self._late: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Count the connection, or refuse it."""
        super().connection_made(transport)
        self._counted_as = self._peers.enter(None if self.client is None else self.client[0])
        if self._counted_as is None:
            self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, "There are too many connections; close some, or come back later."
            )
        else:
            self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        if self._counted_as is not None:
            self._peers.leave(self._counted_as)
            self._counted_as = None
        _cancel(self._late)
        _cancel(self._stalled)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what arrived, as long as its headers are neither too large nor too late."""
        if self.transport.is_closing():
            return
        self._begun = False
        super().data_received(data)
        if self._in_headers:
            self._header_bytes += len(data)
        if self._header_bytes > _MAX_HEADER_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"Headers have at most {_MAX_HEADER_BYTES} bytes.")
        elif self._in_headers or self._is_idle():
            self._await_headers()
        else:
            _cancel(self._late)
            self._late = None

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        self._in_headers, self._header_bytes = True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what follows a body in chunks (RFC 9112 §7.1.2) is let go, nobody asks for it."""
        if self._in_headers:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Note that the request may begin."""
        self._in_headers, self._header_bytes, self._begun = False, 0, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that a request is all there; where it came at once, nobody waits for its body yet, who so need not."""
        super().on_message_complete()
        if self._begun and self.cycle.scope is self.scope:
            self.scope[WHOLE] = bytes(self.cycle.body)  # type: ignore[literal-required]  # ours

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing of a request to speak another protocol: it is answered in this one (RFC 9110 §7.8)."""

    def pause_writing(self) -> None:
        """Give the peer so long to read some of what it asked for."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        """Note that the peer read."""
        _cancel(self._stalled)
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close what was idle for long enough, unless its last answer is still on the way: that has its own time."""
        super().timeout_keep_alive_handler()
        self._await_reading()

    def _is_idle(self) -> bool:
        # Before the first request there is none, whatever uvicorn's annotation says.
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or (cycle.response_complete and not self.pipeline)

    def _await_headers(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self._header_seconds, self._too_late)

    def _too_late(self) -> None:
        self._late = None
        if not self._is_idle():
            # An answer to what came before is being made; the headers behind it have until it is done.
            self._await_headers()
            return
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"Headers have {self._header_seconds:g} s to arrive.")

    def _await_reading(self) -> None:
        _cancel(self._stalled)
        self._unsent = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(self._send_seconds, self._unread)

    def _unread(self) -> None:
        self._stalled = None
        unsent = self.transport.get_write_buffer_size()
        if unsent and unsent < self._unsent:
            self._await_reading()
        elif unsent:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer a request that was never read to its end, and close."""
        if self.transport.is_closing():
            return
        if not self._is_idle():
            self.transport.abort()
            return
        body = problems.ProblemDetails("asker", status, detail).body()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {problems.MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
        self._await_reading()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def _within_descriptors(wanted: int) -> int:
    """Return as many of the wanted connections as this process has descriptors for, having asked for more of these."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _KEPT_DESCRIPTORS
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    able = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (able, hard))
    except (OSError, ValueError):
        able = soft
    return max(min(wanted, able - _KEPT_DESCRIPTORS), _FEWEST)
