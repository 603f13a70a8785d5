"""A store that is closed while threads use it lets what was begun end, and takes nothing from then on."""

from __future__ import annotations

import threading

from catalog.errors import OperatorError
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Store
from graph_schema.builder import FactBuilder
from graph_schema.facts import NOW, Facts
from graph_schema.nodes import Dataset

DATASET = Dataset("made-up", "read")


def stated(entry: int) -> Facts:
    builder = FactBuilder(entry, entry, f"{entry:016x}")
    builder.add_statement(DATASET, "documentation", f"stated by {entry}")
    return builder.build()


def test_what_is_being_read_as_it_is_closed_is_read_to_its_end(store: Store) -> None:
    store.apply(stated(0), 0)
    with store.reading() as read:
        store.close()
        assert [one.data for one in read.statements([DATASET.id], None, NOW, NOW)] == ["stated by 0"]
        assert set(read.nodes([DATASET.id], NOW)) == {DATASET.id}


def test_who_goes_on_writing_meanwhile_is_refused_and_nothing_else_fails(store: Store) -> None:
    if isinstance(store, MemoryStore):
        return  # it has nothing to close
    written, met = threading.Event(), []

    def write() -> None:
        entry = 0
        try:
            while True:
                store.apply(stated(entry), entry)
                written.set()
                entry += 1
        except Exception as error:  # noqa: BLE001  it is what is looked at
            met.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(30)
    store.close()
    thread.join(30)
    assert [type(one) for one in met] == [OperatorError]
    assert "closed" in str(met[0])
