"""Two lists measure redaction: made-up identifiers that may not be kept, and ordinary texts that may not be changed.

Thresholds: of values nothing is kept, bare names and numbers included; of authored text at most 1 % of what is keyed,
formed or announced; of names, headers and logs nothing. Of bare names and numbers in authored text nothing is promised:
docs/redaction.md says so.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from catalog.access.keys import local_actor
from catalog.errors import SenderError
from catalog.record_redaction import Redactor
from ingest_hooks.redaction import redact
from tests.support.identifiers import (
    AUTHORED_PLACES,
    FORMS,
    NAMED_PLACES,
    RECORD_PLACES,
    Form,
    kept,
    named,
    planted,
    sentence,
)
from tests.support.ordinary import NAMES, SENTENCES
from tests.support.places import VALUE_PLACES, event, everything_stored
from tests.support.project import REPOSITORY
from tests.support.records import House, principal

KEY = b"a site's key for tests, 32 bytes"
TOLD = [form for form in FORMS if form.kind != "bare"]


def test_there_are_as_many_forms_and_places_as_are_promised() -> None:
    assert len(FORMS) >= 70
    assert len(VALUE_PLACES) + len(AUTHORED_PLACES) + len(RECORD_PLACES) + len(NAMED_PLACES) >= 57
    assert len(FORMS) * len(VALUE_PLACES) >= 4_000


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.kind}-{form.name}")
def test_an_event_without_an_identifier_has_no_piece_of_one(form: Form) -> None:
    assert kept(planted(form), everything_stored(event(), KEY)) == ()
    assert kept(planted(form), str(planted(form).text)) != ()


@pytest.mark.parametrize("place", VALUE_PLACES)
def test_no_identifier_of_any_form_is_kept_where_values_stand(place: str) -> None:
    left = {
        (form.kind, form.name)
        for form in FORMS
        if kept(planted(form), everything_stored(VALUE_PLACES[place](planted(form).text), KEY))
    }
    assert left == set()


def authored() -> Iterator[tuple[str, Form, str]]:
    """Yield place, form and what is stored of a sentence with an identifier in it."""
    redactor = Redactor(KEY)
    for row, (place, put) in enumerate(AUTHORED_PLACES.items()):
        for number, form in enumerate(TOLD):
            text = sentence(planted(form).text, row + number)
            yield place, form, everything_stored(put(text), KEY)
    for row, (place, write) in enumerate(RECORD_PLACES.items()):
        for number, form in enumerate(TOLD):
            fields, _ = redactor.record(write(sentence(planted(form).text, row + number)))
            yield place, form, json.dumps(fields, ensure_ascii=False)


def test_of_what_is_keyed_formed_or_announced_a_hundredth_at_most_is_kept_in_authored_text() -> None:
    met = [(place, form.name, kept(planted(form), stored)) for place, form, stored in authored()]
    left = [each for each in met if each[2]]
    assert len(met) >= 1_800
    assert len(left) <= len(met) // 100, left


@pytest.mark.parametrize("place", NAMED_PLACES)
def test_no_keyed_or_formed_identifier_is_kept_in_a_name(place: str) -> None:
    left = [one.text for one in named() if kept(one, everything_stored(NAMED_PLACES[place](one.text), KEY))]
    assert left == []


@pytest.mark.parametrize("seed", [1, 2])
def test_other_numbers_of_the_same_forms_fare_alike(seed: int) -> None:
    redactor = Redactor(KEY)
    left = [
        planted(form, seed).text
        for form in TOLD
        if kept(planted(form, seed), redactor.field("reason", sentence(planted(form, seed).text, seed)))
    ]
    assert len(left) <= len(TOLD) // 100, left


_SUBJECT = re.compile(r"[A-Z][A-Za-z]+:[a-z2-7]{26}")
_FEWEST = 6
"""Of the pieces of an identifier those so long are looked for where random digests stand as well."""


def test_nothing_of_any_form_is_in_a_header_or_in_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house = House(tmp_path)
    for form in FORMS:
        one = planted(form)
        for put in (*AUTHORED_PLACES.values(), *NAMED_PLACES.values()):
            submit(house.intake.submit_event, put(one.text), house.intake.redactor.correlation_id(one.text))
        submit(
            house.intake.submit_record, principal(one.text, "auditor"), house.intake.redactor.correlation_id(one.text)
        )
    entries = [each.entry for each in house.ledger.entries(0, house.ledger.size())]
    house.close()
    assert len(entries) >= 2_000
    assert all(_SUBJECT.fullmatch(subject) for entry in entries for subject in entry.subjects)
    names = {f"{entry.kind} {entry.actor} {entry.correlation_id}" for entry in entries}
    written = " ".join(sorted(names)) + caplog.text
    found = {
        form.name for form in FORMS for piece in planted(form).pieces if len(piece) >= _FEWEST and piece in written
    }
    assert found == set()


def submit(send: Callable[..., Future[Any]], payload: Any, correlation_id: str) -> None:
    """Send what may be refused: that is as good as redacted."""
    with contextlib.suppress(SenderError):
        send(payload, local_actor(), correlation_id).result()


ORDINARY_PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "a dataset": lambda v: event(name=v),
    "a job": lambda v: {**event(), "job": {"namespace": "demo", "name": v}},
    "a namespace": lambda v: {**event(), "job": {"namespace": v, "name": "load"}},
    "a run": lambda v: {**event(), "run": {"runId": v}},
    "a column": lambda v: event(dataset={"schema": {"fields": [{"name": v, "type": v}]}}),
    "a symbolic link": lambda v: event(
        dataset={"symlinks": {"identifiers": [{"namespace": v, "name": v, "type": "TABLE"}]}}
    ),
    "an address": lambda v: event(dataset={"dataSource": {"name": v, "uri": v}}),
    "a parent": lambda v: event(run={"parent": {"run": {"runId": v}, "job": {"namespace": v, "name": v}}}),
}


@pytest.mark.parametrize("place", ORDINARY_PLACES)
def test_an_ordinary_name_comes_through_unchanged(place: str) -> None:
    changed = []
    for name in NAMES:
        said = ORDINARY_PLACES[place](name)
        redacted = redact(said, token_key=KEY)
        if redacted.value != said or redacted.redactions:
            changed.append(name)
    assert changed == []


@pytest.mark.parametrize("place", AUTHORED_PLACES)
def test_an_ordinary_sentence_comes_through_unchanged(place: str) -> None:
    changed = [text for text in SENTENCES if redact(AUTHORED_PLACES[place](text), token_key=KEY).redactions]
    assert changed == []


@pytest.mark.parametrize("place", RECORD_PLACES)
def test_an_ordinary_sentence_of_a_record_comes_through_unchanged(place: str) -> None:
    redactor = Redactor(KEY)
    assert [text for text in SENTENCES if redactor.record(RECORD_PLACES[place](text))[1]] == []


def test_the_document_says_no_more_of_the_lists_than_is_true() -> None:
    document = " ".join((REPOSITORY / "docs/redaction.md").read_text("utf-8").split())
    said = re.search(
        r"of more than ([\d,]+) identifiers, of (\d+) forms and in (\d+) places where values stand.*?"
        r"of more than ([\d,]+) that are keyed.*?Of more than (\d+) ordinary names and (\d+) ordinary sentences",
        document,
    )
    assert said is not None
    most = (
        len(FORMS) * len(VALUE_PLACES),
        len(FORMS),
        len(VALUE_PLACES),
        len(TOLD) * (len(AUTHORED_PLACES) + len(RECORD_PLACES)),
        len(NAMES),
        len(SENTENCES),
    )
    assert all(int(number.replace(",", "")) <= count for number, count in zip(said.groups(), most, strict=True))
