"""What follows the ledger into the graph: in order, at least once, exactly once in effect.

The checkpoint is stored in the same transaction as the facts, so that a crash anywhere repeats nothing that counts. An
entry that cannot be projected is quarantined, by index and reason, and never stops the ones after it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from catalog.decisions.records import DecideAccess
from catalog.errors import DamagedGraphError, EvidenceError, OperatorError
from catalog.labels.taint.following import LabelFollower
from catalog.ledger import erasure
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.operations import provenance
from catalog.operations.provenance import Provenance
from catalog.projection.batches import BATCH_BYTES, gather, quarantine
from catalog.projection.entry_facts import PROJECTION_VERSION, LedgerFacts
from catalog.projection.position import ENDED, Position, Status
from catalog.store.deadline import ReadEndedError
from catalog.store.protocol import Store, StoreReader
from catalog.view import Anchor, View
from graph_schema.facts import Facts

_LOG = logging.getLogger("lineward.projection")
_BUSY_BATCH = 64
_UNMARKED = 10_000
"""How many entries the graph's mark may be behind it while there is always more to project."""
_GATHER_SECONDS = 0.05
_WAIT_SECONDS = 0.5
_IDLE_SECONDS = 0.005
_DECISIONS: Final = frozenset({DecideAccess.in_ledger()})
_DECISIONS_SECONDS = 0.25
"""So long decisions on access are gathered after others, while nothing else comes."""
_DECISIONS_LOOK_SECONDS = 0.02
_LONGEST_BACK_OFF = 5.0
_LOOK_SECONDS = 5.0
"""How often it is looked for attestations that ended, where no entry comes."""
_GIVEN_WAY_SECONDS = 5.0
"""So long labels wait while entries are projected, and then a piece of them is judged."""
_CHECK_SECONDS = 86_400.0
"""How often a graph that is followed for long is looked through."""


