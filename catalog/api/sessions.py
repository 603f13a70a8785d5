"""Sessions of people at a browser: short, kept in this process alone, and ended with what they were opened by.

A session is a random token in a cookie that no script reads (HttpOnly) and no other site's request carries
(SameSite=Strict). Who acts in it is asked anew for each request, so that a key that is revoked, or a principal that may
not act any more, ends it at once. How somebody proves who they are is the opener's matter: whatever does so hands over
a function that says who acts now.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from catalog.access.model import Actor

IDLE_SECONDS, LIFETIME_SECONDS = 30 * 60, 8 * 60 * 60
"""How long a session lasts that nothing is asked in, and any at most."""
MOST, MOST_OF_ONE = 10_000, 32
"""How many sessions there are at most, in all and of one principal: the oldest ends for a new one."""

Holder = Callable[[], Actor | None]
"""Who acts now by what a session was opened with; None once nobody does."""


@dataclass(slots=True)
class _Session:
    holder: Holder
    principal: str
    opened: float
    used: float


class Sessions:
    """The sessions that are open; safe for any thread. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, _Session] = {}
        self._secret = secrets.token_bytes(32)

    def open(self, holder: Holder) -> str | None:
        """Open a session for whoever acts now and return its token, None where nobody does."""
        actor = holder()
        if actor is None:
            return None
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            own = [each for each, one in self._open.items() if one.principal == actor.principal]
            for each in (*own[: max(len(own) - MOST_OF_ONE + 1, 0)], *list(self._open)[: len(self._open) - MOST + 1]):
                self._open.pop(each, None)
            self._open[_hash(token)] = _Session(holder, actor.principal, now, now)
        return token

    def actor(self, token: str) -> Actor | None:
        """Return who acts in the session of this token, None where it is none, or ended."""
        now, key = self._clock(), _hash(token)
        with self._lock:
            found = self._open.get(key)
            if found is None:
                return None
            ended = now - found.used > IDLE_SECONDS or now - found.opened > LIFETIME_SECONDS
            found.used = now
        actor = None if ended else found.holder()
        if actor is None or actor.principal != found.principal:
            with self._lock:
                self._open.pop(key, None)
            return None
        return actor

    def close(self, token: str) -> None:
        """End the session of this token, if it is one."""
        with self._lock:
            self._open.pop(_hash(token), None)

    def close_all(self, principal: str) -> None:
        """End every session of a principal."""
        with self._lock:
            self._open = {key: one for key, one in self._open.items() if one.principal != principal}

    def form_token(self, token: str | None) -> str:
        """Return what each form of a session holds, so that no other site's page can send one; None is no session.

        It is another one each time: what is compressed with it shows nothing of it.
        """
        return self._form_token(secrets.token_hex(16), token)

    def is_form_token(self, given: str, token: str | None) -> bool:
        """Tell whether a form holds what this session's forms hold, in constant time."""
        return hmac.compare_digest(given.encode(), self._form_token(given.partition(".")[0], token).encode())

    def _form_token(self, salt: str, token: str | None) -> str:
        signed = hmac.new(self._secret, f"{salt}.{token or ''}".encode(), "sha256")
        return f"{salt}.{signed.hexdigest()}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
