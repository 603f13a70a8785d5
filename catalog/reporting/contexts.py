"""How the context of each report is read: from a view, the ledger, the id of its subject and the issuer's name."""

from __future__ import annotations

from collections.abc import Callable

from catalog.ledger.protocol import Ledger
from catalog.reporting.approvals_period import approvals_of_period
from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.dataset_dossier import dataset_dossier
from catalog.reporting.model_dossier import model_dossier
from catalog.view import View
from reports.context import Context

CONTEXTS: dict[str, Callable[[View, Ledger, str, str | None], Context | None]] = {
    "model_dossier": model_dossier,
    "dataset_dossier": dataset_dossier,
    "approvals": approvals_record,
    "approvals_period": approvals_of_period,
}
"""By the names of `reports.kinds`."""
