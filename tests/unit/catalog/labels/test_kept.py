"""Why a label is there, read of what is kept: little is asked for at once, and much step by step of the ways alone."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from catalog.labels.taint import kept
from catalog.labels.taint.following import LabelFollower
from catalog.labels.taint.judging import MOST_WAYS
from catalog.labels.taint.queries import effective_labels, why_label
from catalog.labels.taint.walking import DEPTH
from catalog.store.protocol import Store
from catalog.view import View
from graph_schema.nodes import Dataset
from tests.support.counting import Counting
from tests.support.kept_labels import current_labels
from tests.support.records import RAW, House, event, tag
from tests.unit.catalog.labels.test_effective_labels import EARLY, RAW_ID

DIRECT = "DIRECT_IDENTIFIER"


def dataset(depth: int, number: int) -> dict[str, str]:
    return {"namespace": "made-up", "name": f"layer{depth}/set{number}"}


def made_of(inputs: Sequence[Mapping[str, str]], columns: int) -> dict[str, Any]:
    """Return the facet by which each of so many columns is made of the one that is called so in every input."""
    names = ["mrn", *(f"column_{number}" for number in range(1, columns))]
    fields = {name: {"inputFields": [{**one, "field": name} for one in inputs]} for name in names}
    return {"columnLineage": {"fields": fields}}


def layered(house: House, depth: int, width: int, columns: int = 0) -> str:
    """Make so many layers out of RAW, each dataset of all of the layer before, by columns where there are any; return
    the last one's id.
    """
    inputs = [RAW]
    for layer in range(depth):
        outputs = [dataset(layer, number) for number in range(width)]
        sent: dict[str, Any] = {
            **event(run=str(UUID(int=layer + 1))),
            "job": {"namespace": "made-up", "name": f"job{layer}"},
            "inputs": inputs,
            "outputs": [{**one, "facets": made_of(inputs, columns)} if columns else one for one in outputs],
        }
        house.send(sent)
        inputs = outputs
    house.record(tag(column="mrn" if columns else None, valid_from=EARLY))
    follower = LabelFollower(house.store)
    while follower.step():
        pass
    last = dataset(depth - 1, 0)
    return Dataset(last["namespace"], last["name"]).id


def asked(house: House, asset: str) -> Counting:
    with house.store.reading() as reader:
        counting = Counting(reader)
        why = why_label(View(counting), asset, None, DIRECT)
        assert {way.origin for way in why.ways} == {RAW_ID}
        return counting


def test_why_a_label_is_there_asks_at_once_for_what_is_kept_of_all_behind(tmp_path: Path) -> None:
    met = []
    for depth in (2, 4, 6):
        (tmp_path / str(depth)).mkdir()
        house = House(tmp_path / str(depth))
        calls = asked(house, layered(house, depth, 3)).calls
        met.append((calls["label_equations"], calls["label_states"], calls["reach"], calls["column_flows"]))
        house.close()
    assert met == [(1, 2, 1, 1)] * 3


def test_why_a_label_is_there_reads_no_columns_beside_the_ways(tmp_path: Path) -> None:
    met = []
    for columns in (2, 20):
        (tmp_path / str(columns)).mkdir()
        house = House(tmp_path / str(columns))
        counting = asked(house, layered(house, 5, 2, columns))
        met.append((counting.calls.total(), counting.rows["column_flows"], counting.rows["nodes"]))
        house.close()
    assert met[0] == met[1]


def test_why_a_label_is_there_asks_for_several_steps_at_once_where_much_lies_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_AHEAD", ((DEPTH, 20), (4, 20)))
    for depth in (8, 16):
        (tmp_path / str(depth)).mkdir()
        house = House(tmp_path / str(depth))
        calls = asked(house, layered(house, depth, 4)).calls
        assert 1 < calls["label_equations"] <= depth // 2
        assert calls["label_states"] < depth
        house.close()


@pytest.mark.parametrize("depth", [2, 4, 6])
def test_why_a_label_is_there_asks_for_each_step_and_not_for_each_dataset_where_much_lies_behind(
    depth: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_AHEAD", ((DEPTH, 2),))
    calls, met = [], []
    for width in (3, 9):
        (tmp_path / str(width)).mkdir()
        house = House(tmp_path / str(width))
        counting = asked(house, layered(house, depth, width))
        house.close()
        calls.append(counting.calls.total())
        met.append(counting.calls["label_equations"])
    assert calls[0] == calls[1]
    assert met[0] <= depth + 3


def test_labels_of_many_ask_for_each_step_once(house: House) -> None:
    layered(house, 4, 9)
    wanted = [Dataset("made-up", f"layer3/set{number}").id for number in range(9)]

    def calls(ids: list[str]) -> int:
        with house.store.reading() as reader:
            counting = Counting(reader)
            assert len(effective_labels(View(counting), ids)) == len(ids)
            return counting.calls["label_equations"] + counting.calls["label_states"]

    assert calls(wanted) <= calls(wanted[:1]) + 2


def test_all_ways_are_fetched_together(house: House) -> None:
    asset = layered(house, 5, 9)
    with house.store.reading() as reader:
        counting = Counting(reader)
        assert len(why_label(View(counting), asset, None, DIRECT).ways) == MOST_WAYS
    # What flows into the asset and into everything on the three ways.
    assert counting.calls["column_coverage"] == 1


@pytest.mark.parametrize("ask", [why_label, effective_labels], ids=["why", "labels"])
def test_what_an_answer_fetched_goes_with_it(ask: Any, house: House) -> None:
    """What lies in a circle stays until the interpreter looks for garbage, for which some answer then waits."""
    asset = layered(house, 3, 3)
    asked_of = (asset, None, DIRECT) if ask is why_label else ([asset],)
    gc.disable()
    try:
        with house.store.reading() as reader:
            counting = Counting(reader)
            ask(View(counting), *asked_of)
            read_through = weakref.ref(counting)
            del counting
            assert read_through() is None
    finally:
        gc.enable()


class Counted:
    """A store that counts what is read of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.keep = store.keep
        self.calls: Counter[str] = Counter()

    @contextmanager
    def reading(self, *args: Any) -> Iterator[Counting]:
        with self._store.reading(*args) as reader:
            counting = Counting(reader)
            yield counting
            self.calls += counting.calls


@pytest.mark.parametrize("depth", [2, 6])
def test_one_label_more_is_followed_step_by_step_and_not_dataset_by_dataset(depth: int, tmp_path: Path) -> None:
    calls = []
    for width in (3, 9):
        (tmp_path / str(width)).mkdir()
        house = House(tmp_path / str(width))
        last = layered(house, depth, width)
        house.record(tag(column=None, phi_kind="CLINICAL_NOTE", valid_from=EARLY))
        counted: Any = Counted(house.store)
        follower = LabelFollower(counted)
        while follower.step():
            pass
        assert "CLINICAL_NOTE" in current_labels(house.view(), [last]).kinds[last]
        house.close()
        calls.append(counted.calls)
    assert calls[0] == calls[1]
    # What was kept before of all that was judged is read at once, and what flows in and on for each step of the way.
    assert calls[0]["held_labels"] == 2
    assert max(calls[0][name] for name in ("label_equations", "label_readers", "label_states")) <= depth + 5
