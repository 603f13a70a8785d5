"""The projection in a process of its own, as the server sees it.

Bringing an event into the graph takes several times as long as acknowledging it, and a thread would take that time from
the same interpreter. The child (`catalog.projector`) reads the ledger and writes the graph by itself: over its standard
input it is told the settings once, then that the ledger has grown, by its end that it is over; over its standard output
it says where it stands, and every second that it lives. Nothing of an entry passes either way.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from catalog.ledger.protocol import Ledger
from catalog.projection.position import ENDED, Position, ProjectionState, Status
from catalog.projection_child import launch
from catalog.settings import Settings

POKE = b"."
BEAT_SECONDS = 1.0
"""How often the child says that it lives."""

_LOG = logging.getLogger("lineward.projection")
_WAIT_SECONDS = 0.5
_GATHER_SECONDS = 0.005
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 0.1, 5.0
_SOUND_SECONDS = 10.0
"""A child that lived so long did not fail at once: it is started again without delay."""

_AGAIN = 2
"""After so many crashes in a row a child counts as running only once it has lived for a while."""

_HUNG = 3
"""A child that is silent for so many times what turns health red, while entries wait, is killed and started again."""

_STARTING_SECONDS = 120.0
"""A child that has written nothing yet has modules to import, however busy the machine is: it may be silent so long."""

BEAT = b"\n"
"""What a child writes that lives and has nothing to say yet: it opens the graph, which may fill indexes anew."""
_STARTING = "The projection's process is starting."


def may_be_silent(stall_seconds: float, *, reported: bool) -> float:
    """Return for how many seconds a child may say nothing while entries wait, before it counts as hung."""
    limit = _HUNG * stall_seconds
    return limit if reported else max(limit, _STARTING_SECONDS)


def encode_state(state: ProjectionState) -> bytes:
    """Return what the child says of where it stands: one line of JSON."""
    fields = {
        "status": state.status.value,
        "checkpoint": state.checkpoint,
        "quarantined": state.quarantined,
        "detail": state.detail,
        "renewals": state.renewals,
        "quiet": state.quiet,
    }
    return json.dumps(fields).encode() + b"\n"


class ProjectionProcess(Position):
    """Follows the ledger in a child process, see `catalog.projection.position.Following`.

    A child that ends is started again, after up to 5 s where it keeps ending, and one that hangs is ended; one that
    found that the ledger does not verify or that the graph is damaged is not. Stopping or killing either process at any
    moment loses nothing. `renewed` is called once the child has emptied the graph to make it anew, `damaged` once it
    has found it damaged. `first` is a child that was launched already; its thread must be one that stays.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        renewed: Callable[[], None] = lambda: None,
        damaged: Callable[[], None] = lambda: None,
        first: subprocess.Popen[bytes] | None = None,
    ) -> None:
        super().__init__(ledger)
        self._first = first
        self._renewed = renewed
        self._settings = settings
        self._damaged = damaged
        self._crashes = 0
        self._began = self._received = time.monotonic()
        self._reported = False
        self._child: subprocess.Popen[bytes] | None = None
        self._input = threading.Lock()
        self._threads: list[threading.Thread] = []

    @property
    def pid(self) -> int | None:
        """Return the child's process id, None while there is none."""
        child = self._child
        return None if child is None or child.poll() is not None else child.pid

    def start(self) -> None:
        """Start the child, unless that was done; it begins where the graph ends."""
        if self._threads:
            return
        self._stopping.clear()
        self._become(Status.WAITING, _STARTING)
        self._threads = [
            # The system ends a child when the thread that started it ends: it must be one that stays.
            threading.Thread(target=self._keep, name="projection-process", daemon=True),
            threading.Thread(target=self._poke, name="projection-poke", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 10) -> None:
        """Let the child end after the batch at hand, and end it where that takes too long."""
        self._stopping.set()
        self._ledger.wake()
        self._close_input()
        for thread in self._threads:
            thread.join(timeout)
        child = self._child
        if child is not None and child.poll() is None:
            child.kill()
            self._threads[0].join()
        self._threads = []
        if self._status not in ENDED:
            self._become(Status.STOPPED, None)

    def _keep(self) -> None:
        """Keep a child running until it is over."""
        back_off = _FIRST_BACK_OFF
        while not self._stopping.is_set():
            self._began = self._received = time.monotonic()
            self._reported = False
            try:
                code = self._run()
            except OSError as error:
                self._become(Status.WAITING, f"The projection's process cannot be started ({error.strerror}).")
            else:
                if self._stopping.is_set() or self._status in ENDED:
                    return
                _LOG.error("the projection's process ended", extra={"reason": f"exit code {code}"})
                self._note_end(code)
            back_off = _FIRST_BACK_OFF if self._is_sound() else back_off
            self._stopping.wait(back_off)
            back_off = min(back_off * 2, _LONGEST_BACK_OFF)

    def _note_end(self, code: int) -> None:
        if code == 0:
            if self._status is not Status.WAITING or self._detail == _STARTING:
                self._become(Status.WAITING, "The projection's process ended; it starts again.")
            return
        self._crashes = 1 if self._is_sound() else self._crashes + 1
        times = "" if self._crashes == 1 else f" {self._crashes} times in a row"
        self._become(Status.WAITING, f"The projection's process ended{times} (exit code {code}); it starts again.")

    def _is_sound(self) -> bool:
        return time.monotonic() - self._began > _SOUND_SECONDS

    def _run(self) -> int:
        """Start a child, listen to it, and return the code that it ended with."""
        first, self._first = self._first, None
        with first or launch() as child:
            assert child.stdin is not None  # noqa: S101  both are pipes
            assert child.stdout is not None  # noqa: S101
            with suppress(BrokenPipeError):
                pickle.dump((os.getpid(), self._settings), child.stdin)
                child.stdin.flush()
            os.set_blocking(child.stdin.fileno(), False)
            self._child = child
            if self._stopping.is_set():
                self._close_input()
            self._listen(child.stdout)
            return child.wait()

    def _listen(self, output: IO[bytes]) -> None:
        for line in output:
            self._received = time.monotonic()
            self._reported = True
            if line == BEAT:
                continue
            state = json.loads(line)
            self._beat = self._received - state["quiet"]
            if state["renewals"] not in {0, self._renewals}:
                self._renewed()
            self._renewals = state["renewals"]
            # One that could not open the graph yet knows of nothing; what was in it is in it still. One that runs may
            # have made it anew.
            if state["checkpoint"] >= self._checkpoint or state["status"] == Status.RUNNING:
                with self._moved:
                    self._checkpoint, self._quarantined = state["checkpoint"], state["quarantined"]
                    self._moved.notify_all()
            status = Status(state["status"])
            # One that crashed again and again runs only once it has lived for a while: until then health stays red.
            if status is not Status.RUNNING or self._crashes < _AGAIN or self._is_sound():
                self._become(status, state["detail"])
            if status is Status.DAMAGED:
                self._damaged()

    def _end_hung(self) -> None:
        """Kill a child that entries wait for and that has been silent for long: stopped, it would hold up them all."""
        child = self._child
        silent = time.monotonic() - self._received
        limit = may_be_silent(self._settings.stall_seconds, reported=self._reported)
        if child is not None and child.poll() is None and self.lag and silent > limit:
            _LOG.error("the projection's process hangs and is killed", extra={"behind": self.lag})
            self._received = time.monotonic()
            child.kill()

    def _poke(self) -> None:
        """Wake the child whenever the ledger has grown, a few entries at a time; it looks by itself twice a second."""
        known = -1
        while not self._stopping.is_set():
            self._end_hung()
            if not self._ledger.wait_for(known + 1, _WAIT_SECONDS, self._stopping.is_set):
                continue
            known = self._ledger.size() - 1
            with self._input:
                child = self._child
                if child is not None and child.stdin is not None and not child.stdin.closed:
                    # A full pipe is one that wakes it already, a broken one is seen where its output ends.
                    with suppress(BlockingIOError, BrokenPipeError):
                        os.write(child.stdin.fileno(), POKE)
            self._stopping.wait(_GATHER_SECONDS)

    def _close_input(self) -> None:
        with self._input:
            child = self._child
            if child is not None and child.stdin is not None:
                child.stdin.close()

    def _become(self, status: Status, detail: str | None) -> None:
        self._status, self._detail = status, detail
