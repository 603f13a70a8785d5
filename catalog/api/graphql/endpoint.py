"""GraphQL over HTTP: POST only, held to its limits before and while it is run, on a thread and a state of its own.

Who may not read is refused first. Then the document is parsed, bounded and validated (`documents`), the variables are
coerced and the cost is counted over them (`limits`), and only then anything is read. One allowance spans all of it; a
client that leaves ends it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from graphql.execution.values import get_variable_values
from starlette.requests import Request
from starlette.responses import Response

from catalog import logs
from catalog.access import rules
from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.api import problems as http
from catalog.api.graphql.allowance import Allowance, EndedError
from catalog.api.graphql.context import RequestContext
from catalog.api.graphql.documents import Bounds, RefusedError, begins_to_read, read_document, too_much
from catalog.api.graphql.limits import Costs, Price, is_mutation, operation_of
from catalog.api.graphql.problems import as_problem
from catalog.api.graphql.schema import graphql_schema, schema
from catalog.api.http.body import QUESTION_BYTES, read_body, require_json
from catalog.api.services import Services
from catalog.errors import ADDRESSED, INTERNAL, SenderError
from catalog.ledger.sealing import utc_microseconds
from catalog.store.protocol import Store, StoreReader

_MAX_ERRORS = 50
_GLANCE_SECONDS = 0.25

_THREADS = ThreadPoolExecutor(16, "graphql")
"""Of their own: questions that take long must not keep events and records from being taken."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A GraphQL request: document, variables, and which operation."""

    query: str
    variables: Mapping[str, Any]
    operation: str | None

    @classmethod
    def read(cls, body: bytes) -> GraphQLRequest:
        """Return the question in a request body; raises SenderError 400."""
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise SenderError('Send a JSON object: {"query": "…", "variables": {…}}.') from error
        if not isinstance(value, dict) or not isinstance(value.get("query"), str):
            raise SenderError('Send a JSON object with a "query": a GraphQL document as text.', pointer="/query")
        variables, operation = value.get("variables"), value.get("operationName")
        # Some clients write an empty object as an empty list.
        variables = {} if variables is None or variables == [] else variables
        if not isinstance(variables, dict):
            raise SenderError("Send `variables` as a JSON object: names, and their values.", pointer="/variables")
        if operation is not None and not isinstance(operation, str):
            raise SenderError(
                "Send `operationName` as text: the name of one of the operations.", pointer="/operationName"
            )
        return cls(value["query"], variables, operation or None)


async def endpoint(services: Services, request: Request) -> Response:
    """Answer a GraphQL request; who may not read is refused before the question is looked at."""
    require_json(request)
    actor = services.authenticate(request)
    limit = min(QUESTION_BYTES, services.settings.max_body_bytes)
    question = GraphQLRequest.read(await read_body(request, limit))
    if begins_to_read(question.query):
        rules.require(actor, Permission.READ)
    allowance = Allowance(services.settings.query_seconds, services.settings.query_bytes)
    inherited = copy_context()
    loop = asyncio.get_running_loop()
    leaving = loop.create_task(_cancel_when_left(request, allowance))
    try:
        answer = await loop.run_in_executor(_THREADS, inherited.run, _answered, services, actor, question, allowance)
    finally:
        allowance.cancel()
        leaving.cancel()
    # 200 with errors, as GraphQL over HTTP has it for application/json.
    return Response(answer, media_type="application/json")


async def _cancel_when_left(request: Request, allowance: Allowance) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    allowance.cancel()


def _answered(services: Services, actor: Actor, question: GraphQLRequest, allowance: Allowance) -> bytes:
    return orjson.dumps(ask(services, actor, question, allowance))


def ask(services: Services, actor: Actor, question: GraphQLRequest, allowance: Allowance) -> dict[str, Any]:
    """Answer a question on this thread; blocks while the store reads. Raises AskerError 403."""
    try:
        return _ask(services, actor, question, allowance)
    except RefusedError as refused:
        return {"data": None, "errors": [error.formatted for error in refused.errors]}
    except EndedError as ended:
        return _ended(ended)


