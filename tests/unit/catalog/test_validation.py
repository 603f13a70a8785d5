from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from catalog.validation import predicate, sentence


class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


class Part(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (Colour, "GREEN", "is one of RED, BLUE"),
        (Colour, "blu", "is one of RED, BLUE; did you mean BLUE?"),
        (Colour, 7, "is one of RED, BLUE"),
        (Literal["a", "b"], "c", "is one of a, b"),
        (Literal["a"], "c", "is 'a'"),
        (int, "many", "is a whole number"),
        (int, 1.5, "is a whole number"),
        (float, "much", "is a number"),
        (bool, "perhaps", "is true or false"),
        (str, 7, "is text"),
        (
            Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")],
            "silent trial",
            "begins with a letter or a digit; letters, digits, ., _, - follow, and nothing else",
        ),
        (Annotated[str, Field(pattern=r"^[a-z2-7]{10}$")], "x", "is written as ^[a-z2-7]{10}$"),
        (list[str], "text", "is a list"),
        (tuple[str, ...], 7, "is a list"),
        (Part, 7, "is an object with fields of its own"),
        (Part, {}, "is missing"),
    ],
)
def test_what_a_value_has_to_be_is_words_in_words(kind: Any, given: object, words: str) -> None:
    assert _predicate(kind, given) == words


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        (Field(ge=1), 0, "is at least 1"),
        (Field(gt=0), 0, "is more than 0"),
        (Field(le=10), 11, "is at most 10"),
        (Field(lt=2.5), 3, "is less than 2.5"),
    ],
)
def test_a_bound_is_named(field: Any, given: float, words: str) -> None:
    assert _predicate(_annotated(float, field), given) == words


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        (Field(min_length=1), "", "has at least 1 character"),
        (Field(max_length=2), "abc", "has at most 2 characters"),
    ],
)
def test_a_length_is_named(field: Any, given: str, words: str) -> None:
    assert _predicate(_annotated(str, field), given) == words


def test_a_list_that_is_too_long_is_told_its_length() -> None:
    assert _predicate(_annotated(list[int], Field(max_length=1)), [1, 2]) == "has at most 1 item"


def test_a_sentence_is_ended_once() -> None:
    assert (sentence("zone", "is text"), sentence("zone", "is one of A, B; did you mean A?")) == (
        "zone is text.",
        "zone is one of A, B; did you mean A?",
    )


def test_no_value_is_repeated() -> None:
    for kind in (Colour, int, float, bool, Part):
        assert "secret" not in _predicate(kind, "secret")


def _annotated(kind: Any, field: Any) -> Any:
    return Annotated[kind, field]


def _predicate(kind: Any, given: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(given)
    return predicate(caught.value)
