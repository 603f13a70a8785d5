"""Events by the thousand: parsed, searched and sealed in processes of their own, so that one has but to write them.

What a process is given is the bytes of events, what it gives back is what the ledger keeps of each, or why it is
refused. Nothing of an event is written anywhere else.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Self, TypeVar

from catalog.drafting import Drafted, draft_event
from catalog.errors import ADDRESSED, OperatorError
from catalog.ledger.entry import MalformedEntryError
from catalog.ledger.keys import SiteKeys
from catalog.ledger.packing import MAX_BODY
from catalog.ledger.protocol import PackedDraft
from catalog.ledger.sealing import seal
from ingest_hooks.errors import Unreadable, why_no_json
from ingest_hooks.openlineage.event import is_record
from ingest_hooks.openlineage.oversize import parse_within
from ingest_hooks.redaction.site_rules import Rules

T = TypeVar("T")

RECORD: Final = "This is a record and no event: send it with `lineward record`."
NO_EVENT: Final = "This is no event: one is a JSON object."
_ALONE: Final = 4
"""So many portions are worked on in this process before others are started: that takes as long as they do."""


@dataclass(frozen=True, slots=True, repr=False)
class Terms:
    """Under what events are taken: the site's keys and rules, who sends them, and how large and deep they may be.

    Without `keys_dir` they are only looked at.
    """

    actor: str
    correlation_id: str
    event_bytes: int
    depth: int
    token_key: bytes
    rules: Rules
    keys_dir: Path | None = None
    origin: str = ""


class Refused(NamedTuple):
    """Why an event is not taken: where in it, as a JSON pointer, a sentence, and in which line of it that shows."""

    pointer: str
    reason: str
    line: int = 1


class Looked(NamedTuple):
    """What would be taken of an event: its kind, who made it, what is odd about it and which rules replaced what."""

    kind: str
    producer: str
    flags: tuple[str, ...]
    rules: tuple[str, ...]


Prepared = PackedDraft | Looked | Refused


class Preparing:
    """Prepares portions of events in order, the first few in this process and more in `processes` of their own.

    Those end with the `with` block, and do not hear an interrupt that is meant for the command.
    """

    def __init__(self, terms: Terms, processes: int, *, alone: int = _ALONE) -> None:
        self._terms = terms
        self._processes = processes
        self._alone = alone
        self._here: _Preparer | None = None
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes; what they have not begun is not begun."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(
        self, portions: Iterable[T], contents: Callable[[T], Sequence[bytes]]
    ) -> Iterator[tuple[T, list[Prepared]]]:
        """Yield each portion with what became of its events, in order; a few portions are worked on ahead.

        Raises OperatorError where a process ended by itself.
        """
        ahead: deque[tuple[T, Future[list[Prepared]]]] = deque()
        for portion in portions:
            ahead.append((portion, self._prepare(contents(portion))))
            if len(ahead) > self._ahead:
                yield self._first(ahead)
        while ahead:
            yield self._first(ahead)

    @property
    def _ahead(self) -> int:
        return 2 * self._processes if self._pool is not None else 0

    def _prepare(self, events: Sequence[bytes]) -> Future[list[Prepared]]:
        if self._alone > 0 or self._processes == 0:
            self._alone -= 1
            self._here = self._here or _Preparer(self._terms)
            done: Future[list[Prepared]] = Future()
            done.set_result(self._here.prepare(events))
            return done
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes, multiprocessing.get_context("spawn"), _begin, (self._terms,)
            )
        return self._pool.submit(_prepare, events)

    @staticmethod
    def _first(ahead: deque[tuple[T, Future[list[Prepared]]]]) -> tuple[T, list[Prepared]]:
        portion, done = ahead.popleft()
        try:
            return portion, done.result()
        except BrokenProcessPool as error:
            raise OperatorError(
                "A process that prepares events ended by itself.", action="Make room in memory, or give it fewer."
            ) from error


class _Preparer:
    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._keys = None if terms.keys_dir is None else SiteKeys.load(terms.keys_dir, terms.origin)

    def prepare(self, events: Sequence[bytes]) -> list[Prepared]:
        return [self._one(event) for event in events]

    def _one(self, event: bytes) -> Prepared:
        terms = self._terms
        try:
            found = parse_within(event, terms.event_bytes, max_depth=terms.depth)
            value = found.wire.value
            if not isinstance(value, dict):
                return Refused("", NO_EVENT)
            if is_record(value):
                return Refused("", RECORD)
            drafted = draft_event(
                value,
                found.wire.flags,
                terms.actor,
                terms.correlation_id,
                token_key=terms.token_key,
                rules=terms.rules,
                left_out=found.left_out,
                parts=found.wire.parts,
            )
            return self._sealed(drafted)
        except Unreadable as error:
            return refused(error)
        except ADDRESSED as error:
            return Refused("", str(error))

    def _sealed(self, drafted: Drafted) -> Prepared:
        if self._keys is None:
            rules = tuple(rule for _, rule in drafted.redactions)
            flags = tuple(flag.code for flag in drafted.flags)
            return Looked(drafted.draft.kind, drafted.event.producer or "", flags, rules)
        if len(drafted.draft.body) > MAX_BODY:
            return Refused("", f"An event has at most {MAX_BODY} bytes once it is read; send it as several.")
        try:
            return seal(drafted.draft, self._keys).packed()
        except MalformedEntryError as error:
            return Refused("", f"The ledger has no place for it: {error}.")


def refused(error: Unreadable) -> Refused:
    """Return why bytes are no event; nothing of them is in it."""
    if error.pointer or error.status != _NO_JSON:
        return Refused(error.pointer, error.detail)
    return Refused("", f"This {why_no_json(error)}.", getattr(error.__cause__, "lineno", 1))


_NO_JSON: Final = 400
_PREPARER: list[_Preparer] = []
"""That of this process, where it is one of a pool."""


def _begin(terms: Terms) -> None:
    # Ctrl-C reaches every process of the terminal; the command decides what becomes of the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _PREPARER.append(_Preparer(terms))


def _prepare(events: Sequence[bytes]) -> list[Prepared]:
    return _PREPARER[0].prepare(events)
