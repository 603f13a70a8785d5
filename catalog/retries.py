"""Records that are sent again: what the first was answered is answered once more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

RETRY_SECONDS = 600.0
"""For how long the same record about the same subject, with no other in between, counts as sent again."""

_REMEMBERED = 10_000
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Sent:
    """What tells whether a record is the same as one before: its kind, its first subject, who wrote it, its digest."""

    kind: str
    subject: str
    actor: str
    digest: str


class Retries(Generic[Answer]):
    """The newest record of each kind about each subject, for as long as a client may send it again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Remember nothing yet."""
        self._clock = clock
        self._lock = threading.Lock()
        self._newest: OrderedDict[tuple[str, str], tuple[Sent, float, Future[Answer]]] = OrderedDict()

    def answer(self, sent: Sent) -> Future[Answer] | None:
        """Return how the same record was answered before, unless it is too long ago or was not taken."""
        with self._lock:
            known = self._newest.get((sent.kind, sent.subject))
        if known is None or known[0] != sent or self._clock() - known[1] > RETRY_SECONDS:
            return None
        failed = known[2].done() and known[2].exception() is not None
        return None if failed else known[2]

    def remember(self, sent: Sent, taken: Future[Answer]) -> None:
        """Keep what was answered."""
        with self._lock:
            self._newest[sent.kind, sent.subject] = (sent, self._clock(), taken)
            self._newest.move_to_end((sent.kind, sent.subject))
            while len(self._newest) > _REMEMBERED:
                self._newest.popitem(last=False)
