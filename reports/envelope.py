"""What travels inside every report: the context it was made from, and what it was made with, in canonical JSON."""

from __future__ import annotations

import rfc8785

from reports.context import Context
from reports.errors import ContextError
from reports.kinds import report_of
from reports.standalone.evidence import FORMAT, MAKER


def evidence_of(context: Context, made_with: dict[str, str], number: str) -> bytes:
    """Return the evidence of a report in canonical JSON; raise `ContextError` where the context has none."""
    name = report_of(context).name
    values = {"format": FORMAT, "kind": name, "made_with": made_with, "context": context.to_json()}
    return canonical(values | ({"number": number} if MAKER in made_with else {}))


def canonical(values: object) -> bytes:
    """Return canonical JSON (RFC 8785); raise `ContextError` for a number it has no form for.

    The library's, not the catalog's own: what a third party is to hash again is refused where any reader of that
    standard could write it otherwise.
    """
    try:
        return rfc8785.dumps(values)  # type: ignore[arg-type]  # it refuses what is no JSON value
    except rfc8785.CanonicalizationError as error:
        raise ContextError(f"The context has no canonical JSON: {error}") from error
