"""Fields that a module contributes to a type of a lower one: `labels` to assets, `snapshots` to datasets.

No module needs to know those above it; `schema` puts the contributed fields onto their types, and onto whatever
implements these, once all modules are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

F = TypeVar("F", bound=Callable[..., Any])

_CONTRIBUTED: list[tuple[type, StrawberryField]] = []


def field_of(
    kind: type, *, description: str, name: str | None = None, deprecated: str | None = None
) -> Callable[[F], F]:
    """Enter a function as the resolver of a field of this type; it takes the parent first.

    The field is named as the function, unless a name is given; one that is `deprecated` says what to ask instead.
    """

    def enter(resolver: F) -> F:
        field = strawberry.field(resolver=resolver, name=name, description=description, deprecation_reason=deprecated)
        _CONTRIBUTED.append((kind, field))
        return resolver

    return enter


def put_together() -> None:
    """Put every contributed field onto its type; once, before the schema is made.

    A class takes its interfaces' fields over when it is decorated, so that those implementing it are given it as well.
    """
    while _CONTRIBUTED:
        kind, field = _CONTRIBUTED.pop(0)
        for one in _with_implementations(kind):
            get_object_definition(one, strict=True).fields.append(field)


def _with_implementations(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _with_implementations(one)
