"""Of a store that is read as it is committed an answer is of one point in time, and says when it is of none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from catalog.errors import OperatorError
from catalog.gate.model import Gate
from catalog.gate.queries import gate, unsettled
from catalog.reading import EVERYTHING, AsOf, Lagging
from catalog.safe_use.model import Outcome
from catalog.store.protocol import StoreReader
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from catalog.view.steady import READINGS, steadily
from graph_schema.nodes import Dataset
from graph_schema.vocabulary.words import GateCheckName, GateVerdict
from tests.support.cold import forget
from tests.support.gate_story import ANSWERED, LANDED, QUESTION, TRAINING, GateStory, cleared, published, ran
from tests.support.records import House
from tests.support.unfixed import Unfixed

AGAIN = ((1, "2026-01-01T11:00:00Z"), (2, "2026-01-01T12:00:00Z"))
"""Runs that do again what was done, by number and time."""
PARTS = (0.1, 0.9)
"""After which part of its reads something is committed."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, store=SqliteStore(tmp_path / "graph.db"))
    GateStory(made, before=(published(ANSWERED),)).tell()
    forget()
    yield made
    forget()
    made.store.close()


def asked(house: House, between: Callable[[int], None]) -> tuple[View, Gate, int]:
    """Ask the gate while others write, and return how often it was read."""
    store = Unfixed(cast("SqliteStore", house.store), between)
    with ExitStack() as until:

        def again() -> View:
            reader: StoreReader = until.enter_context(store.reading())
            return View(reader, anchor=house.anchor(house.clock.micros()))

        view, found = steadily(again, lambda view: gate(view, QUESTION), unsettled)
    assert found is not None
    return view, found, store.readings


def replayed(house: House, view: View) -> Gate:
    """Ask it again as of the point that an answer is of."""
    found = gate(house.view(AsOf(view.moment, view.known_at), EVERYTHING), QUESTION)
    assert found is not None
    return found


def outcomes(found: Gate) -> tuple[GateVerdict, dict[GateCheckName, Outcome]]:
    return found.verdict, {one.check: one.outcome for one in found.checks}


def test_what_it_looked_at_and_changed_meanwhile_is_read_again_whenever_that_was(house: House) -> None:
    verdicts, most = [], [0]
    asked(house, lambda reads: most.__setitem__(0, reads))
    for number, part in enumerate(PARTS):
        forget()
        zone = ("LANDING", "TRAINING")[number % 2]
        todo = [cleared(TRAINING, zone)]

        def between(reads: int, moment: float = part * most[0], todo: list[dict[str, object]] = todo) -> None:
            if reads >= moment and todo:
                house.record(todo.pop())

        view, found, readings = asked(house, between)
        assert (readings, view.known_at) == (2, house.ledger.size() - 1)
        assert outcomes(found) == outcomes(replayed(house, view))
        verdicts.append(found.verdict)
    assert set(verdicts) == {GateVerdict.FAIL, GateVerdict.PASS}


def test_what_it_did_not_look_at_lets_nothing_be_read_again(house: House) -> None:
    todo = [cleared({"namespace": "elsewhere", "name": "cafeteria"}, "LANDING")]
    before = house.ledger.size() - 1

    def between(_: int) -> None:
        if todo:
            house.record(todo.pop())

    view, found, readings = asked(house, between)
    assert (readings, view.known_at) == (1, before)
    # That the graph is behind the ledger by then it says, as of every store.
    assert replayed(house, view).verdict is GateVerdict.PASS
    assert {one.check for one in found.checks if one.outcome is not Outcome.PASS and one.required} == {
        GateCheckName.VIEW_COMPLETE
    }


def test_a_run_that_comes_meanwhile_lets_nothing_be_read_again_since_facts_are_read_up_to_an_entry(
    house: House,
) -> None:
    curate = {"namespace": "pipeline", "name": "curate"}
    before = house.ledger.size() - 1
    todo = [
        ran(f"0190c000-0000-7000-8000-00000000000{number}", curate, [LANDED], [TRAINING], at) for number, at in AGAIN
    ]

    def between(_: int) -> None:
        if todo:
            house.send(todo.pop())

    view, found, readings = asked(house, between)
    assert (readings, view.known_at, todo) == (1, before, [])
    assert outcomes(replayed(house, view))[0] is GateVerdict.PASS
    assert {one.check for one in found.checks if one.outcome is not Outcome.PASS and one.required} == {
        GateCheckName.VIEW_COMPLETE
    }


def test_what_changes_each_time_passes_for_nothing_and_says_so(house: House) -> None:
    number = iter(range(1_000))

    def between(reads: int) -> None:
        if reads == 0:
            house.record(cleared(TRAINING, "TRAINING", owner=f"unit-{next(number)}"))

    view, found, readings = asked(house, between)
    assert (readings, found.verdict) == (READINGS, GateVerdict.UNKNOWN)
    (seen,) = (one for one in found.checks if one.check is GateCheckName.VIEW_COMPLETE)
    assert seen.outcome is Outcome.UNKNOWN
    assert seen.reasons[-1].text == "What it rests on changed each time while it was read: ask again."
    assert found.completeness == Lagging(1, at_index=view.known_at)


@pytest.mark.parametrize("times", [0, 1, READINGS])
def test_what_names_something_that_is_no_longer_there_is_read_again_and_a_defect_is_not(
    house: House, times: int
) -> None:
    store = Unfixed(cast("SqliteStore", house.store), lambda _: None)
    tries = iter(range(READINGS))

    def read(view: View) -> int:
        number = next(tries)
        if number < times:
            view.statements([Dataset(**TRAINING).id])
            house.record(cleared(TRAINING, "TRAINING", owner=f"unit-{number}"))
            raise KeyError(number)
        if not times:
            raise KeyError(number)
        return number

    with ExitStack() as until:

        def opened() -> View:
            return View(until.enter_context(store.reading()), anchor=house.anchor(house.clock.micros()))

        if times == 1:
            assert steadily(opened, read, lambda _, found: found)[1] == 1
            assert store.readings == 2
            return
        with pytest.raises(KeyError if not times else OperatorError):
            steadily(opened, read, lambda _, found: found)
    assert store.readings == (READINGS if times else 1)
