"""A made-up patient number in every place where values stand reaches nothing that is stored."""

# ruff: noqa: S608 - these statements are never run, they are what must be redacted

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from ingest_hooks.openlineage.wire import JSON
from ingest_hooks.redaction import redact
from tests.support.places import NUMBER_PLACES, VALUE_PLACES, event
from tests.support.places import everything_stored as stored_under

KEY = b"a site's key for tests, 32 bytes"
NAME = "Testperson Alpha"
SEEDS = ("48213977", "MRN-00482913", "TP-9982213", "482139", "987-65-4320")

TEXT_PLACES: dict[str, Callable[[str], dict[str, JSON]]] = {
    "documentation": lambda v: event(dataset={"documentation": {"description": f"Kept for patient {v} only."}}),
    "a job's documentation": lambda v: event(job={"documentation": {"description": f"See chart {v}."}}),
    "a field's description": lambda v: event(
        dataset={"schema": {"fields": [{"name": "a", "description": f"e.g. MRN {v}"}]}}
    ),
    "the password of an address": lambda v: event(dataset={"dataSource": {"uri": f"postgres://me:{v}@db:5432/x"}}),
    "a dataset's path": lambda v: event(name=f"s3://lake/patients/{v}/notes.parquet"),
    "a dataset's partition": lambda v: event(name=f"/lake/notes/mrn={v}"),
    "a symbolic link": lambda v: event(
        dataset={"symlinks": {"identifiers": [{"namespace": "n", "name": f"/patients/{v}/", "type": "LOCATION"}]}}
    ),
    "a storage path": lambda v: event(dataset={"custom": {"location": f"/data/patients/{v}/scan.dcm"}}),
    "an unknown facet": lambda v: event(run={"custom": {"note": f"patient {v}"}}),
    "an unknown facet's key": lambda v: event(run={"custom": {f"patient-{v}": 1}}),
    "a tag": lambda v: event(run={"tags": {"tags": [{"key": "who", "value": f"mrn {v}"}]}}),
    "a column name": lambda v: event(dataset={"schema": {"fields": [{"name": f"patient_{v}"}]}}),
    "an unquoted name in SQL": lambda v: event(job={"sql": {"query": f'select * from "patients_{v}"'}}),
    "a frame's path": lambda v: event(
        run={"errorMessage": {"stackTrace": f'  File "/patients/{v}/x.py", line 3, in <module>'}}
    ),
}


def everything_stored(said: dict[str, JSON]) -> str:
    return stored_under(said, KEY)


@pytest.mark.parametrize("place", [*VALUE_PLACES, *TEXT_PLACES])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_seeded_patient_number_is_nowhere_in_what_is_stored(place: str, seed: str) -> None:
    stored = everything_stored({**VALUE_PLACES, **TEXT_PLACES}[place](seed))
    digits = max(seed.split("-"), key=len)
    assert seed not in stored
    assert digits not in stored


NAMES = (
    "Testperson Alpha",
    "Testperson O'Alpha",
    'Testperson "Alpha" Gamma',
    "Alpha, Testperson; born 12.03.1970",
)
CODES = ("B20", "C50.9", "I10", "Z21")


@pytest.mark.parametrize("place", VALUE_PLACES)
def test_a_person_s_name_is_dropped_where_values_stand(place: str) -> None:
    for name in NAMES:
        stored = everything_stored(VALUE_PLACES[place](name))
        assert "Testperson" not in stored
        assert "Alpha" not in stored


@pytest.mark.parametrize("place", VALUE_PLACES)
def test_a_code_of_an_illness_is_dropped_where_values_stand(place: str) -> None:
    for code in CODES:
        assert code not in everything_stored(VALUE_PLACES[place](code)).replace("0.50.9", "")


@pytest.mark.parametrize("place", NUMBER_PLACES)
def test_a_number_is_dropped_where_values_stand(place: str) -> None:
    for number in (48213977, 482139.77, -48213977):
        assert str(abs(number)) not in everything_stored(NUMBER_PLACES[place](number))


def test_a_boolean_is_dropped_where_values_stand() -> None:
    said = event(io={"dataQualityAssertions": {"assertions": [{"success": True, "actual": True, "expected": False}]}})
    value: Any = redact(said, token_key=KEY).value
    assert value["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"] == [
        {"success": True, "actual": "<redacted:value>", "expected": "<redacted:value>"}
    ]


@pytest.mark.parametrize("place", VALUE_PLACES)
def test_what_was_taken_from_a_place_stays_taken(place: str) -> None:
    for value in (*SEEDS, *NAMES, *CODES):
        once = redact(VALUE_PLACES[place](value), token_key=KEY)
        assert redact(once.value, token_key=KEY).redactions == ()


def test_thousands_of_seeded_values_leave_nothing() -> None:
    dice = random.Random(20260301)  # noqa: S311 - values to look for, no secret
    letters = "bcdfghjkmnpqrstvwxz"
    kept = []
    for _ in range(30):
        word = "".join(dice.choices(letters, k=9)).capitalize()
        digits = str(dice.randrange(10**7, 10**9))
        forms = (
            word,
            digits,
            f"{word} {digits}",
            f"{word}-{digits}",
            f"{word}, {word}",
            f"{digits[:3]}.{digits[3:6]} {word}",
        )
        value = dice.choice(forms)
        for place, said in VALUE_PLACES.items():
            stored = everything_stored(said(value))
            kept += [(place, value) for part in (word, digits) if part in value and part in stored]
    assert kept == []


