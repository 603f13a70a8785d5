"""A clock that is not believed, and a ledger that cannot be signed, show in health; beyond limits nothing is taken."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from catalog.ledger.clock import ClockLimits, ClockWatch
from catalog.ledger.high_water import HIGH_WATER
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.sqlite import SqliteLedger
from tests.support.records import event

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

Serve = Callable[..., "Catalog"]
ORIGIN = "ledger.example/tests"
NOW, MINUTE, YEAR = 1_780_000_000_000_000, 60_000_000, 365 * 86_400_000_000


class Wall:
    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def timed(serve: Serve, wall: Wall) -> Catalog:
    """A catalog whose clock the test sets, while no time passes."""
    watch = ClockWatch(ClockLimits(gap=YEAR, jump=60 * MINUTE), wall=wall, steady=lambda: 0)
    return serve(MemoryLedger(SiteKeys.generate(ORIGIN), clock=wall, watch=watch))


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger.open(tmp_path / "site" / "ledger.db", tmp_path / "site" / "keys", ORIGIN)
    yield ledger
    ledger.close()


def health(catalog: Catalog) -> dict[str, Any]:
    found: dict[str, Any] = catalog.client.get("/health/ready").json()
    return found


def wait_for(state: str, catalog: Catalog) -> dict[str, Any]:
    """Wait until the checkpoint's health is that."""
    deadline = time.monotonic() + 20
    while (found := health(catalog)["checkpoint"])["state"] != state:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return dict(found)


def test_a_clock_that_jumps_decades_stamps_nothing(timed: Catalog, wall: Wall) -> None:
    assert timed.event(event("START")).status_code == 201
    wall.now += 40 * YEAR
    answer = timed.event(event())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "jumped 40 years forward" in answer.json()["detail"]
    assert "start the service again" in answer.json()["detail"]
    found = health(timed)
    assert found["ledger"]["state"] == "red"
    assert "jumped 40 years forward" in found["ledger"]["reason"]
    wall.now -= 40 * YEAR
    assert timed.event(event()).status_code == 201
    assert health(timed)["ledger"]["state"] == "green"


def test_a_clock_that_went_back_a_little_is_red_and_events_are_taken(timed: Catalog, wall: Wall) -> None:
    timed.event(event("START"))
    wall.now -= 20 * MINUTE
    assert timed.event(event()).status_code == 201
    assert "jumped 20 minutes back" in health(timed)["ledger"]["reason"]


def test_a_mark_that_cannot_be_written_is_shown_until_it_can(
    serve: Serve, stored: SqliteLedger, tmp_path: Path
) -> None:
    catalog = serve(stored, checkpoint_seconds=0.02)
    wait_for("green", catalog)
    (tmp_path / "site" / "keys" / f".{HIGH_WATER}.new").mkdir()
    assert catalog.event(event("START")).status_code == 201
    found = wait_for("red", catalog)
    assert "high-water mark cannot be written" in found["reason"]
    assert "Make the key folder writable" in found["reason"]
    assert health(catalog)["ledger"]["state"] == "green"
    (tmp_path / "site" / "keys" / f".{HIGH_WATER}.new").rmdir()
    assert wait_for("green", catalog)["size"] == 1


def test_a_ledger_that_its_key_folder_does_not_know_takes_nothing_more(
    serve: Serve, stored: SqliteLedger, tmp_path: Path
) -> None:
    catalog = serve(stored, checkpoint_seconds=0.02)
    catalog.event(event("START"))
    while wait_for("green", catalog)["size"] < 1:
        time.sleep(0.02)
    shutil.move(tmp_path / "site" / "keys" / HIGH_WATER, tmp_path / "elsewhere")
    catalog.event(event())
    found = wait_for("red", catalog)
    assert "no high-water mark" in found["reason"]
    answer = catalog.event(event("FAIL"))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:lineward:problem:evidence")
    assert health(catalog)["ledger"]["state"] == "red"
