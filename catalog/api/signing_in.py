"""How somebody proves at a browser who they are: to open a session, and once more for each signature.

This is the one place that knows what is typed for it. Today that is an API key; whatever comes beside it hands over the
same: who acts, and a function that tells who does so later, which a session asks for each request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from catalog.access.keys import Authenticator
from catalog.access.model import Actor
from catalog.api.sessions import Holder
from catalog.errors import AskerError

SECRET: Final = "key"  # noqa: S105  the name of a field
"""What a form calls the field that a secret is typed in: no page, address, log or record repeats it."""
COMPONENTS: Final = ("key identifier", "key secret")
"""What an API key is made of, as 21 CFR 11.200(a)(1)(i) counts: an identification code and what proves it."""
MOST_WRONG: Final = 10
WINDOW_SECONDS: Final = 60
_MOST_NAMES: Final = 10_000


class TooManyTriesError(AskerError):
    """Too much was typed that proves nothing; `seconds` says when one may try again."""

    def __init__(self, seconds: int) -> None:
        """Keep the seconds."""
        super().__init__(f"Too many keys were wrong; try again in {seconds} s.", status=401)
        self.seconds = seconds


class WrongTries:
    """What was tried in vain of late, by whatever tells those apart who try; safe for any thread.

    `clock` gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: dict[tuple[str, ...], tuple[float, int]] = {}

    def wait(self, name: tuple[str, ...]) -> int:
        """Return after how many seconds one may try again under a name, 0 for at once."""
        with self._lock:
            began, count = self._tries.get(name, (0.0, 0))
            left = began + WINDOW_SECONDS - self._clock()
            return int(left) + 1 if count >= MOST_WRONG and left > 0 else 0

    def note(self, name: tuple[str, ...]) -> None:
        """Count one that was wrong."""
        with self._lock:
            now = self._clock()
            began, count = self._tries.pop(name, (now, 0))
            self._tries[name] = (began, count + 1) if now - began < WINDOW_SECONDS else (now, 1)
            while len(self._tries) > _MOST_NAMES:
                del self._tries[next(iter(self._tries))]


@dataclass(frozen=True, slots=True)
class SigningIn:
    """What a secret proves; wrong ones are counted by where they come from and by the key that they name.

    So nobody is kept out by whoever tries keys that there are none of, from behind the same proxy.
    """

    authenticator: Authenticator
    wrong: WrongTries = field(default_factory=WrongTries)

    def prove(self, secret: str, peer: str) -> tuple[Actor, Holder]:
        """Return who acts by a secret, and what tells who does so later.

        Raises AskerError 401 for one that proves nothing, TooManyTriesError where too many did not.
        """
        name = (peer, self.authenticator.key_named_in(secret))
        wait = self.wrong.wait(name)
        if wait:
            raise TooManyTriesError(wait)
        try:
            actor = self.authenticator.authenticate(secret, from_loopback=False)
        except AskerError:
            self.wrong.note(name)
            raise
        return actor, partial(self.authenticator.holder, actor.key_id or "")
