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
    taken = {name: convert(getattr(record, name)) for name, convert in fields if name not in given}
    return kind(**taken, **given)


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Convert], ...]:
    """Return the fields that hold values, each with what makes a value of a record's."""
    fields = get_object_definition(kind, strict=True).fields
    return tuple((field.python_name, _converter(field.type)) for field in fields if field.base_resolver is None)


def _converter(kind: Any) -> Convert:  # noqa: ANN401  whatever strawberry calls a type
    if isinstance(kind, StrawberryOptional):
        present = _converter(kind.of_type)
        return lambda value: None if value is None else present(value)
    if isinstance(kind, StrawberryList):
        each = _converter(kind.of_type)
        return lambda values: [each(value) for value in values]
    if isinstance(kind, StrawberryEnumDefinition):
        return kind.wrapped_cls
    if has_object_definition(kind):
        return lambda value: converted(kind, value)
    return lambda value: value
