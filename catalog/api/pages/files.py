"""Files of pages, from beside this module, under policies that allow nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from starlette.responses import Response

_TYPES = {"css": "text/css", "html": "text/html", "js": "text/javascript", "mjs": "text/javascript"}
_FILES = frozenset(
    {
        "graphiql.css",
        "graphiql.js",
        "graphiql.min.css",
        "graphiql.min.js",
        "htmx.min.js",
        "lineage.mjs",
        "moments.mjs",
        "page.css",
        "proof.mjs",
        "react-dom.min.js",
        "react.min.js",
        "sending.mjs",
        "verify.mjs",
    }
)
_OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# The GraphQL editor sets its own inline styles; scripts come from our files alone.
_EDITOR = _OURS.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "form-action 'self'", "form-action 'none'"
)


_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""For what stands alone and brings its own styles."""


def page(text: bytes | str, status: int = 200) -> Response:
    """Return a page that is asked for anew each time, and kept by nobody on the way."""
    return _answer(text, "html", "no-store", _OURS, status)


def export(content: bytes | str, media_type: str, name: str) -> Response:
    """Return what is kept as a file of this name, and is no page."""
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    headers = {"Content-Security-Policy": _NOTHING, "Cache-Control": "no-store", **kept}
    return Response(content, 200, headers, media_type)


def editor() -> Response:
    """Return the page of the GraphQL editor."""
    return _answer(_read("graphiql.html"), "html", "no-cache", _EDITOR)


def file(name: str) -> Response | None:
    """Return a file that pages are made of, None where there is none of this name."""
    return _answer(_read(name), name.rpartition(".")[2], "max-age=3600", _OURS) if name in _FILES else None


def _answer(text: bytes | str, suffix: str, cached: str, policy: str, status: int = 200) -> Response:
    # Without `same-origin` a browser says of no form where it came from (Fetch, "append a request Origin header").
    headers = {"Content-Security-Policy": policy, "Cache-Control": cached, "Referrer-Policy": "same-origin"}
    return Response(text, status, headers, f"{_TYPES[suffix]}; charset=utf-8")


@cache
def _read(name: str) -> bytes:
    return (files(__package__) / "assets" / name).read_bytes()
