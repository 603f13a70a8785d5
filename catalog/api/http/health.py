"""Whether the service lives, whether it is ready, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from catalog.api.http.dependencies import Public
from catalog.api.services import Services
from catalog.errors import EvidenceError, OperatorError
from catalog.ledger.sealing import utc_microseconds
from catalog.view import View
from graph_schema.times import SECOND, format_time
from reports.naming import counted

_RED, _GREEN = "red", "green"


router = APIRouter(prefix="/health", tags=["operation"])


@router.get("/live")
def live() -> dict[str, str]:
    """Tell that the process answers."""
    return {"state": "alive"}


@router.get("/ready")
def ready(services: Public) -> Response:
    """Tell whether events are taken and questions answered: ledger, store, projection, newest checkpoint."""
    found = look(services)
    state = {"state": "ready" if found.ready else "not ready", **found.parts}
    return JSONResponse(state, HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Health:
    """What was looked at, and whether all of it is as it should be."""

    ready: bool
    parts: dict[str, Any]


def look(services: Services) -> Health:
    """Look at ledger, store, projection and newest checkpoint; never raises what an operator can act on."""
    parts = {
        "ledger": _guarded(lambda: _ledger(services)),
        "store": _guarded(lambda: _store(services)),
        "projection": _guarded(lambda: _projection(services)),
        "checkpoint": _guarded(lambda: _checkpoint(services)),
        "redaction": _redaction(services),
    }
    return Health(all(part["state"] == _GREEN for part in parts.values()), parts)


def _guarded(look_at: Any) -> dict[str, Any]:  # noqa: ANN401
    try:
        part: dict[str, Any] = look_at()
    except (OperatorError, EvidenceError) as error:
        return {"state": _RED, "reason": str(error)}
    return part


def _ledger(services: Services) -> dict[str, Any]:
    size = services.ledger.size()
    services.raise_evidence()
    part: dict[str, Any] = {"state": _GREEN, "size": size, "origin": services.ledger.origin}
    doubt = services.ledger.clock_doubt()
    return part if doubt is None else {**part, "state": _RED, "reason": doubt}


def _store(services: Services) -> dict[str, Any]:
    services.store.checkpoint()
    return {"state": _GREEN, "name": services.store.name}


def _projection(services: Services) -> dict[str, Any]:
    projected = services.store.checkpoint()
    behind = max(services.ledger.size() - 1 - projected, 0)
    quarantined = [one.entry for one in View(services.store).quarantined()]
    stopped = services.projection_stopped()
    late = behind > services.settings.ready_lag
    part: dict[str, Any] = {
        "state": _RED if late or stopped else _GREEN,
        "projected": projected,
        "behind": behind,
        "quarantined": quarantined,
        "version": services.projection_version,
    }
    if stopped:
        part["reason"] = stopped
    elif late:
        part["reason"] = f"The graph is {counted(behind, 'entry', 'entries')} behind the ledger."
    return part


def _redaction(services: Services) -> dict[str, Any]:
    rules = services.redactor.rules
    return {"state": _GREEN, "rules": len(rules.rules), "digest": rules.digest or None}


def _checkpoint(services: Services) -> dict[str, Any]:
    newest = services.ledger.latest_checkpoint()
    problem = services.signing_problem()
    if problem is not None:
        size = 0 if newest is None else newest.checkpoint.size
        return {"state": _RED, "size": size, "uncovered": services.ledger.size() - size, "reason": str(problem)}
    if newest is None:
        return {"state": _GREEN, "size": 0, "uncovered": services.ledger.size()}
    size = newest.checkpoint.size
    return {
        "state": _GREEN,
        "size": size,
        "signed_at": format_time(newest.signed_at),
        "age_seconds": max(utc_microseconds() - newest.signed_at, 0) / SECOND,
        "uncovered": services.ledger.size() - size,
    }
