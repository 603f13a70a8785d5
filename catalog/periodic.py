"""Doing something again and again beside what answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

_LOG: Final = logging.getLogger("lineward.service")


class Periodic:
    """A thread that does something every so many seconds until it is stopped; a defect is logged and ends nothing."""

    def __init__(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        """Do nothing yet."""
        self._seconds = seconds
        self._do = do
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; it is done for the first time after so many seconds."""
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """End it behind what is being done, and wait so many seconds for that, or as long as it takes."""
        self._ending.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        failing = False
        while not self._ending.wait(self._seconds):
            try:
                self._do()
            except Exception:  # noqa: BLE001  what is done beside what answers must not end that
                # Of the same trouble each second once; and none of what it uses may be closed by now.
                if not failing and not self._ending.is_set():
                    _LOG.exception("what is done periodically met a defect, and is tried again")
                failing = True
            else:
                failing = False
