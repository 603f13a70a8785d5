"""Results from other threads to an event loop: as many in one waking as there are, not one each.

The thread that writes the ledger resolves a whole group of futures at once; asyncio's own way from there wakes the loop
for every single one, and both threads then fight for the interpreter.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class _Handover:
    """What waits to be handed to one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._woken = False

    def put(self, waiting: asyncio.Future[Any], done: Future[Any]) -> None:
        """Take a result, in any thread."""
        self._ready.append((waiting, done))
        if not self._woken and not self._loop.is_closed():
            self._woken = True
            self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        # In this order a result that is put from now on either is seen below or wakes the loop again.
        self._woken = False
        while self._ready:
            waiting, done = self._ready.popleft()
            if waiting.done():
                continue
            error = done.exception()
            if error is None:
                waiting.set_result(done.result())
            else:
                waiting.set_exception(error)


_HANDOVERS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Handover] = WeakKeyDictionary()


async def result_of(future: Future[T]) -> T:
    """Return what another thread makes of the future, or raise it. Who stops waiting does not stop the other thread."""
    loop = asyncio.get_running_loop()
    handover = _HANDOVERS.get(loop)
    if handover is None:
        handover = _HANDOVERS[loop] = _Handover(loop)
    waiting: asyncio.Future[T] = loop.create_future()
    future.add_done_callback(lambda done: handover.put(waiting, done))
    return await waiting