class Projection(Position):
    """Follows the ledger in a thread of its own.

    It competes with the acknowledge path for the interpreter: while `busy()` it takes small batches and lets go in
    between. An unreachable store is waited for, up to 5 s between tries; EvidenceError and a damaged graph end it for
    good. With `check` the graph is looked through beside the following, once it is open and every day. `wait` waits
    up to so many seconds for an entry that is not there yet, and tells whether to look again at once; where it is not
    given, the ledger does.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        *,
        batch: int = 500,
        busy: Callable[[], bool] = lambda: False,
        wait: Callable[[int, float], bool] | None = None,
        check: bool = False,
    ) -> None:
        super().__init__(ledger)
        self._check = check
        self._damage: DamagedGraphError | None = None
        self._store = store
        self._batch = batch
        self._busy = busy
        self._wait = wait or self._wait_for_entry
        self._facts = LedgerFacts(ledger)
        self._empty_at = 0
        self._marked = -1
        self._decisions_until = 0.0
        self._thread: threading.Thread | None = None
        self._labels = LabelFollower(store, self._view, ended=self._stopping.is_set)
        self._label_thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin where the graph ends."""
        if self._thread is None or not self._thread.is_alive():
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="projection", daemon=True)
            self._thread.start()
            self._label_thread = threading.Thread(target=self._keep_labels, name="labels", daemon=True)
            self._label_thread.start()

    def stop(self, timeout: float = 30) -> None:
        """End after the batch at hand; what was not applied is taken up again at the next start.

        A store that hangs is waited for until `timeout` seconds have passed. It can be closed then: what is at hand
        ends, or is undone with its transaction, and nothing more begins.
        """
        self._stopping.set()
        self._ledger.wake()
        with self._moved:
            self._moved.notify_all()
        until = time.monotonic() + timeout
        threads = [one for one in (self._thread, self._label_thread) if one is not None]
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            _LOG.warning("the projection did not end in time", extra={"reason": "its store does not answer"})
        if self._status not in ENDED:
            self._become(Status.STOPPED, None)

    def step(self) -> int:
        """Project one batch, if there is one, in the calling thread; return how many entries it held.

        Raises:
            OperatorError: ledger or store cannot be reached; nothing was applied.
            EvidenceError: the ledger does not verify.
        """
        size = min(_BUSY_BATCH, self._batch) if self._busy() else self._batch
        entries = self._ledger.entries(self._checkpoint + 1, size, BATCH_BYTES)
        if any(self._undoes_what_is_there(entry) for entry in entries):
            self._begin_anew("bodies were erased")
        elif entries:
            if self._marked < 0:
                # Before anything of the ledger is in the graph, so that no crash leaves one of which nobody knows.
                self._mark(entries[0].index)
            self._apply(entries)
            if all(entry.entry.kind in _DECISIONS for entry in entries):
                self._decisions_until = time.monotonic() + _DECISIONS_SECONDS
        return len(entries)

    def resume(self) -> None:
        """Read from the store where the graph ends; one that another version made begins anew.

        Raises OperatorError where the graph is not one of this ledger as it is, see `operations.provenance`.
        """
        provenance.check(self._ledger, self._store)
        checkpoint, mark = self._store.checkpoint(), self._store.version()
        made = Provenance.parse(mark or "")
        if made.version == PROJECTION_VERSION and (made.first or checkpoint < 0):
            self._quarantined = len(self._store.quarantined())
            self._marked = made.index
            self._move(checkpoint)
        elif mark is None and checkpoint < 0:
            self._store.mark(PROJECTION_VERSION)
        else:
            self._begin_anew(f"version {made.version or 'unknown'} of the projection made it")
        if self._checkpoint < 0:
            self._empty_at = self._ledger.size()

    def _undoes_what_is_there(self, entry: StoredEntry) -> bool:
        """Tell whether an entry erases others that the graph may hold as they were before."""
        if entry.entry.kind != erasure.KIND or entry.index < self._empty_at:
            return False
        return min(erasure.named_by(entry), default=entry.index) <= self._checkpoint

    def _begin_anew(self, reason: str) -> None:
        """Empty the graph: nothing of it is needed, and it becomes what a rebuild makes."""
        _LOG.warning("the graph is made anew", extra={"reason": reason})
        self._empty_at = self._ledger.size()
        self._store.clear()
        self._store.mark(PROJECTION_VERSION)
        self._marked = -1
        self._quarantined = 0
        self._renewals += 1
        self._move(-1)

    def _run(self) -> None:
        back_off = 0.0
        resumed = False
        while not self._stopping.is_set():
            try:
                self._beat = time.monotonic()
                if not resumed:
                    self.resume()
                    resumed = True
                    if self._check:
                        threading.Thread(target=self._look_through, name="graph-check", daemon=True).start()
                self._raise_damage()
                self._become(Status.RUNNING, None)
                self._follow()
                back_off = 0.0
            except DamagedGraphError as error:
                _LOG.error("projection stopped: the graph is damaged", extra={"reason": error.what})
                self._become(Status.DAMAGED, str(error))
                return
            except OperatorError as error:
                back_off = min(max(back_off * 2, 0.1), _LONGEST_BACK_OFF)
                self._become(Status.WAITING, f"{error.detail} {error.action}")
                self._stopping.wait(back_off)
            except EvidenceError as error:
                _LOG.critical("projection stopped: the ledger does not verify", extra={"index": error.index})
                self._become(Status.FAILED, error.detail)
                return
            except Exception as error:  # noqa: BLE001  a follower that dies is worse than one that tries again
                _LOG.exception("projection met a defect")
                back_off = min(max(back_off * 2, 0.1), _LONGEST_BACK_OFF)
                self._become(Status.WAITING, f"A defect of the catalog ({type(error).__name__}); it is tried again.")
                self._stopping.wait(back_off)

    def _view(self, reader: StoreReader) -> View:
        """Return the view of now, by the clock."""
        return View(reader, anchor=Anchor(self._ledger, PROJECTION_VERSION, time.time_ns() // 1_000))

    def _keep_labels(self) -> None:
        """Keep the labels of what is current, beside the following: it waits for none of it, and goes before it."""
        while not self._stopping.is_set():
            self._give_way()
            seen = self._checkpoint
            try:
                if not self._labels.step():
                    self._wait_beyond(seen)
            except (ReadEndedError, DamagedGraphError):
                return
            except OperatorError:
                self._stopping.wait(_LONGEST_BACK_OFF)
            except Exception:  # noqa: BLE001  what is derived must not end what it is derived of
                _LOG.exception("keeping labels met a defect")
                self._stopping.wait(_LONGEST_BACK_OFF)

    def _give_way(self) -> None:
        """Wait until no entry is to be projected, for a while at most; labels say how far they are behind.

        Decisions on access, which always wait while clients ask, hold them up no more than they rest on any.
        """
        with self._moved:
            self._moved.wait_for(lambda: self._stopping.is_set() or self._only_decisions_wait(), _GIVEN_WAY_SECONDS)

    def _wait_beyond(self, checkpoint: int) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._checkpoint != checkpoint or self._stopping.is_set(), _LOOK_SECONDS)

    def _wait_for_entry(self, index: int, timeout: float) -> bool:
        return self._ledger.wait_for(index, timeout, self._stopping.is_set)

    def _note_provenance(self) -> None:
        """Mark the graph with what it was made of: now and then, and whenever nothing has come for a while."""
        if self._marked < self._checkpoint:
            self._mark(self._checkpoint)

    def _mark(self, index: int) -> None:
        self._store.mark(Provenance.of(PROJECTION_VERSION, self._ledger, index).serialize())
        self._marked = index

    def _raise_damage(self) -> None:
        if self._damage is not None:
            raise self._damage

    def _look_through(self) -> None:
        while self._damage is None and not self._stopping.is_set():
            try:
                self._store.check()
            except DamagedGraphError as error:
                self._damage = error
            except OperatorError as error:
                _LOG.warning("the graph could not be looked through", extra={"reason": error.detail})
            except Exception:  # noqa: BLE001  a look that fails must not end what follows
                _LOG.exception("the graph could not be looked through")
            self._stopping.wait(_CHECK_SECONDS)

    def _follow(self) -> None:
        if self._gathers_decisions():
            self._stopping.wait(_DECISIONS_LOOK_SECONDS)
            return
        if self.step():
            if self._checkpoint - self._marked > _UNMARKED:
                self._note_provenance()
            if self._busy():
                self._stopping.wait(_GATHER_SECONDS)
            return
        if not self._wait(self._checkpoint + 1, _WAIT_SECONDS):
            self._note_provenance()
            # A ledger on which nothing is ever on its way answers at once.
            self._stopping.wait(_IDLE_SECONDS)

    def _gathers_decisions(self) -> bool:
        """Tell whether nothing but decisions on access waits, shortly after others were projected.

        They come by the thousand a second, nothing rests on them, and a transaction of a few costs a server nearly as
        much as one of many: time that whoever waits for a decision would lose.
        """
        waiting = self._ledger.size() - 1 - self._checkpoint
        return 0 < waiting < self._batch and time.monotonic() < self._decisions_until and self._only_decisions_wait()

    def _only_decisions_wait(self) -> bool:
        """Tell whether no entry but decisions on access is to be projected."""
        first = self._checkpoint + 1
        waiting = self._ledger.size() - first
        return waiting <= 0 or len(self._ledger.of_kinds(_DECISIONS, first)) >= waiting

    def _apply(self, entries: Sequence[StoredEntry]) -> None:
        for batch in gather(entries, self._pause, self._facts.of):
            quarantined = batch.quarantined
            try:
                self._store.apply(batch.facts, batch.upto, quarantined)
            except (OperatorError, EvidenceError):
                raise
            except Exception:  # noqa: BLE001  one entry must not stop the others, whatever it makes a store do
                if len(batch.entries) > 1:
                    for entry in batch.entries:
                        self._apply([entry])
                    continue
                _LOG.exception("the store refused an entry", extra={"index": batch.upto})
                quarantined = [quarantine(batch.entries[0], "The store refused what it says.")]
                self._store.apply(Facts(), batch.upto, quarantined)
            self._quarantined += len(quarantined)
            self._move(batch.upto)

    def _pause(self) -> None:
        self._beat = time.monotonic()
        if self._busy():
            time.sleep(0)

    def _move(self, checkpoint: int) -> None:
        with self._moved:
            self._beat = time.monotonic()
            self._checkpoint = checkpoint
            self._moved.notify_all()

    def _become(self, status: Status, detail: str | None) -> None:
        if (status, detail) != (self._status, self._detail):
            self._status, self._detail = status, detail
            _LOG.info("projection %s", status.value.lower())
