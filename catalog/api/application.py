"""All routes put together: one ASGI application out of the services it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import FastAPI, Path, Query
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from catalog.api import problems
from catalog.api.addresses import START, Addresses
from catalog.api.compression import compressed
from catalog.api.edge import ROUTE, EdgeMiddleware
from catalog.api.http import access, health, ledger, lineage, metrics, presence, records
from catalog.api.http.body import DRAINED
from catalog.api.http.dependencies import Read
from catalog.api.openapi import described
from catalog.api.pages import graphiql
from catalog.api.services import Services
from catalog.api.sessions import Sessions
from catalog.api.signing_in import SigningIn
from catalog.errors import ADDRESSED
from reports.kinds import REPORTS, Report
from reports.parts.access import DAYS, LONGEST_DAYS

if TYPE_CHECKING:
    from catalog.api.pages.serving import Explorer

_VALID_AT = "What was true at this time (RFC 3339); left out, now."
_KNOWN_AT_INDEX = "As far as it was known by this ledger entry; left out, the newest."
_ACCESS_DAYS = f"Of how many days the dossier of a dataset counts decisions on access; left out, {DAYS}."

_MODULES = (health, presence, metrics, ledger, access)


def create(services: Services) -> EdgeMiddleware:
    """Return the application; whoever serves it starts and closes the services."""
    app = FastAPI(title="Lineward", version="1", docs_url=None, redoc_url=None)
    _handle_errors(app)
    app.state.services = services
    for module in _MODULES:
        app.include_router(module.router)
    _reports(app)

    async def ask(request: Request) -> Response:
        from catalog.api.graphql import endpoint  # noqa: PLC0415  events are taken before the schema is built

        return await endpoint.endpoint(services, request)

    async def evaluate(request: Request) -> Response:
        from catalog.api.http import gate  # noqa: PLC0415  events are taken before it is imported

        return await gate.evaluate(services, request)

    async def graphql(request: Request) -> Response:
        return await (ask if request.method == "POST" else graphiql.page)(request)

    app.router.routes.extend(
        [
            _named(Route("/graphql", graphql, methods=["GET", "POST"])),
            *_pages(app, services),
        ]
    )
    app.openapi = lambda: described(app)  # type: ignore[method-assign]  # FastAPI's own way to say more
    return EdgeMiddleware(
        app,
        Addresses((route.path for route in _routes(app)), services.settings.prefix),
        {
            "/api/v1/lineage": lambda request: lineage.one(services, request),
            "/api/v1/lineage/batch": lambda request: lineage.batch(services, request),
            "/access/v1/evaluation": lambda request: access.evaluation(services, request),
            "/access/v1/evaluations": lambda request: access.evaluations(services, request),
            "/api/v1/records": lambda request: records.take(services, request),
            "/api/v1/records/compare": lambda request: records.compare(services, request),
            "/api/v1/gate": evaluate,
        },
        services.metrics,
        services.settings.allowed_hosts,
        services.redactor.correlation_id,
        any_host=not services.settings.is_loopback and not services.settings.allowed_hosts,
        body_bytes=DRAINED * services.settings.max_oversize_bytes,
        body_seconds=services.settings.body_seconds,
    )


def _routes(app: FastAPI) -> Iterator[Route]:
    """Yield all routes; what the application includes of a router it does not list among its own."""
    for routes in (app.routes, *(module.router.routes for module in _MODULES)):
        yield from (route for route in routes if isinstance(route, Route))


def _pages(app: FastAPI, services: Services) -> tuple[Route, ...]:
    @cache
    def explorer() -> Explorer:
        # First what a thread of the server imports at its start: two that begin elsewhere meet half-made modules.
        from catalog.api.graphql import endpoint  # noqa: F401, PLC0415
        from catalog.api.pages.serving import Explorer  # noqa: PLC0415  the queries and templates take a while to import

        return Explorer(services, Sessions(), SigningIn(services.authenticator))

    async def start(request: Request) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return await compressed(request, await explorer().home(request))
        from catalog.api.pages import start  # noqa: PLC0415  as above

        found = await run_in_threadpool(health.look, services)
        return start.start(found, services.settings.organisation)

    async def documentation(request: Request) -> Response:
        from catalog.api.pages import start  # noqa: PLC0415  as above

        return await compressed(request, start.documentation(app))

    async def page(request: Request) -> Response:
        return await compressed(request, await explorer().serve(request))

    return (
        _named(Route(START, start)),
        _named(Route("/docs", documentation)),
        _named(Route("/explorer/{name}", page, methods=["GET", "POST"])),
    )


def _named(route: Route) -> Route:
    """Return a route that names itself in logs and metrics, as FastAPI's own do."""
    endpoint = route.app

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope[ROUTE] = route.path
        await endpoint(scope, receive, send)

    route.app = serve
    return route


