"""Every facet of the standard stands in the table, in its version, with what it becomes or why it is kept only."""

from __future__ import annotations

import json

import pytest

from ingest_hooks.openlineage.meanings import STANDARD, Meaning, aspects_of, rewritten
from tests.support.openlineage_spec import HAS_STANDARD
from tests.support.openlineage_spec import STANDARD as FOLDER


@pytest.mark.skipif(not HAS_STANDARD, reason="the standard's schemas lie beside the repository on some machines only")
def test_the_table_lists_the_published_schemas_in_their_versions() -> None:
    published = {}
    for file in (FOLDER / "facets").glob("*.json"):
        schema = json.loads(file.read_bytes())
        published[file.stem] = schema["$id"].split("/")[-2], set(schema["properties"])
    assert {one.schema: one.version for one in STANDARD} == {name: version for name, (version, _) in published.items()}
    for one in STANDARD:
        keys = published[one.schema][1]
        assert set(one.key.split(", ")) == (keys if keys != {"subset"} else {"inputSubset", "outputSubset"})


def test_there_are_as_many_as_the_standard_has() -> None:
    assert len({one.schema for one in STANDARD}) == len(STANDARD) == 38


@pytest.mark.parametrize("meaning", STANDARD, ids=lambda one: one.schema)
def test_every_facet_becomes_something_or_says_why_it_is_kept_only(meaning: Meaning) -> None:
    assert bool(meaning.becomes and meaning.shown) != bool(meaning.kept_only)
    assert aspects_of(meaning) or meaning.kept_only


def test_a_document_without_the_markers_is_not_rewritten() -> None:
    with pytest.raises(ValueError, match="facets:begin"):
        rewritten("nothing here")
