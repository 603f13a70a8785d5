from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.nearest import did_you_mean, listed, near, nearest
from graph_schema.vocabulary.words import Technique

KINDS = ("declare_dataset", "declare_source", "declare_key", "tag", "end_source")


@pytest.mark.parametrize("name", ["declare_datset", "Declare-Dataset", "declare dataset", " DECLARE_DATASET "])
def test_a_name_is_near_however_it_is_spelt(name: str) -> None:
    assert nearest(name, KINDS) == "declare_dataset"


def test_what_begins_so_is_near_behind_what_is_spelt_alike() -> None:
    assert set(near("declare", KINDS)) == {"declare_key", "declare_dataset", "declare_source"}
    assert near("direct", ("direct_identifier", "quasi_identifier")) == ("direct_identifier",)
    assert near("de", KINDS) == ()


def test_nothing_is_near_a_text_that_nobody_mistypes() -> None:
    assert (near("", KINDS), near("x" * 1_000_000, KINDS), nearest("zebra", KINDS)) == ((), (), None)


@pytest.mark.parametrize(
    ("name", "near_it"),
    [
        ("HASHED", ()),
        ("AGREGATED", ("AGGREGATED",)),
        ("SHIFTDE", ("SHIFTED",)),
        ("random", ("RANDOM_CODE",)),
        ("NOISED_SLIGHTLY", ()),
        ("REMOVED_ALL", ("REMOVED",)),
        ("RE", ()),
    ],
)
def test_a_word_that_is_only_somewhat_alike_is_not_near(name: str, near_it: tuple[str, ...]) -> None:
    assert near(name, [one.value for one in Technique]) == near_it


@given(st.text("abc", min_size=3, max_size=9), st.text("abc", max_size=9))
def test_near_is_what_few_changes_make_of_it(name: str, other: str) -> None:
    begins = other.startswith(name) or (len(other) >= 3 and len(other) * 2 >= len(name) and name.startswith(other))
    assert bool(near(name, [other])) == (other in made_by_changes(name, len(name) // 3) or begins)


def made_by_changes(name: str, most: int) -> frozenset[str]:
    """Return all texts that at most so many changes of a name make, none of a place that was changed already."""
    return frozenset(_changed(name, most))


def _changed(name: str, most: int) -> Iterator[str]:
    """Yield what is left of the name as it is, or with its first characters changed."""
    if not name:
        yield from ("".join(some) for number in range(most + 1) for some in product("abc", repeat=number))
        return
    yield from (name[0] + rest for rest in _changed(name[1:], most))
    if most:
        for rest in _changed(name[1:], most - 1):
            yield rest
            yield from (one + rest for one in "abc")
        for rest in _changed(name, most - 1):
            yield from (one + rest for one in "abc")
        if len(name) > 1:
            yield from (name[1] + name[0] + rest for rest in _changed(name[2:], most - 1))


def test_a_long_list_is_named_by_where_it_stands() -> None:
    assert listed("abc", "docs/records.md") == "one of a, b, c"
    assert listed([str(one) for one in range(60)], "docs/records.md") == "one of those that docs/records.md lists"
    assert listed("abcdefghijklmnop", None).endswith("o, p")


@pytest.mark.parametrize(
    ("name", "question"),
    [("end_sources", "did you mean end_source?"), ("tga", "did you mean tag?"), ("zebra", "")],
)
def test_who_mistypes_is_asked(name: str, question: str) -> None:
    assert did_you_mean(name, KINDS) == question
