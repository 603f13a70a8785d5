"""From the ledger into the graph: in order, at least once, exactly once in effect.

The checkpoint is stored in the same transaction as the facts, so that a crash anywhere repeats nothing that counts. An
entry that cannot be projected is quarantined, by index and reason, and never stops the ones after it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

import orjson
from pydantic import ValidationError

from catalog.access.model import is_proven
from catalog.collecting import collecting_seldom
from catalog.errors import DamagedGraphError, EvidenceError, OperatorError
from catalog.kinds import EVENT, KINDS
from catalog.labels.taint.following import LabelFollower
from catalog.ledger import erasure
from catalog.ledger.protocol import Ledger, StoredEntry
from catalog.operations import provenance
from catalog.operations.provenance import Provenance
from catalog.operations.records import ReleaseQuarantined
from catalog.operations.residue import Residues
from catalog.policies.ingest import IngestPolicies, Judged
from catalog.record import RecordContext
from catalog.store.deadline import ReadEndedError
from catalog.store.protocol import Quarantined, Store, StoreReader
from catalog.view import Anchor, View
from graph_schema.aspects.policies import PolicyObjection
from graph_schema.bitemporal import RECORD_RANK
from graph_schema.builder import FactBuilder, TooManyFactsError
from graph_schema.facts import Edge, Facts, Statement, Structure
from graph_schema.nodes import Dataset, Job, Node, Principal
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.facts import project_event
from ingest_hooks.openlineage.part_memo import PartMemo
from ingest_hooks.openlineage.wire import Flag

PROJECTION_VERSION = "5"
"""Raised whenever the same ledger would give another graph; one of another version is made anew by who follows it."""

_LOG = logging.getLogger("lineward.projection")
_BUSY_BATCH = 64
_REBUILD_BATCH = 2_000
_BATCH_BYTES = 8 * 2**20
_BATCH_FACTS = 20_000
"""How much of the ledger, and how many facts, are held at once: a batch of entries that each say much is cut."""
_UNMARKED = 10_000
"""How many entries the graph's mark may be behind it while there is always more to project."""
_GATHER_SECONDS = 0.05
_WAIT_SECONDS = 0.5
_IDLE_SECONDS = 0.005
_LONGEST_BACK_OFF = 5.0
_TIE_LENGTH = 16
_LOOK_SECONDS = 5.0
"""How often it is looked for attestations that ended, where no entry comes."""
_GIVEN_WAY_SECONDS = 5.0
"""So long labels wait while entries are projected, and then a piece of them is judged."""
_CHECK_SECONDS = 86_400.0
"""How often a graph that is followed for long is looked through."""

_PARTS = PartMemo()

_LETS_IN = ReleaseQuarantined.in_ledger()
_RECORDS = {kind.in_ledger: kind for kind in KINDS.values()}


class UnprojectableError(Exception):
    """An entry says nothing that this version of the catalog understands; the message holds nothing of its body."""


def project(stored: StoredEntry) -> Facts:
    """Return what one entry says: a pure function of that entry alone. An erased body says nothing.

    Raises:
        UnprojectableError: the entry's kind or body cannot be understood.
    """
    return _shared_facts(stored).whole


