"""What one request may use, from its first byte to its last: time, the bytes of its answer, and somebody who waits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from catalog.errors import BUDGET_EXCEEDED

T = TypeVar("T")


class EndedError(Exception):
    """The request was ended before its answer was whole; `code` says why, for programs."""

    code = BUDGET_EXCEEDED


class OutOfTimeError(EndedError):
    """The request took longer than it may."""

    def __init__(self, seconds: float) -> None:
        """Keep the limit in the sentence."""
        super().__init__(
            f"The query took longer than {seconds:g} s; ask for less depth, a smaller budget or fewer items."
        )


class TooLargeError(EndedError):
    """The answer grew beyond what one may be."""

    def __init__(self, size: int) -> None:
        """Keep the limit in the sentence."""
        super().__init__(f"The answer is larger than {size} bytes; ask for fewer items or fields, or page by page.")


class ClientLeftError(EndedError):
    """Nobody waits for the answer any more."""

    def __init__(self) -> None:
        """Say it."""
        super().__init__("The client left before the answer was whole.")


class Allowance:
    """Counts what one request uses, and ends it once that is more than it may.

    The thread that works looks here before each step: at each node of the document that is validated, at each field
    that is resolved, at each call to the store or the ledger. `cancel` may come from any thread; what it ends is the
    next step.
    """

    def __init__(self, seconds: float, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._size: float = size
        self._clock = clock
        self._end = clock() + seconds
        self.ended: EndedError | None = None
        self.calls = 0
        self.resolved = 0
        self.bytes = 0

    @property
    def remaining(self) -> float:
        """Return how many seconds are left, 0 where none are."""
        return max(self._end - self._clock(), 0)

    @property
    def half_left(self) -> bool:
        """Tell whether at least half of the time is left: a page that may end anywhere ends where it is not."""
        return self._end == math.inf or self.remaining * 2 >= self._seconds

    def cancel(self) -> None:
        """End the request: its client left."""
        if self.ended is None and self._end != math.inf:
            self.ended = ClientLeftError()

    def lift(self) -> None:
        """Let the request go on to its end: what has begun to write is not cut off. Raises EndedError."""
        self.check()
        self._end = self._size = math.inf

    def check(self) -> None:
        """Raise EndedError where the request may not go on."""
        if not self.lasts():
            assert self.ended is not None  # noqa: S101  `lasts` has set it
            raise self.ended.with_traceback(None)

    def lasts(self) -> bool:
        """Tell whether the request may go on."""
        if self.ended is None:
            if self.bytes > self._size:
                self.ended = TooLargeError(int(self._size))
            elif self._clock() > self._end:
                self.ended = OutOfTimeError(self._seconds)
        return self.ended is None

    def call(self) -> None:
        """Note one call to the store or the ledger; raises EndedError."""
        self.check()
        self.calls += 1

    def resolve(self, size: int = 0) -> bool:
        """Note one field that is about to be resolved, its name so many bytes of the answer; tell whether it may be."""
        self.bytes += size
        # As `lasts`, which is called for every field of every answer.
        if self.ended is not None or self.bytes > self._size or self._clock() > self._end:
            return self.lasts()
        self.resolved += 1
        return True

    def grow(self, size: int) -> None:
        """Note that the answer grew by so many bytes."""
        self.bytes += size

    def over(self, reader: T, *, counted: bool = True) -> T:
        """Return the reader, each of its verbs held to this allowance, and counted among the calls or not."""
        return cast("T", _Bounded(reader, self.call if counted else self.check))


class _Bounded:
    """Passes every verb on, whatever verbs there are."""

    def __init__(self, reader: object, look: Callable[[], None]) -> None:
        self._reader = reader
        self._look = look

    def __getattr__(self, verb: str) -> Any:  # noqa: ANN401  any of the protocol's verbs
        self._look()
        return getattr(self._reader, verb)
