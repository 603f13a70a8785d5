"""All routes put together: one ASGI application out of the services it is given."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.api import problems
from catalog.api.edge import EdgeMiddleware
from catalog.api.http import health, ledger, lineage, metrics, presence, records
from catalog.api.http.dependencies import Read
from catalog.api.openapi import described
from catalog.api.pages import explorer
from catalog.api.services import Services
from catalog.errors import ADDRESSED
from reports.kinds import REPORTS, Report


def create(services: Services) -> EdgeMiddleware:
    """Return the application; whoever serves it starts and closes the services."""
    app = FastAPI(title="Lineward", version="1", docs_url=None, redoc_url=None)
    _handle_errors(app)
    app.state.services = services
    for module in (health, presence, metrics, ledger):
        app.include_router(module.router)
    _reports(app)

    async def ask(request: Request) -> Response:
        from catalog.api.graphql import endpoint  # noqa: PLC0415  events are taken before the schema is built

        return await endpoint.endpoint(services, request)

    async def graphql(request: Request) -> Response:
        return await (ask if request.method == "POST" else explorer.page)(request)

    app.router.routes.extend([*explorer.ROUTES, Route("/graphql", graphql, methods=["GET", "POST"])])
    app.openapi = lambda: described(app)  # type: ignore[method-assign]  # FastAPI's own way to say more
    return EdgeMiddleware(
        app,
        {
            "/api/v1/lineage": lambda request: lineage.one(services, request),
            "/api/v1/lineage/batch": lambda request: lineage.batch(services, request),
            "/api/v1/records": lambda request: records.take(services, request),
        },
        services.metrics,
        services.settings.allowed_hosts,
        services.redactor.correlation_id,
        any_host=not services.settings.is_loopback and not services.settings.allowed_hosts,
        body_bytes=services.settings.max_body_bytes,
        body_seconds=services.settings.body_seconds,
    )


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
        identifier: str,
        form: Literal["pdf", "html", "json"],
        valid_at: Annotated[str | None, Query(alias="validAt", description="RFC 3339")] = None,
        known_at_index: Annotated[int | None, Query(alias="knownAtIndex", ge=0, le=ledger.LARGEST)] = None,
    ) -> Response:
        from catalog.api.http import reports  # noqa: PLC0415  the renderers take a while to import

        return reports.give(services, services.read_as(request), report, identifier, form, valid_at, known_at_index)

    return give


def _handle_errors(app: FastAPI) -> None:
    async def known(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return (problems.problem(error) or problems.masked()).response()

    async def http(request: Request, error: Exception) -> Response:  # noqa: ARG001
        # FastAPI says of any body that it could not read that it is no JSON; the reason is behind it.
        reason = None if error.__cause__ is None else problems.problem(error.__cause__)
        if reason is not None:
            return reason.response()
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        headers = dict(getattr(error, "headers", None) or {})
        detail = {
            HTTPStatus.BAD_REQUEST: "The body cannot be read; send it as JSON in UTF-8, nested no deeper than need be.",
            HTTPStatus.NOT_FOUND: "There is nothing at this address.",
            HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
        }.get(HTTPStatus(status), HTTPStatus(status).description)
        return problems.ProblemDetails("asker", status, detail, headers=headers).response()

    async def invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001
        assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it alone
        first = error.errors()[0]
        where = "/".join(str(step) for step in first["loc"][1:]) or "The body"
        return problems.ProblemDetails("asker", 422, f"{where}: {first['msg']}.").response()

    for kind in ADDRESSED:
        app.add_exception_handler(kind, known)
    # Starlette raises it again after the answer, and the edge writes it down.
    app.add_exception_handler(Exception, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