@pytest.mark.parametrize("place", [*VALUE_PLACES, *TEXT_PLACES])
def test_what_was_redacted_is_told_with_a_pointer_and_a_rule(place: str) -> None:
    redacted = redact({**VALUE_PLACES, **TEXT_PLACES}[place]("48213977"), token_key=KEY)
    assert redacted.redactions
    assert all(one.pointer.startswith("/") and one.rule for one in redacted.redactions)


def test_numbers_where_values_stand_are_dropped_as_well() -> None:
    said = event(
        run={"executionParameters": {"parameters": [{"key": "who", "value": 48213977}]}, "custom": {"mrn": 48213977}},
        dataset={"dataQualityMetrics": {"columnMetrics": {"id": {"min": 48213977, "max": 48213977.5}}}},
    )
    assert "48213977" not in everything_stored(said)


def test_names_of_variables_and_parameters_stay() -> None:
    said = event(
        run={
            "environmentVariables": {"environmentVariables": [{"name": "STAGE", "value": "x"}]},
            "executionParameters": {"parameters": [{"key": "k", "name": "batch size", "value": 7}]},
            "airflow": {"task": {"op_kwargs": {"limit": 3}}},
        }
    )
    value: Any = redact(said, token_key=KEY).value
    facets = value["run"]["facets"]
    assert facets["environmentVariables"]["environmentVariables"] == [{"name": "STAGE", "value": "<redacted:value>"}]
    assert facets["executionParameters"]["parameters"] == [
        {"key": "k", "name": "batch size", "value": "<redacted:value>"}
    ]
    assert facets["airflow"]["task"]["op_kwargs"] == {"limit": "<redacted:value>"}


def test_the_language_of_source_code_stays() -> None:
    said = event(job={"sourceCode": {"language": "PYTHON", "sourceCode": "print(1)"}})
    value: Any = redact(said, token_key=KEY).value
    assert value["job"]["facets"]["sourceCode"] == {"language": "PYTHON", "sourceCode": "<redacted:source-code>"}


def test_an_identifier_in_a_name_becomes_the_same_token_everywhere_and_is_a_finding() -> None:
    said = event(
        name="s3://lake/patients/48213977/notes",
        dataset={
            "symlinks": {"identifiers": [{"namespace": "n", "name": "/mnt/mrn=48213977", "type": "LOCATION"}]},
            "columnLineage": {
                "fields": {},
                "dataset": [{"namespace": "n", "name": "s3://lake/patients/48213977/notes", "field": "a"}],
            },
        },
    )
    redacted = redact(said, token_key=KEY)
    value: Any = redacted.value
    name = value["outputs"][0]["name"]
    token = name.split("/")[4]
    facets = value["outputs"][0]["facets"]
    assert facets["columnLineage"]["dataset"][0]["name"] == name == value["inputs"][0]["name"]
    assert facets["symlinks"]["identifiers"][0]["name"] == f"/mnt/mrn={token}"
    assert {finding.token for finding in redacted.findings} == {token}
    assert "/outputs/0/name" in {finding.pointer for finding in redacted.findings}


def test_a_token_depends_on_the_value_and_on_the_key() -> None:
    def name(seed: str, key: bytes) -> str:
        value: Any = redact(event(name=f"/patients/{seed}/"), token_key=key).value
        return str(value["outputs"][0]["name"])

    assert name("48213977", KEY) != name("48213978", KEY)
    assert name("48213977", KEY) != name("48213977", b"another key")
    assert name("48213977", KEY) == name("48213977", KEY)


def test_product_facets_keep_what_they_say_of_columns_and_are_held_to_the_table_like_any_other() -> None:
    tags = [{"kind": "DIRECT_IDENTIFIER", "field": "mrn", "codes": [{"system": "hipaa", "code": "H"}]}]
    said = event(dataset={"lineward_phiTags": {"tags": tags}})
    assert redact(said, token_key=KEY).redactions == ()
    said = event(dataset={"lineward_phiTags": {"tags": tags, "mrn": "48213977", "sample": "Testperson"}})
    assert "48213977" not in everything_stored(said)
    assert "Testperson" not in everything_stored(said)


def test_an_owner_s_address_stays_since_it_names_the_owner() -> None:
    said = event(job={"ownership": {"owners": [{"name": "data-team@hospital.example", "type": "team"}]}})
    assert redact(said, token_key=KEY).redactions == ()


def test_the_argument_is_left_as_it_was() -> None:
    said = event(job={"sql": {"query": "select 'a'"}})
    before = json.dumps(said)
    redact(said, token_key=KEY)
    assert json.dumps(said) == before


@pytest.mark.parametrize("piece", ["with ", "select ", "patient ", "a@", "12-", "://a:", "mrn=", "1.", "java.lang."])
def test_hostile_text_is_walked_once_and_not_searched_at_every_word(piece: str) -> None:
    """Each of these once made a search start over at every word; the suite's time limit would end that."""
    text = piece * (200_000 // len(piece))
    said = event(run={"custom": {"note": text}, "errorMessage": {"message": text, "stackTrace": text}}, name=text)
    assert redact(said, token_key=KEY).value is not None
