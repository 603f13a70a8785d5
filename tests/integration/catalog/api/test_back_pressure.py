"""Between acceptance and the ledger's writer waits so much and no more, and nothing that was acknowledged is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from catalog.ledger.group_commit import GroupCommit, Limits
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Draft, Receipt
from tests.support.records import event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

WAITING = 4


class StandingStill(MemoryLedger):
    """A ledger whose writer writes nothing until it is let go; `queued` is released for each record that waits."""

    def __init__(self) -> None:
        super().__init__(SiteKeys.generate("ledger.example/tests"))
        self.queued = threading.Semaphore(0)
        self.go = threading.Event()
        self.taken = threading.Event()
        self._writer = GroupCommit(self._write, Limits(batch=1, waiting=WAITING), name="test-writer")

    def _write(self, drafts: Sequence[Draft]) -> Sequence[Receipt]:
        self.taken.set()
        assert self.go.wait(30)
        return [super(StandingStill, self).append(draft).result() for draft in drafts]

    def append(self, draft: Draft) -> Future[Receipt]:
        future = self._writer.submit(draft, len(draft.body))
        self.queued.release()
        return future

    def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:
        return self._writer.submit_all(drafts, sum(len(draft.body) for draft in drafts))

    def close(self) -> None:
        self.go.set()
        self._writer.close()
        super().close()


def sent(number: int) -> dict[str, Any]:
    return event(run=f"0190d2e6-0000-7000-8000-{number:012}")


def test_a_full_queue_is_answered_503_with_retry_after_and_loses_nothing(serve: Callable[..., Catalog]) -> None:
    ledger = StandingStill()
    catalog = serve(ledger)
    with ThreadPoolExecutor(WAITING + 1) as senders:
        waiting = [senders.submit(catalog.event, sent(0))]
        assert ledger.queued.acquire(timeout=30)
        assert ledger.taken.wait(30)  # the writer holds it, and it waits no more
        waiting += [senders.submit(catalog.event, sent(number)) for number in range(1, WAITING + 1)]
        for _ in range(WAITING):
            assert ledger.queued.acquire(timeout=30)
        refused = catalog.event(sent(99))
        several = catalog.client.post("/api/v1/lineage/batch", json=[sent(98), sent(99)])
        for answer in (refused, several):
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"] == "urn:lineward:problem:operator"
        ledger.go.set()
        answers = [one.result(30) for one in waiting]
    assert [answer.status_code for answer in answers] == [201] * (WAITING + 1)
    for number, answer in enumerate(answers):
        stored = json.loads(ledger.entry(answer.json()["index"]).body or b"")
        assert stored["event"]["run"]["runId"] == sent(number)["run"]["runId"]
    assert ledger.size() == WAITING + 1
    assert catalog.event(sent(99)).status_code == 201
    ledger.close()


def test_where_the_queue_fills_within_a_batch_nothing_overtakes(serve: Callable[..., Catalog]) -> None:
    class Filling(MemoryLedger):
        """Takes two groups of a batch, and no third; then it would take again."""

        asked = 0

        def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:
            self.asked += 1
            if self.asked == 3:
                GroupCommit.refuse(100)
            return super().append_all(drafts)

    ledger = Filling(SiteKeys.generate("ledger.example/tests"))
    answer = serve(ledger).client.post("/api/v1/lineage/batch", json=[sent(number) for number in range(300)])
    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == "partial_success"
    assert [one["index"] for one in found["failed_events"]] == list(range(128, 300))
    assert found["summary"]["retriable"] == 172
    assert (ledger.asked, ledger.size()) == (3, 128)
