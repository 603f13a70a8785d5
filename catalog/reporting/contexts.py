"""How the context of each report is read: from a view, the ledger, the id of its subject and the issuer's name."""

from __future__ import annotations

from collections.abc import Callable

from catalog.errors import SenderError
from catalog.ledger.protocol import Ledger
from catalog.reporting.approvals_period import approvals_of_period
from catalog.reporting.approvals_record import approvals_record
from catalog.reporting.dataset_dossier import dataset_dossier
from catalog.reporting.model_dossier import model_dossier
from catalog.view import View
from reports.context import Context
from reports.kinds import DATASET_DOSSIER

CONTEXTS: dict[str, Callable[[View, Ledger, str, str | None], Context | None]] = {
    "model_dossier": model_dossier,
    "dataset_dossier": dataset_dossier,
    "approvals": approvals_record,
    "approvals_period": approvals_of_period,
}
"""By the names of `reports.kinds`."""


def context_of(
    report: str, view: View, ledger: Ledger, identifier: str, organisation: str | None, access_days: int | None
) -> Context | None:
    """Return a report's context, None where nothing was known of its subject by then.

    `access_days` is of how many days decisions on access are counted, None as usual; of a report that counts none that
    is a SenderError 422.
    """
    if access_days is None:
        return CONTEXTS[report](view, ledger, identifier, organisation)
    if report != DATASET_DOSSIER.name:
        raise SenderError(
            "accessDays is for the dossier of a dataset, which counts decisions on access: leave it out here.",
            pointer="/accessDays",
            status=422,
        )
    return dataset_dossier(view, ledger, identifier, organisation, access_days)
