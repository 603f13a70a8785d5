"""How an operation is run: field by field within its allowance, on the document that was checked beforehand."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from enum import Enum
from inspect import CORO_CLOSED, getcoroutinestate
from types import CoroutineType
from typing import Any, NamedTuple

import orjson
from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    Undefined,
    is_leaf_type,
)
from graphql.pyutils import Path
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from catalog.api.graphql.allowance import Allowance

_AROUND_A_FIELD = len('"":,')
_AROUND_A_TEXT = len('""')
_NUMBER = 8


class BoundedExecution(StrawberryGraphQLCoreExecutionContext):
    """Looks at the allowance before each field and counts the answer while it grows.

    Once the allowance has ended, no resolver runs any more: fields fall away and lists stop, so that what waits comes
    to its end at once. What is left then is no answer, and whoever called says so.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401  graphql-core's own
        super().__init__(*arguments, **more)
        self._allowance: Allowance = self.context_value.allowance
        self._plain: dict[tuple[str, str], _Plain | None] = self.schema.extensions.setdefault(_PLAIN, {})
        # Everything that a field gives is asked whether it has to be awaited.
        self.is_awaitable = self.context_value.pending.noting(self.is_awaitable)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,  # noqa: ANN401  whatever the field above gave
        field_details_list: Any,  # noqa: ANN401  graphql-core keeps its name for this to itself
        path: Path,
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Resolve one field, or leave it out."""
        if not self._allowance.resolve(len(path.key) + _AROUND_A_FIELD):  # type: ignore[arg-type]  # a field's is its name
            return Undefined
        name = field_details_list[0].node.name.value
        try:
            plain = self._plain[parent_type.name, name]
        except KeyError:
            plain = self._plain[parent_type.name, name] = _plain(self.schema.get_field(parent_type, name))
        if plain is not None:
            # Most fields of most answers: nothing is made for them that no resolver is there to be handed. Whatever is
            # odd about a value goes the long way, and is answered as ever.
            value = getattr(source, plain.attribute, Undefined)
            if value is None and plain.is_nullable:
                return None
            if isinstance(value, _VALUES):
                with suppress(Exception):
                    written = plain.write(value)
                    if written is not None and written is not Undefined:
                        self._allowance.grow(_size(written))
                        return written
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: Any,  # noqa: ANN401
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Complete a list, as far as the allowance reaches."""
        return super().complete_iterable_value(
            item_type, field_details_list, info, path, self._while_it_lasts(items), position_context
        )

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]  # noqa: ANN401  static above, and called on the instance
        """Complete a scalar or an enum, and count its bytes."""
        value = super().complete_leaf_value(return_type, result)
        self._allowance.grow(_size(value))
        return value

    def _while_it_lasts(self, items: Iterable[Any]) -> Iterator[Any]:
        allowance = self._allowance
        for item in items:
            if not allowance.lasts():
                return
            allowance.grow(1)
            yield item


class _Plain(NamedTuple):
    """A field that is an attribute of its source and a scalar or an enum, so that there is nothing to call or await."""

    attribute: str
    is_nullable: bool
    write: Callable[[Any], Any]


def _plain(field: GraphQLField | None) -> _Plain | None:
    """Return what there is to know of a field to answer it without a resolver, None where it has one."""
    if field is None or field.args or not getattr(field.resolve, "_is_default", False):
        return None
    stated: StrawberryField | None = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if stated is None or not is_leaf_type(kind):
        return None
    return _Plain(stated.python_name, kind is field.type, kind.coerce_output_value)


_PLAIN = "lineward.plain"
"""Under which name a schema keeps what is known of its fields."""

_VALUES = (str, int, float, Enum)


class Pending:
    """The coroutines of one request: those that an error or the end of the allowance left unawaited are closed."""

    def __init__(self) -> None:
        self._coroutines: list[Coroutine[Any, Any, Any]] = []
        self._room = _FIRST_ROOM

    def noting(self, is_awaitable: Callable[[Any], bool]) -> Callable[[Any], bool]:
        """Return the same question, which notes the coroutines that it is asked about."""

        def noted(value: Any) -> bool:  # noqa: ANN401  whatever a field gives
            if not is_awaitable(value):
                return False
            if isinstance(value, CoroutineType):
                self._note(value)
            return True

        return noted

    def close(self) -> None:
        """Close what nobody will await any more; once nothing of the request runs."""
        while self._coroutines:
            self._coroutines.pop().close()

    def _note(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutines.append(coroutine)
        if len(self._coroutines) > self._room:
            self._coroutines = [one for one in self._coroutines if getcoroutinestate(one) != CORO_CLOSED]
            self._room = max(2 * len(self._coroutines), _FIRST_ROOM)


_FIRST_ROOM = 1024


class Prepared(SchemaExtension):
    """Hands strawberry the document that the endpoint parsed and validated, so that neither is done twice."""

    def on_parse(self) -> Iterator[None]:
        """Take the document out of the context."""
        self.execution_context.graphql_document = self.execution_context.context.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Say that nothing is wrong with it."""
        self.execution_context.pre_execution_errors = []
        yield


def _size(value: object) -> int:
    """Return how many bytes a value takes in the answer, without its escapes."""
    if isinstance(value, str):
        return _AROUND_A_TEXT + (len(value) if value.isascii() else len(value.encode()))
    if isinstance(value, dict | list):
        return len(orjson.dumps(value))
    return _NUMBER
