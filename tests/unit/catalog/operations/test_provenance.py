"""A graph is followed only where it was made of this ledger, as the ledger is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.errors import OperatorError
from catalog.ledger.keys import SiteKeys
from catalog.ledger.memory import MemoryLedger
from catalog.ledger.protocol import Draft, Ledger
from catalog.ledger.sqlite import SqliteLedger
from catalog.operations.provenance import ForeignGraphError, Provenance, check
from catalog.projection.entry_facts import PROJECTION_VERSION
from catalog.projection.follower import Projection
from catalog.projection.rebuilding import rebuild
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Store
from graph_schema.facts import Facts

KEYS = SiteKeys.generate("ledger.example/tests")


def ledger_of(*numbers: int, keys: SiteKeys = KEYS) -> MemoryLedger:
    """A ledger with an entry for each number; the same numbers and another clock make another ledger."""
    ledger = MemoryLedger(keys)
    for number in numbers:
        body = json.dumps({"number": number}).encode()
        ledger.append(Draft("record.unknown", "local", "tests", (f"Dataset:{number}",), body, body))
    return ledger


def followed(ledger: MemoryLedger) -> MemoryStore:
    store = MemoryStore()
    follower = Projection(ledger, store)
    follower.resume()
    while follower.step():
        pass
    return store


def rebuilt(ledger: MemoryLedger) -> MemoryStore:
    store = MemoryStore()
    rebuild(ledger, store)
    return store


@pytest.mark.parametrize("made", [followed, rebuilt])
def test_a_graph_of_this_ledger_is_followed_however_far_it_is(made: object) -> None:
    for size in range(4):
        ledger = ledger_of(*range(size))
        store = followed(ledger) if made is followed else rebuilt(ledger)
        check(ledger, store)
        ledger.append(Draft("record.unknown", "local", "tests", ("Dataset:9",), b"{}", b"{}"))
        check(ledger, store)
        Projection(ledger, store).resume()
        assert store.checkpoint() == size - 1


def refused(ledger: Ledger, store: Store, error: type[OperatorError], sentence: str) -> None:
    before = list(store.scan()), store.version()
    with pytest.raises(OperatorError, match=sentence) as caught:
        check(ledger, store)
    assert type(caught.value) is error
    assert caught.value.retry_after is None
    with pytest.raises(OperatorError, match=sentence):
        Projection(ledger, store).resume()
    assert (list(store.scan()), store.version()) == before


@pytest.mark.parametrize("size", [0, 2, 3, 9])
def test_another_ledgers_graph_is_refused_whatever_their_sizes(size: int) -> None:
    store = followed(ledger_of(1, 2, 3))
    sentence = "^This graph belongs to another ledger: it holds 3 entries"
    refused(ledger_of(*range(size)), store, ForeignGraphError, sentence)


def test_the_other_ledger_is_named() -> None:
    store = followed(ledger_of(1, keys=SiteKeys.generate("other.example/ledger")))
    refused(ledger_of(1, 2), store, ForeignGraphError, "another ledger, other.example/ledger")


@dataclass
class Branches:
    """A ledger of three entries, the graph of it, and a copy of the ledger as it was at two."""

    store: MemoryStore
    copy: SqliteLedger


def add(ledger: Ledger, number: int) -> None:
    body = json.dumps({"number": number}).encode()
    ledger.append(Draft("record.unknown", "local", "tests", (f"Dataset:{number}",), body, body)).result(20)


@pytest.fixture
def branches(tmp_path: Path) -> Iterator[Branches]:
    def opened(folder: Path) -> SqliteLedger:
        return SqliteLedger.open(folder / "ledger.db", folder / "keys", "ledger.example/tests")

    with closing(opened(tmp_path / "made")) as ledger:
        add(ledger, 1)
        add(ledger, 2)
    shutil.copytree(tmp_path / "made", tmp_path / "copy")
    store = MemoryStore()
    with closing(opened(tmp_path / "made")) as ledger:
        add(ledger, 3)
        follower = Projection(ledger, store)
        follower.start()
        while Provenance.parse(store.version() or "").index < 2:
            follower.wait_for(3, 0.01)
        follower.stop()
    with closing(opened(tmp_path / "copy")) as copy:
        yield Branches(store, copy)


def test_a_graph_ahead_of_its_ledger_says_so(branches: Branches) -> None:
    sentence = "^The graph is ahead of the ledger: it holds 3 entries, the ledger only 2"
    refused(branches.copy, branches.store, OperatorError, sentence)


def test_a_ledger_that_was_restored_and_went_on_is_another_history(branches: Branches) -> None:
    for number in (7, 8):
        add(branches.copy, number)
        sentence = "another history of this ledger: entry 2 is another there"
        refused(branches.copy, branches.store, OperatorError, sentence)


def test_a_graph_that_does_not_say_of_what_it_was_made_is_made_anew() -> None:
    ledger, store = ledger_of(1, 2, 3), MemoryStore()
    store.apply(Facts(), 1)
    store.mark(PROJECTION_VERSION)
    Projection(ledger, store).resume()
    assert store.checkpoint() == -1


@pytest.mark.parametrize(
    "provenance", [Provenance("2"), Provenance("2", "ledger.example/tests", "0" * 32, 0, "f" * 32), Provenance("")]
)
def test_a_mark_reads_back_as_it_was_written(provenance: Provenance) -> None:
    assert Provenance.parse(provenance.serialize()) == provenance


@pytest.mark.parametrize("mark", ["none: it was being cleared", "2 a b c d", "2 a b ² d", "2 a b -1 d"])
def test_a_mark_of_another_form_is_another_version(mark: str) -> None:
    assert Provenance.parse(mark) == Provenance(mark)
