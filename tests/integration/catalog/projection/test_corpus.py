from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.access.keys import local_actor
from tests.support.records import House

CORPUS = Path(__file__).resolve().parents[4].parent / "shared" / "corpus"


def events() -> Iterator[dict[str, Any]]:
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix == ".json":
            held = json.loads(path.read_text("utf-8"))
            yield from held if isinstance(held, list) else [held]
        elif path.suffix in {".ndjson", ".jsonl"}:
            yield from (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def taken(folder: Path, sent: list[dict[str, Any]]) -> House:
    house = House(folder)
    house.clock.now = 4_000_000_000.0
    for value in sent:
        house.intake.submit_event(value, local_actor(), "tests").result()
    house.project()
    return house


def without_entries(house: House) -> list[tuple[str, ...]]:
    """The graph but for the entries and what depends on them, which tell the order of arrival."""
    dropped = {"node": {3}, "edge": {7}, "statement": {6}, "flow": {5, 6}, "contribution": {7}, "current": {5}}
    return sorted(
        {
            tuple(part for place, part in enumerate(row) if place not in dropped.get(row[0], ()))
            for row in house.store.scan()
        }
    )


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real events does not lie beside the checkout")
def test_every_real_event_is_taken_and_projected_in_any_order_and_twice(tmp_path: Path) -> None:
    sent = list(events())
    assert sent
    plain = taken(tmp_path / "plain", sent)
    assert plain.store.quarantined() == []
    shuffled = sent + sent
    random.Random(1).shuffle(shuffled)  # noqa: S311  an order, not a secret
    other = taken(tmp_path / "other", shuffled)
    assert other.ledger.size() == plain.ledger.size()
    assert without_entries(other) == without_entries(plain)
    plain.close()
    other.close()
