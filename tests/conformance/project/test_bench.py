from __future__ import annotations

import json
import runpy
import sys
from itertools import pairwise

import pytest

from bench.__main__ import MEASURES
from bench.estates import Estate, Event, load
from bench.figures import Figure, markdown, percentile
from bench.pages import addresses
from bench.workloads import WORKLOADS, events, large, varying


@pytest.mark.parametrize("measure", ["__main__", *MEASURES])
def test_each_measurement_is_a_command_that_can_be_tried_quickly(
    measure: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [measure, "--help"])
    monkeypatch.delitem(sys.modules, f"bench.{measure}", raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"bench.{measure}", run_name="__main__")
    assert ended.value.code == 0
    assert "--quick" in capsys.readouterr().out


def test_an_estate_is_the_same_whenever_it_is_made_up() -> None:
    assert list(Estate(40, layers=4).events()) == list(Estate(40, layers=4).events())
    assert list(load(10, seed=1)) == list(load(10, seed=1))
    assert list(load(10, seed=1)) != list(load(10, seed=2))


def test_every_job_of_an_estate_reads_from_the_layer_before_its_own() -> None:
    estate = Estate(100, layers=5)
    events = list(estate.events())
    assert len(events) == 2 * estate.jobs
    for event in events:
        (layer,) = {_layer(dataset) for dataset in event["outputs"]}
        assert {_layer(dataset) for dataset in event["inputs"]} == {layer - 1}
    written = {dataset["name"] for event in events for dataset in event["outputs"]}
    assert set(estate.sinks(10)) <= written


def test_jobs_that_run_again_do_so_a_day_later_and_say_the_same() -> None:
    once, thrice = list(Estate(40, layers=4).events()), list(Estate(40, layers=4, runs=3).events())
    assert thrice[: len(once)] == once
    assert len({event["run"]["runId"] for event in thrice}) == 3 * 40
    assert [_restated(event) for event in thrice] == 3 * [_restated(event) for event in once]


@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_runs_of_a_job_say_the_same_but_for_what_varies(workload: str) -> None:
    made = list(events(WORKLOADS[workload], jobs=3, runs=2))
    assert len({event["run"]["runId"] for event in made}) == 6
    for again, event in zip(made[6:], made[:6], strict=True):
        assert (_restated(again) == _restated(event)) == (WORKLOADS[workload] is not varying)
    assert made[6:] == list(events(WORKLOADS[workload], jobs=3, runs=1, first=1))


def test_a_large_event_is_of_the_size_that_it_is_called_by() -> None:
    assert all(8_500 < len(json.dumps(event, separators=(",", ":"))) < 9_500 for event in large(job=17, run=3))


def test_no_run_of_a_load_is_sent_twice() -> None:
    runs = [event["run"]["runId"] for event in load(2_000, seed=1)]
    assert len(set(runs)) == len(runs) // 2
    assert all(first == second for first, second in list(pairwise(runs))[::2])


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.95) == 1.0
    assert percentile([float(value) for value in range(1, 101)], 0.95) == 96.0


def test_the_table_says_where_an_aim_was_missed() -> None:
    table = markdown([Figure("walk", "here", "90 ms", "≤ 50 ms", met=False), Figure("start", "here", "1 s")])
    assert "| walk | here | 90 ms | ≤ 50 ms | **falls short** |" in table
    assert "| start | here | 1 s |  |  |" in table


def _restated(event: Event) -> Event:
    """Return what the event says besides which run it is of and when."""
    return {**event, "run": event["run"].get("facets"), "eventTime": None}


def _layer(dataset: Event) -> int:
    return int(dataset["name"].partition("/")[0].removeprefix("layer"))


def test_every_page_of_the_explorer_is_measured() -> None:
    assert all(addresses(Estate(200), [1]).values())
