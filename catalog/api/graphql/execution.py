"""How an operation is run: field by field within its allowance, on the document that was checked beforehand."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from enum import Enum
from inspect import CORO_CLOSED, getcoroutinestate, signature
from operator import attrgetter
from types import CoroutineType, FunctionType
from typing import Any, NamedTuple

import orjson
from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)
from graphql.pyutils import Path, gather_with_cancel
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
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
        self._ways: dict[tuple[str, str], _Way | None] = self.schema.extensions.setdefault(_WAYS, {})
        self._kinds: dict[tuple[GraphQLOutputType, type], GraphQLObjectType | None] = self.schema.extensions.setdefault(
            _KINDS, {}
        )
        self._plans: dict[tuple[str, int], tuple[Any, list[_Planned]]] = {}
        # Everything that a field gives is asked whether it has to be awaited.
        self.is_awaitable = self.context_value.pending.noting(self.is_awaitable)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401  whatever the field above gave
        path: Path | None,
        grouped_field_set: Any,  # noqa: ANN401  graphql-core keeps its name for this to itself
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Resolve the fields of an object, scalars at once: most fields of most answers are some."""
        results: dict[str, Any] = {}
        awaited: list[str] = []
        allowance = self._allowance
        try:
            for name, size, way, details in self._plan(parent_type, grouped_field_set):
                if way is not None:
                    if not allowance.resolve(size):
                        continue
                    result = self._written(way, source_value)
                    if result is not Undefined:
                        results[name] = result
                        continue
                    field_path = Path(path, name, parent_type.name)
                    result = super().execute_field(parent_type, source_value, details, field_path, position_context)
                else:
                    field_path = Path(path, name, parent_type.name)
                    result = self.execute_field(parent_type, source_value, details, field_path, position_context)
                if result is Undefined:
                    continue
                results[name] = result
                if self.is_awaitable(result):
                    awaited.append(name)
        except Exception:
            if awaited:
                self.settle_in_background([results[name] for name in awaited])
            raise
        return _gathered(results, awaited) if awaited else results

    def _plan(self, parent_type: GraphQLObjectType, fields: Any) -> list[_Planned]:  # noqa: ANN401  as above
        """Return for each field its name, how many bytes that takes, and how it is written where it is a scalar."""
        key = parent_type.name, id(fields)
        held = self._plans.get(key)
        if held is None:
            ways = ((name, self._way(parent_type, details), details) for name, details in fields.items())
            plan = [
                (name, len(name) + _AROUND_A_FIELD, way if way is not None and way.write is not None else None, details)
                for name, way, details in ways
            ]
            # The fields are held as well, so that no others are taken for them.
            held = self._plans[key] = fields, plan
        return held[1]

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,  # noqa: ANN401  as above
        field_details_list: Any,  # noqa: ANN401
        path: Path,
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Resolve one field, or leave it out."""
        if not self._allowance.resolve(len(path.key) + _AROUND_A_FIELD):  # type: ignore[arg-type]  # a field's is its name
            return Undefined
        way = self._way(parent_type, field_details_list)
        if way is not None:
            if way.write is not None:
                written = self._written(way, source)
                if written is not Undefined:
                    return written
            else:
                try:
                    value = way.read(source)
                except Exception:  # noqa: BLE001  the long way meets it again, and says so
                    value = Undefined
                if value is None and way.is_nullable:
                    return None
                kind = self._kind(way.kind, value)
                if kind is not None:
                    return self._object(kind, way.type, field_details_list, path, value, position_context)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def _way(self, parent_type: GraphQLObjectType, details: Any) -> _Way | None:  # noqa: ANN401  as above
        key = parent_type.name, details[0].node.name.value
        try:
            return self._ways[key]
        except KeyError:
            way = self._ways[key] = _way(self.schema.get_field(parent_type, key[1]))
            return way

    def _written(self, way: _Way, source: Any) -> Any:  # noqa: ANN401  as above
        """Return a scalar as it is answered, Undefined where something is odd about it: that goes the long way."""
        try:
            value = way.read(source)
            if value is None and way.is_nullable:
                return None
            written = way.write(value) if isinstance(value, _VALUES) and way.write is not None else None
        except Exception:  # noqa: BLE001  the long way meets it again, and says so
            return Undefined
        if written is None:
            return Undefined
        self._allowance.grow(_size(written))
        return written

    def _kind(self, expected: GraphQLOutputType, value: Any) -> GraphQLObjectType | None:  # noqa: ANN401  as above
        """Return the type that an object is answered as, None where more has to be asked to know it."""
        key = expected, type(value)
        try:
            return self._kinds[key]
        except KeyError:
            kind = self._kinds[key] = _kind(self.schema, expected, type(value))
            return kind

    def _object(
        self,
        kind: GraphQLObjectType,
        return_type: GraphQLOutputType,
        details: Any,  # noqa: ANN401  as above
        path: Path,
        value: Any,  # noqa: ANN401
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Complete an object whose type is known."""
        try:
            completed = self.collect_and_execute_subfields(kind, details, path, value, position_context)
        except Exception as error:  # noqa: BLE001  as graphql-core does
            self.handle_field_error(error, return_type, details, path)
            return None
        if isinstance(completed, dict) or not self.is_awaitable(completed):
            return completed
        return self._awaited(completed, return_type, details, path)

    async def _awaited(self, completed: Any, return_type: GraphQLOutputType, details: Any, path: Path) -> Any:  # noqa: ANN401
        try:
            return await completed
        except Exception as error:  # noqa: BLE001  as graphql-core does
            self.handle_field_error(error, return_type, details, path)
            return None

    def complete_list_item_value(
        self,
        item: Any,  # noqa: ANN401  as above
        complete_results: list[Any],
        item_type: GraphQLOutputType,
        field_details_list: Any,  # noqa: ANN401
        info: GraphQLResolveInfo[Any],
        item_path: Path,
        position_context: Any,  # noqa: ANN401
    ) -> bool:
        """Complete an item of a list; tell whether it is to be awaited."""
        named = item_type.of_type if isinstance(item_type, GraphQLNonNull) else item_type
        kind = None if item is None else self._kind(named, item)
        if kind is None:
            return super().complete_list_item_value(
                item, complete_results, item_type, field_details_list, info, item_path, position_context
            )
        completed = self._object(kind, item_type, field_details_list, item_path, item, position_context)
        complete_results.append(completed)
        return isinstance(completed, CoroutineType) and self.is_awaitable(completed)

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


