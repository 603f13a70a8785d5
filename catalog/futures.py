"""What is made of the result of a future, once it is there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


def then(future: Future[T], change: Callable[[T], U]) -> Future[U]:
    """Return a future of what `change` makes of the first one's result."""
    return settled(future, lambda done: change(done.result()))


def settled(future: Future[T], change: Callable[[Future[T]], U]) -> Future[U]:
    """Return a future of what `change` makes of the first one, once that is done."""
    changed: Future[U] = Future()
    changed.set_running_or_notify_cancel()  # a caller who goes away does not undo what is on its way to the disk

    def settle(done: Future[T]) -> None:
        try:
            changed.set_result(change(done))
        except BaseException as error:  # noqa: BLE001  it is handed on, to whoever waits
            changed.set_exception(error)

    future.add_done_callback(settle)
    return changed


def resolved(result: T) -> Future[T]:
    """Return a future that is done."""
    future: Future[T] = Future()
    future.set_result(result)
    return future
