"""Of a store in another process what was read stands for later answers: asked again, little is read anew, and behind an
event only what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.findings.queries import findings_on
from catalog.gate.queries import gate
from catalog.lineage.model import Direction, Walk
from catalog.lineage.queries import lineage
from catalog.reading import EVERYTHING, LATEST, Rights
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.nodes import Dataset, ModelVersion
from tests.support.cold import forget
from tests.support.counting import Counting
from tests.support.gate_story import MODEL, QUESTION, GateStory, cleared, published, snapshot
from tests.support.records import House, event, tag

VERSIONS = 2
MOST_AGAIN = 4
"""Whether anything began or ended since, and how far labels are followed."""
MOST_BEHIND = 10
NARROW = Rights(namespaces=frozenset({"lake", MODEL["namespace"]}))
Ask = Callable[[View, int], Any]


def data(number: int) -> dict[str, str]:
    return {"namespace": "lake", "name": f"training {number}"}


ASKS: dict[str, Ask] = {
    "gate": lambda view, number: gate(view, replace(QUESTION, of=version(number))),
    "findings": lambda view, number: findings_on(view, [Dataset(**data(number)).id]),
    "lineage": lambda view, number: lineage(view, Walk((Dataset(**data(number)).id,), Direction.UPSTREAM)),
}


def version(number: int) -> str:
    return ModelVersion(MODEL["namespace"], MODEL["name"], str(number)).id


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, store=SqliteStore(tmp_path / "graph.db"))
    story = GateStory(made, before=(published("require: [CODE, VIEW_COMPLETE]\n"),)).tell()
    for number in range(2, 2 + VERSIONS):
        story.say(f"declares {number}", cleared(data(number), "TRAINING"), "steward")
        story.say(f"seals {number}", story.sealed(data(number), "TRAINING"), "steward")
        registered = {**story.registered(version=str(number)), "trained_on": [snapshot(data(number))]}
        story.say(f"registers {number}", registered, "engineer")
    forget()
    yield made
    made.close()
    forget()


def asked(house: House, ask: Ask, rights: Rights = EVERYTHING, *, remote: bool = True) -> tuple[Any, int]:
    """Return what is answered of the second version, and how often the store was asked, by a view of its own."""
    with house.store.reading() as reader:
        counting: Any = Counting(reader)
        counting.remote = remote
        answer = ask(View(counting, LATEST, rights, house.anchor(house.clock.micros())), 2)
    # These three come with the state that a reading begins with.
    beside = sum(counting.calls[name] for name in ("checkpoint", "stamp", "touched"))
    return answer, counting.calls.total() - beside


def test_asked_again_next_to_nothing_is_read_and_behind_an_event_only_what_it_is_about(house: House) -> None:
    first = {name: asked(house, ask)[1] for name, ask in ASKS.items()}
    again = {name: asked(house, ask)[1] for name, ask in ASKS.items()}
    assert {name: count for name, count in again.items() if count > MOST_AGAIN} == {}
    assert first["gate"] > 10 * MOST_AGAIN, "it was read by nobody before"
    for is_of_it in (False, True):
        if is_of_it:
            house.record(tag(dataset=data(2), column=None))
        else:
            house.send(event())
        for name, ask in ASKS.items():
            answer, count = asked(house, ask)
            assert count <= MOST_BEHIND, name
            assert answer == asked(house, ask, remote=False)[0], name
            assert asked(house, ask, NARROW)[0] == asked(house, ask, NARROW, remote=False)[0], name


def test_another_version_is_asked_about_with_half_of_what_the_first_one_was(house: House) -> None:
    def of(number: int) -> Ask:
        return lambda view, _: ASKS["gate"](view, number)

    _, of_one = asked(house, of(2))
    _, of_other = asked(house, of(3))
    assert of_other <= of_one // 2