def _shared_facts(stored: StoredEntry) -> Facts:
    """Return what `project` does, with structures that other entries named as well."""
    if stored.body is None:
        return Facts()
    kind = stored.entry.kind
    if not kind.startswith(EVENT) and kind not in _RECORDS:
        raise UnprojectableError("This version of the catalog knows no records of this kind.")
    try:
        body: dict[str, Any] = orjson.loads(stored.body)
        facts = _event(stored, body) if kind.startswith(EVENT) else _record(stored, body)
    except Unreadable as error:
        raise UnprojectableError(f"{error.pointer or 'The event'}: {error.detail}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = "/".join(str(step) for step in first["loc"])
        raise UnprojectableError(f"The record does not have its form at /{where} ({first['type']}).") from error
    except TooManyFactsError as error:
        raise UnprojectableError(
            f"It states {error}: more than a graph takes of one entry. Send it as several events."
        ) from error
    except Exception as error:
        # Whatever a body of any emitter makes our code do must not stop the entries after it.
        _LOG.exception("an entry cannot be projected", extra={"index": stored.index})
        raise UnprojectableError(f"A defect of the catalog ({type(error).__name__}).") from error
    return facts


def facts_of(stored: StoredEntry) -> Facts:
    """Return what one entry says as far as this version understands it; nothing where it cannot be projected."""
    try:
        return project(stored)
    except UnprojectableError:
        return Facts()


class LedgerFacts:
    """What the entries of a ledger say, in its order.

    Of one whose body was erased it is what stands in its place; one that the policies of ingest keep out says nothing,
    and what is let in later is said by the entry that lets it in.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Look at nothing yet."""
        self._ledger = ledger
        self._residues = Residues(ledger)
        self._policies = IngestPolicies(ledger)

    def of(self, stored: StoredEntry) -> Facts:
        """Return what one entry says; raises UnprojectableError where it cannot be understood, or is kept out."""
        judged = self._policies.judge(stored)
        if judged is not None and judged.held:
            raise UnprojectableError(judged.sentence)
        facts = self._stated(stored)
        if stored.entry.kind == _LETS_IN and stored.body is not None:
            # Known by the entry that lets it in, and not before; valid, and by whom, as it was said.
            for index in orjson.loads(stored.body)["record"]["entries"]:
                facts += self._stated(replace(self._ledger.entry(index), index=stored.index))
        return facts if judged is None else facts + _objection(stored, judged)

    def _stated(self, stored: StoredEntry) -> Facts:
        return self._residues.facts_of(stored) if stored.body is None else _shared_facts(stored)


def _objection(stored: StoredEntry, judged: Judged) -> Facts:
    """Return that policies of ingest object to an entry: said of the job of an event, or of what a record is about."""
    body: dict[str, Any] = orjson.loads(stored.body or b"{}")
    builder = FactBuilder(
        entry=stored.index,
        valid_from=stored.entry.recorded_at,
        tie=tie_of(stored.body or b""),
        rank=RECORD_RANK,
        by=stored.entry.actor,
        authenticated=is_proven(stored.entry.actor),
    )
    value = PolicyObjection(judged.policies, judged.reasons, judged.policy_set)
    builder.add_statement(_objected(stored, body), "policy_objection", value)
    return builder.build()


def _objected(stored: StoredEntry, body: dict[str, Any]) -> Node:
    if stored.entry.kind.startswith(EVENT):
        event = body["event"]
        kind, named = (Job, event["job"]) if event.get("job") else (Dataset, event["dataset"])
        return kind(named["namespace"], named["name"])
    kind_of_record = _RECORDS[stored.entry.kind]
    about = kind_of_record.subjects(kind_of_record.record.replay(body["record"]))
    return next((one for one in about if isinstance(one, Job | Dataset)), Principal(stored.entry.actor))


def tie_of(body: bytes) -> str:
    """Return what orders facts of the same time and rank: the first 16 hex digits of the redacted body's SHA-256."""
    return hashlib.sha256(body).hexdigest()[:_TIE_LENGTH]


def _event(stored: StoredEntry, body: dict[str, Any]) -> Facts:
    return project_event(
        body["event"],
        tie=tie_of(stored.body or b""),
        recorded_at=stored.entry.recorded_at,
        entry=stored.index,
        by=stored.entry.actor,
        authenticated=is_proven(stored.entry.actor),
        flags=[Flag(*row) for row in body["flags"]],
        redactions=[(pointer, rule) for pointer, rule in body["redactions"]],
        memo=_PARTS,
    )


def _record(stored: StoredEntry, body: dict[str, Any]) -> Facts:
    kind = _RECORDS[stored.entry.kind]
    record = kind.record.replay(body["record"])
    recorded_at = stored.entry.recorded_at
    builder = FactBuilder(
        entry=stored.index,
        valid_from=min(recorded_at, recorded_at if record.holds_from is None else record.holds_from),
        tie=tie_of(stored.body or b""),
        rank=RECORD_RANK,
        by=stored.entry.actor,
        authenticated=body["authenticated"],
    )
    kind.project(record, RecordContext(builder, body["added"]))
    return builder.build()


class Status(StrEnum):
    """What the projection is doing."""

    STOPPED = "STOPPED"
    RUNNING = "RUNNING"
    WAITING = "WAITING"
    """The store is not there; it is tried again."""
    DAMAGED = "DAMAGED"
    """The graph is not what was written to it: it has to be made anew; never tried again."""
    FAILED = "FAILED"
    """The ledger does not verify, or nothing can be done without a person; never tried again."""


ENDED = frozenset({Status.FAILED, Status.DAMAGED})
"""Of these nothing comes any more without a person."""


@dataclass(frozen=True, slots=True)
class ProjectionState:
    """Where the projection stands: the last entry in the graph (-1 for none), how many are behind, what is wrong."""

    status: Status
    checkpoint: int
    lag: int
    quarantined: int
    detail: str | None = None
    version: str = PROJECTION_VERSION
    renewals: int = 0
    """How often this follower emptied the graph to make it anew."""
    quiet: float = field(default=0.0, compare=False)
    """For how many seconds the follower has shown no sign of life: neither an entry projected nor one waited for."""


class Following(Protocol):
    """What brings the ledger into the graph, as those see it who wait for it: a thread, or a process of its own."""

    def start(self) -> None:
        """Begin where the graph ends; nothing happens where it has begun."""

    def stop(self) -> None:
        """End; what was not applied is taken up again at the next start."""

    @property
    def state(self) -> ProjectionState:
        """Return where the projection stands."""

    @property
    def checkpoint(self) -> int:
        """Return the last entry that is known to be in the graph, -1 for none: whoever reads it from now on sees it."""

    @property
    def lag(self) -> int:
        """Return how many durable entries the graph does not hold yet."""

    def wait_for(self, index: int, timeout: float) -> bool:
        """Wait up to so many seconds for an entry to be in the graph; return whether it is."""


class Position:
    """Where a follower of the ledger stands, and how to wait for it: the same for a thread and for a process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._moved = threading.Condition()
        self._stopping = threading.Event()
        self._status = Status.STOPPED
        self._detail: str | None = None
        self._checkpoint = -1
        self._quarantined = 0
        self._renewals = 0
        self._beat = time.monotonic()

    @property
    def state(self) -> ProjectionState:
        """Return where the projection stands."""
        quiet = time.monotonic() - self._beat
        return ProjectionState(
            self._status,
            self._checkpoint,
            self.lag,
            self._quarantined,
            self._detail,
            renewals=self._renewals,
            quiet=quiet,
        )

    @property
    def checkpoint(self) -> int:
        """Return the last entry that is known to be in the graph, -1 for none."""
        return self._checkpoint

    @property
    def lag(self) -> int:
        """Return how many durable entries the graph does not hold yet."""
        return max(self._ledger.size() - 1 - self._checkpoint, 0)

    def wait_for(self, index: int, timeout: float) -> bool:
        """Wait up to so many seconds for an entry to be in the graph; return whether it is."""
        with self._moved:
            return self._moved.wait_for(lambda: self._checkpoint >= index, timeout)


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
        """End after the batch at hand; what was not applied is taken up again at the next start."""
        self._stopping.set()
        self._ledger.wake()
        with self._moved:
            self._moved.notify_all()
        for thread in (self._thread, self._label_thread):
            if thread is not None:
                thread.join(timeout)
        if self._status not in ENDED:
            self._become(Status.STOPPED, None)

    def step(self) -> int:
        """Project one batch, if there is one, in the calling thread; return how many entries it held.

        Raises:
            OperatorError: ledger or store cannot be reached; nothing was applied.
            EvidenceError: the ledger does not verify.
        """
        size = min(_BUSY_BATCH, self._batch) if self._busy() else self._batch
        entries = self._ledger.entries(self._checkpoint + 1, size, _BATCH_BYTES)
        if any(self._undoes_what_is_there(entry) for entry in entries):
            self._begin_anew("bodies were erased")
        elif entries:
            if self._marked < 0:
                # Before anything of the ledger is in the graph, so that no crash leaves one of which nobody knows.
                self._mark(entries[0].index)
            self._apply(entries)
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
        """Wait until no entry is to be projected, for a while at most; labels say how far they are behind."""
        with self._moved:
            self._moved.wait_for(
                lambda: self._checkpoint >= self._ledger.size() - 1 or self._stopping.is_set(), _GIVEN_WAY_SECONDS
            )

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
                quarantined = [_quarantine(batch.entries[0], "The store refused what it says.")]
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


@dataclass(slots=True)
class Gathered:
    """What some entries say, in order, and those of them that could not be understood: one transaction of a store."""

    entries: list[StoredEntry] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    nodes: list[tuple[Node, int]] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    structures: list[tuple[Structure, int]] = field(default_factory=list)
    _seen: set[Structure] = field(default_factory=set)
    _structural: int = 0

    @property
    def upto(self) -> int:
        """Return the last entry."""
        return self.entries[-1].index

    @property
    def facts(self) -> Facts:
        """Return all that they say."""
        return Facts(tuple(self.nodes), tuple(self.edges), tuple(self.statements), tuple(self.structures))

    @property
    def size(self) -> int:
        """Return how many facts that is."""
        return len(self.nodes) + len(self.edges) + len(self.statements) + self._structural

    def add(self, stored: StoredEntry, facts_of: Callable[[StoredEntry], Facts]) -> None:
        """Add what one more entry says by `facts_of`, which raises UnprojectableError for one that is kept out."""
        self.entries.append(stored)
        try:
            facts = facts_of(stored)
        except UnprojectableError as error:
            self.quarantined.append(_quarantine(stored, str(error)))
        else:
            self.nodes += facts.nodes
            self.edges += facts.edges
            self.statements += facts.statements
            self._add_structures(facts.structures)

    def _add_structures(self, structures: Iterable[tuple[Structure, int]]) -> None:
        """Add each once, with the first entry that names it."""
        for structure, entry in structures:
            if structure not in self._seen:
                self._seen.add(structure)
                self.structures.append((structure, entry))
                self._structural += len(structure)


def gather(
    entries: Sequence[StoredEntry],
    pause: Callable[[], None] = lambda: None,
    facts_of: Callable[[StoredEntry], Facts] = _shared_facts,
) -> Iterator[Gathered]:
    """Yield what the entries say, in order: all at once, or in parts where they say very much."""
    batch = Gathered()
    for stored in entries:
        batch.add(stored, facts_of)
        pause()
        if batch.size >= _BATCH_FACTS:
            yield batch
            batch = Gathered()
    if batch.entries:
        yield batch


def _quarantine(stored: StoredEntry, reason: str) -> Quarantined:
    _LOG.warning("entry quarantined", extra={"index": stored.index, "reason": reason})
    return Quarantined(stored.index, stored.entry.kind, stored.entry.subjects, reason)


@collecting_seldom()
def rebuild(ledger: Ledger, store: Store, progress: Callable[[int, int], None] | None = None) -> int:
    """Empty the store and project the whole ledger into it; return how many entries there were.

    No other projection may write to the store meanwhile. `progress` is called with how many are done and how many there
    are.

    Raises:
        OperatorError: ledger or store cannot be reached; run it again.
        EvidenceError: the ledger does not verify.
    """
    size = ledger.size()
    store.clear()
    store.mark(Provenance.of(PROJECTION_VERSION, ledger, min(size, 1) - 1).serialize())
    facts = LedgerFacts(ledger)
    done = 0
    while done < size:
        entries = ledger.entries(done, min(_REBUILD_BATCH, size - done), _BATCH_BYTES)
        for batch in gather(entries, facts_of=facts.of):
            store.apply(batch.facts, batch.upto, batch.quarantined)
            done = batch.upto + 1
        if progress is not None:
            progress(done, size)
    store.mark(Provenance.of(PROJECTION_VERSION, ledger, done - 1).serialize())
    return size
