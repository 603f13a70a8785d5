"""The ledger: its size and root, its signed checkpoints, and its newest entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.graphql.ledger import entries_after
from catalog.api.http.ledger import LARGEST
from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import query, together
from catalog.evidence.log import EntryHeader, LogState, log_state, newest_checkpoints, newest_entries

_FIRST: Final = 25
_CHECKPOINTS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage(Context):
    """What the page of the ledger shows."""

    log: LogState
    signs_every: float
    """After how many seconds a checkpoint is signed."""
    checkpoints: Several
    entries: tuple[EntryHeader, ...]
    """The newest first."""
    after: int | None


def read(asking: Asking) -> LedgerPage:
    """Read the newest entries that were known, and the checkpoints."""
    view, ledger = asking.view, asking.services.ledger
    size = view.known_at + 1
    begin = min(asking.number("after", size, 0, LARGEST), size)
    return LedgerPage(
        title="Ledger",
        graphql=together(
            query("ledgerState", {}, "{ origin ledgerSize ledgerRoot unsigned unsignedSince }", view.as_of),
            query("ledgerCheckpoints", {"first": _CHECKPOINTS}, "{ totalCount nodes { ledgerSize signedAt } }"),
            query(
                "ledgerEntries",
                {"first": _FIRST, "after": None if begin == size else entries_after(view.as_of, begin)},
                "{ totalCount nodes { index kindName recordedAt actor erased } }",
                view.as_of,
            ),
        ),
        command="lineward ledger status",
        log=log_state(view, ledger),
        signs_every=asking.services.settings.checkpoint_seconds,
        checkpoints=Several.of(
            asking, "checkpoints", newest_checkpoints(ledger), lambda one: one.checkpoint.size, _CHECKPOINTS
        ),
        entries=newest_entries(view, ledger, _FIRST, begin),
        after=begin - _FIRST if begin > _FIRST else None,
    )


PAGE = Page("ledger", "Ledger", LedgerPage, read, ("after", "behind"))
