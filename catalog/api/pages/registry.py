"""Every page and every form there is: what routes, links and tests walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.api.pages import (
    access,
    approval,
    approvals,
    attestation,
    consent,
    consistency,
    dataset,
    drift,
    entry,
    evidence,
    findings,
    gate,
    history,
    home,
    job,
    labels,
    ledger,
    lineage,
    mappings,
    model,
    model_version,
    operation,
    policies,
    principals,
    record,
    run,
    safe,
    use,
    verify,
    versions,
    work,
)
from catalog.api.pages.page import Action, Page

_PAGES = (
    home.PAGE,
    work.PAGE,
    record.PAGE,
    safe.PAGE,
    dataset.PAGE,
    lineage.PAGE,
    history.PAGE,
    drift.PAGE,
    use.PAGE,
    consent.PAGE,
    access.PAGE,
    evidence.PAGE,
    model.PAGE,
    model_version.PAGE,
    versions.PAGE,
    job.PAGE,
    run.PAGE,
    labels.PAGE,
    attestation.PAGE,
    mappings.PAGE,
    findings.PAGE,
    approvals.PAGE,
    approval.PAGE,
    ledger.PAGE,
    entry.PAGE,
    consistency.PAGE,
    verify.PAGE,
    operation.PAGE,
    principals.PAGE,
    policies.PAGE,
)
_ACTIONS = (
    record.WRITE,
    labels.JUDGE,
    attestation.ATTEST,
    mappings.MAP,
    findings.DECIDE,
    approvals.REQUEST,
    approval.DECIDE,
    gate.EVALUATE,
    model_version.DOSSIER,
)

PAGES: Final[Mapping[str, Page]] = {page.name: page for page in _PAGES}
ACTIONS: Final[Mapping[str, Action]] = {action.name: action for action in _ACTIONS}
LISTED: Final[tuple[Page, ...]] = (
    home.PAGE,
    work.PAGE,
    record.PAGE,
    labels.PAGE,
    findings.PAGE,
    approvals.PAGE,
    ledger.PAGE,
    operation.PAGE,
)
"""The pages that each page leads to; any other is about one thing."""
