"""What is wrong with one value, in the words of whoever wrote it: the predicate of a sentence about a field.

Records, settings and the options of commands are checked by pydantic; its own texts speak of inputs and parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from graph_schema.nearest import did_you_mean, listed

_QUOTED = re.compile(r"'([^']*)'")
_OWN = "value_error"
_WHOLE, _NUMBER, _LIST, _OBJECT = "is a whole number", "is a number", "is a list", "is an object with fields of its own"

_PREDICATES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "greater_than": lambda context: f"is more than {_plain(context['gt'])}",
    "greater_than_equal": lambda context: f"is at least {_plain(context['ge'])}",
    "less_than": lambda context: f"is less than {_plain(context['lt'])}",
    "less_than_equal": lambda context: f"is at most {_plain(context['le'])}",
    "string_too_short": lambda context: _length("at least", context["min_length"], "character"),
    "string_too_long": lambda context: _length("at most", context["max_length"], "character"),
    "too_short": lambda context: _length("at least", context["min_length"], "item"),
    "too_long": lambda context: _length("at most", context["max_length"], "item"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), lambda _: _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), lambda _: _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), lambda _: "is true or false"),
    "string_pattern_mismatch": lambda context: _spelled(context["pattern"]),
    **dict.fromkeys(("string_type", "string_unicode"), lambda _: "is text"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), lambda _: _LIST),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), lambda _: _OBJECT),
}


def predicate(error: ValidationError) -> str:
    """Return what the first value that is wrong has to be, such as `is at most 500`; it never repeats the value.

    Of a word of a closed list it names the one that is nearest, and then ends with a question mark.
    """
    return predicate_of(error.errors(include_url=False)[0])


def predicate_of(wrong: Mapping[str, Any]) -> str:
    """Return the same of one of the details of an error, as pydantic gives them with their input."""
    if wrong["type"] in {"enum", "literal_error"}:
        return _one_of(wrong["ctx"]["expected"], wrong["input"])
    known = _PREDICATES.get(wrong["type"])
    if known is not None:
        return known(wrong.get("ctx", {}))
    message = wrong["msg"].removeprefix("Value error, ")
    return message if wrong["type"] == _OWN else f"cannot be used: {message[:1].lower()}{message[1:]}"


def sentence(what: str, needed: str) -> str:
    """Return the sentence of a field and its predicate, ended."""
    return f"{what} {needed}{'' if needed.endswith(('?', '.')) else '.'}"


def _one_of(expected: str, given: object) -> str:
    words = _QUOTED.findall(expected)
    if len(words) < 2:  # noqa: PLR2004  a list
        return f"is {expected}"
    meant = did_you_mean(given, words) if isinstance(given, str) else ""
    return f"is {listed(words, None)}{f'; {meant}' if meant else ''}"


def _spelled(pattern: str) -> str:
    """Return what a pattern of one character of a set and any number of another asks for, in words."""
    sets = re.fullmatch(r"\^\[([^]]+)\]\[([^]]+)\]\*\$", pattern)
    if sets is None:
        return f"is written as {pattern}"
    first, others = (_characters(one) for one in sets.groups())
    return f"begins with {' or '.join(f'a {one[:-1]}' for one in first)}; {', '.join(others)} follow, and nothing else"


def _characters(characters: str) -> list[str]:
    letters = ["letters"] if "A-Za-z" in characters else []
    digits = ["digits"] if "0-9" in characters else []
    return letters + digits + list(characters.replace("A-Za-z", "").replace("0-9", ""))


def _length(bound: str, number: int, unit: str) -> str:
    return f"has {bound} {number} {unit}{'' if number == 1 else 's'}"


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
