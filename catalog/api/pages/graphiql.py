"""The GraphQL editor: GraphiQL from files of ours."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.api.pages import files


async def page(request: Request) -> Response:  # noqa: ARG001  starlette's form of a handler
    """Return the editor's page."""
    return files.editor()
