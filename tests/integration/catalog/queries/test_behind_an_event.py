"""Behind an event about one dataset an answer about the whole estate reads what is about that alone, however many there
are.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from catalog.findings.queries import findings
from catalog.safe_use.queries import safe_for
from catalog.search.model import Search
from catalog.store.sqlite import SqliteStore
from catalog.view import Anchor, View
from graph_schema.vocabulary.words import SafeQuestion
from tests.support.cold import forget
from tests.support.counting import Counting
from tests.support.records import House, declaration, event

FEW, MANY = 6, 30


def ran(number: int, times: int) -> dict[str, object]:
    sent = event(run=str(UUID(int=number * 1_000 + times)), at=f"2026-01-{times:02d}T10:00:00Z")
    sent["job"]["name"], sent["outputs"][0]["name"] = f"curate-{number}", f"visits-{number}"
    return sent


def counted(house: House, what: str) -> Counter[str]:
    with house.store.reading() as reader:
        counting = Counting(reader)
        view = View(counting, anchor=Anchor(house.ledger, "1", house.clock.micros()))
        if what == "findings":
            findings(view)
        else:
            safe_for(view, SafeQuestion.EVALUATION, Search(labels=("Dataset",)))
        return counting.calls


@pytest.mark.parametrize(("what", "most"), [("findings", 40), ("safe use", 40)])
def test_an_answer_about_the_estate_reads_what_an_event_is_about_however_much_there_is(
    tmp_path: Path, what: str, most: int
) -> None:
    calls = []
    house = House(tmp_path, store=SqliteStore(tmp_path / "graph.db"))
    for number in range(MANY):
        house.send(ran(number, 1))
        of = {"namespace": "curated", "name": f"visits-{number}"}
        house.record(declaration(dataset=of, retention={"policy_class": "SCRATCH", "period_days": 1}))
        if number + 1 in {FEW, MANY}:
            forget()
            counted(house, what)
            house.send(ran(0, 2 + number // FEW))
            calls.append(counted(house, what).total())
            # What nothing touched is asked for no more.
            assert counted(house, what).total() <= 12
    house.close()
    few, many = calls
    assert many <= few <= most
