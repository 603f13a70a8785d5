"""Events and records out of files of every shape, each accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.records import CURATED, declaration, event
from tests.support.typed import Typed, typed

FINE, FINDING, WRONG_USE = 0, 1, 2
EVENTS = [event("START", "2026-01-01T09:00:00Z"), event()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalog"


def ingest(folder: Path, content: str | bytes) -> dict[str, Any]:
    sent = content.encode() if isinstance(content, str) else content
    answer = typed(folder, "ingest", "--new", "--json", stdin=sent)
    found: dict[str, Any] = json.loads(answer.out)
    assert answer.code == (FINDING if found["refused"] else FINE)
    return found


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(map(json.dumps, EVENTS)),
        "\r\n".join(map(json.dumps, EVENTS)) + "\r\n",
        "\n\n" + "\n\n".join(map(json.dumps, EVENTS)) + "\n",
        json.dumps(EVENTS),
        json.dumps(EVENTS, indent=2),
    ],
    ids=["lines", "lines of Windows", "lines with blank ones", "array", "array over many lines"],
)
def test_events_are_taken_from_lines_and_from_arrays(folder: Path, content: str) -> None:
    assert ingest(folder, content) == {"received": 2, "taken": 2, "alreadyThere": 0, "refused": []}
    assert ingest(folder, content) == {"received": 2, "taken": 0, "alreadyThere": 2, "refused": []}


def test_one_event_may_stand_over_many_lines(folder: Path) -> None:
    assert ingest(folder, json.dumps(EVENTS[0], indent=4))["taken"] == 1


def test_a_line_that_is_no_event_spoils_no_other(folder: Path) -> None:
    lines = ["{not json", json.dumps(EVENTS[0]), json.dumps(declaration()), "[]", json.dumps(EVENTS[1])]
    found = ingest(folder, "\n".join(lines))
    assert (found["received"], found["taken"]) == (5, 2)
    assert [(one["line"], one["reason"]) for one in found["refused"][:2]] == [
        (1, "This is no JSON from column 2 on."),
        (3, "This is a record and no event: send it with `lineward record`."),
    ]
    assert found["refused"][2]["line"] == 4


def test_a_wrong_value_over_many_lines_is_refused_alone_with_its_place(folder: Path) -> None:
    found = ingest(folder, f'[\n  {json.dumps(EVENTS[0])},\n  {{"job":\n  }}, {json.dumps(EVENTS[1])}\n]\n')
    assert found["taken"] == 2
    (refused,) = found["refused"]
    assert refused == {"file": "standard input", "line": 4, "item": 2, "reason": "This is no JSON from column 3 on."}


@pytest.mark.parametrize("content", ["", "\n \n", "[]"])
def test_nothing_is_no_error_of_a_pipeline_and_is_said(folder: Path, content: str) -> None:
    answer = typed(folder, "ingest", "--new", stdin=content.encode())
    assert answer.code == FINE
    assert "standard input holds no events." in answer.err


def test_a_table_counts_what_was_there_already(folder: Path) -> None:
    ingest(folder, json.dumps(EVENTS[0]))
    answer = typed(folder, "ingest", stdin="\n".join(map(json.dumps, EVENTS)).encode())
    assert [line.split() for line in answer.out.splitlines()] == [
        ["received", "taken", "already", "there", "refused"],
        ["2", "1", "1", "0"],
    ]


RECORDS = [declaration(), declaration(dataset=CURATED)]


def record(folder: Path, content: str) -> Typed:
    ingest(folder, json.dumps(EVENTS[0]))
    return typed(folder, "record", stdin=content.encode())


@pytest.mark.parametrize(
    "content", ["\n".join(map(json.dumps, RECORDS)), json.dumps(RECORDS), json.dumps(RECORDS, indent=2)]
)
def test_records_are_taken_from_lines_and_from_arrays(folder: Path, content: str) -> None:
    answer = record(folder, content)
    assert answer.code == FINE, answer.err
    assert "2 records taken." in answer.err
    assert [line.split()[1] for line in answer.out.splitlines()[1:]] == ["declare_dataset"] * 2


def test_the_records_before_a_wrong_one_are_counted(folder: Path) -> None:
    answer = record(folder, json.dumps([*RECORDS, {**declaration(), "zone": "LANDNG"}]))
    assert answer.code == WRONG_USE
    assert answer.err.splitlines()[-1] == (
        "lineward: Standard input, item 3: zone is one of LANDING, CURATED, TRAINING, ARTIFACT, EVALUATION, "
        "FEATURE_STORE; did you mean LANDING? The 2 before it were taken."
    )