def _ask(services: Services, actor: Actor, question: GraphQLRequest, allowance: Allowance) -> dict[str, Any]:
    settings = services.settings
    bounds = Bounds(settings.query_tokens, settings.query_depth, settings.query_aliases)
    document = read_document(question.query, bounds, allowance)
    operation = operation_of(document, question.operation)
    if operation is None:
        raise RefusedError([GraphQLError("Say by `operationName` which of the operations to run.")])
    if not is_mutation(operation):
        rules.require(actor, Permission.READ)
    price = _price(document, operation, question.variables)
    if price.cost > settings.query_cost:
        raise RefusedError(
            [too_much("The query costs {}, and may cost {}; ask for fewer items.", price.cost, settings.query_cost)]
        )
    at_least = None if price.at_least < 0 else price.at_least
    if at_least is not None:
        _wait_for(services, at_least, allowance)
    if is_mutation(operation):
        # What it writes is durable before it answers: that answer is not to be lost.
        allowance.lift()
    return _run(services, actor, question, document, operation, at_least, allowance)


def _price(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Price:
    schema = graphql_schema()
    coerced = get_variable_values(schema, operation.variable_definitions or (), dict(variables), _MAX_ERRORS)
    if isinstance(coerced, list):
        raise RefusedError(coerced)
    try:
        return Costs(schema, document, coerced).price(operation)
    except GraphQLError as error:
        raise RefusedError([error]) from error


def _wait_for(services: Services, index: int, allowance: Allowance) -> None:
    """Wait for the graph to hold an entry, as long as one may wait; there is no waiting for what was never written."""
    until = max(allowance.remaining - services.settings.at_least_seconds, 0)
    if index >= services.ledger.size():
        return
    while (left := allowance.remaining - until) > 0:
        allowance.check()
        if services.projection.wait_for(index, min(left, _GLANCE_SECONDS)):
            return


def _run(
    services: Services,
    actor: Actor,
    question: GraphQLRequest,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    at_least: int | None,
    allowance: Allowance,
) -> dict[str, Any]:
    began = time.perf_counter()
    with ExitStack() as stack:
        reader: StoreReader = services.store
        if not is_mutation(operation):
            reader = stack.enter_context(services.store.reading(allowance))
        context = RequestContext(
            services,
            actor,
            document,
            allowance,
            allowance.over(reader),
            utc_microseconds(),
            at_least,
            logs.correlation_id(),
            writes=is_mutation(operation),
        )
        try:
            result = asyncio.run(
                schema().execute(
                    question.query,
                    variable_values=dict(question.variables),
                    context_value=context,
                    operation_name=question.operation,
                )
            )
        finally:
            context.close()
    services.metrics.query_calls.observe(allowance.calls)
    services.metrics.query_seconds.observe(time.perf_counter() - began)
    # What was cut off by then is no error of the store's.
    allowance.check()
    _judge(services.store, result)
    return _answer(result, services)


def _judge(store: Store, result: Any) -> None:  # noqa: ANN401  strawberry's result
    """Let the store judge the first unexpected error: it knows its own, and finds the damage that makes some of ours.

    Raises OperatorError where it is the store's; one that is a defect of ours is masked in the answer, beside the rest.
    """
    causes = (error.original_error for error in result.errors or ())
    met = next((one for one in causes if one is not None and not isinstance(one, (GraphQLError, *ADDRESSED))), None)
    if met is None:
        return
    try:
        with store.reading():
            raise met  # noqa: TRY301  it is what the store looks at
    except Exception as error:
        if error is not met:
            raise


def _ended(error: EndedError) -> dict[str, Any]:
    return {"data": None, "errors": [{"message": str(error), "extensions": {"code": error.code}}]}


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
    if isinstance(cause, ADDRESSED):
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
        "extensions": {"code": INTERNAL.code, "correlationId": logs.correlation_id()},
    }
