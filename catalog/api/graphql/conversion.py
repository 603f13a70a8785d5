"""From what a capability gives to its GraphQL type: fields of one name are taken over, however deep."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition

T = TypeVar("T")
Convert = Callable[[Any], Any]


def converted(kind: type[T], record: object, /, **given: object) -> T:
    """Return the GraphQL type of a record: its fields by name, but those given.

    Parts that have a GraphQL type of their own are converted alike, values of an enum are its members, and tuples
    lists. Raises AttributeError for a field that the record lacks and nothing gives.
    """
    fields = _fields(kind)  # type: ignore[arg-type]  # a class is hashable, whatever mypy says of `type[T]`
    for name, convert in fields:
        if name not in given:
            value = getattr(record, name)
            given[name] = value if convert is None else convert(value)
    return kind(**given)


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Convert | None], ...]:
    """Return the fields that hold values, each with what makes a value of a record's, None where that is the same."""
    fields = get_object_definition(kind, strict=True).fields
    return tuple((field.python_name, _converter(field.type)) for field in fields if field.base_resolver is None)


def _converter(kind: Any) -> Convert | None:  # noqa: ANN401  whatever strawberry calls a type
    if isinstance(kind, StrawberryOptional):
        present = _converter(kind.of_type)
        return None if present is None else lambda value: None if value is None else present(value)
    if isinstance(kind, StrawberryList):
        each = _converter(kind.of_type)
        return list if each is None else lambda values: [each(value) for value in values]
    if isinstance(kind, StrawberryEnumDefinition):
        members: type[Any] = kind.wrapped_cls
        return lambda value: value if isinstance(value, members) else members(value)
    if has_object_definition(kind):
        return lambda value: converted(kind, value)
    return None
