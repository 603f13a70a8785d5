"""Letting what is remembered of a graph follow it, also while nobody asks.

A store keeps what its last batches touched. Where events come all day, whoever looks once a minute would find that more
came than is kept, and everything would be read anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from catalog import graph_memo
from catalog.errors import OperatorError
from catalog.store.deadline import ReadEndedError
from catalog.store.protocol import Store, StoreReader
from catalog.view import View

_LOG: Final = logging.getLogger("lineward.graph")
_SECONDS: Final = 1.0
"""Far fewer batches come in a second than a store keeps (`touches.KEPT`)."""
_END_SECONDS: Final = 5.0


class MemoFollowing:
    """Follows in a thread of its own; `view_of` gives the view of a reading as it stands now."""

    def __init__(self, store: Store, view_of: Callable[[StoreReader], View]) -> None:
        """Follow nothing yet."""
        self._store = store
        self._view_of = view_of
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="remembering", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait a moment for that: a store that hangs holds up no server's end."""
        self._ending.set()
        self._thread.join(_END_SECONDS)

    def follow(self) -> None:
        """Let go of what was touched until now; a store that cannot be read is asked again later."""
        try:
            with self._store.reading() as reader:
                graph_memo.follow(self._view_of(reader))
        except (OperatorError, ReadEndedError):
            return

    def _run(self) -> None:
        while not self._ending.wait(_SECONDS):
            try:
                self.follow()
            except Exception:  # noqa: BLE001  what is remembered must not end what answers
                if not self._ending.is_set():  # else the store may be closed by now
                    _LOG.exception("following the graph met a defect: what is remembered is let go of sooner")
                return
