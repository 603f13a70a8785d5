"""What one query may ask for: nesting, aliases, and a cost that is known before anything is read.

Depth and aliases follow from the document alone. The cost follows from it and from the variables as they are coerced,
defaults included: a field costs 1, and what is below a list costs that many times as often as the list's `first` (or
`limit`, or the number of `ids`) says; where a list has no pages, `UNPAGED` times. A lineage walk costs a tenth of its
budget beforehand, since it visits that many nodes, wherever it ends. The schema about itself costs so much that an
explorer may ask for all of it, and nobody for it many times.

A fragment is looked at once, however often it is spread, and the fragments that it spreads come before it: the work is
linear in the document, though what it finds may double with each fragment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    get_named_type,
    get_nullable_type,
)
from graphql.execution.values import VariableValues, get_argument_values

UNPAGED = 5
"""How many items a list without pages is taken to have."""

MAX_ITEMS = 500
"""How many items a list may have that a question sends: ids, roots, values to choose from."""

_PAGES = ("first", "limit")
_WALKS = {"lineage", "lineageCounts", "paths", "chokePoints", "feeds", "gate"}
_WALK_BUDGET = 2000
_VISITS_PER_COST = 10
_INPUT, _BUDGET, _AT_LEAST, _ROOTS, _IDS = "input", "budget", "atLeast", "of", "ids"
_OF_A_CONNECTION = "pageInfo"
_OF_THE_SCHEMA = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
_SCHEMA_COST, _SCHEMA_TIMES = 10_000, 4


class CircleError(Exception):
    """A fragment leads back to itself."""

    def __init__(self, name: str) -> None:
        """Keep its name."""
        super().__init__(f"The fragment {name} spreads itself, directly or through others; leave that out.")


class Nesting(NamedTuple):
    """How deep a document nests, and how many aliases it has, each fragment as often as it is spread."""

    depth: int
    aliases: int


def nesting(document: DocumentNode) -> Nesting:
    """Return the depth of the deepest operation, and the aliases of all; raises CircleError."""
    fragments: dict[str, Nesting] = {}
    for one in _in_order(document):
        fragments[one.name.value] = _nesting(one.selection_set, fragments)
    found = [_nesting(operation.selection_set, fragments) for operation in _operations(document)]
    return Nesting(max((one.depth for one in found), default=0), sum(one.aliases for one in found))


def _nesting(selection: SelectionSetNode, fragments: Mapping[str, Nesting]) -> Nesting:
    depth = aliases = 0
    for node in selection.selections:
        match node:
            case FieldNode():
                below = Nesting(0, 0) if node.selection_set is None else _nesting(node.selection_set, fragments)
                hidden = node.selection_set is None or node.name.value.startswith("__")
                found = Nesting(0 if hidden else below.depth + 1, below.aliases + (node.alias is not None))
            case InlineFragmentNode():
                found = _nesting(node.selection_set, fragments)
            case FragmentSpreadNode():
                found = fragments.get(node.name.value, Nesting(0, 0))
            case _:  # pragma: no cover  GraphQL has no fourth kind of selection
                found = Nesting(0, 0)
        depth, aliases = max(depth, found.depth), aliases + found.aliases
    return Nesting(depth, aliases)


class Price(NamedTuple):
    """What a selection costs, and the highest `atLeast` in it, -1 for none."""

    cost: int
    at_least: int = -1

    def __add__(self, other: object) -> Price:
        """Return the price of both."""
        if not isinstance(other, Price):
            return NotImplemented
        return Price(self.cost + other.cost, max(self.at_least, other.at_least))


@dataclass
class Costs:
    """Works out what an operation may cost: its text, and its variables as `get_variable_values` coerces them.

    The document is one that was validated. `visited` counts the fields looked at, each once. What a mutation writes may
    have lists of any length; those of a question are held to `MAX_ITEMS`.
    """

    schema: GraphQLSchema
    document: DocumentNode
    variables: VariableValues
    visited: int = 0

    def price(self, operation: OperationDefinitionNode) -> Price:
        """Return the price of the operation; raises GraphQLError for an argument that cannot be taken."""
        fragments: dict[str, Price] = {}
        for one in _in_order(self.document):
            parent = self.schema.get_type(one.type_condition.name.value)
            fragments[one.name.value] = self._selection(one.selection_set, parent, fragments)
        root = self.schema.get_root_type(operation.operation)
        return Price(0) if root is None else self._selection(operation.selection_set, root, fragments)

    def _selection(self, selection: SelectionSetNode, parent: Any, fragments: Mapping[str, Price]) -> Price:  # noqa: ANN401  any composite type
        total = Price(0)
        for node in selection.selections:
            match node:
                case FieldNode():
                    total += self._field(node, parent, fragments)
                case InlineFragmentNode():
                    condition = node.type_condition
                    narrowed = parent if condition is None else self.schema.get_type(condition.name.value)
                    total += self._selection(node.selection_set, narrowed, fragments)
                case FragmentSpreadNode():
                    total += fragments.get(node.name.value, Price(0))
        return total

    def _field(self, node: FieldNode, parent: Any, fragments: Mapping[str, Price]) -> Price:  # noqa: ANN401
        self.visited += 1
        name = node.name.value
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return Price(0)
        definition = _OF_THE_SCHEMA.get(name) or parent.fields.get(name)
        if definition is None:
            return Price(0)
        given = get_argument_values(definition, node, self.variables)
        if parent is not self.schema.mutation_type:
            for argument, value in given.items():
                _check_lists(value, argument, node)
        below = Price(0)
        if node.selection_set is not None:
            below = self._selection(node.selection_set, get_named_type(definition.type), fragments)
        if name in _OF_THE_SCHEMA:
            return Price(_SCHEMA_COST + _SCHEMA_TIMES * below.cost)
        walk, at_least = _walk(name, given)
        cost = 1 + walk + _times(definition, given, parent) * below.cost
        return Price(cost, max(at_least, below.at_least))


def _check_lists(value: object, path: str, node: FieldNode) -> None:
    if isinstance(value, list):
        if len(value) > MAX_ITEMS:
            extensions = {"code": "INVALID_INPUT", "field": path}
            raise GraphQLError(
                f"`{path}` has {len(value)} items, and may have {MAX_ITEMS}; send them in several queries.",
                node,
                extensions=extensions,
            )
        for item in value:
            _check_lists(item, path, node)
    elif isinstance(value, dict):
        for name, part in value.items():
            _check_lists(part, f"{path}.{name}", node)


def _times(definition: GraphQLField, given: Mapping[str, Any], parent: GraphQLObjectType | GraphQLInterfaceType) -> int:
    """Return how often what is below a field may be resolved."""
    for one in _PAGES:
        if one in definition.args:
            return _count(given.get(one))
    if isinstance(given.get(_IDS), list):
        return max(len(given[_IDS]), 1)
    if not isinstance(get_nullable_type(definition.type), GraphQLList):
        return 1
    # The lists of a connection hold one page, which was counted above it.
    return 1 if _OF_A_CONNECTION in parent.fields else UNPAGED


def _walk(name: str, given: Mapping[str, Any]) -> tuple[int, int]:
    """Return what a walk costs, and the entry that it wants to see at least, -1 for none."""
    if name not in _WALKS:
        return 0, -1
    asked = given.get(_INPUT, given)
    if not isinstance(asked, dict):
        return _WALK_BUDGET // _VISITS_PER_COST, -1
    roots = asked.get(_ROOTS)
    visits = max(_count(asked.get(_BUDGET, _WALK_BUDGET)), len(roots) if isinstance(roots, list) else 1)
    at_least = asked.get(_AT_LEAST)
    return visits // _VISITS_PER_COST, at_least if isinstance(at_least, int) else -1


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """Return the operation of that name, or the only one."""
    named = [one for one in _operations(document) if name is None or (one.name is not None and one.name.value == name)]
    return named[0] if len(named) == 1 else None


def is_mutation(operation: OperationDefinitionNode) -> bool:
    """Tell whether the operation writes."""
    return operation.operation is OperationType.MUTATION


def _operations(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (one for one in document.definitions if isinstance(one, OperationDefinitionNode))


def _in_order(document: DocumentNode) -> Iterator[FragmentDefinitionNode]:
    """Yield the fragments, each after those that it spreads: by a walk without recursion, a chain may be long."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    done: set[str] = set()
    for first in fragments:
        path: dict[str, Iterator[str]] = {}
        step: str | None = None if first in done else first
        while step is not None:
            spreads = path.setdefault(step, _spreads(fragments[step].selection_set))
            following = next((one for one in spreads if one in fragments and one not in done), None)
            if following in path:
                raise CircleError(following)
            if following is None:
                done.add(step)
                yield fragments[step]
                del path[step]
                following = next(reversed(path), None)
            step = following


def _spreads(selection: SelectionSetNode) -> Iterator[str]:
    waiting: list[Iterable[Any]] = [selection.selections]
    while waiting:
        for node in waiting.pop():
            if isinstance(node, FragmentSpreadNode):
                yield node.name.value
            elif node.selection_set is not None:
                waiting.append(node.selection_set.selections)


def _count(value: object) -> int:
    return max(value, 1) if isinstance(value, int) else 1
