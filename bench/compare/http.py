"""One kept-alive connection that asks and times, and says what came whatever that is."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

PATIENCE = 120
"""Seconds that an answer may take before it counts as none."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: a path below the receiver's address, with a JSON body where it is a POST."""

    path: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: the status, 0 where nothing came, its body, and how many seconds it took."""

    status: int
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:  # noqa: ANN401  whatever the receiver says
        """Return the body as JSON; raises ValueError where it is none."""
        return orjson.loads(self.body)


class Connection:
    """A connection to a receiver; one that broke is made anew for the next question."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._prefix = parts.path.rstrip("/")
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)

    def ask(self, request: Request) -> Answer:
        """Ask and read the whole answer."""
        began = time.perf_counter()
        for is_again in (False, True):
            try:
                status, content = self._once(request)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                # A server may end a connection that was idle; what took long is not asked again.
                if is_again or isinstance(error, TimeoutError):
                    break
            else:
                return Answer(status, content, time.perf_counter() - began)
        return Answer(0, b"", time.perf_counter() - began)

    def _once(self, request: Request) -> tuple[int, bytes]:
        body = None if request.body is None else orjson.dumps(request.body)
        headers = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if body else {})
        self._connection.request("POST" if body else "GET", self._prefix + request.path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        """Close it."""
        self._connection.close()
