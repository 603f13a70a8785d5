"""What one query may ask for: nesting, aliases, tokens, and a cost that is known before anything is read.

Cost: a field costs 1, and what is below a list costs that many times as often as the list's `first` (or the number of
`ids`) says. A lineage walk costs a tenth of its budget beforehand, since it visits that many nodes, wherever it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    get_named_type,
    value_from_ast_untyped,
)

_LISTS = ("first", "limit")
_WALKS = {"lineage", "lineageCounts", "paths"}
_WALK_BUDGET = 2000
_VISITS_PER_COST = 10
_AT_LEAST = "atLeast"


class Costs:
    """Works out the cost of an operation and what it wants to see at least, from its text and variables alone."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = dict(variables)
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._document = document

    def cost(self, operation: OperationDefinitionNode) -> int:
        """Return the cost of the operation; fragments must not be cyclic (validation has seen to that)."""
        root = self._schema.get_root_type(operation.operation)
        return 0 if root is None else self._selection(operation.selection_set, root)

    def at_least(self, operation: OperationDefinitionNode) -> int | None:
        """Return the highest `atLeast` that the operation names, in its text or in its variables."""
        self._found: list[int] = []
        self._look(self._variables)
        self._walk_arguments(operation.selection_set, set())
        return max(self._found, default=None)

    def _selection(self, selection: SelectionSetNode, parent: Any) -> int:  # noqa: ANN401  any composite type
        total = 0
        for node in selection.selections:
            match node:
                case FieldNode():
                    total += self._field(node, parent)
                case InlineFragmentNode():
                    total += self._selection(node.selection_set, self._narrowed(node.type_condition, parent))
                case FragmentSpreadNode():
                    fragment = self._fragments.get(node.name.value)
                    if fragment is not None:
                        total += self._selection(
                            fragment.selection_set, self._narrowed(fragment.type_condition, parent)
                        )
        return total

    def _field(self, node: FieldNode, parent: Any) -> int:  # noqa: ANN401
        name = node.name.value
        if name.startswith("__") or not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        definition = parent.fields.get(name)
        if definition is None:
            return 0
        given = self._arguments(node)
        times = 1
        for one in _LISTS:
            if one in definition.args:
                default = definition.args[one].default_value
                times = _count(given.get(one, 1 if default is Undefined else default))
        if isinstance(given.get("ids"), list):
            times = max(len(given["ids"]), 1)
        below = 0
        if node.selection_set is not None:
            below = self._selection(node.selection_set, get_named_type(definition.type))
        walk = 0
        if name in _WALKS:
            asked = given.get("input")
            budget = asked.get("budget", _WALK_BUDGET) if isinstance(asked, dict) else _WALK_BUDGET
            walk = _count(budget) // _VISITS_PER_COST
        return 1 + walk + times * below

    def _arguments(self, node: FieldNode) -> dict[str, Any]:
        return {one.name.value: value_from_ast_untyped(one.value, self._variables) for one in node.arguments or ()}

    def _narrowed(self, condition: Any, parent: Any) -> Any:  # noqa: ANN401
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _walk_arguments(self, selection: SelectionSetNode, seen: set[str]) -> None:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                self._look(self._arguments(node))
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments.get(node.name.value)
                if fragment is not None and node.name.value not in seen:
                    self._walk_arguments(fragment.selection_set, seen | {node.name.value})
            elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
                self._walk_arguments(node.selection_set, seen)

    def _look(self, value: object) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name == _AT_LEAST and isinstance(inner, int):
                    self._found.append(inner)
                else:
                    self._look(inner)
        elif isinstance(value, list):
            for inner in value:
                self._look(inner)


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """Return the operation of that name, or the only one."""
    found = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    named = [one for one in found if name is None or (one.name is not None and one.name.value == name)]
    return named[0] if len(named) == 1 else None


def is_mutation(operation: OperationDefinitionNode) -> bool:
    """Tell whether the operation writes."""
    return operation.operation is OperationType.MUTATION


def _count(value: object) -> int:
    return max(value, 1) if isinstance(value, int) else 1
