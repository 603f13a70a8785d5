"""What a page asks of the store again: nothing but how things stand where nothing came in between, and behind an event
what that was about, however large the estate is.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from catalog.kinds import KINDS
from catalog.ledger.protocol import Draft
from catalog.store.deadline import Deadline
from catalog.store.protocol import StoreReader
from catalog.store.sqlite import SqliteStore
from graph_schema.canonical import canonical_bytes
from graph_schema.nodes import Dataset
from tests.integration.catalog.api.conftest import Catalog, serving
from tests.support import records
from tests.support.cold import forget
from tests.support.counting import Counting
from tests.support.pages import BROWSER
from tests.support.records import declaration, event

FEW, MANY = 40, 400
"""Of so many datasets are the two estates."""
_AT_ONCE: Final = 20
_BESIDE: Final = frozenset({"checkpoint", "stamp", "touched", "labels_due", "labels_pending", "last_boundary"})
"""How the graph stands that is read, by which it is told what of it stands."""
DATASET: Final = Dataset("curated", "set-1").id
ADDRESSES: Final = {
    "home": "/",
    "safe": "/explorer/safe?question=DEVELOPMENT",
    "sharing": "/explorer/safe?question=SHARING",
    "findings": "/explorer/findings",
    "work": "/explorer/work",
    "labels": "/explorer/labels",
    "dataset": f"/explorer/dataset?id={DATASET}",
    "model-version": f"/explorer/model-version?id={records.VERSION}",
    "gate": f"/explorer/model-version?id={records.VERSION}&purpose=HRESCH",
}


class Counted(SqliteStore):
    """Counts what is asked of its readings, which may say of themselves that the store is another process."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.calls: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.remote = False

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[StoreReader]:
        with super().reading(deadline) as reader:
            if threading.current_thread().name in {"projection", "labels"}:
                yield reader
                return
            counting: Any = Counting(reader)
            counting.calls, counting.rows, counting.remote = self.calls, self.rows, self.remote
            yield counting


def named(number: int) -> dict[str, str]:
    return {"namespace": "curated", "name": f"set-{number}"}


def ran(first: int, last: int, at: str = "2026-01-02T10:00:00Z", run: str = records.RUN) -> dict[str, Any]:
    """Return a run of a job that writes some of the estate."""
    made = event(at=at, run=run)
    made["job"] = {"namespace": "pipeline", "name": f"job {first}"}
    made["inputs"] = [{"namespace": "landing", "name": f"feed-{first}"}]
    schema = {"fields": [{"name": "mrn", "type": "string"}, {"name": "age", "type": "string"}]}
    made["outputs"] = [{**named(number), "facets": {"schema": schema}} for number in range(first, last)]
    return made


@pytest.fixture(scope="module")
def estates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Catalog]]:
    """Two estates of one kind: half of it may be safe, columns are named like identifiers, much is not recorded."""
    folder = tmp_path_factory.mktemp("again")
    with serving(folder / "few") as few, serving(folder / "many") as many:
        yield {
            FEW: filled(few(store=Counted(folder / "few.db")), FEW),
            MANY: filled(many(store=Counted(folder / "many.db")), MANY),
        }


def filled(catalog: Catalog, count: int) -> Catalog:
    for number in range(count):
        more: dict[str, Any] = {"zone": "TRAINING", "phi_category": []}
        more["deidentification_state"] = "DE_IDENTIFIED" if number % 2 else "RAW"
        if number % 5 == 0:
            more["retention"] = {"policy_class": "SCRATCH", "period_days": 30}
        written(catalog, declaration(dataset=named(number), **more))
    for first in range(0, count, _AT_ONCE):
        assert catalog.event(ran(first, first + _AT_ONCE)).status_code == 201
    assert catalog.event(ran(1, 2)).status_code == 201
    catalog.fill()
    catalog.labels_kept()
    return catalog


def written(catalog: Catalog, record: dict[str, Any]) -> None:
    """Write a record to the ledger at once, past what is asked of one that comes in."""
    fields = {name: value for name, value in record.items() if name != "kind"}
    said = canonical_bytes({"record": fields, "added": {}, "authenticated": True, "redactions": [], "subjects": []})
    kind = KINDS[record["kind"]].in_ledger
    catalog.service.ledger.append(Draft(kind, "steward", "tests", (), said, said)).result()


def asked(catalog: Catalog, *, remote: bool) -> dict[str, tuple[Counter[str], int, int]]:
    """Return by page what is asked of the store for it, how many rows that answers, and how many of these are of the
    list of datasets with suggestions.
    """
    store: Any = catalog.service.store
    store.remote = remote
    found = {}
    for page, address in ADDRESSES.items():
        store.calls.clear()
        store.rows.clear()
        assert catalog.client.get(address, headers=BROWSER).status_code == 200, address
        calls = Counter({verb: count for verb, count in store.calls.items() if verb not in _BESIDE})
        rows = sum(count for verb, count in store.rows.items() if verb not in _BESIDE)
        found[page] = calls, rows, store.rows["datasets_suggested"]
    return found


MOST: Final = {
    "home": (2, 5, 2, 3),
    "safe": (3, 5, 2, 3),
    "sharing": (3, 5, 2, 3),
    "findings": (4, 12, 2, 3),
    "work": (19, 32, 2, 3),
    "labels": (7, 8, 2, 3),
    "dataset": (59, 63, 9, 14),
    "model-version": (22, 24, 2, 3),
    "gate": (75, 78, 2, 3),
}
"""How often a page asks the store again, and behind a further run that writes one dataset: where that is in this
process, and where it is in another, of which what was read is held. A fourth more than it does now.
"""
MOST_ROWS: Final = 220
"""However many datasets there are: what is said of those that are looked at together with the one."""


@pytest.mark.parametrize("remote", [False, True], ids=["in this process", "in another"])
def test_a_page_asks_again_for_little_and_behind_an_event_for_what_that_is_about(
    estates: dict[int, Catalog],
    remote: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    for count, catalog in estates.items():
        forget()
        asked(catalog, remote=remote)
        again = asked(catalog, remote=remote)
        run = f"0190d2e6-0000-7000-8000-0000000{remote:d}{count:04d}"
        assert catalog.event(ran(1, 2, "2026-02-02T10:00:00Z", run)).status_code == 201
        catalog.caught_up()
        catalog.labels_kept()
        behind = asked(catalog, remote=remote)
        most = {page: several[2 * remote : 2 * remote + 2] for page, several in MOST.items()}
        calls = {page: (again[page][0].total(), behind[page][0].total()) for page in ADDRESSES}
        assert {
            page: found for page, found in calls.items() if found[0] > most[page][0] or found[1] > most[page][1]
        } == {}
        # Of which datasets suggestions wait is one list.
        rows = {page: found[1] - found[2] for page, found in behind.items()}
        assert {page: found for page, found in rows.items() if found > MOST_ROWS} == {}
