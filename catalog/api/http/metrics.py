"""The metrics, as Prometheus reads them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from catalog import metrics
from catalog.api.http.dependencies import Monitor

router = APIRouter(tags=["operation"])


@router.get("/metrics", response_class=PlainTextResponse)
def exposition(services: Monitor) -> Response:
    """Give the metrics in Prometheus' text format, to a key of the role monitor or admin once keys exist."""
    return Response(services.metrics.exposition(), media_type=metrics.CONTENT_TYPE)
