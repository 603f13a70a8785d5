"""How many large bodies are held at once: one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from catalog.errors import OperatorError

_RETRY_AFTER = 2


class Room:
    """The room for one body beyond the size of most: its reader takes it on the way, and gives it back when done."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken = threading.Lock()

    @contextmanager
    def guest(self) -> Iterator[Callable[[int], None]]:
        """Yield what a reader tells how much it holds; what is beyond the limit has the room until the end.

        Calling it raises OperatorError where another one has the room.
        """
        has_room = False

        def hold(size: int) -> None:
            nonlocal has_room
            if size <= self.limit or has_room:
                return
            if not self._taken.acquire(blocking=False):
                raise OperatorError(
                    f"Another body of more than {self.limit} bytes is being taken.",
                    action="Send this one again in a moment.",
                    retry_after=_RETRY_AFTER,
                )
            has_room = True

        try:
            yield hold
        finally:
            if has_room:
                self._taken.release()
