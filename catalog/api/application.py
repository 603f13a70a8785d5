"""All routes put together: one ASGI application out of the services it is given."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Path, Query
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from catalog import metrics
from catalog.api import problems
from catalog.api.front import Front
from catalog.api.http import health, ledger, lineage, presence, records
from catalog.api.openapi import described
from catalog.api.pages import explorer
from catalog.api.services import Services
from catalog.errors import ADDRESSED
from reports.kinds import REPORTS, Report

_LARGEST = 2**53 - 1
"""No ledger is larger, and no JSON number beyond it is exact (RFC 8259 §6)."""

Index = Annotated[int, Path(ge=0, le=_LARGEST, description="The index of a ledger entry.")]
Size = Annotated[int, Query(ge=0, le=_LARGEST)]


def create(services: Services) -> Front:
    """Return the application; whoever serves it starts and closes the services."""
    app = FastAPI(title="Lineward", version="1", docs_url=None, redoc_url=None)
    _handle_errors(app)
    _health(app, services)
    _ledger(app, services)
    _reports(app, services)

    async def ask(request: Request) -> Response:
        from catalog.api.graphql import endpoint  # noqa: PLC0415  events are taken before the schema is built

        return await endpoint.endpoint(services, request)

    async def graphql(request: Request) -> Response:
        return await (ask if request.method == "POST" else explorer.page)(request)

    app.router.routes.extend([*explorer.ROUTES, Route("/graphql", graphql, methods=["GET", "POST"])])
    app.openapi = lambda: described(app)  # type: ignore[method-assign]  # FastAPI's own way to say more
    return Front(
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


def _health(app: FastAPI, services: Services) -> None:
    @app.get("/health/live", tags=["operation"])
    def live() -> dict[str, str]:
        """Tell that the process answers."""
        return {"state": "alive"}

    @app.get("/health/ready", tags=["operation"])
    def ready() -> Response:
        """Tell whether events are taken and questions answered: ledger, store, projection, newest checkpoint."""
        found = health.look(services)
        state = {"state": "ready" if found.ready else "not ready", **found.parts}
        return JSONResponse(state, HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE)

    @app.post("/api/v1/presence", include_in_schema=False)
    def prove(question: presence.Question) -> dict[str, str]:
        """Prove to a command that this server runs on its data directory."""
        return presence.prove(services, question)

    @app.get("/metrics", tags=["operation"], response_class=PlainTextResponse)
    def exposition(request: Request) -> Response:
        """Give the metrics in Prometheus' text format, to a key of the role monitor or admin once keys exist."""
        services.watch_as(request)
        return Response(services.metrics.exposition(), media_type=metrics.CONTENT_TYPE)


def _ledger(app: FastAPI, services: Services) -> None:
    reading = [Depends(_reader(services))]
    whole = [Depends(_reader_of_bodies(services))]

    @app.get("/api/v1/ledger/checkpoint", tags=["ledger"], response_class=PlainTextResponse)
    def checkpoint() -> str:
        """Give the newest checkpoint as a C2SP signed note; public, so that anyone may hold it."""
        return ledger.checkpoint(services)

    @app.get("/api/v1/ledger/keys", tags=["ledger"], response_class=PlainTextResponse)
    def keys() -> str:
        """Give the verifier keys, one a line; public, though best had from elsewhere."""
        return ledger.keys(services)

    @app.get("/api/v1/ledger/consistency", tags=["ledger"], dependencies=reading)
    def consistency(old: Size, new: Size | None = None) -> dict[str, Any]:
        """Prove that the tree at one size is a prefix of that at another (RFC 9162 §2.1.4)."""
        return ledger.consistency(services, old, new)

    @app.get("/api/v1/ledger/entries", tags=["ledger"], dependencies=whole)
    def entries(start: Size = 0, limit: Annotated[int, Query(ge=1, le=ledger.MAX_ENTRIES)] = 100) -> dict[str, Any]:
        """Give entries from an index on, in order, and fewer than asked for where these fill an answer."""
        return ledger.entries(services, start, limit)

    @app.get("/api/v1/ledger/entries/{index}", tags=["ledger"], dependencies=whole)
    def entry(index: Index) -> dict[str, Any]:
        """Give one entry with its redacted body."""
        return ledger.entry(services, index)

    @app.get(
        "/api/v1/ledger/entries/{index}/proof", tags=["ledger"], dependencies=reading, response_class=PlainTextResponse
    )
    def proof(index: Index) -> str:
        """Prove an entry against the newest checkpoint, for use offline: a C2SP tlog-proof."""
        return ledger.proof(services, index)


def _reports(app: FastAPI, services: Services) -> None:
    for report in REPORTS.values():
        app.add_api_route(
            f"/api/v1/reports/{report.path}/{{identifier}}.{{form}}",
            _giving(report, services),
            name=report.name,
            description=f"Give the {report.title.lower()} of a {report.nouns}, by its id.",
            tags=["reports"],
            # Whoever may not read is told so before anything else that they sent is looked at.
            dependencies=[Depends(_reader(services))],
            response_class=Response,
        )


def _giving(report: Report[Any], services: Services) -> Callable[..., Response]:
    def give(
        request: Request,
        identifier: str,
        form: Literal["pdf", "html", "json"],
        valid_at: Annotated[str | None, Query(alias="validAt", description="RFC 3339")] = None,
        known_at_index: Annotated[int | None, Query(alias="knownAtIndex", ge=0, le=_LARGEST)] = None,
    ) -> Response:
        from catalog.api.http import reports  # noqa: PLC0415  the renderers take a while to import

        return reports.give(services, services.read_as(request), report, identifier, form, valid_at, known_at_index)

    return give


def _reader(services: Services) -> Any:  # noqa: ANN401  a dependency of FastAPI's
    def check(request: Request) -> None:
        services.read_as(request)

    return check


def _reader_of_bodies(services: Services) -> Any:  # noqa: ANN401  the same
    def check(request: Request) -> None:
        services.read_bodies_as(request)

    return check


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
        return problems.Problem("asker", status, detail, headers=headers).response()

    async def invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001
        assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it alone
        first = error.errors()[0]
        where = "/".join(str(step) for step in first["loc"][1:]) or "The body"
        return problems.Problem("asker", 422, f"{where}: {first['msg']}.").response()

    for kind in ADDRESSED:
        app.add_exception_handler(kind, known)
    # Starlette raises it again after the answer, and the front writes it down.
    app.add_exception_handler(Exception, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
