from __future__ import annotations

import pytest

from catalog.nearest import did_you_mean, listed, near, nearest

KINDS = ("declare_dataset", "declare_source", "declare_key", "tag", "end_source")


@pytest.mark.parametrize("given", ["declare_datset", "Declare-Dataset", "declare dataset", " DECLARE_DATASET "])
def test_a_name_is_near_however_it_is_spelt(given: str) -> None:
    assert nearest(given, KINDS) == "declare_dataset"


def test_what_begins_so_is_near_behind_what_is_spelt_alike() -> None:
    assert set(near("declare", KINDS)) == {"declare_key", "declare_dataset", "declare_source"}
    assert near("direct", ("direct_identifier", "quasi_identifier")) == ("direct_identifier",)
    assert near("de", KINDS) == ()


def test_nothing_is_near_a_text_that_nobody_mistypes() -> None:
    assert (near("", KINDS), near("x" * 1_000_000, KINDS), nearest("zebra", KINDS)) == ((), (), None)


def test_a_long_list_is_named_by_where_it_stands() -> None:
    assert listed("abc", "docs/records.md") == "one of a, b, c"
    assert listed([str(one) for one in range(60)], "docs/records.md") == "one of those that docs/records.md lists"
    assert listed("abcdefghijklmnop", None).endswith("o, p")


@pytest.mark.parametrize(
    ("given", "question"),
    [("end_sources", "did you mean end_source or declare_source?"), ("tga", "did you mean tag?"), ("zebra", "")],
)
def test_who_mistypes_is_asked(given: str, question: str) -> None:
    assert did_you_mean(given, KINDS) == question
