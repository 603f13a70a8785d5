"""The GraphQL explorer: GraphiQL from files beside this module, under a policy that allows nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_TYPES = {"css": "text/css", "html": "text/html", "js": "text/javascript"}
_FILES = frozenset(
    {"explorer.css", "explorer.js", "graphiql.min.css", "graphiql.min.js", "react-dom.min.js", "react.min.js"}
)
# The editor sets its own inline styles; scripts come from our files alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def page(request: Request) -> Response:  # noqa: ARG001  starlette's form of a handler
    """Return the explorer's page."""
    return _answer("explorer.html", "no-cache")


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    return _answer(name, "max-age=3600") if name in _FILES else Response(status_code=404)


def _answer(name: str, cached: str) -> Response:
    media = f"{_TYPES[name.rpartition('.')[2]]}; charset=utf-8"
    return Response(
        _read(name), headers={"Content-Security-Policy": _POLICY, "Cache-Control": cached}, media_type=media
    )


@cache
def _read(name: str) -> bytes:
    return (files(__package__) / "assets" / name).read_bytes()


ROUTES = (Route("/explorer/{name}", _asset, methods=["GET"]),)
