"""Every kind of record that may be sent has an example, which the catalog takes and the reference shows."""

from __future__ import annotations

import json

import pytest

from catalog.kinds import KINDS, OPEN
from docs import examples
from tests.support.documents import blocks, document

EXAMPLES = examples()
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
