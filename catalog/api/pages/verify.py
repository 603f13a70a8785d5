"""Whether a report or proof file is genuine, found out by the browser that reads it: no byte of it is sent anywhere."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page
from catalog.api.pages.questions import query


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage(Context):
    """What the page shows before a file is chosen: the keys that checkpoints of this log are verified by."""

    origin: str
    keys: tuple[str, ...]
    """Verifier keys (C2SP signed notes), the present one first; whoever trusts no server puts another there."""


def read(asking: Asking) -> VerifyPage:
    """Read the keys."""
    ledger = asking.services.ledger
    return VerifyPage(
        title="Verify a report or an entry",
        graphql=query("ledgerState", {}, "{ origin verifierKeys }"),
        command="lineward verify report.pdf",
        current=True,
        origin=ledger.origin,
        keys=tuple(str(key) for key in ledger.verifiers),
    )


PAGE = Page("verify", "Verify a report or an entry", VerifyPage, read)
