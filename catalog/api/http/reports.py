"""Reports out: a context read at one point, drawn in the form that was asked for, and issued by the ledger."""

from __future__ import annotations

from starlette.responses import Response

from catalog import logs
from catalog.access.model import Actor
from catalog.api.services import Services
from catalog.api.times import known_entry
from catalog.errors import AskerError
from catalog.reading import AsOf
from catalog.reporting.contexts import context_of
from catalog.reporting.issuing import issued_record, proven
from graph_schema.facts import NOW
from graph_schema.identity import label_of
from graph_schema.times import parse_zoned
from reports.context import Context
from reports.drawing import Drawing, draw
from reports.kinds import Report
from reports.standalone.outcome import Form

_TYPES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "json": "application/json"}
# The page carries its own styles and evidence, and needs nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'"


def give(
    services: Services,
    actor: Actor,
    report: Report[Context],
    identifier: str,
    form: Form,
    valid_at: str | None,
    known_at_index: int | None,
    access_days: int | None = None,
) -> Response:
    """Return a report's file, issued as `issue` does."""
    at = AsOf(_moment(valid_at), NOW if known_at_index is None else known_entry(services.ledger, known_at_index))
    context, drawing, entry = issue(services, actor, report, identifier, form, at, access_days)
    headers = {
        "Content-Security-Policy": _POLICY,
        "Content-Disposition": f'inline; filename="{report.path}.{form}"',
        "X-Lineward-Issued": str(entry),
    }
    file = drawing.finish(proven(services.ledger, context, entry))
    return Response(file, headers=headers, media_type=_TYPES[form])


def issue(
    services: Services,
    actor: Actor,
    report: Report[Context],
    identifier: str,
    form: Form,
    at: AsOf,
    access_days: int | None = None,
) -> tuple[Context, Drawing, int]:
    """Return what a report says, how it is drawn, and the entry by which it is issued to the actor.

    Raises AskerError 404 where it can be of no such thing as was known by then, OperatorError where the ledger takes no
    entry.
    """
    context, hidden = None, 0
    if label_of(identifier) in report.of:
        with services.store.reading() as reader:
            view = services.view(reader, actor, at)
            context = context_of(
                report.name, view, services.ledger, identifier, services.settings.organisation, access_days
            )
            hidden = len(view.hidden)
    if hidden:
        raise AskerError(
            f"Rights hide {hidden} of the things that this report rests on; ask somebody who may see all of them.",
            status=403,
        )
    if context is None:
        raise AskerError(f"No {report.nouns} of this id was known by then; `search` finds those that were.")
    drawing = draw(context, form)
    issued = services.intake.issue_report(issued_record(context, drawing), actor, logs.correlation_id()).result()
    return context, drawing, issued.receipt.index


def _moment(text: str | None) -> int:
    if text is None:
        return NOW
    try:
        return parse_zoned(text)
    except ValueError:
        raise AskerError("validAt is an RFC 3339 time with its zone, such as 2026-01-31T12:00:00Z.") from None
