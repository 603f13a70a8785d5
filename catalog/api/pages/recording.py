"""From a form to a record: what a page writes goes the way of every record, and is decided there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.api.pages.asking import Asking
from catalog.intake import PATIENCE


def submit(asking: Asking, payload: Mapping[str, Any]) -> int:
    """Write a record as whoever sent the form, wait a moment for the graph to hold it, and return its entry.

    Raises what `Intake.submit_record` raises: who may not, what is wrong in it, what is not there.
    """
    services = asking.services
    receipt = services.intake.submit_record(payload, asking.actor, asking.correlation_id).result().receipt
    services.metrics.note_received("record", "duplicate" if receipt.duplicate else "taken")
    services.projection.wait_for(receipt.index, PATIENCE)
    return receipt.index
