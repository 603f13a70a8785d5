"""Every kind of record that may be sent has an example, which the catalog takes and the reference shows."""

from __future__ import annotations

import json

import pytest

from catalog.errors import SenderError
from catalog.kinds import KINDS, OPEN
from docs import examples
from tests.support.documents import blocks, document

EXAMPLES = examples()
LASTING = [kind for kind in OPEN if {"valid_from", "until"} <= KINDS[kind].record.model_fields.keys()]
DECLARATIONS = document("examples/declarations.ndjson").splitlines()


def test_every_kind_that_may_be_sent_has_an_example_and_no_other() -> None:
    assert EXAMPLES.keys() == set(OPEN)


@pytest.mark.parametrize("text", [*EXAMPLES.values(), *DECLARATIONS])
def test_an_example_is_a_record_that_is_taken(text: str) -> None:
    fields = json.loads(text)
    warnings: list[str] = []
    KINDS[fields.pop("kind")].record.read(fields, warnings)
    assert warnings == []


def test_the_reference_shows_each_example_under_its_kind() -> None:
    assert [json.loads(block)["kind"] for block in blocks("docs/records.md", "json")] == list(OPEN)


@pytest.mark.parametrize("kind", LASTING)
def test_a_record_that_ends_when_it_begins_is_refused_whatever_its_kind_and_read_where_it_was_once_taken(
    kind: str,
) -> None:
    record = KINDS[kind].record
    given = {field: value for field, value in json.loads(EXAMPLES[kind]).items() if field != "kind"}
    given |= {"valid_from": "2026-03-01T00:00:00Z", "until": "2026-03-01T01:00:00+01:00"}
    with pytest.raises(SenderError) as refused:
        record.read(given)
    assert refused.value.pointer == "/until"
    assert record.replay(given).fields()["until"] == given["until"]
