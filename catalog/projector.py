"""`python -m catalog.projector`: brings a ledger that another process writes into the graph; see `projection_process`.

It ends with its parent, however that ends: by the end of its standard input, and on Linux by the kernel's hand.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

from catalog import app, logs
from catalog.collecting import collecting_seldom
from catalog.errors import EvidenceError, OperatorError
from catalog.projection.follower import Projection
from catalog.projection.position import ENDED, ProjectionState, Status
from catalog.projection_process import BEAT, BEAT_SECONDS, encode_state
from catalog.settings import Settings

_NICENESS = 10
_REPORT_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1


def follow(settings: Settings, report: Callable[[ProjectionState], None], beat: Callable[[], None]) -> None:
    """Follow the ledger until the standard input ends or nothing more can be done.

    Each change of state is reported, and every second that this process lives; a `beat` while the graph is opened, in
    which indexes may be filled anew for as long as that takes.
    """
    with ExitStack() as stack:
        stack.enter_context(collecting_seldom())
        try:
            with _beating(beat):
                ledger = app.read_ledger(settings)
                stack.callback(ledger.close)
                store = app.open_store(settings, ledger, patient=True)
                stack.callback(store.close)
        except OperatorError as error:
            report(ProjectionState(Status.WAITING, -1, 0, 0, f"{error.detail} {error.action}"))
            return
        except EvidenceError as error:
            report(ProjectionState(Status.FAILED, -1, 0, 0, error.detail))
            return
        grown, over = threading.Event(), threading.Event()

        def wait(index: int, timeout: float) -> bool:  # noqa: ARG001  whatever came, it is looked for
            woken = grown.wait(timeout)
            grown.clear()
            return woken

        projection = Projection(ledger, store, batch=settings.projection_batch, wait=wait, check=True)

        def listen() -> None:
            # Not through the buffer: its lock would be held when this process ends first.
            while os.read(sys.stdin.fileno(), 4096):
                grown.set()
            over.set()
            grown.set()

        threading.Thread(target=listen, name="input", daemon=True).start()
        projection.start()
        stack.callback(projection.stop)
        _report(projection, over, report)


@contextmanager
def _beating(beat: Callable[[], None]) -> Iterator[None]:
    """Call this at once and every second, in a thread of its own."""
    over = threading.Event()

    def keep() -> None:
        with suppress(OSError):
            beat()
            while not over.wait(BEAT_SECONDS):
                beat()

    thread = threading.Thread(target=keep, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _report(projection: Projection, over: threading.Event, report: Callable[[ProjectionState], None]) -> None:
    before, due = None, 0.0
    while not over.is_set():
        # How far it is behind, the parent knows better.
        state = replace(projection.state, lag=0)
        if state.status is not Status.STOPPED and (state != before or time.monotonic() >= due):
            report(state)
            before, due = state, time.monotonic() + BEAT_SECONDS
        if state.status in ENDED:
            return
        projection.wait_for(state.checkpoint + 1, _REPORT_SECONDS)


def main() -> None:
    """Take the settings from the standard input and follow; the standard output belongs to the parent alone."""
    # Both may go to the whole group; the parent lets this process end in its turn.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    output = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        # Only the parent holds the other end.
        parent, settings = pickle.load(sys.stdin.buffer)  # noqa: S301
    except EOFError:  # it was launched ahead, and its parent never served
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    with suppress(OSError):
        os.nice(_NICENESS)
    logs.configure(settings.log_format, settings.log_level)
    with suppress(BrokenPipeError):
        follow(settings, lambda state: _write(output, encode_state(state)), lambda: _write(output, BEAT))


def _write(output: int, line: bytes) -> None:
    os.write(output, line)


if __name__ == "__main__":
    main()
