"""Where portions of events go: a running server, the ledger of a folder, or nowhere; what became of each, in order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal, Protocol

from catalog.bulk import NO_EVENT, RECORD, Looked, Preparing, Refused, Terms, refused
from catalog.cli.client import Client, document
from catalog.cli.portions import Portion
from catalog.cli.sending import PATIENCE, retry_after, seconds_of
from catalog.errors import OperatorError, SenderError
from catalog.ledger.protocol import PackedDraft, Receipt
from ingest_hooks.errors import Unreadable
from ingest_hooks.openlineage.event import is_record
from ingest_hooks.openlineage.wire import parse

if TYPE_CHECKING:
    from catalog.ledger.protocol import Ledger

Outcome = Literal["taken", "there"] | Refused | Looked
"""What became of an event; `there` is what the ledger held before."""

_AT_ONCE: Final = 2_000
"""How many events may wait for the disk."""

_TOO_SLOW: Final = 408
_HEADERS: Final = {"Content-Type": "application/json"}


class Sink(Protocol):
    """Takes portions in their order."""

    def each(self, portions: Iterable[Portion]) -> Iterator[tuple[Portion, Sequence[Outcome]]]:
        """Yield each portion, in order, with what became of each of its events, once that is durable.

        A few portions are worked on ahead. Raises OperatorError where nothing more can be taken.
        """


class LedgerSink:
    """Writes to a ledger in this process what others have sealed."""

    def __init__(self, ledger: Ledger, preparing: Preparing) -> None:
        self._ledger = ledger
        self._preparing = preparing

    def each(self, portions: Iterable[Portion]) -> Iterator[tuple[Portion, Sequence[Outcome]]]:
        """Yield as `Sink.each`."""
        ahead: deque[tuple[Portion, list[Refused | Looked | None], Future[Sequence[Receipt]], int]] = deque()
        waiting = 0
        for portion, prepared in _prepared(self._preparing, portions):
            drafts = [one for one in prepared if isinstance(one, PackedDraft)]
            while ahead and waiting + len(drafts) > _AT_ONCE:
                waiting -= ahead[0][-1]
                yield self._settled(*ahead.popleft())
            others = [None if isinstance(one, PackedDraft) else one for one in prepared]
            ahead.append((portion, others, self._ledger.append_packed(drafts), len(drafts)))
            waiting += len(drafts)
        while ahead:
            yield self._settled(*ahead.popleft())

    @staticmethod
    def _settled(
        portion: Portion, others: list[Refused | Looked | None], durable: Future[Sequence[Receipt]], _: int
    ) -> tuple[Portion, Sequence[Outcome]]:
        receipts = iter(durable.result())
        return portion, [one or _became(next(receipts)) for one in others]


class LookingSink:
    """Writes nothing, and says what would be taken."""

    def __init__(self, preparing: Preparing) -> None:
        self._preparing = preparing

    def each(self, portions: Iterable[Portion]) -> Iterator[tuple[Portion, Sequence[Outcome]]]:
        """Yield as `Sink.each`."""
        for portion, prepared in _prepared(self._preparing, portions):
            yield portion, [one for one in prepared if not isinstance(one, PackedDraft)]


class ServerSink:
    """Sends batches to a server, one after the other; the next is read meanwhile.

    Where the server has no room it is asked again after as long as it says, for what it did not take.
    """

    def __init__(
        self,
        client: Client,
        *,
        wait: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._wait = wait
        self._clock = clock

    def each(self, portions: Iterable[Portion]) -> Iterator[tuple[Portion, Sequence[Outcome]]]:
        """Yield as `Sink.each`."""
        with ThreadPoolExecutor(1, "sending") as sender:
            ahead: deque[tuple[Portion, Future[Sequence[Outcome]]]] = deque()
            try:
                for portion in portions:
                    ahead.append((portion, sender.submit(self._send, portion)))
                    if len(ahead) > 1:
                        sent, outcomes = ahead.popleft()
                        yield sent, outcomes.result()
                for sent, outcomes in ahead:
                    yield sent, outcomes.result()
            finally:
                sender.shutdown(cancel_futures=True)

    def _send(self, portion: Portion) -> Sequence[Outcome]:
        outcomes: list[Outcome | None] = [_problem(found.piece.problem, found.piece.content) for found in portion]
        left = [at for at, outcome in enumerate(outcomes) if outcome is None]
        until = self._clock() + PATIENCE
        while left:
            taken, seconds = self._send_once(portion, left, outcomes)
            left = [at for at in left if outcomes[at] is None]
            if taken:
                until = self._clock() + PATIENCE
            if left:
                if self._clock() > until:
                    raise OperatorError(
                        f"The catalog at {self._client.where} has had no room for {PATIENCE:g} s.",
                        action="Send the rest again later; what is there already is no harm.",
                    )
                self._wait(seconds)
        return [outcome for outcome in outcomes if outcome is not None]

    def _send_once(self, portion: Portion, left: list[int], outcomes: list[Outcome | None]) -> tuple[bool, float]:
        """Send these and note what became of them; return whether it took any, and when to ask for those left."""
        body = b"[" + b",".join(portion[at].piece.content for at in left) + b"]"
        sent = self._client.request("POST", "api/v1/lineage/batch", content=body, headers=_HEADERS)
        later = retry_after(sent)
        if later is not None:
            return False, later
        try:
            answer = document(sent, "failed_events", "summary")
        except SenderError as error:
            if error.status == _TOO_SLOW:
                raise
            for at in left:
                outcomes[at] = Refused(error.pointer, error.detail)
            return False, 0
        failed = {left[one["index"]]: one for one in answer["failed_events"]}
        # Which of them were there before nobody says: the first so many.
        there = answer["summary"].get("duplicates", 0)
        for at in left:
            if at in failed:
                outcomes[at] = None if failed[at]["retriable"] else Refused("", failed[at]["reason"])
            else:
                outcomes[at] = "there" if there > 0 else "taken"
                there -= 1
        return len(failed) < len(left), seconds_of(sent)


@contextmanager
def preparing(terms: Terms, processes: int) -> Iterator[Preparing]:
    """Yield what prepares events, and end its processes."""
    with Preparing(terms, processes) as found:
        yield found


def _prepared(
    preparing: Preparing, portions: Iterable[Portion]
) -> Iterator[tuple[Portion, Sequence[PackedDraft | Looked | Refused]]]:
    """Yield each portion with what is prepared of its events; what could not be told apart has none."""
    for portion, prepared in preparing.each(
        portions, lambda found: [one.piece.content for one in found if one.piece.problem is None]
    ):
        made = iter(prepared)
        yield (
            portion,
            [next(made) if one.piece.problem is None else Refused("", one.piece.problem) for one in portion],
        )


def _problem(problem: str | None, content: bytes) -> Refused | None:
    """Return why a value is not even sent: in a batch it would spoil its neighbours."""
    if problem is not None:
        return Refused("", problem)
    try:
        value = parse(content).value
    except Unreadable as error:
        return refused(error)
    if not isinstance(value, dict):
        return Refused("", NO_EVENT)
    return Refused("", RECORD) if is_record(value) else None


def _became(receipt: Receipt) -> Literal["taken", "there"]:
    return "there" if receipt.duplicate else "taken"
