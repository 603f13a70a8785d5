from __future__ import annotations

import pytest

from catalog.cli.words import count, each_of, one_of, time, words_of
from catalog.errors import SenderError
from graph_schema.vocabulary.words import PrincipalRole, Zone


@pytest.mark.parametrize("given", ["FEATURE_STORE", "feature_store", "Feature-Store", " feature_store "])
def test_a_word_is_taken_however_it_is_spelt(given: str) -> None:
    assert one_of(given, Zone, "--zone") is Zone.FEATURE_STORE


def test_a_word_comes_back_as_its_list_spells_it() -> None:
    assert each_of(["ADMIN", "Auditor"], PrincipalRole, "--role") == ["admin", "auditor"]


def test_a_wrong_word_gets_the_list_and_the_nearest() -> None:
    with pytest.raises(SenderError) as caught:
        one_of("landng", Zone, "--zone")
    assert str(caught.value) == (
        "--zone is one of landing, curated, training, artifact, evaluation, feature_store; 'landng' is none of them. "
        "Did you mean landing?"
    )
    with pytest.raises(SenderError, match=r"is none of them\.$"):
        one_of("xyz", Zone, "--zone")


def test_a_time_is_taken_as_it_is_given() -> None:
    assert time(None, "--valid-at") is None
    assert time(" 2026-01-31T12:00:00+01:00 ", "--valid-at") == "2026-01-31T12:00:00+01:00"


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z"])
def test_a_time_without_its_zone_or_day_is_none(wrong: str) -> None:
    with pytest.raises(SenderError, match="--valid-at is a time with its zone, such as 2026-01-31T12:00:00Z"):
        time(wrong, "--valid-at")


@pytest.mark.parametrize(("number", "words"), [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes")])
def test_one_is_no_plural(number: int, words: str) -> None:
    assert count(number, "node") == words


def test_an_odd_plural_is_given() -> None:
    assert (count(1, "entry", "entries"), count(3, "entry", "entries")) == ("1 entry", "3 entries")


@pytest.mark.parametrize("name", ["ModelVersion", "MODEL_VERSION"])
def test_a_label_is_read_as_words(name: str) -> None:
    assert words_of(name) == "model version"
