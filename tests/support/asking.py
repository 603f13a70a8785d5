"""Queries made of the schema of GraphQL: every question about something, with all that can be selected nearby."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

DEPTH = 2
TEXTS = {"version": "1", "principal": "grace", "environment": "production", "place": "North", "phiKind": "MRN"}
SCALARS: Mapping[str, str] = {"Int": "5", "Boolean": "false", "DateTime": '"2026-06-01T00:00:00Z"', "Float": "1.0"}


def questions(schema: GraphQLSchema, identifier: str, ref: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each field of Query that names something, and a query of it about this id and this dataset."""
    assert schema.query_type is not None
    maker = _Maker(schema, identifier, ref)
    for name, field in schema.query_type.fields.items():
        if maker.names_something(field):
            yield name, f"{{ {name}({maker.arguments(field)}) {maker.selection(field.type, DEPTH)} }}"


class _Maker:
    def __init__(self, schema: GraphQLSchema, identifier: str, ref: Mapping[str, str]) -> None:
        self._schema = schema
        self._id = identifier
        self._ref = ref

    def names_something(self, field: GraphQLField) -> bool:
        return any(self._leads_to_a_name(argument.type, 0) for argument in field.args.values())

    def arguments(self, field: GraphQLField) -> str:
        given = {
            name: self._value(name, argument.type)
            for name, argument in field.args.items()
            if is_required_argument(argument) or self._leads_to_a_name(argument.type, 0)
        }
        return ", ".join(f"{name}: {value}" for name, value in given.items())

    def selection(self, type_: Any, depth: int) -> str:
        named = get_named_type(type_)
        if is_leaf_type(named):
            return ""
        if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
            several = self._schema.get_possible_types(named)
            near = [one for one in several if len(several) < 8 or one.name == self._id.partition(":")[0]]
            inner = " ".join(f"... on {one.name} {self.selection(one, depth)}" for one in near)
            return f"{{ __typename {inner} }}"
        assert isinstance(named, GraphQLObjectType)
        chosen = ["__typename"]
        for name, field in named.fields.items():
            if any(is_required_argument(one) for one in field.args.values()):
                continue
            if is_leaf_type(get_named_type(field.type)) or depth > 1:
                inner = self.selection(field.type, depth - 1)
                chosen.append(f"{named.name}_{name}: {name} {inner}")
        return f"{{ {' '.join(chosen)} }}"

    def _leads_to_a_name(self, type_: Any, depth: int) -> bool:
        named = get_named_type(type_)
        if named.name in {"ID", "QualifiedNameInput"}:
            return True
        return (
            isinstance(named, GraphQLInputObjectType)
            and depth < 3
            and any(self._leads_to_a_name(one.type, depth + 1) for one in named.fields.values())
        )

    def _value(self, name: str, type_: Any) -> str:
        if isinstance(type_, GraphQLNonNull | GraphQLList):
            inner = self._value(name, type_.of_type)
            return f"[{inner}]" if isinstance(type_, GraphQLList) else inner
        return self._of_named(name, type_)

    def _of_named(self, name: str, type_: Any) -> str:
        if type_.name == "ID":
            return json.dumps(self._id)
        if type_.name == "QualifiedNameInput":
            return f"{{namespace: {json.dumps(self._ref['namespace'])}, name: {json.dumps(self._ref['name'])}}}"
        if isinstance(type_, GraphQLEnumType):
            return str(next(iter(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            given = {
                key: self._value(key, one.type)
                for key, one in type_.fields.items()
                if is_required_input_field(one) or (not type_.is_one_of and self._leads_to_a_name(one.type, 1))
            }
            if type_.is_one_of:
                key = next(one for one in type_.fields if self._leads_to_a_name(type_.fields[one].type, 1))
                given = {key: self._value(key, type_.fields[key].type)}
            return f"{{{', '.join(f'{key}: {value}' for key, value in given.items())}}}"
        return SCALARS.get(type_.name, json.dumps(TEXTS.get(name, "made up")))
