"""A graph whose bytes are not those that were written: found, said in one sentence, and never answered from."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from catalog.errors import DamagedGraphError, OperatorError
from catalog.projection.rebuilding import rebuild
from catalog.store.sqlite import SqliteStore
from graph_schema.facts import Facts
from tests.support.events import dataset, projected, run_event
from tests.support.records import House, event

FLIPS = 400
DERIVED = {"flow", "contribution", "current"}
"""The kinds of row whose times and numbers follow from the facts: a changed one may look possible."""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph")
    house = House(folder)
    house.tell_story(house.act_as("grace", "approver"))
    house.append({**_unknown(), "kind": "revoke_key"}, "local")
    store = SqliteStore(folder / "graph.db")
    rebuild(house.ledger, store)
    store.check()
    store.close()
    house.close()
    return folder / "graph.db"


def _unknown() -> dict[str, str]:
    return {"key_id": "aaaaaaaaaa", "principal": "nobody"}


def rows(path: Path) -> list[tuple[str, ...]]:
    store = SqliteStore(path)
    try:
        return list(store.scan())
    finally:
        store.close()


def test_a_flipped_bit_anywhere_is_found_or_changes_nothing_that_was_said(graph: Path, tmp_path: Path) -> None:
    sound, whole = graph.read_bytes(), rows(graph)
    chosen = random.Random(11)  # noqa: S311  which bits is no secret
    found = 0
    for number in range(FLIPS):
        path = tmp_path / f"{number}.db"
        content = bytearray(sound)
        content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
        path.write_bytes(content)
        try:
            store = SqliteStore(path)
        except OperatorError:
            found += 1
            continue
        try:
            store.check()
        except DamagedGraphError:
            with pytest.raises(DamagedGraphError, match="lineward graph rebuild"):
                store.checkpoint()
            found += 1
        else:
            now = list(store.scan())
            assert len(now) == len(whole)
            assert {before[0] for before, after in zip(whole, now, strict=True) if before != after} <= DERIVED
        finally:
            store.close()
    assert found > FLIPS // 20


@pytest.mark.parametrize("page", range(12))
def test_a_page_of_noise_is_found(graph: Path, tmp_path: Path, page: int) -> None:
    path = tmp_path / "graph.db"
    content = bytearray(graph.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = random.Random(page).randbytes(4096)  # noqa: S311  noise is no secret
    path.write_bytes(content)
    with pytest.raises(DamagedGraphError):
        SqliteStore(path).check()


@pytest.mark.parametrize("part", [0.25, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_found(graph: Path, tmp_path: Path, part: float) -> None:
    path = tmp_path / "graph.db"
    content = graph.read_bytes()
    path.write_bytes(content[: int(len(content) * part) // 4096 * 4096])
    with pytest.raises(DamagedGraphError):
        SqliteStore(path).check()


def test_a_file_that_is_cut_short_while_it_is_read_ends_no_process(graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    path.write_bytes(graph.read_bytes())
    store = SqliteStore(path)
    store.checkpoint()
    with path.open("r+b") as file:
        file.truncate(8192)
    with suppress(DamagedGraphError):
        list(store.scan())
    with pytest.raises(DamagedGraphError):
        store.check()
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE statement SET value = 'another' WHERE aspect = 'event'",
        "UPDATE content_statement SET value = (SELECT max(v) FROM value) WHERE aspect = 'zone'",
        "UPDATE attribution SET valid_from = valid_from - 1",
        "UPDATE in_force SET value = (SELECT max(v) FROM value) WHERE aspect = 'zone'",
        "UPDATE contribution SET at = at - 1",
        "UPDATE run_state SET first_at = first_at - 1",
        "UPDATE node SET title = 'another' WHERE entry IS NOT NULL",
        "UPDATE value SET text = '\"CURATED\"' WHERE text = '\"LANDING\"'",
        "UPDATE flow SET target = 999999",
        "DELETE FROM content_edge WHERE kind = 'WROTE'",
        "DELETE FROM state WHERE name = 'facts'",
        "UPDATE touched SET keys = zeroblob(length(keys)) WHERE slot = 1",
        "DELETE FROM touched WHERE slot = 1",
        "DROP INDEX edge_reaching",
    ],
)
def test_rows_that_are_not_those_that_were_written_are_found(graph: Path, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "graph.db"
    path.write_bytes(graph.read_bytes())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(statement)
    with pytest.raises(DamagedGraphError):
        SqliteStore(path).check()


def test_an_index_that_lost_a_row_is_met_by_a_defect_and_refuses_from_then_on(graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    path.write_bytes(graph.read_bytes())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE node SET label = 'Nothing' WHERE label = 'Dataset'")
    store = SqliteStore(path)
    with pytest.raises(DamagedGraphError, match="end the server and run `lineward graph rebuild`"):
        list(store.scan())
    with pytest.raises(DamagedGraphError):
        store.checkpoint()
    with pytest.raises(DamagedGraphError):
        store.apply(Facts(), 99)
    store.close()


def test_a_defect_of_a_sound_graph_stays_one_and_is_looked_into_once(graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    path.write_bytes(graph.read_bytes())
    store = SqliteStore(path)
    with pytest.raises(KeyError), store.reading():
        raise KeyError("a defect")
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE node SET title = 'another' WHERE entry IS NOT NULL")
    with pytest.raises(KeyError), store.reading():
        raise KeyError("a defect")
    store.close()


def test_what_is_written_in_any_batches_is_sound(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.tell_story(house.act_as("grace", "approver"))
    house.send(event("START", "2026-01-03T09:00:00Z", "0190d2e6-0000-7000-8000-00000000000c"))
    store = SqliteStore(tmp_path / "graph.db")
    for number in range(2):
        rebuild(house.ledger, store)
        store.check()
        assert number or store.checkpoint() == house.ledger.size() - 1
    store.close()
    house.close()


@pytest.mark.parametrize("batch", [1, 3])
def test_what_is_written_by_one_process_after_another_is_sound(tmp_path: Path, batch: int) -> None:
    facets = {"schema": {"fields": [{"name": "a"}]}, "lifecycleStateChange": {"lifecycleStateChange": "OVERWRITE"}}
    kinds = ("START", "COMPLETE", "START", "FAIL", "START", "COMPLETE")
    for start in range(0, len(kinds), batch):
        store = SqliteStore(tmp_path / "graph.db")
        store.check()
        for entry in range(start, min(start + batch, len(kinds))):
            made = run_event(kinds[entry], entry, run_id=f"run {entry // 2}", outputs=[dataset("x", facets=facets)])
            store.apply(projected(made, first=entry), entry)
        store.check()
        store.close()
