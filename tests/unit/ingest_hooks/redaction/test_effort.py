"""What is searched of an event: what was seen before is not, and no more than was allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest_hooks.redaction import TooLaborious, redact, sql, strings
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.memo import Memory
from ingest_hooks.redaction.redactor import _Walk

KEY = b"a key of these tests"
NUMBER = "48213977"


def _event(run: str, *, rows: int = 1, note: str = "made up for a test") -> dict[str, Any]:
    fields = [{"name": f"column_{place}", "type": "string", "description": f"{note}, {place}"} for place in range(50)]
    facets = {"schema": {"fields": fields}, "documentation": {"description": f"{note} of patient {NUMBER}"}}
    return {
        "eventType": "COMPLETE",
        "run": {"runId": run, "facets": {"processing_engine": {"version": "3.5.0", "name": note}}},
        "job": {"namespace": "made-up", "name": "load", "facets": {"sql": {"query": "select 'a literal' from t"}}},
        "inputs": [{"namespace": "made-up", "name": "raw", "facets": facets}],
        "outputs": [
            {
                "namespace": "made-up",
                "name": "curated",
                "facets": facets,
                "outputFacets": {"outputStatistics": {"rowCount": rows}},
            }
        ],
    }


def test_of_an_event_whose_parts_were_seen_only_what_tells_it_apart_is_searched() -> None:
    first = redact(_event("018f4a3e-0000-7000-8000-000000000001"), token_key=KEY)
    again = redact(_event("018f4a3e-0000-7000-8000-000000000002"), token_key=KEY)
    assert first.searched > 2_000
    assert again.searched < 100
    assert [one.rule for one in again.redactions] == [one.rule for one in first.redactions] != []


def test_of_a_dataset_whose_statistics_are_new_nothing_but_these_is_searched() -> None:
    redact(_event("018f4a3e-0000-7000-8000-000000000001"), token_key=KEY)
    assert redact(_event("018f4a3e-0000-7000-8000-000000000002", rows=2), token_key=KEY).searched < 150


@pytest.mark.parametrize("most", [0, 10, 100, 1_000])
def test_what_is_more_than_allowed_is_given_up_and_nothing_is_kept_that_changes_an_answer(most: int) -> None:
    said = _event("018f4a3e-0000-7000-8000-000000000003", note=f"never seen with {most}")
    with pytest.raises(TooLaborious):
        redact(said, token_key=KEY, most=most)
    anew = _Walk(Memory(Scanner(KEY)))
    assert redact(said, token_key=KEY).value == anew.root(said)


@pytest.mark.parametrize(
    "said",
    [
        {"x": ["a"] * 500},
        {"x": "a word " * 500},
        {f"key_{place}": 1 for place in range(500)},
        {"x": {f"another_{place}": {} for place in range(500)}},
        {"run": {"facets": {"sql": {"query": "select 1 " * 500, "dialect": "spark"}}}},
        {"run": {"facets": {"errorMessage": {"message": "it failed " * 500}}}},
        {"run": {"facets": {"environmentVariables": {"environmentVariables": [{"name": "A", "value": "b"}] * 300}}}},
        {"inputs": [{"namespace": "n", "name": f"set{place}"} for place in range(500)]},
    ],
)
def test_whatever_is_long_counts(said: dict[str, Any]) -> None:
    with pytest.raises(TooLaborious):
        redact(said, token_key=b"a key of its own", most=400)


def test_what_was_replaced_in_a_part_is_not_remembered() -> None:
    memory = Memory(Scanner(KEY))
    walk = _Walk(memory)
    said = _event("018f4a3e-0000-7000-8000-000000000001")
    assert NUMBER in json.dumps(said)
    assert NUMBER not in json.dumps(walk.root(said))
    assert NUMBER not in repr([vars(memo) for memo in (memory.parts, memory.facets)])
    assert not any(NUMBER in text for texts in (memory.texts, memory.unknown, memory.names) for text in texts)


def test_a_transformation_that_stays_is_lexed_once_whatever_it_is_said_of(monkeypatch: pytest.MonkeyPatch) -> None:
    lexed: list[str] = []
    shape = sql.redact_expression

    def noted(text: str, scanner: Scanner) -> str | None:
        lexed.append(text)
        return shape(text, scanner)

    monkeypatch.setattr(strings, "redact_expression", noted)
    stays, goes = "coalesce(amount, a default of its own)", "coalesce(amount, 'Testperson Alpha')"
    for job in range(3):
        origin = {"namespace": "made-up", "name": f"set{job}", "field": "amount"}
        said = [{"type": "DIRECT", "description": text} for text in (stays, goes)]
        fields = {"amount": {"inputFields": [{**origin, "transformations": said}]}}
        event: Any = {"outputs": [{"name": f"out{job}", "facets": {"columnLineage": {"fields": fields}}}]}
        value: Any = redact(event, token_key=b"a key of this test")
        found = value.value["outputs"][0]["facets"]["columnLineage"]["fields"]["amount"]["inputFields"][0]
        assert found["transformations"][0]["description"] == stays
        assert "Testperson" not in found["transformations"][1]["description"]
    assert lexed.count(stays) == 1
    assert lexed.count(goes) == 3
