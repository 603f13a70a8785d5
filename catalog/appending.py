"""What is handed to the ledger, and how much of it waits to be durable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from catalog.ledger.protocol import Draft, Ledger, Receipt

T = TypeVar("T")


class Pending:
    """Counts the entries that wait for their acknowledgement; safe for any thread."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    @property
    def any(self) -> bool:
        """Tell whether one waits."""
        return self._count > 0

    def add(self, change: int) -> None:
        """Count so many more, or fewer."""
        with self._lock:
            self._count += change


class Appending:
    """Appends to a ledger, and counts as pending what is not durable yet; safe for any thread."""

    def __init__(self, ledger: Ledger, pending: Pending) -> None:
        self._ledger = ledger
        self._pending = pending

    def append(self, draft: Draft) -> Future[Receipt]:
        """Append one entry; raises OperatorError where the ledger cannot take it now."""
        return self._until_durable(1, lambda: self._ledger.append(draft))

    def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:
        """Append several together, or none of them; raises as `append`."""
        return self._until_durable(len(drafts), lambda: self._ledger.append_all(drafts))

    def _until_durable(self, count: int, append: Callable[[], Future[T]]) -> Future[T]:
        self._pending.add(count)
        try:
            durable = append()
        except BaseException:
            self._pending.add(-count)
            raise
        durable.add_done_callback(lambda _: self._pending.add(-count))
        return durable
