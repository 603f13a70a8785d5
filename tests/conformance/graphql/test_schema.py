"""The schema as somebody meets it who knows nothing of the project."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLType,
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
            if field.deprecation_reason is None:
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


def described() -> Iterator[tuple[str, str | None]]:
    """Yield everything of the schema by its path, and what is published of it."""
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__"):
            continue
        yield name, kind.description
        for field_name, field in getattr(kind, "fields", {}).items():
            yield f"{name}.{field_name}", field.description
            for argument_name, argument in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument_name})", argument.description
        if isinstance(kind, GraphQLEnumType):
            for value_name, value in kind.values.items():
                yield f"{name}.{value_name}", value.description


def is_sentence(text: str | None, path: str) -> bool:
    """Tell whether a description is a sentence on one line that says more than the name does."""
    if text is None or not re.fullmatch(r"[A-Z`0-9].*[A-Za-z0-9)`\]]\.", text):
        return False
    named = {word.casefold() for word in WORD.findall(re.split("[.(]", path.rstrip(")"))[-1])}
    return bool({word.casefold() for word in WORD.findall(text)} - named - LITTLE)


WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
LITTLE = frozenset({"the", "a", "an", "its", "of", "it", "is"})


def test_everything_of_the_schema_is_described_by_a_sentence() -> None:
    found = list(described())
    assert [path for path, text in found if not is_sentence(text, path)] == []
    assert len(found) > 900


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("When the run ended; null while it runs.", "Run.endedAt", True),
        ("The kind of PHI.", "PhiTag.phiKind", False),
        ("The owner.", "Dataset.owner", False),
        ("Its snapshot.", "SubjectInput.snapshot", False),
        ("when the run ended.", "Run.endedAt", False),
        ("When the run ended", "Run.endedAt", False),
        ("When it ended.\n\n    Or was stopped.", "Run.endedAt", False),
        ("", "Run.endedAt", False),
        (None, "Run.endedAt", False),
    ],
)
def test_what_only_repeats_the_name_is_no_description(text: str | None, path: str, *, expected: bool) -> None:
    assert is_sentence(text, path) is expected


def test_only_what_has_any_shape_is_json() -> None:
    found = {
        f"{name}.{field_name}"
        for name, kind in SCHEMA.type_map.items()
        for field_name, field in getattr(kind, "fields", {}).items()
        if get_named_type(field.type).name == "JSON"
    }
    assert found == {"AspectInForce.value", "AspectStatement.value", "EvidenceEntry.body", "LedgerEntry.body"}


OF_ANOTHER_MEANING = {
    "Code.meaning": "in words, not what a signature stands for",
    "BoundDigest.digest": "of code, a commit stands in its place",
}


def is_closed(kind: GraphQLType) -> bool:
    """Tell whether values of this type are of a list or a form that the schema checks."""
    named = get_named_type(kind)
    return isinstance(named, GraphQLEnumType) or named.name in {"DateTime", "Digest", "Long"}


def test_what_comes_out_has_the_type_that_goes_in() -> None:
    closed: dict[str, set[str]] = defaultdict(set)
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            for name, field in kind.fields.items():
                closed[name].add(get_named_type(field.type).name if is_closed(field.type) else "")
    closed = {name: types for name, types in closed.items() if "" not in types}
    assert {"validFrom", "expiresAt", "artifactDigest", "size", "approvalKind", "zone"} <= closed.keys()
    found = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if name in closed and is_leaf_type(get_named_type(field.type)) and not is_closed(field.type)
    }
    assert found == OF_ANOTHER_MEANING.keys()
