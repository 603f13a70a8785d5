"""From a text to a document that may be run: parsed, bounded, validated, all within the request's allowance."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    Lexer,
    Node,
    Source,
    TokenKind,
    ValidationContext,
    ValidationRule,
    parse,
    specified_rules,
)
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.schema import validate_document

from catalog.api.graphql.allowance import Allowance
from catalog.api.graphql.limits import CircleError, nesting
from catalog.api.graphql.schema import graphql_schema
from catalog.errors import BUDGET_EXCEEDED

_REMEMBERED = 128
_REMEMBERED_BYTES = 16 * 1024
_LARGEST = 2**53 - 1
_READS = {"query", "subscription"}

# What comparing the fields of one document with each other may cost, in graphql-core's own measure: a tenth of its
# default, and far more than people's and programs' queries need.
overlapping.MAX_COMPLEXITY_BUDGET = 50_000


class RefusedError(Exception):
    """The document was refused before it was run."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        """Keep what is wrong with it."""
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most tokens, levels and aliases of one document."""

    tokens: int
    depth: int
    aliases: int


def begins_to_read(query: str) -> bool:
    """Tell, from its first word alone, whether a document asks. One that begins with a fragment may do either."""
    try:
        first = Lexer(Source(query)).advance()
    except GraphQLError:
        return False
    return first.kind is TokenKind.BRACE_L or (first.kind is TokenKind.NAME and first.value in _READS)


def read_document(query: str, bounds: Bounds, allowance: Allowance) -> DocumentNode:
    """Return the document of a text, remembered where it is short.

    Raises:
        RefusedError: it is no GraphQL, too large, too deep, or not of this schema.
        EndedError: the allowance ended before it was validated.
    """
    sent = _Sent(query, bounds, allowance)
    return _remembered(sent) if len(query) <= _REMEMBERED_BYTES else _document(sent)


@dataclass(frozen=True, slots=True)
class _Sent:
    """Programs ask the same few documents again and again, each time with another allowance."""

    query: str
    bounds: Bounds
    allowance: Allowance = field(compare=False)


def _document(sent: _Sent) -> DocumentNode:
    allowance, bounds = sent.allowance, sent.bounds
    allowance.check()
    try:
        document = parse(sent.query, max_tokens=bounds.tokens)
    except GraphQLError as error:
        raise RefusedError([error]) from error
    _bound(document, bounds)
    errors = validate_document(graphql_schema(), document, (_watching(allowance), *specified_rules))
    if errors:
        raise RefusedError([_explained(error) for error in errors])
    return document


_remembered = lru_cache(maxsize=_REMEMBERED)(_document)


def _bound(document: DocumentNode, bounds: Bounds) -> None:
    try:
        found = nesting(document)
    except CircleError as error:
        raise RefusedError([GraphQLError(str(error))]) from error
    if found.depth > bounds.depth:
        raise RefusedError([too_much(_TOO_DEEP, found.depth, bounds.depth)])
    if found.aliases > bounds.aliases:
        raise RefusedError([too_much(_TOO_MANY_ALIASES, found.aliases, bounds.aliases)])


_TOO_DEEP = "The query has a depth of {}, and may have {}; ask in several queries."
_TOO_MANY_ALIASES = "The query has {} aliases, and may have {}; ask in several queries."


def _explained(error: GraphQLError) -> GraphQLError:
    """Say what to do where graphql-core only says that it gave up."""
    if not isinstance(error, ValidationAbortedError) or error.message != "Validation aborted.":
        return error
    return GraphQLError(
        "The query repeats or nests its fields too often to be checked; ask for each once, or in several queries.",
        extensions={"code": BUDGET_EXCEEDED},
    )


def too_much(message: str, reached: int, limit: int) -> GraphQLError:
    """Return the error of a query that asks for too much; a number that JSON's readers cannot hold is left out."""
    if reached > _LARGEST:
        extensions = {"code": BUDGET_EXCEEDED, "limit": limit}
        return GraphQLError(message.format(f"more than {_LARGEST}", limit), extensions=extensions)
    extensions = {"code": BUDGET_EXCEEDED, "limit": limit, "reached": reached}
    return GraphQLError(message.format(reached, limit), extensions=extensions)


def _watching(allowance: Allowance) -> type[ValidationRule]:
    """Return a rule that looks at the clock at every node: validation works for as long as it takes otherwise."""

    class Watching(ValidationRule):
        def __init__(self, context: ValidationContext) -> None:
            allowance.check()
            super().__init__(context)

        def enter(self, node: Node, *_args: Any) -> None:  # noqa: ANN401, ARG002  what a visitor is handed
            allowance.check()

    return Watching
