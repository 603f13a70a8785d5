"""The schema as somebody meets it who knows nothing of the project: whatever can be asked together has one type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from catalog.api.graphql.schema import graphql_schema

SCHEMA = graphql_schema()


def shape(kind: GraphQLOutputType) -> str:
    """Return what must be the same of fields that are selected together: GraphQL's SameResponseShape."""
    named = get_named_type(kind)
    return str(kind) if is_leaf_type(named) else str(kind).replace(named.name, "{}")


def conflicts(types: frozenset[str], seen: set[frozenset[str]], path: str) -> Iterator[str]:
    """Yield the fields, at any depth, that cannot be selected together of things of these object types."""
    if types in seen:
        return
    seen.add(types)
    fields: dict[str, dict[str, GraphQLOutputType]] = defaultdict(dict)
    for one in types:
        kind = SCHEMA.type_map[one]
        assert isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items():
            fields[name][one] = field.type
    for name, found in fields.items():
        if len({shape(kind) for kind in found.values()}) > 1:
            yield f"{path}.{name}: " + ", ".join(f"{one} {kind}" for one, kind in sorted(found.items()))
        below = frozenset().union(*(objects(get_named_type(kind)) for kind in found.values()))
        yield from conflicts(below, seen, f"{path}.{name}")


def objects(kind: GraphQLNamedType) -> frozenset[str]:
    """Return the object types that a thing of this type may be."""
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        return frozenset(each.name for each in SCHEMA.get_possible_types(kind))
    return frozenset({kind.name}) if isinstance(kind, GraphQLObjectType) else frozenset()


def test_fields_of_one_name_can_be_selected_together() -> None:
    seen: set[frozenset[str]] = set()
    found = [each for name, kind in SCHEMA.type_map.items() for each in conflicts(objects(kind), seen, name)]
    assert found == []
    assert objects(SCHEMA.type_map["Node"]) in seen


def test_the_search_for_conflicts_finds_them() -> None:
    found = list(conflicts(frozenset({"SourceSystem", "LineageNode"}), set(), "It"))
    assert found == ["It.kind: LineageNode NodeKind!, SourceSystem SourceKind!"]
