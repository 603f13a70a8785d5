"""YAML and JSON as people write them: right, or one error with its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.cli.export import to_yaml
from catalog.documents import MOST_LEVELS, read
from catalog.errors import SenderError

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
AWKWARD = st.sampled_from(
    [
        "NO",
        "no",
        "y",
        "2026-01-01",
        "012",
        "0o17",
        "1e5",
        "1_000",
        "12:30:00",
        "~",
        "null",
        "",
        " a",
        "a ",
        "a: b",
        "# a",
        "- a",
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS | AWKWARD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | AWKWARD, inner, max_size=3),
    max_leaves=12,
)


def of_yaml(text: str) -> Any:
    return [one.value for one in read("x.yaml", text.encode())]


def of_json(text: str) -> Any:
    return [one.value for one in read("x.json", text.encode())]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("'012'", "012"),
        ('"3"', "3"),
        ("3", 3),
        ("true", True),
        ("~", None),
        ("", None),
        ("1.2.0", "1.2.0"),
        ("[a, NO, 1]", ["a", "NO", 1]),
        ("{b: {c: []}}", {"b": {"c": []}}),
        ("|\n  two\n  lines", "two\nlines"),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, value: Any) -> None:
    assert of_yaml(f"a: {text}") == [{"a": value}]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 012", 2, "put it in quotes"),
        ("a: 0x1F", 1, "put it in quotes"),
        ("a: 1_000", 1, "put it in quotes"),
        ("a: 12:30:00", 1, "put it in quotes"),
        ("a: .nan", 1, "put it in quotes"),
        ("a: 1\na: 2", 2, "a stands here again, first on line 1"),
        ("a: &x 1", 1, "&x names it for use elsewhere"),
        ("a: 1\nb: *x", 2, "*x stands for something else"),
        ("1: a", 1, "no text"),
        ("null: a", 1, "no text"),
        ("? [a]\n: b", 1, "the name of a member is a text"),
        ("a: !!python/object:os.system x", 1, "a tag (!) is not read"),
        ("a:\n\t- b", 2, "indented by a tab"),
        ("a: b: c", 1, "stands in quotes"),
        ("a: [1,\nb: 2", 2, "this is no YAML"),
        ("a: b\x07", 1, "U+0007 is a control character"),
        ("[" * 99, 1, f"deeper than {MOST_LEVELS} levels"),
    ],
)
def test_what_could_be_more_than_it_looks_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SenderError) as refused:
        of_yaml(text)
    assert str(refused.value).startswith(f"x.yaml, line {line}: ")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"a": 1,\n "a": 2}', 2, "a stands here again, first on line 1"),
        ('{"a": 1,}', 1, "the name of a member"),
        ("[1\n2]", 2, "',' is missing"),
        ('{"a" 1}', 1, "':' is missing"),
        ('{"a": NaN}', 1, "no number"),
        ('{"a": "\\ud800"}', 1, "half a character"),
        ('{"a": tru}', 1, "wrongly written"),
        ("[" * 99, 1, f"deeper than {MOST_LEVELS} levels"),
        ('{"a":\n"b', 2, "has no end"),
    ],
)
def test_json_is_read_as_strictly(text: str, line: int, words: str) -> None:
    with pytest.raises(SenderError) as refused:
        of_json(text)
    assert str(refused.value).startswith(f"x.json, line {line}: ")
    assert words in str(refused.value)


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(SenderError, match="line 1"):
        of_yaml(bomb)


def test_what_is_no_utf_8_names_its_line() -> None:
    with pytest.raises(SenderError, match="line 2, is no UTF-8"):
        read("x.yaml", b"a: 1\nb: \xff")


def test_a_file_holds_several_documents_and_empty_ones_are_left_out() -> None:
    assert of_yaml("---\n---\na: 1\n---\n- 2\n") == [{"a": 1}, [2]]
    assert of_json('{"a": 1}\n{"b": 2}\n[3]') == [{"a": 1}, {"b": 2}, [3]]
    assert of_yaml("# nothing\n") == of_json(" \n") == []


@pytest.mark.parametrize("name", ["-", "x.txt"])
def test_what_no_name_tells_its_first_character_does(name: str) -> None:
    assert read(name, b'{"a": "\\ud83d\\ude00"}')[0].value == {"a": "\U0001f600"}
    assert read(name, b"a: 1")[0].value == {"a": 1}


def test_each_value_has_its_line() -> None:
    for document in (
        read("x.yaml", b"datasets:\n  - dataset: {name: a}\n    retention:\n      period_days: 0\n")[0],
        read("x.json", b'{"datasets":\n [{"dataset": {"name": "a"},\n"retention": {\n"period_days": 0}}]}')[0],
    ):
        assert document.line("/datasets/0/retention/period_days") == 4
        assert document.line("/datasets/0/retention/unknown") == document.line("/datasets/0/retention") == 3
        assert document.line("/datasets/0/owner") == 2


@given(VALUES)
def test_what_is_written_as_yaml_is_read_as_it_was_by_this_reader_and_another(value: Any) -> None:
    text = to_yaml({"value": value})
    assert of_yaml(text) == [{"value": value}]
    assert yaml.safe_load(text) == {"value": value}
    assert text.isprintable() or all(one.isprintable() or one == "\n" for one in text)


@given(VALUES)
def test_json_is_read_as_it_was(value: Any) -> None:
    for indent in (None, 2):
        assert of_json(json.dumps({"value": value}, indent=indent)) == [{"value": value}]
