"""GraphQL over HTTP: POST only, held to its limits before it is run, on a thread and a state of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, parse, validate
from graphql.validation import NoFragmentCyclesRule
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from strawberry.extensions.max_aliases import create_validator as alias_limit
from strawberry.extensions.query_depth_limiter import create_validator as depth_limit

from catalog import logs
from catalog.access import rules
from catalog.access.model import Actor
from catalog.api import problems as http
from catalog.api.graphql.asking import Asking
from catalog.api.graphql.deadline import Deadline, OutOfTimeError
from catalog.api.graphql.limits import Costs, is_mutation, operation_of
from catalog.api.graphql.problems import EXPECTED, as_problem
from catalog.api.graphql.schema import graphql_schema, schema
from catalog.api.http.body import read_body, require_json
from catalog.api.services import Services
from catalog.errors import SenderError
from catalog.ledger.sealing import utc_microseconds

_MAX_QUERY_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """A GraphQL request: document, variables, and which operation."""

    query: str
    variables: Mapping[str, Any]
    operation: str | None

    @classmethod
    def read(cls, body: bytes) -> Question:
        """Return the question in a request body; raises SenderError 400."""
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise SenderError('Send a JSON object: {"query": "…", "variables": {…}}.') from error
        if not isinstance(value, dict) or not isinstance(value.get("query"), str):
            raise SenderError('Send a JSON object with a "query": a GraphQL document as text.', pointer="/query")
        variables, operation = value.get("variables") or {}, value.get("operationName")
        if not isinstance(variables, dict):
            raise SenderError("variables is an object.", pointer="/variables")
        if operation is not None and not isinstance(operation, str):
            raise SenderError("operationName is text.", pointer="/operationName")
        return cls(value["query"], variables, operation or None)


class RefusedError(Exception):
    """The document was refused before it was run."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        """Keep what is wrong with it."""
        super().__init__(errors[0].message)
        self.errors = errors


async def endpoint(services: Services, request: Request) -> Response:
    """Answer a GraphQL request."""
    require_json(request)
    actor = services.authenticate(request)
    question = Question.read(await read_body(request, min(_MAX_QUERY_BYTES, services.settings.max_body_bytes)))
    answer = await run_in_threadpool(ask, services, actor, question)
    # 200 with errors, as GraphQL over HTTP has it for application/json.
    return Response(orjson.dumps(answer), media_type="application/json")


def ask(services: Services, actor: Actor, question: Question) -> dict[str, Any]:
    """Answer a question on this thread; blocks while the store reads."""
    settings = services.settings
    try:
        document = _checked(question.query, settings.query_tokens, settings.query_depth, settings.query_aliases)
    except RefusedError as refused:
        return {"data": None, "errors": [error.formatted for error in refused.errors]}
    operation = operation_of(document, question.operation)
    if operation is None:
        return {"data": None, "errors": [{"message": "Say by operationName which of the operations to run."}]}
    costs = Costs(graphql_schema(), document, question.variables)
    cost = costs.cost(operation)
    if cost > settings.query_cost:
        return {
            "data": None,
            "errors": [
                {
                    "message": f"The query costs {cost} of {settings.query_cost}; ask for fewer items.",
                    "extensions": {"code": "BUDGET_EXCEEDED", "limit": settings.query_cost, "reached": cost},
                }
            ],
        }
    if not is_mutation(operation):
        rules.require(actor.roles, rules.READ)
    at_least = costs.at_least(operation)
    if at_least is not None:
        services.projection.wait_for(at_least, settings.at_least_seconds)
    deadline = Deadline(settings.query_seconds)
    with ExitStack() as stack:
        reader = stack.enter_context(services.store.reading()) if not is_mutation(operation) else services.store
        asking = Asking(services, actor, deadline.over(reader), utc_microseconds(), at_least, logs.correlation_id())
        began = time.perf_counter()
        result = asyncio.run(
            schema().execute(
                question.query,
                variable_values=dict(question.variables),
                context_value=asking,
                operation_name=question.operation,
            )
        )
    services.metrics.query_calls.observe(deadline.calls)
    services.metrics.query_seconds.observe(time.perf_counter() - began)
    return _answer(result, services)


@lru_cache(maxsize=128)
def _checked(query: str, tokens: int, depth: int, aliases: int) -> DocumentNode:
    """Return the document; raises RefusedError where it is too large, too deep, or not of this schema."""
    try:
        document = parse(query, max_tokens=tokens)
    except GraphQLError as error:
        raise RefusedError([error]) from error
    # Cyclic fragments first: the limits below follow fragments without looking for cycles.
    errors = validate(graphql_schema(), document, [NoFragmentCyclesRule])
    if not errors:
        rules = [depth_limit(depth, None), alias_limit(aliases)]
        errors = validate(graphql_schema(), document, rules)
    if errors:
        raise RefusedError(errors)
    return document


def _answer(result: Any, services: Services) -> dict[str, Any]:  # noqa: ANN401  strawberry's result
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_error(error, services) for error in result.errors]
    return answer


def _error(error: GraphQLError, services: Services) -> dict[str, Any]:
    """Return what a caller may know of an error."""
    cause = error.original_error
    formatted: dict[str, Any] = dict(error.formatted)
    if cause is None or isinstance(cause, GraphQLError):
        return formatted
    if isinstance(cause, OutOfTimeError):
        return {**formatted, "message": str(cause), "extensions": {"code": "BUDGET_EXCEEDED"}}
    if isinstance(cause, EXPECTED):
        found = as_problem(cause)
        extensions: dict[str, Any] = {"code": found.code.value}
        field = getattr(found, "field", None)
        return {**formatted, "message": found.message, "extensions": extensions | ({"field": field} if field else {})}
    services.metrics.masked.inc()
    logs.logger.error("masked", exc_info=cause)
    masked = http.masked()
    return {
        **formatted,
        "message": masked.detail,
        "extensions": {"code": "INTERNAL", "correlationId": logs.correlation_id()},
    }
