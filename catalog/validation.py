"""What is wrong with one value, in the words of whoever wrote it: the predicate of a sentence about a field.

Records, settings and the options of commands are checked by pydantic; its own texts speak of inputs and parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

_QUOTED = re.compile(r"'([^']*)'")
_OWN = "value_error"
_WHOLE, _NUMBER, _LIST, _OBJECT = "is a whole number", "is a number", "is a list", "is an object with fields of its own"

_PREDICATES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "enum": lambda context: _one_of(context["expected"]),
    "literal_error": lambda context: _one_of(context["expected"]),
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
    **dict.fromkeys(("string_type", "string_unicode"), lambda _: "is text"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), lambda _: _LIST),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), lambda _: _OBJECT),
}


def predicate(error: ValidationError) -> str:
    """Return what the first value that is wrong has to be, such as `is at most 500`; it never repeats the value."""
    first = error.errors(include_url=False, include_input=False)[0]
    known = _PREDICATES.get(first["type"])
    if known is not None:
        return known(first.get("ctx", {}))
    message = first["msg"].removeprefix("Value error, ")
    return message if first["type"] == _OWN else f"cannot be used: {message[:1].lower()}{message[1:]}"


def _one_of(expected: str) -> str:
    words = _QUOTED.findall(expected)
    return f"is one of {', '.join(words)}" if len(words) > 1 else f"is {expected}"


def _length(bound: str, number: int, unit: str) -> str:
    return f"has {bound} {number} {unit}{'' if number == 1 else 's'}"


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