def _reports(app: FastAPI) -> None:
    for report in REPORTS.values():
        app.add_api_route(
            f"/api/v1/reports/{report.path}/{{identifier}}.{{form}}",
            _giving(report),
            name=report.name,
            description=f"Give the {report.title.lower()} of a {report.nouns}, by its id.",
            tags=["reports"],
            response_class=Response,
        )


def _giving(report: Report[Any]) -> Callable[..., Response]:
    def give(
        request: Request,
        services: Read,
        identifier: Annotated[str, Path(description="The id of what it is of, as GraphQL and search give it.")],
        form: Annotated[Literal["pdf", "html", "json"], Path(description="The form that it is given in.")],
        valid_at: Annotated[str | None, Query(alias="validAt", description=_VALID_AT)] = None,
        known_at_index: Annotated[
            int | None, Query(alias="knownAtIndex", ge=0, le=ledger.LARGEST, description=_KNOWN_AT_INDEX)
        ] = None,
        access_days: Annotated[
            int | None, Query(alias="accessDays", ge=1, le=LONGEST_DAYS, description=_ACCESS_DAYS)
        ] = None,
    ) -> Response:
        from catalog.api.http import reports  # noqa: PLC0415  the renderers take a while to import

        actor = services.read_as(request)
        return reports.give(services, actor, report, identifier, form, valid_at, known_at_index, access_days)

    return give


def _handle_errors(app: FastAPI) -> None:
    async def known(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return (problems.problem(error) or problems.masked()).response()

    async def http(request: Request, error: Exception) -> Response:
        # FastAPI says of any body that it could not read that it is no JSON; the reason is behind it.
        reason = None if error.__cause__ is None else problems.problem(error.__cause__)
        if reason is not None:
            return reason.response()
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            return problems.wrong_method(*_methods(request)).response()
        headers = dict(getattr(error, "headers", None) or {})
        detail = {
            HTTPStatus.BAD_REQUEST: "The body cannot be read; send it as JSON in UTF-8, nested no deeper than need be.",
            HTTPStatus.NOT_FOUND: "There is nothing at this address; /docs lists every one there is.",
        }.get(HTTPStatus(status), HTTPStatus(status).description)
        return problems.ProblemDetails("asker", status, detail, headers=headers).response()

    async def invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001
        assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it alone
        first = error.errors()[0]
        where = "/".join(str(step) for step in first["loc"][1:]) or "The body"
        return problems.ProblemDetails("asker", 422, f"{where}: {first['msg']}.").response()

    def _methods(request: Request) -> set[str]:
        """Return the methods that an address takes, of all routes there: the router names those of the first alone."""
        there = [route for route in _routes(app) if route.matches(request.scope)[0] is not Match.NONE]
        return {method for route in there for method in route.methods or ()}

    for kind in ADDRESSED:
        app.add_exception_handler(kind, known)
    # Starlette raises it again after the answer, and the edge writes it down.
    app.add_exception_handler(Exception, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
