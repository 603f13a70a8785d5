"""Every page and every form there is: what routes, links and tests walk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalog.api.pages import (
    approval,
    approvals,
    dataset,
    entry,
    evidence,
    findings,
    history,
    home,
    job,
    ledger,
    lineage,
    model_version,
    operation,
    run,
    safe,
    use,
    work,
)
from catalog.api.pages.page import Action, Page

_PAGES = (
    home.PAGE,
    work.PAGE,
    safe.PAGE,
    dataset.PAGE,
    lineage.PAGE,
    history.PAGE,
    use.PAGE,
    evidence.PAGE,
    model_version.PAGE,
    job.PAGE,
    run.PAGE,
    findings.PAGE,
    approvals.PAGE,
    approval.PAGE,
    ledger.PAGE,
    entry.PAGE,
    operation.PAGE,
)
_ACTIONS = (findings.DECIDE, approvals.REQUEST, approval.DECIDE, model_version.DOSSIER)

PAGES: Final[Mapping[str, Page]] = {page.name: page for page in _PAGES}
ACTIONS: Final[Mapping[str, Action]] = {action.name: action for action in _ACTIONS}
LISTED: Final[tuple[Page, ...]] = (
    home.PAGE,
    work.PAGE,
    findings.PAGE,
    approvals.PAGE,
    ledger.PAGE,
    operation.PAGE,
)
"""The pages that each page leads to; any other is about one thing."""
