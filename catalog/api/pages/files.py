"""Files of pages, from beside this module, under a policy that allows nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_TYPES = {"css": "text/css", "html": "text/html", "js": "text/javascript"}
_FILES = frozenset(
    {
        "explorer.css",
        "explorer.js",
        "graphiql.min.css",
        "graphiql.min.js",
        "page.css",
        "react-dom.min.js",
        "react.min.js",
    }
)
# The GraphQL editor sets its own inline styles; scripts come from our files alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(text: bytes | str) -> Response:
    """Return a page that is asked for anew each time."""
    return _answer(text, "html", "no-cache")


def named(name: str) -> bytes:
    """Return the bytes of a file."""
    return _read(name)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return Response(status_code=404)
    return _answer(_read(name), name.rpartition(".")[2], "max-age=3600")


def _answer(text: bytes | str, suffix: str, cached: str) -> Response:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": cached}
    return Response(text, headers=headers, media_type=f"{_TYPES[suffix]}; charset=utf-8")


@cache
def _read(name: str) -> bytes:
    return (files(__package__) / "assets" / name).read_bytes()


ROUTES = (Route("/explorer/{name}", _file, methods=["GET"]),)