class _Way(NamedTuple):
    """How a field is answered without what graphql-core and strawberry make for a resolver: an attribute of its source,
    or a function of that alone.
    """

    read: Callable[[Any], Any]
    type: GraphQLOutputType
    kind: GraphQLOutputType
    """The same without its NonNull."""
    write: Callable[[Any], Any] | None
    """What writes a scalar or an enum, None for an object."""
    is_nullable: bool


def _way(field: GraphQLField | None) -> _Way | None:
    """Return the short way to answer a field, None where it has to go the long one."""
    if field is None or field.args:
        return None
    stated: StrawberryField | None = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if stated is None:
        return None
    read = _reader(field, stated)
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if read is None or not (is_leaf_type(kind) or is_object_type(kind) or is_abstract_type(kind)):
        return None
    return _Way(read, field.type, kind, kind.coerce_output_value if is_leaf_type(kind) else None, kind is field.type)


def _reader(field: GraphQLField, stated: StrawberryField) -> Callable[[Any], Any] | None:
    if getattr(field.resolve, "_is_default", False):
        return attrgetter(stated.python_name)
    resolver = stated.base_resolver
    if resolver is None or stated.extensions or stated.permission_classes or resolver.is_async:
        return None
    function, source = resolver.wrapped_func, resolver.self_parameter or resolver.parent_parameter
    if source is None or not isinstance(function, FunctionType):
        return None
    # It takes its source, and nothing beside it.
    return function if [*signature(function).parameters] == [source.name] else None


def _kind(schema: GraphQLSchema, expected: GraphQLOutputType, given: type) -> GraphQLObjectType | None:
    definition = given.__dict__.get("__strawberry_definition__")
    if not isinstance(definition, StrawberryObjectDefinition):  # a scalar, an enum
        return None
    if definition.is_graphql_generic or definition.concrete_of is not None:
        # One class stands for several types: that which is expected is taken, where nothing would look either.
        return expected if is_object_type(expected) and not expected.is_type_of else None
    kind = schema.get_type(definition.name)
    if not is_object_type(kind):
        return None
    if kind is expected or (is_abstract_type(expected) and schema.is_sub_type(expected, kind)):
        return kind
    return None


async def _gathered(results: dict[str, Any], awaited: Sequence[str]) -> dict[str, Any]:
    found = await gather_with_cancel(*(results[name] for name in awaited))
    results.update(zip(awaited, found, strict=True))
    return results


_Planned = tuple[str, int, _Way | None, Any]

_WAYS = "lineward.ways"
_KINDS = "lineward.kinds"
"""Under which names a schema keeps how its fields are answered, and as which types its objects."""

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
        return len(value) + _AROUND_A_TEXT if value.isascii() else len(value.encode()) + _AROUND_A_TEXT
    if isinstance(value, dict | list):
        return len(orjson.dumps(value))
    return _NUMBER
